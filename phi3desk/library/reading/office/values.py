"""Values of a sheet as the user sees them: percentages, dates, decimals, units of the cell's number format."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

#: Literal text in quotation marks or after a backslash, a currency, then what is dropped: colours and conditions in
#: brackets, a sign's width of space, a sign that fills the cell.
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[0#?][0#?,.]*(?:E[+-]0+)?")
_DECIMALS = re.compile(r"\.([0#?]+)")
_LITERAL = "\ue000"


def shown(value: object, number_format: str) -> str:
    """Return a cell's value in words: dates as 2024-05-31, percentages as 25 %, no separators of thousands."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == datetime.time() else _moment(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, datetime.timedelta):
        seconds = int(value.total_seconds())
        sign, seconds = ("−", -seconds) if seconds < 0 else ("", seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    return str(value)


def _moment(value: datetime.datetime) -> str:
    value = (value + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")


def _number(value: float, number_format: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    prefix, decimals, suffix, percent, scientific = _format(number_format[:200])
    if percent:
        value *= 100
    if scientific:
        text = f"{value:.{max(decimals, 0)}E}"
    elif decimals < 0 or abs(value) >= 1e15:
        text = _plain(value)
    else:
        text = f"{value:.{decimals}f}"
        if decimals and "#" in _optional(number_format):
            text = text.rstrip("0").rstrip(".")
        if value and not float(text):
            # a format that hides a value altogether would hide it from search too
            text = _plain(value)
    return f"{prefix}{text}{suffix}"


def _plain(value: float) -> str:
    """Return a number as "General" does: up to 11 digits, no exponent where it can do without."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value)) if abs(value) < 10**30 else f"{value:.6E}"
    text = f"{value:.11g}"
    return text if "e" not in text or abs(value) < 1e-9 else f"{value:.15f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=512)
def _optional(number_format: str) -> str:
    found = _DECIMALS.search(number_format.split(";")[0])
    return found.group(1) if found else ""


@lru_cache(maxsize=512)
def _format(number_format: str) -> tuple[str, int, str, bool, bool]:
    """Take a number format apart: text before, decimals (-1 for as many as there are), text after, percent, E.

    Only the section for positive numbers counts; the sign of negative ones is always written.
    """
    section = _sections(number_format)[0]
    literals: list[str] = []

    def put_by(match: re.Match[str]) -> str:
        text = match.group(1) or match.group(2) or match.group(3)
        if not text:
            return ""
        literals.append(text)
        return _LITERAL

    bare = _TOKEN.sub(put_by, section)
    digits = _DIGITS.search(bare)
    percent = "%" in bare
    if digits is None or "General" in bare or "/" in bare or digits.group().rstrip("E+-0").endswith(","):
        # fractions, numbers in thousands, text only: the value itself says more
        return "", -1, " %" if percent else "", percent, False
    texts = iter(literals)
    before = "".join(next(texts) if sign == _LITERAL else sign for sign in bare[: digits.start()])
    after = "".join(next(texts, "") if sign == _LITERAL else sign for sign in bare[digits.end() :].replace("%", ""))
    decimals = _DECIMALS.search(digits.group())
    after = " ".join(after.split())
    suffix = (" %" if percent else "") + (f" {after}" if after else "")
    prefix = before.strip(" (+-")
    return prefix, len(decimals.group(1)) if decimals else 0, suffix, percent, "E" in digits.group()


def _sections(number_format: str) -> list[str]:
    """Divide a number format at semicolons outside quotation marks."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
