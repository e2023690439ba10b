"""Pages that are made when they are first entered, and show what was told before they were there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.messages import Message
from phi3desk.errors import say
from phi3desk.library.documents import ImportProgress, ImportSummary, Phase
from phi3desk.model.types import Role
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.shortcuts import told_shortcuts
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.ui.window.shortcuts import ShortcutsDialog
from phi3desk.workers.protocol import Failure, FailureKind

ROOMS = (Page.LIBRARY, Page.EXPERTS, Page.MODELS, Page.SETTINGS)


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    """Return the window without its workers."""
    made = MainWindow(services)
    qtbot.addWidget(made)
    yield made
    app.close(made, services)


def test_window_makes_a_page_when_it_is_first_entered(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    begun: list[bool] = []
    services.library.worker.start = lambda: begun.append(any(map(window.pages.is_made, ROOMS)))  # type: ignore[method-assign]
    services.model.worker.start = lambda: None  # type: ignore[method-assign]
    app.begin_when_painted(window, services)
    with qtbot.waitSignal(window.painted):
        window.show()
        assert not begun
    assert begun == [False]
    window.chat.update()
    QApplication.processEvents()
    assert begun == [False]
    assert not window.source_dock.panes and not any(map(window.pages.is_made, ROOMS))
    for page in ROOMS:
        window.show_page(page)
        assert window.page is page and window.pages.page(page).isVisible()
        assert window.pages.is_made(page)
    window.source_dock.toggle()
    window.show_page(Page.CHAT)
    window.source_dock.toggle()
    assert window.source.isVisible()
    window.source.closed.emit()
    assert not window.source.isVisible()


def test_library_page_takes_up_an_import_that_began_before_it(window: MainWindow, services: Services) -> None:
    window.show()
    library = services.library
    library.import_started.emit()
    library.import_started.emit()
    library.import_progressed.emit(ImportProgress(10, 3, 40, 90, 0, "pump.pdf", 12.0, 20.0, phase=Phase.READING))
    window.show_page(Page.LIBRARY)
    bar = window.library_page.import_bar
    assert bar.isVisible() and bar.text.startswith("Reading")
    assert "pump.pdf" in bar.figures
    library.import_finished.emit(ImportSummary({"embedded": 2}, 1.0))
    assert bar.text.startswith("Reading")
    library.import_finished.emit(ImportSummary({"embedded": 3}, 1.0))
    assert "5" in bar.text


def test_library_page_tells_of_an_import_that_ended_before_it(window: MainWindow, services: Services) -> None:
    window.show()
    services.library.import_started.emit()
    services.library.import_finished.emit(Failure(FailureKind.USER, say("The disk is full.")))
    window.show_page(Page.LIBRARY)
    assert window.library_page.import_bar.isVisible()
    assert "The disk is full." in window.library_page.import_bar.text


def test_models_page_tells_why_a_model_failed_and_a_file_was_refused_before_it(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tmp_path: Path
) -> None:
    window.show()
    entry = services.models.add(tiny_phi3)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model at all")
    with qtbot.waitSignal(window.model_import.refused):
        window.model_import.add([str(broken)])
    services.model.failed = entry.ref, Failure(FailureKind.USER, say("It is too large."))
    window.show_page(Page.MODELS)
    assert window.models_page.refused.isVisible() and "broken.gguf" in window.models_page.refusal.text()
    qtbot.waitUntil(lambda: entry.name in window.models_page.cards)
    assert window.models_page.cards[entry.name].failure.text() == "It is too large."


def test_answer_can_be_judged_and_compared_before_the_experts_were_entered(
    window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    window.show()
    store = services.conversations
    conversation = store.create(profile_id=services.profiles.current.id, collections=())
    store.add(conversation.id, Role.USER, "How often?")
    answer = store.add(conversation.id, Role.ASSISTANT, "Every 2,000 hours.", make_answer("Every 2,000 hours.").answer)
    window.conversation_controller.open(conversation.id)
    window.chat.view.action_requested.emit(MessageAction.GOOD, answer.id)
    assert [example.question for example in services.examples.examples()] == ["How often?"]
    window.chat.view.action_requested.emit(MessageAction.COMPARE, answer.id)
    assert window.toast.text.startswith("There is nothing to compare")
    assert not window.pages.is_made(Page.EXPERTS)
    window.show_page(Page.EXPERTS)
    assert window.experts_page.tabs.count() == 3
    assert window.expert_tabs.examples.rows.rowCount() == 1
    window.experts_page.profile_saved.emit(services.profiles.current.id)


def test_list_of_keys_holds_those_of_pages_that_were_not_entered(qtbot: QtBot, window: MainWindow) -> None:
    window.show()
    window.show_shortcuts()
    dialog = window.findChild(ShortcutsDialog)
    assert dialog is not None
    told = told_shortcuts(window, "Everywhere")
    assert {"Documents", "Source"} <= set(told)
    assert window.page is Page.CHAT
