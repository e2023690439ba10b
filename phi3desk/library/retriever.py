"""Finds the passages that answer a question: by stems, by pieces of words, and by meaning where the embedder can.

Candidates come from FTS5 (stems, trigrams) and Chroma. They are then scored anew, all by the same measures, each
between 0 and 1 and weighted by how rare a word is in the library. Scores are added and not ranks: a first rank says
nothing about how good a ranker's best find is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import Found, SearchResult
from phi3desk.library.embedder import Embedder
from phi3desk.library.language import language_of
from phi3desk.library.vectors import Vectors
from phi3desk.library.word_index import Indexed, Scope, WordIndex
from phi3desk.library.words import question_words, stem, trigrams_of, words_of

_CANDIDATES = 100
#: Words within which the words of one statement are expected.
_WINDOW = 25
_COMMON_LANGUAGE = 0.03
#: Measured on questions with an answer and on foreign ones: no more than one true find in fifty is taken for unrelated.
#: To call a true find unrelated is the worse mistake, for the person then gets no answer at all.
_TIED_BY_WORDS = 0.55
_TIED_BY_MEANING = 0.45


@dataclass(frozen=True)
class Weights:
    """How much each measure counts; one setting for every language."""

    words: float = 1.0
    trigrams: float = 1.0
    pieces: float = 1.0
    near: float = 0.5
    pairs: float = 0.2
    meaning: float = 1.0


@dataclass(frozen=True)
class Term:
    """A telling word of the question: its stems in the languages that are searched, and its weight (idf)."""

    word: str
    stems: frozenset[str]
    weight: float


@dataclass(frozen=True)
class Measures:
    """What ties one passage to the question, each 0 to 1.

    `words` and `trigrams` are BM25 scores as shares of the question's best one. `pieces` and `coverage` are the shares,
    by weight, of the question's three-letter pieces and of its words that the passage holds; `near` is the share of
    its words that stand close together, `pairs` that of its neighbouring words that are neighbours here too.
    `meaning` is the cosine similarity, or None where the embedder has no vote or ranks the passage low.
    """

    words: float
    trigrams: float
    pieces: float
    near: float
    pairs: float
    coverage: float
    held: tuple[str, ...]
    meaning: float | None


class Retriever:
    """Searches one library; may be used from any thread."""

    def __init__(self, catalog: Catalog, vectors: Vectors, embedder: Embedder, weights: Weights | None = None) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._embedder = embedder
        self._index = WordIndex(catalog)
        self.weights = weights or Weights()

    def search(self, question: str, k: int, collections: Sequence[int] | None, document: str | None) -> SearchResult:
        """Return the k best passages for a question; UserError for an empty question or an unknown document."""
        started = time.monotonic()
        question = " ".join(question.split())
        if not question:
            raise UserError("The question is empty. Type what you want to know.")
        scope = self._index.scope(collections, document)
        searched = self._index.searched(scope)
        shares = self._catalog.languages(scope.collections)
        language = language_of(question, shares)
        measured, by_meaning = self.measure(question, scope, language, shares, max(1, searched))
        ranked = sorted(measured.items(), key=lambda item: -self.score(item[1]))[:k]
        passages = self._catalog.passages([passage_id for passage_id, _ in ranked])
        found = tuple(
            Found(passages[i], self.score(m), self.is_relevant(m), m.held, m.meaning)
            for i, m in ranked
            if i in passages
        )
        return SearchResult(found, searched, language, time.monotonic() - started, by_meaning)

    def score(self, measures: Measures) -> float:
        """Return how well a passage fits, from its measures."""
        w = self.weights
        return (
            w.words * measures.words
            + w.trigrams * measures.trigrams
            + w.pieces * measures.pieces
            + w.near * measures.near
            + w.pairs * measures.pairs
            + w.meaning * max(0.0, measures.meaning or 0.0)
        )

    def is_relevant(self, measures: Measures) -> bool:
        """Tell whether words or meaning tie a passage to the question."""
        return measures.coverage + measures.pieces >= _TIED_BY_WORDS or (measures.meaning or 0.0) >= _TIED_BY_MEANING

    def measure(
        self, question: str, scope: Scope, language: str, shares: Mapping[str, float], searched: int
    ) -> tuple[dict[int, Measures], bool]:
        """Return the candidates for a question with their measures, and whether the embedder had a vote."""
        languages = {language, *(code for code, share in shares.items() if share >= _COMMON_LANGUAGE)}
        terms = self._terms(question, language, languages, searched)
        pieces = self._pieces(question, language, searched)
        by_words = dict(self._index.by_words((s for term in terms for s in term.stems), scope, _CANDIDATES))
        by_trigrams = dict(self._index.by_trigrams(pieces, scope, _CANDIDATES))
        meanings = self._meanings(question, scope, language)
        ids = list(dict.fromkeys([*by_words, *by_trigrams, *meanings]))
        candidates = self._index.indexed(ids) if ids else []
        asked = _Asked(question, terms, pieces, _shares(by_words), _shares(by_trigrams), meanings)
        return {candidate.id: asked.measure(candidate) for candidate in candidates}, bool(meanings)

    def _terms(self, question: str, language: str, languages: set[str], searched: int) -> list[Term]:
        words = question_words(question, language)
        stems = {word: frozenset(stem(word, code) for code in languages) for word in words}
        counts = self._index.word_counts(s for several in stems.values() for s in several)
        return [Term(word, stems[word], _idf(max(counts[s] for s in stems[word]), searched)) for word in words]

    def _pieces(self, question: str, language: str, searched: int) -> dict[str, float]:
        """Return the three-letter pieces of the question's words with their weights (idf)."""
        every = dict.fromkeys(piece for word in question_words(question, language) for piece in trigrams_of(word))
        counts = self._index.trigram_counts(every)
        return {piece: _idf(counts[piece], searched) for piece in every}

    def _meanings(self, question: str, scope: Scope, language: str) -> dict[int, float]:
        """Return the passages nearest in meaning with their cosine similarity; none for a language it does not know."""
        if language not in self._embedder.languages:
            return {}
        collections = scope.collections
        if collections is None:
            collections = tuple(collection.id for collection in self._catalog.collections())
        filled = [i for i in collections if self._vectors.count(i)]
        if not filled:
            return {}
        vector = self._embedder.embed([question])[0]
        near = [pair for i in filled for pair in self._vectors.nearest(i, vector, _CANDIDATES, scope.documents)]
        allowed = self._index.allowed([passage_id for passage_id, _ in near], scope) if near else set()
        return {passage_id: cosine for passage_id, cosine in near if passage_id in allowed}


def _idf(count: int, total: int) -> float:
    return math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5))


def _shares(scores: Mapping[int, float]) -> dict[int, float]:
    """Return scores as shares of the best one."""
    best = max(scores.values(), default=0.0)
    return {passage_id: score / best for passage_id, score in scores.items()} if best > 0 else {}


class _Asked:
    """A question made ready to be compared with passages."""

    def __init__(
        self,
        question: str,
        terms: Sequence[Term],
        pieces: Mapping[str, float],
        by_words: Mapping[int, float],
        by_trigrams: Mapping[int, float],
        meanings: Mapping[int, float],
    ) -> None:
        self._terms = terms
        self._pieces = pieces
        self._by_words = by_words
        self._by_trigrams = by_trigrams
        self._meanings = meanings
        self._term_of_stem = {s: index for index, term in enumerate(terms) for s in term.stems}
        self._weight = sum(term.weight for term in terms) or 1.0
        self._pieces_weight = sum(pieces.values()) or 1.0
        term_of_word = {term.word: index for index, term in enumerate(terms)}
        order = [term_of_word.get(word) for word in words_of(question)]
        self._pairs = {(a, b) for a, b in pairwise(order) if a is not None and b is not None and a != b}

    def measure(self, candidate: Indexed) -> Measures:
        """Measure one passage."""
        spots = [self._term_of_stem.get(word) for word in candidate.body.split()]
        held = {spot for spot in spots if spot is not None}
        everywhere = held | {
            self._term_of_stem[word] for word in candidate.context.split() if word in self._term_of_stem
        }
        pairs = {pair for pair in pairwise(spots) if pair in self._pairs}
        pieces = sum(weight for piece, weight in self._pieces.items() if piece in candidate.folded)
        return Measures(
            words=self._by_words.get(candidate.id, 0.0),
            trigrams=self._by_trigrams.get(candidate.id, 0.0),
            pieces=pieces / self._pieces_weight,
            near=self._near(spots) / self._weight,
            pairs=len(pairs) / len(self._pairs) if self._pairs else 0.0,
            coverage=sum(self._terms[i].weight for i in everywhere) / self._weight,
            held=tuple(self._terms[i].word for i in sorted(everywhere)),
            meaning=self._meanings.get(candidate.id),
        )

    def _near(self, spots: Sequence[int | None]) -> float:
        """Return the largest weight of different words that stand within `_WINDOW` words of each other."""
        places = [(at, spot) for at, spot in enumerate(spots) if spot is not None]
        best = 0.0
        for index, (start, _) in enumerate(places):
            seen: set[int] = set()
            for at, spot in places[index:]:
                if at - start > _WINDOW:
                    break
                seen.add(spot)
            best = max(best, sum(self._terms[i].weight for i in seen))
        return best
