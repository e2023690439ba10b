"""The bin: deleted conversations and experts, for thirty days, to be brought back or deleted for good."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from phi3desk.chat.messages import DAY_SECONDS, DAYS_IN_BIN, Conversation
from phi3desk.ui.chat.controller import ConversationController
from phi3desk.ui.formatting import moment
from phi3desk.ui.services import Services
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S, TARGET, icon
from phi3desk.ui.widgets.basic import Button, label, on_click
from phi3desk.ui.widgets.tooltip import plain_tooltip

ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class BinRow:
    """Something in the bin: its name, when it was deleted (seconds since 1970), and the two ways out."""

    name: str
    deleted: float
    is_expert: bool
    restore: Callable[[], object]
    delete: Callable[[], object]


class BinDialog(QDialog):
    """Lists what is in the bin; `changed` tells that something left it."""

    changed = Signal()

    def __init__(self, rows: Callable[[], Sequence[BinRow]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setWindowTitle(self.tr("Bin"))
        self.resize(560, 420)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Deleted conversations and experts"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setIconSize(QSize(18, 18))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.installEventFilter(self)
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemActivated.connect(lambda _: self._on_restore())
        self.restore_button = on_click(Button(self.tr("Bring back"), "restore", "primary"), self._on_restore)
        self.delete_button = on_click(Button(self.tr("Delete for good"), "trash-can-outline"), self._on_delete)
        close = on_click(Button(self.tr("Close")), self.accept)
        for button in (self.restore_button, self.delete_button, close):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.restore_button)
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(close)
        told = self.tr("What you delete lies here for %Ln day(s), then it is gone.", "", DAYS_IN_BIN)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(told, "quiet"))
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the Delete key delete for good what is selected."""
        pressed = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if pressed is None or watched is not self.list or pressed.key() != Qt.Key.Key_Delete:
            return super().eventFilter(watched, event)
        if not pressed.isAutoRepeat():
            self._on_delete()
        return True

    def _fill(self) -> None:
        at = max(0, self.list.currentRow())
        self.list.clear()
        for row in self._rows():
            left = ceil((row.deleted + DAYS_IN_BIN * DAY_SECONDS - time.time()) / DAY_SECONDS)
            about = self.tr("deleted {when}, %Ln day(s) left", "", max(0, left)).format(when=moment(row.deleted))
            item = QListWidgetItem(f"{row.name}  ·  {about}")
            item.setIcon(icon("account-tie-outline" if row.is_expert else "message-text-outline"))
            what = self.tr("Expert") if row.is_expert else self.tr("Conversation")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{what}: {item.text()}")
            item.setToolTip(plain_tooltip(f"{what}: {item.text()}"))
            item.setData(ROW, row)
            item.setSizeHint(QSize(0, TARGET + 2))
            self.list.addItem(item)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        self._enable()

    def _enable(self) -> None:
        chosen = bool(self.list.selectedItems())
        self.restore_button.setEnabled(chosen)
        self.delete_button.setEnabled(chosen)

    def _selected(self) -> list[BinRow]:
        return [item.data(ROW) for item in self.list.selectedItems()]

    def _on_restore(self) -> None:
        self._leave([row.restore for row in self._selected()])

    def _on_delete(self) -> None:
        self._leave([row.delete for row in self._selected()])

    def _leave(self, acts: Sequence[Callable[[], object]]) -> None:
        for act in acts:
            act()
        self._fill()
        self.changed.emit()
        if not self.list.count():
            self.accept()


class Bin(QObject):
    """Knows what is in the bin and opens it; `changed` tells that something left it there.

    `bring_back` takes an expert out of it by its id.
    """

    changed = Signal()

    def __init__(
        self,
        services: Services,
        conversations: ConversationController,
        bring_back: Callable[[str], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services, self._conversations, self._bring_back = services, conversations, bring_back
        self._window = window

    def rows(self) -> list[BinRow]:
        """Return what is in the bin, the last deleted first."""
        rows = [self._conversation_row(deleted) for deleted in self._services.conversations.bin()]
        rows += [
            self._expert_row(one.profile.id, one.profile.name, one.deleted) for one in self._services.profiles.bin()
        ]
        return sorted(rows, key=lambda row: -row.deleted)

    def open(self) -> BinDialog:
        """Show the bin; returns the open dialog."""
        dialog = BinDialog(self.rows, self._window)
        dialog.changed.connect(self.changed)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _conversation_row(self, deleted: Conversation) -> BinRow:
        controller = self._conversations
        return BinRow(
            deleted.title or self.tr("New conversation"),
            deleted.removed,
            False,
            lambda: controller.restore(deleted),
            lambda: controller.delete_for_good(deleted.id),
        )

    def _expert_row(self, profile_id: str, name: str, deleted: float) -> BinRow:
        return BinRow(
            name,
            deleted,
            True,
            lambda: self._bring_back(profile_id),
            lambda: self._services.profiles.delete_for_good(profile_id),
        )
