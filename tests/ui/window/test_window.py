"""The whole window with its real workers: a drop of files through to an answer and its highlighted page."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QRect, QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QScreen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSlider,
    QTableView,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from phi3desk import __version__, app
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.dossier.writing import Kind
from phi3desk.chat.messages import Basis, Mention, Message, Source
from phi3desk.library.documents import Figures, ImportProgress, ImportSummary, LibraryStatus, Phase, SearchScope
from phi3desk.model.starter import find_small_starter
from phi3desk.model.types import AdapterUse, Ending, ModelRef, Role
from phi3desk.paths import Paths
from phi3desk.profiles.teaching import Step
from phi3desk.ui import formatting
from phi3desk.ui.answers.answer_job import AnswerJob
from phi3desk.ui.answers.inspector import Inspector
from phi3desk.ui.answers.read_ahead import ReadAhead
from phi3desk.ui.chat.conversation.message_actions import MessageAction
from phi3desk.ui.clients.worker_client import RESTARTS_IN_A_ROW
from phi3desk.ui.dossiers.dialog import DossierDialog, Scope
from phi3desk.ui.notices import NoticeAction
from phi3desk.ui.pages import LEAST_WIDTH, Page
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.ui.window import geometry
from phi3desk.ui.window.about.dialog import AboutDialog
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.ui.window.shortcuts import ShortcutsDialog
from tests.helpers.pdf import write_pump_manual
from tests.ui.conftest import SENTENCE, text_under
from tests.ui.recorded_worker import document

WAIT = 60_000


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    """Return the window without its workers."""
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    app.close(made, services)


@pytest.fixture
def working(qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path) -> MainWindow:
    """Return the window with both workers running and the tiny model loaded."""
    services.models.use(services.models.add(tiny_phi3).name)
    # it answers while there are no documents
    expert = dataclasses.replace(services.profiles.current, answer_mode=AnswerMode.DOCUMENTS_FIRST)
    services.profiles.save(expert)
    app.start_workers(window, services)
    qtbot.waitUntil(lambda: services.library.status is not None and services.model.model is not None, timeout=WAIT)
    return window


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dragEnterEvent(QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, data, buttons, keys))
    assert window.drop_overlay.isVisible()
    window.dropEvent(QDropEvent(QPoint(400, 300), Qt.DropAction.CopyAction, data, buttons, keys))
    assert not window.drop_overlay.isVisible()


def import_pdf(qtbot: QtBot, window: MainWindow, services: Services, pdf: Path) -> None:
    with qtbot.waitSignal(services.library.import_finished, timeout=WAIT):
        drop(window, pdf)
    qtbot.waitUntil(lambda: bool(services.library.status and services.library.status.passages), timeout=WAIT)


def ask(qtbot: QtBot, window: MainWindow, question: str) -> Message:
    with qtbot.waitSignal(window.conversation_controller.answer_ended, timeout=WAIT) as ended:
        window.chat.composer.set_text(question)
        qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    return ended.args[0]


@pytest.mark.skipif(find_small_starter() is None, reason="the starter model is not installed")
def test_window_from_a_drop_to_an_answer_with_its_source_and_a_highlighted_page(
    qtbot: QtBot, window: MainWindow, services: Services, tmp_path: Path
) -> None:
    app.start_workers(window, services)
    qtbot.waitUntil(lambda: services.library.status is not None and services.model.model is not None, timeout=WAIT)
    assert window.chat.shows_start
    import_pdf(qtbot, window, services, write_pump_manual(tmp_path / "pump manual.pdf"))

    message = ask(qtbot, window, "How often is the main bearing re-greased?")
    answer = message.answer
    assert answer is not None
    assert answer.grounded
    assert "2,000" in answer.text
    cited = answer.citations[0]
    assert (cited.document, cited.page) == ("pump manual.pdf", 2)
    assert cited.quote == "Re-grease the main bearing every 2,000 operating hours."
    assert "[1]  pump manual.pdf, p. 2" in window.chat.view.toPlainText()
    assert not window.chat.shows_start
    assert "stand-in until you choose a Phi-3 GGUF" in window.chat.banner

    with qtbot.waitSignal(window.source.view.page_shown, timeout=WAIT):
        window.chat.view.anchorClicked.emit(QUrl(f"cite:{message.id}/{cited.n}/0"))
    assert window.source.isVisible()
    assert window.source.page == cited.page
    sentence = window.source.view.highlight.sentence
    assert sentence
    page = QRectF(window.source.view.page_rectangle())
    assert all(page.contains(window.source.view.on_widget(area)) and not area.isEmpty() for area in sentence)
    assert (
        text_under(tmp_path / "pump manual.pdf", 1, sentence)
        .strip()
        .startswith("Re-grease the main bearing every 2,000")
    )


def test_window_tells_how_an_answer_was_found(
    qtbot: QtBot, working: MainWindow, services: Services, tmp_path: Path
) -> None:
    window = working
    import_pdf(qtbot, window, services, write_pump_manual(tmp_path / "pump manual.pdf"))
    message = ask(qtbot, window, "How often is the main bearing re-greased?")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)

    inspector = window.chat.view.below
    assert isinstance(inspector, Inspector)
    assert inspector.isVisible()
    assert inspector.message_id == message.id
    assert inspector.summary.text().startswith("Searched ")
    assert "as: “How often is the main bearing re-greased?”" in inspector.summary.text()
    assert inspector.rows[0].text_shown.fate.startswith("Read")
    assert inspector.rows[0].hasFocus()
    viewport = window.chat.view.viewport()
    qtbot.keyClick(inspector.rows[0], Qt.Key.Key_Tab)
    assert inspector.rows[1].hasFocus() or inspector.figures.hasFocus()
    shown = window.focusWidget()
    assert shown is not None
    assert viewport.rect().contains(shown.mapTo(viewport, QPoint(1, 1)))
    with qtbot.waitSignal(window.source.view.page_shown, timeout=WAIT):
        qtbot.keyClick(inspector.rows[0], Qt.Key.Key_Space)
    assert message.answer is not None
    assert window.source.page == message.answer.sources[0].passage.page

    qtbot.keyClick(inspector.rows[0], Qt.Key.Key_Escape)
    assert window.chat.view.below is None
    # it is kept with the answer
    window.chat.view.action_requested.emit(MessageAction.EXPLAIN, message.id)
    assert isinstance(window.chat.view.below, Inspector)
    window.chat.view.action_requested.emit(MessageAction.EXPLAIN, message.id)
    assert window.chat.view.below is None


def test_window_keeps_the_question_before_anything_else(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    """The workers are not even running."""
    window.chat.composer.set_text("How often?")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)

    kept = services.conversations.conversations()
    assert [conversation.title for conversation in kept] == ["How often?"]
    roles = [(message.role, message.text) for message in services.conversations.messages(kept[0].id)]
    assert roles == [(Role.USER, "How often?"), (Role.ASSISTANT, "")]


def test_window_answers_without_documents_and_names_what_wrote_it(
    qtbot: QtBot, working: MainWindow, services: Services
) -> None:
    services.settings.set("answers.max_tokens", 32)
    message = ask(qtbot, working, "What is a pump?")

    assert message.answer is not None
    assert message.answer.basis == "model"
    assert message.answer.made_by.model == "tiny-phi3"
    assert len(message.answer.made_by.model_sha256) == 64
    assert "From the model alone, not from documents" in working.chat.view.toPlainText()
    assert services.conversations.messages(message.conversation_id)[-1].answer == message.answer


def test_window_answers_without_documents_where_the_expert_has_to_refuse(
    qtbot: QtBot, working: MainWindow, services: Services
) -> None:
    services.settings.set("answers.max_tokens", 32)
    expert = services.profiles.current
    services.profiles.save(dataclasses.replace(expert, answer_mode=AnswerMode.DOCUMENTS_ONLY))
    refused = ask(qtbot, working, "What is a pump?")
    assert refused.answer is not None
    assert refused.answer.basis is Basis.NOTHING_FOUND

    with qtbot.waitSignal(working.conversation_controller.answer_ended, timeout=WAIT) as ended:
        working.chat.view.action_requested.emit(MessageAction.WITHOUT_DOCUMENTS, refused.id)
    written = ended.args[0]
    assert written.answer.basis is Basis.MODEL
    assert written.answer.made_by.model == "tiny-phi3"


def test_window_keeps_an_experts_own_model_when_the_one_in_use_is_removed(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tmp_path: Path
) -> None:
    own = services.models.add(tiny_phi3, "Own")
    services.models.use(services.models.add(shutil.copy(tiny_phi3, tmp_path / "other.gguf"), "Other").name)
    services.profiles.save(dataclasses.replace(services.profiles.current, model="Own"))
    started: list[ModelRef] = []
    services.model.load_started.connect(started.append)
    window.active_expert.apply()
    window.show_page(Page.MODELS)
    qtbot.waitUntil(lambda: "Other" in window.models_page.cards)

    with qtbot.waitSignal(services.notices.undo_offered) as offered:
        window.models_page.cards["Other"].remove_requested.emit("Other")
    offered.args[1]()
    qtbot.waitUntil(lambda: "Other" in [entry.name for entry in services.models.list()])
    assert started == [own.ref]


def test_window_loads_a_chosen_model_only_where_the_expert_names_no_other(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tmp_path: Path
) -> None:
    models, current = services.models, services.profiles.current
    own = models.add(tiny_phi3, "Own")
    other = models.add(shutil.copy(tiny_phi3, tmp_path / "other.gguf"), "Other")
    services.profiles.save(dataclasses.replace(current, model="Own"))
    started: list[ModelRef] = []
    services.model.load_started.connect(started.append)
    window.active_expert.apply()
    window.show_page(Page.MODELS)
    qtbot.waitUntil(lambda: {"Own", "Other"} <= set(window.models_page.cards))
    told = (
        "The expert “General” names a model of its own, Own, until you choose another one for it on the Experts page. "
        "{name} answers for experts that name none."
    )

    def use(name: str) -> None:
        button = window.models_page.cards[name].use_button
        assert button is not None
        with qtbot.waitSignal(window.models_page.model_chosen):
            button.click()
        qtbot.waitUntil(lambda: window.models_page.cards[name].entry.in_use)

    use("Other")
    assert (started, window.toast.text) == ([own.ref], told.format(name="Other"))
    with qtbot.waitSignal(window.model_import.model_added):
        window.model_import.add([shutil.copy(tiny_phi3, tmp_path / "third.gguf")])
    assert (started, window.toast.text) == ([own.ref], told.format(name="third"))
    use("Own")
    assert started == [own.ref, own.ref]

    services.profiles.save(dataclasses.replace(current, model=""))
    use("Other")
    assert started == [own.ref, own.ref, other.ref]

    # nothing would answer where the file of its own model is gone
    services.profiles.save(dataclasses.replace(current, model="third"))
    (tmp_path / "third.gguf").unlink()
    use("Own")
    assert started == [own.ref, own.ref, other.ref, own.ref]


def test_window_switches_the_expert_in_the_middle_of_a_conversation(
    qtbot: QtBot, working: MainWindow, services: Services, tiny_adapters: list[Path]
) -> None:
    services.settings.set("answers.max_tokens", 32)
    plain = ask(qtbot, working, "What is a pump?")
    entry = services.adapters.add(tiny_adapters[0])
    expert = services.profiles.create("Pump expert")

    use = AdapterUse(entry.name, entry.path, 0.8)
    services.profiles.save(dataclasses.replace(expert, adapters=(use,)))
    with qtbot.waitSignal(services.model.adapters_changed, timeout=WAIT):
        position = [profile.id for profile in working.active_expert.all()].index(expert.id) + 1
        qtbot.keyClick(working, Qt.Key(Qt.Key.Key_0 + position), Qt.KeyboardModifier.ControlModifier)
    assert working.sidebar.expert_switcher.summary.endswith(f"{entry.name} 0.8")

    adapted = ask(qtbot, working, "What is a pump?")
    assert adapted.conversation_id == plain.conversation_id
    assert adapted.answer is not None and plain.answer is not None
    assert adapted.answer.made_by.adapters == (use,)
    assert plain.answer.made_by.adapters == ()
    assert adapted.text != plain.text


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a signal")
def test_window_survives_the_death_of_the_model_in_an_answer(
    qtbot: QtBot, working: MainWindow, services: Services
) -> None:
    services.settings.set("answers.max_tokens", 1500)
    with qtbot.waitSignal(working.conversation_controller.text_received, timeout=WAIT):
        working.chat.composer.set_text("What is a pump?")
        qtbot.keyClick(working.chat.composer.edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(working.conversation_controller.answer_ended, timeout=WAIT) as ended:
        os.kill(services.model.worker.process_id, signal.SIGKILL)

    message, notice = ended.args
    assert message.text
    assert notice == "The model stopped unexpectedly. What it had written is kept. It is being started again."
    assert notice in working.chat.view.toPlainText()
    assert services.conversations.messages(message.conversation_id)[-1].text == message.text
    qtbot.waitUntil(lambda: services.model.model is not None, timeout=WAIT)
    services.settings.set("answers.max_tokens", 32)
    assert ask(qtbot, working, "And a valve?").text


def test_window_refuses_a_second_question_and_stops_the_first(
    qtbot: QtBot, working: MainWindow, services: Services
) -> None:
    services.settings.set("answers.max_tokens", 1500)
    with qtbot.waitSignal(working.conversation_controller.text_received, timeout=WAIT):
        working.chat.composer.set_text("What is a pump?")
        qtbot.keyClick(working.chat.composer.edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(working.conversation_controller.refused) as refused:
        assert not working.conversation_controller.ask("And a valve?")
    assert "still being written" in refused.args[0]

    with qtbot.waitSignal(working.conversation_controller.answer_ended, timeout=WAIT) as ended:
        qtbot.keyClick(working.chat.composer.edit, Qt.Key.Key_Escape)
    assert ended.args[0].answer.ended == Ending.CANCELLED
    assert "Stopped." in working.chat.view.toPlainText()


def test_window_deletes_a_conversation_and_takes_it_back(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    conversation = services.conversations.create("Seals")
    services.conversations.add(conversation.id, Role.USER, "Which seal?")
    window.sidebar.search_changed.emit("")
    window.sidebar.conversation_chosen.emit(conversation.id)
    window.sidebar.delete_requested.emit(conversation.id)
    assert services.conversations.conversations() == []
    assert "Seals" in window.toast.text

    window.toast.action.click()
    assert [known.id for known in services.conversations.conversations()] == [conversation.id]
    assert "Which seal?" in window.chat.view.toPlainText()


def test_window_adds_a_dropped_gguf_as_what_it_is(
    qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tiny_adapters: list[Path]
) -> None:
    with qtbot.waitSignals([window.model_import.model_added, window.model_import.adapter_added], timeout=WAIT):
        drop(window, tiny_phi3, tiny_adapters[0])

    entry = services.models.in_use()
    assert entry is not None and entry.name == "tiny-phi3"
    assert window.chat.banner == ""


def test_window_says_why_a_dropped_gguf_is_refused(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model at all")
    with qtbot.waitSignal(window.model_import.refused, timeout=WAIT):
        drop(window, broken)

    assert "broken.gguf" in window.toast.text
    window.toast.action.click()
    assert window.page is Page.MODELS
    assert window.models_page.refused.isVisible()
    assert "broken.gguf" in window.models_page.refusal.text()


def test_window_goes_everywhere_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_K, control)
    assert window.sidebar.search.hasFocus()
    for page in (Page.LIBRARY, Page.EXPERTS, Page.MODELS, Page.SETTINGS):
        window.show_page(page)
        assert window.page is page
        assert not window.chat.composer.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_N, control)
    assert window.page is Page.CHAT
    assert window.chat.composer.edit.hasFocus()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.source.isVisible()


def test_guide_opens_the_page_that_comes_next(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    window.show_page(Page.EXPERTS)
    page = window.experts_page
    page.expert_list.guide.click()
    assert page.guide.isVisible() and not page.editor.isVisible()
    page.guide.step_chosen.emit(Step.COLLECT_EXAMPLES)
    assert window.expert_tabs.examples.isVisible()
    for step, shown in ((Step.ADD_ADAPTER, Page.MODELS), (Step.ADD_DOCUMENTS, Page.LIBRARY)):
        with qtbot.waitSignal(services.notices.page_requested) as requested:
            page.guide.step_chosen.emit(step)
        assert requested.args == [shown]
        assert window.page is shown


def test_window_shows_what_a_room_says(window: MainWindow, services: Services) -> None:
    notices, done = services.notices, []
    notices.say("Saved as pump.md.")
    assert (window.toast.text, window.toast.action.isVisible()) == ("Saved as pump.md.", False)
    notices.say("One file was refused.", NoticeAction("&Show", lambda: notices.show_page(Page.MODELS)))
    assert (window.toast.text, window.toast.action.text()) == ("One file was refused.", "&Show")
    window.toast.action.click()
    assert window.page is Page.MODELS and not window.toast.isVisible()
    notices.offer_undo("The example was removed.", lambda: done.append("undone"))
    assert (window.toast.text, window.toast.action.text()) == ("The example was removed.", "&Undo")
    window.toast.action.click()
    assert done == ["undone"]


def test_window_keeps_the_page_within_it_and_folds_it_away_with_its_conversation(
    qtbot: QtBot, window: MainWindow, services: Services, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    conversations = services.conversations
    cited, other = (conversations.create(title) for title in ("Seals", "Bearings"))
    for conversation in (cited, other):
        conversations.add(conversation.id, Role.USER, "Which?")
    window.sidebar.conversation_chosen.emit(cited.id)
    window.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    for width in (1280, 960):
        window.resize(width, 700)
        for handle in (1, 2, 1):
            for position in (0, 500, 3000):
                window.splitter.moveSplitter(position, handle)
                assert window.source.geometry().right() < width
                assert window.source.width() >= LEAST_WIDTH
    window.resize(1280, 700)
    window.splitter.moveSplitter(830, 2)
    width = window.source.width()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert not window.source.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert (window.source.width(), window.source.page) == (width, 2)

    window.show_page(Page.LIBRARY)
    window.source_dock.show_document(document(9, name="terms.pdf"))
    window.show_page(Page.CHAT)
    assert (window.source.isVisible(), window.source.page) == (True, 2)
    window.sidebar.conversation_chosen.emit(other.id)
    assert not window.source.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert window.source.message == "Choose a source under an answer to see its page here."

    window.close()
    again = MainWindow(services)
    qtbot.addWidget(again)
    again.show()
    assert not again.source.isVisible()
    again.chat.source_pane_toggled.emit()
    qtbot.waitUntil(lambda: again.source.width() == width)


def test_window_shows_beside_a_conversation_only_what_that_cites(
    qtbot: QtBot, window: MainWindow, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    def look_at_a_row() -> None:
        window.show_page(Page.SWEEP)
        window.sweep_page.source_requested.emit(make_source(path=str(pump_pdf), page=3), SENTENCE)
        assert (window.source.isVisible(), window.source.page) == (True, 3)
        window.show_page(Page.CHAT)

    nothing = "Choose a source under an answer to see its page here."
    look_at_a_row()
    assert not window.source.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert (window.source.isVisible(), window.source.message) == (True, nothing)
    look_at_a_row()
    assert (window.source.isVisible(), window.source.message) == (True, nothing)

    window.chat.view.source_requested.emit(make_source(path=str(pump_pdf)), SENTENCE)
    look_at_a_row()
    assert (window.source.isVisible(), window.source.page) == (True, 2)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    look_at_a_row()
    assert not window.source.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F9)
    assert (window.source.isVisible(), window.source.page) == (True, 2)


@pytest.mark.parametrize(
    ("frame", "fitted"),
    [
        (QRect(0, 0, 1288, 832), QRect(0, 24, 1280, 776)),
        (QRect(100, 100, 1000, 700), QRect(100, 100, 1000, 700)),
        (QRect(700, 300, 1000, 700), QRect(280, 100, 1000, 700)),
        (QRect(-50, 0, 970, 640), QRect(0, 24, 970, 640)),
    ],
)
def test_a_window_lies_on_its_screen_with_its_frame(frame: QRect, fitted: QRect) -> None:
    assert geometry.on_screen(frame, QRect(0, 24, 1280, 776), QSize(968, 632)) == fitted


def test_window_is_no_larger_at_first_than_its_screen(
    window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.size() == QSize(1280, 800)
    for screen, size in ((QSize(1280, 800), QSize(1264, 760)), (QSize(1024, 600), QSize(1008, 560))):
        room = QRect(QPoint(0, 0), screen)
        monkeypatch.setattr(QScreen, "availableGeometry", lambda _, room=room: room)
        geometry.restore(window, window.splitter, services.settings, [260, 600, 420])
        assert window.size() == size


def test_importing_the_app_loads_nothing_heavy() -> None:

    script = "import sys, phi3desk.app; print([m for m in ('torch','chromadb','llama_cpp') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bug_reporter_shows_a_report_and_lets_the_window_live(home: Paths, window: MainWindow) -> None:
    reporter = app.BugReporter(window, home)
    error = RuntimeError("something the program did")
    reporter.report(RuntimeError, error, None)

    assert reporter.dialog is not None
    assert "something the program did" in reporter.dialog.report.toPlainText()
    assert window.isVisible()
    reporter.dialog.accept()


@pytest.mark.skipif(sys.platform == "win32", reason="ends a process by a signal")
def test_window_offers_to_start_a_worker_again_that_was_given_up(
    qtbot: QtBot, window: MainWindow, services: Services
) -> None:
    worker = services.model.worker
    services.model.start()
    for _ in range(RESTARTS_IN_A_ROW + 1):
        qtbot.waitUntil(lambda: worker.process_id > 0, timeout=WAIT)
        with qtbot.waitSignal(worker.died, timeout=WAIT):
            os.kill(worker.process_id, signal.SIGKILL)
    qtbot.waitUntil(window.worker_banner.isVisible)
    assert window.worker_banner.text == (
        "A part of phi3desk stopped 4 times in a row and stays off. Choose Start again to try."
    )
    with qtbot.waitSignal(worker.ready, timeout=WAIT):
        qtbot.mouseClick(window.worker_banner.start_again, Qt.MouseButton.LeftButton)
    assert not window.worker_banner.isVisible()


def test_window_gives_every_control_a_name(window: MainWindow) -> None:
    for page in Page:
        window.show_page(page)
    window.source_dock.toggle()
    kinds = (QAbstractButton, QLineEdit, QAbstractItemView, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox)
    kinds += (QSlider, QProgressBar)
    controls = {control for kind in kinds for control in window.findChildren(kind)}
    unnamed = [
        (type(control).__name__, type(control.parentWidget()).__name__)
        for control in controls
        if not (control.accessibleName() or getattr(control, "text", str)()) and not is_inside_of_a_control(control)
    ]
    assert len(controls) > 60
    assert unnamed == []


def is_inside_of_a_control(widget: QWidget) -> bool:
    """Whether Qt made a widget as a piece of a field, a drop-down list or a table, which bear the name."""
    parent = widget.parentWidget()
    return isinstance(parent, (QLineEdit, QAbstractSpinBox, QTableView)) or isinstance(parent.parentWidget(), QComboBox)


def test_window_puts_the_keyboard_into_what_is_shown(qtbot: QtBot, window: MainWindow) -> None:
    for page in (Page.LIBRARY, Page.EXPERTS, Page.MODELS, Page.SETTINGS, Page.CHAT):
        window.show_page(page)
        focused = window.focusWidget()
        assert window.pages.page(page).isAncestorOf(focused), page
        assert focused.focusPolicy() & Qt.FocusPolicy.TabFocus
    window.source.show()
    visited = []
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        panes = (window.sidebar, window.chat, window.source)
        visited.append(next(pane for pane in panes if pane.isAncestorOf(window.focusWidget())))
    assert visited == [window.source, window.sidebar, window.chat]
    qtbot.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert window.sidebar.isAncestorOf(window.focusWidget())


def test_window_goes_through_links_and_buttons_of_an_answer_once_by_tab(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message], pump_pdf: Path
) -> None:
    conversation = services.conversations.create("Seals")
    services.conversations.add(conversation.id, Role.USER, "Which seal?")
    made = make_answer("The first [1], then the second [2].", sources=2)
    answer = services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    window.sidebar.conversation_chosen.emit(conversation.id)
    window.show_source(make_answer("One. [1]").answer.sources[0], "")
    view, links = window.chat.view, window.chat.view._links
    window.sidebar.page_buttons[Page.LIBRARY][0].setFocus()
    stops, hrefs, before = [], [], window.grab().toImage()
    while True:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        shown, focused = window.grab().toImage(), window.focusWidget()
        stop = (focused, links.position)
        if stop in stops:
            break
        assert shown != before, f"no ring at {focused}"
        assert bool(links.rings()) == (focused is view)
        stops.append(stop)
        hrefs += [links.target] if focused is view else []
        before = shown
    assert hrefs == [f"cite:{answer.id}/{n}/{n - 1}" for n in (1, 2)] * 2
    visited = [widget for widget, _ in stops]
    assert visited.count(view) == 4 and len(set(visited)) == len(visited) - 3
    buttons = [button for button in view.action_buttons() if button.isVisible()]
    assert visited[visited.index(buttons[0]) :][: len(buttons)] == buttons
    for pane in (window.chat.composer, window.source, window.sidebar):
        assert any(pane.isAncestorOf(widget) for widget in visited)

    view.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(view.source_requested) as requested:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert requested.args[1] == SENTENCE
    for button in buttons:
        assert button.mapTo(view, button.rect().topLeft()).y() >= text_bottom(window, answer.id)


def text_bottom(window: MainWindow, message_id: int) -> int:
    """Return where the last line of a message ends in the view."""
    view = window.chat.view
    entry = next(entry for entry in view._entries if entry.message.id == message_id)
    return view.cursorRect(entry.frame.lastCursorPosition()).bottom()


def test_window_leaves_the_keyboard_and_what_is_typed_where_they_are(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    composer = window.chat.composer
    window.toast.offer("Deleted.", "", lambda: None)
    qtbot.mouseClick(window.toast.close_button, Qt.MouseButton.LeftButton)
    assert composer.edit.hasFocus()
    window.toast.offer("Deleted.", "", lambda: None)
    window.toast.action.setFocus()
    window.toast.dismiss()
    assert composer.edit.hasFocus()
    assert window.conversation_controller.ask("Which seal?")
    qtbot.keyClicks(composer.edit, "And the next?")
    written = services.conversations.messages(1)[-1]
    window.conversation_controller.answer_ended.emit(make_answer("The 6204.", id=written.id), "")
    services.library.import_started.emit()
    services.library.import_finished.emit(ImportSummary({"ready": 3}, 1.0, False))
    window.toast.timer.timeout.emit()
    services.library.import_finished.emit(ImportSummary({"ready": 3, "failed": 20}, 1.0, True, left_unread=20))
    assert window.toast.text == "The import was stopped: 20 files were not read."
    assert composer.edit.hasFocus()
    window.chat.start.question_chosen.emit("How often?")
    assert composer.text == "And the next?"

    window.toast.offer("Deleted.", "", lambda: None)
    composer.set_text("One line\n" * 8)
    qtbot.waitUntil(lambda: window.toast.geometry().bottom() < composer.mapTo(window, QPoint(0, 0)).y())


def test_window_deletes_the_conversation_that_was_clicked_and_passes_typing_on(
    qtbot: QtBot, window: MainWindow, services: Services
) -> None:
    for title in ("Seals", "Bearings"):
        services.conversations.add(services.conversations.create(title).id, Role.USER, "Which?")
    window.sidebar.search_changed.emit("")
    conversations = window.sidebar.list
    place = conversations.visualRect(window.sidebar.model.index(1)).center()
    qtbot.mouseClick(conversations.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.conversation_controller.conversation is not None
    deleted = window.conversation_controller.conversation.id
    qtbot.keyClick(conversations, Qt.Key.Key_Delete)
    assert deleted not in [known.id for known in services.conversations.conversations()]
    window.toast.action.click()
    assert deleted in [known.id for known in services.conversations.conversations()]
    conversations.setFocus()
    qtbot.keyClicks(conversations, "H")
    qtbot.keyClicks(window.focusWidget(), "ow")
    assert window.chat.composer.text == "How"


def test_window_tells_its_keys_and_what_it_is_made_of_and_closes_by_key(
    qtbot: QtBot, window: MainWindow, services: Services, pump_pdf: Path, make_source: Callable[..., Source]
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    window.show_source(make_source(path=str(pump_pdf)), SENTENCE)
    window.chat.composer.edit.setFocus()
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_F, control)
    assert window.source.search.field.hasFocus()
    for key, held in ((Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Slash, control)):
        qtbot.keyClick(window, key, held)
        dialog = window.findChild(ShortcutsDialog)
        words = [told.text() for told in dialog.findChildren(QLabel)]
        assert words[words.index("Ctrl+N") + 1] == "New conversation"
        for keys in ("Ctrl+1 … Ctrl+9", "F9", "F1, Ctrl+/", "Ctrl+Q", "Del", "Shift+Enter", "Ctrl++, Ctrl+="):
            assert keys in words
        assert all(words)
        dialog.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    window.show_about()
    about = window.findChild(AboutDialog)
    qtbot.waitUntil(lambda: about.parts.topLevelItemCount() > 0)
    rows = [about.parts.topLevelItem(row) for row in range(about.parts.topLevelItemCount())]
    parts = {row.text(0).lower(): (row.text(1), row.text(2)) for row in rows}
    assert rows[0].text(0) == "phi3desk" and __version__ in about.version.text()
    assert parts["chromadb"] == (metadata.version("chromadb"), "Apache Software License")
    assert "LGPL-3.0" in parts["pyside6_essentials"][1] and "MIT" in about.licence.toPlainText()
    assert "pytest" not in parts
    about.reject()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Q, control)
    assert not window.isVisible()
    assert services.settings.remembered(geometry.GEOMETRY)


def test_window_enlarges_lists_and_buttons_with_the_text(
    qtbot: QtBot, window: MainWindow, services: Services, qapp: QApplication
) -> None:
    window.scheme_changed.connect(lambda: app.dress(qapp, services.settings))
    services.settings.set("appearance.reading_size", 22)
    try:
        with qtbot.waitSignal(window.scheme_changed):
            window.settings_page.setting_changed.emit("appearance.reading_size", 22)
        for widget in (window.sidebar.list, window.sidebar.help, window.experts_page.editor.model, window.source.why):
            assert widget.font().pixelSize() == 19
        assert window.chat.view.document().defaultFont().pixelSize() == 22
        assert window.source.text.font().pixelSize() == 22
        table, bar = window.library_page.documents.table, window.library_page.import_bar
        assert table.verticalHeader().defaultSectionSize() >= 2 * table.fontMetrics().lineSpacing()
        window.show_page(Page.LIBRARY)
        services.library.import_started.emit()
        lines = [line for line in bar.findChildren(ElidedLabel) if line.isVisible()]
        assert len(lines) == 4
        qtbot.waitUntil(lambda: all(line.height() >= line.fontMetrics().lineSpacing() for line in lines))
    finally:
        app.apply_scheme(qapp, "light")


def test_window_asks_only_what_the_question_names(qtbot: QtBot, window: MainWindow, services: Services) -> None:
    pages = Mention("2-4", pages=((2, 4),))
    named = (Mention("Tenders", 7), Mention("pump manual.pdf"), Mention("seals", folder="/p/seals"), pages)
    window.chat.composer.set_text("How often?")
    window.chat.composer.set_named(named)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)

    job = window.conversation_controller.findChild(AnswerJob)
    assert job is not None
    assert job.question.scope == SearchScope((7,), ("pump manual.pdf",), ("/p/seals",), ((2, 4),))
    assert window.chat.composer.named == ()
    asked = services.conversations.messages(services.conversations.conversations()[0].id)[0]
    window.chat.view.action_requested.emit(MessageAction.EDIT, asked.id)
    assert window.chat.composer.named == named


def test_window_takes_back_the_edit_of_a_question(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    conversation = services.conversations.create("Seals")
    asked = services.conversations.add(conversation.id, Role.USER, "Which seal?")
    made = make_answer("The 6204 seal. [1]")
    services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    before = services.conversations.messages(conversation.id)
    window.sidebar.conversation_chosen.emit(conversation.id)
    window.chat.view.action_requested.emit(MessageAction.EDIT, asked.id)
    window.chat.composer.set_text("Which bearing?")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    assert [message.text for message in services.conversations.messages(conversation.id)] == ["Which bearing?", ""]

    window.toast.action.click()
    assert services.conversations.messages(conversation.id) == before
    assert "The 6204 seal." in window.chat.view.toPlainText()
    assert "Which bearing?" not in window.chat.view.toPlainText()


def test_window_says_that_the_semantic_index_is_incomplete(window: MainWindow, services: Services) -> None:
    library = services.library

    def tell(figures: Figures) -> None:
        library.status = LibraryStatus(3, figures.passages, figures.embedded, "", False, True, figures=figures)
        library.status_changed.emit(library.status)

    said = "Searchable by words: 2 of 3 files, by meaning: 34 %"
    tell(Figures(3, 2, 2, 1000, 340, 0.349))
    assert window.chat.status.text() == said
    library.import_started.emit()
    paused = ImportProgress(3, 1, 50, 1000, 340, "", 1.0, None, phase=Phase.PAUSED)
    library.import_progressed.emit(dataclasses.replace(paused, phase=Phase.READING))
    library.import_progressed.emit(paused)
    assert window.chat.status.text() == f"{said}  ·  Paused"
    tell(Figures(3, 2, 2, 1000, 340, 0.349))
    bar = window.library_page.import_bar
    assert (bar.text, bar.figures.splitlines()[-1]) == ("Paused: 2 of 3 files read", said)
    library.pause(False)
    library.import_progressed.emit(paused)
    assert window.chat.status.text() == said
    assert (bar.text, bar.pause_button.text()) == ("Reading: 2 of 3 files", "Pause")
    tell(Figures(3, 3, 3, 1000, 1000, 1.0))
    library.import_finished.emit(None)
    assert window.chat.status.text() == ""


def test_window_saves_a_conversation_and_one_answer_as_markdown(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message], tmp_path: Path
) -> None:
    conversation = services.conversations.create("Bearing: change?")
    for question in ("How often?", "How much?"):
        services.conversations.add(conversation.id, Role.USER, question)
        made = make_answer(f"Answer to {question} [1]")
        answer = services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    window.sidebar.conversation_chosen.emit(conversation.id)
    services.settings.remember("dossier.kind", Kind.MARKDOWN)
    services.settings.remember("dossier.pictures", "none")
    texts = []
    for number, export in enumerate(
        (
            lambda: window.sidebar.export_requested.emit(conversation.id),
            lambda: window.chat.view.action_requested.emit(MessageAction.EXPORT, answer.id),
        )
    ):
        export()
        dialog = window.findChildren(DossierDialog)[-1]
        dialog.save.click()
        where = dialog.findChildren(QFileDialog)[-1]
        where.fileSelected.emit(str(tmp_path / f"{number}.md"))
        where.reject()
        qtbot.waitUntil(dialog.open_file.isVisible)
        texts.append((tmp_path / f"{number}.md").read_text(encoding="utf-8"))
        dialog.reject()
    whole, one = texts
    assert "## How often?" in whole and "## How much?" in whole
    assert "## How often?" not in one and "## How much?" in one
    assert all(f"> “{SENTENCE}”" in text and "p. 2" in text for text in texts)


def test_conversation_is_saved_by_ctrl_s_while_a_question_is_written(
    qtbot: QtBot, window: MainWindow, services: Services, make_answer: Callable[..., Message]
) -> None:
    conversation = services.conversations.create("Bearing")
    services.conversations.add(conversation.id, Role.USER, "How often?")
    made = make_answer("Often. [1]")
    services.conversations.add(conversation.id, Role.ASSISTANT, made.text, made.answer)
    edit = window.chat.composer.edit
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not window.findChildren(DossierDialog)
    window.sidebar.conversation_chosen.emit(conversation.id)
    edit.setFocus()
    qtbot.keyClick(edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    (asked,) = window.findChildren(DossierDialog)
    assert asked.wanted.scope is Scope.CONVERSATION


def test_conversation_is_gone_on_with_where_it_was_read_and_its_gauge_tells_how_full_it_is(
    qtbot: QtBot, working: MainWindow, services: Services, home: Paths
) -> None:
    gauge, ahead = working.chat.composer.gauge, working.conversation_controller.findChild(ReadAhead)
    assert not gauge.isVisible()
    expert = dataclasses.replace(
        services.profiles.current, answer_mode=AnswerMode.MODEL_ALONE, instructions="You know pumps. " * 20
    )
    services.profiles.save(expert)
    services.settings.set("answers.max_tokens", 16)
    working.active_expert.apply()
    ahead.forget()
    qtbot.keyClicks(working.chat.composer.edit, "W")
    qtbot.waitUntil(lambda: ahead.has_begun and not services.model.worker.is_busy())
    long = "Which oil is in the pump, and must the seal of the motor be checked before use? " * 6
    told = ask(qtbot, working, long)
    assert told.answer is not None and told.answer.timings.reused_tokens >= 64
    first = working.conversation_controller.conversation
    second = ask(qtbot, working, f"And the valve? {long}")
    assert first is not None and second.answer is not None and second.answer.reading is not None
    reading = second.answer.reading
    assert second.answer.timings.reused_tokens > 256
    assert gauge.isVisible()
    assert (
        f"{formatting.number(reading.used)} of the {formatting.number(reading.context)} tokens"
        in gauge.accessibleName()
    )
    assert gauge.share == pytest.approx(reading.used / reading.context)

    working.conversation_controller.begin()
    assert not gauge.isVisible()
    ask(qtbot, working, "Something else entirely.")
    working.conversation_controller.open(first.id)
    assert gauge.isVisible()
    qtbot.waitUntil(lambda: ahead.has_begun and not services.model.worker.is_busy())
    third = ask(qtbot, working, "Why?")
    assert third.answer is not None
    # all but the last token of the answer before, which was chosen and never read
    assert third.answer.timings.reused_tokens >= reading.used - 1

    working.conversation_controller.delete(first.id)
    qtbot.waitUntil(lambda: not services.model.worker.is_busy())
    services.model.close()
    kept = [json.loads(path.read_bytes()) for path in home.saved_states.glob("*.json")]
    assert first.id not in [record["conversation"] for record in kept]
