"""Numbers and dates as a language writes them."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

from phi3desk.library.sheets.names import names_years
from phi3desk.library.sheets.types import Column, ColumnKind, Value

#: what parts thousands and decimals
_SEPARATORS = {
    "en": (",", "."),
    "de": (".", ","),
    "sl": (".", ","),
    "el": (".", ","),
    "ro": (".", ","),
    "uk": ("\u00a0", ","),
    "sv": ("\u00a0", ","),
}
_DATES = {"sv": "{y}-{m:02}-{d:02}", "el": "{d}/{m}/{y}", "sl": "{d}. {m}. {y}"}
_NUMBERS_AND_POINTS = "{d:02}.{m:02}.{y}"
_ENGLISH_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
#: units that stand before their number in English
_BEFORE = frozenset("$£€")
_SMALLEST_WRITTEN = 1e-9
#: numbers of a column of years that are written as years
_YEARS = range(1000, 3000)
_MOST_DECIMALS = 10
#: a number that rounds to 0 and has no digit within so many decimals more is what calculating leaves: 0.1 + 0.2 - 0.3
_LEFT_OVER = 3


def number(value: float, code: str, decimals: int | None = None) -> str:
    """Return a number as a language writes it, with so many decimals at most; None: as many as it has.

    One that would be 0 with them, and is not, has its first two digits instead.
    """
    most = _MOST_DECIMALS if decimals is None else decimals
    if not round(value, most) and round(value, most + _LEFT_OVER):
        most = 1 - math.floor(math.log10(abs(value)))
    # what is left over has no sign
    rounded = round(value, most) or 0.0
    thousands, point = _SEPARATORS.get(code, _SEPARATORS["en"])
    if rounded and abs(rounded) < _SMALLEST_WRITTEN:
        return ("−" if rounded < 0 else "") + f"{abs(rounded):g}".replace(".", point)
    # of many decimals only those that the number has, and not those of its binary fraction
    text = f"{Decimal(repr(rounded)):,.{most}f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    sign, whole = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    whole = whole.replace(",", thousands if len(whole) > 5 or thousands != "\u00a0" else "")
    return sign + whole + (point + rest if rest else "")


def date(text: str, code: str) -> str:
    """Return a date such as 2024-05-31, perhaps with a time, as a language writes it; other texts as they are."""
    day, _, time = text.partition(" ")
    try:
        parsed = datetime.date.fromisoformat(day)
    except ValueError:
        return text
    if code == "en":
        written = f"{parsed.day} {_ENGLISH_MONTHS[parsed.month - 1]} {parsed.year}"
    else:
        written = _DATES.get(code, _NUMBERS_AND_POINTS).format(y=parsed.year, m=parsed.month, d=parsed.day)
    return f"{written}, {time}" if time else written


def with_unit(text: str, unit: str, code: str) -> str:
    """Return a number with its unit."""
    if not unit:
        return text
    return f"{unit}{text}" if code == "en" and unit in _BEFORE else f"{text} {unit}"


def shown(value: Value, code: str, column: Column | None = None, decimals: int | None = None) -> str:
    """Return a value as it is told, with the unit of its column."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return date(value, code) if column is None or column.kind is ColumnKind.DATE else value
    if column is not None and not column.unit and value in _YEARS and names_years(column.name):
        return str(int(value))
    most = decimals if decimals is not None else column.decimals if column is not None else None
    return with_unit(number(value, code, most), column.unit if column is not None else "", code)
