"""The own text of a PDF's page: its legible letters in the order they are read, its headings, where words stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

from phi3desk.library.documents import Box, Heading, Page
from phi3desk.library.reading.limits import LONGEST_PAGE
from phi3desk.library.reading.pdf import raised
from phi3desk.library.reading.pdf.coverage import has_unread_writing
from phi3desk.library.reading.pdf.legibility import legible_part
from phi3desk.library.reading.pdf.places import LetterEdges, word_boxes
from phi3desk.library.reading.pdf.reading_order import Ordered, in_reading_order
from phi3desk.library.text import has_text, line_spans


class PageRead(NamedTuple):
    """A page as PDFium reads it; `is_illegible` where it has letters, but none that make words."""

    page: Page
    is_illegible: bool


def own_text(page: Any, text_page: Any, number: int) -> PageRead:
    """Return a PDFium page with its own text; without any where its letters make no words."""
    text = _text_of(text_page)
    legible = legible_part(text)
    if not has_text(legible):
        return PageRead(Page(number, legible, _shows_something(page)), is_illegible=legible != text)
    pictures = legible != text or has_unread_writing(page, text_page, len(text))
    ordered, headings = _as_read(text_page, legible)
    # the words of all other pages are found by their order
    boxes = [] if ordered.is_as_drawn else word_boxes(page, text_page, ordered.text, ordered.indexes)
    return PageRead(Page(number, ordered.text, pictures, headings, boxes=boxes), is_illegible=False)


def own_words(page: Any, text_page: Any, number: int) -> tuple[Page, list[Box]]:
    """Return the legible text that a page to be recognised has of its own, and where its words stand."""
    legible = legible_part(_text_of(text_page))
    if not has_text(legible):
        return Page(number, ""), []
    ordered, headings = _as_read(text_page, legible)
    places = word_boxes(page, text_page, ordered.text, ordered.indexes)
    return Page(number, ordered.text, True, headings, boxes=[] if ordered.is_as_drawn else places), places


def _as_read(text_page: Any, legible: str) -> tuple[Ordered, list[Heading]]:
    """Return the text of a page with its columns and its raised digits apart, and its headings."""
    ordered = in_reading_order(text_page, legible)
    headings = _headings(text_page, ordered)
    edits = raised.reordered(raised.edits_of(text_page, legible), ordered.indexes)
    if edits:
        ordered = Ordered(*raised.edited(ordered.text, ordered.indexes, edits), ordered.is_as_drawn)
        headings = raised.moved(headings, edits, ordered.text)
    return ordered, headings


def with_own_words(own: Page, places: list[Box], read: Page) -> Page:
    """Return a page's own text followed by what was recognised of its pictures, if anything."""
    if not own.text:
        return read
    if not read.text:
        return own
    text = own.text.rstrip() + "\n\n"
    moved = [box._replace(start=box.start + len(text), end=box.end + len(text)) for box in read.boxes]
    return replace(own, text=text + read.text, pictures=False, boxes=[*places, *moved])


def _text_of(text_page: Any) -> str:
    """Return a page's text with one character for each of PDFium's character indexes."""
    from pypdfium2 import raw

    count = min(text_page.count_chars(), LONGEST_PAGE)
    if count <= 0:
        return ""
    text: str = text_page.get_text_range(0, count)
    if len(text) == count and "\x00" not in text:
        return text
    codes = (raw.FPDFText_GetUnicode(text_page.raw, index) for index in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd" for code in codes)


def _headings(text_page: Any, ordered: Ordered) -> list[Heading]:
    """Return the lines set in letters clearly larger, or clearly bolder, than the page's running text."""
    text, indexes = ordered.text, ordered.indexes
    edges_of = LetterEdges(text_page)
    lines = []
    heights: Counter[tuple[float, bool]] = Counter()
    for start, end in line_spans(text)[:400]:
        first = next((i for i in range(start, end) if text[i].isalnum()), None)
        if first is None:
            continue
        edges = edges_of(indexes[first])
        # to half a point
        height = round((edges[3] - edges[1]) * 2) / 2 if edges is not None else 0.0
        bold = _is_bold(text_page, indexes[first])
        heights[(height, bold)] += end - start
        lines.append((start, end, height, bold))
    if len(lines) < 2:
        return []
    (body, body_bold), _ = heights.most_common(1)[0]
    found = []
    for start, end, height, bold in lines:
        line = text[start:end].strip()
        larger = height >= body * 1.12
        bolder = bold and not body_bold and height >= body * 0.97
        if (larger or bolder) and _reads_as_heading(line):
            found.append(Heading(start, end, round(height + (0.2 if bolder else 0.0), 1)))
    return found if len(found) * 2 <= len(lines) + 2 else []


def _is_bold(text_page: Any, index: int) -> bool:
    from pypdfium2 import raw

    return bool(raw.FPDFText_GetFontWeight(text_page.raw, index) >= 600)


def _reads_as_heading(line: str) -> bool:
    letters = sum(c.isalpha() for c in line)
    return 3 <= len(line) <= 110 and letters >= 3 and letters * 2 >= len(line) and not line.endswith((".", ",", ";"))


def _shows_something(page: Any) -> bool:
    from pypdfium2 import raw

    shown = {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_TEXT}
    return any(item.type in shown for item in page.get_objects(max_depth=4))
