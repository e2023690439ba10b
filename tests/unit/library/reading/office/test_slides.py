"""Slides: shapes that are there in several forms, in groups and in notes, and formulas."""

from pathlib import Path

from pptx import Presentation
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

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


def test_shape_with_the_id_of_the_title_is_read(tmp_path: Path):
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Compressor"
    box = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1))
    box.text_frame.text = "Below 11 bar."
    box._element.nvSpPr.cNvPr.set("id", str(slide.shapes.title.shape_id))
    presentation.save(str(tmp_path / "ids.pptx"))
    assert told_of(tmp_path / "ids.pptx").text.split("\n\n") == ["Compressor", "Below 11 bar."]
