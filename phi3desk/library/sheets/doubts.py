"""What leaves in doubt that the conditions of a question to sheets that were understood are all that it asks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from phi3desk.library.sheets.dates import month_of
from phi3desk.library.sheets.matching import ColumnMatch, places_of_name
from phi3desk.library.sheets.plan import Filter
from phi3desk.library.sheets.question import Comparison, Role, SheetQuestion
from phi3desk.library.sheets.types import Column
from phi3desk.library.sheets.units import is_currency


def is_refused(question: SheetQuestion, names: Collection[Sequence[str]]) -> bool:
    """Return whether a word is not understood that is no part of a whole name of a column: “outside diameter”.

    `names` are the folded words of each of the columns that are meant.
    """
    if not question.refused or not question.refusing:
        return question.refused
    places = {at for name in names for at in places_of_name(name, question.words, question.language)}
    return not places.issuperset(question.refusing)


def is_cut_short(question: SheetQuestion, comparison: Comparison, missing: Collection[int]) -> bool:
    """Return whether a word that is not understood stands behind a number: “over 2 million”."""
    end = comparison.at
    while end < len(question.words) and question.words[end].role is Role.COMPARISON:
        end += 1
    return not comparison.is_date and not comparison.unit and end > comparison.at and end in missing


def is_part(question: SheetQuestion, comparison: Comparison, missing: Collection[int]) -> bool:
    """Return whether a word that is not understood may name a part of a period told from today: “early last year”.

    It stands right before that, but for little words, or is a month, or an ordinal: “the first quarter of”.
    """
    if not comparison.near:
        return False
    words = question.words
    at = min(comparison.at, *comparison.near) - 1
    while at >= 0 and words[at].role in (Role.FUNCTION, Role.NEUTRAL):
        at -= 1
    is_ordinal = at >= 0 and words[at].role is Role.OPERATION and question.newest
    return at in missing or is_ordinal or any(month_of(words[each].text) for each in missing)


def may_be_paid(question: SheetQuestion, column: Column, named: Sequence[ColumnMatch]) -> bool:
    """Return whether figures may be what something cost, where a question asks that: they are in a currency.

    So are they that the question names by another word that says something, and those of a word such as “amount” that
    have no unit.
    """
    places = {at for each in named for at in each.words}
    if not any(word.paying for at, word in enumerate(question.words) if at not in places):
        return True
    if any(question.words[at].role is Role.WORD for at in places) or is_currency(column.unit):
        return True
    return bool(places) and not column.unit


def agree(filters: Sequence[Filter]) -> bool:
    """Return whether the conditions on a column are the bounds of one range: that all of them hold is then meant.

    Of two others, “in May and July”, either may hold, and rows that fit both are not what is asked for.
    """
    if len(filters) == 1:
        return True
    if len(filters) > 2 or not all(each.range for each in filters):
        return False
    (low, end), (start, high) = (each.values for each in sorted(filters, key=lambda each: each.values[0] is None))
    if end is not None or start is not None:
        return False
    if isinstance(low, str) and isinstance(high, str):
        return low <= high
    return isinstance(low, float) and isinstance(high, float) and low <= high
