"""The copies of the user's data that the program keeps by itself, and the way to put one back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMessageBox

from phi3desk.backups import Copy, Kept, copies
from phi3desk.paths import Paths
from phi3desk.ui.formatting import day_and_hour, size_of
from phi3desk.ui.theme import SPACE_M
from phi3desk.ui.widgets.basic import Button, Card, label, on_click
from phi3desk.ui.widgets.wheel_guard import WheelGuard


class CopiesCard(Card):
    """Lists the copies; `restore_requested` carries the one that the user wants back, after a question."""

    restore_requested = Signal(object)

    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Copies of your data"))
        self._paths = paths
        self._copies: list[Copy] = []
        self.question: QMessageBox | None = None
        self.column.addWidget(
            label(
                self.tr(
                    "When it closes, phi3desk keeps copies of the library's catalogue, of conversations, experts and "
                    "settings: the last three of each. Your documents are not copied."
                )
            )
        )
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Copies of your data"))
        WheelGuard(self.choice)
        self.restore = on_click(Button(self.tr("Restore"), "restore"), self._on_restore)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self.choice, 1)
        row.addWidget(self.restore)
        self.column.addLayout(row)
        self.show_copies()

    def showEvent(self, event: QShowEvent) -> None:
        """Look which copies there are."""
        self.show_copies()
        super().showEvent(event)

    def show_copies(self) -> None:
        """List the copies there are, file by file, the newest first."""
        self._copies = [copy for kept in Kept for copy in copies(self._paths, kept)]
        self.choice.clear()
        for copy in self._copies:
            self.choice.addItem(
                self.tr("{what}, {date} ({size})").format(
                    what=self._name(copy.kept), date=day_and_hour(copy.made), size=size_of(copy.size)
                )
            )
        if not self._copies:
            self.choice.addItem(self.tr("No copy yet"))
        self.choice.setEnabled(bool(self._copies))
        self.restore.setEnabled(bool(self._copies))

    def _on_restore(self) -> None:
        copy = self._copies[self.choice.currentIndex()]
        text = self.tr(
            "Put back “{what}” as of {date}? The window closes and opens again. What is there now is kept in the data "
            "folder, under “set-aside”."
        ).format(what=self._name(copy.kept), date=day_and_hour(copy.made))
        question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle(self.tr("Restore a copy"))
        question.setText(text)
        question.addButton(self.tr("Restore"), QMessageBox.ButtonRole.AcceptRole)
        question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
        question.accepted.connect(lambda: self.restore_requested.emit(copy))
        question.finished.connect(question.deleteLater)
        self.question = question
        question.open()

    def _name(self, kept: Kept) -> str:
        return {
            Kept.CATALOGUE: self.tr("Catalogue of the library"),
            Kept.CONVERSATIONS: self.tr("Conversations"),
            Kept.COMPARISONS: self.tr("Comparisons"),
            Kept.SWEEPS: self.tr("Sweeps"),
            Kept.EXAMPLES: self.tr("Examples"),
            Kept.PROFILES: self.tr("Experts"),
            Kept.SETTINGS: self.tr("Settings"),
            Kept.MODELS: self.tr("List of models"),
        }[kept]
