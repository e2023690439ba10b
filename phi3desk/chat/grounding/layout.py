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
_STEP_WORDS = r"step|schritt|korak|βήμα|крок|pasul|steg"
_STEP = re.compile(rf"(?:\*\*)?(?:{_STEP_WORDS})\s(\d{{1,3}})\s?[:.)–-](?:\*\*)?\s+(?=\S)", re.IGNORECASE)
#: what leads the items of a passage, at the beginning of a line or a sentence
_ITEM = re.compile(
    rf"(?:^|(?<=[.!?;:]\s))[ \t]*(?P<step>(?:{_STEP_WORDS})\s)?(?P<number>\d{{1,3}})[.):]\s+(?=[^\W\d_])",
    re.IGNORECASE | re.MULTILINE,
)
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


def step_of(claim: str) -> tuple[int, str] | None:
    """Return the number that leads a claim and what it says, “Step 1: Close the valve.”; None where none leads it."""
    match = _STEP.match(claim)
    return (int(match[1]), claim[match.end() :]) if match is not None else None


def text_of_step(text: str, number: int) -> str | None:
    """Return the items of a number of a text, "" where there is none, None where the text does not count its items."""
    items = list(_ITEM.finditer(text))
    numbers = [int(item["number"]) for item in items]
    counted = [
        (item.start(), own)
        for at, (item, own) in enumerate(zip(items, numbers, strict=True))
        if item["step"] or own - 1 in numbers[max(0, at - 1) : at] or own + 1 in numbers[at + 1 : at + 2]
    ]
    ends = [start for start, _ in counted[1:]] + [len(text)]
    found = [text[start:end].strip() for (start, own), end in zip(counted, ends, strict=False) if own == number]
    return "\n".join(found) if counted else None
