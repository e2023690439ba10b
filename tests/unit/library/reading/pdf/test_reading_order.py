"""Columns that a PDF draws line by line across are read one after another; all else stays in the order it is drawn."""

from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from phi3desk.library.documents import Page
from phi3desk.library.text import locate
from tests.helpers.reading import told_of

BURNER = (
    "The burner is lit only after the",
    "purge fan has run for ninety",
    "seconds. During purging the gas",
    "valve stays closed and the flame",
    "detector must report darkness.",
    "If the detector sees light, the",
    "controller locks out and the",
    "operator has to call service.",
)
ASH = (
    "Ash is removed every morning",
    "before the boiler is heated up.",
    "The ash door may be opened only",
    "when the draught is below twelve",
    "pascal. Hot ash is stored in a",
    "closed steel bin outdoors for",
    "at least three days before it",
    "is handed to the contractor.",
)
WATER = (
    "Feed water is tested once a week",
    "with the strips that hang beside",
    "the tank. The hardness has to stay",
    "below a tenth of a degree, or the",
    "softener is regenerated with salt",
    "from the sacks in the store room",
    "and the test is done again after",
    "an hour with fresh water.",
)
FAULTS = (
    ("The pump does not", "Check the main switch and"),
    ("deliver any water", "the fuse in the cabinet"),
    None,
    ("The motor hums but", "Free the shaft by hand and"),
    ("does not turn round", "look for stones in the wheel"),
    None,
    ("The seal drips more", "Tighten the gland slowly or"),
    ("than once a second", "replace the packing rings"),
    None,
    ("The bearing is hot", "Grease it until the old"),
    ("and makes a noise", "grease comes out below"),
)


def write_rows(path: Path, rows: list[tuple[str, ...]], lefts: tuple[float, ...], lower: float = 0.0) -> Path:
    """Write rows of cells from left to right; each column stands `lower` points lower than the one before it."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 16)
    canvas.drawString(60, 780, "Operating the boiler house")
    canvas.setFont("Helvetica", 10)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            canvas.drawString(lefts[column], 740 - 13 * number - lower * column, cell)
    canvas.drawString(60, 40, "Page 7 of the handbook for the boiler house of the works")
    canvas.save()
    return path


def page_of(path: Path) -> Page:
    (page,) = told_of(path).pages
    return page


def words(lines: tuple[str, ...]) -> str:
    return " ".join(lines)


@pytest.mark.parametrize("lower", [0.0, 5.0])
def test_columns_drawn_across_are_read_one_after_another(tmp_path: Path, lower: float) -> None:
    rows = list(zip(BURNER, ASH, strict=True))
    page = page_of(write_rows(tmp_path / "two.pdf", rows, (60, 320), lower))
    title, *_ = page.text.split("\r\n")
    assert title == "Operating the boiler house"
    assert f"{words(BURNER)} {words(ASH)} Page 7" in words(tuple(page.text.split("\r\n")))
    assert [page.text[start:end] for start, end, _ in page.headings] == [title]
    in_left = {page.text[box.start : box.end] for box in page.boxes if box.right < 320}
    assert {"burner", "darkness.", "service."} <= in_left
    assert not {"Ash", "draught", "contractor."} & in_left


def test_three_columns_drawn_across_are_read_one_after_another(tmp_path: Path) -> None:
    rows = list(zip(BURNER, ASH, WATER, strict=True))
    page = page_of(write_rows(tmp_path / "three.pdf", rows, (40, 220, 400), 2.0))
    assert f"{words(BURNER)} {words(ASH)} {words(WATER)}" in words(tuple(page.text.split("\r\n")))


def test_the_cells_of_a_table_stay_beside_each_other(tmp_path: Path) -> None:
    rows = [row or () for row in FAULTS]
    text = words(tuple(page_of(write_rows(tmp_path / "faults.pdf", rows, (60, 320))).text.split("\r\n")))
    first, second = text.index("The pump does not"), text.index("The motor hums")
    assert first < text.index("Check the main switch") < text.index("the fuse in the cabinet") < second

    rows = [(f"Position {number} bolt", f"M{number + 4} x 20", f"{number * 3} pieces in stock") for number in range(12)]
    page = page_of(write_rows(tmp_path / "parts.pdf", rows, (60, 220, 400)))
    assert all(" ".join(row) in page.text for row in rows)
    assert not page.boxes


def test_columns_drawn_one_after_another_stay_as_pdfium_gives_them(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "columns.pdf"), pagesize=A4, invariant=1)
    for left, lines in ((60, BURNER), (320, ASH)):
        for number, line in enumerate(lines):
            canvas.drawString(left, 740 - 13 * number, line)
    canvas.save()
    page = page_of(tmp_path / "columns.pdf")
    assert page.text == "\r\n".join((*BURNER, *ASH))
    assert not page.boxes


def test_a_sentence_is_not_marked_over_the_lines_of_another_column() -> None:
    across = "\n".join(f"{left} {right}" for left, right in zip(BURNER, ASH, strict=True))
    assert locate(across, BURNER[0]) is not None
    assert locate(across, words(BURNER[:3])) is None
    assert locate(across, words(BURNER)) is None
