"""A passage as what can be cited of it: its sentences and rows, and how these are read together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.grounding.statements import Statement, statement_of
from phi3desk.library.text import Span, is_row, sentence_spans

_FIGURE = re.compile(r"\d")


@dataclass(frozen=True)
class Unit:
    """A sentence or a row of a table with its place in the passage."""

    text: str
    span: Span
    is_row: bool


@dataclass(frozen=True)
class Window:
    """Sentences that are read together as the evidence of a claim; `gap` counts the sentences between them.

    `units` are indexes in order; the first unit is the one that is cited where one alone has to be.
    """

    units: tuple[int, ...]
    gap: int = 0


@dataclass(frozen=True)
class Evidence:
    """A passage taken apart; `context` is what its sentences stand under: title and headings."""

    text: str
    units: tuple[Unit, ...]
    statements: tuple[Statement, ...]
    whole: Statement
    context: Statement

    def window_text(self, window: Window) -> str:
        """Return the text of a window."""
        return " ".join(self.units[index].text for index in window.units)


def evidence_of(passage: str, context: str, language: str) -> Evidence:
    """Take a passage apart that is in a language ("" where that is not known)."""
    breaks = [match.start() for match in re.finditer(r"\n", passage)]
    spans = sentence_spans(passage, breaks) or [(0, len(passage))]
    units = tuple(Unit(passage[start:end], (start, end), _is_row(passage[start:end])) for start, end in spans)
    statements = tuple(statement_of(unit.text, language) for unit in units)
    return Evidence(passage, units, statements, statement_of(passage, language), statement_of(context, language))


def _is_row(text: str) -> bool:
    """Return whether a line is a row of a table, or a property with its value."""
    return is_row(text) or (_FIGURE.search(text) is not None and not text.rstrip().endswith((".", "!", "?", ";", ":")))


def windows_of(units: Sequence[Unit]) -> list[Window]:
    """Return the sentences alone, and with those beside them that they go on from or that go on from them."""
    alone = [Window((index,)) for index in range(len(units))]
    pairs = [
        Window((index, index + 1))
        for index in range(len(units) - 1)
        if not (units[index].is_row and units[index + 1].is_row)
    ]
    return [*alone, *pairs]
