"""What can be taken back: deletions by Ctrl+Z and from the bin, and an answer that was written anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Mention, Message
from phi3desk.library.documents import BoundSource, Collection, LibraryStatus
from phi3desk.library.samples import sample_questions
from phi3desk.model.types import Ending, Role
from phi3desk.paths import resource
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.services import Services
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.requests import ForgetConversation, ForgetOtherConversations
from tests.helpers.dossiers import conversation_markdown


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    """Return the window without its workers."""
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    yield made
    app.close(made, services)


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def test_deletions_come_back_by_ctrl_z_or_from_the_bin(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    kept = [services.conversations.create(title) for title in ("Seals", "Pumps")]
    assert window.sidebar.bin_button.isHidden()
    for conversation in kept:
        window.sidebar.delete_requested.emit(conversation.id)
    window.experts_page.choose(services.profiles.named("Clinic").id)
    window.experts_page.delete()
    assert window.sidebar.bin_button.text() == "Bin (3)"

    edit = window.chat.composer.edit
    edit.setFocus()
    for _ in range(3):
        qtbot.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert {c.title for c in services.conversations.conversations()} == {"Seals", "Pumps"}
    assert services.profiles.named("Clinic").name == "Clinic"
    assert (window.toast.isVisible(), window.sidebar.bin_button.isHidden()) == (False, True)

    for conversation in kept:
        window.sidebar.delete_requested.emit(conversation.id)
    window.experts_page.delete()
    dialog = window.bin.open()
    assert "30 days" in dialog.list.item(0).text()
    dialog.list.selectAll()
    dialog.list.item(2).setSelected(False)
    dialog.restore_button.click()
    assert [c.title for c in services.conversations.conversations()] == ["Pumps"]
    assert services.profiles.named("Clinic").name == "Clinic"
    assert window.sidebar.bin_button.text() == "Bin (1)"
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert not services.conversations.bin()
    assert window.sidebar.bin_button.isHidden()


@pytest.mark.parametrize("other", [False, True])
def test_undo_of_what_was_deleted_for_good_meanwhile_is_told_and_touches_no_other_conversation(
    other: bool,
    window: MainWindow,
    services: Services,
    make_answer: Callable[..., Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    monkeypatch.setattr(controller, "_reason_not_to_ask", lambda _: "")
    undo: list[Callable[[], None]] = []
    services.notices.undo_offered.connect(lambda _, act: undo.append(act))
    gone = store.create("Seals")
    question = store.add(gone.id, Role.USER, "Which seal?")
    answer = store.add(gone.id, Role.ASSISTANT, "The 6204 seal. [1]", make_answer("The 6204 seal. [1]").answer)
    controller.open(gone.id)
    window.expert_tabs.feedback.correct(gone.id, answer.id, "The 6205 seal.", ())
    view.action_requested.emit(MessageAction.EDIT, question.id)
    assert controller.ask("Which grease?")
    window.sidebar.delete_requested.emit(gone.id)
    assert len(undo) == 3
    controller.delete_for_good(gone.id)
    kept = []
    if other:
        # with the ids of what is gone
        taken = store.create("Pumps")
        assert (taken.id, store.add(taken.id, Role.USER, "Which pump?").id) == (gone.id, question.id)
        kept = store.messages(taken.id)
    told: list[str] = []
    controller.refused.connect(told.append)
    while undo:
        undo.pop()()
    assert told == ["This cannot be undone: the conversation was deleted for good."] * 2
    assert [one.title for one in store.conversations()] == (["Pumps"] if other else [])
    assert store.messages(gone.id) == kept


def test_what_was_read_of_a_deleted_conversation_is_forgotten(window: MainWindow, services: Services) -> None:
    gone, kept, binned = (services.conversations.create(title) for title in ("Seals", "Pumps", "Valves"))
    for conversation in (gone, binned):
        window.sidebar.delete_requested.emit(conversation.id)
    window.conversation_controller.delete_for_good(gone.id)
    services.model.worker.ready.emit()
    asked = [call.request for call in services.model.worker._calls.values()]
    assert asked.count(ForgetConversation(gone.id)) == 2
    assert ForgetOtherConversations((kept.id,)) in asked


def test_answer_written_anew_keeps_the_one_before(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    store, controller, view = services.conversations, window.conversation_controller, window.chat.view
    conversation = store.create("Seals")
    store.add(conversation.id, Role.USER, "Which seal?", named=[Mention("pump manual.pdf")])
    first = make_answer("The 6204 seal. [1]")
    answer = store.add(conversation.id, Role.ASSISTANT, first.text, first.answer)
    controller.open(conversation.id)
    assert "@ pump manual.pdf" in view.toPlainText()
    assert " of " not in view.toPlainText()

    view.action_requested.emit(MessageAction.ASK_AGAIN, answer.id)
    job = controller.findChild(AnswerJob)
    assert job is not None
    assert (job.question.scope.documents, job.question.history) == (("pump manual.pdf",), ())
    second = make_answer("The 6310 seal. [1]").answer
    assert second is not None
    job.finished.emit(second)
    assert " 2 of 2 " in view.toPlainText()
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert " 1 of 2 " in view.toPlainText()
    assert "6204" in conversation_markdown("", store.messages(conversation.id))
    view.anchorClicked.emit(f"version:{answer.id}/1")
    assert "6310" in view.toPlainText()

    view.action_requested.emit(MessageAction.ASK_AGAIN, answer.id)
    jobs = controller.findChildren(AnswerJob)
    jobs[-1].finished.emit(dataclasses.replace(jobs[-1].unfinished, ended=Ending.CANCELLED))
    shown = store.message(answer.id)
    assert (shown.text, shown.version, shown.versions) == (second.text, 2, 2)

    view.copy_message(answer.id)
    assert window.toast.text == "Copied, with its sources."
    assert "Sources:\n[1] pump manual.pdf, p. 2" in QGuiApplication.clipboard().text()


def test_window_says_who_is_asked_and_what_is_searched(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    sample = BoundSource(1, 1, str(resource("samples", "pump-manual.pdf").resolve()), False)
    collections = [Collection(1, "Samples", 1, sources=(sample,)), Collection(2, "Own", 500)]
    services.library.collections = collections
    paints = Paints()
    window.chat.composer.edit.viewport().installEventFilter(paints)
    services.library.collections_changed.emit(collections)
    chip = window.chat.findChild(QPushButton, "searched")
    assert chip.text() == "All documents"
    services.library.status = LibraryStatus(501, 9000, 9000, "", False, False)
    services.library.status_changed.emit(services.library.status)
    assert window.chat.start.questions() == sample_questions()[:3]
    qtbot.waitUntil(lambda: paints.count > 0)
    painted = paints.count
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    expert = services.profiles.current.name
    assert expert == services.profiles.profiles()[1].name
    assert window.chat.composer.edit.placeholderText() == f"Ask {expert}"
    qtbot.waitUntil(lambda: paints.count > painted)

    window.chat.composer.set_named((Mention("pump manual.pdf"),))
    assert chip.text() == "pump manual.pdf"
    services.profiles.save(dataclasses.replace(services.profiles.current, answer_mode=AnswerMode.MODEL_ALONE))
    window.experts_page.profile_saved.emit(services.profiles.current.id)
    assert (chip.text(), chip.isEnabled()) == ("No documents", False)
    assert window.chat.composer.name_button.isHidden()
    assert window.chat.composer.named == ()
