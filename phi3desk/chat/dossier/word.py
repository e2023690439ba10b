"""A dossier as a document for Word and LibreOffice."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable
from typing import Any

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

#: an A4 page between its margins, in inches
_WIDTH = 6.3
_INDENT = 0.25
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def docx_of(blocks: Iterable[Block], title: str, made: float) -> bytes:
    """Return the bytes of a DOCX."""
    from docx import Document

    writer = _Writer(Document())
    writer.prepare(title, made)
    for block in blocks:
        writer.add(block)
    return writer.saved()


class _Writer:
    """Puts one block after the other into a document."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def prepare(self, title: str, made: float) -> None:
        """Set page, letters and what the file says of itself."""
        from docx.shared import Mm, Pt

        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(22)
        for name, size, before, after, bold in (
            ("Normal", 10.5, 0, 6, False),
            ("Title", 20, 0, 2, True),
            ("Heading 1", 14, 20, 6, True),
            ("Heading 2", 12, 14, 6, True),
            ("Heading 3", 10.5, 12, 4, True),
        ):
            style = self._document.styles[name]
            style.font.size, style.font.bold, style.font.name = Pt(size), bold, "Calibri"
            style.font.color.rgb = _rgb(TEXT)
            _use_letters(style)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.keep_with_next = name.startswith("Heading")
        properties = self._document.core_properties
        # Office allows no longer ones
        properties.title, properties.author, properties.comments = title[:255], "phi3desk", ""
        properties.created = properties.modified = datetime.datetime.fromtimestamp(made, datetime.UTC)

    def add(self, block: Block) -> None:
        """Add a block at the end."""
        if isinstance(block, Title):
            self._title(block)
        elif isinstance(block, Aside):
            self._text(block.text, quiet=True)
        elif isinstance(block, Question):
            for text, level in ((block.text, 1), (block.about, 2)):
                if text:
                    self._document.add_heading(text, level)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Notice):
            self._notice(block)
        elif isinstance(block, Heading):
            self._document.add_heading(block.text, 3)
        elif isinstance(block, SourceBlock):
            self._source(block)
        elif isinstance(block, Rows):
            self._rows(block)
        else:
            self._facts(block)

    def saved(self) -> bytes:
        """Return the file."""
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def _title(self, block: Title) -> None:
        title = self._document.add_paragraph(block.text, style="Title")
        for border in title.style.element.xpath(".//w:pBdr"):
            border.getparent().remove(border)
        self._text(block.below, quiet=True)

    def _text(self, text: str, *, quiet: bool = False, indent: float = 0) -> Any:
        from docx.shared import Inches

        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.left_indent = Inches(indent)
        run = paragraph.add_run(text)
        if quiet:
            run.font.color.rgb = _rgb(QUIET)
        return paragraph

    def _paragraph(self, block: Paragraph) -> None:
        paragraph = self._document.add_paragraph(style="List Bullet" if block.bullet else None)
        for run in block.runs:
            _add_run(paragraph, run)

    def _notice(self, block: Notice) -> None:
        paragraph = self._document.add_paragraph()
        _shade(paragraph)
        colour = GOOD if block.good else ATTENTION
        sign = paragraph.add_run(f"{FOUND}  " if block.good else "!  ")
        sign.bold, sign.font.color.rgb = True, _rgb(colour)
        paragraph.add_run(block.text)

    def _source(self, block: SourceBlock) -> None:
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = bool(block.excerpts)
        paragraph.paragraph_format.space_after = Pt(3)
        paragraph.add_run(f"[{block.n}]  ").bold = True
        paragraph.add_run(block.document).bold = True
        paragraph.add_run(f", {block.where}")
        if block.link:
            paragraph.add_run("  ·  ")
            self._link(paragraph, block.link_text, block.link)
        if block.also:
            self._text(block.also, quiet=True, indent=_INDENT)
        for excerpt in block.excerpts:
            self._excerpt(excerpt)

    def _excerpt(self, excerpt: Excerpt) -> None:
        if excerpt.text:
            paragraph = self._text(f"“{excerpt.text}”", indent=_INDENT)
            _line_left(paragraph)
            paragraph.paragraph_format.keep_with_next = excerpt.picture is not None
        if excerpt.missing:
            self._text(excerpt.missing, quiet=True, indent=_INDENT)
        if excerpt.picture is not None:
            self._picture(excerpt.picture, excerpt.described)

    def _picture(self, picture: PagePicture, described: str) -> None:
        from docx.shared import Inches

        paragraph = self._document.add_paragraph()
        paragraph.paragraph_format.left_indent = Inches(_INDENT)
        widest, highest = _WIDTH - _INDENT, 7.5
        width, height = picture.width / DOTS_PER_INCH, picture.height / DOTS_PER_INCH
        shrunk = min(1.0, widest / width, highest / height)
        shape = paragraph.add_run().add_picture(io.BytesIO(picture.data), width=Inches(width * shrunk))
        _frame(shape)
        described_by = shape._inline.docPr
        described_by.set("descr", described)
        described_by.set("name", "")
        self._text(described, quiet=True, indent=_INDENT)

    def _link(self, paragraph: Any, text: str, address: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paragraph.part.relate_to(address, _LINK, is_external=True))
        run = paragraph.add_run(text)
        run.font.color.rgb, run.font.underline = _rgb(ACCENT), True
        link.append(run._r)
        paragraph._p.append(link)

    def _facts(self, block: Facts) -> None:
        from docx.shared import Inches, Pt

        table = self._document.add_table(rows=0, cols=2)
        table.autofit = False
        for name, value in block.rows:
            cells = table.add_row().cells
            for cell, text, width in ((cells[0], name, 1.6), (cells[1], value, _WIDTH - 1.6)):
                cell.width = Inches(width)
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(1)
                run = paragraph.add_run(text)
                run.font.size = Pt(9)
                if text is name:
                    run.font.color.rgb = _rgb(QUIET)

    def _rows(self, block: Rows) -> None:
        from docx.shared import Pt

        table = self._document.add_table(rows=0, cols=len(block.head), style="Table Grid")
        for number, line in enumerate((block.head, *block.rows)):
            for cell, text in zip(table.add_row().cells, line, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(1)
                run = paragraph.add_run(text)
                run.font.size, run.bold = Pt(9), number == 0
        self._text(block.more, quiet=True)


def _hex(colour: str) -> str:
    """Return a colour as Office writes it."""
    return colour.removeprefix("#")


def _rgb(colour: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(_hex(colour))


def _add_run(paragraph: Any, run: Run) -> None:
    made = paragraph.add_run(run.text)
    made.bold = run.look is not Look.PLAIN
    if run.look is Look.FOUND:
        made.font.color.rgb = _rgb(GOOD)
    elif run.look is Look.NOT_FOUND:
        made.font.color.rgb = _rgb(ATTENTION)


def _use_letters(style: Any) -> None:
    """Have the style's own font stand for every script, in place of the theme's."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if "heme" in name:
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), "Calibri")


def _shade(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", _hex(BAND))):
        shade.set(qn(name), value)
    paragraph._p.get_or_add_pPr().append(shade)


def _line_left(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:left")
    for name, value in (("w:val", "single"), ("w:sz", "12"), ("w:space", "8"), ("w:color", _hex(LINE))):
        line.set(qn(name), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _frame(shape: Any) -> None:
    """Draw a thin line round a picture: pages are white on white."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    line = f'<a:ln {nsdecls("a")} w="6350"><a:solidFill><a:srgbClr val="{_hex(LINE)}"/></a:solidFill></a:ln>'
    shape._inline.graphic.graphicData.pic.spPr.append(parse_xml(line))
