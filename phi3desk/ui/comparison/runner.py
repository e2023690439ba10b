"""A comparison on its way: one answer after the other through the workers, each kept at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance

from phi3desk.chat.answer import unfinished
from phi3desk.chat.messages import Answer
from phi3desk.comparison.plan import Comparison, Outcome, Variant, work_left
from phi3desk.comparison.questions import ComparedQuestion
from phi3desk.errors import UserError
from phi3desk.model.options import load_options
from phi3desk.model.types import Ending, ModelEntry
from phi3desk.profiles.asking import made_by
from phi3desk.profiles.resolution import usable_model
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.clients.steps import guarded
from phi3desk.ui.formatting import translate
from phi3desk.ui.services import Services
from phi3desk.workers.protocol import Failure, FailureKind

Told = TypeVar("Told")


class ComparisonRunner(QObject):
    """Runs one comparison at a time. While it runs, the loaded model and its adapters are those of a variant.

    `running_changed` tells that the model is taken or given back; `progressed` carries answers done, answers in all
    and the variant's name; `answered` a question's id; `ended` whether all of it is done, and why it stopped where it
    did by itself (empty otherwise). `asked` carries a question's id and a variant's key when that answer is begun;
    `searching`, `reading` and `text_received` tell of it what they tell in AnswerJob.
    """

    running_changed = Signal(bool)
    progressed = Signal(int, int, str)
    asked = Signal(str, str)
    searching = Signal(int)
    reading = Signal(int, int)
    text_received = Signal(str)
    answered = Signal(str)
    ended = Signal(bool, str)

    def __init__(
        self,
        services: Services,
        give_back: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        """`give_back` brings model and adapters in line with the expert in use again."""
        super().__init__(parent)
        self._store, self._models = services.comparisons, services.models
        self._library, self._model = services.library, services.model
        self._settings, self._give_back = services.settings, give_back
        self._comparison: Comparison | None = None
        self._last = 0
        self._left: list[tuple[ComparedQuestion, Variant]] = []
        self._job: AnswerJob | None = None
        self._waiting = False
        #: whether the model was let go since the answer on its way was begun
        self._released = False
        self._began = 0.0
        self._model.loaded.connect(self._on_model_ready)
        self._model.adapters_changed.connect(self._on_model_ready)
        for signal in (self._model.load_failed, self._model.adapters_failed):
            signal.connect(self._on_model_failed)
        self._model.load_stopped.connect(self._on_load_stopped)
        self._model.released.connect(self._on_released)
        self._model.stopped.connect(lambda sentence: self._end(translate(sentence)) if self.running else None)

    @property
    def running(self) -> bool:
        """Whether a comparison is under way."""
        return self._comparison is not None

    def runs(self, comparison_id: int) -> bool:
        """Whether it is this comparison that is under way."""
        return self.running and self.ran(comparison_id)

    def ran(self, comparison_id: int) -> bool:
        """Whether it is this comparison that was started last."""
        return self._last == comparison_id

    def start(self, comparison: Comparison) -> None:
        """Answer what is not answered yet; returns at once."""
        self._left = work_left(comparison.plan, self._store.done(comparison.id))
        self._comparison, self._last = comparison, comparison.id
        self.running_changed.emit(True)
        self._next()

    def stop(self) -> None:
        """Stop; the answer on its way is dropped, those before are kept."""
        if self.running:
            self._end("")

    def _guarded(self, step: Callable[[Told], None]) -> Callable[[Told], None]:
        """Return a step after which the comparison has ended where it raises."""
        return guarded(step, lambda failure: self._end(translate(failure.sentence)))

    def _next(self) -> None:
        if self._comparison is not None:
            self._guarded(self._go_on)(self._comparison)

    def _go_on(self, comparison: Comparison) -> None:
        """Ask for the next answer, of its model once that is there."""
        if not self._left:
            self._end("")
            return
        variant = self._left[0][1]
        self.progressed.emit(comparison.total - len(self._left), comparison.total, variant.name)
        try:
            entry = self._entry(variant)
        except UserError as error:
            self._end(translate(error.sentence))
            return
        if self._is_loaded(entry, variant):
            self._waiting = False
            self._ask()
            return
        self._waiting = True
        if not self._model.has_loaded(entry.ref):
            self._load(entry, variant)
        else:
            self._model.set_adapters(variant.profile.adapters)

    def _entry(self, variant: Variant) -> ModelEntry:
        comparison = self._comparison
        return usable_model(variant.profile.model or (comparison.plan.model if comparison else ""), self._models)

    def _is_loaded(self, entry: ModelEntry, variant: Variant) -> bool:
        loaded = self._model.model
        attached = tuple(loaded.adapters) if loaded is not None else ()
        return self._model.has_loaded(entry.ref) and attached == variant.profile.adapters

    def _load(self, entry: ModelEntry, variant: Variant) -> None:
        self._model.load(entry.ref, load_options(self._settings), variant.profile.adapters)

    def _ask(self) -> None:
        asked, variant = self._left[0]
        comparison = self._comparison
        if comparison is None:
            return
        maker = made_by(variant.profile, self._model.model or self._entry(variant))
        question = comparison.plan.question_for(asked, variant, self._settings, maker)
        self.asked.emit(asked.id, variant.key)
        self._begin(AnswerJob(question, self._library, self._model, self))

    def _begin(self, job: AnswerJob) -> None:
        self._job, self._released = job, False
        for told, passed_on in self._told_of(job):
            told.connect(passed_on)
        job.finished.connect(self._on_finished)
        job.failed.connect(self._on_failed)
        self._began = time.perf_counter()
        job.start()

    def _told_of(self, job: AnswerJob) -> tuple[tuple[SignalInstance, SignalInstance], ...]:
        return (
            (job.searching, self.searching),
            (job.reading, self.reading),
            (job.text_received, self.text_received),
        )

    def _on_model_ready(self, _: object) -> None:
        if self.running and self._waiting:
            self._next()

    def _on_model_failed(self, failure: Failure) -> None:
        if self.running and self._waiting:
            self._end(translate(failure.sentence))

    def _on_load_stopped(self) -> None:
        """End where the user stopped the loading of a model: until the next question none is loaded."""
        if self.running:
            self._end(self.tr("The loading of the model was stopped, and the comparison with it."), give_back=False)

    def _on_released(self) -> None:
        self._released = True

    def _on_finished(self, answer: Answer) -> None:
        if answer.ended is Ending.CANCELLED:
            self._drop_answering()
            return
        if not self._ask_again():
            self._keep(answer, "")

    def _on_failed(self, failure: Failure, answer: Answer) -> None:
        if failure.kind in (FailureKind.DIED, FailureKind.BUG):
            self._end(translate(failure.sentence))
            return
        if self._ask_again():
            return
        made_by = answer.made_by
        self._keep(unfinished("", (), made_by, Ending.FAILED), translate(failure.sentence))

    def _ask_again(self) -> bool:
        """Ask for the answer that ended once more where the expert was switched meanwhile; tell whether it was."""
        if self._released and self._model.has_none:
            # a graphics card took it along, and may each time: it is loaded for the next question
            return False
        variant = self._left[0][1]
        with suppress(UserError):  # a model that is gone is told when it is asked again
            if self._is_loaded(self._entry(variant), variant):
                return False
        self._drop_answering()
        self._next()
        return True

    def _keep(self, answer: Answer, problem: str) -> None:
        seconds = time.perf_counter() - self._began
        self._drop_answering()
        if self._comparison is not None:
            asked, variant = self._left[0]
            self._guarded(self._take)(Outcome(asked.id, variant.key, answer, seconds, problem=problem))

    def _take(self, outcome: Outcome) -> None:
        """Keep the answer that was written and go on; until it is kept it is one of those that are left."""
        self._store.keep(self._last, outcome)
        self._left.pop(0)
        self.answered.emit(outcome.question)
        self._next()

    def _drop_answering(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def _end(self, problem: str, *, give_back: bool = True) -> None:
        job, self._job = self._job, None
        if job is not None:
            for told, passed_on in self._told_of(job):
                told.disconnect(passed_on)
            job.finished.disconnect(self._on_finished)
            job.failed.disconnect(self._on_failed)
            job.finished.connect(job.deleteLater)
            job.failed.connect(job.deleteLater)
            job.stop()
        done = not self._left
        self._comparison, self._left, self._waiting = None, [], False
        if give_back:
            self._give_back()
        self.running_changed.emit(False)
        self.ended.emit(done, problem)
