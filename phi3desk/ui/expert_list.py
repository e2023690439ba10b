"""The experts at the left of their page: a disc in the expert's colour, the name, what it is made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk.profiles.profile import Profile
from phi3desk.ui.theme import LIST_PX, SPACE_S, SPACE_XS
from phi3desk.ui.widgets import Button, label, on_click

ID = Qt.ItemDataRole.UserRole
COLOR, MADE_OF, IN_USE = ID + 1, ID + 2, ID + 3
ROW_HEIGHT = 58
DISC = 30


class _ExpertDelegate(QStyledItemDelegate):
    """Draws the disc and two lines of text."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(160, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        name = index.data(Qt.ItemDataRole.DisplayRole)
        self.initStyleOption(option, index)
        option.text = ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mirrored = option.widget.isRightToLeft()
        row = option.rect.adjusted(10, 0, -10, 0)
        left = row.right() - DISC if mirrored else row.left()
        disc = QRect(left, row.center().y() - DISC // 2, DISC, DISC)
        self._disc(painter, disc, QColor(index.data(COLOR)), name)
        text = row.adjusted(0, 0, -DISC - 10, 0) if mirrored else row.adjusted(DISC + 10, 0, 0, 0)
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        font = option.font
        font.setBold(bool(index.data(IN_USE)))
        painter.setFont(font)
        painter.setPen(option.palette.text().color())
        half = text.height() // 2
        upper, lower = text.adjusted(0, 8, 0, -half), text.adjusted(0, half, 0, -8)
        self._line(painter, upper, side, name)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(option.palette.placeholderText().color())
        self._line(painter, lower, side, index.data(MADE_OF))
        painter.restore()

    @staticmethod
    def _disc(painter: QPainter, disc: QRect, color: QColor, name: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(disc)
        font = painter.font()
        font.setPixelSize(LIST_PX)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor("#FFFFFF" if color.lightness() < 160 else "#10182B"))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, name.strip()[:1].upper())

    @staticmethod
    def _line(painter: QPainter, place: QRect, side: Qt.AlignmentFlag, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)


class ExpertList(QWidget):
    """The experts in their order. `chosen` carries an id; `used` an id that was double clicked or entered."""

    chosen = Signal(str)
    used = Signal(str)
    new_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Experts"))
        self.list.setProperty("kind", "bare")
        self.list.setItemDelegate(_ExpertDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.installEventFilter(self)
        self.list.currentItemChanged.connect(lambda item: self.chosen.emit(item.data(ID)) if item else None)
        self.list.itemActivated.connect(lambda item: self.used.emit(item.data(ID)))
        self.new = on_click(Button("", "plus", "quiet", self.tr("New expert")), self.new_requested.emit)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_S, 0, 0, 0)
        head.addWidget(label(self.tr("Experts"), "quiet", wraps=False), 1)
        head.addWidget(self.new)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self.setTabOrder(self.list, self.new)

    def show_profiles(self, profiles: Sequence[tuple[Profile, str]], in_use: str, chosen: str) -> None:
        """Show the experts with what each is made of; tells nobody."""
        blocked = self.list.blockSignals(True)
        while self.list.count() > len(profiles):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(profiles):
            self.list.addItem(QListWidgetItem())
        for row, (profile, made_of) in enumerate(profiles):
            item = self.list.item(row)
            item.setText(profile.name)
            item.setData(ID, profile.id)
            item.setData(COLOR, profile.color)
            item.setData(MADE_OF, self.tr("In use · {made_of}").format(made_of=made_of)
                         if profile.id == in_use else made_of)  # fmt: skip
            item.setData(IN_USE, profile.id == in_use)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, item.data(MADE_OF))
            item.setToolTip(f"{profile.name}\n{item.data(MADE_OF)}")
            if profile.id == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(blocked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if watched is self.list and pressed == Qt.Key.Key_Delete:
            self.delete_requested.emit()
            return True
        return super().eventFilter(watched, event)
