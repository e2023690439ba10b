"""A dossier as Markdown; pictures lie in a folder beside the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from phi3desk.chat.dossier.blocks import (
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
    inert,
)
from phi3desk.library.reading.page_picture import PagePicture

# CommonMark 2.4: what could begin or end markup anywhere in a line
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#!$])")
# CommonMark 4.2, 4.3, 5.2: what makes a heading, a rule or a list only where a line begins
_LIST = re.compile(r"^(\s*)([-+=])", re.MULTILINE)
_ORDERED = re.compile(r"^(\s*\d{1,9})([.)])", re.MULTILINE)
# CommonMark 4.4: four spaces at the start of a line would make it code
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
# GitHub's extension of it, and what other readers do: an address that stands alone would be a link
_ADDRESS = re.compile(r"(?<=[A-Za-z]):(?=\S)|(?<=\w)[.](?=[^\W\d_])|@|//")


def markdown_of(blocks: Iterable[Block], folder: str = "") -> tuple[str, dict[str, PagePicture]]:
    """Return a file's text, and the pictures it shows by the names they have in `folder`, which lies beside it.

    All text is escaped, so that nothing in a document or an answer acts as markup.
    """
    pictures: dict[str, PagePicture] = {}
    parts = [part for block in blocks for part in _parts(block, folder, pictures)]
    return "\n\n".join(parts) + "\n", pictures


def escape(text: str) -> str:
    """Return plain text as Markdown that shows exactly it; line breaks stay."""
    escaped = _ORDERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", inert(text)))
    escaped = _ADDRESS.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), escaped)
    return _INDENT.sub("", _LIST.sub(r"\1\\\2", escaped))


def _parts(block: Block, folder: str, pictures: dict[str, PagePicture]) -> Iterator[str]:
    if isinstance(block, Title):
        yield f"# {escape(block.text)}"
        yield f"*{escape(block.below)}*"
    elif isinstance(block, Aside):
        yield f"*{escape(block.text)}*"
    elif isinstance(block, Question):
        if block.text:
            yield f"## {escape(block.text)}"
        if block.about:
            yield f"### {escape(block.about)}"
    elif isinstance(block, Paragraph):
        yield f"- {_runs(block.runs)}" if block.bullet else _runs(block.runs)
    elif isinstance(block, Notice):
        yield f"> {escape(block.text)}"
    elif isinstance(block, Heading):
        yield f"**{escape(block.text)}**"
    elif isinstance(block, SourceBlock):
        yield _source(block, folder, pictures)
    elif isinstance(block, Rows):
        yield _rows(block)
    elif isinstance(block, Facts):
        yield "\n".join(f"- {escape(name)}: {escape(value)}" for name, value in block.rows)


def _rows(block: Rows) -> str:
    lines = [block.head, ("---",) * len(block.head), *block.rows]
    table = "\n".join(
        f"| {' | '.join(cell if n == 1 else escape(cell) for cell in line)} |" for n, line in enumerate(lines)
    )
    return f"{table}\n\n{escape(block.more)}" if block.more else table


def _runs(runs: Iterable[Run]) -> str:
    return "".join(_run(run) for run in runs).replace("\n", "  \n")


def _run(run: Run) -> str:
    inner = run.text.strip()
    if run.look in (Look.PLAIN, Look.FOUND) or not inner:
        return escape_within(run.text)
    before, after = run.text.split(inner, 1)
    return f"{before}**{escape(inner)}**{after}"


def escape_within(text: str) -> str:
    """Return a piece of a line as Markdown; the white space at its ends stays."""
    inner = text.strip(" ")
    before, after = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    return f"{before}{escape(inner)}{after}" if inner else text


def _source(block: SourceBlock, folder: str, pictures: dict[str, PagePicture]) -> str:
    link = f" ([{escape(block.link_text)}]({block.link}))" if block.link else ""
    lines = [f"- \\[{block.n}\\] **{escape(block.document)}**, {escape(block.where)}{link}"]
    lines += [f"  {escape(block.also)}"] if block.also else []
    for excerpt in block.excerpts:
        lines += ["", f"  > “{escape(excerpt.text)}”"]
        lines += _picture(excerpt, folder, pictures)
    return "\n".join(lines)


def _picture(excerpt: Excerpt, folder: str, pictures: dict[str, PagePicture]) -> list[str]:
    if excerpt.missing:
        return ["", f"  *{escape(excerpt.missing)}*"]
    if excerpt.picture is None:
        return []
    name = f"{len(pictures) + 1}.{excerpt.picture.form}"
    pictures[name] = excerpt.picture
    return ["", f"  ![{escape(excerpt.described)}]({quote(folder)}/{name})"]
