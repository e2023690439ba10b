"""Sweeps in the real window, with real workers, the tiny model and real documents; the table on its own."""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.chat.messages import Answer, Basis, MadeBy, Mention, Timings
from phi3desk.chat.reading.wait import Wait
from phi3desk.errors import say
from phi3desk.library.documents import EVERYWHERE, BoundSource, Collection, Document, SearchScope, State
from phi3desk.model.types import Ending, LoadOptions, Role
from phi3desk.sweep.plan import NO_LONGER_THERE, Answered, Cell, Outcome, Row, SweepPlan, SweptDocument, changes
from phi3desk.sweep.reading import rows_from
from phi3desk.ui import formatting
from phi3desk.ui.dossiers.dialog import DossierDialog
from phi3desk.ui.pages import Page
from phi3desk.ui.services import Services
from phi3desk.ui.sweep import row_loader
from phi3desk.ui.sweep.outcomes import OF_GONE, OPEN, UNREAD
from phi3desk.ui.sweep.page import FORM, TABLE, SweepPage
from phi3desk.ui.sweep.table import ANSWER, DOCUMENT, PAGE, QUESTION, SUPPORT, SweepTableModel
from phi3desk.ui.window.main_window import MainWindow
from phi3desk.workers.protocol import Failure
from tests.helpers.pdf import write_pdf, write_pump_manual

WAIT = 120_000
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
QUESTION_ASKED = "How often is the main bearing greased?"


@pytest.fixture
def window(qtbot: QtBot, services: Services) -> Iterator[MainWindow]:
    made = MainWindow(services)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    app.close(made, services)


@pytest.fixture
def page(window: MainWindow) -> SweepPage:
    window.show_page(Page.SWEEP)
    return window.sweep_page


@pytest.fixture
def working(qtbot: QtBot, window: MainWindow, services: Services, tiny_phi3: Path, tmp_path: Path) -> SweepPage:
    """Return the page with both workers running, the tiny model, and three files, one of them broken."""
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    write_pdf(tmp_path / "docs" / "canteen.pdf", [["The canteen of the laboratory is closed on Fridays."]])
    (tmp_path / "docs" / "broken.pdf").write_bytes(b"%PDF-1.5 this is none")
    services.models.use(services.models.add(tiny_phi3).name)
    app.start_workers(window, services)
    qtbot.waitUntil(lambda: services.library.status is not None and services.model.model is not None, timeout=WAIT)
    window.document_import.add([tmp_path / "docs"])
    qtbot.waitUntil(lambda: services.library.importing, timeout=WAIT)
    qtbot.waitUntil(lambda: not services.library.importing, timeout=WAIT)
    window.show_page(Page.SWEEP)
    return window.sweep_page


def texts(page: SweepPage, column: int) -> list[str]:
    model = page.results.model
    return [model.index(row, column).data() for row in range(model.rowCount())]


def open_whole(page: SweepPage, number: int, qtbot: QtBot) -> None:
    """Open a sweep, and wait until all of its rows are there."""
    page.open(number)
    qtbot.waitUntil(lambda: page.results.model.is_whole, timeout=WAIT)


def filter_by(page: SweepPage, words: str, qtbot: QtBot) -> None:
    """Type what rows are filtered by, and Enter."""
    page.results.filter.setText(words)
    qtbot.keyClick(page.results.filter, Qt.Key.Key_Return)


class Changes:
    """Counts how often all rows of a model are shown anew, and how many come in at a time."""

    def __init__(self, model: SweepTableModel) -> None:
        self.resets = self.changed = 0
        self.inserted: list[int] = []
        model.modelReset.connect(self._on_reset)
        model.dataChanged.connect(self._on_changed)
        model.rowsInserted.connect(lambda _, first, last: self.inserted.append(last - first + 1))

    def _on_reset(self) -> None:
        self.resets += 1

    def _on_changed(self) -> None:
        self.changed += 1


def kept_sweep(services: Services) -> int:
    plan = SweepPlan(("What is the limit?", "Who signs?"))
    names = ("Part 10.pdf", "Part 2.pdf", "scan.pdf")
    documents = [SweptDocument(f"/docs/{name}", name, "pdf") for name in names]
    documents[2] = dataclasses.replace(documents[2], searchable=False, problem=say("It is a scan."))
    sweep = services.sweeps.begin(plan, documents)
    cells = (
        Cell(0, documents[0].path, Outcome.FOUND, "7.1 mm/s.", "The pump trips at 7.1 mm/s.", 12, "pdf"),
        Cell(0, documents[1].path, Outcome.TO_CHECK, "=9 mm/s\u202e", "It trips.", 3, "pdf"),
        Cell(1, documents[0].path, Outcome.NOT_FOUND),
    )
    for cell in cells:
        services.sweeps.keep(sweep.id, Answered(cell))
    return sweep.id


def test_a_sweep_asks_every_document_and_shows_its_page(working: SweepPage, window: MainWindow, qtbot: QtBot):
    page = working
    page.form.text.setPlainText(QUESTION_ASKED)
    page.form.quotes_only.setChecked(True)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT) as ended:
        qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    assert ended.args == [True, ""]
    assert page.state.startswith("2 of 2 answers")
    qtbot.waitUntil(lambda: page.results.model.is_whole, timeout=WAIT)
    rows = dict(zip(texts(page, DOCUMENT), texts(page, ANSWER), strict=True))
    assert rows["pump.pdf"] == "Re-grease the main bearing every 2,000 operating hours."
    assert rows["canteen.pdf"] == "Not found"
    assert rows["broken.pdf"]
    assert page.results.model.counts() == {"quote": 1, "not_found": 1, UNREAD: 1}
    at = page.results.model.index(texts(page, DOCUMENT).index("pump.pdf"), ANSWER)
    place = page.results.table.visualRect(at).center()
    qtbot.mouseClick(page.results.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.source_dock.is_shown and window.source.page == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: bool(window.source.view.highlight.sentence), timeout=WAIT)


def test_a_question_goes_first_and_the_sweep_goes_on(working: SweepPage, window: MainWindow, qtbot: QtBot):
    page = working
    page.form.text.setPlainText("\n".join(f"How often is main bearing {n} greased?" for n in range(6)))
    with qtbot.waitSignal(page.runner.answered, timeout=WAIT):
        page.start()
    assert window.conversation_controller.ask("How hot may it be?")
    assert page.runner.gives_way
    assert "goes on when your question is answered" in page.state
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT) as ended:
        qtbot.waitUntil(lambda: not window.conversation_controller.is_answering, timeout=WAIT)
        assert not page.runner.gives_way
    assert ended.args == [True, ""]
    assert page.sweep is not None
    assert page.sweep.is_complete
    messages = window._services.conversations.messages(window.conversation_controller.conversation.id)
    assert messages[-1].text


def test_a_cell_whose_model_was_switched_is_asked_again(
    working: SweepPage, services: Services, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
):
    page = working
    page.form.text.setPlainText("How often is main bearing 1 greased?")
    other = services.models.add(shutil.copy(tiny_phi3, tmp_path / "other.gguf"), "other")
    told: list[int] = []

    def switch_once(done: int, *_: object) -> None:
        told.append(done)
        # the other document does not hold the answer, which no model has to tell
        if told == [0, 1]:
            QTimer.singleShot(0, lambda: services.model.load(other.ref, LoadOptions(context=1024, threads=1)))

    page.runner.progressed.connect(switch_once)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT) as ended:
        page.start()
    assert ended.args == [True, ""]
    sweep = services.sweeps.sweeps()[0]
    answers = [services.sweeps.answer(sweep.id, 0, one.path) for one in services.sweeps.documents(sweep.id)]
    assert {answer.made_by.model for answer in answers if answer is not None} == {"other"}
    assert told.count(1) > 1


def test_a_sweep_rests_and_goes_on_where_it_was(working: SweepPage, services: Services, qtbot: QtBot):
    page = working
    page.form.text.setPlainText("\n".join(f"How often is main bearing {n} greased?" for n in range(5)))
    page.form.wait.setCurrentIndex(page.form.wait.findData(Wait.QUICK.value))
    with qtbot.waitSignal(page.runner.answered, timeout=WAIT):
        page.start()
    qtbot.mouseClick(page.pause_button, Qt.MouseButton.LeftButton)
    assert not page.runner.running
    sweep = services.sweeps.sweeps()[0]
    assert 1 <= sweep.answered < 10
    qtbot.waitUntil(page.go_on_button.isVisible, timeout=WAIT)
    # as after a new start of the program
    page.show_form()
    open_whole(page, sweep.id, qtbot)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT):
        qtbot.mouseClick(page.go_on_button, Qt.MouseButton.LeftButton)
    assert services.sweeps.sweep(sweep.id).is_complete
    made = services.sweeps.answer(sweep.id, 0, services.sweeps.documents(sweep.id)[-1].path)
    assert made is not None
    assert made.made_by.model
    assert made.spent is not None
    assert made.spent.budget_s == Wait.QUICK.seconds


def test_documents_added_since_are_offered(working: SweepPage, window: MainWindow, tmp_path: Path, qtbot: QtBot):
    page = working
    page.form.text.setPlainText(QUESTION_ASKED)
    page.form.quotes_only.setChecked(True)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT):
        page.start()
    qtbot.waitUntil(lambda: not page.add_button.isVisible(), timeout=WAIT)
    write_pdf(tmp_path / "second.pdf", [["The main bearing of the second pump is greased every 500 hours."]])
    window.document_import.add([tmp_path / "second.pdf"])
    qtbot.waitUntil(page.add_button.isVisible, timeout=WAIT)
    qtbot.waitUntil(lambda: not window._services.library.importing, timeout=WAIT)
    qtbot.waitUntil(lambda: any(each.searchable for each in page._news.new), timeout=WAIT)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT):
        qtbot.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    rows = dict(zip(texts(page, DOCUMENT), texts(page, ANSWER), strict=True))
    assert "every 500 hours" in rows["second.pdf"]


def test_documents_moved_and_gone_since_are_brought_up_to_date(
    working: SweepPage, window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
):
    page, docs = working, tmp_path / "docs"
    page.form.text.setPlainText(QUESTION_ASKED)
    page.form.quotes_only.setChecked(True)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT):
        page.start()
    qtbot.waitUntil(lambda: page.results.model.is_whole and not page.add_button.isVisible(), timeout=WAIT)
    number = services.sweeps.sweeps()[0].id
    pump = Path(next(each.path for each in services.sweeps.documents(number) if each.name == "pump.pdf"))
    (docs / "moved").mkdir()
    pump.rename(docs / "moved" / "centrifugal.pdf")
    (docs / "canteen.pdf").unlink()
    window.document_import.add([docs])
    qtbot.waitUntil(lambda: bool(page._news.kept and page._news.gone), timeout=WAIT)
    qtbot.waitUntil(page.add_button.isVisible, timeout=WAIT)
    assert page.add_button.text() == page.add_button.accessibleName() == "Bring up to date"
    assert page.add_button.toolTip() == "At another place, or back: 1 document\nNo longer there: 1 document"
    qtbot.mouseClick(page.add_button, Qt.MouseButton.LeftButton)
    assert not page.runner.running
    assert not page.add_button.isVisible()
    assert page.results.model.counts() == {Outcome.QUOTE: 1, OF_GONE: 1, UNREAD: 1}
    rows = dict(zip(texts(page, DOCUMENT), texts(page, ANSWER), strict=True))
    assert rows["centrifugal.pdf"] == "Re-grease the main bearing every 2,000 operating hours."
    assert page.state.startswith("1 of 1 answers · 2 documents")
    assert page.results.model.rows() == services.sweeps.rows(number)
    page.results.table.setCurrentIndex(page.results.model.index(texts(page, DOCUMENT).index("canteen.pdf"), ANSWER))
    assert page.results.detail.toPlainText().endswith(str(NO_LONGER_THERE))
    shown: list[str] = []
    page.source_requested.connect(lambda source, _: shown.append(source.passage.path))
    page.results.table.opened.emit(page.results.model.index(texts(page, DOCUMENT).index("centrifugal.pdf"), ANSWER))
    assert shown == [str(pump.parent / "moved" / "centrifugal.pdf")]


def hold(page: SweepPage, monkeypatch: pytest.MonkeyPatch, *documents: Document) -> None:
    """Have the library hold these documents."""
    monkeypatch.setattr(page._library, "documents", lambda _, on_documents, **__: on_documents(list(documents)))


def in_library(document: SweptDocument, number: int, path: str = "") -> Document:
    where = path or document.path
    return Document(
        number, 1, "All", where, Path(where).name, "", State.READY, None, 1, 3, 10, 1.0, document.imported,
        kind=document.kind,
    )  # fmt: skip


def test_a_sweep_of_an_older_program_learns_the_numbers_of_its_documents(
    page: SweepPage, services: Services, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    number, documents = many_rows(services, 3, 3)
    hold(page, monkeypatch, *(in_library(each, n) for n, each in enumerate(documents, 1)))
    open_whole(page, number, qtbot)
    qtbot.waitUntil(lambda: [each.id for each in services.sweeps.documents(number)] == [1, 2, 3], timeout=WAIT)
    assert not page.add_button.isVisible()


def test_chosen_documents_are_told_to_be_moved_or_gone(
    page: SweepPage, services: Services, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    documents = [SweptDocument(f"/docs/{name}.pdf", f"{name}.pdf", "pdf", 1.0, id=n) for n, name in enumerate("abc", 1)]
    scope = SearchScope(documents=tuple(each.path for each in documents))
    number = services.sweeps.begin(SweepPlan(("What is the limit?",), scope), documents).id
    moved = in_library(documents[1], 2, "/other/x.pdf")
    hold(page, monkeypatch, in_library(documents[0], 1), moved)
    for _ in range(2):
        # what was moved is known by its number also where the sweep has it at its place of now
        open_whole(page, number, qtbot)
        qtbot.waitUntil(lambda: bool(page._news.gone), timeout=WAIT)
        assert [(path, each.path) for path, each in page._news.kept] in ([("/docs/b.pdf", moved.path)], [])
        assert not page._news.new
        services.sweeps.bring_up_to_date(number, dataclasses.replace(page._news, gone=()))
    assert [each.path for each in services.sweeps.documents(number)] == ["/docs/a.pdf", "/docs/c.pdf", moved.path]
    hold(page, monkeypatch)
    open_whole(page, number, qtbot)
    qtbot.waitUntil(lambda: len(page._news.gone) == 3, timeout=WAIT)


def test_what_is_gone_is_not_asked_where_a_sweep_goes_on(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 4, 2)
    services.sweeps.keep(number, Answered(Cell(0, documents[1].path, Outcome.FAILED, problem=say("It ended."))))
    open_whole(page, number, qtbot)
    added = SweptDocument("/docs/new.pdf", "New.pdf", "pdf")
    page._news = changes(documents, [documents[0], added, documents[3]])
    page.results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    page.go_on()
    assert page.results.model.rows() == services.sweeps.rows(number)
    assert page.results.model.counts() == {Outcome.FOUND: 1, OF_GONE: 2, OPEN: 1}
    assert texts(page, SUPPORT) == ["Not asked yet", "No longer there", "No longer there", "Found"]
    assert [each.name for _, each in services.sweeps.open_cells(number)] == ["Report 3.pdf"]
    assert page._news == changes(documents[:1], [documents[0], added])
    page.results.chips.choose(OF_GONE)
    assert texts(page, DOCUMENT) == ["Report 2.pdf", "Report 1.pdf"]


def test_a_row_says_beside_its_answer_that_its_document_is_gone(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 1, 1)
    services.sweeps.bring_up_to_date(number, changes(documents, []))
    open_whole(page, number, qtbot)
    assert texts(page, SUPPORT) == ["Found · No longer there"]
    page.results.table.selectAll()
    qtbot.keyClick(page.results.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().endswith("\tFound · No longer there\n")


def test_a_sweep_is_brought_up_to_date_while_another_one_goes_on(
    page: SweepPage, services: Services, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    monkeypatch.setattr(page._expert, "load_if_none", lambda: None)
    monkeypatch.setattr(type(services.model), "is_loading", True)
    runs, shown = kept_sweep(services), many_rows(services, 3, 3)[0]
    open_whole(page, shown, qtbot)
    page.runner.start(services.sweeps.sweep(runs))
    documents = services.sweeps.documents(shown)
    page._news = changes(documents, documents[:2])
    page.take_up_news()
    assert page.runner.runs(runs)
    assert page.results.model.counts() == {Outcome.FOUND: 2, OF_GONE: 1}
    assert page.state.startswith("2 of 2 answers · 2 documents")
    page._news = changes(services.sweeps.documents(shown), [*documents[:2], SweptDocument("/docs/new.pdf", "New.pdf")])
    page.take_up_news()
    assert page.runner.runs(shown)


def test_documents_chosen_in_the_library_are_asked(working: SweepPage, window: MainWindow, qtbot: QtBot):
    window.show_page(Page.LIBRARY)
    documents = window.library_page.documents
    qtbot.waitUntil(lambda: documents.model.rowCount() == 3, timeout=WAIT)
    documents.table.selectRow(next(row for row in range(3) if documents.model.document_at(row).name == "pump.pdf"))
    documents.ask_action.trigger()
    assert window.page is Page.SWEEP
    assert working.form.scope.currentText() == "Chosen: pump.pdf"
    working.form.text.setPlainText(QUESTION_ASKED)
    working.form.quotes_only.setChecked(True)
    with qtbot.waitSignal(working.runner.ended, timeout=WAIT):
        working.start()
    qtbot.waitUntil(lambda: working.results.model.is_whole, timeout=WAIT)
    assert texts(working, DOCUMENT) == ["pump.pdf"]


def test_the_question_in_the_composer_is_put_to_every_document(page: SweepPage, window: MainWindow, qtbot: QtBot):
    page.form.text.setPlainText("What was typed before?")
    window.show_page(Page.CHAT)
    composer = window.chat.composer
    composer.set_text("How often is it\ngreased?")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, CTRL_SHIFT)
    assert window.page is Page.SWEEP
    assert page.form.questions() == ("How often is it greased?",)
    assert page.form.wanted == (EVERYWHERE, "")
    page.form.text.undo()
    assert page.form.text.toPlainText() == "What was typed before?"
    assert composer.text == "How often is it\ngreased?"
    composer.clear()
    window.show_page(Page.CHAT)
    composer.sweep_action.trigger()
    assert window.page is Page.SWEEP
    assert page.form.text.toPlainText() == "What was typed before?"


def test_a_sweep_from_the_composer_asks_where_the_expert_searches(
    working: SweepPage, window: MainWindow, services: Services, qtbot: QtBot
):
    form, composer = working.form, window.chat.composer
    (collection,) = services.library.collections
    services.profiles.save(dataclasses.replace(services.profiles.current, collections=(collection.id,)))
    composer.set_text(QUESTION_ASKED)
    composer.sweep_action.trigger()
    assert form.scope.currentText() == f"Collection {collection.name}"
    assert form.wanted[0] == SearchScope((collection.id,))
    composer.set_named((Mention("pump.pdf"), Mention("2", pages=((2, 2),))))
    composer.sweep_action.trigger()
    assert form.scope.currentText() == "Chosen: pump.pdf"
    form.quotes_only.setChecked(True)
    with qtbot.waitSignal(working.runner.ended, timeout=WAIT):
        working.start()
    qtbot.waitUntil(lambda: working.results.model.is_whole, timeout=WAIT)
    assert texts(working, DOCUMENT) == ["pump.pdf"]
    assert "2,000 operating hours" in texts(working, ANSWER)[0]


def test_what_was_answered_is_asked_of_every_document(window: MainWindow, services: Services):
    store = services.conversations
    conversation = store.create()
    asked = store.add(conversation.id, Role.USER, "And the second one?", named=(Mention("pump.pdf"),))
    record = Answer(
        "Every 500 hours.", (), (), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings(),
        searched_for="How often is the second pump greased?",
    )  # fmt: skip
    answer = store.add(conversation.id, Role.ASSISTANT, "Every 500 hours.", record)
    window.conversation_controller.open(conversation.id)
    assert asked.id != answer.id
    window.chat.view.message_actions.show_for(answer)
    offered = {button.toolTip(): button for button in window.chat.view.action_buttons()}
    offered["Ask every document this"].click()
    assert window.page is Page.SWEEP
    assert window.sweep_page.form.questions() == ("How often is the second pump greased?",)
    assert window.sweep_page.form.wanted == (SearchScope(documents=("pump.pdf",)), "Chosen: pump.pdf")


def test_rows_are_filtered_sorted_and_copied(page: SweepPage, services: Services, qtbot: QtBot):
    open_whole(page, kept_sweep(services), qtbot)
    results = page.results
    assert not results.table.isColumnHidden(QUESTION)
    assert texts(page, SUPPORT) == [
        "Found", "To check", "Could not be read", "Not found", "Not asked yet", "Could not be read",
    ]  # fmt: skip
    results.chips.chip(Outcome.TO_CHECK).click()
    assert texts(page, DOCUMENT) == ["Part 2.pdf"]
    results.chips.chip(Outcome.TO_CHECK).click()
    results.question.setCurrentIndex(1)
    results.table.sortByColumn(DOCUMENT, Qt.SortOrder.AscendingOrder)
    assert texts(page, DOCUMENT) == ["Part 2.pdf", "Part 10.pdf", "scan.pdf"]
    assert texts(page, PAGE) == ["p. 3", "p. 12", ""]
    results.table.sortByColumn(PAGE, Qt.SortOrder.DescendingOrder)
    assert texts(page, PAGE) == ["p. 12", "p. 3", ""]
    filter_by(page, "trips 7.1", qtbot)
    assert texts(page, ANSWER) == ["7.1 mm/s."]
    filter_by(page, "nothing like it", qtbot)
    assert results.nothing.isVisible()
    filter_by(page, "", qtbot)
    results.table.selectAll()
    qtbot.keyClick(results.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = list(csv.reader(io.StringIO(QApplication.clipboard().text()), delimiter="\t"))
    assert [row[DOCUMENT] for row in copied] == ["Part 10.pdf", "Part 2.pdf", "scan.pdf"]
    assert copied[1][ANSWER] == "'=9 mm/s"


def test_a_row_that_is_answered_changes_where_it_stands(page: SweepPage, services: Services, qtbot: QtBot):
    number = kept_sweep(services)
    open_whole(page, number, qtbot)
    results = page.results
    results.chips.choose(OPEN)
    assert results.model.rowCount() == 1
    cell = Cell(1, "/docs/Part 2.pdf", Outcome.FOUND, "The manager signs.", "The manager signs.", 4, "pdf")
    results.take(cell)
    results.chips.choose("")
    assert texts(page, ANSWER)[4] == "The manager signs."
    assert results.model.counts()[OPEN] == 0


def test_the_chosen_row_is_told_in_full(page: SweepPage, services: Services, qtbot: QtBot):
    open_whole(page, kept_sweep(services), qtbot)
    page.results.table.setCurrentIndex(page.results.model.index(0, ANSWER))
    told = page.results.detail.toPlainText()
    assert told == "Part 10.pdf · Found\n7.1 mm/s.\np. 12: “The pump trips at 7.1 mm/s.”"
    page.results.table.setCurrentIndex(page.results.model.index(2, ANSWER))
    assert "It is a scan." in page.results.detail.toPlainText()


def test_a_deleted_sweep_can_be_brought_back(page: SweepPage, services: Services, window: MainWindow):
    number = kept_sweep(services)
    page.show_form()
    page.delete(number)
    assert services.sweeps.sweeps() == []
    window.toast.undo()
    assert [one.id for one in services.sweeps.sweeps()] == [number]


def test_a_table_is_saved_from_the_window(page: SweepPage, services: Services, tmp_path: Path, qtbot: QtBot):
    open_whole(page, kept_sweep(services), qtbot)
    path = tmp_path / "answers.xlsx"
    page.save(path, "xlsx")
    qtbot.waitUntil(path.is_file)
    assert openpyxl.load_workbook(path).active["C2"].value == "7.1 mm/s."


def test_a_dossier_of_the_answers_is_offered(page: SweepPage, services: Services, qtbot: QtBot):
    open_whole(page, kept_sweep(services), qtbot)
    page.save_dossier()
    (dialog,) = page.dossiers.parent().findChildren(DossierDialog)
    assert dialog.isVisible()
    dialog.reject()


def test_the_form_offers_how_long_is_usually_read(window: MainWindow, services: Services):
    services.settings.set("answers.wait", "quick")
    window.show_page(Page.SWEEP)
    form = window.sweep_page.form
    assert form.wanted_wait is Wait.QUICK
    assert form.wait.currentText() == "Quick: up to 6 s for each document"
    form.wait.setCurrentIndex(form.wait.findData(Wait.BALANCED.value))
    window.show_page(Page.CHAT)
    window.show_page(Page.SWEEP)
    assert form.wanted_wait is Wait.BALANCED
    services.settings.set("answers.wait", "thorough")
    window.show_page(Page.CHAT)
    window.show_page(Page.SWEEP)
    assert form.wanted_wait is Wait.THOROUGH
    form.quotes_only.setChecked(True)
    assert not form.wait.isEnabled()


def test_the_form_says_what_is_missing(
    page: SweepPage, services: Services, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    monkeypatch.setattr(page._expert, "has_model", lambda: False)
    page.start()
    assert "no question" in page.form.problem.text()
    page.form.text.setPlainText("How often?")
    page.start()
    assert page.form.quotes_only.isChecked()
    assert "There is no model" in page.form.problem.text()
    assert page._stack.currentIndex() == FORM
    open_whole(page, kept_sweep(services), qtbot)
    assert page._stack.currentIndex() == TABLE


def test_why_a_sweep_ended_is_not_shown_under_another_one(
    page: SweepPage, window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
):
    monkeypatch.setattr(page._expert, "load_if_none", lambda: None)
    ends, shown = kept_sweep(services), kept_sweep(services)
    open_whole(page, shown, qtbot)
    before = page.state
    page.runner.start(services.sweeps.sweep(ends))
    assert not page.runner.running
    assert page.state == before
    assert "There is no model" in window.toast.text
    open_whole(page, ends, qtbot)
    page.go_on()
    assert "There is no model" in page.state


def test_the_form_keeps_the_folder_that_was_chosen_of_two_that_are_called_the_same(page: SweepPage):
    def collection(number: int, name: str, *folders: str) -> Collection:
        bound = (BoundSource(10 * number + at, number, path, folder=True) for at, path in enumerate(folders))
        return Collection(number, name, sources=tuple(bound))

    form = page.form
    collections = [
        collection(1, "Pumps", "/pumps/docs", "/pumps/plans"),
        collection(2, "Seals", "/seals/docs", "/old/docs", "/seals/tests"),
    ]
    form.show_collections(collections)
    offered = [form.scope.itemText(row) for row in range(form.scope.count())]
    assert offered == [
        "All documents",
        "Collection Pumps",
        "Folder docs in Pumps",
        "Folder plans",
        "Collection Seals",
        "Folder /seals/docs in Seals",
        "Folder /old/docs in Seals",
        "Folder tests",
    ]
    form.scope.setCurrentIndex(6)
    form.show_collections(collections)
    assert form.wanted == (SearchScope((2,), folders=("/old/docs",)), "Folder /old/docs in Seals")
    form.show_collections([dataclasses.replace(collections[1], name="Old seals")])
    assert form.wanted == (SearchScope((2,), folders=("/old/docs",)), "Folder /old/docs")
    form.show_collections(collections[:1])
    assert form.wanted == (EVERYWHERE, "")


def test_the_form_leaves_the_list_of_documents_alone_while_an_import_counts(page: SweepPage):
    form, collections = page.form, [Collection(1, "Pumps"), Collection(2, "Seals")]
    form.show_collections(collections)
    form.scope.setCurrentIndex(2)
    taken: list[int] = []
    form.scope.model().rowsRemoved.connect(lambda *_: taken.append(1))
    form.show_collections([dataclasses.replace(one, documents=7) for one in collections])
    assert taken == []
    form.show_collections([*collections, Collection(3, "Alarms")])
    assert (form.scope.count(), form.wanted) == (4, (SearchScope((2,)), "Collection Seals"))


def test_a_sweep_can_be_started_again_after_the_library_has_stopped(page: SweepPage, services: Services):
    unhandled: list[Failure] = []
    services.library.failed.connect(unhandled.append)
    page.form.text.setPlainText(QUESTION_ASKED)
    page.form.quotes_only.setChecked(True)
    page.start()
    assert not page.form.start.isEnabled()
    services.library.worker._fail_all(say("The library stopped."))
    assert page.form.start.isEnabled()
    assert page.form.problem.text() == "The library stopped."
    assert unhandled == []


def many_rows(
    services: Services, count: int, answered: int = 0, outcome: Outcome = Outcome.FOUND
) -> tuple[int, list[SweptDocument]]:
    documents = [SweptDocument(f"/docs/{n:05}.pdf", f"Report {n}.pdf", "pdf") for n in range(count)]
    number = services.sweeps.begin(SweepPlan(("What is the limit?",)), documents).id
    for document in documents[:answered]:
        services.sweeps.keep(number, Answered(Cell(0, document.path, outcome, "7.1 mm/s.", "The limit.", 1, "pdf")))
    return number, documents


def test_ten_thousand_rows_come_in_parts_that_are_read_beside_the_window(
    page: SweepPage, services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    readers: list[int] = []

    def read(*wanted: Any) -> list[Row]:
        readers.append(threading.get_ident())
        return rows_from(*wanted)

    monkeypatch.setattr(row_loader, "rows_from", read)
    number, documents = many_rows(services, 10_000, 300)
    changes = Changes(page.results.model)
    open_whole(page, number, qtbot)
    assert texts(page, DOCUMENT) == [document.name for document in documents]
    assert sum(changes.inserted) == 10_000
    assert max(changes.inserted) <= row_loader.PART
    assert threading.get_ident() not in readers


def test_filter_waits_until_the_typing_pauses_and_an_answer_changes_its_row_alone(
    page: SweepPage, services: Services, qtbot: QtBot
):
    number, documents = many_rows(services, 10_000, 300)
    open_whole(page, number, qtbot)
    results, model = page.results, page.results.model
    changes = Changes(model)
    for length in range(len("report 77.pdf")):
        results.filter.setText("report 77.pdf"[: length + 1])
    assert changes.resets == 0
    qtbot.waitUntil(lambda: model.rowCount() == 100, timeout=WAIT)
    assert changes.resets == 1
    assert results.table.rowAt(QPoint(0, 5).y()) == 0
    results.filter.clear()
    qtbot.waitUntil(lambda: model.rowCount() == 10_000, timeout=WAIT)
    for column in (DOCUMENT, ANSWER, SUPPORT):
        results.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    sorted_anew = changes.resets
    results.take(Cell(0, documents[5_000].path, Outcome.FOUND, "9 mm/s.", "The limit.", 2, "pdf"))
    assert (changes.resets, changes.changed, changes.inserted) == (sorted_anew, 1, [])


def test_what_is_answered_while_rows_come_is_shown(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 1_200)
    page.open(number)
    assert page.results.model.rowCount() == 0
    page.results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    # it was kept after the rows were read, and is told before they are here
    page.results.take(Cell(0, documents[1_100].path, Outcome.FOUND, "7.1 mm/s.", "The limit.", 12, "pdf"))
    qtbot.waitUntil(lambda: page.results.model.is_whole, timeout=WAIT)
    assert texts(page, DOCUMENT)[0] == "Report 1199.pdf"
    assert texts(page, ANSWER)[99] == "7.1 mm/s."
    assert page.results.model.counts() == {Outcome.FOUND: 1, OPEN: 1_199}
    assert page.results.chips.chip(OPEN).text() == f"Not asked yet  {formatting.number(1_199)}"


def test_rows_of_another_sweep_that_is_opened_meanwhile_are_not_mixed(
    page: SweepPage, services: Services, qtbot: QtBot
):
    number, _ = many_rows(services, 1_200)
    page.open(number)
    open_whole(page, kept_sweep(services), qtbot)
    qtbot.wait(200)
    assert page.results.model.rowCount() == 6


def test_a_row_comes_into_the_filter_in_its_place(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 20, 4)
    open_whole(page, number, qtbot)
    page.results.chips.choose(Outcome.FOUND)
    page.results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    assert texts(page, DOCUMENT) == [f"Report {n}.pdf" for n in (3, 2, 1, 0)]
    for n in (12, 5):
        page.results.take(Cell(0, documents[n].path, Outcome.FOUND, "8 mm/s.", "The limit.", n, "pdf"))
    assert texts(page, DOCUMENT) == [f"Report {n}.pdf" for n in (12, 5, 3, 2, 1, 0)]
    page.results.take(Cell(0, documents[3].path, Outcome.NOT_FOUND))
    assert texts(page, ANSWER)[2] == "Not found"
    changed = [dataclasses.replace(documents[2], imported=9.0), SweptDocument("/docs/new.pdf", "New.pdf", "pdf")]
    page.results.take_up(changed)
    page.results.chips.choose("")
    assert texts(page, DOCUMENT)[-1] == "New.pdf"
    assert page.results.model.counts() == {Outcome.FOUND: 4, Outcome.NOT_FOUND: 1, OPEN: 16}


def test_what_could_not_be_answered_waits_again(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 3)
    services.sweeps.keep(number, Answered(Cell(0, documents[1].path, Outcome.FAILED, problem=say("It ended."))))
    open_whole(page, number, qtbot)
    page.results.open_again(Outcome.FAILED)
    assert page.results.model.counts() == {OPEN: 3}
    assert texts(page, SUPPORT) == ["Not asked yet"] * 3


def test_thousands_that_could_not_be_answered_wait_again_at_once(page: SweepPage, services: Services, qtbot: QtBot):
    number, _ = many_rows(services, 10_000, 10_000, Outcome.FAILED)
    open_whole(page, number, qtbot)
    results = page.results
    results.chips.choose(OPEN)
    results.table.sortByColumn(ANSWER, Qt.SortOrder.DescendingOrder)
    changes = Changes(results.model)
    results.open_again(Outcome.FAILED)
    assert results.model.rowCount() == 10_000
    assert (changes.resets, changes.inserted) == (1, [])


def test_what_waits_again_comes_into_its_place_and_the_chosen_row_stays(
    page: SweepPage, services: Services, qtbot: QtBot
):
    number, documents = many_rows(services, 12)
    for n in (1, 4, 8):
        services.sweeps.keep(number, Answered(Cell(0, documents[n].path, Outcome.FAILED, problem=say("It ended."))))
    open_whole(page, number, qtbot)
    results = page.results
    results.chips.choose(OPEN)
    results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    results.table.setCurrentIndex(results.model.index(3, DOCUMENT))
    assert results.table.currentIndex().data() == "Report 7.pdf"
    # it does not fit the filter any more, and stays until the next one
    results.take(Cell(0, documents[7].path, Outcome.NOT_FOUND))
    results.open_again(Outcome.FAILED)
    assert texts(page, DOCUMENT) == [f"Report {n}.pdf" for n in reversed(range(12))]
    assert results.table.currentIndex().data() == "Report 7.pdf"
    assert results.detail.toPlainText().startswith("Report 7.pdf · Not found")


def test_what_was_answered_is_in_order_once_it_is_filtered(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 5, 4)
    open_whole(page, number, qtbot)
    page.results.table.sortByColumn(ANSWER, Qt.SortOrder.AscendingOrder)
    page.results.take(Cell(0, documents[4].path, Outcome.FOUND, "5 mm/s.", "The limit.", 1, "pdf"))
    assert texts(page, ANSWER) == ["7.1 mm/s."] * 4 + ["5 mm/s."]
    filter_by(page, "limit", qtbot)
    assert texts(page, ANSWER) == ["5 mm/s."] + ["7.1 mm/s."] * 4


def test_documents_taken_up_are_exported_under_their_question(
    page: SweepPage, services: Services, tmp_path: Path, qtbot: QtBot
):
    number = kept_sweep(services)
    open_whole(page, number, qtbot)
    new = SweptDocument("/docs/Part 15.pdf", "Part 15.pdf", "pdf")
    services.sweeps.take_up(number, [new])
    page.results.take_up([new])
    assert page.results.model.rows() == services.sweeps.rows(number)
    page.save(tmp_path / "answers.docx", "docx")
    qtbot.waitUntil((tmp_path / "answers.docx").is_file)
    written = docx.Document(str(tmp_path / "answers.docx"))
    assert [each.text for each in written.paragraphs[1:]] == ["What is the limit?", "Who signs?"]
    assert [cell.text for cell in written.tables[1].columns[0].cells][1:] == [
        "Part 10.pdf", "Part 15.pdf", "Part 2.pdf", "scan.pdf",
    ]  # fmt: skip


def test_rows_that_are_to_be_sorted_are_not_told_to_be_filtered_out(page: SweepPage, services: Services, qtbot: QtBot):
    number, _ = many_rows(services, 1_200)
    page.results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    said: list[bool] = []
    page._loader.part_read.connect(lambda _: said.append(page.results.nothing.isVisible()))
    open_whole(page, number, qtbot)
    assert said == [False] * 3


def test_rows_that_cannot_be_read_are_read_again(page: SweepPage, services: Services, qtbot: QtBot):
    number, documents = many_rows(services, 1_200)

    def set_problem(kept: str) -> None:
        with closing(sqlite3.connect(services.sweeps.path)) as db, db:
            db.execute("UPDATE document SET problem = ? WHERE path = ?", (kept, documents[900].path))

    set_problem("{")
    page.results.table.sortByColumn(DOCUMENT, Qt.SortOrder.DescendingOrder)
    with qtbot.waitSignal(page._loader.failed, timeout=WAIT):
        page.open(number)
    model = page.results.model
    assert texts(page, DOCUMENT)[0] == "Report 499.pdf"
    assert "a row of it is damaged" in page.problem
    page.runner.ended.emit(False, "")
    assert page.state.startswith("0 of 1")
    assert "a row of it is damaged" in page.problem
    assert not page.export_button.isEnabled()
    # nobody waits for its row
    page.results.take(Cell(0, documents[1_100].path, Outcome.FOUND, "7.1 mm/s.", "The limit.", 12, "pdf"))
    assert not model._early
    set_problem("")
    qtbot.mouseClick(page.read_again_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: model.is_whole, timeout=WAIT)
    assert model.rowCount() == 1_200
    assert page.problem == ""
    assert not page.read_again_button.isVisible()
    assert page.export_button.isEnabled()


def test_a_sheet_answers_by_a_query_in_the_window(working: SweepPage, window: MainWindow, tmp_path: Path, qtbot: QtBot):
    (tmp_path / "costs.csv").write_text(
        "Site,Supplier,Cost (EUR)\nKranj,Alpina,1440.00\nKranj,Iskra,610.50\nVelenje,Gorenje,5904.00\n"
    )
    window.document_import.add([tmp_path / "costs.csv"])
    qtbot.waitUntil(lambda: window._services.library.importing, timeout=WAIT)
    qtbot.waitUntil(lambda: not window._services.library.importing, timeout=WAIT)
    page = working
    page.form.text.setPlainText("What is the total cost in Kranj?")
    page.form.quotes_only.setChecked(True)
    with qtbot.waitSignal(page.runner.ended, timeout=WAIT):
        page.start()
    qtbot.waitUntil(lambda: page.results.model.is_whole, timeout=WAIT)
    rows = dict(zip(texts(page, DOCUMENT), texts(page, ANSWER), strict=True))
    assert rows["costs.csv"] == "Sum of “Cost” (Site = Kranj): 2,050.5 EUR."
    at = page.results.model.index(texts(page, DOCUMENT).index("costs.csv"), PAGE)
    assert at.data() == "rows 2–3"
    page.results.opened.emit(page.results.model.row_at(at))
    qtbot.waitUntil(lambda: window.source_dock.is_shown, timeout=WAIT)
