"""Slides: shapes that are there in several forms, in groups and in notes, and formulas."""

import datetime
import re
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from phi3desk.library.documents import State
from tests.helpers.office import repacked
from tests.helpers.reading import told_of

_MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
_FORMULA = (
    '<a14:m xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main">'
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:f><m:num><m:r><m:t>3</m:t></m:r>'
    "</m:num><m:den><m:r><m:t>8</m:t></m:r></m:den></m:f></m:oMath></a14:m>"
)


def _in_two_forms(content: bytes, mark: str, choice: str, fallback: str) -> bytes:
    """Replace the shape that holds a mark by one in two forms, each with its own words."""
    text = content.decode()
    at = text.rindex("<p:sp>", 0, text.index(mark))
    end = text.index("</p:sp>", at) + len("</p:sp>")
    shape = text[at:end]
    forms = "".join(
        f"<mc:{name}>{shape.replace(mark, words)}</mc:{name.split()[0]}>" if words else f"<mc:{name}/>"
        for name, words in (('Choice Requires="a14"', choice), ("Fallback", fallback))
    )
    return f"{text[:at]}<mc:AlternateContent {_MC}>{forms}</mc:AlternateContent>{text[end:]}".encode()


def test_shapes_in_several_forms_are_read_once(tmp_path: Path):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Compressor"
    for top, mark in ((2, "AAA"), (3, "BBB")):
        slide.shapes.add_textbox(Inches(1), Inches(top), Inches(3), Inches(1)).text_frame.text = mark
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(4), Inches(3), Inches(1)).text_frame.text = "CCC"
    slide.notes_slide.notes_text_frame.text = "NNN"
    presentation.save(str(tmp_path / "plain.pptx"))

    def change(name: str, content: bytes) -> bytes:
        if name == "ppt/slides/slide1.xml":
            content = _in_two_forms(content, "AAA", "Below 11 bar.", "Below 11 bar.")
            content = _in_two_forms(content, "BBB", "", "A picture says 12 bar.")
            content = _in_two_forms(content, "CCC", "Ratio CCC", "")
            return content.replace(b"Ratio CCC</a:t></a:r>", b"Ratio </a:t></a:r>" + _FORMULA.encode())
        if name == "ppt/notesSlides/notesSlide1.xml":
            return _in_two_forms(content, "NNN", "Mind the drain plug.", "Mind the drain plug.")
        return content

    told = told_of(repacked(tmp_path / "plain.pptx", tmp_path / "forms.pptx", change))
    assert [line for line in told.text.splitlines() if line] == [
        "Compressor", "Below 11 bar.", "A picture says 12 bar.", "Ratio 3/8", "Notes: Mind the drain plug.",
    ]  # fmt: skip


def test_points_of_scatter_and_bubble_charts_are_read(tmp_path: Path):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    curves, bubbles = XyChartData(), BubbleChartData()
    for name, points in (("Pump A", ((1.5, 30), (2, None), (4, 25))), ("Pump B", ((10, 12),))):
        curve = curves.add_series(name)
        for point in points:
            curve.add_data_point(*point)
    bubbles.add_series("Wear").add_data_point(3, 7.25, 40)
    place = (Inches(1), Inches(4), Inches(3))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, place[0], 0, *place[1:], curves).chart
    chart.category_axis.axis_title.text_frame.text = "Flow in m³/h"
    slide.shapes.add_chart(XL_CHART_TYPE.BUBBLE, place[0], Inches(4), *place[1:], bubbles)
    presentation.save(str(tmp_path / "curves.pptx"))
    assert [line for line in told_of(tmp_path / "curves.pptx").text.splitlines() if line] == [
        "Flow in m³/h: 1.5;\tPump A: 30",
        "Flow in m³/h: 4;\tPump A: 25",
        "Flow in m³/h: 10;\tPump B: 12",
        "x: 3;\tWear: 7.25;\tsize: 40",
    ]


def test_large_numbers_of_a_chart_keep_their_digits(tmp_path: Path):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    turnover = CategoryChartData()
    turnover.categories = ["2023", "2024"]
    turnover.add_series("Turnover", (25123456789, 0.125))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), turnover)
    presentation.save(str(tmp_path / "turnover.pptx"))
    told = told_of(tmp_path / "turnover.pptx").text
    assert "Turnover: 25123456789" in told
    assert "Turnover: 0.125" in told


def _write_chart(path: Path, data: CategoryChartData) -> Path:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data).chart
    chart.chart_title.text_frame.text = "Wear"
    presentation.save(str(path))
    return path


@pytest.mark.parametrize(
    "plot", ["bar3DChart", "line3DChart", "pie3DChart", "ofPieChart", "stockChart", "surfaceChart", "surface3DChart"]
)
def test_charts_are_read_whatever_they_are_drawn_as(tmp_path: Path, plot: str):
    data = CategoryChartData(number_format="0.0")
    data.categories = [datetime.date(2024, 5, 30), datetime.date(2024, 5, 31)]
    data.add_series("Pump A", (0.5, None))
    data.add_series("Pump B", (7, 12.25))
    path = _write_chart(tmp_path / "bars.pptx", data)
    drawn_as = f"c:{plot}".encode()
    told = told_of(repacked(path, tmp_path / "a.pptx", lambda _, content: content.replace(b"c:barChart", drawn_as)))
    assert [line for line in told.text.splitlines() if line] == [
        "Wear",
        "2024-05-30;\tPump A: 0.5;\tPump B: 7",
        "2024-05-31;\tPump B: 12.25",
    ]
    assert (told.state, told.reason) == (State.READ, "")


def test_figures_of_a_chart_stay_with_their_categories(tmp_path: Path):
    data = CategoryChartData()
    for year in ("2023", "2024"):
        group = data.add_category(year)
        for month in ("", "June"):
            group.add_sub_category(month)
    data.add_series("Litres", (1, 2, 3, 4))
    path = _write_chart(tmp_path / "groups.pptx", data)
    lines = ["2023;\tLitres: 1", "2023 June;\tLitres: 2", "2024;\tLitres: 3", "2024 June;\tLitres: 4"]
    assert told_of(path).text.splitlines()[2:] == lines
    # an empty cell is no point of the chart
    gap = re.compile(rb'<c:pt idx="2">\s*<c:v/?>(?:</c:v>)?\s*</c:pt>')
    bare = repacked(path, tmp_path / "bare.pptx", lambda _, content: gap.sub(b"", content))
    assert told_of(bare).text.splitlines()[2:] == [*lines[:2], "Litres: 3", lines[3]]


def test_charts_that_cannot_be_read_keep_their_title_and_are_counted(tmp_path: Path):
    data = CategoryChartData()
    data.categories = ["2023"]
    data.add_series("Turnover", (25,))
    path = _write_chart(tmp_path / "chart.pptx", data)

    def without_figures(_: str, content: bytes) -> bytes:
        return re.sub(rb"<c:numCache>.*?</c:numCache>", b"", content, flags=re.DOTALL)

    def damaged(_: str, content: bytes) -> bytes:
        return content.replace(b'<c:pt idx="0">', b'<c:pt idx="x">')

    reason = (
        "Charts and diagrams that were not read, or only in part: 1. Save the file as PDF to have their pictures read."
    )
    told = told_of(repacked(path, tmp_path / "a.pptx", without_figures))
    assert (told.text.split()[0], told.reason) == ("Wear", reason)
    told = told_of(repacked(path, tmp_path / "b.pptx", damaged))
    assert (told.text, told.reason) == ("Wear", reason)


def test_shape_with_the_id_of_the_title_is_read(tmp_path: Path):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Compressor"
    box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1))
    box.text_frame.text = "Below 11 bar."
    box._element.nvSpPr.cNvPr.set("id", str(slide.shapes.title.shape_id))
    presentation.save(str(tmp_path / "ids.pptx"))
    assert told_of(tmp_path / "ids.pptx").text.split("\n\n") == ["Compressor", "Below 11 bar."]
