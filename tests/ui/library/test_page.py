"""The library page: reasons, next steps, undo, folders and rules, and the page on the real worker."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from phi3desk.errors import say
from phi3desk.library.documents import (
    BoundSource,
    Collection,
    Document,
    Figures,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    Phase,
    Rules,
    State,
)
from phi3desk.paths import Paths
from phi3desk.ui.clients.library_client import LibraryClient, library_worker
from phi3desk.ui.library.collection_list import COUNT
from phi3desk.ui.library.document_import import DocumentImport
from phi3desk.ui.library.document_table import ADVICE, PAGES
from phi3desk.ui.library.import_bar import ImportBar
from phi3desk.ui.library.page import FOLDERS, LibraryPage
from phi3desk.ui.library.password_dialog import PasswordDialog
from phi3desk.ui.library.progress import LibraryProgress
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.elided_label import ElidedLabel
from phi3desk.workers.protocol import Failure, FailureKind, Request
from phi3desk.workers.requests import (
    Cancel,
    CreateCollection,
    DeleteCollection,
    ImportPaths,
    PauseImports,
    RemoveDocuments,
    RemoveSource,
    RenameCollection,
    RestoreCollection,
    RestoreDocuments,
    RestoreSource,
    SetRules,
    Sync,
    UnlockDocuments,
)
from tests.ui.recorded_worker import REASON, RecordedWorker, document, recorded_library


@pytest.fixture
def page(qtbot: QtBot, services: Services) -> Callable[..., LibraryPage]:
    def make(documents: list[Document], collections: list[Collection] | None = None) -> LibraryPage:
        counts = [Collection(1, "Manuals", len(documents))] if collections is None else collections
        worker = RecordedWorker(documents, counts)
        library = recorded_library(worker)
        recorded = replace(services, library=library)
        document_import = DocumentImport(
            recorded, lambda: next((one for one in library.collections if one.id == made.current_collection), None)
        )
        made = LibraryPage(recorded, document_import, LibraryProgress(library, library))
        library.setParent(made)
        document_import.setParent(made)
        made.worker, made.library = worker, library  # type: ignore[attr-defined]
        made.resize(1000, 700)
        qtbot.addWidget(made)
        made.show()
        if not counts:
            library.collections_changed.emit([])
        return made

    return make


def asked(page: LibraryPage) -> list[Request]:
    return page.worker.asked  # type: ignore[attr-defined,no-any-return]


def test_library_page_tells_the_selected_documents_reason_in_full(page, qtbot: QtBot):
    shown = page([document(1, State.NEEDS_OCR)])
    shown.documents.table.selectRow(0)
    assert shown.documents.detail.isVisible()
    assert shown.documents.reason.text() == (
        "See “Folders and rules” to have its text recognised. All 14 pages are pictures without text."
    )
    shown.resize(760, 500)
    table = shown.documents.table
    qtbot.waitUntil(lambda: table.isColumnHidden(PAGES) and table.columnWidth(ADVICE) >= 200)
    cell = table.visualRect(shown.documents.model.index(0, ADVICE)).adjusted(8, 0, -8, 0)
    text = shown.documents.model.index(0, ADVICE).data()
    needed = table.fontMetrics().boundingRect(cell, Qt.TextFlag.TextWordWrap.value, text)
    assert needed.height() <= cell.height()


def test_library_page_offers_one_way_in_when_empty(page, qtbot: QtBot):
    shown = page([], [])
    assert shown.pages.currentWidget() is shown.empty
    assert not shown.add_files_button.isVisible()
    qtbot.mouseClick(shown.samples_button, Qt.MouseButton.LeftButton)
    made, read = asked(shown)
    assert made == CreateCollection("Samples")
    assert isinstance(read, ImportPaths)
    assert read.collection == 2
    assert "pump-manual.pdf" in [Path(path).name for path in read.paths]


@pytest.mark.parametrize("button", ["add_files_button", "add_folder_button"])
def test_library_page_adds_what_is_chosen_to_the_collection_that_is_shown(page, button: str, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.list.setCurrentRow(1)
    qtbot.mouseClick(getattr(shown, button), Qt.MouseButton.LeftButton)
    dialog = shown.findChild(QFileDialog)
    dialog.filesSelected.emit(["/plant/Report 7.pdf"])
    dialog.reject()
    assert asked(shown) == [ImportPaths(("/plant/Report 7.pdf",), 1)]


def test_library_page_delete_key_removes_and_offers_an_undo_that_restores(page, notices: Notices, qtbot: QtBot):
    shown = page([document(1), document(2), document(3)])
    shown.documents.table.selectAll()
    shown.documents.table.setFocus()
    with qtbot.waitSignal(notices.undo_offered) as offered:
        shown.documents.remove_action.trigger()
    text, undo = offered.args
    assert text == "3 documents were removed from the library."
    undo()
    assert asked(shown) == [RemoveDocuments((1, 2, 3)), Sync(), RestoreDocuments((1, 2, 3))]


def test_library_page_deleting_a_collection_can_be_undone(page, notices: Notices, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.list.setCurrentRow(1)
    assert shown.current_collection == 1
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.keyClick(shown.collections.list, Qt.Key.Key_Delete)
    offered.args[1]()
    assert asked(shown) == [DeleteCollection(1), RestoreCollection(1), Sync()]


def test_library_page_new_collection_opens_its_name_and_renames(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.make()
    assert asked(shown) == [CreateCollection("New collection")]
    shown.library.collections_changed.emit([Collection(1, "Manuals"), Collection(2, "New collection")])
    assert shown.current_collection == 2
    shown.collections.list.currentItem().setText("Tenders")
    assert asked(shown)[-1] == RenameCollection(2, "Tenders")


def test_library_page_shows_a_renamed_collection_under_its_new_name_only(page):
    shown = page([document(1)], [Collection(1, "Manuals", 1)])
    row = shown.collections.list.item(1)
    row.setText("Tenders")
    assert asked(shown) == [RenameCollection(1, "Tenders")]
    shown.library.collections_changed.emit([Collection(1, "Tenders", 1)])
    assert (row.text(), "Tenders" in row.toolTip(), "Manuals" in row.toolTip()) == ("Tenders", True, False)


def test_library_page_leaves_the_collections_where_they_are_while_an_import_counts(page):
    collections = [Collection(number, f"Plant {number}", 1) for number in range(1, 60)]
    shown = page([document(1)], collections)
    rows, bar = shown.collections.list, shown.collections.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    told: list[object] = []
    rows.model().rowsInserted.connect(lambda *_: told.append("made anew"))
    shown.library.collections_changed.emit([replace(one, documents=one.documents + 1) for one in collections])
    assert (told, bar.value()) == ([], bar.maximum())
    assert [rows.item(row).data(COUNT) for row in (0, 1)] == [118, 2]
    shown.library.collections_changed.emit(collections[1:])
    assert (rows.count(), rows.item(1).text()) == (59, "Plant 2")


def test_library_page_opens_a_document_with_the_keyboard(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.documents.table.setCurrentIndex(shown.documents.model.index(0, 0))
    shown.documents.table.setFocus()
    with qtbot.waitSignal(shown.document_opened) as opened:
        qtbot.keyClick(shown.documents.table, Qt.Key.Key_Return)
    assert opened.args[0].id == 1


PROGRESS = ImportProgress(240, 87, 412, 150, 51, "Pump manual.pdf", 36.4, 130.0, 0.4137, Phase.EMBEDDING, 12)


def test_library_page_bar_tells_phase_and_figures_and_cancels(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.library.import_paths(["/plant"], 1)
    shown.worker.figures = Figures(240, 207, 180, 1500, 510, 0.3495)
    bar = shown.import_bar
    shown.worker.progress(replace(PROGRESS, phase=Phase.CHECKING))
    assert (bar.text, bar.progress_bar.maximum()) == ("Checking files", 0)
    shown.worker.progress(PROGRESS)
    assert bar.isVisible()
    assert bar.text == "Preparing the search by meaning: 207 of 240 files read"
    assert (bar.progress_bar.value(), bar.progress_bar.maximum()) == (400, 1000)
    assert bar.figures.splitlines() == [
        "40.0 %  ·  about 2 minutes left",
        "Pump manual.pdf",
        "412 pages  ·  36.4 pages a second  ·  12 pages left for OCR",
        "Searchable by words: 180 of 240 files, by meaning: 34 %",
    ]
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert asked(shown)[0] == ImportPaths(("/plant",), 1)
    assert [type(one) for one in asked(shown)[1:]] == [Cancel]


def test_library_page_bar_takes_up_an_import_that_follows_a_cancelled_one(page, qtbot: QtBot):
    shown = page([document(1)])
    library, bar = shown.library, shown.import_bar
    library.import_paths(["/plant"], 1)
    shown.worker.progress(PROGRESS)
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert bar.text == "Stopping; what is read so far is kept"
    library.import_paths(["/tenders"], 1)
    assert (bar.text, bar.pause_button.isEnabled()) == ("Checking files", True)
    library.import_finished.emit(None)
    shown.worker.progress(PROGRESS)
    assert bar.text.startswith("Preparing the search by meaning")
    qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    assert [type(one) for one in asked(shown)[-2:]] == [Cancel, Cancel]


def test_library_page_bar_pauses_and_goes_on_without_moving_anything(page, qtbot: QtBot):
    shown = page([document(1)])
    library, bar = shown.library, shown.import_bar
    library.import_started.emit()
    library.import_progressed.emit(PROGRESS)
    qtbot.waitUntil(lambda: bar.height() > 60)
    before = (bar.height(), bar.pause_button.width(), bar.cancel_button.geometry())
    bar.pause_button.setFocus()
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    assert bar.window().focusWidget() is bar.pause_button
    library.import_progressed.emit(replace(PROGRESS, phase=Phase.PAUSED, current=""))
    assert bar.text == "Paused"
    assert bar.pause_button.text() == "Continue"
    assert (bar.height(), bar.pause_button.width(), bar.cancel_button.geometry()) == before
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    assert (bar.text, bar.pause_button.text()) == ("Preparing the search by meaning", "Pause")
    library.import_progressed.emit(replace(PROGRESS, phase=Phase.PAUSED))
    assert (bar.text, bar.pause_button.text()) == ("Preparing the search by meaning", "Pause")
    assert asked(shown) == [PauseImports(True), PauseImports(False)]


def test_library_page_bar_goes_on_to_name_its_button_while_the_page_under_way_is_read(page, qtbot: QtBot):
    shown = page([document(1)])
    library, bar = shown.library, shown.import_bar
    library.import_started.emit()
    library.import_progressed.emit(PROGRESS)
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    library.status_changed.emit(LibraryStatus(1, 5, 5, "", False, True, paused=True))
    for _ in range(3):
        library.import_progressed.emit(PROGRESS)
        assert bar.pause_button.text() == "Continue"
    assert bar.text == "Pausing after the page that is being read"
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    library.import_progressed.emit(PROGRESS)
    assert (bar.text, bar.pause_button.text()) == ("Preparing the search by meaning", "Pause")
    assert asked(shown) == [PauseImports(True), PauseImports(False)]


def test_library_page_bar_speaks_of_no_page_where_passages_are_embedded_again(page, qtbot: QtBot):
    shown = page([document(1)])
    library, bar = shown.library, shown.import_bar
    library.import_started.emit()
    library.import_progressed.emit(replace(PROGRESS, phase=Phase.RENEWING))
    qtbot.mouseClick(bar.pause_button, Qt.MouseButton.LeftButton)
    assert bar.text == "Pausing"


def test_library_page_does_not_call_files_damaged_that_a_cancelled_import_left_unread(page):
    shown = page([document(1)])
    shown.library.import_started.emit()
    shown.library.import_finished.emit(ImportSummary({"words": 4, "failed": 21}, 9.0, cancelled=True, left_unread=20))
    assert shown.import_bar.text == (
        "The import was stopped. What was read is kept and can be searched. 20 files were not read. "
        "1 of 5 files could not be read. 1 is damaged or took too long."
    )


def test_library_page_bar_says_that_an_import_waits_before_it_has_progress(page):
    shown = page([document(1)])
    shown.library.status_changed.emit(LibraryStatus(1, 5, 5, "", False, True, paused=True))
    shown.library.import_started.emit()
    assert (shown.import_bar.text, shown.import_bar.pause_button.text()) == ("Paused", "Continue")
    shown.library.status_changed.emit(LibraryStatus(1, 5, 5, "", False, True))
    assert (shown.import_bar.text, shown.import_bar.pause_button.text()) == ("Checking files", "Pause")


def test_library_page_summary_filters_to_what_could_not_be_read(page, qtbot: QtBot):
    shown = page([document(1), document(2, State.NEEDS_OCR)])
    states = {"ready": 228, "needs_ocr": 9, "locked": 2, "failed": 1}
    shown.library.import_finished.emit(ImportSummary(states, 80.0))
    assert shown.import_bar.text == (
        "12 of 240 files could not be read. 9 are scans without text. 2 are locked by a password. "
        "1 is damaged or took too long."
    )
    qtbot.mouseClick(shown.import_bar.unreadable_button, Qt.MouseButton.LeftButton)
    assert [shown.documents.model.document_at(row).id for row in range(shown.documents.model.rowCount())] == [2]


def test_library_page_shows_what_could_not_be_read_while_another_collection_is_chosen(page, qtbot: QtBot):
    shown = page([document(1, State.LOCKED)], [Collection(1, "Manuals", 1), Collection(2, "Tenders")])
    shown.collections.list.setCurrentRow(2)
    shown.library.import_finished.emit(ImportSummary({"locked": 1}, 80.0))
    qtbot.mouseClick(shown.import_bar.unreadable_button, Qt.MouseButton.LeftButton)
    assert shown.current_collection is None
    assert shown.pages.currentWidget() is shown.documents
    assert [shown.documents.model.document_at(row).id for row in range(shown.documents.model.rowCount())] == [1]


def test_library_page_tells_imports_that_follow_each_other_as_one(page):
    shown = page([document(1)])
    library = shown.library
    library.import_started.emit()
    library.import_started.emit()
    library.import_finished.emit(ImportSummary({"ready": 3, "locked": 1}, 8.0))
    assert shown.import_bar.text == "Checking files"
    library.import_finished.emit(ImportSummary({"ready": 2}, 1.0))
    assert shown.import_bar.text == "1 of 6 files could not be read. 1 is locked by a password."


def test_library_page_tells_why_an_import_could_not_begin(page):
    shown = page([document(1)])
    shown.library.import_started.emit()
    gone = say("There is no file or folder {path}.", path="/gone")
    shown.library.import_finished.emit(Failure(FailureKind.USER, gone))
    assert shown.import_bar.text == "There is no file or folder /gone."
    for states, told in (({"failed": 1}, "The file could not be read."), ({"locked": 3}, "None of 3 files could")):
        shown.library.import_started.emit()
        shown.library.import_finished.emit(ImportSummary(states, 1.0))
        assert shown.import_bar.text.startswith(told)


def test_library_page_shows_that_the_search_by_meaning_is_restored_and_what_was_put_aside(page):
    shown = page([document(1)])
    library = shown.library
    library.import_started.emit()
    library.import_progressed.emit(ImportProgress(0, 0, 0, 0, 0, "", 0.0, None, share=0.25, phase=Phase.RESTORING))
    assert shown.import_bar.text == "Restoring the search by meaning"
    assert shown.import_bar.progress_bar.value() == 250
    library.import_finished.emit(ImportSummary({}, 1.0, notice=say("It was put aside in {path}.", path="/x")))
    assert shown.import_bar.text == "It was put aside in /x."


def test_library_page_keeps_the_selection_when_documents_come_in(page):
    shown = page([document(2)])
    shown.documents.table.selectRow(0)
    shown.worker.documents = [document(1), document(2)]
    shown.documents.fetch()
    assert [one.id for one in shown.documents.selected_documents()] == [2]


def test_library_page_context_menu_holds_what_can_be_done(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.documents.table.selectRow(0)
    shown.documents.table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = shown.findChild(QMenu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == [
        "Open",
        "Enter password",
        "Read again",
        "Ask these documents the same",
        "Open with another program",
        "Show in folder",
        "Remove from the library",
    ]
    assert not menu.actions()[1].isVisible()
    menu.close()


def test_library_page_says_that_a_file_that_cannot_be_looked_at_is_not_there(page):
    # no system has names so long
    shown = page([replace(document(1), path=f"/{'x' * 300}.pdf")])
    shown.documents.table.selectRow(0)
    shown.documents.elsewhere_action.trigger()
    assert shown.documents.reason.text().endswith("is not there any more.")


def test_library_page_updates_a_finished_file_in_place(page, qtbot: QtBot):
    shown = page([document(number, State.FOUND) for number in range(1, 200)])
    table = shown.documents.table
    table.scrollTo(shown.documents.model.index(120, 0), table.ScrollHint.PositionAtTop)
    table.selectRow(121)
    before = (table.verticalScrollBar().value(), shown.documents.selected_documents()[0].id)
    outcome = FileOutcome("/plant/Report 5.pdf", State.LOCKED, 0, 0, REASON, 5)
    with qtbot.assertNotEmitted(shown.documents.model.modelReset):
        shown.library.file_finished.emit(outcome)
    assert shown.documents.model.document_at(4).state is State.LOCKED
    assert (table.verticalScrollBar().value(), shown.documents.selected_documents()[0].id) == before
    assert "Locked  1" in shown.documents.chips.texts()


def test_library_page_keeps_the_row_in_view_when_others_come_in_above(page):
    shown = page([document(number) for number in range(200, 400)])
    table, model = shown.documents.table, shown.documents.model
    table.verticalScrollBar().setValue(36 * 50 + 7)
    top = model.document_at(table.rowAt(0)).id
    shown.worker.documents = [document(number) for number in range(1, 400)]
    shown.documents.fetch()
    assert model.total == 399
    assert model.document_at(table.rowAt(0)).id == top


def test_library_page_chips_count_and_filter_by_state(page, qtbot: QtBot):
    states = [State.READY] * 3 + [State.NEEDS_OCR] * 2 + [State.FAILED]
    shown = page([document(number, state) for number, state in enumerate(states, 1)])
    chips = shown.documents.chips
    assert chips.texts() == ["All  6", "Ready  3", "Needs OCR  2", "Failed  1"]
    qtbot.mouseClick(chips.chip(State.NEEDS_OCR), Qt.MouseButton.LeftButton)
    assert shown.documents.model.matching == 2
    qtbot.mouseClick(chips.chip(State.FAILED), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    assert shown.documents.model.matching == 3
    shown.worker.documents = [document(number) for number in range(1, 7)]
    shown.documents.fetch()
    assert shown.documents.model.matching == 0
    assert shown.documents.nothing.isVisible()
    qtbot.mouseClick(chips.all_chip, Qt.MouseButton.LeftButton)
    assert shown.documents.model.matching == 6


def test_library_page_asks_once_for_the_password_of_what_is_locked(page, qtbot: QtBot):
    shown = page([document(1, State.LOCKED), document(2), document(3, State.LOCKED)])
    shown.documents.table.selectAll()
    qtbot.mouseClick(shown.documents.password_button, Qt.MouseButton.LeftButton)
    dialog = shown.findChild(PasswordDialog)
    assert not dialog.read_button.isEnabled()
    assert dialog.field.echoMode() == dialog.field.EchoMode.Password
    assert not dialog.remember.isChecked()
    qtbot.keyClicks(dialog.field, "s3cret")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert asked(shown) == [UnlockDocuments((1, 3), "s3cret", remember=False)]
    assert dialog.field.text() == ""


def test_library_page_saves_the_rows_that_are_shown_as_csv(page, notices: Notices, tmp_path: Path, qtbot: QtBot):
    shown = page([document(1), document(2, State.NEEDS_OCR, "=1+1.pdf")])
    shown.show_states(frozenset({State.NEEDS_OCR}))
    qtbot.mouseClick(shown.documents.save_button, Qt.MouseButton.LeftButton)
    dialog = shown.findChild(QFileDialog)
    with qtbot.waitSignal(notices.said) as told:
        dialog.fileSelected.emit(str(tmp_path / "report.csv"))
    dialog.reject()
    assert told.args == [f"Saved as {tmp_path / 'report.csv'}.", None]
    raw = (tmp_path / "report.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    titles, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert [dict(zip(titles, row, strict=True))["Name"] for row in rows] == ["'=1+1.pdf"]
    assert rows[0][titles.index("State")] == "Needs OCR"
    assert rows[0][titles.index("Reason")] == str(REASON)


PLANT = BoundSource(1, 1, "/plant", True)
AWAY = BoundSource(2, 1, "/media/stick/old.pdf", False, missing=True)


@pytest.fixture
def folders(page) -> LibraryPage:
    shown = page([document(1)], [Collection(1, "Manuals", 1, sources=(PLANT, AWAY), rules=Rules(exclude=("*draft*",)))])
    shown.collections.list.setCurrentRow(1)
    shown.tabs.setCurrentIndex(FOLDERS)
    return shown


def test_library_page_lists_folders_and_removes_one_with_undo(folders, notices: Notices, qtbot: QtBot):
    tree = folders.folders.sources
    rows = [[tree.topLevelItem(row).text(column) for column in (0, 2)] for row in range(2)]
    assert rows == [["/plant", "Followed"], ["/media/stick/old.pdf", "Cannot be found"]]
    tree.setCurrentItem(tree.topLevelItem(0))
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert offered.args[0].startswith("“plant” is not followed any more")
    offered.args[1]()
    qtbot.mouseClick(folders.folders.check_button, Qt.MouseButton.LeftButton)
    assert asked(folders) == [RemoveSource(1), Sync(), RestoreSource(1), Sync(1)]


def test_library_page_takes_other_rules_and_takes_them_back(folders, notices: Notices, qtbot: QtBot):
    form = folders.folders.rules
    folders.library.status_changed.emit(LibraryStatus(1, 5, 5, "", False, False, ocr_languages=("eng", "osd", "ukr")))
    assert form.exclude.toPlainText() == "*draft*"
    assert [box.text() for box in form.language_boxes.values()] == ["English", "Ukrainian"]
    assert not form.save_button.isEnabled()
    form.exclude.appendPlainText("  old_*  \n\n")
    form.language_boxes["ukr"].setChecked(True)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    new = Rules(exclude=("*draft*", "old_*"), ocr_languages=("ukr",))
    offered.args[1]()
    assert asked(folders) == [SetRules(1, new), Sync(1), SetRules(1, Rules(exclude=("*draft*",))), Sync(1)]


def test_library_page_keeps_rules_being_written_when_the_library_changes(folders):
    form = folders.folders.rules
    form.exclude.setPlainText("half writ")
    folders.library.collections_changed.emit(folders.library.collections)
    assert form.exclude.toPlainText() == "half writ"


def test_library_page_says_how_to_get_text_recognition(folders, qtbot: QtBot):
    folders.library.status_changed.emit(LibraryStatus(1, 5, 5, "", False, False))
    form = folders.folders.rules
    assert form.no_tesseract.isVisible()
    assert "Install Tesseract" in form.no_tesseract.text()
    qtbot.mouseClick(form.check_button, Qt.MouseButton.LeftButton)
    assert asked(folders) == [Sync(1)]


@pytest.fixture
def real_library(home: Paths, qtbot: QtBot) -> Iterator[LibraryClient]:
    client = LibraryClient(library_worker(home))
    client.start()
    yield client
    client.close()


def test_import_bar_says_all_it_is_busy_with_in_a_narrow_window(qtbot: QtBot) -> None:
    bar = ImportBar()
    qtbot.addWidget(bar)
    bar.begin()
    bar.show_progress(replace(PROGRESS, phase=Phase.RENEWING), None)
    for width, beside in ((900, True), (400, False)):
        bar.resize(width, bar.sizeHint().height())
        bar.show()
        QApplication.processEvents()
        words = next(one for one in bar.findChildren(ElidedLabel) if one.text() == "Embedding again with another model")
        assert words.contentsRect().width() >= words.fontMetrics().horizontalAdvance(words.text())
        assert (bar.pause_button.geometry().top() < words.geometry().bottom()) == beside
    height = bar.sizeHint().height()
    bar.show_progress(replace(PROGRESS, phase=Phase.READING), None)
    assert bar.sizeHint().height() == height


def test_library_page_shows_real_imports_and_undoes_a_removal(
    services: Services, notices: Notices, real_library: LibraryClient, pump_pdf: Path, tmp_path: Path, qtbot: QtBot
):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing of a document")
    real = replace(services, library=real_library)
    page = LibraryPage(
        real, DocumentImport(real, lambda: None, real_library), LibraryProgress(real_library, real_library)
    )
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    with qtbot.waitSignal(real_library.import_finished, timeout=90_000):
        real_library.import_paths([pump_pdf, broken], None)
    qtbot.waitUntil(lambda: page.documents.model.total == 2, timeout=20_000)
    states = {page.documents.model.document_at(row).name: page.documents.model.document_at(row) for row in range(2)}
    assert states["pump manual.pdf"].pages == 3
    assert states["broken.pdf"].state is State.FAILED
    assert states["broken.pdf"].reason is not None
    qtbot.waitUntil(lambda: page.import_bar.text.startswith("1 of 2 files could not be read."), timeout=20_000)
    page.documents.table.selectRow(0)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        page.documents.remove_selected()
    qtbot.waitUntil(lambda: page.documents.model.total == 1, timeout=20_000)
    offered.args[1]()
    qtbot.waitUntil(lambda: page.documents.model.total == 2, timeout=20_000)


def test_library_page_keeps_rules_that_are_refused_as_they_were_typed(
    services: Services, notices: Notices, real_library: LibraryClient, qtbot: QtBot
):
    real = replace(services, library=real_library)
    page = LibraryPage(
        real, DocumentImport(real, lambda: None, real_library), LibraryProgress(real_library, real_library)
    )
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(real_library.collections_changed, check_params_cb=bool):
        real_library.create_collection("Tenders", lambda _: None)
    page.collections.list.setCurrentRow(1)
    page.tabs.setCurrentIndex(FOLDERS)
    form, typed = page.folders.rules, "x" * 201
    form.exclude.setPlainText(typed)
    with (
        qtbot.waitSignal(real_library.failed) as failed,
        qtbot.assertNotEmitted(notices.undo_offered),
        qtbot.assertNotEmitted(real_library.import_started),
    ):
        form.save_button.click()
    assert "200 letters" in str(failed.args[0].sentence)
    with qtbot.waitSignal(real_library.collections_changed):
        real_library.refresh()
    assert (form.exclude.toPlainText(), form.save_button.isEnabled()) == (typed, True)
    form.exclude.setPlainText(typed[1:])
    with qtbot.waitSignals([notices.undo_offered, real_library.import_started, real_library.import_finished]):
        form.save_button.click()
    assert not form.save_button.isEnabled()
    qtbot.waitUntil(lambda: real_library.collections[0].rules == Rules(exclude=(typed[1:],)))
    assert form.exclude.toPlainText() == typed[1:]
