"""A passage as what can be cited of it: its sentences and rows, and how these are read together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.grounding.statements import Statement, statement_of
from phi3desk.library.text import Span, is_row, line_ends, sentence_spans

#: lines that the head of a table may take
_HEAD_LINES = 2
_FIGURE = re.compile(r"\d")
#: characters of what is read as a whole, and the sentences that a part has in common with the one before
_LONGEST_PART, _IN_BOTH = 1200, 2


@dataclass(frozen=True)
class Unit:
    """A sentence or a row of a table with its place in the passage."""

    text: str
    span: Span
    is_row: bool


@dataclass(frozen=True)
class Window:
    """Sentences that are read together as the evidence of a claim, by their indexes in order."""

    units: tuple[int, ...]


@dataclass(frozen=True)
class Evidence:
    """A passage taken apart; `contexts` are what each of its sentences stands under.

    That is its title and headings, the line that a passage begins with where that is none of its sentences, and for a
    row the head of its table.
    """

    text: str
    units: tuple[Unit, ...]
    statements: tuple[Statement, ...]
    whole: Statement
    contexts: tuple[Statement, ...]


def evidence_of(passage: str, context: str, language: str) -> Evidence:
    """Take a passage apart that is in a language ("" where that is not known)."""
    breaks = line_ends(passage)
    spans = sentence_spans(passage, breaks) or [(0, len(passage))]
    units = tuple(Unit(passage[start:end], (start, end), _is_row(passage[start:end])) for start, end in spans)
    statements = tuple(statement_of(unit.text, language) for unit in units)
    contexts = tuple(
        statement_of(" ".join((context, *_heads(units, index))).strip(), language) for index in range(len(units))
    )
    return Evidence(passage, units, statements, statement_of(passage, language), contexts)


def _heads(units: Sequence[Unit], index: int) -> list[str]:
    """Return the lines that a sentence or row stands under."""
    heads = [units[0].text] if index and not _ends(units[0].text) else []
    if units[index].is_row:
        above = [at for at in range(index) if not units[at].is_row and not _ends(units[at].text)]
        heads += [units[at].text for at in above[-_HEAD_LINES:] if at]
    return heads


def _ends(text: str) -> bool:
    """Return whether a line ends as a sentence does."""
    return text.rstrip().endswith((".", "!", "?", ";", ":"))


def _is_row(text: str) -> bool:
    """Return whether a line is a row of a table, or a property with its value."""
    return is_row(text) or (_FIGURE.search(text) is not None and not _ends(text))


def windows_of(units: Sequence[Unit]) -> list[Window]:
    """Return the sentences alone, and with those beside them that they go on from or that go on from them."""
    alone = [Window((index,)) for index in range(len(units))]
    pairs = [
        Window((index, index + 1))
        for index in range(len(units) - 1)
        if not (units[index].is_row and units[index + 1].is_row)
    ]
    return [*alone, *pairs]


def parts_of(units: Sequence[Unit]) -> list[str]:
    """Return a passage as texts that an encoder reads whole: itself, or overlapping parts where it is too long."""
    parts: list[str] = []
    start = 0
    while True:
        end, length = start, 0
        while end < len(units) and (end == start or length + len(units[end].text) <= _LONGEST_PART):
            length += len(units[end].text)
            end += 1
        parts.append("\n".join(unit.text for unit in units[start:end]))
        if end >= len(units):
            return parts
        start = max(start + 1, end - _IN_BOTH)
