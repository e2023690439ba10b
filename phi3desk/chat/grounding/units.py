"""The one spelling of a unit that all languages share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from phi3desk.chat.grounding.quantity_words import CASED_UNITS, NO_UNITS, UNITS
from phi3desk.chat.grounding.unit_symbols import symbol_of
from phi3desk.library.text import fold

#: areas and volumes in two words; “кВ” is a unit, “кв.” is square
OF_LENGTH = (
    r"(?:(?:square|sq\.?|kvadratn\w+|квадратн\w+|кв\.?|τετραγωνικ\w+)|(?:cubic|kubičn\w+|кубічн\w+|куб\.?|κυβικ\w+))"
    r"\s[^\W\d_]+|[^\W\d_]+\s(?:pătra\w+|cubi?)(?!\w)"
)
_SQUARE = re.compile(r"square|sq|kvadrat|квадрат|кв|τετραγων|\w+\spătra")
_ADJECTIVE = re.compile(r"(?:square|sq|kvadrat|квадрат|кв|τετραγων|cubic|kubičn|кубічн|куб|κυβικ)\w*\.?\s|\s.+")
_LENGTHS = frozenset(("mm", "cm", "m", "km", "in", "ft", "mi"))


@lru_cache(maxsize=4096)
def unit_of(written: str) -> str:
    """Return a unit in the one spelling that all languages share, "" where it is none."""
    composed = unicodedata.normalize("NFC", written).strip()
    cased = CASED_UNITS.get(composed.rstrip("."))
    if cased is not None:
        return cased
    if re.fullmatch(OF_LENGTH, composed):
        side = unit_of(_ADJECTIVE.sub("", composed, count=1))
        return f"{side}{'²' if _SQUARE.match(composed) else '³'}" if side in _LENGTHS else ""
    key = "".join(fold(written).split()).replace("^", "").rstrip(".")
    if key in NO_UNITS:
        return ""
    exact, beginnings = _unit_spellings()
    if key in exact:
        return exact[key]
    for length in range(len(key), 1, -1):
        if key[:length] in beginnings and len(key) - length <= 5:
            return beginnings[key[:length]]
    return symbol_of(composed)


@lru_cache(maxsize=1)
def _unit_spellings() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    for unit, spellings in UNITS.items():
        exact.setdefault(fold(unit), unit)
        for spelling in spellings.split():
            key = fold(spelling.rstrip("*"))
            (beginnings if spelling.endswith("*") else exact).setdefault(key, unit)
    return exact, beginnings
