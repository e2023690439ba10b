"""Dates as wholes: 15 May is another day than 15 March, though half of it is the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from phi3desk.chat.grounding.quantities import Quantity
from phi3desk.chat.grounding.statements import Statement
from phi3desk.library.text import Span

#: what parts day, month and year of a date, with the ending of “15th of” and “15-го”
_BETWEEN = re.compile(r"(?:st|nd|rd|th|-?[^\W\d_]{1,2})?[.,/\-–]?\s{0,2}(?:(?:of|de|του|der)\s)?", re.IGNORECASE)
_LAST_DAY, _FIRST_YEAR = 31, 100


@dataclass(frozen=True)
class Date:
    """A month with the day beside it, the year or both."""

    month: Quantity
    day: Quantity | None
    year: Quantity | None

    @property
    def parts(self) -> list[Quantity]:
        """The figures that it consists of."""
        return [each for each in (self.day, self.month, self.year) if each is not None]

    def compared_with(self, other: Date) -> list[bool]:
        """Return of each part that both have whether it is the same."""
        pairs = ((self.day, other.day), (self.month, other.month), (self.year, other.year))
        return [one.equals(two) for one, two in pairs if one is not None and two is not None]


def dates_in(statement: Statement) -> Iterator[Date]:
    """Yield the dates of a text that have more than a month."""
    figures = statement.quantities
    for at, month in enumerate(figures):
        if not month.is_month:
            continue
        day = year = None
        before = _beside(statement.text, figures, at, -1)
        after = _beside(statement.text, figures, at, 1)
        beyond = _beside(statement.text, figures, at + 1, 1) if after is not None else None
        if before is not None and _is_year(before):
            year, day = before, after if after is not None and _is_day(after) else None
        else:
            day = before if before is not None and _is_day(before) else None
            if day is None and after is not None and _is_day(after):
                day, after = after, beyond
            year = after if after is not None and _is_year(after) else None
        if day is not None or year is not None:
            yield Date(month, day, year)


def misdated(claim: Statement, sentences: Iterable[Statement], known: Iterable[Statement]) -> frozenset[Span]:
    """Return where parts of those dates of a claim stand in whose place sentences have another date.

    What is `known` besides may hold the date as well.
    """
    own = list(dates_in(claim))
    if not own:
        return frozenset()
    told = [date for sentence in sentences for date in dates_in(sentence)]
    besides = [date for statement in known for date in dates_in(statement)]
    found: set[Span] = set()
    for date in own:
        if any(all(date.compared_with(other)) for other in (*told, *besides)):
            continue
        if any(any(date.compared_with(other)) for other in told):
            found |= {part.span for part in date.parts}
    return frozenset(found)


def _beside(text: str, figures: tuple[Quantity, ...], at: int, step: int) -> Quantity | None:
    """Return the figure before or behind one where nothing but what parts a date stands between."""
    if not 0 <= at + step < len(figures):
        return None
    one, other = sorted((figures[at], figures[at + step]), key=lambda each: each.span)
    return figures[at + step] if _BETWEEN.fullmatch(text[one.span[1] : other.span[0]]) else None


def _is_day(figure: Quantity) -> bool:
    return not figure.is_month and any(value.is_integer() and 1 <= value <= _LAST_DAY for value in figure.values)


def _is_year(figure: Quantity) -> bool:
    return not figure.is_month and any(value.is_integer() and value >= _FIRST_YEAR for value in figure.values)
