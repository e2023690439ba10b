"""A question that is being edited takes the place of the last one only while it is the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.messages import Mention, Message
from phi3desk.disk import full_disk
from phi3desk.errors import UserError
from phi3desk.model.types import Role
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """Return the window without its workers, in which a question can be asked."""
    made = MainWindow(services)
    monkeypatch.setattr(made.conversation_controller, "_reason_not_to_ask", lambda _: "")
    qtbot.addWidget(made)
    yield made
    app.close(made, services)


def test_edited_question_deletes_nothing_that_was_asked_after_it(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, view, composer = services.conversations, window.chat.view, window.chat.composer
    conversation = store.create("Seals")
    for asked, told in (("Which seal?", "The 6204 seal. [1]"), ("Which oil?", "SAE 30. [1]")):
        store.add(conversation.id, Role.USER, asked)
        store.add(conversation.id, Role.ASSISTANT, told, make_answer(told).answer)
    window.conversation_controller.open(conversation.id)
    before = store.messages(conversation.id)
    view.action_requested.emit(MessageAction.EDIT, before[2].id)
    view.action_requested.emit(MessageAction.ASK_AGAIN, before[1].id)
    window.conversation_controller.findChildren(AnswerJob)[-1].finished.emit(make_answer("The 6205 seal. [1]").answer)
    composer.set_text("Which grease?")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    messages = store.messages(conversation.id)
    assert messages[:4] == before
    assert [one.text for one in messages[4:]] == ["Which seal?", "The 6205 seal. [1]", "Which grease?", ""]


def test_edited_question_is_asked_anew_where_the_one_before_came_back(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, view, composer = services.conversations, window.chat.view, window.chat.composer
    conversation = store.create("Seals")
    for asked, told in (("Which seal?", "The 6204 seal. [1]"), ("Which oil?", "SAE 30. [1]")):
        store.add(conversation.id, Role.USER, asked)
        store.add(conversation.id, Role.ASSISTANT, told, make_answer(told).answer)
    window.conversation_controller.open(conversation.id)
    before = store.messages(conversation.id)
    view.action_requested.emit(MessageAction.EDIT, before[2].id)
    composer.set_text("Which grease?")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    window.conversation_controller.findChildren(AnswerJob)[-1].finished.emit(make_answer("Lithium. [1]").answer)
    view.action_requested.emit(MessageAction.EDIT, store.messages(conversation.id)[2].id)
    window.toast.action.click()
    assert store.messages(conversation.id) == before
    composer.set_text("Which paste?")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    messages = store.messages(conversation.id)
    assert messages[:4] == before
    assert [one.text for one in messages[4:]] == ["Which paste?", ""]


def test_edited_question_gives_back_what_was_typed_before_and_leaves_the_last_question_then(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, view, composer = services.conversations, window.chat.view, window.chat.composer
    conversation = store.create("Seals")
    store.add(conversation.id, Role.USER, "Which seal?")
    store.add(conversation.id, Role.ASSISTANT, "The 6204 seal. [1]", make_answer("The 6204 seal. [1]").answer)
    window.conversation_controller.open(conversation.id)
    before = store.messages(conversation.id)
    qtbot.keyClicks(composer.edit, "And which grease?")
    view.action_requested.emit(MessageAction.EDIT, before[0].id)
    assert composer.text == "Which seal?"
    qtbot.keyClick(composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert composer.text == "And which grease?"
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    messages = store.messages(conversation.id)
    assert messages[:2] == before
    assert [one.text for one in messages[2:]] == ["And which grease?", ""]


@pytest.mark.parametrize("typed", ["And which grease?", ""])
def test_edited_question_gives_back_what_was_named_before_with_what_was_typed(
    typed: str, qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, view, composer = services.conversations, window.chat.view, window.chat.composer
    conversation = store.create("Seals")
    for asked in ("Which seal?", "Which oil?"):
        store.add(conversation.id, Role.USER, asked, named=[Mention(f"{asked}.pdf")])
        store.add(conversation.id, Role.ASSISTANT, "SAE 30. [1]", make_answer("SAE 30. [1]").answer)
    window.conversation_controller.open(conversation.id)
    before = store.messages(conversation.id)
    qtbot.keyClicks(composer.edit, typed)
    composer.set_named((Mention("tenders.pdf"),))
    for edited in (before[0], before[2], before[2]):
        view.action_requested.emit(MessageAction.EDIT, edited.id)
    came_back = []
    for _ in range(3):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        came_back.append((composer.text, composer.named))
    of_questions = [(edited.text, edited.named) for edited in (before[2], before[0])]
    assert came_back == [*of_questions, (typed, (Mention("tenders.pdf"),))]
    composer.set_named(())
    qtbot.keyClicks(composer.edit, " ")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Backspace)
    assert composer.named == ()
    qtbot.keyClicks(composer.edit, "Now")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    messages = store.messages(conversation.id)
    assert messages[:4] == before
    assert [one.text for one in messages[4:]] == [f"{typed}Now", ""]


def test_edited_question_comes_back_with_what_was_named_with_it(qtbot: QtBot, window: MainWindow) -> None:
    composer = window.chat.composer
    typed, first, second = ((Mention(f"{name}.pdf"),) for name in ("tenders", "seals", "oils"))
    control = Qt.KeyboardModifier.ControlModifier

    def pressed(key: Qt.Key) -> tuple[str, tuple[Mention, ...]]:
        qtbot.keyClick(composer.edit, key, control)
        return composer.text, composer.named

    qtbot.keyClicks(composer.edit, "And")
    composer.set_named(typed)
    composer.set_text("Which seal?", first)
    composer.set_text("Which oil?", second)
    back = [("Which seal?", first), ("And", typed)]
    again = [("Which seal?", first), ("Which oil?", second)]
    for _ in range(2):
        assert [pressed(Qt.Key.Key_Z) for _ in range(2)] == back
        composer.edit.redo()
        assert (composer.text, composer.named) == again[0]
        composer.edit.redo()
        assert (composer.text, composer.named) == again[1]
    # what is typed after an undo leaves nothing to redo
    assert [pressed(Qt.Key.Key_Z) for _ in range(2)] == back
    qtbot.keyClicks(composer.edit, " which grease")
    composer.edit.redo()
    composer.edit.insertPlainText("?")
    assert (composer.text, composer.named) == ("And which grease?", typed)


def test_edited_question_that_cannot_be_kept_takes_nothing_away(
    window: MainWindow,
    services: Services,
    make_answer: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, view, controller = services.conversations, window.chat.view, window.conversation_controller
    conversation = store.create("Seals")
    store.add(conversation.id, Role.USER, "Which seal?")
    store.add(conversation.id, Role.ASSISTANT, "The 6204 seal. [1]", make_answer("The 6204 seal. [1]").answer)
    controller.open(conversation.id)
    before = store.messages(conversation.id)
    view.action_requested.emit(MessageAction.EDIT, before[0].id)
    add = store.add

    def add_question(conversation_id: int, role: Role, *rest: Any, **named: Any) -> Message:
        if role is Role.USER:
            return add(conversation_id, role, *rest, **named)
        raise full_disk()

    with monkeypatch.context() as full:
        full.setattr(store, "add", add_question)
        with pytest.raises(UserError):
            controller.ask("Which grease?")
    assert store.messages(conversation.id) == before
    assert controller.ask("Which grease?")
    assert [one.text for one in store.messages(conversation.id)] == ["Which grease?", ""]
    assert "6204" not in view.toPlainText() and "Which grease?" in view.toPlainText()


@pytest.mark.parametrize("again", [False, True])
def test_replaced_question_is_not_brought_back_over_what_was_asked_after_it(
    again: bool, qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, view, controller = services.conversations, window.chat.view, window.conversation_controller
    conversation = store.create("Seals")
    for asked, told in (("Which seal?", "The 6204 seal. [1]"), ("Which oil?", "SAE 30. [1]")):
        store.add(conversation.id, Role.USER, asked)
        store.add(conversation.id, Role.ASSISTANT, told, make_answer(told).answer)
    controller.open(conversation.id)
    first_answer, last_question = store.messages(conversation.id)[1:3]
    view.action_requested.emit(MessageAction.EDIT, last_question.id)
    assert controller.ask("Which grease?")
    controller.findChildren(AnswerJob)[-1].finished.emit(make_answer("Lithium. [1]").answer)
    assert controller.ask_again(first_answer.id) if again else controller.ask("How much of it?")
    asked_since = store.messages(conversation.id)
    window.toast.action.click()
    assert store.messages(conversation.id) == asked_since
    assert controller.is_answering
    assert window.toast.text == "This cannot be undone: other questions were asked after it."


def test_replaced_question_can_be_brought_back_later_where_the_disk_is_full(
    window: MainWindow,
    services: Services,
    make_answer: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, view, controller = services.conversations, window.chat.view, window.conversation_controller
    conversation = store.create("Seals")
    store.add(conversation.id, Role.USER, "Which seal?")
    store.add(conversation.id, Role.ASSISTANT, "The 6204 seal. [1]", make_answer("The 6204 seal. [1]").answer)
    controller.open(conversation.id)
    before = store.messages(conversation.id)
    view.action_requested.emit(MessageAction.EDIT, before[0].id)
    undo: list[Callable[[], None]] = []
    services.notices.undo_offered.connect(lambda _, act: undo.append(act))
    assert controller.ask("Which grease?")
    asked = store.messages(conversation.id)

    def refuse(_: object) -> None:
        raise full_disk()

    with monkeypatch.context() as full:
        full.setattr(store, "put_back", refuse)
        with pytest.raises(UserError):
            undo.pop()()
    assert store.messages(conversation.id) == asked
    assert controller.is_answering
    undo.pop()()
    assert store.messages(conversation.id) == before
