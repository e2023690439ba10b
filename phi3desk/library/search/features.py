"""The features of a passage for a question, computed alike however the passage was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from phi3desk.library.search.clauses import leads_with
from phi3desk.library.search.document_names import DocumentName, without_name
from phi3desk.library.search.postings import K1, B, Statistics
from phi3desk.library.search.word_index import Indexed
from phi3desk.library.words.terms import words_of

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
    """What ties one passage to the question.

    `document` is the share of the question's words, weighted by idf, that the document's name holds. All the others are
    about the words that it does not hold, for in a named document every passage would fit by those: `words` and
    `trigrams` are BM25 scores as shares of what a short passage would have that holds each of the question's words
    once, so that little is said for any passage where question and documents differ in language; `trigram_coverage` is
    the share of the question's trigrams that the passage contains, `proximity` the share of its words that stand close
    together, `pairs` that of its adjacent words that are adjacent here too. `clause` tells that the passage begins
    with, or stands under, the number that the question names a clause by.

    `standing` tells in deviations how far the passage stands out by its meaning (see `meaning`), `standing_of_document`
    is that of the best passages of its document, and `standing_within` how far it stands out among those by what the
    question asks besides the name. All three are 0 where no embedder has a vote. `alignment` is that of the best
    candidates in another language than the question's (see `alignment`), divided by the number of the question's words;
    0 for all others.

    `coverage` is the share of the question's words that passage or document's name hold, `matched` are these words;
    `trigrams_covered` is the same share of its trigrams. `likeness` is the standing among texts about all kinds of
    things. `language` is the passage's.
    """

    words: float
    trigrams: float
    trigram_coverage: float
    proximity: float
    pairs: float
    clause: float
    document: float
    coverage: float
    trigrams_covered: float
    matched: tuple[str, ...]
    language: str = ""
    standing: float = 0.0
    likeness: float = 0.0
    standing_of_document: float = 0.0
    standing_within: float = 0.0
    alignment: float = 0.0


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
        clauses: Sequence[str] = (),
    ) -> None:
        self._question = question
        self._terms = terms
        self._trigrams = trigrams
        self._clauses = clauses
        self._word_statistics = word_statistics
        self._trigram_statistics = trigram_statistics
        self._weight = sum(term.weight for term in terms) or 1.0
        self._trigrams_weight = sum(trigrams.values()) or 1.0
        self._best_words = sum(max(map(word_statistics.weight, term.stems), default=0.0) for term in terms) or 1.0
        self._best_trigrams = sum(map(trigram_statistics.weight, trigrams)) or 1.0
        self._parts: dict[frozenset[int], _Part] = {}

    def named(self, name: DocumentName) -> frozenset[int]:
        """Return which of the question's terms, by their place, are part of a document's name."""
        return frozenset(at for at, term in enumerate(self._terms) if name.holds(term.word, term.stems))

    def words(self, terms: Iterable[int]) -> frozenset[str]:
        """Return the folded words of some terms."""
        return frozenset(self._terms[at].word for at in terms)

    def share(self, terms: Iterable[int]) -> float:
        """Return the share of the question's words, weighted by idf, that some terms are."""
        return sum(self._terms[at].weight for at in terms) / self._weight

    def measure(
        self,
        candidates: Sequence[Indexed],
        names: Mapping[int, DocumentName],
        named: Mapping[int, frozenset[int]],
    ) -> list[Features]:
        """Measure passages, in their order, by their words.

        `names` are those of their documents, `named` the terms that each of these holds.
        """
        measured: dict[int, Features] = {}
        of: dict[frozenset[int], list[Indexed]] = {}
        for each in candidates:
            of.setdefault(named.get(each.document_id, frozenset()), []).append(each)
        for left_out, passages in of.items():
            part = self._part(left_out)
            by_trigrams = part.matched_trigrams([without_name(each, names) for each in passages])
            for each, both in zip(passages, by_trigrams, strict=True):
                measured[each.id] = self._features(part, left_out, each, *both)
        return [measured[each.id] for each in candidates]

    def _part(self, left_out: frozenset[int]) -> _Part:
        if left_out not in self._parts:
            terms = [term for at, term in enumerate(self._terms) if at not in left_out]
            trigrams = self._trigrams
            if left_out:
                trigrams = {t: weight for t, weight in trigrams.items() if any(t in term.word for term in terms)}
            self._parts[left_out] = _Part(
                self._question, terms, trigrams, self._word_statistics, self._trigram_statistics
            )
        return self._parts[left_out]

    def _features(
        self, part: _Part, left_out: frozenset[int], candidate: Indexed, trigram_coverage: float, trigrams: float
    ) -> Features:
        words, proximity, pairs, held = part.measure(candidate)
        document = self.share(left_out)
        of_rest = part.weight / self._weight
        return Features(
            words=words / self._best_words,
            trigrams=trigrams / self._best_trigrams,
            trigram_coverage=trigram_coverage / self._trigrams_weight,
            proximity=proximity * of_rest,
            pairs=pairs,
            clause=max((leads_with(candidate.folded, number) for number in self._clauses), default=0.0),
            document=document,
            coverage=document + sum(term.weight for term in held) / self._weight,
            trigrams_covered=(self._trigrams_weight - part.trigrams_weight + trigram_coverage) / self._trigrams_weight,
            language=candidate.language,
            matched=(*(self._terms[at].word for at in sorted(left_out)), *(term.word for term in held)),
        )


class _Part:
    """The words of a question that a document's name does not hold."""

    def __init__(
        self,
        question: str,
        terms: Sequence[Term],
        trigrams: Mapping[str, float],
        word_statistics: Statistics,
        trigram_statistics: Statistics,
    ) -> None:
        self._terms = terms
        self._trigrams = trigrams
        self._term_of_stem = {s: index for index, term in enumerate(terms) for s in term.stems}
        self.weight = sum(term.weight for term in terms)
        self.trigrams_weight = sum(trigrams.values())
        self._stem_weights = {stem: word_statistics.weight(stem) * (K1 + 1) for stem in self._term_of_stem}
        self._trigram_weights = [trigram_statistics.weight(trigram) * (K1 + 1) for trigram in trigrams]
        self._mean_tokens = max(1.0, word_statistics.mean_tokens)
        self._mean_trigrams = max(1.0, trigram_statistics.mean_tokens)
        term_of_word = {term.word: index for index, term in enumerate(terms)}
        order = [term_of_word.get(word) for word in words_of(question)]
        self._pairs = {(a, b) for a, b in pairwise(order) if a is not None and b is not None and a != b}

    def measure(self, candidate: Indexed) -> tuple[float, float, float, list[Term]]:
        """Return a passage's BM25 score, its proximity and pairs, and the terms it holds."""
        known = self._term_of_stem
        body, context = candidate.body.split(), candidate.context.split()
        places = [(at, word) for at, word in enumerate(body) if word in known]
        above = [word for word in context if word in known]
        spots = [(at, known[word]) for at, word in places]
        everywhere = {spot for _, spot in spots} | {known[word] for word in above}
        pairs = {(a, b) for (at, a), (after, b) in pairwise(spots) if after == at + 1} & self._pairs
        return (
            self._bm25([word for _, word in places], above, len(body) + len(context)),
            self._proximity(spots) / (self.weight or 1.0),
            len(pairs) / len(self._pairs) if self._pairs else 0.0,
            [self._terms[index] for index in sorted(everywhere)],
        )

    def _bm25(self, in_body: Sequence[str], in_context: Sequence[str], tokens: int) -> float:
        length = K1 * (1 - B + B * tokens / self._mean_tokens)
        times: dict[str, float] = dict(Counter(in_body))
        for word in in_context:
            times[word] = times.get(word, 0.0) + _IN_CONTEXT
        return sum(self._stem_weights[word] * n / (n + length) for word, n in times.items())

    def matched_trigrams(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """Return, for each text, the weight of the trigrams that it contains, and its BM25 score by them."""
        import numpy as np

        if not self._trigrams or not texts:
            return [(0.0, 0.0)] * len(texts)
        times = _times(texts, list(self._trigrams))
        matched = (times > 0) @ np.array(list(self._trigrams.values()))
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
