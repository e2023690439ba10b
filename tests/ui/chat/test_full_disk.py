"""A conversation that cannot be written, as on a full disk: nothing of it is lost, and the chat goes on."""

from __future__ import annotations

import errno
import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.messages import Message
from phi3desk.disk import disk_refusal, full_disk
from phi3desk.errors import UserError, say
from phi3desk.model.types import Role
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.chat import controller as controller_module
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Failure, FailureKind

FULL = str(full_disk())


@pytest.fixture
def window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """Return the window without its workers, in which a question can be asked."""
    made = MainWindow(services)
    reason = made.conversation_controller._reason_not_to_ask
    # there is no model, which is no reason here
    monkeypatch.setattr(made.conversation_controller, "_reason_not_to_ask", lambda _: reason("List the documents."))
    qtbot.addWidget(made)
    yield made
    app.close(made, services)


def refuse(*_: Any, **__: Any) -> NoReturn:
    raise full_disk()


def answers_refused(add: Callable[..., Message]) -> Callable[..., Message]:
    """Return what keeps questions, and has no room for answers."""

    def add_question(conversation_id: int, role: Role, *rest: Any, **named: Any) -> Message:
        return add(conversation_id, role, *rest, **named) if role is Role.USER else refuse()

    return add_question


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[AnswerJob]]:
    """Return what tells which answers still wait for something, also those that belong to nobody."""
    begun: list[weakref.ref[AnswerJob]] = []

    class SeenJob(AnswerJob):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            begun.append(weakref.ref(self))

    def alive() -> list[AnswerJob]:
        gc.collect()
        return [job for each in begun if (job := each()) is not None and shiboken6.isValid(job)]

    monkeypatch.setattr(controller_module, "AnswerJob", SeenJob)
    return alive


def test_question_whose_answer_cannot_be_begun_can_be_asked_again(
    window: MainWindow, services: Services, jobs: Callable[[], list[AnswerJob]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, controller = services.conversations, window.conversation_controller
    with monkeypatch.context() as full:
        full.setattr(store, "add", answers_refused(store.add))
        with pytest.raises(UserError, match=FULL):
            controller.ask("Which seal?")
    assert (controller.is_answering, controller.conversation, jobs()) == (False, None, [])
    assert store.conversations() == []
    assert controller.ask("Which seal?")
    (conversation,) = store.conversations()
    assert [message.text for message in store.messages(conversation.id)] == ["Which seal?", ""]
    assert len(jobs()) == 1


@pytest.mark.parametrize("last", [True, False])
def test_answer_that_cannot_be_begun_anew_can_be_later(
    last: bool,
    window: MainWindow,
    services: Services,
    jobs: Callable[[], list[AnswerJob]],
    make_answer: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, controller = services.conversations, window.conversation_controller
    conversation = store.create("Seals")
    for asked, told in (("Which seal?", "The 6204 seal. [1]"), ("Which oil?", "SAE 30. [1]")):
        store.add(conversation.id, Role.USER, asked)
        store.add(conversation.id, Role.ASSISTANT, told, make_answer(told).answer)
    controller.open(conversation.id)
    before = store.messages(conversation.id)
    answer = before[-1] if last else before[1]
    with monkeypatch.context() as full:
        full.setattr(store, "add", answers_refused(store.add))
        full.setattr(store, "begin_version", refuse)
        with pytest.raises(UserError, match=FULL):
            controller.ask_again(answer.id)
    assert store.messages(conversation.id) == before
    assert (controller.is_answering, jobs()) == (False, [])
    assert controller.ask_again(answer.id)
    assert len(jobs()) == 1


def test_answer_that_cannot_be_kept_is_shown_and_the_chat_goes_on(
    window: MainWindow,
    services: Services,
    jobs: Callable[[], list[AnswerJob]],
    make_answer: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    assert controller.ask("Which seal?")
    with monkeypatch.context() as full:
        full.setattr(store, "update", refuse)
        jobs()[-1].finished.emit(make_answer("The 6204 seal. [1]").answer)
    shown = view.answer_at_hand
    assert shown is not None
    assert shown.text == "The 6204 seal. [1]"
    assert f"This answer could not be kept. {FULL}" in view.toPlainText()
    view.copy_message(shown.id)
    assert "The 6204 seal." in QGuiApplication.clipboard().text()
    assert not controller.is_answering
    assert controller.ask("Which oil?")


def test_answer_that_failed_and_cannot_be_kept_tells_of_both(
    window: MainWindow,
    services: Services,
    jobs: Callable[[], list[AnswerJob]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    controller = window.conversation_controller
    assert controller.ask("Which seal?")
    job = jobs()[-1]
    with monkeypatch.context() as full:
        full.setattr(services.conversations, "update", refuse)
        job.failed.emit(Failure(FailureKind.DIED, say("The model stopped.")), job.unfinished)
    assert f"The model stopped. This answer could not be kept. {FULL}" in window.chat.view.toPlainText()
    assert caplog.records == []


def test_full_disk_is_told_once_while_an_answer_is_written_and_is_no_bug(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    controller = window.conversation_controller
    said: list[str] = []
    services.notices.said.connect(lambda text, _: said.append(text))
    assert controller.ask("Which seal?")
    with monkeypatch.context() as full:
        full.setattr(services.conversations, "update", refuse)
        for _ in range(3):
            controller._keeper.keep()
        controller.close()
    assert said == [FULL]
    assert caplog.records == []


@pytest.mark.parametrize("error", [full_disk(), PermissionError(errno.EACCES, "Permission denied", "profiles.json")])
def test_conversation_whose_expert_cannot_come_back_is_the_one_in_view_and_that_is_told(
    error: Exception, window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    used, other = services.profiles.current, services.profiles.create("Pump expert")
    seals, pumps = store.create("Seals", used.id), store.create("Pumps", other.id)
    for conversation, asked in ((seals, "Which seal?"), (pumps, "Which pump?")):
        store.add(conversation.id, Role.USER, asked)
    controller.open(seals.id)
    told: list[str] = []
    controller.refused.connect(told.append)

    def refuse_to_keep(*_: object) -> NoReturn:
        raise error

    with monkeypatch.context() as full:
        full.setattr("phi3desk.profiles.store.write_atomically", refuse_to_keep)
        window.sidebar.conversation_chosen.emit(pumps.id)
    assert "Which pump?" in view.toPlainText() and "Which seal?" not in view.toPlainText()
    refusal = disk_refusal(error) or error
    assert (told, services.profiles.current.id) == ([str(refusal)], used.id)
    assert controller.ask("Which oil?")
    assert [message.text for message in store.messages(seals.id)] == ["Which seal?"]
    assert [message.text for message in store.messages(pumps.id)] == ["Which pump?", "Which oil?", ""]


def test_conversation_that_cannot_be_read_leaves_the_one_in_view_open(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, controller = services.conversations, window.conversation_controller
    seals, pumps = store.create("Seals"), store.create("Pumps")
    store.add(seals.id, Role.USER, "Which seal?")
    controller.open(seals.id)
    with monkeypatch.context() as damaged:
        damaged.setattr(store, "messages", refuse)
        with pytest.raises(UserError):
            controller.open(pumps.id)
    assert controller.conversation == store.conversation(seals.id)
    assert "Which seal?" in window.chat.view.toPlainText()


def test_conversation_without_messages_is_read_once_where_it_is_opened(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, controller = services.conversations, window.conversation_controller
    empty = store.create("Pumps")
    answers = [[], refuse]
    controller.conversation_opened.disconnect()
    with monkeypatch.context() as read_once:
        read_once.setattr(store, "messages", lambda _: answers.pop(0))
        controller.open(empty.id)
    assert answers == [refuse]


def test_bug_in_keeping_an_answer_is_written_to_the_log(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ValueError("a message without an answer")

    assert window.conversation_controller.ask("Which seal?")
    with monkeypatch.context() as wrong:
        wrong.setattr(services.conversations, "update", fail)
        window.conversation_controller._keeper.keep()
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "a message without an answer" in str(record.exc_info[1])


def test_what_stays_amiss_is_told_once_whatever_else_is_told_and_again_where_it_was_well_meanwhile(
    window: MainWindow, services: Services, jobs: Callable[[], list[AnswerJob]], monkeypatch: pytest.MonkeyPatch
) -> None:
    controller, notice = window.conversation_controller, say("The reranker cannot be used.")
    said: list[str] = []
    services.notices.said.connect(lambda text, _: said.append(text))
    assert controller.ask("Which seal?")
    (job,) = jobs()
    for _ in range(2):
        with monkeypatch.context() as full:
            full.setattr(services.conversations, "update", refuse)
            for _ in range(3):
                controller._keeper.keep()
                job.noticed.emit(notice)
        assert said == [FULL, str(notice)]
        said.clear()
        controller._keeper.keep()
        job.noticed.emit(None)
