"""Reads web pages and Markdown: parts by headings, what a browser would show and nothing that it would load."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi3desk.errors import say
from phi3desk.library.kinds import HTML, MARKDOWN
from phi3desk.library.reading.blocks import Block, Line, heading, one_line, page_of, parts_of, tidy
from phi3desk.library.reading.limits import ReadContent, Refusal
from phi3desk.library.reading.tables import LOOKED_AT, MOST_COLUMNS, lines_of, repeated
from phi3desk.library.reading.text_files.charset import decode

_MOST_BYTES = 30 * 1024**2
_NOT_SHOWN = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "title",
        "meta",
        "link",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "audio",
        "video",
        "nav",
        "select",
        "button",
        "input",
        "textarea",
        "datalist",
        "dialog",
        "map",
    ]
)
_SCRIPTS = {"sup": 1, "sub": -1}
_FORMULAS = frozenset(("mfrac", "msup", "msub", "msubsup"))
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "details",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})""")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
#: libxml2 refuses to go deeper than 256 by itself; Python's own stack bears this.
_DEEPEST = 300
_MOST_SPAN = 200


def read_html(path: Path) -> ReadContent:
    """Read a web page; nothing it links is fetched, no script runs, what it hides is not read."""
    data, cut = _bytes_of(path)
    declared = _META.search(data[:4096]) or _XML.match(data.lstrip()[:300])
    root = _parsed(decode(data, declared.group(1).decode("ascii") if declared else ""))
    content = ReadContent(HTML.key, parts_of(blocks_of(root)), title=_title(root))
    if cut:
        content.reasons.append(say("Only the first {megabytes} MB of the file were read.", megabytes=cut))
    return content


def read_markdown(path: Path) -> ReadContent:
    """Read a Markdown file as the web page it describes; a title in its front matter is taken, the rest of that not."""
    from markdown_it import MarkdownIt

    data, cut = _bytes_of(path)
    text = decode(data)
    front = _FRONT_MATTER.match(text)
    title = _FRONT_TITLE.search(front.group(1)) if front else None
    page = MarkdownIt("commonmark").enable("table").render(text[front.end() :] if front else text)
    root = _parsed(page)
    content = ReadContent(
        MARKDOWN.key, parts_of(blocks_of(root)), title=title.group(1) if title else _first_heading(root)
    )
    if cut:
        content.reasons.append(say("Only the first {megabytes} MB of the file were read.", megabytes=cut))
    return content


def text_of_html(page: str) -> str:
    """Return what a piece of HTML says, as in the body of an e-mail."""
    return page_of(blocks_of(_parsed(page[:_MOST_BYTES]))).text


def _bytes_of(path: Path) -> tuple[bytes, int]:
    """Return the file's bytes, and the megabytes it was cut at, 0 for a whole one."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    return data[:_MOST_BYTES], _MOST_BYTES // 1024**2 if len(data) > _MOST_BYTES else 0


def _parsed(page: str) -> Any:
    """Parse HTML; entities stand for single characters only, and nothing outside the text is reached."""
    from lxml import etree, html

    parser = html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8", collect_ids=False
    )
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace") or b"<p></p>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    return root if root is not None else html.fragment_fromstring("<div></div>")


def _title(root: Any) -> str:
    found = root.findtext(".//title")
    return one_line(found) if found and found.strip() else _first_heading(root)


def _first_heading(root: Any) -> str:
    first = next(root.iter("h1"), None)
    return one_line(first.text_content()) if first is not None else ""


@dataclass
class _Writer:
    """Collects running text until a block ends."""

    line: Line = field(default_factory=Line)
    #: What stands before the next text: the bullet or number of a list item.
    mark: str = ""

    def taken(self, level: int = 0, preformatted: bool = False) -> Iterator[Block]:
        text, self.line = self.line.text(), Line()
        text = tidy_code(text) if preformatted else tidy(text)
        if not text:
            return
        if level:
            yield heading(text, level)
        elif self.mark:
            yield Block(f"{self.mark} {text}", item=True)
            self.mark = ""
        else:
            yield Block(text)


def tidy_code(text: str) -> str:
    """Return preformatted text with its lines and indents, without empty lines around it."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def blocks_of(root: Any) -> Iterator[Block]:
    """Return what an HTML tree shows, block by block."""
    writer = _Writer()
    yield from _walk(root, writer, 0, 0)
    yield from writer.taken()


def _walk(element: Any, writer: _Writer, depth: int, lists: int) -> Iterator[Block]:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NOT_SHOWN or _hidden(element):
        return
    if depth > _DEEPEST:
        raise Refusal("The page is nested too deeply to be read.")
    if tag == "br":
        writer.line.add("\n")
        return
    if tag in _SCRIPTS:
        writer.line.add(_collapsed(element.text_content()), _SCRIPTS[tag])
        return
    if tag in _FORMULAS and len(element) >= 2:
        _add_formula(element, writer.line)
        return
    if tag not in _BLOCKS:
        yield from _inside(element, writer, depth, lists)
        return
    yield from writer.taken()
    if tag == "table" and _holds_data(element):
        yield from _table(element)
        return
    level = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0
    if tag == "li":
        writer.mark = _mark(element)
    if tag == "pre":
        yield from _preformatted(element, writer)
        return
    yield from _inside(element, writer, depth, lists + (tag in ("ul", "ol")))
    yield from writer.taken(level)
    if tag == "li":
        writer.mark = ""


def _add_formula(formula: Any, line: Line) -> None:
    """Write MathML's fraction, or a base with what is raised or lowered beside it."""
    first, second, *more = (_collapsed(part.text_content()) for part in formula)
    if formula.tag == "mfrac":
        line.add_fraction(first, second)
        return
    line.add(first)
    line.add(second, 1 if formula.tag == "msup" else -1)
    line.add("".join(more), 1)


def _inside(element: Any, writer: _Writer, depth: int, lists: int) -> Iterator[Block]:
    if element.text:
        writer.line.add(_collapsed(element.text))
    for child in element:
        yield from _walk(child, writer, depth + 1, lists)
        if child.tail:
            writer.line.add(_collapsed(child.tail))


def _preformatted(element: Any, writer: _Writer) -> Iterator[Block]:
    writer.line.add(element.text_content())
    yield from writer.taken(preformatted=True)


def _collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _mark(item: Any) -> str:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "•"
    start = parent.get("start", "1")
    before = sum(1 for _ in item.itersiblings("li", preceding=True)) if len(parent) <= 2_000 else 0
    return f"{int(start) + before if start.isdigit() and len(start) < 6 else 1 + before}."


def _hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN_STYLE.search(element.get("style", "")))


def _holds_data(table: Any) -> bool:
    """Return whether a table is one: it has rows of several cells and no table within, which only a layout has."""
    if next(table.iter("table"), None) is not None and any(inner is not table for inner in table.iter("table")):
        return False
    return any(len(row) > 1 for row in table.iter("tr")) and next(table.iter("h1", "h2"), None) is None


def _table(table: Any) -> Iterator[Block]:
    caption = table.find("caption")
    if caption is not None:
        yield Block(one_line(caption.text_content()))
    lines = (line for line in table.iter("tr") if not _hidden(line))
    head = itertools.takewhile(_names_columns, itertools.islice(table.iter("tr"), LOOKED_AT))
    below: dict[int, tuple[int, str]] = {}
    yield from lines_of((_row(_cells(line), below) for line in lines), sum(1 for _ in head))


def _cells(line: Any) -> list[Any]:
    return [cell for cell in line if cell.tag in ("td", "th") and not _hidden(cell)]


def _names_columns(line: Any) -> bool:
    cells, parent = _cells(line), line.getparent()
    return bool(cells) and ((parent is not None and parent.tag == "thead") or all(cell.tag == "th" for cell in cells))


def _row(cells: list[Any], below: dict[int, tuple[int, str]]) -> list[str]:
    """Return a row's texts with cells that reach over several columns or down from rows above repeated.

    `below` holds, for a column, how many more rows a cell from above reaches into, and its text.
    """
    row: list[str] = []

    def take_from_above() -> None:
        while (left := below.get(len(row))) and len(row) < MOST_COLUMNS:
            at = len(row)
            row.append(left[1])
            if left[0] > 1:
                below[at] = (left[0] - 1, left[1])
            else:
                del below[at]

    for cell in cells:
        take_from_above()
        text = _cell_text(cell)
        down = _span(cell.get("rowspan"))
        for piece in repeated(text, _span(cell.get("colspan"))):
            if len(row) >= MOST_COLUMNS:
                return row
            if down > 1:
                below[len(row)] = (down - 1, repeated(piece, 2)[1])
            row.append(piece)
    take_from_above()
    return row


def _cell_text(cell: Any) -> str:
    writer = _Writer()
    blocks = [block.text for block in (*_inside(cell, writer, 1, 0), *writer.taken())]
    return one_line(" ".join(blocks))


def _span(value: str | None) -> int:
    return min(int(value), _MOST_SPAN) if value and value.isdigit() and len(value) < 6 and int(value) else 1
