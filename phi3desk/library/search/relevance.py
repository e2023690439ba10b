"""Whether a passage speaks of what is asked at all.

A logistic regression on the best finds for questions with an answer and for questions about something that the library
does not hold, in seven languages over reports, safety sheets and articles (`tests/benchmarks/questions`, the half that
is marked "tune"). Where a passage is in the question's language their words tell most, else their meaning does.
To call a true find unrelated is the worse mistake, for the user then gets no answer at all: the limits lose two of a
hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

from phi3desk.library.search.features import Features

_TIED_BY_WORDS = 0.7


@dataclass(frozen=True)
class _Rule:
    """The weights of likeness, of the words and of the trigrams that are covered, and what their sum has to reach."""

    likeness: float
    coverage: float
    trigrams: float
    limit: float


_IN_ONE_LANGUAGE = _Rule(1.86, 8.54, 2.74, 9.4)
_ACROSS_LANGUAGES = _Rule(1.98, 3.62, 3.62, 2.0)


def is_relevant(features: Features, language: str, by_meaning: bool) -> bool:
    """Return whether words or meaning tie a passage to the question.

    `language` is the question's, `by_meaning` tells whether an embedder had a vote. The words of a question can be
    expected in passages of its language only.
    """
    if features.clause:
        return True
    if not by_meaning:
        return features.coverage + features.trigrams_covered >= _TIED_BY_WORDS
    rule = _IN_ONE_LANGUAGE if features.language in ("", language) else _ACROSS_LANGUAGES
    tie = (
        rule.likeness * features.likeness
        + rule.coverage * features.coverage
        + rule.trigrams * features.trigrams_covered
    )
    return tie >= rule.limit
