"""Units as they stand in heads and behind figures: which are the same, and what one is in another."""

from __future__ import annotations

import re

from phi3desk.library.text import fold

#: spellings of one unit, the first of which all of them count as
_SAME = (
    "€ eur euro euros evro evri evrov ευρω євро",
    "$ usd dollar dollars us$",
    "£ gbp",
    "chf fr.",
    "kr sek kronor",
    "lei ron leu",
    "₴ uah грн гривень",
    "% percent prozent procent odstotek відсотків",
    "kg кг kilogram kilograms kilogramm kilo κιλα",
    "g г gram grams gramm",
    "t т tonnes tonne tonnen ton tone τονοι тонн",
    "mg мг",
    "l л liter litre litres litrov λιτρα",
    "ml мл",
    "hl гл",
    "m м meter metre metres metri",
    "mm мм",
    "cm см",
    "km км χλμ",
    "m² m2 м² м2 qm sqm τμ",
    "m³ m3 м³ м3 cbm",
    "h hr hrs hour hours std stunden ur ure год ore timmar ωρες",
    "min хв minutes minuten minut",
    "s sec сек",
    "d days tage dni днів zile dagar ημερες",
    "pcs pc pieces stk st stück kos kosov шт штук штуки buc τεμ units",
    "kwh квтгод",
    "mwh мвтгод",
    "kw квт",
    "mw",
    "w вт",
    "v",
    "a",
    "bar бар",
    "mbar",
    "kpa",
    "mpa",
    "pa",
    "°c ℃ c°",
    "k",
    "m³/h m3/h м³/год м3/год",
    "l/min л/хв",
    "l/h",
    "m/s м/с",
    "km/h км/год",
    "rpm u/min min-1 1/min об/хв",
    "hz",
    "khz",
    "mhz",
    "ghz",
    "kn",
    "n",
    "nm",
    "db",
    "ppm",
    "gb",
    "mb",
    "ha га",
)
_KNOWN = {fold(name): words.split()[0] for words in _SAME for name in words.split()}
#: how much of the first unit of its line one is
_FACTORS: tuple[dict[str, float], ...] = (
    {"kg": 1.0, "g": 0.001, "t": 1000.0, "mg": 1e-6},
    {"l": 1.0, "ml": 0.001, "hl": 100.0, "m³": 1000.0},
    {"m": 1.0, "mm": 0.001, "cm": 0.01, "km": 1000.0},
    {"h": 1.0, "min": 1 / 60, "s": 1 / 3600},
    {"kwh": 1.0, "mwh": 1000.0},
    {"kw": 1.0, "w": 0.001, "mw": 1000.0},
    {"bar": 1.0, "mbar": 0.001, "kpa": 0.01, "mpa": 10.0, "pa": 1e-5},
)
_CURRENCIES = frozenset(("€", "$", "£", "chf", "kr", "lei", "₴"))
_BRACKET = re.compile(r"^(.*?)\s*[(\[]\s*(?:in\s+)?([^()\[\]]{1,16}?)\s*[)\]]\s*$")
_BEHIND = re.compile(r"^(.+?)(?:\s*[,/]\s*|\s+(?:in|v|w|у|в|σε|i)\s+|\s+)([^\s,]{1,8})$")
#: a longer one is a noun, which is what the column holds: "Sold units"
_LONGEST_SIGN = 4
_SIGN = re.compile(r"[€$£₴%°²³µ/·]")


def canonical(unit: str) -> str:
    """Return the spelling that stands for all of a unit's; the folded unit itself where it is not known."""
    folded = fold(unit.strip().rstrip("."))
    return _KNOWN.get(folded, folded)


def is_known(unit: str) -> bool:
    """Return whether a word is a unit."""
    return fold(unit.strip().rstrip(".")) in _KNOWN


def is_currency(unit: str) -> bool:
    """Return whether a unit is one of money."""
    return canonical(unit) in _CURRENCIES


def factor(unit: str, into: str) -> float | None:
    """Return how much of one unit another one is, None where that cannot be told; both as `canonical` has them."""
    if unit == into:
        return 1.0
    return next((each[unit] / each[into] for each in _FACTORS if unit in each and into in each), None)


def parted(head: str) -> tuple[str, str]:
    """Return a column's head without its unit, and that: "Price (EUR)", "Mass [kg]", "Mass kg"."""
    match = _BRACKET.match(head)
    if match and match.group(1) and (is_known(match.group(2)) or _looks_like_unit(match.group(2))):
        return match.group(1), match.group(2)
    match = _BEHIND.match(head)
    if match and is_known(match.group(2)) and len(match.group(2)) <= _LONGEST_SIGN:
        name = match.group(1).rstrip(" ,/")
        # a single letter behind words is a unit only where it is set apart: "Vitamin C", "Class A"
        if len(match.group(2)) > 1 or not match.group(2).isupper():
            return name, match.group(2)
    return head, ""


def _looks_like_unit(text: str) -> bool:
    return bool(_SIGN.search(text)) and not any(c.isdigit() for c in text.replace("m2", "").replace("m3", ""))
