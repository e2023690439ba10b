"""What a sentence lists: items between commas and conjunctions, each of which a passage may hold in a place of its own.

Two parts are no list: a comma or an “and” between two is as often one between clauses.
"""

from __future__ import annotations

import re
from functools import cache

from phi3desk.chat.grounding.statements import Statement, is_asked, statement_of

_CONJUNCTIONS = {
    "en": ("and",),
    "de": ("und", "sowie"),
    "sl": ("in", "ter"),
    "el": ("και", "κι"),
    "uk": ("та", "і", "й"),
    "ro": ("și", "şi", "si"),
    "sv": ("och", "samt"),
}
#: words of an item that is a part of a list and no clause of its own; the first or the last may hold the verb of all
_LONGEST_ITEM, _LONGEST_END = 6, 9
_FEWEST_ITEMS, _MOST_ITEMS = 3, 8


def items_of(claim: str, language: str, question: Statement) -> tuple[str, ...]:
    """Return what a claim lists, none where it is no list; each item says something that the question does not hold."""
    parts = [part.strip(" \t\n.!") for part in _between(language).split(claim)]
    if not _FEWEST_ITEMS <= len(parts) <= _MOST_ITEMS or not all(parts):
        return ()
    lengths = [len(part.split()) for part in parts]
    if max(lengths[1:-1]) > _LONGEST_ITEM or max(lengths[0], lengths[-1]) > _LONGEST_END:
        return ()
    if not all(_says_something(statement_of(part, language), question) for part in parts):
        return ()
    return tuple(parts)


@cache
def _between(language: str) -> re.Pattern[str]:
    """Return what stands between two items of a list in a language."""
    conjunction = "|".join(_CONJUNCTIONS.get(language, ("&",)))
    return re.compile(rf"[,;]\s+(?:(?:{conjunction})\s+)?|\s(?:{conjunction}|&)\s", re.IGNORECASE)


def _says_something(item: Statement, question: Statement) -> bool:
    return bool(item.figures) or any(not word.light and not is_asked(word, question) for word in item.words)
