"""The button beside a question that says where its answer will come from, and lets another way be chosen for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.ui.answers.footer import DISCS
from phi3desk.ui.formatting import translate
from phi3desk.ui.theme import TARGET
from phi3desk.ui.widgets.tooltip import plain_tooltip


class ModeButton(QToolButton):
    """Shows the mode of the next question: the expert's, or the one that was chosen for this question alone.

    `chosen` tells that it is another one now. Without room for words the disc stands alone.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experts = AnswerMode.DOCUMENTS_ONLY
        self._chosen: AnswerMode | None = None
        self._is_short = False
        self.setMinimumHeight(TARGET)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._modes = QMenu(self)
        self._modes.setToolTipsVisible(True)
        self._group = QActionGroup(self)
        self.actions_by_mode: dict[AnswerMode, QAction] = {}
        for mode in AnswerMode:
            action = self._modes.addAction(_named(mode))
            action.setCheckable(True)
            action.setToolTip(plain_tooltip(translate(mode.promise)))
            action.triggered.connect(lambda _=False, mode=mode: self.choose(mode))
            self._group.addAction(action)
            self.actions_by_mode[mode] = action
        self.setMenu(self._modes)
        self._show()

    @property
    def mode(self) -> AnswerMode:
        """How the next question is answered."""
        return self._chosen or self._experts

    @property
    def chosen_mode(self) -> AnswerMode | None:
        """The mode that was chosen for the next question, None where it is asked in the expert's."""
        return self._chosen

    def set_expert(self, mode: AnswerMode) -> None:
        """Take another expert's mode; what was chosen for the next question stays."""
        self._experts = mode
        self.choose(self.mode)

    def choose(self, mode: AnswerMode | None) -> None:
        """Ask the next question in a mode, None for the expert's."""
        before = self.mode
        self._chosen = mode if mode is not self._experts else None
        self._show()
        if self.mode is not before:
            self.chosen.emit()

    def set_short(self, short: bool) -> None:
        """Show the disc alone, or with its words."""
        if short != self._is_short:
            self._is_short = short
            self._show()

    def _show(self) -> None:
        mode = self.mode
        self.actions_by_mode[mode].setChecked(True)
        self.setText(DISCS[mode] if self._is_short else _named(mode))
        told = self.tr("{mode}: {promise} Click to answer the next question in another way.")
        if self._chosen is not None:
            told = self.tr("{mode}, for the next question: {promise} Click to answer it in another way.")
        self.setToolTip(plain_tooltip(told.format(mode=translate(mode.label), promise=translate(mode.promise))))
        self.setAccessibleName(self.tr("How the next question is answered: {mode}").format(mode=translate(mode.label)))
        self.setProperty("kind", "mode")
        self.setProperty("chosen", self._chosen is not None)
        self.style().unpolish(self)
        self.style().polish(self)
        self.updateGeometry()


def _named(mode: AnswerMode) -> str:
    return f"{DISCS[mode]}\u00a0\u00a0{translate(mode.label)}".replace("&", "&&")
