"""What the user sees when a file of the program's own cannot be read: a copy to put back, or a new beginning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from phi3desk.backups import Copy, closed, copies, kept_of, restore, start_anew
from phi3desk.errors import Sentence, UserError
from phi3desk.paths import Paths
from phi3desk.ui.formatting import day_and_hour, translate
from phi3desk.ui.theme import SPACE_L, SPACE_M, SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click


class DamageDialog(QDialog):
    """Says what cannot be read. Accepted with `copy` set where that is to be put back, None for a new beginning."""

    def __init__(self, says: str, found: Sequence[Copy], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something cannot be read"))
        self.setAccessibleDescription(says)
        self.setMinimumWidth(520)
        self.copy: Copy | None = None
        self._found = list(found)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Copies, the newest first"))
        for copy in self._found:
            self.choice.addItem(day_and_hour(copy.made))
        self.choice.setVisible(len(self._found) > 1)
        self.reason = label(kind="bad")
        self.reason.hide()
        self.restore = on_click(Button(self.tr("Restore the copy of {date}"), "restore", "primary"), self._on_restore)
        self.anew = on_click(Button(self.tr("Start anew")), self._on_anew)
        self.quit = on_click(Button(self.tr("Quit")), self.reject)
        self.choice.currentIndexChanged.connect(self._show_choice)
        self._show_choice()
        self._lay_out(says)

    def _lay_out(self, says: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(says))
        kept = self.tr("Nothing is thrown away: what cannot be read is kept in the data folder, under “set-aside”.")
        column.addWidget(label(kept, "quiet"))
        if not self._found:
            column.addWidget(label(self.tr("There is no copy yet. Copies are made when the program closes."), "quiet"))
        column.addWidget(self.choice)
        column.addWidget(self.reason)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        for button in (self.quit, self.anew, self.restore):
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.restore.setVisible(bool(self._found))
        first = self.restore if self._found else self.quit
        first.setDefault(True)
        first.setFocus()

    def say(self, text: str) -> None:
        """Say why what was chosen could not be done."""
        self.reason.setText(text)
        self.reason.show()

    def _show_choice(self) -> None:
        if self._found:
            when = day_and_hour(self._found[self.choice.currentIndex()].made)
            text = self.tr("Restore the copy of {date}").format(date=when)
            self.restore.setText(text)
            self.restore.setAccessibleName(text)

    def _on_restore(self) -> None:
        self.copy = self._found[self.choice.currentIndex()]
        self.accept()

    def _on_anew(self) -> None:
        self.copy = None
        self.accept()


def mend(paths: Paths, file: Path, sentence: Sentence, parent: QWidget | None = None) -> bool:
    """Ask what is to become of a file that cannot be read, and do it; return False where the user quits.

    The file must be closed in this process.
    """
    kept = kept_of(paths, file)
    if kept is None:
        return False
    dialog = DamageDialog(translate(sentence), copies(paths, kept), parent)
    while dialog.exec() == QDialog.DialogCode.Accepted:
        try:
            with closed(paths, kept, by_window=True):
                if dialog.copy is None:
                    start_anew(paths, kept)
                else:
                    restore(paths, dialog.copy)
        except UserError as error:
            dialog.say(translate(error.sentence))
        else:
            return True
    return False
