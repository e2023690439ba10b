"""Draws a page of a PDF with a sentence marked on it. Runs in a reader process only.

The mark is a colour that lets the letters through and, for who does not see it, a bar beside the lines.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from phi3desk.library.reading.page_picture import DOTS_PER_INCH, JPEG, MOST_BYTES, PNG, PagePicture
from phi3desk.library.reading.pdf.places import LetterEdges, Place, ShownPlaces
from phi3desk.library.reading.protocol import Drawing
from phi3desk.library.text import locate, locate_beginning

_HIGHLIGHT = (255, 229, 138)
_BAR = (36, 89, 211)
#: points: how wide the bar is, how far from the lines it stands, and how far from the page's edge it stays
_BAR_WIDTH, _BAR_GAP, _EDGE = 2.0, 7.0, 1.0
#: points of the page above and below the mark that are drawn with it, and how high a part is at least
_AROUND, _LEAST_HEIGHT = 80.0, 230.0
#: points of white that are left beside what stands on the page
_MARGIN = 12.0
_MOST_PIXELS = 12_000_000
_LONGEST_SIDE = 6_000
_QUALITIES = (85, 70, 55, 40)


def draw(document: Any, wish: Drawing) -> PagePicture | None:
    """Return the picture of a page of PDFium's document; None where there is no such page or it has no size."""
    if not 1 <= wish.page <= len(document):
        return None
    page = document[wish.page - 1]
    try:
        width, height = page.get_size()
        if not (1 <= width < math.inf and 1 <= height < math.inf):
            return None
        marks = _lines(_marked(page, wish))
        scale = min(DOTS_PER_INCH / 72, math.sqrt(_MOST_PIXELS / (width * height)), _LONGEST_SIDE / max(width, height))
        bitmap = page.render(scale=scale)
        try:
            picture = bitmap.to_pil().convert("RGB")
        finally:
            bitmap.close()
    finally:
        page.close()
    _mark(picture, marks, scale)
    if marks and not wish.whole_page:
        picture = _part(picture, marks, scale)
    data, form, size = _encoded(picture)
    return PagePicture(data, form, *size, is_marked=bool(marks))


def _marked(page: Any, wish: Drawing) -> list[Place]:
    """Return where the letters of the quote stand, else those of the passage; what was recognised is told by places."""
    text_page = page.get_textpage()
    try:
        from pypdfium2 import raw

        count = text_page.count_chars()
        text = "".join(_letter(raw.FPDFText_GetUnicode(text_page.raw, index)) for index in range(count))
        span = locate(text, wish.passage, wish.start, wish.end) or locate_beginning(text, wish.passage)
        if wish.quote.strip():
            quoted = locate(text, wish.quote, *(span or (wish.start, wish.end)))
            if quoted is None and wish.places:
                return list(wish.places)
            span = quoted or span
        if span is None:
            return list(wish.places)
        shown, edges_of = ShownPlaces(page), LetterEdges(text_page)
        letters = (index for index in range(*span) if not text[index].isspace())
        return [shown(edges) for index in letters if (edges := edges_of(index)) is not None]
    finally:
        text_page.close()


def _letter(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _lines(places: Sequence[Place]) -> list[Place]:
    """Join letters to the pieces of lines that they make."""
    lines: list[Place] = []
    for place in places:
        left, top, right, bottom = place
        if right - left < 0.1 or bottom - top < 0.1:
            continue
        if lines and _goes_on(lines[-1], place):
            last = lines[-1]
            lines[-1] = min(last[0], left), min(last[1], top), max(last[2], right), max(last[3], bottom)
        else:
            lines.append(place)
    return lines


def _goes_on(line: Place, place: Place) -> bool:
    overlap = min(line[3], place[3]) - max(line[1], place[1])
    height = min(line[3] - line[1], place[3] - place[1])
    gap = max(line[0], place[0]) - min(line[2], place[2])
    return overlap > 0.5 * height and gap < 2 * max(line[3] - line[1], place[3] - place[1])


def _mark(picture: Any, marks: Sequence[Place], scale: float) -> None:
    from PIL import Image, ImageChops, ImageDraw

    for left, top, right, bottom in marks:
        box = _dots((left - 1, top, right + 1, bottom), scale, picture.size)
        colour = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), _HIGHLIGHT)
        picture.paste(ImageChops.multiply(picture.crop(box), colour), box)
    pen = ImageDraw.Draw(picture)
    for left, top, _, bottom in _blocks(marks):
        at = max(_EDGE, left - _BAR_GAP)
        pen.rectangle(_dots((at, top, at + _BAR_WIDTH, bottom), scale, picture.size), fill=_BAR)


def _blocks(marks: Sequence[Place]) -> list[Place]:
    """Join lines that stand beneath each other."""
    blocks: list[Place] = []
    for mark in marks:
        last = blocks[-1] if blocks else None
        near = last is not None and -1 < mark[1] - last[3] < (mark[3] - mark[1])
        if last is not None and (near or min(last[3], mark[3]) > max(last[1], mark[1])):
            blocks[-1] = min(last[0], mark[0]), min(last[1], mark[1]), max(last[2], mark[2]), max(last[3], mark[3])
        else:
            blocks.append(mark)
    return blocks


def _dots(place: Place, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return a place in dots within a picture, at least one dot wide and high."""
    left, top = (max(0, min(size[axis] - 1, round(place[axis] * scale))) for axis in (0, 1))
    right, bottom = (max(0, min(size[axis], round(place[axis + 2] * scale))) for axis in (0, 1))
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _part(picture: Any, marks: Sequence[Place], scale: float) -> Any:
    """Return the part of the page around the marks, without the white beside it."""
    from PIL import Image, ImageChops

    top = min(mark[1] for mark in marks) - _AROUND
    bottom = max(mark[3] for mark in marks) + _AROUND
    missing = max(0.0, _LEAST_HEIGHT - (bottom - top)) / 2
    height = picture.height / scale
    top, bottom = max(0.0, top - missing), min(height, bottom + missing)
    strip = picture.crop((0, round(top * scale), picture.width, round(bottom * scale)))
    background = Image.new("RGB", strip.size, strip.getpixel((0, 0)))
    written = ImageChops.difference(strip, background).getbbox()
    if written is None:
        return strip
    margin = round(_MARGIN * scale)
    return strip.crop((max(0, written[0] - margin), 0, min(strip.width, written[2] + margin), strip.height))


def _encoded(picture: Any) -> tuple[bytes, str, tuple[int, int]]:
    """Return a picture as a file that is not too large, and its size: exact where it fits, else as a photograph."""
    data = _saved(picture, format="PNG", optimize=True)
    if len(data) <= MOST_BYTES:
        return data, PNG, picture.size
    while True:
        for quality in _QUALITIES:
            data = _saved(picture, format="JPEG", quality=quality, optimize=True)
            if len(data) <= MOST_BYTES:
                return data, JPEG, picture.size
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))


def _saved(picture: Any, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, **how)
    return file.getvalue()
