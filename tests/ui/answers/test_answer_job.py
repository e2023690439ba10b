"""One question on its way to an answer, with a library and a model that answer at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from pytestqt.qtbot import QtBot

from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.messages import Answer, Basis, MadeBy, Opinion, Source
from phi3desk.chat.prompt import Completion, PromptRequest, Task
from phi3desk.chat.question import Question
from phi3desk.chat.series import Speed
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.chat.summary import Summary
from phi3desk.errors import Cancelled, Sentence, say
from phi3desk.library.documents import (
    EVERYWHERE,
    Document,
    Found,
    LibraryStatus,
    Passage,
    SearchResult,
    SearchScope,
    State,
    Trace,
    WordsOnly,
)
from phi3desk.library.overview.types import Entry, Overview, Told
from phi3desk.library.sheets.question import Operation as SheetOperation
from phi3desk.library.sheets.question import WrittenQuery
from phi3desk.library.sheets.told import Asked as SheetAsked
from phi3desk.library.sheets.told import SheetResult, SheetsTold
from phi3desk.model.types import AdapterUse, Ending, Generation, LoadedModel, ModelKind, ModelRef, ModelUse, Sampling
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.workers.protocol import Failure, FailureKind, failure_of

MANUAL = Document(1, 1, "All", "/pump.pdf", "pump.pdf", "Pump", State.READY, None, 9, 12, 9, 0.0, 0.0)
PHI3 = LoadedModel("phi3", "/m", "phi3", 4096, 4096, 0, 32, 2_400_000_000, 3_800_000_000, True, "CPU")
SEARCHED = SearchResult((), 9, "en", 0.1, by_meaning=True)
TRACE = Trace("Kako pogosto?", "sl", {"sl": 1.0}, 9, 0, ())
NOTICE = say("The reranker cannot be used.")


def passage(n: int) -> Passage:
    text = f"Bearing {n} is greased every {1000 + n} operating hours with lithium grease of class two. " * 14
    return Passage(n, 1, "pump.pdf", "/pump.pdf", "Pump", n, 0, len(text), text, (f"Chapter {n}",))


FOUND = Found(passage(1), 1.0, True)


class Library:
    """What the job asks of a library client."""

    status = None

    def __init__(self, overview: Overview) -> None:
        self.told = overview
        self.searched: list[str] = []

    def overview(self, _question: Any, _within: Any, on_result: Callable[[Overview], None], _failed: Any) -> int:
        on_result(self.told)
        return 1

    def search(
        self, text: str, _k: int, _in: Any, on_result: Callable[[SearchResult], None], *_: Any, **__: Any
    ) -> int:
        self.searched.append(text)
        on_result(SEARCHED)
        return 2

    def check_answer(
        self, text: str, sources: tuple[Source, ...], question: str, on_result: Callable[[Grounded], None], *rest: Any
    ) -> int:
        self.opinions = rest[1] if len(rest) > 1 else ()
        on_result(ground(text, sources, question))
        return 3

    def cancel(self, _: int) -> None: ...


class Model(QObject):
    """What the job asks of a model client; `model` None is one that has none."""

    loaded = Signal(object)
    load_failed = Signal(object)
    load_stopped = Signal()
    stopped = Signal(object)

    is_loading = False
    speed = Speed(400.0, 40.0)

    def __init__(self, model: LoadedModel | None) -> None:
        super().__init__()
        self.model = model
        self.asked: list[PromptRequest] = []
        self.meant: list[ModelUse | None] = []
        self.stop_after = 99
        self.job: AnswerJob | None = None

    @property
    def has_none(self) -> bool:
        return self.model is None and not self.is_loading

    def answer(self, request: PromptRequest, _sampling: Any, *on: Callable[..., None]) -> int:
        self.asked.append(request)
        self.meant.append(on[4])
        first = request.sources[0]
        text = f"{first.passage.text.split('. ')[0]} [{first.n}]."
        if len(self.asked) > self.stop_after and self.job is not None:
            self.job.stop()
        generation = Generation(text, (), Ending.STOP, 300, 0, 2.0, 2.0, 20, 10.0)
        on[2](Completion(generation, tuple(source.n for source in request.sources), 0))
        return 3

    def cancel(self, _: int) -> None: ...

    def keep_loaded(self) -> None: ...


class FoundNothing:
    """A library in which words alone could search, and found nothing."""

    status = None

    def search(
        self, question: str, k: int, scope: SearchScope, on_result: Callable[..., None], *_: object, **__: object
    ) -> int:
        self.asked = (question, k, scope)
        result = SearchResult(
            (), 9, "sl", 0.1, by_meaning=False, notice=NOTICE, words_only=WordsOnly.LANGUAGE, trace=TRACE
        )
        QTimer.singleShot(0, lambda: on_result(result))
        return 1


@pytest.fixture
def answered(qtbot: QtBot) -> Callable[..., tuple[Answer, list[Any]]]:
    def run(text: str, overview: Overview, model: Model) -> tuple[Answer, list[Any]]:
        question = Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3"))
        library: Any = Library(overview)
        client: Any = model
        job = AnswerJob(question, library, client)
        model.job = job
        parts: list[Any] = []
        job.part_begun.connect(parts.append)
        with qtbot.waitSignal(job.finished) as finished:
            job.start()
        return finished.args[0], [*parts, *library.searched]

    return run


SUMMARY = Overview(Told.FOUND, (MANUAL,), passages=tuple(passage(n) for n in range(1, 10)), passages_in_all=9)


def test_summary_tells_its_time_first_and_is_written_in_parts(answered):
    model = Model(PHI3)
    answer, parts = answered("Summarise the pump manual", SUMMARY, model)
    assert [request.task for request in model.asked] == [*[Task.NOTES] * 9, Task.SUMMARY]
    assert (parts[0].done, parts[0].pages) == (0, 9)
    assert 0 < parts[0].seconds_left <= 180
    assert parts[-1].seconds_left < parts[0].seconds_left
    assert (answer.kind, answer.basis, answer.ended) == ("summary", Basis.DOCUMENTS, Ending.STOP)
    assert [source.passage.page for source in answer.sources] == list(range(1, 10))


def test_stopped_summary_keeps_what_was_written(answered):
    model = Model(PHI3)
    model.stop_after = 2
    answer, _ = answered("Summarise the pump manual", SUMMARY, model)
    assert answer.ended is Ending.CANCELLED
    assert [citation.page for citation in answer.citations] == [1, 2]


def test_inventory_needs_no_model(answered):
    told = Overview(Told.FOUND, entries=(Entry(MANUAL, passage(1)),), documents_in_all=1, pages_in_all=9)
    model = Model(None)
    model.is_loading = True
    answer, parts = answered("List the documents", told, model)
    assert (answer.basis, answer.kind, parts, model.asked) == (Basis.CATALOGUE, "inventory", [], [])
    assert answer.citations[0].path == "/pump.pdf"


def test_page_is_read_whole(answered):
    told = Overview(Told.FOUND, (MANUAL,), passages=tuple(passage(3) for _ in range(7)))
    model = Model(PHI3)
    answer, _ = answered("What is on page 3 of the pump manual?", told, model)
    assert [(request.task, len(request.sources)) for request in model.asked] == [(Task.PAGE, 7)]
    assert (answer.kind, answer.citations[0].page) == ("pages", 3)


def test_answer_from_some_of_many_pages_says_which_were_read(answered):
    told = Overview(
        Told.FOUND, (MANUAL,), passages=tuple(passage(n) for n in range(1, 8)), passages_in_all=20, pages_in_all=20
    )
    answer, _ = answered("Which torque is given on pages 1 to 20 of the pump manual?", told, Model(PHI3))
    assert answer.text.endswith("\n\nPassages read for this: 7 of 20, from pages 1 to 7 of pump.pdf.")
    assert [citation.page for citation in answer.citations] == [1]


def test_question_that_names_no_document_is_searched(answered):
    answer, searched = answered("Summarise the steps", Overview(Told.ORDINARY), Model(PHI3))
    assert (searched, answer.basis) == (["Summarise the steps"], Basis.NOTHING_FOUND)


def test_answer_keeps_that_words_alone_searched_and_the_notice_is_told(qtbot: QtBot) -> None:
    library = FoundNothing()
    scope = SearchScope((3,), ("pump.pdf",), pages=((2, 4),))
    asked = Question("Kako pogosto?", "", (), scope, 4, Sampling(), MadeBy())
    job = AnswerJob(asked, library, Model(None))  # type: ignore[arg-type]
    noticed: list[object] = []
    job.noticed.connect(noticed.append)
    with qtbot.waitSignal(job.finished) as told:
        job.start()
    assert library.asked == ("Kako pogosto?", 4, scope)
    (finished,) = told.args
    assert noticed == [NOTICE]
    assert (finished.basis, finished.words_only) == (Basis.NOTHING_FOUND, WordsOnly.LANGUAGE)
    assert finished.trace == TRACE


@pytest.mark.parametrize(
    ("found", "notice", "told"),
    [((), None, []), ((), NOTICE, [NOTICE]), ((FOUND,), NOTICE, [NOTICE]), ((FOUND,), None, [None])],
)
def test_search_in_which_all_took_part_is_told_of_where_anything_was_found(
    qtbot: QtBot, found: tuple[Found, ...], notice: Sentence | None, told: list[Sentence | None]
) -> None:
    class Searched(Library):
        def search(self, *asked: Any, **_: Any) -> int:
            asked[3](replace(SEARCHED, found=found, notice=notice))
            return 2

    library: Any = Searched(Overview(Told.ORDINARY))
    model: Any = Model(PHI3)
    job = AnswerJob(Question("Which oil?", "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3")), library, model)
    noticed: list[object] = []
    job.noticed.connect(noticed.append)
    with qtbot.waitSignal(job.finished):
        job.start()
    assert noticed == told


def test_summary_waits_for_the_model_that_is_being_loaded(answered):
    model = Model(None)
    model.is_loading = True

    def load() -> None:
        assert model.asked == []
        model.model, model.is_loading = replace(PHI3, parameters=135_000_000), False
        model.loaded.emit(model.model)

    QTimer.singleShot(0, model, load)
    answer, _ = answered("Summarise the pump manual", SUMMARY, model)
    # a small one reads a passage at a time
    assert [len(request.sources) for request in model.asked] == [1] * 9
    assert answer.ended is Ending.STOP


class Reloaded(Model):
    """A model that is loaded anew when the sources are there, as for a changed setting; `then` ends the load."""

    def __init__(self, then: Callable[[Reloaded], None]) -> None:
        super().__init__(PHI3)
        self.then = then

    def reload(self) -> None:
        self.model, self.is_loading = None, True
        QTimer.singleShot(0, self, self.end_load)

    def end_load(self) -> None:
        assert self.asked == []
        self.is_loading = False
        self.then(self)


def load_again(model: Reloaded) -> None:
    model.model = PHI3
    model.loaded.emit(PHI3)


def stop_waiting(model: Reloaded) -> None:
    model.is_loading = True
    assert model.job is not None
    model.job.stop()


REFUSED = Failure(FailureKind.USER, say("The file is damaged."))
DIED = say("The model stopped unexpectedly.")


@pytest.mark.parametrize(
    ("overview", "text"),
    [
        (Overview(Told.FOUND, (MANUAL,), passages=(passage(3),)), "What is on page 3 of the pump manual?"),
        (SUMMARY, "Summarise the pump manual"),
    ],
)
@pytest.mark.parametrize(
    ("then", "ended", "told"),
    [
        (load_again, Ending.STOP, None),
        (stop_waiting, Ending.CANCELLED, None),
        (lambda model: model.load_failed.emit(REFUSED), Ending.FAILED, REFUSED),
        (lambda model: model.stopped.emit(DIED), Ending.FAILED, Failure(FailureKind.DIED, DIED)),
    ],
)
def test_what_is_written_waits_for_a_model_that_is_loaded_anew(
    qtbot: QtBot,
    overview: Overview,
    text: str,
    then: Callable[[Reloaded], None],
    ended: Ending,
    told: Failure | None,
) -> None:
    model: Any = Reloaded(then)
    library: Any = Library(overview)
    model.job = job = AnswerJob(Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3")), library, model)
    job.sources_found.connect(model.reload)
    ends: list[Any] = []
    job.finished.connect(lambda answer: ends.append((answer.ended, None)))
    job.failed.connect(lambda failure, answer: ends.append((answer.ended, failure)))
    job.start()
    qtbot.waitUntil(lambda: bool(ends))
    assert ends == [(ended, told)]
    assert bool(model.asked) == (then is load_again)


def test_summary_that_waits_for_a_model_can_be_stopped(answered):
    model = Model(None)
    model.is_loading = True
    QTimer.singleShot(0, model, lambda: model.job.stop())
    answer, _ = answered("Summarise the pump manual", SUMMARY, model)
    assert (answer.ended, answer.text, model.asked) == (Ending.CANCELLED, "", [])


def test_every_part_is_meant_for_what_was_attached_when_it_was_asked(qtbot: QtBot) -> None:
    by = MadeBy("phi3", "/m", "aa", adapters=(AdapterUse("grease", "/grease.gguf"),))
    client: Any = Model(PHI3)
    library: Any = Library(SUMMARY)
    job = AnswerJob(Question("Summarise the pump manual", "", (), EVERYWHERE, 5, Sampling(), by), library, client)

    def switch(_: Any) -> None:
        client.model = replace(PHI3, name="other", sha256="bb")

    job.part_begun.connect(switch)
    with qtbot.waitSignal(job.finished) as finished:
        job.start()
    assert set(client.meant) == {ModelUse(ModelRef(ModelKind.GGUF, "phi3"), by.adapters)}
    assert {use.model.fingerprint for use in client.meant} == {"aa"}
    assert finished.args[0].made_by == by


def test_model_that_is_loaded_after_it_was_asked_is_known_by_its_file(answered):
    model = Model(None)
    model.is_loading = True

    def load(name: str) -> None:
        model.model, model.is_loading = replace(PHI3, name=name, sha256="aa"), False
        model.loaded.emit(model.model)

    QTimer.singleShot(0, model, lambda: load("phi3"))
    answer, _ = answered("Summarise the pump manual", SUMMARY, model)
    assert answer.made_by == MadeBy("phi3", "/m", "aa")
    assert model.meant[0].model.fingerprint == "aa"

    # another one is not what was asked
    model.model, model.is_loading = None, True
    QTimer.singleShot(0, model, lambda: load("other"))
    answer, _ = answered("Summarise the pump manual", SUMMARY, model)
    assert model.meant[-1] == ModelUse(ModelRef(ModelKind.GGUF, "phi3"))
    assert answer.made_by.model_sha256 == ""


class LaterModel(Model):
    """A model that answers when the window comes to it again."""

    def answer(self, request: PromptRequest, sampling: Any, *on: Callable[..., None]) -> int:
        QTimer.singleShot(0, self, lambda: super(LaterModel, self).answer(request, sampling, *on))
        return 3


class Checking(Library):
    """A library that checks until it is stopped."""

    def check_answer(
        self,
        text: str,
        sources: tuple[Source, ...],
        question: str,
        on_result: Any,
        on_failure: Callable[..., None],
        *opinions: Any,
    ) -> int:
        self.checked: Callable[..., None] = on_failure
        QTimer.singleShot(0, lambda: self.job.stop())
        return 7

    def cancel(self, request: int) -> None:
        assert request == 7
        self.checked(failure_of(Cancelled()))


@pytest.mark.parametrize(("text", "ended"), [("What is on page 3?", Ending.STOP), ("Summarise it", Ending.CANCELLED)])
def test_what_is_written_stays_where_its_check_is_stopped(qtbot: QtBot, text: str, ended: Ending) -> None:
    library: Any = Checking(SUMMARY)
    client: Any = LaterModel(PHI3)
    job = AnswerJob(Question(text, "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3")), library, client)
    library.job = job
    with qtbot.waitSignal(job.finished) as finished:
        job.start()
    answer = finished.args[0]
    assert (answer.ended, answer.citations[0].page, len(client.asked)) == (ended, 1, 1)


class CheckingModel(Model):
    """A model that holds its answer against the sources, and says that these do not tell it."""

    def answer(self, request: PromptRequest, sampling: Any, *on: Callable[..., None]) -> int:
        def checked(written: Completion) -> None:
            on[2](replace(written, opinions=(Opinion(written.generation.text, 1, 0.01),)))

        on[0](9, 9)
        on[1]("The pump [1].")
        on[0](4, 8)
        on[0](8, 8)
        return super().answer(request, sampling, on[0], on[1], checked, *on[3:])


def test_answer_that_the_model_checks_is_shown_before_that_and_its_opinion_handed_on(qtbot: QtBot) -> None:
    library: Any = Library(SUMMARY)
    client: Any = CheckingModel(PHI3)
    job = AnswerJob(Question("What is on page 3?", "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3")), library, client)
    told: list[Any] = []
    job.reading.connect(lambda *read: told.append(read))
    job.text_received.connect(told.append)
    job.checking.connect(lambda: told.append("checking"))
    with qtbot.waitSignal(job.finished):
        job.start()
    assert told == [(9, 9), "The pump [1].", "checking", "checking"]
    assert [opinion.likely for opinion in library.opinions] == [0.01]


def test_answer_fails_where_it_cannot_be_begun(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no step")

    monkeypatch.setattr("phi3desk.ui.answers.answer_job.first_step", fail)
    asked = Question("Which seal?", "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3"))
    job = AnswerJob(asked, FoundNothing(), Model(None))  # type: ignore[arg-type]
    with qtbot.waitSignal(job.failed) as told:
        job.start()
    failure, answer = told.args
    assert failure.kind is FailureKind.BUG
    assert answer.ended is Ending.FAILED


def test_answer_fails_where_a_part_cannot_be_taken_in(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*_: Any) -> None:
        raise ValueError("a part without a page")

    monkeypatch.setattr(Summary, "take", take)
    library: Any = Library(SUMMARY)
    client: Any = Model(PHI3)
    asked = Question("Summarise the pump manual", "", (), EVERYWHERE, 5, Sampling(), MadeBy("phi3"))
    job = AnswerJob(asked, library, client)
    with qtbot.waitSignal(job.failed) as failed:
        job.start()
    failure, partial = failed.args
    assert failure.kind is FailureKind.BUG and "a part without a page" in failure.report
    assert partial.ended is Ending.FAILED


class Sheets(Library):
    """A library with a sheet in it that answers what it is told to, one after the other."""

    status = LibraryStatus(1, 9, 9, "words", embedder_loaded=True, importing=False, sheets=1)

    def __init__(self, *told: SheetResult) -> None:
        super().__init__(Overview(Told.ORDINARY))
        self.answers = list(told)
        self.queries: list[str] = []

    def ask_sheets(
        self, _asked: Any, _in: Any, written: WrittenQuery | None, on_result: Callable[[SheetResult], None], _: Any
    ) -> int:
        self.queries.append(written.sql if written is not None else "")
        on_result(self.answers.pop(0))
        return 5


class Writer(Model):
    """A model that writes queries, one after the other."""

    def __init__(self, *queries: str) -> None:
        super().__init__(PHI3)
        self.written = list(queries)

    def write_query(self, _: QueryRequest, on_written: Callable[[str], None], _failed: Any, by: ModelUse | None) -> int:
        self.meant.append(by)
        on_written(self.written.pop(0))
        return 6


SUM = SheetResult(
    SheetsTold.FOUND, "costs.csv", "/costs.csv", asked=SheetAsked(SheetOperation.COUNT), result=((7.0,),), rows_in_all=7
)
OPEN = replace(SUM, told=SheetsTold.OPEN, schema="CREATE TABLE table_1 (cost REAL);", result=())


def asked_of_sheets(qtbot: QtBot, library: Sheets, model: Model) -> Answer:
    question = Question("How many orders are open?", "", (), EVERYWHERE, 5, Sampling(), MadeBy(model="phi3"))
    job = AnswerJob(question, library, model)
    with qtbot.waitSignal(job.finished) as finished:
        job.start()
    answer: Answer = finished.args[0]
    return answer


def test_a_sheet_answers_without_a_model_and_without_a_search(qtbot: QtBot) -> None:
    library = Sheets(SUM)
    answer = asked_of_sheets(qtbot, library, Model(None))
    assert answer.text == "Number of rows: 7."
    assert answer.sheet is not None
    assert library.searched == []


def test_a_query_of_the_model_that_fails_goes_back_once(qtbot: QtBot) -> None:
    failed = replace(OPEN, told=SheetsTold.FAILED, error="no such column")
    library = Sheets(OPEN, failed, SUM)
    model = Writer("SELECT wrong", "SELECT right")
    answer = asked_of_sheets(qtbot, library, model)
    assert library.queries == ["", "SELECT wrong", "SELECT right"]
    assert answer.sheet is not None and answer.sheet.by_model
    assert model.meant == [ModelUse(ModelRef(ModelKind.GGUF, "phi3"))] * 2
    assert answer.made_by.model == "phi3"


def test_documents_are_searched_where_sheets_give_no_answer(qtbot: QtBot) -> None:
    library = Sheets(SheetResult(SheetsTold.ORDINARY))
    asked_of_sheets(qtbot, library, Model(None))
    assert library.searched == ["How many orders are open?"]
