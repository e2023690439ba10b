"""Reads web pages and Markdown: parts by headings, what a browser would show and nothing that it would load."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from phi3desk.errors import say
from phi3desk.library.kinds import HTML, MARKDOWN
from phi3desk.library.reading.blocks import Block, Line, heading, one_line, parts_of, tidy
from phi3desk.library.reading.limits import MOST_TEXT_BYTES, ReadContent
from phi3desk.library.reading.tables import LOOKED_AT, MOST_COLUMNS, lines_of, repeated
from phi3desk.library.reading.text_files.charset import decode
from phi3desk.library.reading.text_files.html_rows import TableLine, table_lines
from phi3desk.library.reading.text_files.html_tree import HtmlTree, tree_of, without_pictures

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
        "annotation",
        "annotation-xml",
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
#: what a reader may fill in, by the type of the field
_FILLED_IN = frozenset(("", "text", "number", "date", "time", "datetime-local", "month", "week", "email", "tel", "url"))
_TICKS = frozenset(("checkbox", "radio"))
#: elements within a line that a style may raise or lower
_STYLED = frozenset(("span", "font", "small", "a", "b", "i", "em", "strong"))
_RAISED_STYLE = re.compile(
    r"vertical-align\s*:\s*(?:(?P<named>super|sub)\b|(?P<sign>-?)(?:[1-9]\d{0,3}(?:\.\d{1,4})?|0?\.\d{1,4})(?:pt|px|em|ex|%))"
    r"|(?<![\w-])top\s*:\s*(?P<moved>-?)(?:[1-9]\d{0,2}(?:\.\d{1,4})?|0?\.\d{1,4})(?:pt|px|em|ex)",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,2000})\}")
_OF_A_CLASS = re.compile(r"(?:span|font)?\.([\w-]{1,80})")
_LONGEST_STYLE_SHEET = 500_000
_HIDDEN_STYLE = re.compile(r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{2,40})""")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
#: a line of front matter: a key, an item, a comment, or what goes on from the line before
_FRONT_LINE = re.compile(r"""["']?[\w-][\w./:-]*(?: [\w./-]+){0,2}["']?\s*:(?:\s|$)|-(?:\s|$)|#|\s|$""")
_FRONT_TITLE = re.compile(r"^title\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_MOST_SPAN = 200

_Steps: TypeAlias = "Iterator[Block | _Steps]"


def read_html(path: Path) -> ReadContent:
    """Read a web page; nothing it links is fetched, no script runs, what it hides is not read."""
    data, cut = _bytes_of(path)
    tree = tree_of(decode(data, declared_charset(data)))
    content = ReadContent(HTML.key, parts_of(blocks_of(tree)), title=_title(tree), reasons=tree.reasons)
    if cut:
        content.reasons.append(say("Only the first {megabytes} MB of the file were read.", megabytes=cut))
    return content


def read_markdown(path: Path) -> ReadContent:
    """Read a Markdown file as the web page it describes; a title in its front matter is taken, the rest of that not."""
    from markdown_it import MarkdownIt

    data, cut = _bytes_of(path)
    text = decode(data)
    front = _front_matter(text)
    title = _FRONT_TITLE.search(front.group(1)) if front else None
    page = MarkdownIt("commonmark").enable("table").render(text[front.end() :] if front else text)
    tree = tree_of(page)
    content = ReadContent(
        MARKDOWN.key,
        parts_of(blocks_of(tree)),
        title=title.group(1) if title else _first_heading(tree),
        reasons=tree.reasons,
    )
    if cut:
        content.reasons.append(say("Only the first {megabytes} MB of the file were read.", megabytes=cut))
    return content


def _front_matter(text: str) -> re.Match[str] | None:
    """Return the front matter that a Markdown file begins with; text between two rules is none."""
    front = _FRONT_MATTER.match(text)
    lines = front.group(1).splitlines() if front is not None else []
    is_one = bool(lines) and bool(lines[0].strip()) and all(_FRONT_LINE.match(line) for line in lines)
    return front if is_one else None


def blocks_of_html(page: str) -> Iterator[Block]:
    """Return what a piece of HTML says, as in the body of an e-mail."""
    return blocks_of(tree_of(page[:_MOST_BYTES]))


def declared_charset(data: bytes) -> str:
    """Return the charset that a page says it is in, "" where it does not."""
    declared = _META.search(data[:4096]) or _XML.match(data[:400].lstrip())
    return declared.group(1).decode("ascii", "replace") if declared else ""


def _bytes_of(path: Path) -> tuple[bytes, int]:
    """Return the file's bytes, and the megabytes it was cut at, 0 for a whole one."""
    with path.open("rb") as file:
        data = without_pictures(file.read(MOST_TEXT_BYTES + 1))
    return data[:_MOST_BYTES], _MOST_BYTES // 1024**2 if len(data) > _MOST_BYTES else 0


def _title(tree: HtmlTree) -> str:
    found = tree.root.findtext(".//title")
    return one_line(found) if found and found.strip() else _first_heading(tree)


def _first_heading(tree: HtmlTree) -> str:
    first = next(tree.root.iter("h1"), None)
    return _text_within(first, _Writer.of(tree)) if first is not None else ""


@dataclass
class _Writer:
    """Collects running text until a block ends."""

    line: Line = field(default_factory=Line)
    #: What stands before the next text: the bullet or number of a list item.
    mark: str = ""
    not_shown: frozenset[str] = _NOT_SHOWN
    #: classes of a style sheet that raise (1) or lower (-1) what is written in them
    classes: Mapping[str, int] = field(default_factory=dict)
    #: how signs are read that the block so far has: beside each of them they would break its words
    readings: list[str] = field(default_factory=list)
    #: the text keeps its lines and indents
    preformatted: bool = False

    @classmethod
    def of(cls, tree: HtmlTree) -> _Writer:
        return cls(not_shown=_NOT_SHOWN - tree.shown, classes=_raising_classes(tree.root))

    def add(self, text: str) -> None:
        self.line.add(text if self.preformatted else _collapsed(text))

    def taken(self, level: int = 0) -> Iterator[Block]:
        text, self.line = self.line.text(), Line()
        text = tidy_code(text) if self.preformatted else tidy(text)
        if self.readings:
            text, self.readings = f"{text} ({' '.join(self.readings)})", []
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


def blocks_of(tree: HtmlTree) -> Iterator[Block]:
    """Return what an HTML tree shows, block by block."""
    writer = _Writer.of(tree)
    yield from _blocks(_walk(tree.root, writer))
    yield from writer.taken()


def _blocks(steps: _Steps) -> Iterator[Block]:
    """Take steps that may be blocks or further steps within, without a call of Python's own for each level."""
    open_steps = [steps]
    while open_steps:
        step = next(open_steps[-1], None)
        if step is None:
            open_steps.pop()
        elif isinstance(step, Block):
            yield step
        else:
            open_steps.append(step)


def _walk(element: Any, writer: _Writer) -> _Steps:
    tag = element.tag
    if not isinstance(tag, str) or _hidden(element):
        return
    if tag in writer.not_shown:
        _add_held(element, writer.line)
        return
    if tag in ("rt", "rp"):
        writer.readings += [reading] if tag == "rt" and (reading := one_line(element.text_content())) else []
        return
    if tag == "br":
        writer.line.add("\n")
        return
    script = _SCRIPTS.get(tag) or (_styled_script(element, writer.classes) if tag in _STYLED else 0)
    if script:
        writer.line.add(_collapsed(element.text_content()), script)
        return
    if tag in _FORMULAS and len(element) >= 2:
        _add_formula(element, writer.line)
        return
    if tag not in _BLOCKS:
        yield _inside(element, writer)
        return
    if writer.preformatted:
        yield _preformatted_line(element, writer)
        return
    yield from writer.taken()
    if tag == "table" and _holds_data(element, writer):
        yield from _table(element, writer)
        return
    level = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0
    if tag == "li":
        writer.mark = _mark(element)
    if tag == "pre":
        yield _preformatted(element, writer)
        return
    yield _inside(element, writer)
    yield from writer.taken(level)
    if tag == "li":
        writer.mark = ""


def _add_held(element: Any, line: Line) -> None:
    """Write what is filled into a field, ticked or chosen, and the words of a drawing; no other list and no button."""
    held = ""
    if element.tag == "textarea":
        held = element.text_content()
    elif element.tag == "select":
        chosen = (option for option in element.iter("option") if option.get("selected") is not None)
        held = ", ".join(one_line(option.text_content()) for option in chosen)
    elif element.tag == "svg":
        held = " ".join(one_line(text.text_content()) for text in element.iter("text"))
    elif element.tag == "input":
        kind = element.get("type", "").strip().lower()
        if kind in _TICKS:
            held = "☑" if element.get("checked") is not None else "☐"
        elif kind in _FILLED_IN:
            held = element.get("value", "")
    if held.strip():
        line.add(f" {_collapsed(held).strip()} ")


def _styled_script(element: Any, classes: Mapping[str, int]) -> int:
    """Return 1 where a style raises an element within its line, -1 where it lowers it."""
    style = element.get("style")
    script = _script_of(style) if style else None
    if script is None and classes:
        named = element.get("class", "").split()
        script = next((classes[name] for name in named if name in classes), 0)
    return script or 0


def _script_of(style: str) -> int | None:
    found = _RAISED_STYLE.search(style)
    if found is None or (found["moved"] is not None and "relative" not in style.lower()):
        return None
    if found["named"]:
        return 1 if found["named"].lower() == "super" else -1
    if found["moved"] is not None:
        return 1 if found["moved"] else -1
    return -1 if found["sign"] else 1


def _raising_classes(root: Any) -> dict[str, int]:
    """Return the classes that a page's style sheets raise or lower."""
    found = {}
    for sheet in root.iter("style"):
        for selectors, style in _RULE.findall((sheet.text or "")[:_LONGEST_STYLE_SHEET]):
            if "vertical-align" not in style.lower() or not (script := _script_of(style)):
                continue
            for selector in selectors.split(","):
                named = _OF_A_CLASS.fullmatch(selector.strip())
                found.update({named[1]: script} if named else {})
    return found


def _add_formula(formula: Any, line: Line) -> None:
    """Write MathML's fraction, or a base with what is raised or lowered beside it."""
    first, second, *more = (_collapsed(part.text_content()) for part in formula)
    if formula.tag == "mfrac":
        line.add_fraction(first, second)
        return
    line.add(first)
    line.add(second, 1 if formula.tag == "msup" else -1)
    line.add("".join(more), 1)


def _inside(element: Any, writer: _Writer) -> _Steps:
    if element.text:
        writer.add(element.text)
    for child in element:
        yield _walk(child, writer)
        if child.tail:
            writer.add(child.tail)


def _preformatted(element: Any, writer: _Writer) -> _Steps:
    writer.preformatted = True
    yield _inside(element, writer)
    yield from writer.taken()
    writer.preformatted = False


def _preformatted_line(element: Any, writer: _Writer) -> _Steps:
    """Write a block within preformatted text as lines of it, a cell behind the one before it."""
    if element.tag in ("td", "th"):
        yield _inside(element, writer)
        writer.add("\t")
        return
    writer.line.end_line()
    yield _inside(element, writer)
    writer.line.end_line()


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


def _holds_data(table: Any, writer: _Writer) -> bool:
    """Return whether a table is one: it has rows of several cells and no table within, which only a layout has."""
    if next(table.iter("table"), None) is not None and any(inner is not table for inner in table.iter("table")):
        return False
    return next(table.iter("h1", "h2"), None) is None and any(len(line.cells) > 1 for line in _lines(table, writer))


def _table(table: Any, writer: _Writer) -> Iterator[Block]:
    caption = table.find("caption")
    if caption is not None and not _hidden(caption):
        yield Block(_text_within(caption, writer))
    yield from lines_of(_rows(_lines(table, writer), writer), _marked(_lines(table, writer)))


def _lines(table: Any, writer: _Writer) -> Iterator[TableLine]:
    """Yield the rows of a table, and block by block the text that stands loose between them."""
    for line in table_lines(table, _hidden):
        if line.cells:
            yield line
        yield from (TableLine(loose=[text]) for text in _texts_of(line.loose, writer))


def _marked(lines: Iterator[TableLine]) -> int:
    """Return how many lines the marked head of a table takes, with the text that stands loose above it."""
    start = list(itertools.islice(lines, LOOKED_AT))
    above = sum(1 for _ in itertools.takewhile(lambda line: not line.cells, start))
    head = sum(1 for _ in itertools.takewhile(lambda line: line.names_columns, start[above:]))
    return above + head if head else 0


def _rows(lines: Iterator[TableLine], around: _Writer) -> Iterator[list[str]]:
    below: dict[int, tuple[int, str]] = {}
    for line in lines:
        yield _row(line.cells, below, around) if line.cells else line.loose


def _row(cells: list[Any], below: dict[int, tuple[int, str]], around: _Writer) -> list[str]:
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
        text = _text_within(cell, around)
        down = _span(cell.get("rowspan"))
        for piece in repeated(text, _span(cell.get("colspan"))):
            if len(row) >= MOST_COLUMNS:
                return row
            if down > 1:
                below[len(row)] = (down - 1, repeated(piece, 2)[1])
            row.append(piece)
    take_from_above()
    return row


def _text_within(element: Any, around: _Writer) -> str:
    """Return what a cell, a caption or a heading shows, in one line."""
    writer = _Writer(not_shown=around.not_shown, classes=around.classes)
    blocks = [block.text for block in (*_blocks(_inside(element, writer)), *writer.taken())]
    return one_line(" ".join(blocks))


def _texts_of(pieces: list[Any], around: _Writer) -> Iterator[str]:
    """Yield what pieces of text and elements show, each block in one line."""
    writer = _Writer(not_shown=around.not_shown, classes=around.classes)
    for piece in pieces:
        if isinstance(piece, str):
            writer.add(piece)
        else:
            yield from (one_line(block.text) for block in _blocks(_walk(piece, writer)))
    yield from (one_line(block.text) for block in writer.taken())


def _span(value: str | None) -> int:
    return min(int(value), _MOST_SPAN) if value and value.isdigit() and len(value) < 6 and int(value) else 1
