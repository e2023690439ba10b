"""Dates, months and years as a question names them, each as its first and its last day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence

from phi3desk.library.sheets.dates import date_in, is_whole_month, month_of

#: words in which the year of a second date may stand
_SOON = 7
_OF = frozenset(("of", "de", "den", "dem"))
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.|-го|\.)?")
_QUARTER = re.compile(r"q([1-4])", re.IGNORECASE)


def periods_in(texts: Sequence[str]) -> Iterator[tuple[range, str, str]]:
    """Yield the words that name a period, and its first and its last day as 2024-05-31.

    A month without a year is none: nobody knows of which year it is.
    """
    at = 0
    while at < len(texts):
        for length in (4, 3, 2, 1):
            words = [text.rstrip(".,") for text in texts[at : at + length]]
            if len(words) < length:
                continue
            days = _period(words) or _period([*words, _year_behind(texts, at + length)])
            if days is not None:
                yield range(at, at + length), *days
                at += length
                break
        else:
            at += 1


def period_in_year(words: Sequence[str], year: int) -> tuple[str, str] | None:
    """Return the first and last day of the month, the quarter or the date that words name, of a year told elsewhere.

    A month is named by its whole name: “may” is one, “avg” is more often an average.
    """
    if not any(is_whole_month(word) or _QUARTER.fullmatch(word) for word in words):
        return None
    return _period([*words, str(year)])


def _year_behind(texts: Sequence[str], at: int) -> str:
    """Return the year of a period that follows soon: “between 1 January and 3 March 2024”, "" where there is none."""
    behind = [text.rstrip(".,") for text in texts[at : at + _SOON]]
    year = next((place for place, text in enumerate(behind) if _YEAR.fullmatch(text)), -1)
    return behind[year] if year > 0 and month_of(behind[year - 1]) else ""


def _period(words: Sequence[str]) -> tuple[str, str] | None:
    if not words[0] or not words[-1] or words[0] in _OF:
        return None
    words = [word for word in words if word not in _OF]
    years = [word for word in words if _YEAR.fullmatch(word)]
    rest = [word for word in words if not _YEAR.fullmatch(word)]
    if len(years) != 1 or (rest and not any(month_of(word) or _QUARTER.fullmatch(word) for word in rest)):
        return _day(words)
    year = int(years[0])
    if not rest:
        return f"{year}-01-01", f"{year}-12-31"
    if len(rest) == 1 and month_of(rest[0]):
        return _month(year, month_of(rest[0]))
    quarter = _QUARTER.fullmatch(rest[0]) if len(rest) == 1 else None
    if quarter:
        first = 3 * int(quarter.group(1)) - 2
        return f"{year}-{first:02}-01", _month(year, first + 2)[1]
    if len(rest) == 2:
        for day, month in (rest, rest[::-1]):
            number = _DAY.fullmatch(day)
            if (
                number
                and month_of(month)
                and 1 <= int(number.group(1)) <= calendar.monthrange(year, month_of(month))[1]
            ):
                whole = f"{year}-{month_of(month):02}-{int(number.group(1)):02}"
                return whole, whole
    return None


def _month(year: int, month: int) -> tuple[str, str]:
    return f"{year}-{month:02}-01", f"{year}-{month:02}-{calendar.monthrange(year, month)[1]:02}"


def _day(words: Sequence[str]) -> tuple[str, str] | None:
    """Return a date that is written in figures; in a question the day comes before the month."""
    date = date_in(words[0]) if len(words) == 1 and len(words[0]) > 5 else None
    return (date.iso()[:10], date.iso()[:10]) if date is not None else None
