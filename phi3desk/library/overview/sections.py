"""Which passages stand for a document that is too long to be read as a whole: the beginnings of its sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from phi3desk.library.documents import Passage

_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}")
_LED_TO = re.compile(rf"(?:{_LEADERS.pattern})\s*(\d+(?:[.,]\d+)*)")
#: an entry of a table of contents is a line with leaders; so many of them are no text to be read
_CONTENTS_LINES = 3
#: entries without leaders, "2.3 Before any work 4 2.4 Remaining hazards 4", and the share of the text that they are
_ENTRIES = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.? [^\W\d][^\d]{3,70}? (\d{1,3})(?=\s|$)")
_CONTENTS_ENTRIES = 5
_CONTENTS_SHARE = 0.6
_SHORTEST = 60


def chosen(passages: Sequence[Passage], characters: int) -> list[Passage]:
    """Return passages of a document of so many characters at most, without tables of contents; see `spread`."""
    worth = [passage for passage in readable(passages) if len(passage.text) >= _SHORTEST]
    return spread(worth or passages, characters)


def spread(passages: Sequence[Passage], characters: int) -> list[Passage]:
    """Return passages of so many characters at most, in their order: of each section the first, then the next ones.

    Where there is no room for the first of each section, the sections are taken evenly over the document.
    """
    rounds = [[p for p in each if p is not None] for each in zip_longest(*_sections(passages))]
    taken: list[Passage] = []
    room = characters
    for candidates in rounds:
        fitting = _even(candidates, room)
        taken += fitting
        room -= sum(len(passage.text) for passage in fitting)
        if len(fitting) < len(candidates):
            break
    kept = {passage.id for passage in taken} or {passage.id for passage in passages[:1]}
    return [passage for passage in passages if passage.id in kept]


def readable(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages that are no table of contents; all of them where nothing else is there."""
    return [passage for passage in passages if not _is_contents(passage.text)] or list(passages)


def comparable(passages: Sequence[Passage]) -> list[Passage]:
    """Return the passages that may be compared: without what can only be a table of contents, with every list."""
    return [passage for passage in passages if not _can_only_be_contents(passage.text)] or list(passages)


def _is_contents(text: str) -> bool:
    if _has_leaders(text):
        return True
    entries = list(_ENTRIES.finditer(text))
    enough = len(entries) >= _CONTENTS_ENTRIES and sum(len(entry[0]) for entry in entries) >= _CONTENTS_SHARE * len(
        text
    )
    return enough and _are_pages([entry[1] for entry in entries])


def _can_only_be_contents(text: str) -> bool:
    return _has_leaders(text) and _are_pages(_LED_TO.findall(text))


def _has_leaders(text: str) -> bool:
    return len(_LEADERS.findall(text)) >= _CONTENTS_LINES


def _are_pages(closing: Sequence[str]) -> bool:
    """Return whether numbers at the ends of lines can be pages, which never fall, rather than pieces or prices."""
    return all(number.isdigit() for number in closing) and all(
        int(before) <= int(after) for before, after in pairwise(closing)
    )


def _sections(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the passages by the heading they stand under; without headings, by page."""
    sections: list[list[Passage]] = []
    before: tuple[object, ...] | None = None
    for passage in passages:
        section = passage.headings or (passage.page,)
        if section != before:
            sections.append([])
        sections[-1].append(passage)
        before = section
    return sections


def _even(passages: Sequence[Passage], characters: int) -> list[Passage]:
    """Return as many of the passages as fit, taken evenly from the first to the last."""
    lengths = sum(len(passage.text) for passage in passages)
    count = len(passages) if lengths <= characters else int(len(passages) * characters / lengths)
    if count >= len(passages):
        return list(passages)
    return [passages[at * len(passages) // count] for at in range(count)]
