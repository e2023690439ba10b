"""How what became of a row is told: an icon, a colour and a word, and the chips that filter by it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from phi3desk.sweep.plan import Outcome, Row
from phi3desk.sweep.report import GONE, OUTCOME_NAMES, UNREADABLE, WAITING
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.theme import SPACE_XS, follow_scheme, icon, tokens
from phi3desk.ui.widgets.basic import Button
from phi3desk.ui.widgets.flow_layout import FlowLayout

#: the keys of rows that no outcome was kept for, and of those that are not counted by it
UNREAD, OPEN, OF_GONE = "unread", "open", "gone"
#: icon and colour of each; the word beside it carries the same meaning
LOOKS: dict[str, tuple[str, str]] = {
    Outcome.FOUND: ("check-circle-outline", "good"),
    Outcome.TO_CHECK: ("alert-outline", "attention"),
    Outcome.QUOTE: ("format-quote-close", "accent"),
    Outcome.NOT_FOUND: ("minus-circle-outline", "quiet"),
    Outcome.FAILED: ("alert-circle-outline", "bad"),
    UNREAD: ("file-cancel-outline", "attention"),
    OPEN: ("clock-outline", "quiet"),
    OF_GONE: ("archive-outline", "quiet"),
}
ORDER = tuple(LOOKS)


def key_of(row: Row) -> str:
    """Return what became of a row as one of LOOKS."""
    if row.document.gone:
        return OF_GONE
    if row.cell is not None:
        return row.cell.outcome.value
    return OPEN if row.document.searchable else UNREAD


def word_of(key: str) -> str:
    """Return what became of rows in a word or two."""
    told = {UNREAD: UNREADABLE, OPEN: WAITING, OF_GONE: GONE}
    return translate(told[key] if key in told else OUTCOME_NAMES[Outcome(key)])


class OutcomeChips(QWidget):
    """`chosen` carries the key of the rows to show, "" for all; a second press on a chip shows all again."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Filter answers by what became of them"))
        self.key = ""
        row = FlowLayout(SPACE_XS)
        self.setLayout(row)
        self._chips = {key: Button(self.tr("All"), kind="chip") for key in ("", *ORDER)}
        for key, chip in self._chips.items():
            chip.setCheckable(True)
            chip.setChecked(not key)
            chip.clicked.connect(lambda _=False, key=key: self._on_press(key))
            row.addWidget(chip)
        self._recolor()
        follow_scheme(self, self._recolor)

    def chip(self, key: str) -> Button:
        """Return the chip of a key."""
        return self._chips[key]

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how many rows ended in which way; what there is none of has no chip unless it is chosen."""
        for key, chip in self._chips.items():
            count = counts.get(key, 0) if key else sum(counts.values())
            word = word_of(key) if key else self.tr("All")
            text = f"{word}  {number(count)}"
            if chip.text() != text:
                chip.setText(text)
                chip.setAccessibleName(text)
            chip.setVisible(not key or count > 0 or key == self.key)

    def choose(self, key: str) -> None:
        """Show the rows of a key, "" for all."""
        changed, self.key = key != self.key, key
        for each, chip in self._chips.items():
            chip.setChecked(each == key)
        if changed:
            self.chosen.emit(key)

    def _on_press(self, key: str) -> None:
        self.choose("" if key == self.key else key)

    def _recolor(self) -> None:
        shown = tokens()
        for key, (name, color) in LOOKS.items():
            self._chips[key].setIcon(icon(name, getattr(shown, color)))
