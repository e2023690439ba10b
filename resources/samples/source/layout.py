"""Sets a source as an A4 PDF: title page, contents, running headings, page numbers, outline."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid
from reportlab.platypus.tableofcontents import TableOfContents

from .markdown import Block, Heading, Items, NewPage, Notice, Paragraph, Source, Table

WIDTH, HEIGHT = A4
MARGIN = 24 * mm
COLUMN = WIDTH - 2 * MARGIN
INK, QUIET, LINE, SHADE = HexColor("#1C1C1A"), HexColor("#5F605B"), HexColor("#C9C9C2"), HexColor("#F1F1ED")
CELL_PADDING = 5
SIDES = ("LEFT", "RIGHT", "TOP", "BOTTOM")
WHOLE_TABLE_ROWS = 10  # a longer table may run on to the next page
UNITS = r"%|°C|[km]?[VWAgmlJ]|k?Pa|hPa|bar|m[m²³]|mm²/s|mm/s|m³/h|l/min|mg/\w+|mmol/l|rpm|Hz|N|N·m|h|s|min|µm"
BLANK_WIDTH, BLANK_HEIGHT = 26 * mm, 5.5 * mm  # room to write by hand

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14.5, textColor=INK, spaceAfter=7)
CLAUSE = ParagraphStyle("clause", BODY, leftIndent=32, bulletIndent=0, bulletFontName="Helvetica", bulletFontSize=10)
ITEM = ParagraphStyle("item", BODY, leftIndent=18, bulletIndent=4, spaceAfter=3, bulletFontSize=10)
CELL = ParagraphStyle("cell", BODY, fontSize=9, leading=12, spaceAfter=0)
CAPTION = ParagraphStyle("caption", CELL, textColor=QUIET, spaceBefore=5, spaceAfter=5)
HEADINGS = {
    1: ParagraphStyle("h1", BODY, fontName="Helvetica-Bold", fontSize=17, leading=22, spaceBefore=18, spaceAfter=9),
    2: ParagraphStyle("h2", BODY, fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=9, spaceAfter=5),
    3: ParagraphStyle("h3", BODY, fontName="Helvetica-Bold", fontSize=10, leading=14, spaceBefore=5, spaceAfter=3),
}


def write_pdf(source: Source, path: Path) -> None:
    """Write the document to `path`; the same source always gives the same bytes."""
    _Document(path, source).multiBuild(_story(source))


class _Document(BaseDocTemplate):
    """Keeps what a page must know while it is drawn: the chapter it belongs to and how many pages there are."""

    def __init__(self, path: Path, source: Source) -> None:
        super().__init__(
            str(path),
            pagesize=A4,
            title=source.title,
            author=source.author,
            subject=source.subtitle,
            creator="resources/samples/make_samples.py",
            lang="en-GB",
            invariant=1,
        )
        self.source = source
        self.accent = HexColor(source.accent)
        self.chapter = ""
        self.pages_before = self.pages_now = 0
        frame = Frame(MARGIN, 25 * mm, COLUMN, HEIGHT - 53 * mm, 0, 0, 0, 0, id="text")
        title = Frame(MARGIN, 25 * mm, COLUMN, HEIGHT - 55 * mm, 0, 0, 0, 0, id="title")
        self.addPageTemplates(
            [
                PageTemplate("title", [title], onPage=self._draw_title_page),
                PageTemplate("text", [frame], onPageEnd=self._draw_margins),
            ]
        )

    def beforeDocument(self) -> None:  # noqa: N802
        self.pages_before, self.pages_now, self.chapter = self.pages_now, 0, ""

    def afterPage(self) -> None:  # noqa: N802
        self.pages_now = self.page

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802
        level = getattr(flowable, "outline_level", None)
        if level is None:
            return
        text = flowable.getPlainText()
        key = f"{level}-{text}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level, closed=level > 0)
        if level == 0 or self.source.contents == "sections":
            self.notify("TOCEntry", (level, escape(text), self.page, key))
        if level == 0:
            self.chapter = text

    def _draw_title_page(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setFillColor(self.accent)
        canvas.rect(0, 0, 9 * mm, HEIGHT, stroke=0, fill=1)
        canvas.showOutline()

    def _draw_margins(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(MARGIN, HEIGHT - 20 * mm, WIDTH - MARGIN, HEIGHT - 20 * mm)
        canvas.line(MARGIN, 19 * mm, WIDTH - MARGIN, 19 * mm)
        canvas.setFillColor(QUIET)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(MARGIN, HEIGHT - 17.5 * mm, self.source.title)
        canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 17.5 * mm, self.chapter)
        canvas.drawString(MARGIN, 14.5 * mm, f"{self.source.author}  ·  {self.source.facts[0][1]}")
        canvas.drawRightString(WIDTH - MARGIN, 14.5 * mm, f"Page {self.page} of {self.pages_before}")


def _story(source: Source) -> list[Flowable]:
    story = [*_title_page(source), NextPageTemplate("text"), PageBreak(), *_contents(source)]
    lead: list[Flowable] = []
    tables = 0
    for block, following in zip_longest(source.blocks, source.blocks[1:]):
        tables += isinstance(block, Table)
        flowables = _flowables(block, source, tables)
        if isinstance(block, Heading) or (isinstance(block, Paragraph) and isinstance(following, Table)):
            lead += flowables
            continue
        if isinstance(block, Table) and len(block.rows) > WHOLE_TABLE_ROWS:
            story += [CondPageBreak(85 * mm), *lead, *flowables]
        elif isinstance(block, NewPage):
            story += flowables
        else:
            together = len(flowables) if isinstance(block, Table) else 2
            story += [KeepTogether([*lead, *flowables[:together]]), *flowables[together:]]
        lead = []
    return story


def _title_page(source: Source) -> list[Flowable]:
    name = ParagraphStyle("name", BODY, fontName="Helvetica-Bold", fontSize=12, textColor=HexColor(source.accent))
    title = ParagraphStyle("title", BODY, fontName="Helvetica-Bold", fontSize=30, leading=36, spaceAfter=10)
    subtitle = ParagraphStyle("subtitle", BODY, fontSize=14, leading=20, textColor=QUIET)
    facts = Grid(
        [[_cell(name, bold=True), _cell(value)] for name, value in source.facts],
        colWidths=[40 * mm, COLUMN - 40 * mm],
        style=[("LINEABOVE", (0, 0), (-1, -1), 0.5, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0)],
    )
    return [
        _text(source.author, name),
        Spacer(1, 62 * mm),
        _text(source.title, title),
        _text(source.subtitle, subtitle),
        Spacer(1, 50 * mm),
        facts,
    ]


def _contents(source: Source) -> list[Flowable]:
    chapters = ParagraphStyle("toc1", BODY, fontName="Helvetica-Bold", leading=12, spaceBefore=5, spaceAfter=1)
    sections = ParagraphStyle("toc2", BODY, leftIndent=14, fontSize=9, leading=12, spaceAfter=0)
    contents = TableOfContents(levelStyles=[chapters, sections], dotsMinLevel=-1)
    contents.tableStyle = TableStyle(
        [("VALIGN", (0, 0), (-1, -1), "TOP"), *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in SIDES)]
    )
    return [_text("Contents", HEADINGS[1]), contents, PageBreak() if source.contents == "sections" else Spacer(1, 10)]


def _flowables(block: Block, source: Source, number: int) -> list[Flowable]:
    match block:
        case NewPage():
            return [PageBreak()]
        case Heading(level, text):
            heading = _text(text, HEADINGS[level])
            if level < 3:
                heading.outline_level = level - 1
            return [heading]
        case Paragraph(text, clause):
            return [_text(text, CLAUSE, clause) if clause else _text(text, BODY)]
        case Items(texts, numbered):
            marks = [f"{i}." if numbered else "•" for i in range(1, len(texts) + 1)]
            return [*(_text(text, ITEM, mark) for text, mark in zip(texts, marks, strict=True)), Spacer(1, 5)]
        case Notice(label, text):
            return [_notice(label, text, HexColor(source.accent))]
        case Table():
            return _table(block, number)


def _notice(label: str, text: str, accent: HexColor) -> Flowable:
    style = [
        ("BACKGROUND", (0, 0), (-1, -1), SHADE),
        ("LINEBEFORE", (0, 0), (0, -1), 3, accent, "butt"),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("RIGHTPADDING", (0, 0), (-1, -1), 10),
        ("TOPPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
    body = ParagraphStyle("notice", BODY, spaceAfter=0, leading=14)
    return Grid([[_text(f"**{label}.** {text}", body)]], colWidths=[COLUMN], style=style, spaceBefore=4, spaceAfter=10)


def _table(table: Table, number: int) -> list[Flowable]:
    head, *rows = table.rows
    cells = [[_cell(text, bold=True) for text in head], *([_cell(text) for text in row] for row in rows)]
    style = [
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, QUIET),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, QUIET),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if any("" in row for row in rows):
        style.append(("LINEAFTER", (0, 0), (-2, -1), 0.4, LINE))
    grid = Grid(cells, _column_widths(table.rows), style=style, repeatRows=1, spaceAfter=12)
    caption = _text(f"Table {number}. {table.caption}", CAPTION) if table.caption else Spacer(1, 4)
    return [caption, grid]


def _column_widths(rows: tuple[tuple[str, ...], ...]) -> list[float]:
    """Share the column out in points: no word is broken, and longer text gets more of what is left."""
    least, wanted = [], []
    for column in zip(*rows, strict=True):
        plain = [cell.replace("**", "") for cell in column]
        least.append(
            max(_width(word) for cell in plain for word in (_glued(cell).split(" ") or [""])) + 2 * CELL_PADDING + 2
        )
        wanted.append(max(_width(cell) if cell else BLANK_WIDTH for cell in plain) + 2 * CELL_PADDING + 2)
    if sum(wanted) <= COLUMN:
        spare = (COLUMN - sum(wanted)) / len(wanted)
        return [width + spare for width in wanted]
    if sum(least) > COLUMN:
        raise ValueError(f"the table with the head {rows[0]} is too wide")
    weights = [(want - low) ** 0.7 for want, low in zip(wanted, least, strict=True)]
    spare = COLUMN - sum(least)
    return [low + spare * weight / sum(weights) for low, weight in zip(least, weights, strict=True)]


def _width(text: str) -> float:
    return stringWidth(text, "Helvetica-Bold", CELL.fontSize)


def _cell(text: str, *, bold: bool = False) -> Flowable:
    if not text:
        return Spacer(1, BLANK_HEIGHT)
    return _text(f"**{text}**" if bold else text, CELL)


def _text(text: str, style: ParagraphStyle, mark: str | None = None) -> Text:
    return Text(re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(_glued(text))), style, bulletText=mark)


def _glued(text: str) -> str:
    """Keep a figure and its unit on one line."""
    return re.sub(rf"(?<=\d) (?=({UNITS})(?![\w]))", "\N{NO-BREAK SPACE}", text)
