"""Reads text files: pages are ranges of lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phi3desk.errors import Sentence, say
from phi3desk.library.documents import Page
from phi3desk.library.kinds import TEXT
from phi3desk.library.reading.blocks import tidy
from phi3desk.library.reading.limits import MOST_TEXT_BYTES, ReadContent
from phi3desk.library.reading.text_files.charset import decode

_LINES = 120
_CHARACTERS = 8_000
LONGEST_LINE = 20_000


def read_text(path: Path) -> ReadContent:
    """Read a text file in whatever charset it is."""
    text, reasons = text_of(path)
    return ReadContent(TEXT.key, _pages(text), reasons=reasons)


def text_of(path: Path, declared: str = "") -> tuple[str, list[Sentence]]:
    """Return a file's text, and the reason why it is not all of it where it is longer than is read."""
    with path.open("rb") as file:
        data = file.read(MOST_TEXT_BYTES + 1)
    if len(data) <= MOST_TEXT_BYTES:
        return decode(data, declared), []
    megabytes = MOST_TEXT_BYTES // 1024**2
    return decode(data[:MOST_TEXT_BYTES], declared), [
        say("Only the first {megabytes} MB of the file were read.", megabytes=megabytes)
    ]


def _pages(text: str) -> Iterator[Page]:
    """Split at the first empty line after `_LINES` lines or `_CHARACTERS` characters.

    After twice as many it is split anywhere. An endless line is split, too; its sections have the same number.
    """
    lines: list[str] = []
    size, first, number = 0, 1, 0
    for number, whole in enumerate(text.splitlines(), 1):
        for at in range(0, max(1, len(whole)), LONGEST_LINE):
            line = whole[at : at + LONGEST_LINE]
            much = len(lines) >= _LINES or size >= _CHARACTERS
            too_much = (
                len(lines) >= 2 * _LINES or size >= 2 * _CHARACTERS or (lines and size + len(line) > LONGEST_LINE)
            )
            if too_much or (much and not line.strip()):
                yield _page(lines, first, number if at else number - 1)
                lines, size, first = [], 0, number
            lines.append(line)
            size += len(line)
    if lines:
        yield _page(lines, first, number)


def _page(lines: list[str], first: int, last: int) -> Page:
    label = f"lines {first}–{last}" if last > first else f"line {first}"
    return Page(0, tidy_lines(lines), label=label)


def tidy_lines(lines: list[str]) -> str:
    """Return lines as a text that keeps its columns: control characters go, tabs and runs of spaces stay."""
    kept = (line if line.isprintable() else _without_controls(line) for line in lines)
    return "\n".join(line.rstrip() for line in kept).strip("\n")


def _without_controls(line: str) -> str:
    return tidy(line) if "\x1b" in line else "".join(c for c in line if c.isprintable() or c in "\t\xa0\u00ad")
