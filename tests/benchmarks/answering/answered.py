"""One answer as it is judged, and the figures of many."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = (
    "set", "answered by", "asked", "right", "right with the right mark", "cited sentence holds the answer",
    "refused", "tokens read, median", "first word, median", "answer, median",
)  # fmt: skip
_NONE = "–"


@dataclass(frozen=True)
class Answered:
    """What came of a question; None where it is not known or not told.

    `right` is whether the text holds a reference answer, `marked` whether it cites a page that answers, too. `cited` is
    whether the sentence cited on such a page holds a reference answer. `tokens` were read for it, passages and all.
    """

    id: str
    text: str
    answerable: bool
    right: bool | None
    marked: bool | None
    cited: bool | None
    refused: bool
    tokens: int
    first_word_s: float
    seconds: float


def cells(called: str, by: str, answered: Sequence[Answered]) -> tuple[str, ...]:
    """Return a line of the table."""
    written = [one for one in answered if one.tokens]
    return (
        called,
        by,
        str(len(answered)),
        _share([one.right for one in answered]),
        _share([one.marked for one in answered]),
        _share([one.cited for one in answered]),
        _share([one.refused for one in answered]),
        f"{statistics.median(one.tokens for one in written):.0f}" if written else _NONE,
        *(
            f"{statistics.median(times):.1f} s" if times else _NONE
            for times in ([one.first_word_s for one in written], [one.seconds for one in written])
        ),
    )


def _share(told: Sequence[bool | None]) -> str:
    known = [one for one in told if one is not None]
    return f"{sum(known)} of {len(known)}" if known else _NONE
