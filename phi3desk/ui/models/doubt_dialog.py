"""Asks whether an adapter that names another base is to be used all the same."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from phi3desk.errors import Sentence
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import SPACE_L, SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click


class DoubtDialog(QDialog):
    """Names what speaks against an adapter that would load; accepted where the user uses it all the same."""

    def __init__(self, name: str, doubt: Sentence, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Is this adapter for this model?"))
        self.setAccessibleDescription(translate(doubt))
        self.setMinimumWidth(440)
        self.doubt = label(translate(doubt))
        self.anyway = on_click(Button(self.tr("Use it anyway")), self.accept)
        self.leave = on_click(Button(self.tr("Leave it"), kind="primary"), self.reject)
        self.leave.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_L)
        column.addWidget(label(name, "section"))
        column.addWidget(self.doubt)
        self.hint = label(self.tr("The comparison on the Experts page shows whether it helps or harms."), "quiet")
        column.addWidget(self.hint)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.anyway)
        buttons.addWidget(self.leave)
        column.addLayout(buttons)
        self.leave.setFocus()
