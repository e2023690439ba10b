"""Reads presentations: a page for each slide, with its tables, charts, diagrams and notes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from phi3desk.errors import say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import PPTX
from phi3desk.library.reading.blocks import Block, heading, one_line, page_of, tidy
from phi3desk.library.reading.limits import ReadContent
from phi3desk.library.reading.office.archive import checked_copy
from phi3desk.library.reading.office.drawing_text import line_of
from phi3desk.library.reading.office.graphics import Graphics
from phi3desk.library.reading.office.markup import settle_alternatives
from phi3desk.library.reading.tables import lines_of, repeated

_DEEPEST = 20
_MOST_SHAPES = 5_000
#: Shapes whose tops differ by less stand side by side and are read from left to right (914,400 to the inch).
_SAME_LINE = 250_000


def read_pptx(path: Path) -> ReadContent:
    """Read a presentation; hidden slides are read too, for they carry numbers as the others do."""
    from pptx import Presentation

    presentation: Any = Presentation(checked_copy(path, "pptx"))
    title = ""
    try:
        title = presentation.core_properties.title or ""
    except Exception:  # a title that cannot be read is no reason not to read the slides
        title = ""
    content = ReadContent(
        PPTX.key,
        iter(()),
        count=len(presentation.slides),
        title=title,
        empty=say("The slides hold no text. Save the presentation as PDF to have its pictures read."),
    )
    content.pages = _pages(presentation.slides, content)
    return content


def _pages(slides: Any, content: ReadContent) -> Iterator[Page]:
    """Yield a page for each slide; where charts or diagrams could not be read, the reason says so at the end."""
    graphics = Graphics()
    for slide in slides:
        yield page_of(_blocks(slide, graphics))
    content.reasons.extend(graphics.reasons())


def _blocks(slide: Any, graphics: Graphics) -> Iterator[Block]:
    settle_alternatives(slide.element)
    title = slide.shapes.title
    if title is not None and title.has_text_frame and title.text_frame.text.strip():
        yield heading(_text(title.text_frame), 1)
    # files put together by programs have several shapes of one id
    taken = title.element if title is not None else None
    for shape in itertools.islice(_in_order(slide.shapes, 0), _MOST_SHAPES):
        if shape.element is not taken and not _repeats(shape):
            yield from _shape(shape, slide, graphics)
    if slide.has_notes_slide:
        settle_alternatives(slide.notes_slide.element)
        notes = slide.notes_slide.notes_text_frame
        if notes is not None and (text := tidy(_text(notes))):
            yield Block("Notes: " + text)


def _in_order(shapes: Any, depth: int) -> Iterator[Any]:
    """Yield shapes as they are read: from top to bottom, side by side from left to right, groups as one."""
    placed = [((shape.top or 0) // _SAME_LINE, shape.left or 0, at, shape) for at, shape in enumerate(shapes)]
    for *_, shape in sorted(placed, key=lambda place: place[:3]):
        if hasattr(shape, "shapes"):
            if depth < _DEEPEST:
                yield from _in_order(shape.shapes, depth + 1)
        else:
            yield shape


def _repeats(shape: Any) -> bool:
    """Return whether a shape holds the slide's number, the date or the running foot."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    repeated = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER)
    return bool(shape.is_placeholder and shape.placeholder_format.type in repeated)


def _shape(shape: Any, slide: Any, graphics: Graphics) -> Iterator[Block]:
    if shape.has_text_frame:
        yield from _paragraphs(shape.text_frame)
    elif getattr(shape, "has_table", False):
        yield from _table(shape.table)
    else:
        yield from graphics.within(shape.element, slide.part)


def _paragraphs(frame: Any) -> Iterator[Block]:
    paragraphs = [tidy(line_of(paragraph._p)) for paragraph in frame.paragraphs]
    filled = [text for text in paragraphs if text]
    for text in filled:
        yield Block(f"• {text}", item=True) if len(filled) > 1 else Block(text)


def _text(frame: Any) -> str:
    return "\n".join(line_of(paragraph._p) for paragraph in frame.paragraphs)


def _table(table: Any) -> Iterator[Block]:
    rows: list[list[str]] = []
    for line in table.rows:
        row: list[str] = []
        for cell in line.cells:
            text = one_line(_text(cell.text_frame))
            if cell.is_spanned and not text:
                text = _origin(cell, rows[-1] if rows else [], row)
            row.append(text)
        rows.append(row)
    yield from lines_of(rows, 1 if table.first_row and len(rows) > 1 else 0)


def _origin(cell: Any, above: list[str], row: list[str]) -> str:
    """Return the text of the cell that a merged one belongs to: the one above it, or at its left."""
    if cell._tc.vMerge:
        return repeated(above[len(row)], 2)[1] if len(row) < len(above) else ""
    return repeated(row[-1], 2)[1] if row else ""
