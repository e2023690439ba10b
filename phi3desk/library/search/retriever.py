"""Finds the passages that answer a question: by stems, by trigrams, and by embedding where the language allows it.

Candidates come from the word index (stems, trigrams) and Chroma. They are then scored anew, all by the same features,
each between 0 and 1 and weighted by how rare a word is in the library. Scores are added and not ranks: a first rank
says nothing about how good a ranker's best find is.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import Found, SearchResult, SearchScope, WordsOnly
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.serving import Serving
from phi3desk.library.language import language_of
from phi3desk.library.scripts import is_piece
from phi3desk.library.search.clauses import clause_numbers
from phi3desk.library.search.features import Features, Query, Term
from phi3desk.library.search.postings import inside
from phi3desk.library.search.scope import Scope
from phi3desk.library.search.word_index import Extent, WordIndex
from phi3desk.library.terms import question_trigrams, question_words, stem

log = logging.getLogger(__name__)

#: Candidates of each kind of search.
_CANDIDATES = 60
#: Of a scope that the store of vectors does not know.
_CANDIDATES_TO_PICK = 1000
#: The most documents that the store of vectors is restricted to.
_DOCUMENTS_ASKED_FOR = 500
_COMMON_LANGUAGE = 0.03
#: Measured on questions with an answer and on foreign ones: no more than one true find in fifty is taken for unrelated.
#: To call a true find unrelated is the worse mistake, for the user then gets no answer at all.
_TIED_BY_WORDS = 0.55
_TIED_BY_EMBEDDING = 0.45
_PIECE_OF_NO_WORD = 0.3


@dataclass(frozen=True)
class Weights:
    """How much each feature counts; one setting for every language."""

    words: float = 1.0
    trigrams: float = 1.0
    trigram_coverage: float = 1.0
    proximity: float = 0.5
    pairs: float = 0.2
    clause: float = 3.0
    meaning: float = 1.0


class Retriever:
    """Searches one library; may be used from any thread."""

    def __init__(
        self,
        catalog: Catalog,
        vectors: LibraryVectors,
        serving: Callable[[Sequence[int] | None], list[Serving]],
        weights: Weights | None = None,
    ) -> None:
        """Make one; `serving` returns which embedders answer for collections (None: for all)."""
        self._catalog = catalog
        self._vectors = vectors
        self._serving = serving
        self._index = WordIndex(catalog)
        self.weights = weights or Weights()

    def search(self, question: str, k: int, searched: SearchScope) -> SearchResult:
        """Return the k best passages for a question; UserError for an empty one or a scope that fits nothing."""
        started = time.monotonic()
        question = " ".join(question.split())
        if not question:
            raise UserError("The question is empty. Type what you want to know.")
        scope = self._index.scope(searched)
        extent = self._index.extent(scope)
        language = language_of(question, extent.languages)
        measured, by_meaning = self.measure(question, scope, extent, language)
        ranked = sorted(measured.items(), key=lambda item: -self.score(item[1]))[:k]
        passages = self._catalog.passages([passage_id for passage_id, _ in ranked])
        found = tuple(
            Found(passages[i], self.score(m), self.is_relevant(m), m.matched, m.meaning)
            for i, m in ranked
            if i in passages
        )
        embedders = tuple(each.embedder.name for each in self._serving(scope.collections)) if by_meaning else ()
        seconds = time.monotonic() - started
        why = self._words_only(scope, language) if extent.passages else None
        return SearchResult(found, extent.passages, language, seconds, by_meaning, question, embedders, words_only=why)

    def score(self, features: Features) -> float:
        """Return how well a passage fits, from its features."""
        w = self.weights
        return (
            w.words * features.words
            + w.trigrams * features.trigrams
            + w.trigram_coverage * features.trigram_coverage
            + w.proximity * features.proximity
            + w.pairs * features.pairs
            + w.clause * features.clause
            + w.meaning * max(0.0, features.meaning or 0.0)
        )

    def is_relevant(self, features: Features) -> bool:
        """Return whether words or embedding tie a passage to the question."""
        return (
            features.coverage + features.trigram_coverage >= _TIED_BY_WORDS
            or (features.meaning or 0.0) >= _TIED_BY_EMBEDDING
        )

    def measure(self, question: str, scope: Scope, extent: Extent, language: str) -> tuple[dict[int, Features], bool]:
        """Return the candidates for a question with their features, and whether the embedder had a vote."""
        words = question_words(question, language)
        languages = {language, *(code for code, share in extent.languages.items() if share >= _COMMON_LANGUAGE)}
        stems = {word: frozenset(stem(word, code) for code in languages) for word in words}
        trigrams = question_trigrams(question, language)
        by_words, word_statistics = self._index.look(
            self._index.words, (s for several in stems.values() for s in several), extent, _CANDIDATES
        )
        by_trigrams, trigram_statistics = self._index.look(self._index.trigrams, trigrams, extent, _CANDIDATES)
        similarities = self._similarities(question, scope, extent, language)
        ids = list(dict.fromkeys([*by_words, *by_trigrams, *similarities]))
        query = Query(
            question,
            [
                Term(word, stems[word], _weight(word, max(word_statistics.counts[s] for s in stems[word]), extent))
                for word in words
            ],
            {trigram: _idf(trigram_statistics.counts[trigram], extent.passages) for trigram in trigrams},
            word_statistics,
            trigram_statistics,
            similarities,
            clause_numbers(question),
        )
        candidates = self._index.indexed(ids)
        measured = query.measure(candidates)
        return {each.id: m for each, m in zip(candidates, measured, strict=True)}, bool(similarities)

    def _words_only(self, scope: Scope, language: str) -> WordsOnly | None:
        """Return why no embedder has a vote, None where one has."""
        serving = self._serving(scope.collections)
        if not serving:
            return WordsOnly.NO_VECTORS
        return None if any(language in each.embedder.languages for each in serving) else WordsOnly.LANGUAGE

    def _similarities(self, question: str, scope: Scope, extent: Extent, language: str) -> dict[int, float]:
        """Return the nearest passages with their cosine similarity; none for a language the embedder does not know."""
        import numpy as np

        # what the vectors cannot be restricted to is picked out of more of them
        documents = None if len(scope.documents or ()) > _DOCUMENTS_ASKED_FOR else scope.documents
        count = _CANDIDATES if documents == scope.documents and not scope.pages else _CANDIDATES_TO_PICK
        nearest: dict[int, float] = {}
        for serving in self._serving(scope.collections):
            embedder = serving.embedder
            if language not in embedder.languages:
                continue
            try:
                vector = embedder.embed_question(embedder.question_prefix + question)
            except UserError:
                # its model cannot be loaded: the words find what they can
                log.warning("%s cannot be used", embedder.name, exc_info=True)
                continue
            for i in serving.collections:
                nearest.update(self._vectors.nearest(i, vector, count, documents, serving.embedder_id))
        return {int(i): nearest[i] for i in inside(np.array(list(nearest), dtype=np.int64), extent.within)}


def _weight(word: str, count: float, extent: Extent) -> float:
    """Return a word's weight; a piece of two letters that stands nowhere is most likely no word but parts of two."""
    weight = _idf(count, extent.passages)
    return weight * _PIECE_OF_NO_WORD if not count and is_piece(word) else weight


def _idf(count: float, total: int) -> float:
    return math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5))
