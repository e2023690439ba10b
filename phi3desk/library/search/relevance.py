"""Whether a passage speaks of what is asked at all.

A logistic regression on the best finds for questions with an answer and for questions about something that the library
does not hold, in seven languages over reports, safety sheets and articles (`tests/benchmarks/questions`, the half that
is marked "tune") and for those on the sample documents. Where a passage is in the question's language their words tell
most, else their meaning does. To call a true find unrelated is the worse mistake, for the user then gets no answer at
all: the limits lose about two of a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from phi3desk.library.documents import Ranker
from phi3desk.library.search.features import Features

_TIED_BY_WORDS = 0.7
#: share of the passages searched
_COMMON = 0.1


@dataclass(frozen=True)
class _Rule:
    """The weights of likeness, of the words and of the trigrams that are covered, and what their sum has to reach."""

    likeness: float
    coverage: float
    trigrams: float
    limit: float


_IN_ONE_LANGUAGE = _Rule(1.42, 5.1, 5.1, 7.8)
_ACROSS_LANGUAGES = _Rule(1.98, 3.62, 3.62, 2.5)


#: what is named as a tie brings at least this share of what ties a passage
_NAMED_TIE = 1 / 3
CLAUSE = "clause"


def ties(features: Features, language: str, languages: Mapping[str, float], by_meaning: bool) -> tuple[str, ...]:
    """Return what ties a relevant passage to the question: the number of a clause, its words, its meaning, or both."""
    if features.clause:
        return (CLAUSE,)
    if not by_meaning:
        return (Ranker.WORDS.value,)
    rule = _ACROSS_LANGUAGES if is_across(features, language, languages) else _IN_ONE_LANGUAGE
    words = rule.coverage * features.coverage + rule.trigrams * features.trigrams_covered
    brought = {Ranker.WORDS.value: words, Ranker.MEANING.value: rule.likeness * features.likeness}
    least = _NAMED_TIE * sum(max(0.0, value) for value in brought.values())
    return tuple(name for name, value in brought.items() if value > 0 and value >= least)


def is_relevant(features: Features, language: str, languages: Mapping[str, float], by_meaning: bool) -> bool:
    """Return whether words or meaning tie a passage to the question.

    `language` is the question's, `languages` are the shares of those of the passages searched, `by_meaning` tells
    whether an embedder had a vote. The words of a question can be expected in passages of its language only.
    """
    if features.clause:
        return True
    if not by_meaning:
        return features.coverage + features.trigrams_covered >= _TIED_BY_WORDS
    rule = _ACROSS_LANGUAGES if is_across(features, language, languages) else _IN_ONE_LANGUAGE
    tie = (
        rule.likeness * features.likeness
        + rule.coverage * features.coverage
        + rule.trigrams * features.trigrams_covered
    )
    return tie >= rule.limit


def is_across(features: Features, language: str, languages: Mapping[str, float]) -> bool:
    """Return whether a passage is in another language than the question; see `is_relevant`."""
    # a passage in a language that hardly any other is in is a table or a list of names that was taken for it
    return features.language not in ("", language) and languages.get(features.language, 0.0) >= _COMMON
