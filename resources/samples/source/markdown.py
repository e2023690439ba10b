"""The small part of Markdown in which the sample documents are written.

A file opens with a header of `key: value` lines between two `---` lines; `contents` says whether the table of contents
lists `chapters` only or `sections` too, and keys that are not known are printed on the title page.

After it, blocks are parted by blank lines: `#` to `###` headings, paragraphs, `- ` bullets, `1. ` steps, `| a | b |`
tables (the first row is the head; a line `Table: caption` may stand right above), `> Label: text` notices, and `---`
alone for a new page. A paragraph that starts with a clause number such as `4.2` hangs from it. Inside text, `**bold**`
is the only markup, and an empty cell is room to write in by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str
    clause: str = ""


@dataclass(frozen=True)
class Items:
    texts: tuple[str, ...]
    numbered: bool


@dataclass(frozen=True)
class Notice:
    label: str
    text: str


@dataclass(frozen=True)
class Table:
    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class NewPage:
    pass


Block = Heading | Paragraph | Items | Notice | Table | NewPage


@dataclass(frozen=True)
class Source:
    """One document: what stands on its title page, and its blocks in order."""

    title: str
    subtitle: str
    author: str
    accent: str
    contents: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]


def read_source(path: Path) -> Source:
    """Read one source file; raises ValueError that names the file and the block at fault."""
    text = path.read_text(encoding="utf-8")
    try:
        text.encode("cp1252")
    except UnicodeEncodeError as error:
        raise ValueError(f"{path.name}: the built-in fonts have no {text[error.start]!r}") from error
    _, header, body = re.split(r"^---\n", text, maxsplit=2, flags=re.MULTILINE)
    fields = dict(re.split(r":\s*", line, maxsplit=1) for line in header.splitlines())
    try:
        named = {name: fields.pop(name) for name in ("title", "subtitle", "author", "accent", "contents")}
        blocks = tuple(_block(block) for block in re.split(r"\n\s*\n", body.strip()))
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    return Source(**named, facts=tuple(fields.items()), blocks=blocks)


def _block(text: str) -> Block:
    lines = text.splitlines()
    if text == "---":
        return NewPage()
    if match := re.fullmatch(r"(#{1,3}) (.+)", text):
        return Heading(len(match[1]), match[2])
    if match := re.fullmatch(r"> (\w+): (.+)", text):
        return Notice(match[1], match[2])
    if lines[0].startswith(("| ", "Table: ")):
        return _table(lines)
    for mark, numbered in ((r"- ", False), (r"\d+\. ", True)):
        if all(re.match(mark, line) for line in lines):
            return Items(tuple(re.sub(mark, "", line, count=1) for line in lines), numbered)
    if len(lines) > 1:
        raise ValueError(f"a paragraph must stand on one line: {lines[0][:60]!r}")
    if match := re.fullmatch(r"(\d+\.\d+) (.+)", text):
        return Paragraph(match[2], clause=match[1])
    return Paragraph(text)


def _table(lines: list[str]) -> Table:
    caption = lines.pop(0).removeprefix("Table: ") if lines[0].startswith("Table: ") else ""
    rows = tuple(tuple(cell.strip() for cell in line.strip().strip("|").split("|")) for line in lines)
    if len({len(row) for row in rows}) != 1:
        raise ValueError(f"rows of unequal length in the table under {lines[0][:60]!r}")
    return Table(caption, rows)
