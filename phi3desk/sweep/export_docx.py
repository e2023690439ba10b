"""A sweep as a Word document: a table for each question, with links to each file and page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from phi3desk.errors import say
from phi3desk.sweep.plan import Sweep
from phi3desk.sweep.report import HEADINGS, Line, Words

TITLE = say("One question, every document")
#: of HEADINGS: document, answer, page, quote, support; and how wide the columns are, in millimetres
_COLUMNS, _WIDTHS = (1, 2, 3, 4, 5), (48, 68, 24, 82, 28)
_DOCUMENT, _ANSWER, _PAGE = 1, 2, 3
_LINK_COLOR, _HEAD_COLOR, _LINE_COLOR = "2459D3", "F6F6F3", "BFBFB8"
_SIGNS = {code: None for code in [*range(32), 0xFFFE, 0xFFFF] if code not in (9, 10)}
#: half points
_SIZE = "18"


def docx_content(sweep: Sweep, lines: Sequence[Line], words: Words = str) -> bytes:
    """Return the tables as a document on wide pages."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for edge in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, edge, Mm(20))
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = plain(sweep.plan.title)
    document.add_heading(words(TITLE), 1)
    if sweep.plan.where:
        document.add_paragraph(plain(sweep.plan.where))
    links = _Links(document)
    for question, of_question in groupby(lines, key=lambda line: line.question):
        document.add_heading(plain(question), 2)
        _add_table(document, list(of_question), links, words)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def plain(text: str) -> str:
    """Return a text as a document may hold it: without control characters and halves of letters."""
    return text.translate(_SIGNS).encode("utf-8", "replace").decode()


class _Links:
    """The addresses that a document links to, each kept once: the library compares a new one with all before."""

    def __init__(self, document: Any) -> None:
        self._relations = document.part.rels
        self._known: dict[str, str] = {}

    def id_of(self, address: str) -> str:
        """Return the id of the link to an address, "" for none."""
        if address and address not in self._known:
            made = f"rIdLink{len(self._known) + 1}"
            self._relations.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, plain(address), made, is_external=True)
            self._known[address] = made
        return self._known.get(address, "")


def _add_table(document: Any, lines: Sequence[Line], links: _Links, words: Words) -> None:
    """Add a table, its XML made row by row: the library looks through the whole table for every cell."""
    table = document.add_table(rows=0, cols=len(_COLUMNS))
    table.autofit = False
    made = table._tbl
    _set_borders(made)
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)
    made.append(_row([(words(HEADINGS[n]), "") for n in _COLUMNS], head=True))
    for line in lines:
        cells = line.cells
        linked = {_DOCUMENT: links.id_of(line.file_link), _PAGE: links.id_of(line.page_link)}
        texts = {**dict(enumerate(cells)), _ANSWER: cells[_ANSWER] or line.remark}
        made.append(_row([(texts[n], linked.get(n, "")) for n in _COLUMNS]))


def _row(cells: Sequence[tuple[str, str]], *, head: bool = False) -> Any:
    """Return a row of texts, each with the id of its link."""
    row = OxmlElement("w:tr")
    properties = _child(row, "w:trPr")
    _child(properties, "w:cantSplit")
    if head:
        _child(properties, "w:tblHeader")
    for (text, link), width in zip(cells, _WIDTHS, strict=True):
        cell = _child(row, "w:tc")
        about = _child(cell, "w:tcPr")
        _child(about, "w:tcW", w=str(Mm(width).twips), type="dxa")
        if head:
            _child(about, "w:shd", val="clear", color="auto", fill=_HEAD_COLOR)
        paragraph = _child(cell, "w:p")
        spacing = _child(_child(paragraph, "w:pPr"), "w:spacing")
        spacing.set(qn("w:before"), "40")
        spacing.set(qn("w:after"), "40")
        holder = paragraph
        if link and text:
            holder = _child(paragraph, "w:hyperlink")
            holder.set(qn("r:id"), link)
        _add_run(holder, plain(text), bold=head, linked=holder is not paragraph)
    return row


def _add_run(holder: Any, text: str, *, bold: bool, linked: bool) -> None:
    run = _child(holder, "w:r")
    look = _child(run, "w:rPr")
    if bold:
        _child(look, "w:b")
    if linked:
        _child(look, "w:color", val=_LINK_COLOR)
    _child(look, "w:sz", val=_SIZE)
    if linked:
        _child(look, "w:u", val="single")
    for number, part in enumerate(text.split("\n")):
        if number:
            _child(run, "w:br")
        written = _child(run, "w:t")
        written.text = part
        written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _set_borders(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _child(borders, f"w:{edge}", val="single", sz="4", space="0", color=_LINE_COLOR)
    table.tblPr.append(borders)


def _child(parent: Any, name: str, **attributes: str) -> Any:
    """Add an element to another one and return it; attributes are of the same namespace."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made
