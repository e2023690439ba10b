"""What Word keeps beside the plain text: embedded files, comments, running heads, fields, boxes, charts, changes."""

import io
from pathlib import Path

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.chart.data import CategoryChartData
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.enum.chart import XL_CHART_TYPE

from tests.helpers.office import repacked
from tests.helpers.reading import told_of

_SPACES = (
    nsdecls("w", "r", "wp", "a")
    + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    + ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    + ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DIAGRAM = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'


def _with(document, xml: str) -> None:
    """Put a piece of Word's XML at the end of a document."""
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml.replace(" ", f" {_SPACES} ", 1)))


def _embed(document, name: str, content: bytes, kind: str = "text/html") -> None:
    part = Part(PackURI(f"/word/{name}"), kind, content, document.part.package)
    key = document.part.relate_to(part, RELATIONSHIP_TYPE.A_F_CHUNK)
    _with(document, f'<w:altChunk r:id="{key}"/>')


def _bytes_of(text: str) -> bytes:
    inner = Document()
    inner.add_paragraph(text)
    made = io.BytesIO()
    inner.save(made)
    return made.getvalue()


def test_embedded_files_are_read_where_they_stand_or_named(tmp_path: Path):
    archive = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        b"Content-Type: text/html; charset=windows-1250\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"<html><body><p>=C8rpalka obratuje.</p></body></html>\r\n--x--\r\n"
    )
    document = Document()
    document.add_paragraph("Before.")
    _embed(document, "a.html", "<html><h1>Day shift</h1><p>The bolt broke at 20 °C.</p></html>".encode())
    _embed(document, "b.docx", _bytes_of("The gearbox took 11 litres."), "application/octet-stream")
    _embed(document, "c.txt", b"Plain as day.", "text/plain")
    _embed(document, "d.mht", archive, "message/rfc822")
    document.add_paragraph("After.")
    document.save(str(tmp_path / "report.docx"))
    told = told_of(tmp_path / "report.docx")
    lines = [line for line in told.text.splitlines() if line]
    assert lines == [
        "Before.", "Day shift", "The bolt broke at 20 °C.", "The gearbox took 11 litres.", "Plain as day.",
        "Črpalka obratuje.", "After.",
    ]  # fmt: skip
    assert told.reason == ""
    _embed(document, "e.rtf", rb"{\rtf1 hidden}", "application/rtf")
    document.save(str(tmp_path / "more.docx"))
    assert told_of(tmp_path / "more.docx").reason == "The document holds embedded files that were not read: 1 (e.rtf)."


def test_an_embedded_document_may_not_hold_itself_without_end(tmp_path: Path):
    inner = _bytes_of("The innermost.")
    for depth in range(6):
        document = Document()
        document.add_paragraph(f"Level {depth}.")
        _embed(document, "inner.docx", inner, "application/octet-stream")
        made = io.BytesIO()
        document.save(made)
        inner = made.getvalue()
    (tmp_path / "deep.docx").write_bytes(inner)
    told = told_of(tmp_path / "deep.docx")
    assert told.text.count("Level") == 4
    assert told.reason == "The document holds embedded files that were not read: 1 (inner.docx)."


def test_comments_and_running_heads_are_read_once_and_called_so(tmp_path: Path):
    document = Document()
    run = document.add_paragraph().add_run("Torque is 40 Nm.")
    document.add_comment(run, "Was 45 Nm before.", author="Ana")
    document.sections[0].header.paragraphs[0].text = "Works instruction QA-117, revision C"
    document.sections[0].footer.paragraphs[0].text = "Page 3 of 10"
    document.add_section().header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "Works instruction QA-117, revision C"
    document.save(str(tmp_path / "noted.docx"))
    assert [line for line in told_of(tmp_path / "noted.docx").text.splitlines() if line] == [
        "Torque is 40 Nm.",
        "Comment (Ana): Was 45 Nm before.",
        "Header: Works instruction QA-117, revision C",
    ]


def test_text_boxes_are_read_once_in_paragraphs_and_in_cells(tmp_path: Path):
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>{0}"
        "</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
        "<w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    old = box.replace("<w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent></wps:txbx>", "</wps:txbx>")
    document = Document()
    _with(document, f"<w:p ><w:r><w:t>Paragraph.</w:t></w:r>{box.format('Boxed once.')}</w:p>")
    _with(document, f"<w:p >{old.format('For older programs.')}</w:p>")
    cells = f"<w:tc><w:p><w:r><w:t>Left</w:t></w:r>{box.format('In a cell.')}</w:p></w:tc><w:tc><w:p/></w:tc>"
    _with(document, f"<w:tbl ><w:tr>{cells}</w:tr></w:tbl>")
    document.save(str(tmp_path / "boxes.docx"))
    text = told_of(tmp_path / "boxes.docx").text
    assert [line for line in text.splitlines() if line] == [
        "Paragraph.", "Boxed once.", "For older programs.", "Left", "In a cell.",
    ]  # fmt: skip


def _mark(kind: str, inner: str = "") -> str:
    return f"<w:r><w:fldChar w:fldCharType='{kind}'>{inner}</w:fldChar></w:r>"


def _code(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def _run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_fields_show_their_result(tmp_path: Path):
    begin, separate, end = _mark("begin"), _mark("separate"), _mark("end")
    inner = begin + _code("X") + separate + _run("code") + end
    ticked = "<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>"
    choice = "<w:ddList><w:result w:val='1'/><w:listEntry w:val='red'/><w:listEntry w:val='green'/></w:ddList>"
    boxes = [_mark("begin", f"<w:ffData>{field}</w:ffData>") + end for field in (ticked, choice)]
    document = Document()
    _with(document, f"<w:p >{begin}{_code('IF ')}{inner}{separate}{_run('Result.')}{end}</w:p>")
    _with(document, f"<w:p >{boxes[0]}{_run(' valve ')}{boxes[1]}</w:p>")
    document.save(str(tmp_path / "fields.docx"))
    assert told_of(tmp_path / "fields.docx").text == "Result.\n\n☒ valve green"


def test_tracked_changes_are_read_as_they_end(tmp_path: Path):
    deleted = "<w:pPr><w:rPr><w:del w:id='1' w:author='a'/></w:rPr></w:pPr>"
    document = Document()
    _with(
        document, f"<w:p >{deleted}{_run('One ')}<w:moveFrom w:id='2' w:author='a'>{_run('moved')}</w:moveFrom></w:p>"
    )
    _with(document, f"<w:p ><w:moveTo w:id='3' w:author='a'>{_run('line, moved.')}</w:moveTo></w:p>")
    cells = ["".join(f"<w:tc><w:p>{_run(text)}</w:p></w:tc>" for text in row) for row in (("Type", "CP"), ("Old", "X"))]
    gone = "<w:trPr><w:del w:id='4' w:author='a'/></w:trPr>"
    _with(document, f"<w:tbl ><w:tr>{cells[0]}</w:tr><w:tr>{gone}{cells[1]}</w:tr></w:tbl>")
    document.save(str(tmp_path / "changes.docx"))
    assert told_of(tmp_path / "changes.docx").text == "One line, moved.\n\nType:\tCP"


def test_formulas_keep_their_brackets(tmp_path: Path):
    space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    raised = f"<m:sSup><m:e>{run('10')}</m:e><m:sup>{run('4')}</m:sup></m:sSup>"
    document = Document()
    _with(document, f"<w:p ><m:oMath {space}>{run('2·')}<m:d><m:e>{run('a+b')}</m:e></m:d>{raised}</m:oMath></w:p>")
    document.save(str(tmp_path / "formula.docx"))
    assert told_of(tmp_path / "formula.docx").text == "2·(a+b)10^4"


@pytest.mark.parametrize("names", [str.upper, lambda name: name.replace("/", "\\")])
def test_strict_form_and_odd_names_of_parts_are_read(tmp_path: Path, names):
    document = Document()
    document.add_heading("Bearing", 1)
    document.add_paragraph("Grease it.", style="List Bullet")
    document.save(str(tmp_path / "plain.docx"))
    strict = b"http://purl.oclc.org/ooxml/"

    def in_strict_form(name: str, content: bytes) -> bytes:
        for family in (b"wordprocessingml", b"officeDocument", b"drawingml"):
            content = content.replace(
                b"http://schemas.openxmlformats.org/" + family + b"/2006/", strict + family + b"/"
            )
        return content

    path = repacked(tmp_path / "plain.docx", tmp_path / "strict.docx", in_strict_form, names=names)
    assert told_of(path).text == "Bearing\n\n• Grease it."


def test_signs_with_their_reading_above_them_stay_a_word(tmp_path: Path):
    document = Document()
    pairs = [("給", "きゅう"), ("油", "ゆ")]
    ruby = "".join(
        f"<w:r><w:ruby><w:rt>{_run(above)}</w:rt><w:rubyBase>{_run(sign)}</w:rubyBase></w:ruby></w:r>"
        for sign, above in pairs
    )
    _with(document, f'<w:p w:rsidR="0">{_run("軸受の")}{ruby}{_run("は半年ごと")}</w:p>')
    document.save(tmp_path / "a.docx")
    assert told_of(tmp_path / "a.docx").text.strip() == "軸受の給油は半年ごと (きゅう ゆ)"


def test_an_empty_row_of_the_head_takes_no_row_of_figures_into_it(tmp_path: Path):
    rows = [("", "", True), ("Type", "Flow", True), ("CP 40", "20", False), ("CP 50", "30", False)]
    lines = "".join(
        f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if is_head else ''}"
        + "".join(f"<w:tc><w:p>{_run(text)}</w:p></w:tc>" for text in texts)
        + "</w:tr>"
        for *texts, is_head in rows
    )
    document = Document()
    _with(document, f"<w:tbl >{lines}</w:tbl>")
    document.save(str(tmp_path / "head.docx"))
    assert told_of(tmp_path / "head.docx").text.splitlines() == ["Type: CP 40;\tFlow: 20", "Type: CP 50;\tFlow: 30"]


def test_a_long_cell_is_read_to_its_end(tmp_path: Path):
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Grease", "Grease it weekly. " * 3_000 + "The end."
    document.save(str(tmp_path / "long.docx"))
    told = told_of(tmp_path / "long.docx")
    assert told.text.count("it weekly.") == 3_000
    assert told.text.endswith("The end.")
    assert told.reason == ""


def _related(document, name: str, kind: str, content: bytes) -> str:
    part = Part(PackURI(f"/word/{name}"), f"application/vnd.openxmlformats-officedocument.{kind}+xml", content)
    return document.part.relate_to(part, f"{_RELATIONS}/{name.split('/')[0].rstrip('s')}")


def _drawing(inner: str) -> str:
    return (
        f"<w:r><w:drawing><wp:inline><a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></wp:inline>"
        "</w:drawing></w:r>"
    )


def test_charts_and_diagrams_are_read_where_they_stand_or_counted(tmp_path: Path):
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Litres", (20, 25.5))
    chart = ChartXmlWriter(XL_CHART_TYPE.COLUMN_CLUSTERED, data).xml.encode()
    diagram = (
        f'<dgm:dataModel {_DIAGRAM} {nsdecls("a")}><dgm:ptLst><dgm:pt modelId="1"><dgm:t><a:bodyPr/><a:p><a:r>'
        "<a:t>Drain the tank</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>"
    )
    document = Document()
    chart_key = _related(document, "charts/chart1.xml", "drawingml.chart", chart)
    diagram_key = _related(document, "diagrams/data1.xml", "drawingml.diagramData", diagram.encode())
    shown_chart = _drawing(f'<c:chart {nsdecls("c")} r:id="{chart_key}"/>')
    shown_diagram = _drawing(f'<dgm:relIds {_DIAGRAM} r:dm="{diagram_key}"/>')
    _with(document, f"<w:p >{_run('Before.')}{shown_chart}{_run(' Behind.')}</w:p>")
    cells = f"<w:tc><w:p>{_run('Step')}{shown_diagram}</w:p></w:tc><w:tc><w:p>{_run('1')}</w:p></w:tc>"
    _with(document, f"<w:tbl ><w:tr>{cells}</w:tr></w:tbl>")
    document.save(str(tmp_path / "drawn.docx"))
    told = told_of(tmp_path / "drawn.docx")
    lines = ["Before. Behind.", "2023;\tLitres: 20", "2024;\tLitres: 25.5", "Step:\t1", "• Drain the tank"]
    assert ([line for line in told.text.splitlines() if line], told.reason) == (lines, "")

    later = '<cx:chart xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex" r:id="rId99"/>'
    _with(document, f"<w:p >{_drawing(later)}</w:p>")
    _with(document, f"<w:p >{shown_chart.replace(chart_key, 'rId98')}</w:p>")
    document.save(str(tmp_path / "more.docx"))
    told = told_of(tmp_path / "more.docx")
    assert [line for line in told.text.splitlines() if line] == lines
    assert told.reason.startswith("Charts and diagrams that were not read, or only in part: 2. ")
