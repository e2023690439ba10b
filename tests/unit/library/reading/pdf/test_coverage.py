"""Whether pictures of a page hold writing that its text does not, and what is then recognised of the page."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdf
import pytest
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from phi3desk.library.documents import State
from phi3desk.library.reading.pdf import ocr
from phi3desk.library.reading.protocol import ReadRequest
from tests.helpers.pdf import scanned
from tests.helpers.reading import told_about, told_of

WIDTH, HEIGHT = A4
WRITING = (
    "The locking ring is worn by two millimetres.",
    "Replace it before the pump is started again.",
    "Tighten the six screws with 25 newton metres.",
    "Note the day of the repair in the log book.",
)
PLAIN = [
    f"Line {number} of the running text tells about pumps, valves and seals in plain words." for number in range(40)
]


def photo() -> Image.Image:
    random = np.random.default_rng(3)
    rough = Image.fromarray(random.integers(0, 255, (60, 40), dtype=np.uint8)).resize(
        (1200, 1700), Image.Resampling.BICUBIC
    )
    return rough.filter(ImageFilter.GaussianBlur(2))


def gradient() -> Image.Image:
    return Image.fromarray(np.tile(np.linspace(200, 255, 1200).astype(np.uint8), (1700, 1)))


def draw_lines(canvas: Canvas, lines: list[str], top: float = HEIGHT - 60) -> None:
    for number, line in enumerate(lines):
        canvas.drawString(60, top - 16 * number, line)


def stamped(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(scanned(WRITING)), 0, 0, WIDTH, HEIGHT)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(180, 30, "Scanned with ScanBox - page 1 of 1")


def stamped_in_strips(canvas: Canvas) -> None:
    picture = scanned(WRITING)
    part = picture.height // 8
    for number in range(8):
        strip = picture.crop((0, number * part, picture.width, (number + 1) * part))
        canvas.drawImage(ImageReader(strip), 0, HEIGHT * (7 - number) / 8, WIDTH, HEIGHT / 8)
    canvas.drawString(180, 30, "Received on 4 May")


def half_scanned(canvas: Canvas) -> None:
    picture = scanned(WRITING)
    draw_lines(canvas, PLAIN[:18])
    canvas.drawImage(
        ImageReader(picture.crop((0, 0, picture.width, picture.height // 2))), 0, 30, WIDTH, HEIGHT / 2 - 30
    )


def in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("scan")
    canvas.drawImage(ImageReader(scanned(WRITING)), 0, 0, 1, 1)
    canvas.endForm()
    canvas.saveState()
    canvas.scale(WIDTH, HEIGHT)
    canvas.doForm("scan")
    canvas.restoreState()
    canvas.drawString(180, 30, "Copy for the workshop")


def with_photo(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(photo()), 60, 200, 475, 560)
    canvas.drawString(60, 180, "Figure 3: The workshop in the year it was built")


def with_background(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(gradient()), 0, 0, WIDTH, HEIGHT)
    draw_lines(canvas, PLAIN)


def recognised_before(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(scanned(WRITING)), 0, 0, WIDTH, HEIGHT)
    text = canvas.beginText()
    text.setTextRenderMode(3)
    text.setFont("Helvetica", 12)
    for number, line in enumerate(WRITING):
        text.setTextOrigin(60, HEIGHT - (300 + 90 * number + 50) * 72 / 300)
        text.textOut(line)
    canvas.drawText(text)


def with_logo(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(scanned(WRITING).resize((400, 300))), 60, 760, 100, 60)
    draw_lines(canvas, PLAIN[:20], HEIGHT - 120)


def written(path: Path, draw: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return path


@pytest.mark.parametrize(
    ("draw", "turn"), [(stamped, 0), (stamped, 90), (stamped_in_strips, 0), (half_scanned, 270), (in_a_form, 0)]
)
def test_writing_in_pictures_that_the_text_does_not_hold_is_to_be_recognised(tmp_path: Path, draw, turn: int) -> None:
    path = written(tmp_path / "page.pdf", draw)
    if turn:
        writer = pypdf.PdfWriter(clone_from=path)
        writer.pages[0].rotate(turn)
        writer.write(path)
    told = told_of(path)
    assert told.state is State.READ
    assert told.pages[0].pictures
    assert "On 1 of 1 pages there are pictures with writing" in told.reason


@pytest.mark.parametrize("draw", [with_photo, with_background, recognised_before, with_logo])
def test_photos_grounds_logos_and_scans_with_a_text_layer_are_not_recognised(tmp_path: Path, draw) -> None:
    told = told_of(written(tmp_path / "page.pdf", draw))
    assert (told.state, told.pages[0].pictures, told.reason) == (State.READ, False, "")


@pytest.mark.skipif(ocr.find_tesseract() is None and not os.environ.get("CI"), reason="Tesseract is not installed")
def test_what_is_recognised_stands_beside_the_pages_own_text(tmp_path: Path) -> None:
    path = written(tmp_path / "page.pdf", half_scanned)
    (page,) = told_about(ReadRequest(str(path), ocr_pages=(1,), ocr_languages=("eng",))).pages
    own = told_of(path).text
    assert page.text.startswith(own.rstrip())
    recognised = page.text[len(own.rstrip()) :]
    assert all(line in recognised for line in WRITING)
    assert "running text" not in recognised
    for word in ("Line", "locking"):
        start = page.text.index(word)
        (box,) = (box for box in page.boxes if box.start <= start < box.end)
        assert (box.top < HEIGHT / 2) == (word == "Line")
        assert 0 < box.left < box.right < WIDTH
