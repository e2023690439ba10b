"""A sweep on its way through the workers: one document after the other, each cell kept at once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.chat.answer import sources_read
from phi3desk.chat.decision import QueryStep, SheetStep, Writing, sheet_step, step_after_query, step_after_sheets
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Answer, MadeBy
from phi3desk.chat.prompt import Completion
from phi3desk.chat.question import Question
from phi3desk.library.documents import SearchResult
from phi3desk.library.sheets.told import SheetResult
from phi3desk.model.options import sampling
from phi3desk.sweep.cell import (
    CellWriting,
    cell_of,
    failed_cell,
    room_to_read,
    sampling_of,
    search_for,
    step_after_search,
)
from phi3desk.sweep.plan import Answered, Sweep, SweptDocument
from phi3desk.sweep.run import Pace, known_answer
from phi3desk.sweep.sheet_cell import question_to_sheet, sheet_cell
from phi3desk.ui.clients.steps import guarded
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.formatting import translate
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure, FailureKind

#: documents of which the cells are taken out of the store at a time
AHEAD = 100

Told = TypeVar("Told")


class SweepRunner(QObject):
    """Runs one sweep at a time. What a person asks goes first: see `give_way`.

    `running_changed` tells that a sweep goes on or rests; `progressed` carries cells done, cells in all, the name of
    the document that is asked and the seconds left, None until they can be told; `answered` a Cell that was kept;
    `ended` whether all of it is done, and why it stopped where it did by itself (empty otherwise).
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int, str, object)
    answered = Signal(object)
    ended = Signal(bool, str)

    def __init__(self, services: Services, expert: ActiveExpert, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._settings = services.sweeps, services.settings
        self._library, self._model, self._expert = services.library, services.model, expert
        self._sweep: Sweep | None = None
        self._last = 0
        #: the next cells, of some documents only, and how many are left in all
        self._open: deque[tuple[int, SweptDocument]] = deque()
        self._left = 0
        self._pace = Pace()
        self._gives_way = self._waits_for_model = False
        self._search = self._writing = 0
        #: what belongs to an earlier turn is for nobody
        self._turn = 0
        self._began = 0.0
        #: what answers the cell on its way
        self._made_by = MadeBy()
        self._died_at: tuple[int, str] | None = None
        self._model.loaded.connect(self._on_model_loaded)
        self._model.load_failed.connect(lambda failure: self._on_no_model(translate(failure.sentence)))
        self._model.load_stopped.connect(lambda: self._on_no_model(""))
        self._model.worker.gave_up.connect(lambda sentence: self._on_no_model(translate(sentence)))

    @property
    def running(self) -> bool:
        """Whether a sweep is under way, also while it gives way."""
        return self._sweep is not None

    @property
    def gives_way(self) -> bool:
        """Whether it rests until something else is done with the model."""
        return self._gives_way

    def runs(self, sweep_id: int) -> bool:
        """Whether it is this sweep that is under way."""
        return self._sweep is not None and self._sweep.id == sweep_id

    def ran_last(self, sweep_id: int) -> bool:
        """Whether it is this sweep that is under way or, where none is, that has ended last."""
        return self._last == sweep_id

    def start(self, sweep: Sweep) -> None:
        """Ask what is not answered yet; returns at once."""
        if self.running:
            self.pause()
        sweep = self._store.sweep(sweep.id)
        self._open = self._next_cells(sweep, "")
        self._sweep, self._last, self._left, self._pace = sweep, sweep.id, sweep.total - sweep.answered, Pace()
        self.running_changed.emit(True)
        self._next()

    def pause(self) -> None:
        """Rest; the cell on its way is asked again when the sweep goes on, those before are kept."""
        if self.running:
            self._end("")

    def give_way(self, to_others: bool) -> None:
        """Let others have the model, breaking off the cell on its way; go on with it where they are done."""
        if to_others == self._gives_way:
            return
        self._gives_way = to_others
        if to_others:
            self._break_off()
        if self.running:
            self._tell()
            # who had the model may be about to load another one
            self._go_on_soon()

    def _go_on_soon(self) -> None:
        """Ask the next document once the window had its turn, unless this turn of the sweep is over by then."""
        turn = self._turn
        QTimer.singleShot(0, self, lambda: self._next() if turn == self._turn else None)

    def _next(self) -> None:
        """Ask the next document, unless something else is waited for."""
        sweep = self._sweep
        if sweep is None or self._gives_way:
            return
        if not self._open:
            self._end("")
            return
        if not sweep.plan.quotes_only and self._model.model is None:
            self._waits_for_model = True
            self._expert.load_if_none()
            if not self._model.is_loading and self._model.model is None:
                self._on_no_model(self.tr("There is no model to answer with. Choose a GGUF file under Models."))
            return
        if not sweep.plan.quotes_only:
            # it is asked of the model only once the document was searched
            self._model.keep_loaded()
        self._tell()
        self._turn += 1
        self._began = time.perf_counter()
        self._guarded(self._turn, self._ask)(sweep)

    def _guarded(self, turn: int, step: Callable[[Told], None]) -> Callable[[Told], None]:
        """Return a step of a turn, after which its document could not be asked where it raises."""
        return guarded(step, lambda failure: self._on_failed(turn, failure))

    def _ask(self, sweep: Sweep) -> None:
        """Ask the document whose turn it is."""
        question, document = self._open[0]
        self._made_by = self._expert.made_by()
        asked = question_to_sheet(sweep.plan, question, document, self._made_by)
        step = sheet_step(asked) if asked is not None else None
        if asked is not None and step is not None:
            self._ask_sheet(self._turn, asked, step)
        else:
            self._search_document(self._turn)

    def _ask_sheet(self, turn: int, asked: Question, step: SheetStep) -> None:
        """Ask a sheet by a query; where that gives no answer, it is read like any document."""
        self._writing = 0
        self._search = self._library.ask_sheets(
            step.asked,
            step.scope,
            step.written[-1] if step.written else None,
            self._guarded(turn, lambda told: self._on_sheet(turn, asked, step, told)),
            self._guarded(turn, lambda failure: self._on_sheet_failed(turn, failure)),
        )

    def _on_sheet(self, turn: int, asked: Question, step: SheetStep, told: SheetResult) -> None:
        sweep = self._sweep
        if turn != self._turn or sweep is None:
            return
        self._search = 0
        model = None if sweep.plan.quotes_only else self._model.model
        following = step_after_sheets(asked, step, told, Writing(model))
        if isinstance(following, QueryStep):
            self._write_query(turn, asked, following)
            return
        question, document = self._open[0]
        seconds = time.perf_counter() - self._began
        answered = sheet_cell(question, document, following, seconds) if isinstance(following, Answer) else None
        if answered is not None:
            self._keep(answered)
        else:
            self._search_document(turn)

    def _write_query(self, turn: int, asked: Question, step: QueryStep) -> None:
        def on_written(sql: str) -> None:
            if turn == self._turn:
                self._ask_sheet(turn, asked, step_after_query(step, sql))

        self._writing = self._model.write_query(
            step.request,
            self._guarded(turn, on_written),
            self._guarded(turn, lambda failure: self._on_query_failed(turn, failure)),
            asked.made_by.use,
        )

    def _on_query_failed(self, turn: int, failure: Failure) -> None:
        if self._model.has_none:
            # a graphics card took it along: nothing is left that could read the document
            self._on_failed(turn, failure)
        else:
            self._on_sheet_failed(turn, failure)

    def _on_sheet_failed(self, turn: int, failure: Failure) -> None:
        if failure.kind in (FailureKind.CANCELLED, FailureKind.DIED):
            self._on_failed(turn, failure)
        elif turn == self._turn and self._sweep is not None:
            self._search = self._writing = 0
            self._search_document(turn)

    def _search_document(self, turn: int) -> None:
        sweep = self._sweep
        if sweep is None:
            return
        question, document = self._open[0]
        step = search_for(sweep.plan, question, document)
        self._search = self._library.search(
            step.text,
            step.passages,
            step.scope,
            self._guarded(turn, lambda result: self._on_searched(turn, result)),
            lambda failure: self._on_failed(turn, failure),
            sentences=False,
        )

    def _tell(self) -> None:
        sweep = self._sweep
        if sweep is not None and self._open:
            name = "" if self._gives_way else self._open[0][1].name
            self.progressed.emit(sweep.total - self._left, sweep.total, name, self._pace.left(self._left))

    def _next_cells(self, sweep: Sweep, after: str) -> deque[tuple[int, SweptDocument]]:
        """Return the cells of the next documents, behind the one at a path."""
        return deque(self._store.open_cells(sweep.id, after, AHEAD))

    def _on_searched(self, turn: int, result: SearchResult) -> None:
        sweep = self._sweep
        if turn != self._turn or sweep is None:
            return
        self._search = 0
        question, document = self._open[0]
        model, speed = self._model.model, self._model.speed
        room = None if sweep.plan.quotes_only else lambda: room_to_read(sweep.plan, model, speed)
        wanted = step_after_search(sweep.plan, question, document, result, room)
        if isinstance(wanted, Answered):
            self._keep(wanted)
            return
        known = known_answer(self._store, sweep.id, wanted)
        if known is not None:
            self._keep(known)
            return
        usual = self._expert.current.sampling.over(sampling(self._settings))
        self._writing = self._model.answer(
            wanted.request,
            sampling_of(usual),
            lambda *_: None,
            lambda _: None,
            self._guarded(turn, lambda written: self._on_written(turn, wanted, written)),
            lambda failure: self._on_failed(turn, failure),
            self._made_by.use,
        )

    def _on_written(self, turn: int, wanted: CellWriting, written: Completion) -> None:
        if turn != self._turn:
            return
        self._writing = 0

        def on_checked(grounded: Grounded | None) -> None:
            if turn == self._turn:
                seconds = time.perf_counter() - self._began
                self._keep(cell_of(wanted, written, self._made_by, seconds, grounded))

        take = self._guarded(turn, on_checked)
        self._search = self._library.check_answer(
            written.generation.text,
            sources_read(written, wanted.sources),
            wanted.request.question,
            take,
            lambda _: take(None),
            written.opinions,
        )

    def _on_failed(self, turn: int, failure: Failure) -> None:
        if turn != self._turn or self._sweep is None or failure.kind is FailureKind.CANCELLED:
            return
        self._search = self._writing = 0
        question, document = self._open[0]
        place = (question, document.path)
        if failure.kind is FailureKind.DIED and self._died_at != place:
            # the worker is started again and loads its model again: once more, then
            self._died_at = place
            self._go_on_soon()
            return
        if self._made_by != self._expert.made_by():
            # the expert was switched before the cell was begun
            self._go_on_soon()
            return
        self._keep(failed_cell(question, document, failure.sentence, time.perf_counter() - self._began))

    def _keep(self, answered: Answered) -> None:
        """Keep a cell and go on; where it cannot be kept, nor can what follows."""
        guarded(self._take, lambda failure: self._end(translate(failure.sentence)))(answered)

    def _take(self, answered: Answered) -> None:
        sweep = self._sweep
        if sweep is None:
            return
        self._search = self._writing = 0
        kept = self._store.keep(sweep.id, answered)
        self._turn += 1
        _, document = self._open.popleft()
        self._left -= 1
        if not self._open:
            self._open = self._next_cells(sweep, document.path)
        self._pace.took(answered.cell.seconds)
        if kept:
            self.answered.emit(answered.cell)
        # what was waiting in the window comes before the next document
        self._go_on_soon()

    def _on_model_loaded(self, _: object) -> None:
        if self._waits_for_model:
            self._waits_for_model = False
            self._next()

    def _on_no_model(self, why: str) -> None:
        if self.running and self._waits_for_model:
            self._end(why)

    def _break_off(self) -> None:
        self._turn += 1
        if self._writing:
            self._model.cancel(self._writing)
        elif self._search:
            self._library.cancel(self._search)
        self._search = self._writing = 0

    def _end(self, problem: str) -> None:
        self._break_off()
        done = not self._open and not problem
        self._sweep, self._waits_for_model = None, False
        self._open.clear()
        self.running_changed.emit(False)
        self.ended.emit(done, problem)
