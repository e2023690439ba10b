"""What in an answer belongs to its layout and says nothing: numbers of lists, headings, heads of tables, fences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.grounding.dates import dates_in
from phi3desk.chat.grounding.quantities import quantities_in
from phi3desk.chat.grounding.statements import statement_of
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.library.text import fold

_NUMBER = re.compile(r"(?:\*\*)?(\d{1,3})[.)](?:\*\*)?\s+(?=\S)")
_LEADING = re.compile(rf"^[ \t>]*{_NUMBER.pattern}", re.MULTILINE)
_HEADING, _FENCE = re.compile(r"#{1,6}\s"), "```"
_TABLE_HEAD = re.compile(r"^([^\n]*\|[^\n]*)\n[ \t]*\|?[ \t]*:?-{2,}", re.MULTILINE)


@dataclass(frozen=True)
class Layout:
    """The numbers that lead lines of an answer one after the other, and the heads of its tables."""

    numbers: frozenset[int]
    heads: frozenset[str]

    def holds(self, piece: str) -> bool:
        """Return whether a piece of the answer is layout only; a heading with a figure and its unit says something."""
        line = piece.strip()
        if _HEADING.match(line):
            return not any(figure.unit for figure in quantities_in(line))
        return line.startswith(_FENCE) or line in self.heads

    def without_number(self, claim: str, question: str, sources: Sequence[str]) -> str:
        """Return a sentence of the answer to a question without the number of its item in a list.

        A day before its month stays, and so does what a source counts itself: “2. Stufe: 60 °C”.
        """
        match = _NUMBER.match(claim)
        if match is None or int(match[1]) not in self.numbers:
            return claim
        rest = claim[match.end() :]
        statement = statement_of(claim, language_of_words(claim, question))
        is_date = any(date.parts[0].span[0] < match.end() for date in dates_in(statement))
        word = re.match(r"\w+", fold(rest))
        counted = re.compile(rf"(?<!\d){match[1]}[.)]?\s+{re.escape(word.group())}\b") if word is not None else None
        if is_date or (counted is not None and any(counted.search(fold(source)) for source in sources)):
            return claim
        return rest


def layout_of(text: str) -> Layout:
    """Return the layout of an answer."""
    numbers = [int(match[1]) for match in _LEADING.finditer(text)]
    in_order = {number for one, other in itertools.pairwise(numbers) if other == one + 1 for number in (one, other)}
    return Layout(frozenset(in_order), frozenset(match[1].strip() for match in _TABLE_HEAD.finditer(text)))
