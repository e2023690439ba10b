"""The library page: lazy rows, filters, reasons, undo, and the page on the real worker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from phi3desk.errors import say
from phi3desk.library.documents import Collection, Document, ImportProgress, ImportSummary, State
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from phi3desk.ui.document_files import DocumentFiles
from phi3desk.ui.document_table import ADVICE, BATCH, NAME, PAGES, STATE, UNREADABLE, DocumentTableModel
from phi3desk.ui.library_client import LibraryClient
from phi3desk.ui.library_page import LibraryPage

REASON = say("All {count} pages are pictures without text.", count=14)


def document(number: int, state: State = State.READY, name: str = "", collection: int = 1) -> Document:
    reason = REASON if state is State.NEEDS_OCR else None
    name = name or f"Report {number}.pdf"
    return Document(
        number, collection, "Manuals", f"/plant/{name}", name, "", state, reason, number % 90, 5, 10, 1e9, 1e9
    )


class RecordedLibrary(QObject):
    """Answers as the worker would, from a list in memory, and records what is asked of it."""

    collections_changed = Signal(object)
    documents_changed = Signal()
    import_started = Signal()
    import_progressed = Signal(object)
    file_finished = Signal(object)
    import_finished = Signal(object)
    failed = Signal(object)
    stopped = Signal(object)
    importing = False

    def __init__(self, documents: list[Document], collections: list[Collection]) -> None:
        super().__init__()
        self.held, self.collections = documents, collections
        self.asked: list[tuple[object, ...]] = []

    def documents(self, collection: int | None, on_result: Callable[[list[Document]], None]) -> None:
        on_result([one for one in self.held if collection in (None, one.collection_id)])

    def remove_documents(self, ids: list[int]) -> None:
        self.asked.append(("remove", ids))

    def restore_documents(self, ids: list[int]) -> None:
        self.asked.append(("restore", ids))

    def delete_collection(self, collection: int) -> None:
        self.asked.append(("delete collection", collection))

    def restore_collection(self, collection: int) -> None:
        self.asked.append(("restore collection", collection))

    def create_collection(self, name: str, on_result: Callable[[Collection], None]) -> None:
        self.asked.append(("create", name))
        on_result(Collection(2, name))

    def rename_collection(self, collection: int, name: str) -> None:
        self.asked.append(("rename", collection, name))

    def retry(self, ids: list[int]) -> None:
        self.asked.append(("retry", ids))

    def import_paths(self, paths: list[Path], collection: int | None) -> None:
        self.asked.append(("import", [Path(path).name for path in paths], collection))

    def cancel_imports(self) -> None:
        self.asked.append(("cancel",))


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> Callable[..., LibraryPage]:
    def make(documents: list[Document], collections: list[Collection] | None = None) -> LibraryPage:
        counts = [Collection(1, "Manuals", len(documents))] if collections is None else collections
        library = RecordedLibrary(documents, counts)
        files = DocumentFiles(
            library,  # type: ignore[arg-type]
            Settings(tmp_path / "settings.json"),
            lambda: next((one for one in library.collections if one.id == made.current_collection), None),
        )
        made = LibraryPage(library, files)  # type: ignore[arg-type]
        library.setParent(made)
        files.setParent(made)
        made.recorded = library  # type: ignore[attr-defined]
        made.resize(1000, 700)
        qtbot.addWidget(made)
        made.show()
        if not counts:
            library.collections_changed.emit([])
        return made

    return make


def asked(page: LibraryPage) -> list[tuple[object, ...]]:
    return page.recorded.asked  # type: ignore[attr-defined,no-any-return]


def test_document_table_hands_out_10000_rows_in_batches():
    model = DocumentTableModel()
    model.show_documents([document(number) for number in range(1, 10_001)])
    assert model.rowCount() == BATCH
    model.fetchMore(QModelIndex())
    assert model.rowCount() == 2 * BATCH
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert model.rowCount() == model.total == 10_000


def test_document_table_sorts_over_rows_that_are_not_handed_out():
    model = DocumentTableModel()
    model.show_documents([document(number) for number in range(10_000, 0, -1)])
    assert model.document_at(1).name == "Report 2.pdf"
    model.sort(NAME, Qt.SortOrder.DescendingOrder)
    assert model.document_at(0).name == "Report 10000.pdf"
    model.sort(PAGES, Qt.SortOrder.DescendingOrder)
    assert model.document_at(0).pages == 89


def test_document_table_sorts_what_needs_attention_first():
    model = DocumentTableModel()
    model.show_documents(
        [document(1), document(2, State.NEEDS_OCR), document(3, State.FAILED), document(4, State.WORDS)]
    )
    model.sort(STATE)
    states = [model.document_at(row).state for row in range(4)]
    assert states == [State.FAILED, State.NEEDS_OCR, State.WORDS, State.READY]


def test_document_table_filters_by_words_and_state():
    model = DocumentTableModel()
    model.show_documents([document(1, name="Pump manual.pdf"), document(2, State.LOCKED, "pump list.pdf"), document(3)])
    model.set_filter("PUMP", None)
    assert model.matching == 2
    model.set_filter("pump", UNREADABLE)
    assert [model.document_at(row).id for row in range(model.rowCount())] == [2]
    assert model.total == 3


def test_document_table_keeps_rows_where_only_states_change(qtbot: QtBot):
    model = DocumentTableModel()
    model.show_documents([document(number) for number in range(1, 500)])
    model.fetchMore(QModelIndex())
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_documents([document(number, State.WORDS) for number in range(1, 500)])
    assert model.rowCount() == 2 * BATCH
    assert model.document_at(0).state is State.WORDS


def test_document_table_tells_the_state_by_a_word_and_the_reason_by_a_sentence():
    model = DocumentTableModel()
    model.show_documents([document(1, State.NEEDS_OCR)])
    assert model.index(0, STATE).data() == "Scan"
    assert not model.index(0, STATE).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert model.index(0, ADVICE).data() == "All 14 pages are pictures without text."


def test_library_page_tells_the_selected_documents_reason_in_full(page):
    shown = page([document(1, State.NEEDS_OCR)])
    shown.table.selectRow(0)
    assert shown._detail.isVisible()
    assert shown._detail.text() == "All 14 pages are pictures without text."


def test_library_page_offers_one_way_in_when_empty(page, qtbot: QtBot):
    shown = page([], [])
    assert shown._pages.currentIndex() == 1
    assert not shown._add_files.isVisible()
    qtbot.mouseClick(shown._samples, Qt.MouseButton.LeftButton)
    made, (what, names, collection) = asked(shown)
    assert made == ("create", "Samples")
    assert (what, collection) == ("import", 2)
    assert "pump-manual.pdf" in names


@pytest.mark.parametrize("button", ["_add_files", "_add_folder"])
def test_library_page_adds_what_is_chosen_to_the_collection_that_is_shown(page, button: str, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.list.setCurrentRow(1)
    qtbot.mouseClick(getattr(shown, button), Qt.MouseButton.LeftButton)
    dialog = shown.findChild(QFileDialog)
    dialog.filesSelected.emit(["/plant/Report 7.pdf"])
    dialog.reject()
    assert asked(shown) == [("import", ["Report 7.pdf"], 1)]


def test_library_page_delete_key_removes_and_offers_an_undo_that_restores(page, qtbot: QtBot):
    shown = page([document(1), document(2), document(3)])
    shown.table.selectAll()
    shown.table.setFocus()
    with qtbot.waitSignal(shown.undo_offered) as offered:
        shown._remove.trigger()
    text, undo = offered.args
    assert text == "3 documents were removed from the library."
    undo()
    assert asked(shown) == [("remove", [1, 2, 3]), ("restore", [1, 2, 3])]


def test_library_page_deleting_a_collection_can_be_undone(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.list.setCurrentRow(1)
    assert shown.current_collection == 1
    with qtbot.waitSignal(shown.undo_offered) as offered:
        qtbot.keyClick(shown.collections.list, Qt.Key.Key_Delete)
    offered.args[1]()
    assert asked(shown) == [("delete collection", 1), ("restore collection", 1)]


def test_library_page_new_collection_opens_its_name_and_renames(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.collections.make()
    assert asked(shown) == [("create", "New collection")]
    shown._library.collections_changed.emit([Collection(1, "Manuals"), Collection(2, "New collection")])
    assert shown.current_collection == 2
    shown.collections.list.currentItem().setText("Tenders")
    assert asked(shown)[-1] == ("rename", 2, "Tenders")


def test_library_page_opens_a_document_with_the_keyboard(page, qtbot: QtBot):
    shown = page([document(1)])
    shown.table.setCurrentIndex(shown.model.index(0, 0))
    shown.table.setFocus()
    with qtbot.waitSignal(shown.document_opened) as opened:
        qtbot.keyClick(shown.table, Qt.Key.Key_Return)
    assert opened.args[0].id == 1


def test_library_page_bar_tells_progress_and_cancels(page, qtbot: QtBot):
    shown = page([document(1)])
    library = shown._library
    library.import_started.emit()
    library.import_progressed.emit(ImportProgress(240, 87, 4120, 1500, 1204, "Pump manual.pdf", 36.4, 130.0, 0.41))
    bar = shown.import_bar
    assert bar.isVisible()
    assert bar.text == "Importing: 87 of 240 files are ready"
    assert (bar._bar.value(), bar._bar.maximum()) == (410, 1000)
    assert bar._left.text() == "about 2 minutes left"
    assert "36 pages a second" in bar._figures.text()
    qtbot.mouseClick(bar._cancel, Qt.MouseButton.LeftButton)
    assert asked(shown) == [("cancel",)]


def test_library_page_summary_filters_to_what_could_not_be_read(page, qtbot: QtBot):
    shown = page([document(1), document(2, State.NEEDS_OCR)])
    states = {"ready": 228, "needs_ocr": 9, "locked": 2, "failed": 1}
    shown._library.import_finished.emit(ImportSummary(states, 80.0))
    assert shown.import_bar.text == (
        "12 of 240 files could not be read. 9 are scans without text. 2 are locked by a password. "
        "1 is damaged or took too long."
    )
    qtbot.mouseClick(shown.import_bar._show_them, Qt.MouseButton.LeftButton)
    assert [shown.model.document_at(row).id for row in range(shown.model.rowCount())] == [2]


def test_library_page_tells_imports_that_follow_each_other_as_one(page):
    shown = page([document(1)])
    library = shown._library
    library.import_started.emit()
    library.import_started.emit()
    library.import_finished.emit(ImportSummary({"ready": 3, "locked": 1}, 8.0))
    assert shown.import_bar.text == "Looking for files"
    library.import_finished.emit(ImportSummary({"ready": 2}, 1.0))
    assert shown.import_bar.text == "1 of 6 files could not be read. 1 is locked by a password."


def test_library_page_keeps_the_selection_when_documents_come_in(page):
    shown = page([document(2)])
    shown.table.selectRow(0)
    shown._library.held = [document(1), document(2)]
    shown._fetch()
    assert [one.id for one in shown.selected_documents()] == [2]


def test_library_page_context_menu_holds_what_can_be_done(page, qtbot: QtBot):
    from PySide6.QtWidgets import QMenu

    shown = page([document(1)])
    shown.table.selectRow(0)
    shown._show_menu(QPoint(5, 5))
    menu = shown.findChild(QMenu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Open", "Read again", "Open with another program", "Show in folder", "Remove from the library"]
    menu.close()


@pytest.fixture
def real_library(home: Paths, qtbot: QtBot) -> Iterator[LibraryClient]:
    client = LibraryClient(home)
    client.start()
    yield client
    client.close()


def test_library_page_shows_real_imports_and_undoes_a_removal(
    home: Paths, real_library: LibraryClient, pump_pdf: Path, tmp_path: Path, qtbot: QtBot
):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing of a document")
    page = LibraryPage(real_library, DocumentFiles(real_library, Settings(home.settings), lambda: None, real_library))
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    with qtbot.waitSignal(real_library.import_finished, timeout=90_000):
        real_library.import_paths([pump_pdf, broken], None)
    qtbot.waitUntil(lambda: page.model.total == 2, timeout=20_000)
    states = {page.model.document_at(row).name: page.model.document_at(row) for row in range(2)}
    assert states["pump manual.pdf"].pages == 3
    assert states["broken.pdf"].state is State.FAILED
    assert states["broken.pdf"].reason is not None
    qtbot.waitUntil(lambda: page.import_bar.text.startswith("1 of 2 files could not be read."), timeout=20_000)
    page.table.selectRow(0)
    with qtbot.waitSignal(page.undo_offered) as offered:
        page.remove_selected()
    qtbot.waitUntil(lambda: page.model.total == 1, timeout=20_000)
    offered.args[1]()
    qtbot.waitUntil(lambda: page.model.total == 2, timeout=20_000)
