"""A dossier as a PDF, with its own letters for every European script."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from phi3desk.chat.dossier.blocks import (
    FOUND,
    Aside,
    Block,
    Excerpt,
    Facts,
    Heading,
    Look,
    Notice,
    Paragraph,
    Question,
    Rows,
    Run,
    SourceBlock,
    Title,
)
from phi3desk.chat.dossier.colors import ACCENT, ATTENTION, BAND, GOOD, LINE, QUIET, TEXT
from phi3desk.library.reading.page_picture import DOTS_PER_INCH, PagePicture
from phi3desk.paths import resource

_PLAIN, _BOLD = "DejaVu", "DejaVu-Bold"
_FILES = {_PLAIN: "DejaVuSansCondensed.ttf", _BOLD: "DejaVuSansCondensed-Bold.ttf"}
#: A4 and its margins, in points
_PAGE = (595.28, 841.89)
_SIDE, _TOP, _BOTTOM = 62.0, 60.0, 62.0
_WIDTH = _PAGE[0] - 2 * _SIDE
_INDENT = 18.0
#: a whole page, with what stands over it
_HIGHEST = 540.0
#: characters of a text that may need more than what is left of a page
_LONG_TEXT = 1500
#: stands for a sign that the letters do not have
_UNKNOWN = "\u25a1"


def pdf_of(blocks: Iterable[Block], title: str) -> bytes:
    """Return the bytes of a PDF."""
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=_PAGE, title=title, author="phi3desk", creator="phi3desk")
    height = _PAGE[1] - _TOP - _BOTTOM
    frame = Frame(_SIDE, _BOTTOM, _WIDTH, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    _letters()
    document.build([flowable for block in blocks for flowable in _set_block(block)], canvasmaker=_numbered(title))
    return file.getvalue()


@cache
def _letters() -> frozenset[int]:
    """Make the letters known, and return the characters that they have."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(resource("fonts", file))))
    pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD, italic=_PLAIN, boldItalic=_BOLD)
    return frozenset.intersection(*(frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in _FILES))


def _text(text: str) -> str:
    """Return text as the markup of a paragraph that shows exactly it."""
    known = _letters()
    shown = "".join(c if c in "\n " or ord(c) in known else _UNKNOWN for c in text)
    return escape(shown).replace("\n", "<br/>")


def _set_block(block: Block) -> list[Any]:
    """Return what reportlab sets on pages for a block."""
    if isinstance(block, Title):
        return [_set(_text(block.text), size=20, bold=True, after=4), _set(_text(block.below), quiet=True, after=6)]
    if isinstance(block, Aside):
        return [_set(_text(block.text), quiet=True)]
    if isinstance(block, Question):
        return _question(block)
    if isinstance(block, Paragraph):
        return [_set("".join(map(_run, block.runs)), bullet=block.bullet)]
    if isinstance(block, Notice):
        return [_notice(block)]
    if isinstance(block, Heading):
        return [_set(_text(block.text), size=10.5, bold=True, before=12, after=4, keep=True)]
    if isinstance(block, SourceBlock):
        return _source(block)
    if isinstance(block, Rows):
        return [_rows(block), *([_set(_text(block.more), quiet=True)] if block.more else [])]
    return [_facts(block)]


def _question(block: Question) -> list[Any]:
    from reportlab.platypus import HRFlowable

    made: list[Any] = []
    if block.text:
        made.append(HRFlowable(width="100%", thickness=0.6, color=_colour(LINE), spaceBefore=16, spaceAfter=10))
        made.append(_set(_text(block.text), size=14, bold=True, after=6, keep=True))
    if block.about:
        made.append(_set(_text(block.about), size=12, bold=True, before=10, after=6, keep=True))
    return made


def _source(block: SourceBlock) -> list[Any]:
    from reportlab.platypus import KeepTogether

    opens = f'  ·  <a href={quoteattr(block.link)} color="{ACCENT}">{_text(block.link_text)}</a>'
    head = f"<b>[{block.n}]</b>  <b>{_text(block.document)}</b>, {_text(block.where)}{opens if block.link else ''}"
    made = [_set(head, before=4, after=3, keep=True)]
    made += [_set(_text(block.also), quiet=True, indent=_INDENT)] if block.also else []
    groups = [_excerpt(excerpt) for excerpt in block.excerpts] or [[]]
    return [KeepTogether([*made, *groups[0]]), *(KeepTogether(group) for group in groups[1:])]


def _excerpt(excerpt: Excerpt) -> list[Any]:
    made = [_quote(excerpt.text)] if excerpt.text else []
    if excerpt.missing:
        made.append(_set(_text(excerpt.missing), quiet=True, indent=_INDENT))
    if excerpt.picture is not None:
        made += [_picture(excerpt.picture), _set(_text(excerpt.described), quiet=True, indent=_INDENT, after=10)]
    return made


def _colour(value: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(value)


def _set(
    markup: str,
    *,
    size: float = 10,
    bold: bool = False,
    quiet: bool = False,
    bullet: bool = False,
    indent: float = 0,
    before: float = 0,
    after: float = 6,
    keep: bool = False,
) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph as Set

    size = 8.5 if quiet and size == 10 else size
    style = ParagraphStyle(
        "dossier",
        fontName=_BOLD if bold else _PLAIN,
        fontSize=size,
        leading=size * 1.42,
        textColor=_colour(QUIET if quiet else TEXT),
        leftIndent=14 if bullet else indent,
        bulletIndent=3,
        bulletFontName=_PLAIN,
        spaceBefore=before,
        spaceAfter=after,
        keepWithNext=keep,
        splitLongWords=True,
        allowWidows=0,
        allowOrphans=0,
    )
    return Set(markup, style, bulletText="•" if bullet else None)


def _run(run: Run) -> str:
    text = _text(run.text)
    if run.look is Look.BOLD:
        return f"<b>{text}</b>"
    if run.look is Look.FOUND:
        return f'<font color="{GOOD}"><b>{text}</b></font>'
    if run.look is Look.NOT_FOUND:
        return f'<font color="{ATTENTION}"><b>{text}</b></font>'
    return text


def _notice(block: Notice) -> Any:
    colour, sign = (GOOD, FOUND) if block.good else (ATTENTION, "!")
    markup = f'<font color="{colour}"><b>{sign}</b></font>  {_text(block.text)}'
    band = [("BACKGROUND", (0, 0), (-1, -1), _colour(BAND))]
    return _boxed(_set(markup, after=0), band, splits=len(block.text) > _LONG_TEXT)


def _quote(text: str) -> Any:
    line = [("LINEBEFORE", (0, 0), (0, -1), 1.5, _colour(LINE))]
    return _boxed(_set(f"“{_text(text)}”", after=0), line, indent=_INDENT, splits=len(text) > _LONG_TEXT)


def _boxed(content: Any, look: list[Any], indent: float = 0, *, splits: bool = False) -> Any:
    """Return content in a box; one that `splits` may go on on the next page."""
    from reportlab.platypus import Table, TableStyle

    table = Table(
        [[content]], colWidths=[_WIDTH - indent], hAlign="RIGHT", spaceBefore=3, spaceAfter=6, splitInRow=int(splits)
    )
    padding = [("LEFTPADDING", (0, 0), (-1, -1), 8), ("TOPPADDING", (0, 0), (-1, -1), 3)]
    table.setStyle(TableStyle([*padding, ("BOTTOMPADDING", (0, 0), (-1, -1), 5), *look]))
    return table


def _picture(picture: PagePicture) -> Any:
    from reportlab.platypus import Image, Table, TableStyle

    widest = _WIDTH - _INDENT
    width, height = (72 * dots / DOTS_PER_INCH for dots in (picture.width, picture.height))
    shrunk = min(1.0, (widest - 2) / width, _HIGHEST / height)
    image = Image(io.BytesIO(picture.data), width * shrunk, height * shrunk)
    table = Table([[image, ""]], colWidths=[width * shrunk, widest - width * shrunk], hAlign="RIGHT")
    none = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    table.setStyle(TableStyle([*none, ("BOX", (0, 0), (0, 0), 0.5, _colour(LINE))]))
    table.spaceBefore, table.spaceAfter = 2, 4
    return table


def _facts(block: Facts) -> Any:
    from reportlab.platypus import Table, TableStyle

    rows = [
        [_set(_text(name), quiet=True, after=0), _set(_text(value), size=8.5, after=0)] for name, value in block.rows
    ]
    table = Table(rows, colWidths=[110, _WIDTH - 110], hAlign="LEFT", spaceAfter=8, splitInRow=1)
    line = ("LINEABOVE", (0, 1), (-1, -1), 0.4, _colour(LINE))
    padding = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 2)]
    table.setStyle(
        TableStyle([*padding, ("BOTTOMPADDING", (0, 0), (-1, -1), 3), ("VALIGN", (0, 0), (-1, -1), "TOP"), line])
    )
    return table


def _rows(block: Rows) -> Any:
    from reportlab.platypus import Table, TableStyle

    columns = len(block.head)
    lines = [
        [_set(_text(cell), size=8.5, bold=number == 0, after=0) for cell in (*line, *("",) * columns)[:columns]]
        for number, line in enumerate((block.head, *block.rows))
    ]
    # the first column holds the numbers of the rows
    first = min(46.0, _WIDTH / columns)
    rest = [(_WIDTH - first) / (columns - 1)] * (columns - 1) if columns > 1 else []
    table = Table(lines, colWidths=[first, *rest], repeatRows=1, splitInRow=1, spaceBefore=4, spaceAfter=8)
    look = [("BACKGROUND", (0, 0), (-1, 0), _colour(BAND)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table.setStyle(TableStyle([*look, ("GRID", (0, 0), (-1, -1), 0.4, _colour(LINE))]))
    return table


def _numbered(title: str) -> Any:
    """Return a canvas that writes the title and "page of pages" below each page."""
    from reportlab.pdfgen.canvas import Canvas

    class NumberedCanvas(Canvas):  # type: ignore[misc]
        """Keeps its pages until their number is known."""

        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's own name
            """Keep a page."""
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            """Write all pages."""
            for number, page in enumerate(self._kept, 1):
                self.__dict__.update(page)
                self.setFont(_PLAIN, 8)
                self.setFillColor(_colour(QUIET))
                self.drawString(_SIDE, _BOTTOM / 2, _shortened(title))
                self.drawRightString(_PAGE[0] - _SIDE, _BOTTOM / 2, f"{number} / {len(self._kept)}")
                super().showPage()
            super().save()

    return NumberedCanvas


def _shortened(title: str) -> str:
    known = _letters()
    shown = "".join(c if ord(c) in known else _UNKNOWN for c in title)
    return shown if len(shown) <= 80 else f"{shown[:79].rstrip()}…"
