"""The features of a passage for a question, computed alike however the passage was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from phi3desk.library.search.clauses import leads_with
from phi3desk.library.search.postings import K1, B, Statistics
from phi3desk.library.search.word_index import Indexed
from phi3desk.library.terms import words_of

if TYPE_CHECKING:
    import numpy as np

#: Words within which the words of one statement are expected.
_WINDOW = 25
#: A word counts less in a passage's title and headings, which it shares with its neighbours.
_IN_CONTEXT = 0.6


@dataclass(frozen=True)
class Term:
    """A content word of the question: its stems in the languages that are searched, and its weight (idf)."""

    word: str
    stems: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Features:
    """What ties one passage to the question, each 0 to 1.

    `words` and `trigrams` are BM25 scores as shares of the best candidate's. `trigram_coverage` and `coverage` are the
    shares, weighted by idf, of the question's trigrams and of its words that the passage contains; `proximity` is the
    share of its words that stand close together, `pairs` that of its adjacent words that are adjacent here too.
    `clause` tells that the passage begins with, or stands under, the number that the question names a clause by.
    `matched` are the question's words that the passage contains. `meaning` is the cosine similarity, or None where the
    embedder has no vote or ranks the passage low.
    """

    words: float
    trigrams: float
    trigram_coverage: float
    proximity: float
    pairs: float
    clause: float
    coverage: float
    matched: tuple[str, ...]
    meaning: float | None


class Query:
    """A question made ready to be compared with passages.

    `trigrams` are those of its words with their weights (idf); the statistics tell how common its stems and trigrams
    are in the whole index; `clauses` are the numbers of the clauses that it names.
    """

    def __init__(
        self,
        question: str,
        terms: Sequence[Term],
        trigrams: Mapping[str, float],
        word_statistics: Statistics,
        trigram_statistics: Statistics,
        similarities: Mapping[int, float],
        clauses: Sequence[str] = (),
    ) -> None:
        self._terms = terms
        self._trigrams = trigrams
        self._similarities = similarities
        self._clauses = clauses
        self._term_of_stem = {s: index for index, term in enumerate(terms) for s in term.stems}
        self._weight = sum(term.weight for term in terms) or 1.0
        self._trigrams_weight = sum(trigrams.values()) or 1.0
        self._stem_weights = {stem: word_statistics.weight(stem) * (K1 + 1) for stem in self._term_of_stem}
        self._trigram_weights = [trigram_statistics.weight(trigram) * (K1 + 1) for trigram in trigrams]
        self._mean_tokens = max(1.0, word_statistics.mean_tokens)
        self._mean_trigrams = max(1.0, trigram_statistics.mean_tokens)
        term_of_word = {term.word: index for index, term in enumerate(terms)}
        order = [term_of_word.get(word) for word in words_of(question)]
        self._pairs = {(a, b) for a, b in pairwise(order) if a is not None and b is not None and a != b}

    def measure(self, candidates: Sequence[Indexed]) -> list[Features]:
        """Measure passages, in their order; the BM25 scores become shares of the best one's."""
        by_trigrams = self._matched_trigrams([candidate.folded for candidate in candidates])
        measured = [self._measure(each, *both) for each, both in zip(candidates, by_trigrams, strict=True)]
        words = max((m.words for m in measured), default=0.0) or 1.0
        trigrams = max((m.trigrams for m in measured), default=0.0) or 1.0
        return [replace(m, words=m.words / words, trigrams=m.trigrams / trigrams) for m in measured]

    def _measure(self, candidate: Indexed, trigram_coverage: float, trigrams: float) -> Features:
        known = self._term_of_stem
        body, context = candidate.body.split(), candidate.context.split()
        places = [(at, word) for at, word in enumerate(body) if word in known]
        above = [word for word in context if word in known]
        spots = [(at, known[word]) for at, word in places]
        everywhere = {spot for _, spot in spots} | {known[word] for word in above}
        pairs = {(a, b) for (at, a), (after, b) in pairwise(spots) if after == at + 1} & self._pairs
        return Features(
            words=self._bm25([word for _, word in places], above, len(body) + len(context)),
            trigrams=trigrams,
            trigram_coverage=trigram_coverage,
            proximity=self._proximity(spots) / self._weight,
            pairs=len(pairs) / len(self._pairs) if self._pairs else 0.0,
            clause=max((leads_with(candidate.folded, number) for number in self._clauses), default=0.0),
            coverage=sum(self._terms[i].weight for i in everywhere) / self._weight,
            matched=tuple(self._terms[i].word for i in sorted(everywhere)),
            meaning=self._similarities.get(candidate.id),
        )

    def _bm25(self, in_body: Sequence[str], in_context: Sequence[str], tokens: int) -> float:
        length = K1 * (1 - B + B * tokens / self._mean_tokens)
        times: dict[str, float] = dict(Counter(in_body))
        for word in in_context:
            times[word] = times.get(word, 0.0) + _IN_CONTEXT
        return sum(self._stem_weights[word] * n / (n + length) for word, n in times.items())

    def _matched_trigrams(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """Return, for each text, the share by weight of the trigrams that it contains, and its BM25 score by them."""
        import numpy as np

        if not self._trigrams or not texts:
            return [(0.0, 0.0)] * len(texts)
        times = _times(texts, list(self._trigrams))
        matched = (times > 0) @ np.array(list(self._trigrams.values())) / self._trigrams_weight
        tokens = np.array([max(0, len(text) - 2) for text in texts])
        length = K1 * (1 - B + B * tokens / self._mean_trigrams)
        scores = times / (times + length[:, None]) @ np.array(self._trigram_weights)
        return list(zip(matched.tolist(), scores.tolist(), strict=True))

    def _proximity(self, spots: Sequence[tuple[int, int]]) -> float:
        """Return the largest weight of different words that stand within `_WINDOW` words of each other."""
        inside: Counter[int] = Counter()
        weight = best = 0.0
        first = 0
        for at, spot in spots:
            if not inside[spot]:
                weight += self._terms[spot].weight
            inside[spot] += 1
            while at - spots[first][0] > _WINDOW:
                gone = spots[first][1]
                inside[gone] -= 1
                if not inside[gone]:
                    weight -= self._terms[gone].weight
                first += 1
            best = max(best, weight)
        return best


def _times(texts: Sequence[str], trigrams: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return how often each trigram occurs in each text, shape (texts, trigrams).

    All texts are looked through at once as numbers: three letters of 21 bits are one number of 63.
    """
    import numpy as np

    joined = np.frombuffer("".join(f"{text}\n\n\n" for text in texts).encode("utf-32-le", "replace"), dtype=np.uint32)
    letters = joined.astype(np.int64)
    threes = letters[:-2] << 42 | letters[1:-1] << 21 | letters[2:]
    wanted = np.array([ord(p[0]) << 42 | ord(p[1]) << 21 | ord(p[2]) for p in trigrams], dtype=np.int64)
    # most places hold none of the trigrams: a table of the numbers' last bits tells that at once
    table = np.zeros(1 << 16, dtype=np.bool_)
    order = np.argsort(wanted)
    table[_mixed(wanted)] = True
    at = np.flatnonzero(table[_mixed(threes)])
    place = np.minimum(np.searchsorted(wanted[order], threes[at]), len(trigrams) - 1)
    exact = wanted[order][place] == threes[at]
    ends = np.cumsum([len(text) + 3 for text in texts])
    text = np.searchsorted(ends, at[exact], side="right")
    cells = text * len(trigrams) + order[place[exact]]
    return np.bincount(cells, minlength=len(texts) * len(trigrams)).reshape(len(texts), -1).astype(np.float64)


def _mixed(threes: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return (threes ^ threes >> 15 ^ threes >> 29) & 0xFFFF
