"""Values of a sheet as the user sees them: percentages, dates, decimals, units of the cell's number format."""

from __future__ import annotations

import datetime
import math
import re

from phi3desk.library.reading.office.number_format import formatted, formatted_text
from phi3desk.library.sheets.types import Value

#: hours, minutes or seconds in all, which go beyond 24 or 60
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as it is shown; dates as 2024-05-31, percentages as 25 %, no separators of thousands."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == datetime.time() else _moment(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, datetime.timedelta):
        return _elapsed(value, number_format)
    if isinstance(value, int | float):
        return formatted(value, number_format or "General")
    return formatted_text(str(value), number_format)


def known_value(value: object) -> Value:
    """Return what is calculated with for a cell's value: a number, hours of a duration, a date; None for the others."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, datetime.timedelta):
        return value.total_seconds() / 3600
    if isinstance(value, datetime.datetime):
        return _moment(value)[:16] if value.time() != datetime.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else None


def _moment(value: datetime.datetime) -> str:
    value = (value + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")


def _elapsed(value: datetime.timedelta, number_format: str) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
    found = _ELAPSED.search(number_format)
    unit = found.group(1)[0].lower() if found else "h"
    if unit == "s":
        return f"{sign}{seconds}"
    if unit == "m":
        return f"{sign}{seconds // 60}" + (f":{seconds % 60:02}" if ":" in number_format else "")
    if found and ":" not in number_format:
        return f"{sign}{seconds // 3600}"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
