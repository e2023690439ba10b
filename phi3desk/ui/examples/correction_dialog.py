"""Asks what an answer should have said."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from phi3desk.ui.theme import SPACE_L, SPACE_M
from phi3desk.ui.widgets.basic import label


class CorrectionDialog(QDialog):
    """The question, and a field with the answer to change; emptied or unchanged it means that there is none."""

    def __init__(self, question: str, answer: str, correction: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answer = answer
        self.setWindowTitle(self.tr("Not a good answer"))
        self.setMinimumWidth(480)
        self.text = QPlainTextEdit(correction or answer)
        self.text.setAccessibleName(self.tr("What should it have said?"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(140)
        hint = self.tr("Marks such as [1] name the passage. Leave it as it is if the answer is only wrong.")
        buttons = QDialogButtonBox()
        keep = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        keep.setProperty("kind", "primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addWidget(label(self.tr("What should it have said?"), "section"))
        column.addWidget(label(question, "quiet"))
        column.addWidget(self.text)
        column.addWidget(label(hint, "quiet"))
        column.addWidget(buttons)
        self.text.setFocus()
        self.text.selectAll()

    @property
    def correction(self) -> str:
        """What it should have said; empty where the user did not say."""
        text = self.text.toPlainText().strip()
        return "" if text == self._answer.strip() else text
