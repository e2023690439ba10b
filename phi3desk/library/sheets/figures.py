"""Numbers as people write them: separators of every habit, signs, currencies, percentages and units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_SPACES = "\u00a0\u2007\u2009\u202f '’"
_FIGURE = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−–±])?\s*(?P<before>[€$£₴]|[A-Z]{3}|US\$|kr|lei)?\s*(?P<sign2>[-−–])?\s*"
    r"(?P<digits>\d(?:[\d.,]|[\u00a0\u2007\u2009\u202f '’](?=\d{3}))*)(?P<power>[eE][+-]?\d{1,3})?"
    r"(?P<minus>[-−–])?\s*(?P<unit>[^\d\s()][^\s()]{0,11}(?:\s[^\d\s()]{1,6})?)?\s*(?P<close>\))?"
)
#: cells are asked for more than once, and columns repeat theirs
_KEPT = 100_000
_DIGIT = re.compile(r"\d")
_ENDS = ".,-–"
#: what points to a footnote behind a number
_FOOTNOTE = re.compile(r"(?<=\d)\s?(?:\*{1,3}|[†‡])$")
_MINUS = ("-", "−", "–")
#: words in a cell that say that there is no figure
_NOTHING = frozenset(
    ("", "-", "–", "—", "n/a", "na", "n.a.", "k.a.", "k. a.", "null", "none", "?", "...", "…", "x", "/")
)


@dataclass(frozen=True)
class Figure:
    """A number as it is written: its digits with their separators, not yet understood, and its unit."""

    negative: bool
    digits: str
    power: str = ""
    unit: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its separators are those of a number, and not of a version or an address: 1.2.3."""
        return any(self.value(decimal) is not None for decimal in ".,")

    def value(self, decimal: str) -> float | None:
        """Return the number where `decimal` ("." or ",") parts its decimals; None where the separators do not fit."""
        other = "," if decimal == "." else "."
        text = self.digits
        for space in _SPACES:
            text = text.replace(space, "")
        whole, _, rest = text.partition(decimal)
        if decimal in rest or other in rest or not _grouped(whole, other):
            return None
        number = float(f"{whole.replace(other, '')}.{rest or '0'}{self.power}")
        return -number if self.negative else number


def is_nothing(text: str) -> bool:
    """Return whether a cell says that it holds no figure."""
    return text.strip().lower() in _NOTHING


def without_footnote(text: str) -> str:
    """Return a figure without what points to a footnote behind it: “4.8*”."""
    return _FOOTNOTE.sub("", text.strip())


@lru_cache(maxsize=_KEPT)
def figure_in(text: str) -> Figure | None:
    """Return the number that a cell holds and nothing else than it, None where it holds another thing."""
    text = text.strip()
    if not text or len(text) > 60 or not _DIGIT.search(text):
        return None
    match = _FIGURE.fullmatch(text)
    if match is None or bool(match.group("open")) != bool(match.group("close")):
        return None
    digits = match.group("digits").rstrip(_ENDS)
    unit = (match.group("before") or match.group("unit") or "").strip()
    if match.group("before") and match.group("unit"):
        return None
    if unit and not any(c.isalpha() or c in "%€$£₴°‰" for c in unit):
        return None
    if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit():
        # a number of an article or of a place, which is no quantity
        return None
    # a price without cents: 12,-
    behind = match.group("minus") if digits == match.group("digits") else None
    negative = bool(match.group("open")) or any(
        sign in _MINUS for sign in (match.group("sign"), match.group("sign2"), behind)
    )
    return Figure(negative, digits, match.group("power") or "", unit)


def decimal_sign(figures: Iterable[Figure], otherwise: str) -> str:
    """Return what parts the decimals in figures that were written by the same habit, `otherwise` where none tells."""
    votes: Counter[str] = Counter()
    for figure in figures:
        vote = _vote(figure.digits)
        if vote:
            votes[vote] += 1
    if not votes or votes["."] == votes[","]:
        return otherwise
    return votes.most_common(1)[0][0]


def _vote(digits: str) -> str:
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if not points and not commas:
        return ""
    sign = "." if points else ","
    other = "," if points else "."
    whole, _, rest = digits.rpartition(sign)
    if points + commas > 1:
        return other
    if len(rest) != 3 or len(whole) > 3 or whole == "0" or any(space in whole for space in _SPACES):
        return sign
    return ""


def _grouped(whole: str, separator: str) -> bool:
    """Return whether a separator of thousands, where there is one, stands at every third digit."""
    first, *groups = whole.split(separator)
    return not groups or (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups))
