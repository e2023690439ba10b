"""Where an expert's answers come from, each way with a sentence on what it does."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import SPACE_XS
from phi3desk.ui.widgets.basic import label


class ExpertAnswerMode(QWidget):
    """Chooses an answer mode; `changed` is emitted at each change by the user."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self.buttons: dict[AnswerMode, QRadioButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        for mode in AnswerMode:
            does = translate(mode.promise)
            button = QRadioButton(translate(mode.label))
            button.setAccessibleDescription(does)
            button.clicked.connect(self.changed)
            self._group.addButton(button)
            self.buttons[mode] = button
            hint = label(does, "quiet")
            hint.setContentsMargins(24, 0, 0, 0)
            column.addWidget(button)
            column.addWidget(hint)

    @property
    def mode(self) -> AnswerMode:
        """The mode that is chosen."""
        return next((mode for mode, button in self.buttons.items() if button.isChecked()), AnswerMode.DOCUMENTS_ONLY)

    def show_mode(self, mode: AnswerMode) -> None:
        """Show a mode; tells nobody."""
        self.buttons[mode].setChecked(True)
