"""How good a search is, by the pages that hold the evidence.

What was found counts page by page: passages of a page that is in the list already do not count again. `page@k` is the
share of questions with evidence among the first k pages, the reciprocal rank is 1 / place of the first such page within
ten, 0 beyond, and `document@5` the share with the right document among the first five passages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tests.benchmarks.finding.questions import Asked, Place

_MOST_PAGES = 10


@dataclass(frozen=True)
class Scores:
    """What was reached with so many questions; `unanswered` got no line at all, and count as not found."""

    questions: int
    unanswered: int
    page_1: float
    page_5: float
    page_10: float
    document_5: float
    mrr: float


def scores_of(asked: Sequence[Asked], found: Mapping[str, Sequence[Place]]) -> Scores:
    """Score what was found for each question, by its id, best first; there is at least one question."""
    ranks = [rank_of(each, found.get(each.id, ())) for each in asked]
    documents = [
        bool({place.document for place in found.get(each.id, ())[:5]} & {place.document for place in each.evidence})
        for each in asked
    ]
    return Scores(
        questions=len(asked),
        unanswered=sum(each.id not in found for each in asked),
        page_1=_share(ranks, 1),
        page_5=_share(ranks, 5),
        page_10=_share(ranks, _MOST_PAGES),
        document_5=fmean(documents),
        mrr=fmean(1 / rank if rank else 0.0 for rank in ranks),
    )


def rank_of(asked: Asked, found: Sequence[Place]) -> int:
    """Return at which place, from 1, the first page with evidence is; 0 where none is among the first ten."""
    pages = list(dict.fromkeys(found))[:_MOST_PAGES]
    return next((rank for rank, page in enumerate(pages, 1) if page in asked.evidence), 0)


def _share(ranks: Sequence[int], within: int) -> float:
    return fmean(0 < rank <= within for rank in ranks)
