"""The bound that words set on a figure: at least, at most, not more than; and which denials are part of one.

A denial before a comparison turns it: “not more than 4” is at most 4. It denies nothing then, which is so only where a
figure takes the bound: “no longer permitted” has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from phi3desk.chat.grounding.number_words import numbers_in_words
from phi3desk.chat.grounding.opposite_words import DENYING, NOT_ONLY
from phi3desk.chat.grounding.quantity_words import (
    ABOVE,
    ABOVE_BEHIND,
    AFTER,
    APART,
    BEFORE,
    BELOW,
    BELOW_BEHIND,
    COUNTING_DOWN,
    EXCEEDED,
    FELL_SHORT_OF,
    FROM,
    IN_TIME,
    NEAR,
    ONWARDS,
    THAN,
    UP_TO,
    VERBS,
)
from phi3desk.chat.wording.word_lists import is_listed
from phi3desk.library.text import fold

_TURNED = {">": "<", "<": ">", "": ""}
_DENYING = " ".join(DENYING.values())
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[<>≤≥]=?")
#: characters before a figure, and behind it, in which the words of its bound are looked for
_BEFORE, _BEHIND = 80, 48
_CLAUSE_END = re.compile(r"[.;:()\d]|, ")
_CLAUSE_BEGINNING = re.compile(r"[;:()\d]|[,.] ")
#: “6 years of age and older”, “5 Jahre oder älter”, “6 let in več”: not “5 tablets and more than 3 glasses”
_AND_MORE = re.compile(
    r"\s*(?:old|of age|alt|gammal|gamla|starosti|ηλικιασ)?,?\s*"
    r"(?P<and>\b(?:and|or|und|oder|in|ali|και|η|і|й|та|або|si|sau|och|eller)\s+)?"
    rf"(?P<more>[^\W\d_]+(?:\s+[^\W\d_]+)?)(?!\s+(?:{'|'.join(THAN.split())})\b|\w|\s*\d)"
)
#: words between a bound and its figure, with a denial and without; between a denial and a comparison, or “under”
_REACH, _REACH_UNDENIED = 6, 2
_FAR, _NEAR = 4, 1
#: words between a figure and the verb behind it: “6 bar darf der Druck nicht überschreiten”
_VERB_REACH = 5


def bound_of(text: str, start: int, end: int) -> str:
    """Return the bound that words before a figure, or behind it, set: ">", "<" or "" for none."""
    before = _words(_CLAUSE_BEGINNING.split(fold(text[max(0, start - _BEFORE) : start]))[-1])
    behind = _CLAUSE_END.split(fold(text[end : end + _BEHIND]))[0]
    words = _words(behind)
    side = _before(before, counts_down=bool(words) and is_listed(words[0], COUNTING_DOWN))
    if any(is_listed(word, VERBS) for word in before[-2:]) and any(map(_denies, words[:1])):
        return _TURNED[side]
    return side or _more(fold(text[end : end + _BEHIND])) or _verb(before, words) or _weak(before)


def is_part_of_a_bound(words: Sequence[str], at: int, language: str) -> bool:
    """Return whether a denial among folded words turns a bound of a figure, or belongs to “only”."""
    if any(is_listed(word, NOT_ONLY) for word in words[at + 1 : at + 3]):
        return True
    for place in range(max(0, at - _VERB_REACH), at):
        if is_listed(words[place], VERBS) and _has_figure(words[place + 1 : at]):
            # “überschreitet 6 bar nicht”
            return True
    for place in range(max(0, at - 1), min(at + 2 + _FAR, len(words))):
        if place > at and _exceeds(words[place]) and _has_figure(words[max(0, at - _VERB_REACH) : place]):
            return True
        if (_side(words, place) or _order(words[place])) and _denial(words, place) == at:
            return _figure_behind(words, place, language)
    return False


def _words(clause: str) -> list[str]:
    return _WORD.findall(clause.replace("’", "'"))


def _before(words: Sequence[str], *, counts_down: bool) -> str:
    """Return the bound that the last words before a figure set, turned where they are denied.

    Where days count down, as in “14 days before”, no later is at least.
    """
    for place in reversed(range(max(0, len(words) - 1 - _REACH), len(words))):
        is_denied = _denial(words, place) is not None
        side = _side(words, place) or (_order(words[place]) if is_denied else "")
        if side and counts_down and is_listed(words[place], IN_TIME):
            side = _TURNED[side]
        if side and is_denied:
            return _TURNED[side] if _reaches(words, place, len(words)) else ""
        if side and place >= len(words) - 1 - _REACH_UNDENIED:
            return side
    return ""


def _weak(words: Sequence[str]) -> str:
    """Return the bound of words that often set none, such as “from”, which count right before a figure only."""
    for place in reversed(range(max(0, len(words) - 1 - _REACH_UNDENIED), len(words))):
        if _is_at(words, place, FROM):
            return ">"
        if _is_at(words, place, UP_TO):
            return "<"
    return ""


def _more(behind: str) -> str:
    """Return the bound of words right behind a figure: “or more”, “and older”, “at most”."""
    match = _AND_MORE.match(behind)
    if match is None:
        return ""
    words = match["more"].split()
    for key, above, below in (
        ("_".join(words), _pairs(ABOVE_BEHIND), _pairs(BELOW_BEHIND)),
        (words[0], ABOVE_BEHIND if match["and"] else ONWARDS, BELOW_BEHIND if match["and"] else ""),
    ):
        if is_listed(key, above):
            return ">"
        if is_listed(key, below):
            return "<"
    return ""


def _verb(before: Sequence[str], behind: Sequence[str]) -> str:
    """Return the bound of a verb that stands behind its figure: “6 bar nicht überschreiten”."""
    for at, word in enumerate(behind[:_VERB_REACH]):
        side = _exceeds(word)
        if side:
            return _TURNED[side] if any(map(_denies, (*before[-2:], *behind[:at]))) else side
    return ""


def _side(words: Sequence[str], place: int) -> str:
    return ">" if _is_at(words, place, ABOVE) else "<" if _is_at(words, place, BELOW) else ""


def _order(word: str) -> str:
    """Return the side of a word that sets a bound only where it is denied: “not before 5 May”."""
    return ">" if is_listed(word, AFTER) else "<" if is_listed(word, BEFORE) else ""


def _exceeds(word: str) -> str:
    return ">" if is_listed(word, EXCEEDED) else "<" if is_listed(word, FELL_SHORT_OF) else ""


def _is_at(words: Sequence[str], place: int, listed: str) -> bool:
    """Return whether a list holds a word by itself or with the one before it: “mai_putin”."""
    pair = "_".join(words[max(0, place - 1) : place + 1])
    return is_listed(words[place], listed) or ("_" in pair and is_listed(pair, _pairs(listed)))


@cache
def _pairs(listed: str) -> str:
    return " ".join(each for each in listed.split() if "_" in each)


def _denies(word: str) -> bool:
    return is_listed(word, _DENYING)


def _denial(words: Sequence[str], place: int) -> int | None:
    """Return where the denial stands that turns a comparison: “nicht öfter”, not “nicht für Kinder unter”."""
    if is_listed(words[place], VERBS) and any(map(_denies, words[place + 1 : place + 2])):
        # “överstiger inte 6 bar”
        return place + 1
    far = _NEAR if is_listed(words[place], NEAR) else _FAR
    for at in range(place - 1, max(-1, place - 2 - far), -1):
        if _denies(words[at]):
            return at
        if is_listed(words[at], APART):
            break
    return None


def _reaches(words: Sequence[str], place: int, figure: int) -> bool:
    """Return whether a comparison is one with a figure: right before it, or “more … than”, or a verb."""
    between = words[place + 1 : figure]
    takes_any = is_listed(words[place], NEAR) or is_listed(words[place], VERBS)
    return takes_any or len(between) <= 1 or any(is_listed(word, THAN) for word in between)


def _figure_behind(words: Sequence[str], place: int, language: str) -> bool:
    """Return whether a figure stands behind a word that sets a bound, and none of another before it."""
    for at in range(place + 1, min(place + 2 + _REACH, len(words))):
        if any(sign.isdigit() for sign in words[at]) or numbers_in_words(words[at], language):
            return _reaches(words, place, at)
        if _side(words, at):
            return False
    return False


def _has_figure(words: Sequence[str]) -> bool:
    return any(sign.isdigit() for word in words for sign in word)
