"""Workbooks: what stands beside plain values, odd containers, and what is told of values that are not there."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

from phi3desk.library.documents import State
from phi3desk.library.reading.sheet_tables import cells
from tests.helpers.office import repacked, write_xlsx
from tests.helpers.reading import told_of


def test_formulas_without_a_saved_result_are_counted(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["=1+2", "=A1&A1"])
    book.save(tmp_path / "only.xlsx")
    told = told_of(tmp_path / "only.xlsx")
    reason = (
        "Formulas without a saved result: {}. Open the file in a spreadsheet program and save it to have their values "
        "read."
    )
    assert (told.state, told.reason) == (State.EMPTY, reason.format(2))
    book.active.append(["Seal", 7])
    book.save(tmp_path / "some.xlsx")

    def saved(name: str, content: bytes) -> bytes:
        return content.replace(b"<v></v>", b"<v>3</v>", 1).replace(b"<v />", b"<v>3</v>", 1)

    told = told_of(repacked(tmp_path / "some.xlsx", tmp_path / "saved.xlsx", saved))
    assert (told.state, told.reason) == (State.READ, reason.format(1))
    assert "Seal" in told.text

    def empty_text(name: str, content: bytes) -> bytes:
        return content.replace(b'<c r="A1">', b'<c r="A1" t="str">').replace(b'<c r="B1">', b'<c r="B1" t="str">')

    assert told_of(repacked(tmp_path / "some.xlsx", tmp_path / "text.xlsx", empty_text)).reason == ""


def test_all_that_is_left_out_of_a_workbook_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cells, "MOST_COLUMNS", 2)
    book = openpyxl.Workbook()
    book.active.append(["Seal", "=1+2", 7])
    book.create_sheet("Secret").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert told_of(tmp_path / "a.xlsx").reason == (
        "Formulas without a saved result: 1. Open the file in a spreadsheet program and save it to have their values "
        "read. Hidden sheets were left out: 1. Only the first 2 columns can be calculated with; the file has more."
    )


def test_columns_far_to_the_right_are_read_with_their_names(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row, values in enumerate((("Type", "Stock"), ("CP 40", 3), ("CP 50", 4)), 1):
        sheet.cell(row, 1).value, sheet.cell(row, 16_384).value = values
        sheet.cell(row, 1_500).value = ("Bin", "A7", "B9")[row - 1]
    book.save(tmp_path / "wide.xlsx")
    lines = told_of(tmp_path / "wide.xlsx").text.splitlines()
    assert lines[-1].split(";\t") in (
        ["Type: CP 50", "Bin: B9", "Stock: 4"],
        ["Type: CP 50", "Stock: 4", "Bin: B9"],
    )


def test_raised_figures_stay_apart_in_shared_and_in_own_texts(tmp_path: Path):
    book = openpyxl.Workbook()
    raised = TextBlock(InlineFont(vertAlign="superscript"), "4")
    lowered = TextBlock(InlineFont(vertAlign="subscript"), "2")
    book.active.append([CellRichText("Cycles: 10", raised), CellRichText("CO", lowered, " in air")])
    book.save(tmp_path / "rich.xlsx")
    told = told_of(tmp_path / "rich.xlsx")
    assert "Cycles: 10^4" in told.text
    assert "CO2 in air" in told.text
    rich = b'<is><r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>-6</t></r></is></c></row></sheetData>'

    def own_text(name: str, content: bytes) -> bytes:
        return content.replace(b"</row></sheetData>", b'<c r="C1" t="inlineStr">' + rich)

    assert "10^-6" in told_of(repacked(tmp_path / "rich.xlsx", tmp_path / "own.xlsx", own_text)).text


def test_comments_and_titles_of_charts_are_read(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Stock"
    sheet.append(["Seal", 7])
    sheet["B1"].comment = Comment("Counted on Monday", "Ana")
    chart = BarChart()
    chart.title = "Seals in store"
    chart.add_data(Reference(sheet, 2, 1, 2, 1))
    sheet.add_chart(chart)
    book.save(tmp_path / "noted.xlsx")
    told = told_of(tmp_path / "noted.xlsx")
    assert told.labels == ["Stock, row 1", "Stock, comments and text boxes"]
    assert "Comment on B1: Counted on Monday" in told.text
    assert "Seals in store" in told.text


def test_the_words_of_diagrams_are_read(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["Seal", 7])
    chart = BarChart()
    chart.add_data(Reference(book.active, 2, 1, 2, 1))
    book.active.add_chart(chart)
    book.save(tmp_path / "plain.xlsx")
    relation = (
        b'<Relationship Id="rId9" Target="/xl/diagrams/data1.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"/></Relationships>'
    )
    diagram = (
        b'<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:ptLst><d:pt><d:t><a:p><a:r>'
        b"<a:t>Drain the tank</a:t></a:r></a:p></d:t></d:pt></d:ptLst></d:dataModel>"
    )

    def change(name: str, content: bytes) -> bytes:
        if name == "xl/drawings/_rels/drawing1.xml.rels":
            return content.replace(b"</Relationships>", relation)
        return content or diagram

    bare = repacked(tmp_path / "plain.xlsx", tmp_path / "bare.xlsx", lambda _, c: c, ["xl/diagrams/data1.xml"])
    assert "Drain the tank" in told_of(repacked(bare, tmp_path / "drawn.xlsx", change)).text


@pytest.mark.parametrize("names", [str, str.upper, lambda name: name.replace("/", "\\"), lambda name: "/" + name])
def test_strict_form_and_odd_names_of_parts_are_read(tmp_path: Path, names):
    path = write_xlsx(tmp_path / "plain.xlsx", rows=5)
    strict = b"http://purl.oclc.org/ooxml/"

    def in_strict_form(name: str, content: bytes) -> bytes:
        for family in (b"spreadsheetml", b"officeDocument"):
            content = content.replace(
                b"http://schemas.openxmlformats.org/" + family + b"/2006/", strict + family + b"/"
            )
        return content

    expected = told_of(path).text
    assert "CP 10 and 11" in expected
    assert told_of(repacked(path, tmp_path / "strict.xlsx", in_strict_form, names=names)).text == expected
    assert told_of(repacked(path, tmp_path / "odd.xlsx", lambda _, content: content, names=names)).text == expected


def test_a_text_may_be_shown_with_more_than_itself(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["4711", 120034])
    book.active["A1"].number_format = '"Art. "@'
    book.active["B1"].number_format = "000-000"
    book.save(tmp_path / "art.xlsx")
    text = told_of(tmp_path / "art.xlsx").text.replace("\u2060", "")
    assert text.endswith("Art. 4711:\t120-034")


def test_a_damaged_list_of_relations_that_nothing_is_read_by_costs_nothing(tmp_path: Path):
    path = write_xlsx(tmp_path / "plain.xlsx", rows=3)
    expected = told_of(path).text
    broken = repacked(
        path, tmp_path / "broken.xlsx", lambda _, content: content, ["xl/drawings/_rels/drawing9.xml.rels"]
    )
    assert told_of(broken).text == expected
