"""The collections at the left of the library: choose, make, rename, delete."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk.library.documents import Collection
from phi3desk.ui.formatting import counted, number
from phi3desk.ui.theme import SPACE_S, SPACE_XS
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.tooltip import plain_tooltip

ID = Qt.ItemDataRole.UserRole
COUNT = Qt.ItemDataRole.UserRole + 1


class _CountDelegate(QStyledItemDelegate):
    """Draws the number of documents at the end of a row."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight
        option.text = option.fontMetrics.elidedText(
            option.text, Qt.TextElideMode.ElideRight, option.rect.width() - self._width(option, index) - 32
        )

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        place = QRect(option.rect).adjusted(12, 0, -12, 0)
        side = Qt.AlignmentFlag.AlignLeft if option.widget.isRightToLeft() else Qt.AlignmentFlag.AlignRight
        painter.setPen(option.palette.placeholderText().color())
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, number(index.data(COUNT) or 0))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), 34)

    @staticmethod
    def _width(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> int:
        return option.fontMetrics.horizontalAdvance(number(index.data(COUNT) or 0))


class CollectionList(QWidget):
    """The collections with their number of documents, "All documents" first.

    `chosen` carries a collection's id or None, `made` a name, `renamed` (id, name), `deleted` a Collection.
    """

    chosen = Signal(object)
    made = Signal(str)
    renamed = Signal(int, str)
    deleted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collections: list[Collection] = []
        self._to_edit: str | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Collections"))
        self.list.setProperty("kind", "bare")
        self.list.setItemDelegate(_CountDelegate(self.list))
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.installEventFilter(self)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemChanged.connect(self._on_item_changed)
        self._new = on_click(Button("", "plus", "quiet", self.tr("New collection")), self.make)
        self._rename = on_click(
            Button("", "pencil-outline", "quiet", self.tr("Rename the collection (F2)")), self.rename
        )
        told = self.tr("Delete the collection; the files in your folders stay")
        self._delete = on_click(Button("", "trash-can-outline", "quiet", told), self.delete)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_S, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(label(self.tr("Collections"), "quiet", wraps=False), 1)
        head.addWidget(self._new)
        head.addWidget(self._rename)
        head.addWidget(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        for before, after in pairwise((self.list, self._new, self._rename, self._delete)):
            self.setTabOrder(before, after)
        self.show_collections([])

    @property
    def current(self) -> int | None:
        """The chosen collection's id, None for all documents."""
        item = self.list.currentItem()
        return item.data(ID) if item is not None else None

    def show_collections(self, collections: Sequence[Collection]) -> None:
        """Show these collections; the chosen one stays chosen while it exists, an open name editor stays open."""
        if self.list.state() == QAbstractItemView.State.EditingState:
            return
        self._collections = list(collections)
        everything = self.tr("All documents")
        rows = [(self.list.item(row).data(ID), self.list.item(row).text()) for row in range(self.list.count())]
        if rows != [(None, everything), *((one.id, one.name) for one in collections)]:
            self._fill(everything)
        self._update_rows()
        self._edit_new()

    def _fill(self, everything: str) -> None:
        chosen = self.current
        blocked = self.list.blockSignals(True)
        self.list.clear()
        self._add(None, everything)
        for collection in self._collections:
            self._add(collection.id, collection.name)
        rows = [row for row in range(self.list.count()) if self.list.item(row).data(ID) == chosen]
        self.list.setCurrentRow(rows[0] if rows else 0)
        self.list.blockSignals(blocked)
        if not rows:
            self.chosen.emit(None)
        self._update_buttons()

    def _update_rows(self) -> None:
        """Tell in rows that stay what can change: a name, and once a second while some are imported the documents."""
        counts = {one.id: one.documents for one in self._collections}
        blocked = self.list.blockSignals(True)
        for row in range(self.list.count()):
            item = self.list.item(row)
            documents = counts.get(item.data(ID), sum(counts.values()))
            item.setToolTip(plain_tooltip(item.text()))
            item.setData(COUNT, documents)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, counted(documents, "documents"))
        self.list.blockSignals(blocked)

    def choose_all(self) -> None:
        """Choose all documents, whatever collection they are in."""
        self.list.setCurrentRow(0)

    def make(self) -> None:
        """Ask for a new collection under a free name; its name is open for typing when it appears."""
        taken = {collection.name.casefold() for collection in self._collections}
        wanted = self.tr("New collection")
        name, count = wanted, 2
        while name.casefold() in taken:
            name, count = f"{wanted} {count}", count + 1
        self._to_edit = name
        self.made.emit(name)

    def rename(self) -> None:
        """Open the chosen collection's name for typing."""
        if self.current is not None:
            self.list.editItem(self.list.currentItem())

    def delete(self) -> None:
        """Delete the chosen collection."""
        for collection in self._collections:
            if collection.id == self.current:
                self.deleted.emit(collection)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            editing = self.list.state() == QAbstractItemView.State.EditingState
            if event.key() == Qt.Key.Key_Delete and not editing:
                self.delete()
                return True
        return super().eventFilter(watched, event)

    def _add(self, collection: int | None, name: str) -> None:
        item = QListWidgetItem(name)
        item.setData(ID, collection)
        if collection is not None:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.list.addItem(item)

    def _edit_new(self) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if self._to_edit is not None and item.data(ID) is not None and item.text() == self._to_edit:
                self._to_edit = None
                self.list.setCurrentItem(item)
                self.list.editItem(item)

    def _on_current_changed(self) -> None:
        self._update_buttons()
        self.chosen.emit(self.current)

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        before = next((known for known in self._collections if known.id == item.data(ID)), None)
        if before is None or before.name == item.text():
            return
        name = item.text().strip()
        if name:
            self.renamed.emit(before.id, name)
        else:
            item.setText(before.name)

    def _update_buttons(self) -> None:
        for button in (self._rename, self._delete):
            button.setEnabled(self.current is not None)
