"""Files that claim, nest or unpack too much end with a sentence, and soon."""

import time
import zipfile
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from pypdf import PageObject, PdfWriter
from pypdf.errors import PdfReadError
from pypdf.generic import ByteStringObject, NameObject

from phi3desk.library.documents import State
from phi3desk.library.reading.office import archive
from tests.helpers.office import repacked, replaced, write_docx, write_pptx, write_xlsx
from tests.helpers.pdf import write_pdf
from tests.helpers.reading import Told, told_of

LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'haha'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 10))
    + b"]>"
)


@pytest.fixture(autouse=True)
def soon():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 20


def failed(told: Told, word: str) -> bool:
    return told.state == State.FAILED and word in told.reason and not told.pages


@pytest.mark.parametrize(
    ("name", "write", "part"),
    [
        ("a.docx", write_docx, "word/document.xml"),
        ("a.pptx", write_pptx, "ppt/slides/slide1.xml"),
        ("a.xlsx", write_xlsx, "xl/worksheets/sheet1.xml"),
    ],
)
def test_a_part_that_unpacks_to_gigabytes_is_not_read(tmp_path: Path, name, write, part):
    path = write(tmp_path / name)

    def swollen(at: str, content: bytes) -> bytes:
        return content + b" " * 50_000_000 if at == part else content

    assert failed(told_of(repacked(path, tmp_path / f"bomb-{name}", swollen)), "unpacks to far more")


def test_what_comes_out_is_counted_not_what_is_claimed(tmp_path: Path, monkeypatch):
    path = write_docx(tmp_path / "a.docx")
    monkeypatch.setattr(archive, "TREE_BYTES", 20_000)
    assert failed(told_of(path), "unpacks to far more")


def test_too_many_parts_are_not_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(archive, "_MOST_PARTS", 500)
    path = repacked(write_docx(tmp_path / "a.docx"), tmp_path / "b.docx", lambda _, c: c, [f"x{n}" for n in range(600)])
    assert failed(told_of(path), "more parts")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize(("name", "write"), [("a.docx", write_docx), ("a.xlsx", write_xlsx), ("a.pptx", write_pptx)])
def test_a_container_that_is_cut_off_is_damaged(tmp_path: Path, name, write, share):
    path = write(tmp_path / name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert failed(told_of(path), "damaged")


@pytest.mark.parametrize(
    ("name", "write", "part", "mark"),
    [
        ("a.docx", write_docx, "word/document.xml", b"<w:t>Maintenance"),
        ("a.pptx", write_pptx, "ppt/slides/slide1.xml", b"<a:t>Spare parts"),
        ("a.xlsx", write_xlsx, "xl/worksheets/sheet1.xml", b"<v>0.25"),
    ],
)
def test_entities_are_not_unfolded(tmp_path: Path, name, write, part, mark):
    path = write(tmp_path / name)

    def laughing(at: str, content: bytes) -> bytes:
        if at != part:
            return content
        start = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
        assert mark in content
        return content[:start] + LAUGHS + content[start:].replace(mark, mark + b"&j;", 1)

    told = told_of(repacked(path, tmp_path / f"laughs-{name}", laughing))
    assert "hahaha" not in told.text
    assert told.state == State.FAILED


def test_nothing_outside_is_read(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("top secret")
    outside = f"<!DOCTYPE x [<!ENTITY s SYSTEM '{(tmp_path / 'secret.txt').as_uri()}'>]>".encode()
    path = write_docx(tmp_path / "a.docx")

    def curious(at: str, content: bytes) -> bytes:
        if at != "word/document.xml":
            return content
        start = content.index(b"?>") + 2
        return content[:start] + outside + content[start:].replace(b"<w:t>Maintenance", b"<w:t>&s;Maintenance")

    assert "secret" not in told_of(repacked(path, tmp_path / "b.docx", curious)).text
    (tmp_path / "a.xhtml").write_bytes(b"<?xml version='1.0'?>" + outside + b"<html><body><p>x &s; y</p></body></html>")
    assert "secret" not in told_of(tmp_path / "a.xhtml").text


def test_slides_are_read_up_to_a_limit(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("phi3desk.library.reading.limits.MOST_PAGES", 50)
    path = write_pptx(tmp_path / "a.pptx")
    with zipfile.ZipFile(path) as container:
        slide = container.read("ppt/presentation.xml").split(b"<p:sldId ")[1].split(b"/>")[0]
    many = b"".join(b"<p:sldId " + slide.replace(b"256", b"%d" % (300 + n)) + b"/>" for n in range(5_000))
    old = b"<p:sldIdLst>"
    told = told_of(repacked(path, tmp_path / "b.pptx", replaced("ppt/presentation.xml", old, old + many)))
    assert told.state == State.READ
    assert len(told.pages) == 50
    assert told.reason == "Only the first 50 pages were read; the file has more."


def test_what_is_left_out_of_a_page_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("phi3desk.library.reading.limits.LONGEST_PAGE", 20)
    told = told_of(write_pptx(tmp_path / "a.pptx"))
    assert all(len(page.text) <= 20 for page in told.pages)
    assert told.reason == "Only the first 20 characters of page 1 were read."


@pytest.mark.parametrize("word", ["1 ", "word ", "x"])
def test_a_cell_as_large_as_the_file_is_read_in_pages(tmp_path: Path, word: str):
    (tmp_path / "a.csv").write_text(f"Id,Body\n1,{word * (20_000_000 // len(word))}\n2,The end\n")
    told = told_of(tmp_path / "a.csv")
    assert told.text.endswith("Id: 2;\tBody: The end")
    assert len(told.text) > 19_900_000
    assert max(len(page.text) for page in told.pages) < 30_000


def test_deep_nesting_ends(tmp_path: Path):
    (tmp_path / "a.html").write_text("<p>before</p>" + "<div>" * 100_000 + "deep")
    told = told_of(tmp_path / "a.html")
    assert told.state in (State.READ, State.FAILED)
    table = b"<w:tbl><w:tr><w:tc>"
    path = write_docx(tmp_path / "a.docx")
    end = b"<w:p/></w:tc></w:tr></w:tbl>"
    deep = replaced("word/document.xml", b"<w:body>", b"<w:body>" + table * 5_000 + end * 5_000)
    assert failed(told_of(repacked(path, tmp_path / "b.docx", deep)), "damaged")


def test_an_e_mail_of_nested_parts_ends(tmp_path: Path):
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(2_000))
    (tmp_path / "a.eml").write_text("Subject: x\n" + parts + "\nhello")
    assert failed(told_of(tmp_path / "a.eml"), "nested too deeply")
    few = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(100))
    (tmp_path / "b.eml").write_text("Subject: x\n" + few + "\nhello")
    assert failed(told_of(tmp_path / "b.eml"), "nested too deeply")
    (tmp_path / "c.eml").write_text("To: " + "a <b@example.com>, " * 50_000 + "\n\nhello")
    assert told_of(tmp_path / "c.eml").text.endswith("hello")


def test_merged_cells_do_not_multiply_a_text(tmp_path: Path):
    cell = "x" * 30_000
    page = f"<table><tr><td colspan=1000 rowspan=1000>{cell}</td><td>1</td></tr>" + "<tr><td>2</td></tr>" * 500
    (tmp_path / "a.html").write_text(page + "</table>")
    assert len(told_of(tmp_path / "a.html").text) < 200_000


def test_a_title_or_bookmark_that_is_no_text_does_not_cost_the_pages(tmp_path: Path):
    writer = PdfWriter(write_pdf(tmp_path / "whole.pdf", [["The pump is greased."], ["The end."]]))
    lone_surrogate = ByteStringObject(b"\xfe\xff\xd8\x00")
    writer.metadata = {}
    writer._info[NameObject("/Title")] = lone_surrogate
    writer.add_outline_item("First", page_number=0).get_object()[NameObject("/Title")] = lone_surrogate
    path = tmp_path / "broken.pdf"
    writer.write(path)
    told = told_of(path)
    assert told.state == State.READ
    assert [page.text for page in told.pages] == ["The pump is greased.", "The end."]


def test_pages_that_no_reader_can_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "cut.pdf", [["The first page."], ["A damaged page."], [], ["The last page."]])

    def unopened(*_: object, **__: object) -> None:
        raise pdfium.PdfiumError("the file is damaged")

    monkeypatch.setattr(pdfium, "PdfDocument", unopened)
    usual = PageObject.extract_text

    def extracted(page: PageObject) -> str:
        text = usual(page)
        if "damaged" in text:
            raise PdfReadError
        return text

    monkeypatch.setattr(PageObject, "extract_text", extracted)
    told = told_of(path)
    assert (told.state, [page.text.strip() for page in told.pages]) == (
        State.READ,
        ["The first page.", "", "", "The last page."],
    )
    assert told.reason == "1 of 4 pages are damaged and could not be read. Get or save a new copy of the file."


def test_a_file_without_pages_is_called_that_and_not_locked(tmp_path: Path) -> None:
    """After a locked file, too: PDFium's last error is that file's."""
    locked = PdfWriter()
    locked.add_blank_page(200, 200)
    locked.encrypt(user_password="secret", algorithm="AES-256")
    locked.write(tmp_path / "locked.pdf")
    PdfWriter().write(tmp_path / "empty.pdf")
    assert told_of(tmp_path / "locked.pdf").state is State.LOCKED
    told = told_of(tmp_path / "empty.pdf")
    assert (told.state, told.reason) == (State.EMPTY, "The file has no pages.")


def test_a_file_compressed_with_brotli_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "brotli.pdf"
    path.write_bytes(
        b"%PDF-2.0\n1 0 obj\n<</Type/XRef/Filter/BrotliDecode/Size 2/W[1 2 1]/Root 2 0 R/Length 4>>\nstream\nabcd\n"
        b"endstream\nendobj\nstartxref\n9\n%%EOF\n"
    )
    assert "Brotli" in told_of(path).reason
