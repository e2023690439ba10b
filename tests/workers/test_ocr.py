"""Text recognition with the system's Tesseract, in real reader processes."""

import os
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from reportlab.pdfgen.canvas import Canvas

from phi3desk.errors import Cancelled, say
from phi3desk.library.documents import Page, State
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.pdf import ocr
from phi3desk.library.reading.pool import DocumentText, Limits, Reader
from phi3desk.library.reading.protocol import Finished, ReadRequest
from tests.helpers.pdf import Place, stream, write_objects, write_pdf, write_scan
from tests.helpers.reading import READER, texts_of

needs_tesseract = pytest.mark.skipif(
    ocr.find_tesseract() is None and not os.environ.get("CI"), reason="Tesseract is not installed"
)
ENGLISH = ("Maintenance of the pump", "Grease the main bearing every 2,000 hours.", "Use 30 g of lithium grease.")
UKRAINIAN = ("Обслуговування насоса", "Підшипник змащувати кожні 2000 годин роботи.", "Перевіряйте ущільнення щотижня.")
LANGUAGES = ("eng", "ukr")


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader(READER, Limits(60, 1500))
    yield reader
    reader.close()


def recognise(reader: Reader, path: Path, pages: tuple[int, ...] = (1,), password: str = "") -> DocumentText:
    request = ReadRequest(str(path), ocr_pages=pages, ocr_languages=LANGUAGES, password=password)
    return reader.read(request, threading.Event())


def assert_stands_on(result: DocumentText, page: int, word: str, place: Place) -> None:
    """Check that the recognised word's box is where the word was drawn, within 3 points."""
    (read,) = (each for each in result.pages if each.number == page)
    boxes = [box[2:] for box in read.boxes if read.text[box.start : box.end] == word]
    assert any(all(abs(a - b) < 3 for a, b in zip(box, place, strict=True)) for box in boxes), (boxes, place)


@needs_tesseract
def test_ocr_reads_scanned_pages_in_english_and_ukrainian(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "scan.pdf"
    english, ukrainian = write_scan(path, [ENGLISH, UKRAINIAN])
    plain = reader.read(ReadRequest(str(path)), threading.Event())
    assert (plain.state, plain.scanned, texts_of(plain)) == (State.NEEDS_OCR, [1, 2], ["", ""])
    assert "tesseract" in str(plain.reason).lower()
    result = recognise(reader, path, (1, 2))
    assert result.state is State.READ
    english_text, ukrainian_text = texts_of(result)
    assert ENGLISH[1] in english_text
    assert UKRAINIAN[1] in ukrainian_text
    assert [page.language for page in result.pages] == ["en", "uk"]
    assert_stands_on(result, 1, "bearing", english["bearing"])
    assert_stands_on(result, 2, "Підшипник", ukrainian["Підшипник"])


@needs_tesseract
def test_ocr_places_fit_turned_and_cropped_pages_as_they_are_shown(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "turned.pdf"
    (places,) = write_scan(path, [ENGLISH], turned=90)
    result = recognise(reader, path)
    left, top, right, bottom = places["lithium"]
    assert ENGLISH[1] in result.pages[0].text
    assert_stands_on(result, 1, "lithium", (841.9 - bottom, left, 841.9 - top, right))

    path = tmp_path / "cropped.pdf"
    (places,) = write_scan(path, [ENGLISH], crop=(40, 500, 560, 800))
    result = recognise(reader, path)
    left, top, right, bottom = places["lithium"]
    assert_stands_on(result, 1, "lithium", (left - 40, top - 41.9, right - 40, bottom - 41.9))


@needs_tesseract
def test_ocr_is_asked_only_for_the_pages_of_a_mixed_document_that_are_pictures(tmp_path: Path, reader: Reader) -> None:
    write_scan(tmp_path / "scan.pdf", [ENGLISH])
    write_pdf(tmp_path / "text.pdf", [["This page has a text of its own."]])
    path = merged(tmp_path / "mixed.pdf", [tmp_path / "text.pdf", tmp_path / "scan.pdf"])
    plain = reader.read(ReadRequest(str(path)), threading.Event())
    assert (plain.state, plain.scanned) == (State.READ, [2])
    result = recognise(reader, path, tuple(plain.scanned))
    assert [page.number for page in result.pages] == [2]
    assert ENGLISH[0] in result.pages[0].text


@needs_tesseract
def test_ocr_opens_locked_scans_with_their_password(tmp_path: Path, reader: Reader) -> None:
    write_scan(tmp_path / "scan.pdf", [ENGLISH])
    path = merged(tmp_path / "locked.pdf", [tmp_path / "scan.pdf"], password="насос")
    assert recognise(reader, path).state is State.LOCKED
    assert ENGLISH[0] in recognise(reader, path, password="насос").pages[0].text


@needs_tesseract
def test_ocr_finds_no_text_in_a_drawing(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "drawing.pdf"
    canvas = Canvas(str(path))
    canvas.setLineWidth(6)
    canvas.circle(300, 500, 180)
    for step in range(0, 400, 80):
        canvas.line(50 + step, 100, 450, 200 + step)
    canvas.save()
    result = recognise(reader, path)
    assert (result.state, texts_of(result), result.scanned) == (State.EMPTY, [""], [1])


@needs_tesseract
@pytest.mark.parametrize(
    ("size", "picture"),
    [((14_400, 14_400), 100), ((595, 842), 20_000), ((3, 14_400), 100)],
    ids=["huge-page", "huge-picture", "thin-page"],
)
def test_ocr_of_a_page_built_to_do_harm_ends(
    tmp_path: Path, reader: Reader, size: tuple[int, int], picture: int
) -> None:
    path = with_picture(tmp_path / "bomb.pdf", size, picture)
    result = recognise(reader, path)
    assert result.state in (State.EMPTY, State.FAILED)
    assert not any(texts_of(result))


@needs_tesseract
def test_a_page_that_tesseract_is_too_slow_for_costs_that_page_only(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    write_scan(path, [ENGLISH])
    request = ReadRequest(str(path), ocr_pages=(1, 9), ocr_languages=LANGUAGES, seconds=0.01)
    _, first, second, ended = read_document(request)
    assert [first, second] == [Page(1, "", pictures=True), Page(9, "", pictures=True)]
    assert ended == Finished(
        State.EMPTY, say("Text recognition failed on {failed} of {pages} pages.", failed=2, pages=2)
    )


@needs_tesseract
def test_tesseract_ends_with_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    write_scan(path, [[" ".join(ENGLISH[1:])] * 30])
    cancelled = threading.Event()
    reader = Reader(READER, Limits(60, 1500))
    thread = threading.Thread(target=_read_until, args=(reader, path, cancelled))
    thread.start()
    tesseract = _started("tesseract")
    cancelled.set()
    thread.join()
    tesseract.wait(10)
    reader.close()


@needs_tesseract
def test_tesseract_ends_with_the_parent_of_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    write_scan(path, [[" ".join(ENGLISH[1:])] * 30])
    script = (
        "import sys, threading; from phi3desk.library.reading.pool import *; "
        "Reader(sys.argv[2:], Limits()).read(ReadRequest(sys.argv[1], ocr_pages=(1,)), threading.Event())"
    )
    parent = psutil.Popen([sys.executable, "-c", script, str(path), *READER])
    tesseract = _started("tesseract")
    reader = tesseract.parent()
    parent.kill()
    parent.wait(10)
    tesseract.wait(10)
    if reader is not None:
        reader.wait(10)


def test_languages_are_those_of_the_users_else_all_and_at_most_four() -> None:
    assert ocr.default_languages(("afr", "eng", "ukr")) == ("eng", "ukr")
    assert ocr.default_languages(("deu", "ell", "eng", "ron", "slv", "swe", "ukr")) == ("eng", "deu", "slv", "ell")
    assert ocr.default_languages(("jpn",)) == ("jpn",)
    assert ocr.default_languages(()) == ()


def test_without_tesseract_a_scan_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "find_tesseract", lambda: None)
    assert ocr.installed_languages() is None
    path = tmp_path / "scan.pdf"
    write_scan(path, [ENGLISH])
    (ended,) = read_document(ReadRequest(str(path), ocr_pages=(1,), ocr_languages=("eng",)))
    assert ended.state is State.NEEDS_OCR  # type: ignore[union-attr]
    assert "Install Tesseract" in str(ended.reason)  # type: ignore[union-attr]


def merged(path: Path, parts: list[Path], password: str = "") -> Path:
    import pypdf

    writer = pypdf.PdfWriter()
    for part in parts:
        writer.append(str(part))
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(path)
    return path


def with_picture(path: Path, size: tuple[int, int], side: int) -> Path:
    """Write a page of `size` points that shows a grey picture of `side` x `side` dots, small as a file."""
    row = b"\x80" * side
    packing = zlib.compressobj(1)
    picture = b"".join([*(packing.compress(row) for _ in range(side)), packing.flush()])
    content = b"q %d 0 0 %d 0 0 cm /P Do Q" % size
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>" % size,
        stream(content),
        stream(
            picture,
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/FlateDecode" % (side, side),
        ),
    ]
    return write_objects(path, objects)


def _read_until(reader: Reader, path: Path, cancelled: threading.Event) -> None:
    try:
        reader.read(ReadRequest(str(path), ocr_pages=(1,), ocr_languages=LANGUAGES), cancelled)
    except Cancelled:
        return


def _started(name: str) -> psutil.Process:
    """Wait for a process of this name among those that this one has started, and return it."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for process in psutil.Process().children(recursive=True):
            try:
                if process.name().startswith(name):
                    return process
            except psutil.Error:
                continue
        time.sleep(0.01)
    raise AssertionError(f"{name} was not started")
