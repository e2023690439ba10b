"""DOCX, PPTX and XLSX: pages, labels, headings, tables, and what is left out."""

import datetime
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from phi3desk.library.documents import State
from phi3desk.library.reading.office.values import shown
from tests.helpers.office import repacked, replaced, write_docx, write_pptx, write_xlsx
from tests.helpers.reading import told_of


def test_docx_has_a_page_for_each_part(tmp_path: Path):
    told = told_of(write_docx(tmp_path / "manual.docx"))
    assert told.title == "Pump manual CP"
    assert told.labels == ["Maintenance › Lubrication", "Technical data"]
    first = told.pages[0]
    assert [first.text[a:b] for a, b, _ in first.headings] == ["Maintenance", "Lubrication"]
    assert first.headings[0][2] > first.headings[1][2]
    assert "• Use 30 g of lithium" in first.text
    assert "Type: CP 50;\tFlow m³/h: 25;\tHead m: 32.5;\tEfficiency: 74 %" in told.pages[1].text.splitlines()


def test_docx_without_headings_is_cut_in_numbered_parts(tmp_path: Path):
    document = Document()
    for number in range(200):
        document.add_paragraph(f"Sentence {number} tells of the bearing and its grease in some sixty signs.")
    document.save(str(tmp_path / "long.docx"))
    told = told_of(tmp_path / "long.docx")
    assert told.labels == [f"part {number}" for number in range(1, len(told.pages) + 1)]
    assert all(len(page.text) <= 6_000 for page in told.pages)
    assert told.text.count("Sentence") == 200


def test_docx_reads_insertions_and_not_what_is_deleted_or_hidden(tmp_path: Path):
    path = write_docx(tmp_path / "plain.docx")
    mark = b"<w:t>Figures hold for water of 20 \xc2\xb0C.</w:t></w:r>"
    more = (
        b"<w:ins w:id='1' w:author='a'><w:r><w:t> Inserted.</w:t></w:r></w:ins>"
        b"<w:del w:id='2' w:author='a'><w:r><w:delText> Deleted.</w:delText></w:r></w:del>"
        b"<w:r><w:rPr><w:vanish/></w:rPr><w:t> Hidden.</w:t></w:r>"
        b"<w:sdt><w:sdtContent><w:r><w:t> Controlled.</w:t></w:r></w:sdtContent></w:sdt>"
        b"<w:r><w:pict><v:shape xmlns:v='urn:v'><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p>"
        b"</w:txbxContent></v:shape></w:pict></w:r>"
    )
    told = told_of(repacked(path, tmp_path / "marked.docx", replaced("word/document.xml", mark, mark + more)))
    assert "20 °C. Inserted. Controlled." in told.text
    assert "Boxed." in told.text
    assert "Deleted" not in told.text
    assert "Hidden" not in told.text


def test_docx_footnotes_follow_the_paragraph_they_hang_on(tmp_path: Path):
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    notes = f'<w:footnotes {space}><w:footnote w:id="2"><w:p><w:r><w:t>Or SAE 30.</w:t></w:r></w:p></w:footnote>'
    changes = {
        "word/document.xml": (b"hours.</w:t></w:r>", b'hours.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'),
        "word/_rels/document.xml.rels": (
            b"</Relationships>",
            f'<Relationship Id="rId98" Target="footnotes.xml" Type="{kind}"/></Relationships>'.encode(),
        ),
    }

    def change(name: str, content: bytes) -> bytes:
        old, new = changes.get(name, (b"", b""))
        return content.replace(old, new, 1) if old else content if content else f"{notes}</w:footnotes>".encode()

    bare = repacked(write_docx(tmp_path / "a.docx"), tmp_path / "b.docx", lambda _, c: c, ["word/footnotes.xml"])
    told = told_of(repacked(bare, tmp_path / "c.docx", change))
    assert "operating hours.\n\nOr SAE 30." in told.text


def test_docx_templates_and_macro_files_are_read(tmp_path: Path):
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macro = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    path = write_docx(tmp_path / "plain.docx")
    told = told_of(repacked(path, tmp_path / "a.docm", replaced("[Content_Types].xml", plain, macro)))
    assert told.state == State.READ
    assert "Re-grease" in told.text


def test_docx_with_a_link_to_a_missing_part_is_read(tmp_path: Path):
    path = write_docx(tmp_path / "plain.docx")
    loose = (
        b'<Relationship Id="rId99" Target="../NULL" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    change = replaced("word/_rels/document.xml.rels", b"</Relationships>", loose)
    assert "Re-grease" in told_of(repacked(path, tmp_path / "loose.docx", change)).text


def test_docx_tables_keep_merged_names(tmp_path: Path):
    document = Document()
    table = document.add_table(4, 3)
    for row, values in zip(
        table.rows, (("", "Flow", ""), ("Type", "min", "max"), ("CP 40", "1", "2"), ("", "3", "4")), strict=True
    ):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(2, 0).merge(table.cell(3, 0))
    document.save(str(tmp_path / "merged.docx"))
    lines = told_of(tmp_path / "merged.docx").text.splitlines()
    assert lines == ["Type: CP 40;\tFlow min: 1;\tFlow max: 2", "Type: CP 40;\tFlow min: 3;\tFlow max: 4"]


def test_pptx_has_a_page_for_each_slide(tmp_path: Path):
    told = told_of(write_pptx(tmp_path / "slides.pptx"))
    assert told.labels == ["", ""]
    assert told.pages[0].text.startswith("Spare parts\n\n• Seal kit 4711\n• Bearing 6204")
    assert "Notes: Prices hold until May." in told.pages[0].text
    assert "Type: CP 40;\tFlow m³/h: 20" in told.pages[1].text
    assert "Water of 20 °C" in told.pages[1].text


def test_xlsx_pages_are_sheets_and_rows(tmp_path: Path):
    told = told_of(write_xlsx(tmp_path / "prices.xlsx"))
    assert told.labels == ["Prices, rows 3–52", "Prices, rows 53–102", "Prices, rows 103–122"]
    assert told.pages[0].text.startswith("Prices\n\nPrice list 2024\n\nType: CP 10 and 11;\tPrice: 1000.50 €;\t")
    assert "Type: CP 10 and 11;\tPrice: 1001.50 €;\tDiscount: 25 %;\tValid from: 2024-05-02" in told.pages[0].text
    assert "hidden margin" not in told.text
    assert told.reason == "Hidden sheets were left out: 1."


def test_xlsx_formulas_stand_with_their_saved_results(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["Part", "Sum"])
    book.active.append(["Seal", "=1+2"])
    book.save(tmp_path / "raw.xlsx")
    path = repacked(
        tmp_path / "raw.xlsx", tmp_path / "sum.xlsx", replaced("xl/worksheets/sheet1.xml", b"<v></v>", b"<v>3</v>")
    )
    assert "Part: Seal;\tSum: 3" in told_of(path).text


def test_xlsx_believes_no_claim_of_its_size(tmp_path: Path):
    path = write_xlsx(tmp_path / "a.xlsx", rows=5)

    def claims(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        content = content.replace(b'ref="A1:D7"', b'ref="A1:XFD1048576"')
        assert b"XFD1048576" in content
        far = b'<row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData>'
        return content.replace(b"</sheetData>", far)

    told = told_of(repacked(path, tmp_path / "far.xlsx", claims))
    assert told.labels == ["Prices, rows 3–1048576"]
    assert told.text.endswith("7")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.25, "0%", "25 %"),
        (0.1234, "0.0%", "12.3 %"),
        (1234.5, "#,##0.00", "1234.50"),
        (1234.5, '#,##0.00\\ "€"', "1234.50 €"),
        (1234.5, "[$$-409]#,##0.00", "$1234.50"),
        (-3, '_-* #,##0\\ "kr"_-;[Red]-* #,##0\\ "kr"_-', "-3 kr"),
        (12.0, "General", "12"),
        (0.1 + 0.2, "General", "0.3"),
        (1 / 3, "0.##", "0.33"),
        (2.5, '0.0" bar"', "2.5 bar"),
        (0.0004, "0.00", "0.0004"),
        (0.00012, "0.00E+00", "1.20E-04"),
        (True, "General", "TRUE"),
        (datetime.datetime(2024, 5, 1), "DD.MM.YYYY", "2024-05-01"),
        (datetime.datetime(2024, 5, 1, 14, 30), "General", "2024-05-01 14:30"),
        (datetime.time(7, 5), "h:mm", "07:05"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
    ],
)
def test_values_are_shown_as_the_sheet_shows_them(value, number_format, text):
    assert shown(value, number_format) == text
