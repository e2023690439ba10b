"""The rows of a sweep as they come from its file: read on a thread of the pool, part by part."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from phi3desk.sweep.plan import Row, Sweep
from phi3desk.sweep.reading import Place, rows_from
from phi3desk.sweep.store import SweepStore
from phi3desk.ui.clients.background import in_background

#: rows of a part: what the window does with one takes it a few milliseconds
PART = 500


class RowLoader(QObject):
    """Reads the rows of one sweep at a time; `failed` carries the Failure where its file cannot be read.

    `part_read` carries a list of Row, question by question, the documents of each by path; `ended` tells that it was
    the last one. After `failed` no more come until `load`.
    """

    part_read = Signal(object)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, store: SweepStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._turn = 0

    def load(self, sweep: Sweep) -> None:
        """Read all rows of a sweep; those of another one that are still to come are not told any more."""
        self._turn += 1
        self._read(sweep, Place())

    def _read(self, sweep: Sweep, place: Place) -> None:
        turn = self._turn
        on_rows = self._of_turn(turn, partial(self._on_rows, sweep, place))
        work = partial(rows_from, self._store.path, sweep.id, place, PART)
        in_background(self, work, on_rows, self._of_turn(turn, self.failed.emit))

    def _of_turn(self, turn: int, act: Callable[..., None]) -> Callable[..., None]:
        """Return what does nothing where another sweep is wanted by now."""
        return lambda *told: act(*told) if turn == self._turn else None

    def _on_rows(self, sweep: Sweep, place: Place, rows: list[Row]) -> None:
        following = _following(sweep, place, rows)
        self.part_read.emit(rows)
        if following is None:
            self.ended.emit()
        else:
            self._read(sweep, following)


def _following(sweep: Sweep, place: Place, rows: list[Row]) -> Place | None:
    """Return where the next part begins, None where there is none."""
    if len(rows) == PART:
        return Place(place.question, rows[-1].document.path)
    following = place.question + 1
    return Place(following) if following < len(sweep.plan.questions) else None
