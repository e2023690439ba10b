"""A follow-up is searched with what it takes from the question before it; what was searched is shown and can change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.decision import SearchStep, first_step
from phi3desk.chat.follow_up_model import WrittenQuestion
from phi3desk.chat.messages import Message
from phi3desk.model.types import LoadedModel, Role
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.chat.search_form import SearchForm
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Request
from phi3desk.workers.requests import CompleteQuestion, Search
from tests.helpers.dossiers import conversation_markdown

COMPLETED = "und die Lagerklasse (CARAMBA 70)?"


@pytest.fixture
def window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """Return the window without its workers, with a model to answer."""
    made = MainWindow(services)
    monkeypatch.setattr(made.conversation_controller, "_reason_not_to_ask", lambda _: "")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    app.close(made, services)


def last_job(window: MainWindow) -> AnswerJob:
    return window.conversation_controller.findChildren(AnswerJob)[-1]


def test_what_a_follow_up_is_searched_for_is_shown_kept_and_can_be_changed(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    conversation = store.create("Sheets")
    store.add(conversation.id, Role.USER, "Welchen Flammpunkt hat CARAMBA 70?")
    first = make_answer("Der Flammpunkt liegt bei -71 °C. [1]")
    store.add(conversation.id, Role.ASSISTANT, first.text, first.answer)
    controller.open(conversation.id)
    assert controller.ask("und die Lagerklasse?")

    job = last_job(window)
    step = first_step(job.question)
    assert isinstance(step, SearchStep)
    assert (step.text, job.question.text) == (COMPLETED, "und die Lagerklasse?")
    assert job.unfinished.searched_for == COMPLETED
    assert f"Searched for: {COMPLETED}" in view.toPlainText()
    second = make_answer("Lagerklasse 2 B. [1]").answer
    assert second is not None
    job.finished.emit(replace(second, searched_for=COMPLETED))
    answer = store.messages(conversation.id)[-1]
    assert answer.answer is not None and answer.answer.searched_for == COMPLETED
    assert f"Searched for: {COMPLETED}" in conversation_markdown("", [answer])

    # by keyboard: to the link, into the form, Enter sends it, and Escape only closes it
    view.setFocus(Qt.FocusReason.OtherFocusReason)
    while view._links.target != f"searched:{answer.id}":
        qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    form = window.findChild(SearchForm)
    assert form is not None
    qtbot.waitUntil(form.text.hasFocus)
    assert form.text.text() == COMPLETED
    qtbot.keyClick(form.text, Qt.Key.Key_Escape)
    qtbot.waitUntil(view.hasFocus)
    assert store.message(answer.id).versions == 1

    view.action_requested.emit(MessageAction.EDIT_SEARCH, answer.id)
    form = window.findChildren(SearchForm)[-1]
    form.text.setText("Lagerklasse CARAMBA 100")
    qtbot.keyClick(form.text, Qt.Key.Key_Return)
    job = last_job(window)
    assert job.question.search_text == "Lagerklasse CARAMBA 100"
    assert job.question.text == "und die Lagerklasse?"
    third = make_answer("Lagerklasse 3. [1]").answer
    assert third is not None
    job.finished.emit(replace(third, searched_for="Lagerklasse CARAMBA 100"))
    assert store.message(answer.id).versions == 2
    assert "Searched for: Lagerklasse CARAMBA 100" in view.toPlainText()
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert f"Searched for: {COMPLETED}" in view.toPlainText()

    # the next follow-up takes up what was searched, and a question that stands alone is searched as it is typed
    view.anchorClicked.emit(f"version:{answer.id}/1")
    assert controller.ask("und der Geruch?")
    assert last_job(window).question.search_text == "und der Geruch (CARAMBA 100)?"
    last_job(window).finished.emit(third)
    assert controller.ask("When is a group lock-out used?")
    assert last_job(window).question.search_text == ""
    assert last_job(window).unfinished.searched_for == ""


def test_what_was_typed_to_be_searched_for_stays_while_it_cannot_be_asked(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    conversation = store.create("Sheets")
    store.add(conversation.id, Role.USER, "Welchen Flammpunkt hat CARAMBA 70?")
    first = make_answer("Der Flammpunkt liegt bei -71 °C. [1]")
    answer = store.add(conversation.id, Role.ASSISTANT, first.text, first.answer)
    controller.open(conversation.id)
    view.action_requested.emit(MessageAction.EDIT_SEARCH, answer.id)
    form = window.findChild(SearchForm)
    assert form is not None
    form.text.setText("Flammpunkt CARAMBA 100")

    assert controller.ask("und die Lagerklasse?")
    with pytest.MonkeyPatch.context() as writing:
        # without the fixture's leave to ask
        writing.setattr(controller, "_reason_not_to_ask", partial(type(controller)._reason_not_to_ask, controller))
        with qtbot.waitSignal(controller.refused) as refused:
            qtbot.keyClick(form.text, Qt.Key.Key_Return)
    assert refused.args[0].startswith("An answer is still being written")
    assert view.below is form
    assert form.text.text() == "Flammpunkt CARAMBA 100"
    last_job(window).finished.emit(first.answer)
    qtbot.keyClick(form.text, Qt.Key.Key_Return)
    assert view.below is None
    assert last_job(window).question.search_text == "Flammpunkt CARAMBA 100"
    qtbot.waitUntil(view.hasFocus)


def test_a_large_model_completes_what_the_rules_leave_in_doubt(
    window: MainWindow, services: Services, make_answer: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Request[Any, Any], Callable[[Any], None]]] = []

    def record(request: Request[Any, Any], on_result: Callable[[Any], None], *_: object) -> int:
        asked.append((request, on_result))
        return len(asked)

    for client in (services.model, services.library):
        monkeypatch.setattr(client.worker, "request", record)
    conversation = services.conversations.create("Reports")
    services.conversations.add(conversation.id, Role.USER, "Did Amcor buy Bemis in the spring?")
    first = make_answer("Yes. [1]")
    services.conversations.add(conversation.id, Role.ASSISTANT, first.text, first.answer)
    window.conversation_controller.open(conversation.id)
    loaded = LoadedModel("Phi-3", "/m.gguf", "phi3", 4096, 4096, 0, 32, 1, 3_800_000_000, True, "CPU")
    answer = make_answer("Six billion. [1]").answer
    assert answer is not None

    def searched(written: WrittenQuestion) -> str:
        """Ask, let the model answer, and return what is searched."""
        asked.clear()
        assert window.conversation_controller.ask("How much did it cost?")
        requests = [request for request, _ in asked if isinstance(request, CompleteQuestion)]
        for request, on_result in asked:
            if isinstance(request, CompleteQuestion):
                assert not any(isinstance(other, Search) for other, _ in asked)
                on_result(written)
        (search,) = (request for request, _ in asked if isinstance(request, Search))
        last_job(window).finished.emit(answer)
        return f"{len(requests)} {search.question}"

    monkeypatch.setattr(services.model, "model", loaded)
    by_rules = "Did Amcor buy Bemis in the spring? How much did it cost?"
    assert searched(WrittenQuestion("How much did Bemis cost?", in_time=True)) == "1 How much did Bemis cost?"
    services.conversations.delete_from(services.conversations.messages(conversation.id)[2].id)
    assert searched(WrittenQuestion("", in_time=False)) == f"1 {by_rules}"
    services.conversations.delete_from(services.conversations.messages(conversation.id)[2].id)
    # it was too slow, and is not asked again
    assert searched(WrittenQuestion("", in_time=True)) == f"0 {by_rules}"
