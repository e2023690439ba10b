"""Scanned documents through the whole import: recognised, found, highlighted; and what happens without Tesseract."""

import os
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from phi3desk.library.documents import Rules, State
from phi3desk.library.importing import ocr_languages
from phi3desk.library.library import Library
from phi3desk.library.reading.pdf.ocr import installed_languages
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers import pdf
from tests.helpers.reading import READER

pytestmark = pytest.mark.skipif(
    not {"eng", "ukr"} <= set(installed_languages() or ()) and not os.environ.get("CI"),
    reason="Tesseract with eng and ukr is not installed",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    paths = open_paths(tmp_path / "home")
    opened = Library(paths, Settings(paths.settings), READER)
    yield opened
    opened.close()


def scan(path: Path) -> Path:
    path.parent.mkdir()
    pdf.write_scan(
        path,
        [
            ["Pump manual", "The main bearing is greased every", "2000 operating hours with lithium grease."],
            ["Насос", "Підшипник змащують літієвим мастилом", "кожні дві тисячі годин роботи."],
        ],
    )
    return path


@pytest.mark.parametrize(
    ("question", "page", "word"),
    [("How often is the main bearing greased?", 1, "bearing"), ("Як часто змащують підшипник?", 2, "Підшипник")],
)
def test_a_scan_is_recognised_found_and_its_words_have_places(
    library: Library, tmp_path: Path, question: str, page: int, word: str
) -> None:
    mine = library.create_collection("Scans")
    library.set_rules(mine, Rules(ocr_languages=("eng", "ukr")))
    summary = library.import_paths([scan(tmp_path / "in" / "scan.pdf")], mine)
    assert summary.states == {"ready": 1}
    (document,) = library.documents()
    assert (document.ocr_pages, document.pages, document.reason) == (2, 2, None)
    found = library.search(question).found[0]
    assert (found.passage.page, found.relevant) == (page, True)
    text = library.page_text(document.id, page)
    start = text.index(word)
    ((left, top, right, bottom),) = library.boxes(document.id, page, start, start + len(word))
    assert 0 < left < right < 595 and 0 < top < bottom < 842
    assert library.check() == []


def test_a_scan_waits_for_tesseract_and_is_recognised_once_it_is_there(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = library.create_collection("Scans")
    monkeypatch.setattr(ocr_languages, "installed_languages", lambda: None)
    library.import_paths([scan(tmp_path / "in" / "scan.pdf")], mine)
    (document,) = library.documents()
    assert document.state is State.NEEDS_OCR
    assert "Tesseract" in str(document.reason)
    library.sync()
    assert library.documents()[0].state is State.NEEDS_OCR
    monkeypatch.undo()
    library.sync()
    assert (library.documents()[0].state, library.documents()[0].ocr_pages) == (State.READY, 2)


def test_a_scan_with_a_stamp_tells_what_is_not_read_and_keeps_the_stamp_when_it_is(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scan(tmp_path / "in" / "scan.pdf")
    stamp = Canvas(str(tmp_path / "stamp.pdf"), pagesize=A4)
    for number in (1, 2):
        stamp.drawString(100, 40, f"Archived by the works office, sheet {number}")
        stamp.showPage()
    stamp.save()
    writer = pypdf.PdfWriter(clone_from=path)
    for page, over in zip(writer.pages, pypdf.PdfReader(tmp_path / "stamp.pdf").pages, strict=True):
        page.merge_page(over)
    writer.write(path)
    mine = library.create_collection("Scans")
    monkeypatch.setattr(ocr_languages, "installed_languages", lambda: None)
    library.import_paths([path], mine)
    (document,) = library.documents()
    assert document.state is State.READY
    assert "On 2 of 2 pages there are pictures with writing" in str(document.reason)
    monkeypatch.undo()
    library.set_rules(mine, Rules(ocr_languages=("eng", "ukr")))
    library.sync()
    (document,) = library.documents()
    assert (document.state, document.ocr_pages, document.reason) == (State.READY, 2, None)
    text = library.page_text(document.id, 1)
    assert text.startswith("Archived by the works office, sheet 1")
    assert "2000 operating hours with lithium grease." in text
    assert text.count("Archived") == 1


def test_rules_switch_text_recognition_off(library: Library, tmp_path: Path) -> None:
    mine = library.create_collection("Scans")
    library.set_rules(mine, Rules(ocr=False))
    library.import_paths([scan(tmp_path / "in" / "scan.pdf")], mine)
    (document,) = library.documents()
    assert document.state is State.NEEDS_OCR
    assert "switched off" in str(document.reason)


def test_a_locked_document_opens_with_its_password_only(library: Library, tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=pdf.write_pump_manual(tmp_path / "in" / "locked.pdf"))
    writer.encrypt(user_password="насос", owner_password="owner", algorithm="AES-256")
    writer.write(tmp_path / "in" / "locked.pdf")
    library.import_paths([tmp_path / "in"], library.create_collection("Locked"))
    (document,) = library.documents()
    assert (document.state, library.password(document.id)) == (State.LOCKED, "")
    library.unlock([document.id], "pump", remember=False)
    assert library.document(document.id).state is State.LOCKED
    library.unlock([document.id], "насос", remember=False)
    assert library.document(document.id).state is State.READY
    assert library.password(document.id) == "насос"
    assert library.search("How often is the bearing greased?").found[0].passage.page == 2
