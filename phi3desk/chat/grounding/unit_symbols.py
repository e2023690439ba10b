"""Units written as symbols, with their prefixes and what they are counted by: µmol/l, kN/m², GWh.

The symbols are those of the SI brochure (9th edition, 2019) and what is used beside them in laboratories and plants.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PREFIX = "[nµmkMGT]"
#: symbols that stand for a unit by themselves once they have a prefix; a capital T of "TV" is no prefix
_PREFIXED = re.compile(
    rf"(?:{_PREFIX}(?:mol|g|Wh|W|Hz|Sv|Gy|Bq|Pa|Eq|bar)|[nµmkMG](?:VA|var|V|A|Ω|F|N|J)|[nµmcd]l|[nµm]s|[nµmcd]m|km)"
)
_PLAIN = re.compile(r"mol|Wh|Sv|Gy|Bq|VA|var|IU")
#: what only counts before or behind a stroke, for by itself it is a word or another sign
_BEFORE_STROKE = re.compile(r"g|kg|t|l|m[²³]?|cm[²³]|mm[²³]|N|J|W|V|A|U|Eq|K|s|h|min|d|B|kB|MB|GB")
_BEHIND_STROKE = re.compile(r"kg|g|t|l|[nµmcd]l|(?:[µmcdk]?m)[²³]?|ha|K|mol|s|h|min|d|W|Wh|kWh|A|V")
_PLAIN_EXPONENTS = str.maketrans({"2": "²", "3": "³"})


@lru_cache(maxsize=4096)
def symbol_of(written: str) -> str:
    """Return a unit of symbols in one spelling, "" where it is none; capitals and small letters are told apart."""
    # the sign of the prefix is the Greek letter, too
    symbols = written.replace("μ", "µ").replace("^", "").replace(" ", "")
    counted, stroke, by = symbols.partition("/")
    counted = _in_one_spelling(counted)
    if not stroke:
        return counted if _PREFIXED.fullmatch(counted) or _PLAIN.fullmatch(counted) else ""
    by = _in_one_spelling(by)
    if not _BEHIND_STROKE.fullmatch(by):
        return ""
    known = any(form.fullmatch(counted) for form in (_PREFIXED, _PLAIN, _BEFORE_STROKE))
    # a day is a word in other units
    return f"{counted}/{'day' if by == 'd' else by}" if known else ""


def _in_one_spelling(symbol: str) -> str:
    symbol = symbol.rstrip(".").translate(_PLAIN_EXPONENTS)
    # a capital is written where the small letter looks like a one
    return symbol[:-1] + "l" if re.fullmatch(r"[nµmcd]?L", symbol) else symbol
