"""Pages that wait for text recognition, through imports that end early and files that are away or locked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pypdf
import pytest

from phi3desk.errors import Cancelled, say
from phi3desk.library.documents import FINAL_STATES, Document, Page, Rules, State
from phi3desk.library.importing import ocr_languages
from phi3desk.library.library import Library
from phi3desk.library.reading.pdf.ocr import how_to_get
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.reading.protocol import ReadRequest
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.pdf import write_pdf, write_scan
from tests.helpers.readers_in_process import LibraryInProcess, ReadersInProcess
from tests.helpers.word_embedder import WordEmbedder

PAGES = 6


class Recognising(ReadersInProcess):
    """Readers that recognise a sentence on each page of a file that opens, until `before` raises Cancelled.

    On a page that `fails` nothing is recognised, and no page is tried where there is no `tesseract`.
    """

    def __init__(self, before: Callable[[ReadRequest], None], password: str) -> None:
        self._before = before
        self._password = password
        self.fails: set[int] = set()
        self.tesseract = True

    def read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> Future[DocumentText]:
        if not request.ocr_pages:
            return super().read(request, cancelled, on_page)
        future: Future[DocumentText] = Future()
        path = Path(request.path)
        try:
            self._before(request)
        except Cancelled as error:
            cancelled.set()
            future.set_exception(error)
            return future
        text = DocumentText(path, "pdf", State.FAILED, say("The file is damaged."))
        if path.exists() and request.password != self._password:
            text.state, text.reason = State.LOCKED, say("The file is locked with a password.")
        elif path.exists() and not self.tesseract:
            text.state, text.reason = State.NEEDS_OCR, how_to_get()
        elif path.exists():
            text.state, text.reason = State.READ, None
            text.pages = [
                Page(n, "", pictures=True) if n in self.fails else Page(n, f"Sheet {n} tells of the bearing.")
                for n in request.ocr_pages
            ]
        future.set_result(text)
        return future


class Scans(LibraryInProcess):
    """A library where text recognition is installed."""

    def __init__(
        self, paths: Paths, before: Callable[[ReadRequest], None] = lambda _: None, password: str = ""
    ) -> None:
        super().__init__(paths, Settings(paths.settings), embedder=WordEmbedder())
        self.readers = Recognising(before, password)

    def _open_pool(self) -> ReadersInProcess:
        self._ocr_languages.look()
        return self.readers


@pytest.fixture(autouse=True)
def tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_languages, "installed_languages", lambda: ("eng",))


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    made = tmp_path / "media" / "drive"
    made.mkdir(parents=True)
    write_scan(made / "scan.pdf", [[f"Sheet {n}"] for n in range(1, PAGES + 1)])
    return made


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return open_paths(tmp_path / "home")


def only_document(library: Library) -> Document:
    (document,) = library.documents()
    return document


def quit_while_recognising(paths: Paths, drive: Path, after: int = 0) -> None:
    """Bind the drive's folder, and end the program after some requests for text recognition."""
    left = [after]

    def end(_: ReadRequest) -> None:
        if not left[0]:
            library.suspend_import()
            raise Cancelled
        left[0] -= 1

    library = Scans(paths, end)
    library.import_paths([drive], library.create_collection("Scans"))
    assert only_document(library).state is State.READ
    library.close()


@pytest.mark.parametrize("after", [0, 1])
def test_a_scan_whose_drive_is_away_waits_and_is_recognised_when_it_is_back(
    paths: Paths, drive: Path, after: int
) -> None:
    quit_while_recognising(paths, drive, after)
    away = drive.rename(drive.parent.parent / "away")
    library = Scans(paths)
    told: list[tuple[int, int]] = []
    for _ in range(2):
        library.sync(on_progress=lambda progress: told.append((progress.files_done, progress.files)))
        assert only_document(library).state is State.READ
    assert told[-1] == (0, 0)
    away.rename(drive)
    assert library.sync().states == {"ready": 1}
    document = only_document(library)
    assert (document.state, document.ocr_pages, document.reason) == (State.READY, PAGES, None)
    assert library.check() == []
    library.close()


def test_a_scan_whose_drive_goes_away_during_recognition_keeps_waiting(paths: Paths, drive: Path) -> None:
    asked: list[ReadRequest] = []

    def pull(request: ReadRequest) -> None:
        asked.append(request)
        if drive.exists():
            drive.rename(drive.parent.parent / "away")

    library = Scans(paths, pull)
    library.import_paths([drive], library.create_collection("Scans"))
    assert only_document(library).state is State.READ
    # none is tried page by page
    assert len(asked) <= 2
    (drive.parent.parent / "away").rename(drive)
    library.close()
    library = Scans(paths)
    library.sync()
    assert (only_document(library).state, only_document(library).ocr_pages) == (State.READY, PAGES)
    library.close()


def test_a_scan_waits_where_tesseract_does_not_answer_for_a_moment(paths: Paths, drive: Path) -> None:
    asked: list[ReadRequest] = []

    def fail(request: ReadRequest) -> None:
        library.readers.tesseract = not asked
        asked.append(request)

    library = Scans(paths, fail)
    library.import_paths([drive], library.create_collection("Scans"))
    document = only_document(library)
    # what was recognised before it failed is kept, and the other pages are not tried one by one
    assert len(asked) <= 2
    assert (document.ocr_pages, document.state in FINAL_STATES) == (4, False)
    assert str(document.reason) == str(how_to_get())
    library.close()
    library = Scans(paths)
    library.sync()
    document = only_document(library)
    assert (document.state, document.ocr_pages, document.reason) == (State.READY, PAGES, None)
    assert library.check() == []
    library.close()


def test_a_locked_scan_waits_for_its_password(paths: Paths, drive: Path) -> None:
    library = Scans(paths, password="pump")
    library.import_paths([drive], library.create_collection("Scans"))
    document = only_document(library)
    assert (document.state, str(document.reason)) == (State.READ, "The file is locked with a password.")
    # "pump" was known for the session in which the scan was found, and is given again
    library._passwords.keep(library._catalog.sha256(document.id), "pump")
    library.sync()
    assert (only_document(library).state, only_document(library).ocr_pages) == (State.READY, PAGES)
    assert only_document(library).reason is None
    library.close()


NOT_READ = "Files inside the PDF were not read, or only in part: plans.zip. Save them as files to add them."


@pytest.mark.parametrize("installed_at_first", [True, False])
@pytest.mark.parametrize("stamped", [False, True])
def test_recognition_takes_away_only_what_is_said_of_pictures(
    paths: Paths, drive: Path, monkeypatch: pytest.MonkeyPatch, installed_at_first: bool, stamped: bool
) -> None:
    writer = pypdf.PdfWriter(clone_from=drive / "scan.pdf")
    writer.add_attachment("plans.zip", b"PK\x03\x04")
    if stamped:
        stamp = pypdf.PdfReader(write_pdf(drive.parent / "stamp.pdf", [["Archived by the works office."]]))
        writer.pages[0].merge_page(stamp.pages[0])
    writer.write(drive / "scan.pdf")
    library = Scans(paths)
    mine = library.create_collection("Scans")
    if not installed_at_first:
        with monkeypatch.context() as patched:
            patched.setattr(ocr_languages, "installed_languages", lambda: None)
            library.import_paths([drive], mine)
        document = only_document(library)
        assert document.state is (State.READY if stamped else State.NEEDS_OCR)
        assert str(document.reason).endswith(NOT_READ) and str(document.reason) != NOT_READ
    library.import_paths([drive], mine)
    document = only_document(library)
    assert (document.state, str(document.reason)) == (State.READY, NOT_READ)
    library.readers.fails = {2}
    library.retry([document.id])
    assert str(only_document(library).reason) == (
        f"{NOT_READ} On 1 of 6 pages there are pictures in which no text could be recognised."
    )
    library.set_rules(mine, Rules(ocr=False))
    library.retry([document.id])
    reason = str(only_document(library).reason)
    assert reason.endswith(NOT_READ) and "no text could be recognised" not in reason
    assert ("switched off" in reason) is not stamped
    library.close()


@pytest.mark.parametrize("languages_vanish", [True, False])
def test_a_scan_tells_what_its_reader_lacks_while_it_waits(
    paths: Paths, drive: Path, monkeypatch: pytest.MonkeyPatch, languages_vanish: bool
) -> None:
    writer = pypdf.PdfWriter(clone_from=drive / "scan.pdf")
    writer.add_attachment("plans.zip", b"PK\x03\x04")
    writer.write(drive / "scan.pdf")
    library = Scans(paths)
    library.readers.tesseract = False
    library.import_paths([drive], library.create_collection("Scans"))
    for _ in range(2):
        document = only_document(library)
        assert (document.state, document.ocr_pages) == (State.READ, 0)
        assert str(document.reason) == f"{how_to_get()} {NOT_READ}"
        library.sync()
    if languages_vanish:
        monkeypatch.setattr(ocr_languages, "installed_languages", lambda: None)
    library.readers.tesseract = True
    library.close()
    library = Scans(paths)
    library.sync()
    document = only_document(library)
    if languages_vanish:
        assert (document.state, str(document.reason)) == (State.NEEDS_OCR, f"{how_to_get()} {NOT_READ}")
    else:
        assert (document.state, str(document.reason)) == (State.READY, NOT_READ)
    library.close()


def test_what_was_not_read_stays_said_where_nothing_is_recognised(paths: Paths, drive: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=drive / "scan.pdf")
    writer.add_attachment("plans.zip", b"PK\x03\x04")
    writer.write(drive / "scan.pdf")
    library = Scans(paths)
    library.readers.fails = set(range(1, PAGES + 1))
    library.import_paths([drive], library.create_collection("Scans"))
    document = only_document(library)
    assert document.state is State.EMPTY
    assert str(document.reason).startswith(NOT_READ)
    library.close()
