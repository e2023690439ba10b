"""Numbers in a question or an answer: years and other periods, and what is measured or counted."""

from __future__ import annotations

import re

from phi3desk.library.text import Span

#: the kind of a year, a quarter, a financial year
PERIOD = "period"

_UNIT = (
    r"°\s?[CFK]|[CFK]|°|%|[µμmkMGcd]?(?:m|g|l|L|A|V|W|s|h|N|J|Hz|Pa|bar|Ω)(?:[/·](?:s|h|min|l|m³|m²|kg|cm³|ml))?[²³]?"
    r"|m[²³]/h|mm²/s|Nm|N·m|min|rpm|ppm|dB|Uhr|days?|hours?|weeks?|months?|years?|minutes?|Tagen?|Stunden?|Minuten?"
    r"|Jahren?|dni|ur|let|dagar?|timmar|år|zile|ore|ani|днів|годин|років|ημέρες|ώρες"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_A_UNIT = re.compile(_UNIT)
_WITH_UNIT = re.compile(rf"\d[\d.,]*(?:{_UNIT})")
_PERIOD = r"(?:FY|fy|Q[1-4]|H[12])[ -]?'?(?:\d{4}|\d{2})?|(?:19|20)\d\d(?:/\d\d(?:\d\d)?)?"
_A_PERIOD = re.compile(_PERIOD)
_PERIODS = re.compile(rf"(?<![\w.,-])(?:{_PERIOD})(?![\w.,-]*\d)(?!\w)")
_MEASURED = re.compile(rf"(?<![\w.,])(\d[\d.,]*)\s?({_UNIT})(?!\w)")
_RANGE = re.compile(
    rf"(?<![\w.,])[-–+−±<>≤≥]?\s?(?:\d[\d.,]*\s?(?:to|bis|do|до|până la|έως|till|–|-)\s?[-–−]?)?\d[\d.,]*\s?"
    rf"(?:{_UNIT})(?!\w)"
)


def is_number(word: str) -> bool:
    """Return whether a word is a number that is no year."""
    return _NUMBER.fullmatch(word) is not None and not is_period(word)


def is_period(word: str) -> bool:
    """Return whether a word is a year, a quarter or a financial year: 2019, Q3, FY2019."""
    return _A_PERIOD.fullmatch(word) is not None


def is_measure(word: str) -> bool:
    """Return whether a word is a number written together with its unit: 5V."""
    return _WITH_UNIT.fullmatch(word) is not None


def is_unit(word: str) -> bool:
    """Return whether a word is a unit where it stands behind a number."""
    return _A_UNIT.fullmatch(word) is not None


def figures_in(text: str) -> tuple[tuple[Span, str], ...]:
    """Return where a text has periods, and numbers with a unit, each with PERIOD or the unit."""
    periods = [(match.span(), PERIOD) for match in _PERIODS.finditer(text)]
    taken = {place for (start, end), _ in periods for place in range(start, end)}
    measures = [(match.span(), match[2]) for match in _MEASURED.finditer(text) if match.start() not in taken]
    return tuple(sorted([*periods, *measures]))


def measures_in(text: str) -> tuple[str, ...]:
    """Return the figures of a text that have a unit, each once, ranges whole: “-30 to 150 °C”."""
    return tuple(dict.fromkeys(" ".join(match.group().split()) for match in _RANGE.finditer(text)))
