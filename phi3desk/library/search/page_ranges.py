"""Pages as people name them: "3-5, 8" is the pages 3, 4, 5 and 8."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phi3desk.errors import UserError

PageRanges = tuple[tuple[int, int], ...]

#: no document has more pages
LAST_PAGE = 999_999
#: more would be no restriction that a person makes
MOST_RANGES = 200
_RANGE = re.compile(r"\s*([0-9]{1,6})\s*(?:[-\u2010-\u2015\u2212]\s*([0-9]{1,6})\s*)?")


def read_page_ranges(text: str) -> PageRanges:
    """Return the first and last page of each range in a text such as "3-5, 8"; UserError for another text."""
    ranges = []
    for part in re.split("[,;]", text):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise _not_pages(text)
        ranges.append((int(found[1]), int(found[2] or found[1])))
    return joined_ranges(ranges)


def joined_ranges(ranges: Iterable[tuple[int, int]]) -> PageRanges:
    """Return ranges in their order, those that touch as one; UserError where one is none or they are too many."""
    made: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if not 1 <= first <= last <= LAST_PAGE:
            raise _not_pages(page_ranges_text(((first, last),)))
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(last, made[-1][1]))
        else:
            made.append((first, last))
    if len(made) > MOST_RANGES:
        raise UserError("{most} ranges of pages are the most that can be named.", most=MOST_RANGES)
    return tuple(made)


def page_ranges_text(ranges: PageRanges) -> str:
    """Return ranges as a text that `read_page_ranges` reads."""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _not_pages(text: str) -> UserError:
    return UserError("“{text}” does not name pages. Name them like this: 3-5, 8", text=text)
