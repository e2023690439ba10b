"""Reads Word documents: parts by headings, tables row by row, footnotes after the part that they belong to."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi3desk.errors import say
from phi3desk.library.kinds import DOCX
from phi3desk.library.reading.blocks import Block, heading, one_line, parts_of, tidy
from phi3desk.library.reading.limits import ReadContent, Refusal
from phi3desk.library.reading.office.archive import checked_copy, part_of
from phi3desk.library.reading.office.graphics import GRAPHICS, Graphics
from phi3desk.library.reading.office.markup import settle_alternatives
from phi3desk.library.reading.office.numbering import BULLET, Numbering
from phi3desk.library.reading.office.word_parts import (
    EMBEDDED,
    notes_of,
    part_of_kind,
    running_heads,
    text_of_embedded,
)
from phi3desk.library.reading.office.word_runs import DEEPEST, NOT_SHOWN, Runs, W, is_vanished, script_of
from phi3desk.library.reading.tables import LOOKED_AT, lines_of, repeated

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_HEADING_STYLE = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_MOST_SPAN = 200
_MOST_CELLS = 1_024
#: Files put into a document as a whole may hold such files again.
_DEEPEST_FILE = 3
_MOST_FILES = 500
_LARGEST_FILE = 64 * 1024**2


@dataclass
class _File:
    """A container that a document lies in, and what files, charts and diagrams in it could not be read."""

    container: Path | io.BytesIO
    depth: int = 0
    unread: list[str] = field(default_factory=list)
    seen: int = 0
    graphics: Graphics = field(default_factory=Graphics)


@dataclass
class _Word:
    """What paragraphs refer to, and what waits for the end of the one at hand."""

    file: _File
    #: the document's part, by whose relations charts and diagrams are found
    part: Any
    #: parts in the container by the number of their relation
    embedded: Mapping[str, str]
    #: levels of heading styles
    levels: Mapping[str, int]
    #: character styles that raise or lower
    scripts: Mapping[str, int]
    numbering: Numbering
    notes: Mapping[tuple[str, str], str]
    #: the text of paragraphs whose mark is deleted: it goes on in the next one
    before: str = ""
    #: notes, text boxes and charts of a table, which are read after it
    waiting: list[Block] = field(default_factory=list)


def read_docx(path: Path) -> ReadContent:
    """Read a Word document with its automatic numbers; deleted and hidden text is left out."""
    document = _opened(path)
    title = ""
    try:
        title = document.core_properties.title or ""
    except Exception:  # a title that cannot be read is no reason not to read the document
        title = ""
    file = _File(path)
    content = ReadContent(DOCX.key, iter(()), title=title)
    content.pages = parts_of(_told(_document(document, file), file, content))
    return content


def _told(blocks: Iterator[Block], file: _File, content: ReadContent) -> Iterator[Block]:
    """Hand blocks on; where something in the document could not be read, the reasons say so at the end."""
    yield from blocks
    if file.unread:
        content.reasons.append(
            say(
                "The document holds embedded files that were not read: {count} ({name}).",
                count=len(file.unread),
                name=file.unread[0],
            )
        )
    content.reasons.extend(file.graphics.reasons())


def _opened(container: Path | io.BytesIO) -> Any:
    from docx import Document

    return Document(checked_copy(container, "docx"))


def _document(document: Any, file: _File) -> Iterator[Block]:
    body = document.element.body
    settle_alternatives(body)
    styles = document.styles.element
    scripts = _scripts(styles)
    word = _Word(
        file,
        document.part,
        {
            key: str(relation.target_part.partname)
            for key, relation in document.part.rels.items()
            if not relation.is_external and relation.reltype == EMBEDDED
        },
        _heading_levels(styles),
        scripts,
        Numbering.of(part_of_kind(document, "numbering"), styles),
        notes_of(document, scripts),
    )
    yield from _blocks(body, word, 0)
    if word.before:
        yield Block(tidy(word.before))
    yield from running_heads(document, scripts)


def _scripts(styles: Any) -> dict[str, int]:
    found = ((style, style.find(W + "rPr")) for style in styles.iter(W + "style"))
    return {
        style.get(W + "styleId", ""): script
        for style, properties in found
        if style.get(W + "type") == "character" and properties is not None and (script := script_of(properties))
    }


def _heading_levels(styles: Any) -> dict[str, int]:
    """Return the heading level of each style that has one, its own or from the style it is based on.

    "Title" counts as a heading of level 1.
    """
    levels: dict[str, int] = {}
    elements = {style.get(W + "styleId", ""): style for style in styles.iter(W + "style")}
    for key in elements:
        at, seen = key, 0
        while at in elements and seen < 12 and key not in levels:
            if level := _level_of(elements[at]):
                levels[key] = level
            at, seen = _value(elements[at], "basedOn"), seen + 1
    return levels


def _level_of(style: Any) -> int:
    name = _value(style, "name")
    named = _HEADING_STYLE.match(name)
    if named:
        return int(named.group(1))
    if name.lower() == "title":
        return 1
    outline = _value(style.find(W + "pPr"), "outlineLvl")
    return int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0


def _value(element: Any, name: str) -> str:
    found = element.find(W + name) if element is not None else None
    return (found.get(W + "val") or "") if found is not None else ""


def _blocks(parent: Any, word: _Word, depth: int) -> Iterator[Block]:
    """Return paragraphs and tables in their order, those within content controls and tracked insertions too."""
    if depth > DEEPEST:
        raise Refusal("The document is nested too deeply to be read.")
    for element in parent:
        tag = element.tag
        if tag == W + "p":
            yield from _paragraph(element, word, depth)
        elif tag == W + "tbl":
            yield from _table(element, word, depth)
        elif tag == W + "altChunk":
            yield from _embedded(element, word)
        elif isinstance(tag, str) and tag not in NOT_SHOWN:
            yield from _blocks(element, word, depth + 1)


def _paragraph(paragraph: Any, word: _Word, depth: int) -> Iterator[Block]:
    runs = Runs.of(paragraph, word.scripts)
    text = tidy(word.before + runs.text)
    if is_vanished(paragraph, "del"):
        word.before = word.before + runs.text
        text = ""
    else:
        word.before = ""
        properties = paragraph.find(W + "pPr")
        style = _value(properties, "pStyle")
        # an empty paragraph has its number, too, unless the whole of it is hidden
        mark = "" if not text and is_vanished(paragraph, "vanish") else word.numbering.number(properties, style)
        if text:
            yield _block(text, mark, _level(properties, style, word))
    for element in runs.hanging:
        yield from _hanging(element, word, depth)


def _level(properties: Any, style: str, word: _Word) -> int:
    own = _value(properties, "outlineLvl")
    return int(own) + 1 if own.isdigit() and int(own) < 9 else word.levels.get(style, 0)


def _block(text: str, mark: str, level: int) -> Block:
    if level:
        return heading(text if mark in ("", BULLET) else f"{mark} {text}", level)
    return Block(f"{mark} {text}", item=True) if mark else Block(text)


def _hanging(element: Any, word: _Word, depth: int) -> Iterator[Block]:
    """Return the blocks of a text box, a chart or a diagram, or the note or comment that a mark refers to."""
    if element.tag == W + "txbxContent":
        yield from _blocks(element, word, depth + 1)
        return
    if element.tag in GRAPHICS:
        yield from word.file.graphics.blocks(element, word.part)
        return
    kind = element.tag.removeprefix(W).removesuffix("Reference")
    if note := word.notes.get((kind, element.get(W + "id", ""))):
        yield Block(note)


def _embedded(element: Any, word: _Word) -> Iterator[Block]:
    """Return what a file says that is put into the document as a whole; one that is not read is taken note of."""
    part = word.embedded.get(element.get(_R + "id", ""), "")
    name = part.rpartition("/")[2]
    file = word.file
    file.seen += 1
    data = part_of(file.container, part, _LARGEST_FILE) if part and file.seen <= _MOST_FILES else b""
    if data.startswith(b"PK\x03\x04") and file.depth < _DEEPEST_FILE:
        inner = _File(io.BytesIO(data), file.depth + 1, file.unread, file.seen, file.graphics)
        try:
            yield from _document(_opened(inner.container), inner)
        except (Refusal, KeyError, ValueError):
            file.unread.append(name)
        file.seen = inner.seen
        return
    text = text_of_embedded(name, data) if data else None
    if text is None:
        file.unread.append(name or "?")
        return
    for piece in text.split("\n\n"):
        yield Block(tidy(piece))


def _table(table: Any, word: _Word, depth: int) -> Iterator[Block]:
    """Return a table row by row; one that holds a table, or has one column, is a layout and is read as running text."""
    lines = [line for line in table.iter(W + "tr") if _owner(line) is table and not _is_deleted(line)]
    nested = any(_owner(inner.getparent()) is table for inner in table.iter(W + "tbl") if inner is not table)
    if nested or all(len(line.findall(W + "tc")) <= 1 for line in lines):
        for line in lines:
            for cell in line.iter(W + "tc"):
                if _owner(cell) is table:
                    yield from _blocks(cell, word, depth + 1)
        return
    before, word.waiting = word.waiting, []
    marked = sum(1 for _ in itertools.takewhile(_names_columns, lines[:LOOKED_AT]))
    yield from lines_of(_rows(lines, word, depth), marked)
    notes, word.waiting = word.waiting, before
    yield from notes


def _rows(lines: list[Any], word: _Word, depth: int) -> Iterator[list[str]]:
    row: list[str] = []
    for line in lines:
        row = _row(line, row, word, depth)
        yield row


def _names_columns(line: Any) -> bool:
    header = line.find(f"{W}trPr/{W}tblHeader")
    return header is not None and header.get(W + "val", "1") not in ("0", "false", "off")


def _is_deleted(line: Any) -> bool:
    return line.find(f"{W}trPr/{W}del") is not None


def _owner(element: Any) -> Any:
    """Return the table that a row or a cell belongs to, through content controls and the like; None in a text box."""
    for above in itertools.chain((element,) if element.tag == W + "tbl" else (), element.iterancestors()):
        if above.tag == W + "tbl":
            return above
        if above.tag == W + "txbxContent":
            return None
    return None


def _row(line: Any, above: list[str], word: _Word, depth: int) -> list[str]:
    """Return a row's texts; a cell over several columns is repeated, one that goes on from above has its text."""
    row: list[str] = []
    owner = _owner(line)
    for cell in line.iter(W + "tc"):
        if _owner(cell) is not owner:
            continue
        properties = cell.find(W + "tcPr")
        merge = properties.find(W + "vMerge") if properties is not None else None
        if merge is not None and merge.get(W + "val", "continue") != "restart" and len(row) < len(above):
            text = repeated(above[len(row)], 2)[1]
        else:
            text = one_line(" ".join(_texts_of_cell(cell, word, depth)))
        span = _value(properties, "gridSpan")
        times = min(int(span), _MOST_SPAN) if span.isdigit() and len(span) < 6 and int(span) else 1
        row.extend(repeated(text, min(times, _MOST_CELLS - len(row))))
    return row


def _texts_of_cell(cell: Any, word: _Word, depth: int) -> Iterator[str]:
    """Yield the paragraphs of a cell with their numbers; what hangs on them waits for the table's end."""
    for paragraph in _paragraphs(cell, 0):
        runs = Runs.of(paragraph, word.scripts)
        properties = paragraph.find(W + "pPr")
        mark = word.numbering.number(properties, _value(properties, "pStyle"))
        # a column may hold nothing but numbers
        if runs.text or mark != BULLET:
            yield f"{mark} {runs.text}"
        for element in runs.hanging:
            word.waiting.extend(_hanging(element, word, depth))


def _paragraphs(parent: Any, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        raise Refusal("The document is nested too deeply to be read.")
    for element in parent:
        if element.tag == W + "p":
            yield element
        elif isinstance(element.tag, str) and element.tag not in NOT_SHOWN:
            yield from _paragraphs(element, depth + 1)
