"""A sweep on its way: what is asked next, how long the rest takes, and each cell kept as soon as it is there."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from phi3desk.sweep.cell import CellWriting, same_as
from phi3desk.sweep.plan import Answered, Sweep, SweptDocument
from phi3desk.sweep.store import SweepStore

#: cells that the time for the next ones is told from
_RECENT = 30

Ask = Callable[[int, SweptDocument], Answered | None]


class Pace:
    """How long the rest of a sweep takes, told from the cells that were measured last."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_RECENT)

    def took(self, seconds: float) -> None:
        """Count a cell."""
        self._seconds.append(seconds)

    def left(self, cells: int) -> float | None:
        """Return the seconds for so many cells, None while none was measured."""
        return cells * sum(self._seconds) / len(self._seconds) if self._seconds else None


def run(
    sweep: Sweep,
    store: SweepStore,
    ask: Ask,
    on_progress: Callable[[int, int, SweptDocument, float | None], None],
    cancelled: threading.Event,
) -> bool:
    """Ask what is not answered yet, keeping each cell at once; returns whether all of it is done.

    `ask` returns None for a cell that was broken off: it is asked again when the sweep goes on. `on_progress` is told
    cells done, cells in all, the document that is asked and the seconds left, None until they can be told.
    """
    open_cells, pace = deque(store.open_cells(sweep.id)), Pace()
    while open_cells:
        if cancelled.is_set():
            return False
        question, document = open_cells.popleft()
        left = len(open_cells) + 1
        on_progress(sweep.total - left, sweep.total, document, pace.left(left))
        answered = ask(question, document)
        if answered is None:
            return False
        if not store.keep(sweep.id, answered):
            # moved or gone meanwhile: what is to be asked has changed
            open_cells = deque(store.open_cells(sweep.id))
        pace.took(answered.cell.seconds)
    return True


def known_answer(store: SweepStore, sweep_id: int, wanted: CellWriting) -> Answered | None:
    """Return the cell of what was written already from the very same words in another document, None to write it."""
    known = store.read_alike(sweep_id, wanted.question, wanted.evidence)
    return None if known is None else same_as(known, wanted)
