"""A sweep on its way where a step of it fails, with a library and a model that answer as they are told to."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.messages import MadeBy, Source
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.errors import say
from phi3desk.library.documents import Found, Passage, SearchResult, SearchScope
from phi3desk.library.sheets.told import SheetResult, SheetsTold
from phi3desk.model.types import AdapterUse, Ending, Generation, LoadedModel, LoadOptions, ModelEntry
from phi3desk.sweep.plan import Answered, Outcome, Sweep, SweepPlan, SweptDocument
from phi3desk.sweep.store import SweepStore
from phi3desk.ui.experts.active import ActiveExpert
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.sweep import runner as runner_module
from phi3desk.ui.sweep.runner import SweepRunner
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Failure, FailureKind

MODEL = LoadedModel("phi3", "/m", "phi3", 4096, 4096, 0, 32, 2_400_000_000, 3_800_000_000, True, "CPU")
DOCUMENTS = tuple(SweptDocument(f"/docs/{name}.pdf", f"{name}.pdf", "pdf") for name in "abc")
FULL = "The disk is full. What was kept before is not lost. Make room on it, then try again."
WRONG = "Something went wrong inside the program."


def sentence_of(path: str) -> str:
    return f"The bearing in {path} is greased every 2,000 hours."


@pytest.fixture
def runner(services: Services, monkeypatch: pytest.MonkeyPatch) -> SweepRunner:
    """Return what asks documents of one sentence each, and a model that copies it."""
    library, model = services.library, services.model

    def search(
        _: str, _k: int, scope: SearchScope, on_result: Callable[[SearchResult], None], *_a: Any, **_b: Any
    ) -> int:
        (path,) = scope.documents
        text = sentence_of(path)
        found = Found(Passage(1, 1, path, path, "", 2, 0, len(text), text), 1.0, True)
        QTimer.singleShot(0, library, lambda: on_result(SearchResult((found,), 1, "en", 0.1, by_meaning=True)))
        return 1

    def answer(request: PromptRequest, _: Any, _prefill: Any, _text: Any, on_result: Any, *_failed: Any) -> int:
        text = f"{request.sources[0].passage.text[:-1]} [1]."
        written = Completion(Generation(text, (), Ending.STOP, 200, 0, 1.0, 1.0, 12, 8.0), (1,), 0)
        QTimer.singleShot(0, model, lambda: on_result(written))
        return 2

    def check(
        text: str, sources: tuple[Source, ...], question: str, on_result: Callable[[Grounded], None], *_: Any
    ) -> int:
        QTimer.singleShot(0, library, lambda: on_result(ground(text, sources, question)))
        return 3

    monkeypatch.setattr(library, "search", search)
    monkeypatch.setattr(library, "check_answer", check)
    monkeypatch.setattr(model, "answer", answer)
    monkeypatch.setattr(model, "model", MODEL)
    return SweepRunner(services, ActiveExpert(services))


@pytest.fixture
def sweep(services: Services) -> Sweep:
    return services.sweeps.begin(SweepPlan(("How often is it greased?",)), DOCUMENTS)


def run(runner: SweepRunner, sweep: Sweep, qtbot: QtBot) -> list[Any]:
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(sweep)
    assert not runner.running
    return list(ended.args)


def outcomes(store: SweepStore, sweep: Sweep) -> list[Outcome | None]:
    return [row.outcome for row in store.rows(sweep.id)]


def test_a_sweep_ends_where_a_cell_cannot_be_kept_and_goes_on_with_it(
    runner: SweepRunner, services: Services, sweep: Sweep, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    store, keep = services.sweeps, services.sweeps.keep

    def keep_until_full(number: int, answered: Answered) -> None:
        if answered.cell.path == DOCUMENTS[1].path:
            raise sqlite3.OperationalError("database or disk is full")
        keep(number, answered)

    with monkeypatch.context() as full:
        full.setattr(store, "keep", keep_until_full)
        assert run(runner, sweep, qtbot) == [False, FULL]
    assert outcomes(store, sweep) == [Outcome.FOUND, None, None]
    assert run(runner, sweep, qtbot) == [True, ""]
    assert outcomes(store, sweep) == [Outcome.FOUND] * 3


def test_a_sweep_whose_next_documents_cannot_be_read_is_not_done(
    runner: SweepRunner, services: Services, sweep: Sweep, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    store, open_cells = services.sweeps, services.sweeps.open_cells

    def first_only(number: int, after: str = "", most: int = -1) -> list[tuple[int, SweptDocument]]:
        if after:
            raise sqlite3.OperationalError("disk I/O error")
        return open_cells(number, after, most)

    monkeypatch.setattr(runner_module, "AHEAD", 1)
    monkeypatch.setattr(store, "open_cells", first_only)
    assert run(runner, sweep, qtbot) == [False, WRONG]
    assert outcomes(store, sweep) == [Outcome.FOUND, None, None]


@pytest.mark.parametrize("step", ["question_to_sheet", "step_after_search", "known_answer", "sources_read", "cell_of"])
def test_a_document_at_which_a_step_fails_is_told_and_the_next_is_asked(
    step: str, runner: SweepRunner, services: Services, sweep: Sweep, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    taken, fails = getattr(runner_module, step), [True]

    def fail_once(*given: Any) -> Any:
        if fails:
            fails.pop()
            raise ValueError("a document without a page")
        return taken(*given)

    monkeypatch.setattr(runner_module, step, fail_once)
    assert run(runner, sweep, qtbot) == [True, ""]
    assert outcomes(services.sweeps, sweep) == [Outcome.FAILED, Outcome.FOUND, Outcome.FOUND]
    cell = services.sweeps.rows(sweep.id)[0].cell
    assert cell is not None
    assert str(cell.problem) == WRONG


def test_a_sheet_at_whose_query_a_card_takes_the_model_along_is_told_why(
    runner: SweepRunner, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    library, model, stopped = services.library, services.model, say("The model stopped with an error.")
    sheet = SweptDocument("/docs/costs.csv", "costs.csv", "csv")
    sweep = services.sweeps.begin(SweepPlan(("How many orders are open?",)), (sheet,))
    told = SheetResult(SheetsTold.OPEN, "costs.csv", sheet.path, schema="CREATE TABLE table_1 (cost REAL);")

    def ask_sheets(_asked: Any, _in: Any, _written: Any, on_result: Callable[[SheetResult], None], _: Any) -> int:
        QTimer.singleShot(0, library, lambda: on_result(told))
        return 4

    def write_query(_: Any, _written: Any, on_failure: Callable[[Failure], None], _by: Any) -> int:
        model.model = None
        QTimer.singleShot(0, model, lambda: on_failure(Failure(FailureKind.USER, stopped)))
        return 5

    monkeypatch.setattr(library, "ask_sheets", ask_sheets)
    monkeypatch.setattr(model, "write_query", write_query)
    monkeypatch.setattr(runner._expert, "made_by", MadeBy)
    assert run(runner, sweep, qtbot) == [True, ""]
    (row,) = services.sweeps.rows(sweep.id)
    assert row.cell is not None
    assert (row.outcome, row.cell.problem) == (Outcome.FAILED, stopped)


@pytest.mark.parametrize(("quotes_only", "minutes"), [(False, 2), (True, 1)])
def test_the_model_is_not_let_go_while_the_first_document_is_searched(
    runner: SweepRunner, services: Services, quotes_only: bool, minutes: int, monkeypatch: pytest.MonkeyPatch
):
    model = services.model
    monkeypatch.setattr(model, "_wanted", (MODEL.ref, LoadOptions(idle_minutes=2)))
    model._idle.start(60_000)
    plan = SweepPlan(("How often is it greased?",), quotes_only=quotes_only)
    runner.start(services.sweeps.begin(plan, DOCUMENTS))
    assert model._idle.interval() == minutes * 60_000
    runner.pause()
    model._idle.stop()


def test_a_sweep_asks_each_cell_once_where_it_gives_way_and_goes_on_at_once(
    runner: SweepRunner, services: Services, sweep: Sweep, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    search = services.library.search

    def count(text: str, passages: int, scope: SearchScope, *rest: Any, **named: Any) -> int:
        asked.extend(scope.documents)
        return search(text, passages, scope, *rest, **named)

    monkeypatch.setattr(services.library, "search", count)

    def give_and_take_twice() -> None:
        for to_others in (True, False) * 2:
            runner.give_way(to_others)

    runner.answered.connect(give_and_take_twice)
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(sweep)
        give_and_take_twice()
    assert ended.args == [True, ""]
    # the first was asked already when it gave way
    assert asked == [one.path for one in (DOCUMENTS[0], *DOCUMENTS)]


@pytest.fixture
def window(runner: SweepRunner, services: Services, qtbot: QtBot) -> Iterator[MainWindow]:
    """Return the window with the library and the model that answer as they are told to; `runner` is not its own."""
    assert not runner.running
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    app.close(made, services)


def preview(window: MainWindow, services: Services, qtbot: QtBot) -> AdapterUse:
    """Have an expert that is not the one in use asked in its form; returns the adapter it answers with."""
    use = AdapterUse("of drafts", "/adapters/of drafts.gguf")
    drafts = services.profiles.create("Drafts")
    services.profiles.save(dataclasses.replace(drafts, adapters=(use,), answer_mode=AnswerMode.MODEL_ALONE))
    window.show_page(Page.EXPERTS)
    window.experts_page.choose(drafts.id)
    question = window.experts_page.preview.question
    question.setText("How often?")
    qtbot.keyClick(question, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.model.adapters == (use,))
    return use


def test_a_sweep_gives_way_to_the_preview_of_an_expert_with_other_adapters(
    window: MainWindow, services: Services, sweep: Sweep, qtbot: QtBot
):
    runner = window.sweep_page.runner
    preview(window, services, qtbot)
    assert runner.gives_way
    with qtbot.waitSignal(runner.ended) as ended:
        runner.start(sweep)
        window.show_page(Page.CHAT)
        assert not runner.gives_way
    assert ended.args == [True, ""]
    answers = [services.sweeps.answer(sweep.id, 0, one.path) for one in DOCUMENTS]
    assert [answer.made_by.adapters for answer in answers if answer is not None] == [()] * 3


def test_a_sweep_goes_on_where_nothing_is_left_to_preview(
    window: MainWindow, services: Services, sweep: Sweep, qtbot: QtBot
):
    runner = window.sweep_page.runner
    preview(window, services, qtbot)
    runner.start(sweep)
    with qtbot.waitSignal(runner.ended) as ended:
        window.experts_page.preview.question.clear()
        window.experts_page.preview.ask_soon()
    assert ended.args == [True, ""]
    assert services.model.adapters == ()


def test_a_sweep_waits_for_the_model_that_is_loaded_in_place_of_the_one_previewed_with(
    window: MainWindow, services: Services, sweep: Sweep, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    model = services.model
    preview(window, services, qtbot)
    window.sweep_page.runner.start(sweep)
    started: list[str] = []
    model.load_started.connect(lambda wanted: started.append(wanted.name))
    in_use = ModelEntry("in use", "/in-use.gguf", 1)
    monkeypatch.setattr(window.active_expert, "entry", lambda: in_use)
    model.load(dataclasses.replace(MODEL.ref, name="chosen"), LoadOptions())
    qtbot.waitUntil(lambda: window.sweep_page.runner._waits_for_model)
    assert started == ["chosen"]


@pytest.mark.parametrize(
    ("waits_in", "name"),
    [
        (lambda window: window.conversation_controller, "is_answering"),
        (lambda window: window.expert_tabs.runner, "running"),
    ],
)
def test_a_sweep_page_that_is_made_while_somebody_waits_for_an_answer_gives_way(
    window: MainWindow, waits_in: Callable[[MainWindow], object], name: str, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as while_waiting:
        while_waiting.setattr(type(waits_in(window)), name, True)
        assert window.sweep_page.runner.gives_way
