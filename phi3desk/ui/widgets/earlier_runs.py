"""The runs of a page made before, such as its sweeps: each in a row that opens it, with a button that deletes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, Card, clear, label, on_click

MOST_SHOWN = 50


@dataclass(frozen=True)
class EarlierRun:
    """A run by its id: what its row says of it, and what the button that deletes it is called."""

    id: int
    text: str
    deletion: str


class EarlierRuns(Card):
    """A card of runs that is out of sight where there are none; both signals carry the id of a run."""

    open_requested = Signal(int)
    delete_requested = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.column.addWidget(label(name, "section"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_S)
        self.column.addLayout(self._rows)

    def show_runs(self, runs: Sequence[EarlierRun]) -> None:
        """List runs, the newest first; those beyond `MOST_SHOWN` are left out."""
        clear(self._rows)
        self.setVisible(bool(runs))
        for run in runs[:MOST_SHOWN]:
            self._rows.addLayout(self._row(run))

    def _row(self, run: EarlierRun) -> QHBoxLayout:
        opened = on_click(Button(run.text, kind="row"), lambda: self.open_requested.emit(run.id))
        opened.setText(opened.text().replace("&", "&&"))
        gone = on_click(
            Button("", "trash-can-outline", "quiet", run.deletion), lambda: self.delete_requested.emit(run.id)
        )
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(opened, 1)
        row.addWidget(gone)
        return row
