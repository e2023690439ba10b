"""What is raised, lowered or a fraction stays another figure than its digits in a row."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from pptx import Presentation

from phi3desk.library.reading.blocks import Line
from tests.helpers.reading import told_of

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"


@pytest.mark.parametrize(
    ("before", "raised", "written"),
    [
        ("10", "4", "10^4"),
        ("10", "−6", "10^−6"),
        ("(1+i)", "3", "(1+i)^3"),
        ("kN/m", "2", "kN/m²"),
        ("s", "-1", "s⁻¹"),
        ("the survey", "12", "the survey¹²"),
        ("10", "n", "10^n"),
        ("e", "x+1", "e^(x+1)"),
        ("the 21", "st", "the 21st"),
        ("brand", "™", "brand™"),
        ("a word ", "2", "a word 2"),
    ],
)
def test_raised_text_changes_no_figure(before: str, raised: str, written: str) -> None:
    line = Line()
    line.add(before)
    line.add(raised, 1)
    assert line.text() == written


@pytest.mark.parametrize(
    ("before", "lowered", "written"),
    [("H", "2", "H2"), ("V", "max", "Vmax"), ("101", "2", "101_2"), ("CO", "2", "CO2")],
)
def test_lowered_text_changes_no_figure(before: str, lowered: str, written: str) -> None:
    line = Line()
    line.add(before)
    line.add(lowered, -1)
    assert line.text() == written


def test_a_raised_number_in_two_runs_is_one_exponent() -> None:
    line = Line()
    for text, script in (("10", 0), ("−", 1), ("6", 1), (" mbar", 0)):
        line.add(text, script)
    assert line.text() == "10^−6 mbar"


def test_a_fraction_is_set_apart_from_the_whole_number_before_it() -> None:
    line = Line()
    line.add("1")
    line.add_fraction("3", "8")
    line.add(" inch, ")
    line.add_fraction("a + b", "c")
    assert line.text() == "1 3/8 inch, (a + b)/c"


def test_docx_keeps_exponents_units_and_formulas(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("Insulation above 10")
    paragraph.add_run("9").font.superscript = True
    paragraph.add_run(" ohm, floor 15 kN/m")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run(", CO")
    paragraph.add_run("2").font.subscript = True
    paragraph.add_run(" below 5 %, factor ")
    part = "<m:{0}><m:r><m:t>{1}</m:t></m:r></m:{0}>".format
    paragraph._p.append(
        parse_xml(
            f'<m:oMath xmlns:m="{MATH}"><m:f>{part("num", "3")}{part("den", "8")}</m:f></m:oMath>',
        )
    )
    paragraph.add_run(", cycles ")
    paragraph._p.append(
        parse_xml(f'<m:oMath xmlns:m="{MATH}"><m:sSup>{part("e", "10")}{part("sup", "4")}</m:sSup></m:oMath>')
    )
    document.save(str(tmp_path / "limits.docx"))
    text = told_of(tmp_path / "limits.docx").text
    assert text == "Insulation above 10^9 ohm, floor 15 kN/m², CO2 below 5 %, factor 3/8, cycles 10^4"


def test_html_keeps_exponents_and_mathml(tmp_path: Path) -> None:
    page = tmp_path / "limits.html"
    page.write_text(
        "<html><body><p>At most 10<sup>3</sup> units, H<sub>2</sub>O; "
        "<math><mfrac><mn>3</mn><mn>8</mn></mfrac></math> of "
        "<math><msup><mn>10</mn><mn>4</mn></msup></math></p>"
        "<table><tr><th>Surface</th><th>Limit</th></tr><tr><td>Bench</td><td>5·10<sup>4</sup></td></tr></table>"
        "</body></html>",
        encoding="utf-8",
    )
    text = told_of(page).text
    assert "At most 10^3 units, H2O; 3/8 of 10^4" in text
    assert "Limit: 5·10^4" in text


def test_slides_keep_exponents(tmp_path: Path) -> None:
    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    paragraph = slide.shapes.title.text_frame.paragraphs[0]
    for text, baseline in (("Limit 10", None), ("4", "30000"), (" per m", None), ("2", "30000")):
        run = paragraph.add_run()
        run.text = text
        if baseline:
            run._r.get_or_add_rPr().set("baseline", baseline)
    slides.save(str(tmp_path / "limits.pptx"))
    assert "Limit 10^4 per m²" in told_of(tmp_path / "limits.pptx").text


@pytest.mark.parametrize(
    ("before", "above", "bar", "below", "written"),
    [
        ("a pipe of 3", "1", "/", "2", "a pipe of 3 1/2"),
        ("a pipe of 3 ", "1", "⁄", "2", "a pipe of 3 1/2"),
        ("10", "4", "/", "min", "10^4/min"),
        ("a", "2", "/b", "3", "a²/b3"),
    ],
)
def test_a_raised_and_a_lowered_figure_with_a_bar_between_are_a_fraction(
    before: str, above: str, bar: str, below: str, written: str
) -> None:
    line = Line()
    line.add(before)
    line.add(above, 1)
    line.add(bar)
    line.add(below, -1)
    line.add(" inch")
    assert line.text() == f"{written} inch"


def test_a_figure_behind_a_fraction_is_set_apart_from_it() -> None:
    line = Line()
    line.add_fraction("3", "8")
    line.add("10")
    line.add("4", 1)
    assert line.text() == "3/8 10^4"


@pytest.mark.parametrize(
    "raised",
    [
        '<span style="vertical-align: super; font-size: 8pt">4</span>',
        '<span style="vertical-align:4.5pt">4</span>',
        "<span style='position:relative;top:-4.0pt'>4</span>",
        '<font class="x c3">4</font>',
    ],
)
def test_html_keeps_what_a_style_raises(tmp_path: Path, raised: str) -> None:
    file = tmp_path / "a.html"
    sheet = "<style>p {top: 0} .c1, span.c3 {color: red; vertical-align: super}</style>"
    table = f"<table><tr><th>Load</th><th>Name</th></tr><tr><td>10{raised}</td><td>T</td></tr></table>"
    file.write_text(f"<html><head>{sheet}</head><p>10{raised} cycles</p>{table}", encoding="utf-8")
    text = told_of(file).text
    assert "10^4 cycles" in text
    assert "Load: 10^4" in text
    file.write_text("<p>10<span style='vertical-align:middle;top:-4pt'>4</span> <b style='vertical-align:0'>5</b></p>")
    assert told_of(file).text.strip() == "104 5"
