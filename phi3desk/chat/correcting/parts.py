"""The parts that a question is compared by: its words, its figures, and the signs that change what they mean."""

from __future__ import annotations

import re

from phi3desk.chat.grounding.quantity_words import CASED_UNITS
from phi3desk.library.text import fold

_CURRENCIES = "$¢-¥฿₠-⃏"
#: what parts two figures and makes them one: a ratio, a fraction, a range, a power
_JOINT = r"(?<=\d)\s?[-–−+:/⁄∕×*·^]\s?(?=\d)"
#: a word or a figure with the signs right behind it: C++, C#, A-, Ca2+
_WORD = r"[^\W_]+(?:[.,]\d+)*(?:[-–−+#]+(?!\w))?"
_PARTS = re.compile(rf"{_WORD}|{_JOINT}|(?<!\w)[-–−+](?=\d)|!?=|′+|[<>≤≥±~≈√%‰°{_CURRENCIES}]")
_ONE_SIGN = str.maketrans({"–": "-", "−": "-", "⁄": "/", "∕": "/", "≈": "~"})
#: folded, they would be digits of the figure before them: 10² would be 102, and 5½ 51/2
_RAISED = re.compile(r"(?<=\d)(?=[⁻⁺⁰¹²³⁴-⁹])")
_FRACTION = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
#: what is quoted, not a length in feet or inches
_QUOTED = re.compile(r"(?<!\w)([\"'])([^\"']*)\1")
#: Swiss thousands: before a length is looked for, or the first figure would be one in feet
_APOSTROPHE_OF_THOUSANDS = re.compile(r"(?<=\d)['’](?=\d{3}(?!\d))")
_FEET = re.compile(r"(?<=\d)'(?![^\W\d_])")
_INCHES = re.compile(r"(?<=\d)\"")
#: signs that can only part thousands: there are two of them, or the sign of a fraction follows
_THOUSANDS = re.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:\.\d{3})+(?=,)|(?:,\d{3})+(?=\.))(?!\d)"
)
_ENGLISH_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d.,])")
_UNIT_BEHIND = re.compile(rf"(?<=\d)\s?({'|'.join(map(re.escape, CASED_UNITS))})(?!\w)")


def parts_of(text: str, language: str) -> tuple[str, ...]:
    """Return the words, figures and signs of a question in their order, folded, each sign in one way of writing it."""
    plain = _APOSTROPHE_OF_THOUSANDS.sub("", text)
    plain = _QUOTED.sub(r" \2 ", plain).replace("≠", "!=")
    plain = _INCHES.sub("″", _FEET.sub("′", plain)).replace("’", "'").replace("'", "")
    plain = _FRACTION.sub(" ", _RAISED.sub("^", plain))
    parts = (part.strip().translate(_ONE_SIGN) for part in _PARTS.findall(fold(plain)))
    return tuple(_without_thousands(part, language) for part in parts)


def is_figure(part: str) -> bool:
    """Return whether a part is more than letters: a figure, a sign, or a word that a sign changes."""
    return not part.isalpha()


def cased_units(text: str) -> tuple[str, ...]:
    """Return the units behind figures that are others in other letters, as they are written: mW and MW."""
    return tuple(match[1] for match in _UNIT_BEHIND.finditer(text))


def _without_thousands(part: str, language: str) -> str:
    """Return a figure without the signs that part its thousands, where they are nothing else.

    A single one may stand before a fraction, as in a dose of 1.125 mg; only in English a comma never does, while a
    point is met in every language, whatever its own sign is.
    """
    if language == "en":
        part = _ENGLISH_THOUSANDS.sub(_digits, part)
    return _THOUSANDS.sub(_digits, part)


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"[.,]", "", found[0])
