"""Pages drawn for the window by the library worker, while it does other things, and by a library of a command's own."""

import pytest

from phi3desk.errors import UserError
from phi3desk.library.library import Library
from phi3desk.library.reading.page_picture import PictureWish
from phi3desk.settings import Settings
from phi3desk.workers.protocol import FailureKind
from phi3desk.workers.requests import DrawPage, ImportPaths, Search
from tests.helpers.pdf import write_pump_manual
from tests.helpers.worker_process import WorkerProcess


def wish_of(passage, quote: str = "", **more) -> PictureWish:
    return PictureWish(
        passage.document_id, passage.path, passage.page, passage.start, passage.end, passage.text, quote, **more
    )


def refusal(worker: WorkerProcess, wish: PictureWish):
    ended = worker.end_of(worker.send(DrawPage(wish)))
    assert ended.failed
    return ended.data


def test_worker_draws_the_page_of_a_passage(home, tmp_path):
    (tmp_path / "docs").mkdir()
    write_pump_manual(tmp_path / "docs" / "pump.pdf")
    (tmp_path / "docs" / "note.txt").write_text("Order more lithium grease for the main bearing.")
    with WorkerProcess("library", home) as worker:
        worker.ask(ImportPaths((str(tmp_path / "docs"),)))
        found = worker.ask(Search("How often is the main bearing re-greased?", 4)).found
        page = next(each.passage for each in found if each.passage.kind == "pdf")
        picture = worker.ask(DrawPage(wish_of(page, "2,000 operating hours")))
        assert picture.is_marked
        assert len(picture.data) > 1000
        note = next(
            each.passage for each in found if each.passage.kind == "txt" or each.passage.path.endswith("note.txt")
        )
        assert refusal(worker, wish_of(note)).kind is FailureKind.USER
        # a record that names another file than the library's does not open that file
        elsewhere = PictureWish(page.document_id, "/etc/passwd", 1, 0, 5, "root")
        assert refusal(worker, elsewhere).kind is FailureKind.USER


def test_library_draws_and_leaves_no_reader_behind(home, tmp_path):
    path = write_pump_manual(tmp_path / "pump.pdf")
    library = Library(home, Settings(home.settings))
    try:
        library.import_paths([path], library.collection_id("Manuals", create=True))
        passage = library.search("How often is the main bearing re-greased?", 1).found[0].passage
        assert library.page_picture(wish_of(passage)).is_marked
        path.unlink()
        with pytest.raises(UserError):
            library.page_picture(wish_of(passage))
        assert library._pages._drawer is not None
        process = library._pages._drawer._reader._process
    finally:
        library.close()
    assert process is None or process.poll() is not None
