"""A row of chips, one for each state that documents are in: how many there are, and which of them are shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from phi3desk.library.documents import State
from phi3desk.ui.formatting import number
from phi3desk.ui.library.document_states import STATE_LOOKS, state_word
from phi3desk.ui.theme import SPACE_XS, follow_scheme, icon, tokens
from phi3desk.ui.widgets.basic import Button, on_click
from phi3desk.ui.widgets.flow_layout import FlowLayout

#: What comes and goes while an import runs stands last, so that the others stay where they are.
ORDER = (
    State.READY, State.NEEDS_OCR, State.LOCKED, State.FAILED, State.EMPTY, State.UNSUPPORTED, State.DUPLICATE,
    State.WORDS, State.READ, State.FOUND,
)  # fmt: skip


class StateChips(QWidget):
    """`chosen` carries the states to show, a frozenset of State, or None for all.

    A press on a chip shows its documents alone, with Ctrl or Shift held they are shown beside the others chosen; a
    second press shows all again.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Filter documents by state"))
        self._states: frozenset[State] | None = None
        self.all_chip = Button(self.tr("All"), kind="chip")
        on_click(self.all_chip, lambda: self.choose(None))
        self.all_chip.setCheckable(True)
        self.all_chip.setChecked(True)
        self._chips: dict[State, Button] = {}
        row = FlowLayout(SPACE_XS)
        self.setLayout(row)
        row.addWidget(self.all_chip)
        for state in ORDER:
            chip = Button(state_word(state), kind="chip")
            chip.setCheckable(True)
            chip.hide()
            chip.clicked.connect(lambda _=False, state=state: self._on_clicked(state))
            self._chips[state] = chip
            row.addWidget(chip)
        self._recolor()
        follow_scheme(self, self._recolor)

    @property
    def states(self) -> frozenset[State] | None:
        """The states that are shown; None for all."""
        return self._states

    def texts(self) -> list[str]:
        """Return what the chips say that are there."""
        return [chip.text() for chip in (self.all_chip, *self._chips.values()) if not chip.isHidden()]

    def chip(self, state: State) -> Button:
        """Return the chip of a state."""
        return self._chips[state]

    def show_counts(self, counts: Mapping[State, int]) -> None:
        """Show how many documents are in each state; a state without any has no chip unless it is chosen."""
        self._name(self.all_chip, self.tr("All"), sum(counts.values()))
        for state, chip in self._chips.items():
            count = counts.get(state, 0)
            self._name(chip, state_word(state), count)
            chip.setVisible(count > 0 or state in (self._states or ()))

    def choose(self, states: frozenset[State] | None) -> None:
        """Show documents in these states; None shows all."""
        changed = states != self._states
        self._states = states
        self.all_chip.setChecked(states is None)
        for state, chip in self._chips.items():
            on = states is not None and state in states
            chip.setChecked(on)
            if on:
                chip.show()
        if changed:
            self.chosen.emit(states)

    def _on_clicked(self, state: State) -> None:
        keys = QGuiApplication.keyboardModifiers()
        beside = keys & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        before = self._states or frozenset()
        alone = frozenset() if before == {state} else frozenset({state})
        self.choose((before ^ {state} if beside else alone) or None)

    @staticmethod
    def _name(chip: Button, word: str, count: int) -> None:
        text = f"{word}  {number(count)}"
        if chip.text() != text:
            chip.setText(text)
            chip.setAccessibleName(text)

    def _recolor(self) -> None:
        shown = tokens()
        for state, chip in self._chips.items():
            name, color = STATE_LOOKS[state]
            chip.setIcon(icon(name, getattr(shown, color)))
