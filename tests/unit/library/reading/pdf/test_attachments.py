"""The files inside a PDF are read as part of it, or named as not read."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from phi3desk.library.documents import State, place
from phi3desk.library.reading import embedded
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.pdf import attachments
from phi3desk.library.reading.protocol import Finished, ReadRequest
from tests.helpers.office import write_docx
from tests.helpers.pdf import stream, write_notes, write_objects, write_pdf, write_portfolio, write_scan
from tests.helpers.reading import told_of

UNREAD = "Files inside the PDF were not read, or only in part: {}. Save them as files to add them."


def test_files_inside_are_read_under_their_names(tmp_path: Path):
    manual = write_pdf(tmp_path / "manual.pdf", [["Graphite paste once per shift."], ["Second page."]]).read_bytes()
    office = write_docx(tmp_path / "plan.docx").read_bytes()
    inner = write_portfolio(tmp_path / "inner.pdf", [("deep.txt", b"The deepest file.")]).read_bytes()
    scan = tmp_path / "scan.pdf"
    write_scan(scan, [["Seen"]])
    files = [
        ("folder/manual.pdf", manual),
        ("plan.docx", office),
        ("spares.csv", b"part,stock\nring,4\n"),
        ("inner.pdf", inner),
        ("scan.pdf", scan.read_bytes()),
        ("photo.png", b"\x89PNG\r\n\x1a\n"),
        ("broken.docx", b"PK\x03\x04 nothing"),
        ("empty.txt", b""),
    ]
    told = told_of(write_portfolio(tmp_path / "all.pdf", files, [["Open this in a newer reader."]]))

    assert told.state is State.READ
    assert told.reason == UNREAD.format("broken.docx, empty.txt, photo.png, scan.pdf")
    inside = {page.label: page.text for page in told.pages[1:]}
    assert inside["inside: manual.pdf, p. 1"] == "manual.pdf\n\nGraphite paste once per shift."
    assert inside["inside: manual.pdf, p. 2"] == "Second page."
    manual_page = next(page for page in told.pages if page.label == "inside: manual.pdf, p. 1")
    assert [heading[:2] for heading in manual_page.headings] == [(0, len("manual.pdf"))]
    assert str(place("pdf", 3, manual_page.label)) == "inside: manual.pdf, p. 1"
    assert "plan.docx\n\nMaintenance" in told.text
    assert "Figures hold for water of 20 °C." in told.text
    assert "ring" in told.text
    assert "The deepest file." in told.text
    assert [label for label in inside if "deep.txt" in label] == ["inside: inner.pdf, inside: deep.txt, line 1"]


def test_a_file_that_hangs_on_a_page_is_read(tmp_path: Path):
    note = (
        b"/Subtype/FileAttachment/Rect[60 600 80 620]/Contents(the log)"
        b"/FS<</Type/Filespec/F(log.txt)/UF(log.txt)/EF<</F 5 0 R>>>>"
    )
    told = told_of(write_notes(tmp_path / "pin.pdf", [note]))

    assert told.pages[0].text == "Note: the log"
    assert told.pages[1].text.startswith("log.txt\n\n")
    assert "(Checked 12 May)" in told.pages[1].text


def test_a_document_is_read_before_the_files_inside_it(tmp_path: Path):
    """Whatever a file inside does to its reader, the pages of the document are kept, and the file is named."""
    path = write_portfolio(tmp_path / "cover.pdf", [("list.txt", b"Ring seal")], [["The cover."]])
    ends = [event for event in read_document(ReadRequest(str(path))) if isinstance(event, Finished)]

    assert [(end.state, str(end.reason or "")) for end in ends] == [
        (State.READ, UNREAD.format("list.txt")),
        (State.READ, ""),
    ]


def test_files_beyond_the_limits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attachments, "_LARGEST_BYTES", 1000)
    monkeypatch.setattr(attachments, "_MOST_BYTES", 1500)
    files = [("large.txt", b"a" * 1001), ("first.txt", b"b " * 400), ("second.txt", b"c " * 400)]
    told = told_of(write_portfolio(tmp_path / "many.pdf", files))

    assert told.state is State.READ
    assert told.reason == UNREAD.format("large.txt, second.txt")
    monkeypatch.setattr(attachments, "DEEPEST", 0)
    told = told_of(tmp_path / "many.pdf")
    assert (told.state, told.reason) == (State.EMPTY, UNREAD.format("first.txt, large.txt, second.txt"))


def test_files_beyond_the_number_that_is_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_portfolio(tmp_path / "many.pdf", [(f"{number:03}.txt", b"A note.") for number in range(203)])
    told = told_of(path)
    assert told.state is State.READ
    assert told.reason == UNREAD.format("200.txt, 201.txt, 202.txt")
    assert told.labels[-1] == "inside: 199.txt, line 1"

    monkeypatch.setattr(attachments, "_MOST_FILES", 1)
    pin = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</Type/Filespec/F(%s)/EF<</F 5 0 R>>>>>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[%s]>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        page % (pin % b"first.txt"),
        page % (pin % b"second.txt"),
        stream(b"A note."),
    ]
    assert told_of(write_objects(tmp_path / "pins.pdf", objects)).reason == UNREAD.format("second.txt")


def test_files_inside_that_are_read_in_part_are_named_and_what_is_read_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scan = tmp_path / "scan.pdf"
    write_scan(scan, [["Seen"], ["Not read"]])
    writer = pypdf.PdfWriter(clone_from=write_pdf(tmp_path / "first.pdf", [["The first page has text."]]))
    writer.append(scan)
    writer.write(tmp_path / "mixed.pdf")
    inner = write_portfolio(tmp_path / "inner.pdf", [("photo.png", b"\x89PNG")], [["A cover."]])
    long = "\n\n".join(f"Paragraph {n} of a long file, which tells of pumps." for n in range(2000))
    files = [
        ("mixed.pdf", (tmp_path / "mixed.pdf").read_bytes()),
        ("inner.pdf", inner.read_bytes()),
        ("long.txt", long.encode()),
        ("whole.txt", b"All of it is read."),
    ]
    monkeypatch.setattr(attachments, "_MOST_CHARACTERS", 5000)
    told = told_of(write_portfolio(tmp_path / "all.pdf", files, [["Open this in a newer reader."]]))

    assert told.reason == UNREAD.format("inner.pdf, long.txt, mixed.pdf")
    for words in ("The first page has text.", "A cover.", "Paragraph 1 of a long file", "All of it is read."):
        assert words in told.text
    assert "Paragraph 1999" not in told.text


def test_names_of_files_inside_are_clean():
    assert embedded.file_name("C:\\work\\\u202egnp.exe\x00a.txt") == "gnp.exe a.txt"
    assert embedded.file_name("") == "file"
