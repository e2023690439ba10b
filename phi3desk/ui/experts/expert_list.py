"""The experts at the left of their page: a card each, in the order in which Ctrl+1 to 9 switch to them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk.profiles.profile import Profile
from phi3desk.ui.experts.avatar import avatar_icon, paint_avatar
from phi3desk.ui.theme import SPACE_S, SPACE_XS, icon, list_px
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.tooltip import plain_tooltip

ID = Qt.ItemDataRole.UserRole
COLOR, MADE_OF, IN_USE, ICON, KEYS = (ID + n for n in range(1, 6))
ROW_HEIGHT = 58
AVATAR = 32
WITH_KEYS = 9


class _ExpertDelegate(QStyledItemDelegate):
    """Draws the avatar, two lines of text, and the keys that switch to the expert."""

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
        left = row.right() - AVATAR if mirrored else row.left()
        avatar = QRectF(left, row.center().y() - AVATAR // 2, AVATAR, AVATAR)
        paint_avatar(painter, avatar, index.data(COLOR), index.data(ICON), name)
        text = row.adjusted(0, 0, -AVATAR - 10, 0) if mirrored else row.adjusted(AVATAR + 10, 0, 0, 0)
        self._texts(painter, option, index, text, mirrored)
        painter.restore()

    def _texts(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        text: QRect,
        mirrored: bool,
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        half = text.height() // 2
        upper, lower = text.adjusted(0, 8, 0, -half), text.adjusted(0, half, 0, -8)
        font, quiet = option.font, option.palette.placeholderText().color()
        keys = index.data(KEYS)
        if keys:
            font.setPixelSize(list_px() - 2)
            painter.setFont(font)
            painter.setPen(quiet)
            other = Qt.AlignmentFlag.AlignLeft if mirrored else Qt.AlignmentFlag.AlignRight
            painter.drawText(upper, other | Qt.AlignmentFlag.AlignVCenter, keys)
            width = painter.fontMetrics().horizontalAdvance(keys) + 8
            upper = upper.adjusted(width, 0, 0, 0) if mirrored else upper.adjusted(0, 0, -width, 0)
            font.setPixelSize(list_px())
        font.setBold(bool(index.data(IN_USE)))
        painter.setFont(font)
        painter.setPen(option.palette.text().color())
        self._line(painter, upper, side, index.data(Qt.ItemDataRole.DisplayRole))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(quiet)
        self._line(painter, lower, side, index.data(MADE_OF))

    @staticmethod
    def _line(painter: QPainter, place: QRect, side: Qt.AlignmentFlag, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)


class ExpertList(QWidget):
    """The experts in their order, which a drag or Alt+Up and Alt+Down change.

    `chosen` carries an id; `used` an id that was double clicked or entered; `moved` an id and its new row;
    `new_requested` the id of the expert to start from, empty for none.
    """

    chosen = Signal(str)
    used = Signal(str)
    moved = Signal(str, int)
    new_requested = Signal(str)
    delete_requested = Signal()
    guide_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Experts"))
        self.list.setAccessibleDescription(self.tr("Alt+Up and Alt+Down change the order, Enter switches to one."))
        self.list.setProperty("kind", "bare")
        self.list.setItemDelegate(_ExpertDelegate(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.model().rowsMoved.connect(self._on_rows_moved)
        self.list.installEventFilter(self)
        self.list.currentItemChanged.connect(lambda item: self.chosen.emit(item.data(ID)) if item else None)
        self.list.itemActivated.connect(lambda item: self.used.emit(item.data(ID)))
        self.new = Button("", "plus", "quiet", self.tr("New expert"))
        self.templates = QMenu(self)
        self.new.setMenu(self.templates)
        teach = self.tr("How should I teach it?")
        self.guide = Button(teach, "compass-outline", "quiet", teach)
        on_click(self.guide, self.guide_requested.emit)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE_S, 0, 0, 0)
        head.addWidget(label(self.tr("Experts"), "quiet", wraps=False), 1)
        head.addWidget(self.new)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.guide)
        self.setTabOrder(self.list, self.new)

    def show_templates(self, templates: Sequence[Profile]) -> None:
        """Offer these experts to start from, beside an empty one."""
        self.templates.clear()
        empty = self.templates.addAction(icon("plus"), self.tr("Empty expert"))
        empty.triggered.connect(lambda _=False: self.new_requested.emit(""))
        from_file = self.templates.addAction(icon("file-import-outline"), self.tr("From a colleague's file"))
        from_file.triggered.connect(lambda _=False: self.import_requested.emit())
        if templates:
            self.templates.addSection(self.tr("Start from"))
        for profile in templates:
            action = self.templates.addAction(
                avatar_icon(profile, self.devicePixelRatioF()), profile.name.replace("&", "&&")
            )
            action.triggered.connect(lambda _=False, chosen=profile.id: self.new_requested.emit(chosen))

    def show_profiles(self, profiles: Sequence[tuple[Profile, str]], in_use: str, chosen: str) -> None:
        """Show the experts with what each is made of; tells nobody."""
        blocked = self.list.blockSignals(True)
        while self.list.count() > len(profiles):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(profiles):
            self.list.addItem(QListWidgetItem())
        for row, (profile, made_of) in enumerate(profiles):
            item = self.list.item(row)
            used = profile.id == in_use
            keys = f"Ctrl+{row + 1}" if row < WITH_KEYS else ""
            line = self.tr("In use · {made_of}").format(made_of=made_of) if used else made_of
            item.setText(profile.name)
            for role, value in (
                (ID, profile.id),
                (COLOR, profile.color),
                (ICON, profile.icon),
                (MADE_OF, line),
                (IN_USE, used),
                (KEYS, keys),
            ):
                item.setData(role, value)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{line}. {keys}" if keys else line)
            item.setToolTip(plain_tooltip(f"{profile.name}\n{line}"))
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
            if profile.id == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(blocked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Delete:
                # a key that is held would delete one expert after the other, and only the last can be undone
                if not event.isAutoRepeat():
                    self.delete_requested.emit()
                return True
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._move_current(step)
                return True
        return super().eventFilter(watched, event)

    def _move_current(self, step: int) -> None:
        row = self.list.currentRow() + step
        if self.list.currentItem() is not None and 0 <= row < self.list.count():
            self.moved.emit(self.list.currentItem().data(ID), row)

    def _on_rows_moved(self, _parent: QModelIndex, start: int, _end: int, _into: QModelIndex, before: int) -> None:
        row = before if before < start else before - 1
        self.moved.emit(self.list.item(row).data(ID), row)
