"""Reads Word documents: parts by headings, tables row by row, footnotes after the part that they belong to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi3desk.library.kinds import DOCX
from phi3desk.library.reading.blocks import Block, Line, heading, one_line, parts_of, tidy
from phi3desk.library.reading.limits import ReadContent, Refusal
from phi3desk.library.reading.office.archive import checked_copy
from phi3desk.library.reading.tables import LOOKED_AT, MOST_COLUMNS, lines_of, repeated
from phi3desk.library.symbol_fonts import UNKNOWN, shown_in, sign_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FOOTNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_ENDNOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/endnotes"
#: Deleted text, the old place of moved text, fields' codes, and the second form of a drawing for older programs.
_NOT_SHOWN = frozenset(
    {
        *(_W + name for name in ("del", "moveFrom", "instrText", "delText", "delInstrText", "pPr", "rPr", "sectPr")),
        _MC + "Fallback",
    }
)
_SIGNS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-", _W + "softHyphen": ""}
_FORMULAS = frozenset(_MATH + name for name in ("f", "sSup", "sSub", "sSubSup", "rad"))
_HEADING_STYLE = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_DEEPEST = 150
_MOST_SPAN = 200


@dataclass
class _Word:
    """What paragraphs refer to: levels of heading styles, styles of lists, notes by number."""

    levels: dict[str, int] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Text boxes and notes that wait for the end of the paragraph they hang on.
    waiting: list[Block] = field(default_factory=list)


def read_docx(path: Path) -> ReadContent:
    """Read a Word document; deleted and hidden text, comments and running heads are left out."""
    from docx import Document

    document: Any = Document(checked_copy(path, "docx"))
    word = _Word(*_styles(document))
    word.notes = _notes(document)
    title = ""
    try:
        title = document.core_properties.title or ""
    except Exception:  # a title that cannot be read is no reason not to read the document
        title = ""
    return ReadContent(DOCX.key, parts_of(_blocks(document.element.body, word, 0)), title=title)


def _styles(document: Any) -> tuple[dict[str, int], frozenset[str]]:
    """Return the heading level of each style that has one, its own or from the style it is based on, and list styles.

    "Title" counts as a heading of level 1.
    """
    levels: dict[str, int] = {}
    lists: set[str] = set()
    elements = {style.get(_W + "styleId", ""): style for style in document.styles.element.iter(_W + "style")}
    for key in elements:
        at, seen = key, 0
        while at in elements and seen < 12:
            style = elements[at]
            if key not in levels and (level := _level_of(style)):
                levels[key] = level
            if style.find(f"{_W}pPr/{_W}numPr") is not None and "heading" not in _value(style, "name").lower():
                lists.add(key)
            at, seen = _value(style, "basedOn"), seen + 1
    return levels, frozenset(lists - set(levels))


def _level_of(style: Any) -> int:
    name = _value(style, "name")
    named = _HEADING_STYLE.match(name)
    if named:
        return int(named.group(1))
    if name.lower() == "title":
        return 1
    outline = _value(style.find(_W + "pPr"), "outlineLvl")
    return int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0


def _value(element: Any, name: str) -> str:
    found = element.find(_W + name) if element is not None else None
    return (found.get(_W + "val") or "") if found is not None else ""


def _notes(document: Any) -> dict[tuple[str, str], str]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    notes: dict[tuple[str, str], str] = {}
    for relation in document.part.rels.values():
        if relation.is_external or relation.reltype not in (_FOOTNOTES, _ENDNOTES):
            continue
        kind = "footnote" if relation.reltype == _FOOTNOTES else "endnote"
        for note in etree.fromstring(relation.target_part.blob, parser).iter(_W + kind):
            if note.get(_W + "type") in (None, "normal"):
                text = " ".join(_text(paragraph, None) for paragraph in note.iter(_W + "p"))
                notes[(kind, note.get(_W + "id", ""))] = one_line(text)
    return notes


def _blocks(parent: Any, word: _Word, depth: int) -> Iterator[Block]:
    """Return paragraphs and tables in their order, those within content controls and tracked insertions too."""
    if depth > _DEEPEST:
        raise Refusal("The document is nested too deeply to be read.")
    for element in parent:
        tag = element.tag
        if tag == _W + "p":
            yield from _paragraph(element, word)
        elif tag == _W + "tbl":
            yield from _table(element, word, depth)
        elif isinstance(tag, str) and tag not in _NOT_SHOWN:
            yield from _blocks(element, word, depth + 1)


def _paragraph(paragraph: Any, word: _Word) -> Iterator[Block]:
    text = tidy(_text(paragraph, word))
    waiting, word.waiting = word.waiting, []
    if text:
        properties = paragraph.find(_W + "pPr")
        style = _value(properties, "pStyle")
        own = _value(properties, "outlineLvl")
        level = int(own) + 1 if own.isdigit() and int(own) < 9 else word.levels.get(style, 0)
        numbered = properties is not None and properties.find(_W + "numPr") is not None
        if level:
            yield heading(text, level)
        elif numbered or style in word.lists:
            yield Block(f"• {text}", item=True)
        else:
            yield Block(text)
    yield from waiting


def _text(element: Any, word: _Word | None, depth: int = 0) -> str:
    """Return the text of a paragraph as it is shown; text boxes and notes are put by in `word`."""
    if depth > _DEEPEST:
        raise Refusal("The document is nested too deeply to be read.")
    line = Line()
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _NOT_SHOWN:
            continue
        if tag in (_W + "t", _MATH + "t"):
            line.add(shown_in(_font(element), child.text or ""))
        elif tag == _W + "sym":
            line.add(_symbol(child))
        elif tag in _SIGNS:
            line.add(_SIGNS[tag])
        elif tag in _FORMULAS:
            _add_formula(line, child, word, depth + 1)
        elif tag == _W + "txbxContent":
            if word is not None:
                word.waiting.extend(_blocks(child, _Word(word.levels, word.lists, word.notes), depth + 1))
        elif tag in (_W + "footnoteReference", _W + "endnoteReference"):
            _put_by(child, word)
        elif tag != _W + "r" or not _vanishes(child):
            line.add(_text(child, word, depth + 1), _script(child) if tag == _W + "r" else 0)
    return line.text()


def _font(run: Any) -> str:
    fonts = run.find(f"{_W}rPr/{_W}rFonts")
    return (fonts.get(_W + "ascii") or fonts.get(_W + "hAnsi") or "") if fonts is not None else ""


def _symbol(element: Any) -> str:
    """Return what a symbol shows that Word keeps as a font and a code."""
    try:
        return sign_of(element.get(_W + "font") or "", int(element.get(_W + "char") or "", 16))
    except (ValueError, OverflowError):
        return UNKNOWN


def _script(run: Any) -> int:
    """Return 1 for a run that is raised, -1 for one that is lowered, else 0."""
    align = run.find(f"{_W}rPr/{_W}vertAlign")
    return {"superscript": 1, "subscript": -1}.get(align.get(_W + "val", ""), 0) if align is not None else 0


def _add_formula(line: Line, formula: Any, word: _Word | None, depth: int) -> None:
    """Write a fraction, a base with what is raised or lowered beside it, or a root (ECMA-376, part 1, 22.1.2)."""

    def part(name: str) -> str:
        found = formula.find(_MATH + name)
        return _text(found, word, depth) if found is not None else ""

    if formula.tag == _MATH + "f":
        line.add_fraction(part("num"), part("den"))
    elif formula.tag == _MATH + "rad":
        line.add(f"{part('deg')}√({part('e')})")
    else:
        line.add(part("e"))
        line.add(part("sub"), -1)
        line.add(part("sup"), 1)


def _vanishes(run: Any) -> bool:
    hidden = run.find(f"{_W}rPr/{_W}vanish")
    return hidden is not None and hidden.get(_W + "val", "1") not in ("0", "false", "off")


def _put_by(reference: Any, word: _Word | None) -> None:
    kind = reference.tag.removeprefix(_W).removesuffix("Reference")
    note = word.notes.get((kind, reference.get(_W + "id", ""))) if word is not None else None
    if word is not None and note:
        word.waiting.append(Block(note))


def _table(table: Any, word: _Word, depth: int) -> Iterator[Block]:
    """Return a table row by row; one that holds a table, or has one column, is a layout and is read as running text."""
    lines = [line for line in table.iter(_W + "tr") if _owner(line) is table]
    nested = any(inner is not table for inner in table.iter(_W + "tbl"))
    if nested or all(len(line.findall(_W + "tc")) <= 1 for line in lines):
        for line in lines:
            for cell in line.iter(_W + "tc"):
                if _owner(cell) is table:
                    yield from _blocks(cell, word, depth + 1)
        return
    before, word.waiting = word.waiting, []
    marked = sum(1 for _ in itertools.takewhile(_names_columns, lines[:LOOKED_AT]))
    yield from lines_of(_rows(lines, word), marked)
    notes, word.waiting = word.waiting, before
    yield from notes


def _rows(lines: list[Any], word: _Word) -> Iterator[list[str]]:
    row: list[str] = []
    for line in lines:
        row = _row(line, row, word)
        yield row


def _names_columns(line: Any) -> bool:
    header = line.find(f"{_W}trPr/{_W}tblHeader")
    return header is not None and header.get(_W + "val", "1") not in ("0", "false", "off")


def _owner(element: Any) -> Any:
    """Return the table that a row or a cell belongs to, through content controls and the like."""
    return next(element.iterancestors(_W + "tbl"), None)


def _row(line: Any, above: list[str], word: _Word) -> list[str]:
    """Return a row's texts; a cell over several columns is repeated, one that goes on from above has its text."""
    row: list[str] = []
    for cell in line.iter(_W + "tc"):
        properties = cell.find(_W + "tcPr")
        merge = properties.find(_W + "vMerge") if properties is not None else None
        if merge is not None and merge.get(_W + "val", "continue") != "restart" and len(row) < len(above):
            text = repeated(above[len(row)], 2)[1]
        else:
            text = one_line(" ".join(_text(paragraph, word) for paragraph in cell.iter(_W + "p")))
        span = _value(properties, "gridSpan")
        times = min(int(span), _MOST_SPAN) if span.isdigit() and len(span) < 6 and int(span) else 1
        row.extend(repeated(text, min(times, MOST_COLUMNS - len(row))))
    return row
