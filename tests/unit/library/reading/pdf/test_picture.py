"""Pages drawn with a sentence marked, through a real reader process; looked at dot by dot."""

import io
import threading
from pathlib import Path

import pytest
from PIL import Image

from phi3desk.library.documents import State
from phi3desk.library.reading.page_picture import JPEG, MOST_BYTES, PNG, PagePicture
from phi3desk.library.reading.pool import Limits, Reader
from phi3desk.library.reading.protocol import Drawing, ReadRequest
from tests.helpers.pdf import write_pdf, write_pump_manual, write_scan
from tests.helpers.reading import READER

#: the colours of mark and bar, as they come through a JPEG too
YELLOW, BLUE = (255, 229, 138), (36, 89, 211)
SENTENCE = "Re-grease the main bearing every 2,000 operating hours."


@pytest.fixture(scope="module")
def reader():
    running = Reader(READER, Limits(60, 1024))
    yield running
    running.close()


def drawn(reader: Reader, path: Path, drawing: Drawing) -> PagePicture:
    read = reader.read(ReadRequest(str(path), drawing=drawing), threading.Event())
    assert read.picture is not None, read.reason
    return read.picture


def rows_of(picture: PagePicture, colour: tuple[int, int, int], near: int = 12) -> list[int]:
    """Return the rows of a picture in which a colour stands."""
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    assert image.size == (picture.width, picture.height)
    dots = image.load()
    return [
        y
        for y in range(image.height)
        if any(all(abs(a - b) <= near for a, b in zip(dots[x, y], colour, strict=True)) for x in range(image.width))
    ]


def test_sentence_is_marked_in_colour_and_beside_it_with_a_bar(reader, tmp_path: Path):
    path = write_pdf(tmp_path / "a.pdf", [["Something else.", "And more.", SENTENCE, "The end."]])
    text = reader.read(ReadRequest(str(path)), threading.Event()).pages[0].text
    whole = drawn(reader, path, Drawing(1, 0, len(text), text, SENTENCE, whole_page=True))
    assert whole.is_marked
    assert (whole.width, whole.height) == (1275, 1650) or (whole.width, whole.height) == (1241, 1754)
    marked, bar = rows_of(whole, YELLOW), rows_of(whole, BLUE)
    # one line of some ten points, and the bar as high as it
    assert 10 < len(marked) < 50
    assert abs(len(bar) - len(marked)) < 6
    assert abs(bar[0] - marked[0]) < 6
    without = drawn(reader, path, Drawing(1, 0, len(text), "not on this page at all", "nor is this one here"))
    assert not without.is_marked
    assert not rows_of(without, YELLOW)


def test_part_around_the_sentence_is_smaller_than_the_page(reader, tmp_path: Path):
    path = write_pump_manual(tmp_path / "pump.pdf")
    text = reader.read(ReadRequest(str(path)), threading.Event()).pages[1].text
    quote = next(line for line in text.splitlines() if "2,000" in line)
    part = drawn(reader, path, Drawing(2, 0, len(text), text, quote))
    assert part.is_marked
    assert part.form == PNG
    assert part.height < 700
    assert rows_of(part, YELLOW)


def test_recognised_words_are_marked_where_they_were_recognised(reader, tmp_path: Path):
    places = write_scan(tmp_path / "scan.pdf", [["Grease the bearing.", "Then close the cover."]])[0]
    areas = tuple(places[word] for word in ("Grease", "the", "bearing.") if word in places)
    picture = drawn(
        reader, tmp_path / "scan.pdf", Drawing(1, 0, 19, "Grease the bearing.", "Grease the bearing.", True, areas)
    )
    rows = rows_of(picture, YELLOW)
    assert picture.is_marked
    assert abs(rows[0] - min(area[1] for area in areas) * 150 / 72) < 4


def test_picture_stays_small_and_a_page_that_is_not_there_says_so(reader, tmp_path: Path):
    noise = Image.effect_noise((2480, 3508), 90)
    noise.convert("RGB").save(tmp_path / "noise.pdf", resolution=300)
    picture = drawn(reader, tmp_path / "noise.pdf", Drawing(1, 0, 1, "nothing"))
    assert picture.form == JPEG
    assert len(picture.data) <= MOST_BYTES
    for number in (0, 2):
        read = reader.read(
            ReadRequest(str(tmp_path / "noise.pdf"), drawing=Drawing(number, 0, 1, "")), threading.Event()
        )
        assert read.picture is None
        assert "cannot be drawn" in str(read.reason)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    read = reader.read(ReadRequest(str(tmp_path / "broken.pdf"), drawing=Drawing(1, 0, 1, "")), threading.Event())
    assert (read.picture, read.state) == (None, State.FAILED)
