"""Scripts that set no spaces between words, cut into pieces of two letters; and words set with spaces in them.

A search can only find what is cut alike in question and document. Where a word begins and ends in Chinese, Japanese or
Thai only a dictionary tells; two letters each, one after the other, find every word of two letters and more.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

_HAN_KANA = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_HANGUL = "\u1100-\u11ff\uac00-\ud7a3"
#: Thai, Lao, Burmese, Khmer
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_SPACELESS = re.compile(f"[{_HAN_KANA}{_HANGUL}{_SOUTH_EAST}]+")
#: Vowels and tones above and below the letters of South-East Asia; where they stand words would break.
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3]+")
_SET_APART = re.compile(f"(?<![{_HAN_KANA}])[{_HAN_KANA}](?:[ \u3000][{_HAN_KANA}](?![{_HAN_KANA}]))+")
_KANA = "\u3041-\u309f"
#: Pieces of one kana and one sign of another kind: the end of one word and the beginning of another.
_ACROSS = re.compile(f"[{_KANA}][^{_KANA}]|[^{_KANA}][{_KANA}]")
_SPACED = re.compile(r"(?<!\S)[^\W\d_](?: [^\W\d_]){3,}(?!\S)")


def is_piece(word: str) -> bool:
    """Return whether a word is a piece of a script without spaces."""
    return len(word) <= 2 and _SPACELESS.fullmatch(word) is not None


def stands_across(piece: str) -> bool:
    """Return whether a Japanese piece goes from one word into another."""
    return _ACROSS.fullmatch(piece) is not None


def is_spaceless(text: str) -> bool:
    """Return whether a text holds letters of a script without spaces."""
    return not text.isascii() and _SPACELESS.search(text) is not None


def is_mostly_spaceless(text: str) -> bool:
    """Return whether most letters of a text are of scripts without spaces."""
    if text.isascii():
        return False
    letters = sum(len(run) for run in _SPACELESS.findall(text))
    return letters > sum(c.isalpha() for c in text) / 2


def settled(folded: str) -> str:
    """Return a folded text with its syllables whole, marks left out and signs together that are set apart."""
    whole = unicodedata.normalize("NFC", folded)
    return _SET_APART.sub(lambda match: re.sub(r"\s", "", match.group()), _MARKS.sub("", whole))


def pieces_of(word: str) -> Iterator[str]:
    """Yield a word's parts of other scripts as they are, those of scripts without spaces in pieces of two letters."""
    at = 0
    for match in _SPACELESS.finditer(word):
        if match.start() > at:
            yield word[at : match.start()]
        run = match.group()
        yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
        at = match.end()
    if at < len(word):
        yield word[at:]


def spaced_words(text: str) -> list[str]:
    """Return the words that a text sets letter by letter, as W A R N I N G, folded or not as they stand.

    Letters in the order of the alphabet, or one letter again and again, are none: they name columns, or stand for
    figures.
    """
    found = []
    for match in _SPACED.finditer(text):
        letters = match.group().split(" ")
        steps = {ord(b) - ord(a) for a, b in itertools.pairwise(letters)}
        if len(set(letters)) > 2 and steps != {1} and not is_spaceless(match.group()):
            found.append("".join(letters))
    return found
