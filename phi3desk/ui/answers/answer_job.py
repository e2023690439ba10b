"""One question on its way to an answer: search, then writing, then the record, each step told by a signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from phi3desk.chat import answer as answers
from phi3desk.chat.decision import (
    OverviewStep,
    QueryStep,
    SearchStep,
    SeriesStep,
    SheetStep,
    WriteStep,
    Writing,
    first_step,
    sheet_step,
    step_after_overview,
    step_after_query,
    step_after_search,
    step_after_sheets,
    with_offer,
    with_what_was_read,
)
from phi3desk.chat.follow_up import FollowUp
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Answer, Source
from phi3desk.chat.prompt import Completion
from phi3desk.chat.question import Question
from phi3desk.chat.series import Series
from phi3desk.errors import Sentence
from phi3desk.library.documents import SearchResult, Trace, WordsOnly
from phi3desk.library.overview.types import Asked, DocumentQuestion, Overview, Told
from phi3desk.library.sheets.told import SheetResult
from phi3desk.model.types import Ending, LoadedModel
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.clients.model_client import ModelClient
from phi3desk.ui.clients.steps import guarded
from phi3desk.ui.formatting import translate
from phi3desk.workers.protocol import Failure, FailureKind

#: laying out and painting an answer takes up to 6 ms, which the model's threads lose
STREAM_INTERVAL_MS = 100
#: longer than the model takes at most, for the way there and back
COMPLETED_WITHIN_MS = 2500
#: how long an answer in parts may take where nothing else is said
SERIES_SECONDS = 180.0
#: what a model has a part in, of what is asked about documents as wholes
WRITTEN = (Asked.PAGES, Asked.SUMMARY, Asked.COMPARISON)

Result = TypeVar("Result")


class AnswerJob(QObject):
    """Answers one question; make one for each. `finished` or `failed` is emitted exactly once, then it is done.

    `searching` carries the number of passages being searched, `sources_found` a tuple of Source, `reading` the tokens
    read and in all, `querying` tells that the model writes a query for a sheet, `part_begun` carries the Progress of an
    answer that is written in parts, `text_received` the whole text so far (10 times a second at most), `checking` tells
    that the model holds it against its sources now, `finished` carries an Answer, `failed` a Failure and the Answer as
    far as it had come, `noticed` a Sentence about what could not take part in the search, None where all did. An answer
    in parts takes `series_seconds` at most, as far as that can be told.
    """

    searching = Signal(int)
    sources_found = Signal(object)
    reading = Signal(int, int)
    part_begun = Signal(object)
    querying = Signal()
    text_received = Signal(str)
    checking = Signal()
    finished = Signal(object)
    failed = Signal(object, object)
    noticed = Signal(object)

    def __init__(
        self,
        question: Question,
        library: LibraryClient,
        model: ModelClient,
        parent: QObject | None = None,
        series_seconds: float = SERIES_SECONDS,
    ) -> None:
        super().__init__(parent)
        self._question = question
        self._series_seconds = series_seconds
        self._series: Series | None = None
        self._awaits_model: Callable[[], None] | None = None
        #: why there is no model
        self._no_model: Failure | None = None
        self._library = library
        self._model = model
        self._completing = 0
        self._search = 0
        self._writing = 0
        self._checking = 0
        self._meanings = 1.0
        self._words_only: WordsOnly | None = None
        self._trace: Trace | None = None
        self._searched_for = question.search_text
        self._stopped = False
        self._sources: tuple[Source, ...] = ()
        self._text = ""
        self._stream = QTimer(self)
        self._stream.setInterval(STREAM_INTERVAL_MS)
        self._stream.setSingleShot(True)
        self._stream.timeout.connect(self._on_stream_due)
        model.loaded.connect(self._on_model_loaded)
        model.load_failed.connect(self._on_no_model)
        model.load_stopped.connect(self._go_on_with_model)
        model.stopped.connect(self._on_model_stopped)

    @property
    def question(self) -> Question:
        """The question that is answered."""
        return self._question

    @property
    def unfinished(self) -> Answer:
        """The answer as far as it has come, for keeping it while it is written."""
        return self._told(self._as_far_as(Ending.WRITING))

    def start(self) -> None:
        """Begin; returns at once."""
        self._guarded(self._begin)(self._question)

    def _begin(self, question: Question) -> None:
        # it is asked of the model only once the documents were searched
        self._model.keep_loaded()
        status = self._library.status
        passages = status.passages if status is not None else None
        step = first_step(question, passages, translate)
        if not isinstance(step, SearchStep | OverviewStep):
            self._searched_for = ""
        elif status is not None:
            self._meanings = status.figures.meanings
        if isinstance(step, SearchStep):
            self._look_for(step)
        elif isinstance(step, OverviewStep):
            asked = step.asked
            self._search = self._library.overview(
                asked, step.within, self._guarded(lambda overview: self._on_overview(asked, overview)), self._on_failed
            )
        elif isinstance(step, WriteStep):
            self._write(step)
        else:
            QTimer.singleShot(0, self, lambda: self._end(step))

    def stop(self) -> None:
        """Stop in whatever step it is; `finished` follows with what there is."""
        if self._stopped:
            return
        self._stopped = True
        if self._awaits_model is not None:
            self._go_on_with_model()
        elif self._writing:
            self._model.cancel(self._writing)
        elif self._checking:
            # what is written is compared by its letters, then
            self._library.cancel(self._checking)
        elif self._search:
            self._library.cancel(self._search)
        elif self._completing:
            self._model.cancel(self._completing)

    def _look_for(self, step: SearchStep) -> None:
        """Search for a question, after the model has completed it where the rules are in doubt."""
        status = self._library.status
        self.searching.emit(status.passages if status else 0)
        if self._question.doubt is not None and self._model.can_complete:
            self._complete(self._question.doubt, step)
        else:
            self._begin_search(step)

    def _complete(self, doubt: FollowUp, step: SearchStep) -> None:
        """Have the model complete the question before it is searched; else what the rules made of it is searched."""

        def on_completed(text: str = "") -> None:
            if not self._completing:
                return
            self._completing = 0
            if text:
                self._question = replace(self._question, search_text=text)
                self._searched_for = text
            self._begin_search(replace(step, text=text or step.text))

        def on_overdue() -> None:
            self._model.cancel(self._completing)
            on_completed()

        by = self._question.made_by.use
        self._completing = self._model.complete_question(doubt, on_completed, lambda _: on_completed(), by)
        QTimer.singleShot(COMPLETED_WITHIN_MS, self, on_overdue)

    def _begin_search(self, step: SearchStep) -> None:
        if self._stopped:
            self._end(answers.unfinished("", (), self._question.made_by, Ending.CANCELLED))
            return
        status = self._library.status
        sheets = sheet_step(self._question) if status is not None and status.sheets else None
        if sheets is not None:
            self._ask_sheets(sheets, step)
        else:
            self._search_passages(step)

    def _search_passages(self, step: SearchStep) -> None:
        self._search = self._library.search(
            step.text,
            step.passages,
            step.scope,
            self._guarded(self._on_searched),
            self._on_failed,
            sentences=step.sentences,
        )

    def _ask_sheets(self, step: SheetStep, otherwise: SearchStep) -> None:
        """Ask the sheets; where they give no answer, documents are searched."""

        def on_failed(failure: Failure) -> None:
            if failure.kind is FailureKind.CANCELLED:
                self._on_failed(failure)
            else:
                self._search_passages(otherwise)

        written = step.written[-1] if step.written else None
        on_told: Callable[[SheetResult], None] = self._guarded(lambda told: self._on_sheets(step, otherwise, told))
        self._search = self._library.ask_sheets(
            step.asked,
            step.scope,
            written,
            on_told,
            on_failed,
        )

    def _on_sheets(self, step: SheetStep, otherwise: SearchStep, told: SheetResult) -> None:
        self._search = 0
        if self._stopped:
            self._end(answers.unfinished("", (), self._question.made_by, Ending.CANCELLED))
            return
        # a query may be written once it is there
        if told.schema and self._awaits(lambda: self._on_sheets(step, otherwise, told)):
            return
        following = step_after_sheets(self._question, step, told, self._speed_of_writing())
        if isinstance(following, Answer):
            self._end(following)
        elif isinstance(following, QueryStep):
            self._write_query(following, otherwise)
        else:
            self._search_passages(otherwise)

    def _write_query(self, step: QueryStep, otherwise: SearchStep) -> None:
        def on_written(sql: str) -> None:
            self._writing = 0
            if self._stopped:
                self._end(answers.unfinished("", (), self._question.made_by, Ending.CANCELLED))
            else:
                self._ask_sheets(step_after_query(step, sql), otherwise)

        def on_failed(failure: Failure) -> None:
            if failure.kind is FailureKind.CANCELLED:
                self._on_failed(failure)
            else:
                self._writing = 0
                self._search_passages(otherwise)

        self.querying.emit()
        self._writing = self._model.write_query(step.request, on_written, on_failed, self._question.made_by.use)

    def _awaits(self, go_on: Callable[[], None]) -> bool:
        """Go on once the model that is being loaded is there, or is known not to come; False where none is."""
        if self._model.model is not None or not self._model.is_loading:
            return False
        self._awaits_model = go_on
        return True

    def _can_write(self, write: Callable[[], None]) -> bool:
        """Tell whether the model can be asked now; one that is being loaded is asked later, by `write`."""
        if self._awaits(write):
            return False
        if self._model.model is None and self._no_model is not None:
            self._on_failed(self._no_model)
            return False
        return True

    def _on_overview(self, asked: DocumentQuestion, overview: Overview) -> None:
        self._search = 0
        if self._stopped:
            self._end(answers.unfinished("", (), self._question.made_by, Ending.CANCELLED))
            return
        needs_model = overview.told is Told.FOUND and asked.asked in WRITTEN
        # how much is read, and in which form, depends on the model
        if needs_model and self._awaits(lambda: self._on_overview(asked, overview)):
            return
        step = step_after_overview(self._question, asked, overview, self._speed_of_writing(), translate)
        if isinstance(step, SearchStep):
            self._look_for(step)
        elif isinstance(step, SeriesStep):
            self._begin_series(step)
        elif isinstance(step, WriteStep):
            self._begin_writing(step)
        else:
            self._end(step)

    def _speed_of_writing(self) -> Writing:
        return Writing(self._model.model, self._model.speed, self._series_seconds)

    def _go_on_with_model(self) -> None:
        """Go on once the model is loaded, or is known not to be."""
        if self._awaits_model is not None:
            go_on, self._awaits_model = self._awaits_model, None
            go_on()

    def _on_model_loaded(self, model: LoadedModel) -> None:
        """Know the file of the model that is meant, which was not known where it was not loaded yet."""
        made_by = self._question.made_by
        if made_by.use is not None and made_by.use.model.same_file(model.ref):
            self._question = replace(self._question, made_by=made_by.by_model(model))
        self._go_on_with_model()

    def _on_model_stopped(self, sentence: Sentence) -> None:
        self._on_no_model(Failure(FailureKind.DIED, sentence))

    def _on_no_model(self, why: Failure) -> None:
        self._no_model = why
        self._go_on_with_model()

    def _begin_series(self, step: SeriesStep) -> None:
        self._series, self._sources = step.series, step.series.sources
        self.sources_found.emit(self._sources)
        if self._model.has_none and not step.needs_model:
            self._end(step.series.answer(Ending.STOP))
            return
        self._write_part()

    def _write_part(self) -> None:
        """Have the next part of the series written, or end where there is none."""
        series = self._series
        if series is None:
            return
        request = series.next()
        if request is None or self._stopped:
            self._end(series.answer(Ending.CANCELLED if self._stopped else Ending.STOP))
            return
        if not self._can_write(self._write_part):
            return
        self.part_begun.emit(series.progress)
        self._writing = self._model.answer(
            request,
            series.sampling,
            lambda *_: None,
            lambda _: None,
            self._guarded(self._on_part_written),
            self._on_failed,
            self._question.made_by.use,
        )

    def _on_part_written(self, written: Completion) -> None:
        self._writing = 0
        series = self._series
        if series is None:
            return
        if self._stopped:
            self._write_part()
            return

        def on_checked(grounded: Grounded | None) -> None:
            self._checking = 0
            series.take(written, grounded)
            self._text = series.text
            self.text_received.emit(self._text)
            self._write_part()

        part, take = series.to_check(written), self._guarded(on_checked)
        self._checking = self._library.check_answer(part.text, part.sources, part.question, take, lambda _: take(None))

    def _on_searched(self, result: SearchResult) -> None:
        if self._stopped:
            self._end(answers.unfinished("", (), self._question.made_by, Ending.CANCELLED))
            return
        self._words_only, self._trace = result.words_only, result.trace
        # where nothing was found, nothing more could take part
        if result.notice is not None or result.found:
            self.noticed.emit(result.notice)
        step = step_after_search(self._question, result, translate)
        if isinstance(step, Answer):
            self._end(step)
            return
        self._begin_writing(step)

    def _begin_writing(self, step: WriteStep) -> None:
        self._sources = step.sources
        self.sources_found.emit(self._sources)
        self._write(step)

    def _write(self, step: WriteStep) -> None:
        if self._stopped:
            self._end(self._as_far_as(Ending.CANCELLED))
            return
        if not self._can_write(lambda: self._write(step)):
            return
        take: Callable[[Completion], None] = self._guarded(lambda written: self._on_written(step, written))
        self._writing = self._model.answer(
            step.request,
            step.sampling,
            self._on_read,
            self._on_text,
            take,
            self._on_failed,
            self._question.made_by.use,
        )

    def _on_read(self, done: int, total: int) -> None:
        if not self._text:
            self.reading.emit(done, total)
            return
        # what is read once the text is there is read to check it
        if self._stream.isActive():
            self._stream.stop()
            self._on_stream_due()
        self.checking.emit()

    def _on_text(self, piece: str) -> None:
        self._text += piece
        if not self._stream.isActive():
            self._stream.start()

    def _on_stream_due(self) -> None:
        self.text_received.emit(self._text)

    def _on_written(self, step: WriteStep, written: Completion) -> None:
        self._writing = 0
        read = answers.sources_read(written, step.sources)
        if not read:
            self._finish(step, written, None)
            return
        finish: Callable[[Grounded | None], None] = self._guarded(
            lambda grounded: self._finish(step, written, grounded)
        )
        self._checking = self._library.check_answer(
            # where it is not checked it is compared by its letters
            written.generation.text,
            read,
            self._question.standing_alone,
            finish,
            lambda _: finish(None),
            written.opinions,
        )

    def _finish(self, step: WriteStep, written: Completion, grounded: Grounded | None) -> None:
        question = self._question
        answer = answers.finish(
            written,
            question.standing_alone,
            step.sources or step.nearest,
            question.made_by,
            step.search_seconds,
            step.kind,
            grounded,
            step.request.fit,
            translate,
        )
        self._end(with_what_was_read(answer, step, written))

    def _end(self, answer: Answer) -> None:
        self._stream.stop()
        self.finished.emit(self._told(answer))

    def _as_far_as(self, ended: Ending) -> Answer:
        """Return the answer with what there is of it."""
        if self._series is not None:
            return self._series.answer(ended)
        return answers.unfinished(self._text, self._sources, self._question.made_by, ended)

    def _told(self, answer: Answer) -> Answer:
        """Return an answer with what is known of its search."""
        known = replace(answer, meanings=self._meanings, words_only=self._words_only, searched_for=self._searched_for)
        known = with_offer(self._question, replace(known, trace=self._trace))
        return answers.recorded(known, self._question.mode, self._question.standing_alone)

    def _guarded(self, step: Callable[[Result], None]) -> Callable[[Result], None]:
        """Return a step after which the answer has failed where it raises."""
        return guarded(step, self._on_failed)

    def _on_failed(self, failure: Failure) -> None:
        self._stream.stop()
        ended = Ending.CANCELLED if failure.kind is FailureKind.CANCELLED else Ending.FAILED
        partial = self._told(self._as_far_as(ended))
        if failure.kind is FailureKind.CANCELLED:
            self.finished.emit(partial)
        else:
            self.failed.emit(failure, partial)
