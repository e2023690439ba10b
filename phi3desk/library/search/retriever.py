"""Finds the passages that answer a question: the document first, by its name, then its passages, by all the rest.

Candidates come from the word index (stems, trigrams) and from the embedders that serve the collections searched. They
are then scored anew, all by the same features. Scores are added and not ranks, and each is measured against what it
could be for this question at all, or against all passages: so a ranker that finds nothing that stands out, such as the
words of a German question in English documents, has little to say.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import MOST_TRACED, Found, Ranker, SearchResult, SearchScope, WordsOnly
from phi3desk.library.embedding.embedder import WordReader
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.serving import Serving
from phi3desk.library.language import language_of
from phi3desk.library.search.alignment import alignments
from phi3desk.library.search.clauses import clause_numbers
from phi3desk.library.search.document_names import names_of
from phi3desk.library.search.features import Features, Query, Term
from phi3desk.library.search.meaning import NOWHERE, Meaning, Meanings, Standing
from phi3desk.library.search.relevance import is_across, is_relevant
from phi3desk.library.search.scope import Scope
from phi3desk.library.search.sentence_likeness import with_likeness
from phi3desk.library.search.tracing import Tracing
from phi3desk.library.search.weights import Weights, parts
from phi3desk.library.search.word_index import Extent, Indexed, WordIndex
from phi3desk.library.words.scripts import is_piece
from phi3desk.library.words.terms import question_trigrams, question_words, stem, words_of

#: Candidates of each kind of search.
_CANDIDATES = 60
_COMMON_LANGUAGE = 0.03
_PIECE_OF_NO_WORD = 0.3
#: Of the documents that fit best by name and by their best passages, so many are looked through, and so much of each.
_DOCUMENTS_LOOKED_THROUGH = 2
_LOOKED_THROUGH = 150
#: A document's standing is that of so many of its best passages.
_BEST_PASSAGES = 3
#: What a name's share of the question counts against a deviation of standing, for which documents are looked through.
_NAME_AGAINST_STANDING = 10.0
#: So much of its weight meaning loses where a passage holds all that is asked, word by word.
_LESS_BESIDE_WORDS = 0.8
#: So many of the best candidates are read word by word where their language is not the question's.
_READ_WORD_BY_WORD = 12
#: From this share of the question on, a name is left out of what the passages of its document are compared with.
_NAMED = 0.1


@dataclass(frozen=True)
class _Asked:
    """A question on its way through a search."""

    text: str
    language: str
    scope: Scope
    extent: Extent


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
        self._meanings = Meanings(catalog, vectors, serving)
        self._index = WordIndex(catalog)
        self.weights = weights or Weights()

    def search(self, question: str, k: int, searched: SearchScope) -> SearchResult:
        """Return the k best passages for a question; UserError for an empty one or a scope that fits nothing."""
        tracing = Tracing()
        question = " ".join(question.split())
        if not question:
            raise UserError("The question is empty. Type what you want to know.")
        scope = self._index.scope(searched)
        extent = self._index.extent(scope)
        asked = _Asked(question, language_of(question, extent.languages), scope, extent)
        tracing.step("question")
        measured, meaning = self._measure(asked, tracing)
        share = _share_of_meaning(measured.values())
        ranked = sorted(measured.items(), key=lambda item: -self.score(item[1], share))
        tracing.step("scores")
        aligned = self._aligned(asked, ranked[:_READ_WORD_BY_WORD], meaning)
        if aligned:
            measured |= aligned
            ranked = sorted(measured.items(), key=lambda item: -self.score(item[1], share))
            tracing.step("alignment")
        traced = ranked[: max(k, MOST_TRACED)]
        ranked = ranked[:k]
        passages = self._catalog.passages([passage_id for passage_id, _ in traced])
        found = tuple(
            Found(
                passages[i],
                self.score(m, share),
                is_relevant(m, asked.language, extent.languages, bool(meaning.looks)),
                m.matched,
                m.standing if meaning.looks else None,
            )
            for i, m in ranked
            if i in passages
        )
        why = self._words_only(asked, meaning) if extent.passages else None
        tracing.step("passages")
        trace = tracing.trace(
            traced, passages, measured, self.weights, share,
            asked=question, language=asked.language, extent=extent, meaning=meaning,
        )  # fmt: skip
        return SearchResult(
            found,
            extent.passages,
            asked.language,
            tracing.seconds,
            bool(meaning.nearest),
            question,
            meaning.embedders if meaning.nearest else (),
            words_only=why,
            trace=trace,
        )

    def with_likeness(self, result: SearchResult, searched: SearchScope) -> SearchResult:
        """Return what a search found with how close each sentence is to the question, where an embedder can tell."""
        started = time.monotonic()
        serving = self._meanings.serving(self._index.scope(searched))
        knowing = (e for each in serving if not result.language or result.language in (e := each.embedder).languages)
        embedder = next(knowing, None) if result.by_meaning else None
        if embedder is None:
            return result
        found = with_likeness(result.found, result.asked, embedder)
        return replace(result, found=found, seconds=result.seconds + time.monotonic() - started)

    def score(self, features: Features, share_of_meaning: float = 1.0) -> float:
        """Return how well a passage fits, from its features; its meaning counts by that share of its weight."""
        return sum(parts(features, self.weights, share_of_meaning).values())

    def _measure(self, asked: _Asked, tracing: Tracing) -> tuple[dict[int, Features], Meaning]:
        """Return the candidates for a question with their features, and what the embedders said to it."""
        words = question_words(asked.text, asked.language)
        extent = asked.extent
        languages = {asked.language, *(code for code, share in extent.languages.items() if share >= _COMMON_LANGUAGE)}
        stems = {word: frozenset(stem(word, code) for code in languages) for word in words}
        trigrams = question_trigrams(asked.text, asked.language)
        by_words, word_statistics = self._index.look(
            self._index.words, (s for several in stems.values() for s in several), extent, _CANDIDATES
        )
        tracing.brought(Ranker.WORDS, len(by_words))
        by_trigrams, trigram_statistics = self._index.look(self._index.trigrams, trigrams, extent, _CANDIDATES)
        tracing.brought(Ranker.TRIGRAMS, len(by_trigrams))
        meaning = self._meanings.ask(asked.text, asked.language, asked.scope, extent, _CANDIDATES)
        tracing.brought(Ranker.MEANING, len(meaning.nearest))
        terms = [
            Term(word, stems[word], _weight(word, max(word_statistics.counts[s] for s in stems[word]), extent))
            for word in words
        ]
        idf = {trigram: _idf(trigram_statistics.counts[trigram], extent.passages) for trigram in trigrams}
        query = Query(asked.text, terms, idf, word_statistics, trigram_statistics, clause_numbers(asked.text))
        candidates = self._index.indexed(list(dict.fromkeys([*by_words, *by_trigrams, *meaning.nearest])))
        names = names_of(self._catalog, self._index, candidates)
        standings = self._meanings.standings(meaning.looks, [each.id for each in candidates])
        named = {document: query.named(name) for document, name in names.items()}
        shares = {document: query.share(terms) for document, terms in named.items()}
        best = _best_documents(candidates, shares, standings)
        through = self._looked_through(asked, best, meaning, standings, {each.id for each in candidates})
        candidates += through
        tracing.brought(Ranker.NAME, len(through))
        by_word = dict(zip([each.id for each in candidates], query.measure(candidates, names, named), strict=True))
        of_best = named[best[0]] if best else frozenset()
        within = self._standings_within(asked, query, of_best, meaning, standings)
        return _with_standings(candidates, by_word, standings, within), meaning

    def _looked_through(
        self, asked: _Asked, documents: Sequence[int], meaning: Meaning, standings: dict[int, Standing], known: set[int]
    ) -> list[Indexed]:
        """Return the passages of documents that are no candidates yet, and put their standings to the others."""
        found: list[int] = []
        within = asked.extent.within
        for document in documents:
            ids = [i for i in self._index.passages_of(document) if within is None or (i < len(within) and within[i])]
            own = self._meanings.standings(meaning.looks, ids)
            standings.update(own)
            if len(ids) > _LOOKED_THROUGH:
                ids = sorted(ids, key=lambda i: -own.get(i, NOWHERE).among_passages)[:_LOOKED_THROUGH]
            found += [i for i in ids if i not in known]
        return self._index.indexed(found)

    def _standings_within(
        self,
        asked: _Asked,
        query: Query,
        named: frozenset[int],
        meaning: Meaning,
        standings: Mapping[int, Standing],
    ) -> Mapping[int, Standing]:
        """Return how far passages stand out by what is asked besides the terms that name a document; none without."""
        if not meaning.looks or query.share(named) < _NAMED:
            return {}
        left_out = query.words(named)
        rest = " ".join(word for word in asked.text.split() if left_out.isdisjoint(words_of(word)))
        if not rest or rest == asked.text:
            return standings
        looks = self._meanings.look(rest, asked.language, asked.scope)
        return self._meanings.standings(looks, list(standings))

    def _aligned(self, asked: _Asked, best: Sequence[tuple[int, Features]], meaning: Meaning) -> dict[int, Features]:
        """Return those of the best candidates that are in another language than the question, with their alignment.

        The words of the question that one of them holds as they are have been counted.
        """
        languages = asked.extent.languages
        across = {i: features for i, features in best if is_across(features, asked.language, languages)}
        reader = next((e for look in meaning.looks if isinstance(e := look.serving.embedder, WordReader)), None)
        words = question_words(asked.text, asked.language)
        held = {word for _, features in best for word in features.matched}
        unheld = [word for word in words if word not in held]
        if reader is None or len(across) < 2 or not unheld:
            return {}
        passages = self._catalog.passages(list(across))
        texts = {i: passages[i].text for i in across if i in passages}
        found = zip(texts, alignments(reader, asked.text, unheld, list(texts.values())), strict=True)
        return {i: replace(across[i], alignment=value / len(words)) for i, value in found}

    def _words_only(self, asked: _Asked, meaning: Meaning) -> WordsOnly | None:
        """Return why no embedder has a vote, None where one has."""
        if meaning.nearest:
            return None
        serving = self._meanings.serving(asked.scope)
        known = any(not asked.language or asked.language in each.embedder.languages for each in serving)
        return WordsOnly.NO_VECTORS if known or not serving else WordsOnly.LANGUAGE


def _share_of_meaning(measured: Collection[Features]) -> float:
    """Return which share of its weight meaning has: the less, the more of the question some passage holds literally."""
    literally = max((each.trigram_coverage for each in measured), default=0.0)
    return 1.0 - _LESS_BESIDE_WORDS * min(1.0, literally)


def _best_documents(
    candidates: Sequence[Indexed], named: Mapping[int, float], standings: Mapping[int, Standing]
) -> list[int]:
    """Return the documents to look through, the best first."""
    of_document = _of_documents(candidates, standings)
    ranked = sorted(named, key=lambda document: -(_NAME_AGAINST_STANDING * named[document] + of_document[document]))
    return ranked[:_DOCUMENTS_LOOKED_THROUGH]


def _of_documents(candidates: Sequence[Indexed], standings: Mapping[int, Standing]) -> dict[int, float]:
    """Return the standing of each document: the mean of its best passages."""
    of: dict[int, list[float]] = {}
    for each in candidates:
        of.setdefault(each.document_id, []).append(standings.get(each.id, NOWHERE).among_passages)
    best = {document: sorted(values, reverse=True)[:_BEST_PASSAGES] for document, values in of.items()}
    return {document: sum(values) / len(values) for document, values in best.items()}


def _with_standings(
    candidates: Sequence[Indexed],
    measured: Mapping[int, Features],
    standings: Mapping[int, Standing],
    within: Mapping[int, Standing],
) -> dict[int, Features]:
    of_document = _of_documents(candidates, standings)
    means: dict[int, list[float]] = {}
    for each in candidates:
        means.setdefault(each.document_id, []).append(within.get(each.id, NOWHERE).among_passages)
    mean = {document: sum(values) / len(values) for document, values in means.items()}
    return {
        each.id: replace(
            measured[each.id],
            standing=standings.get(each.id, NOWHERE).among_passages,
            likeness=standings.get(each.id, NOWHERE).among_all,
            standing_of_document=of_document[each.document_id],
            standing_within=(within[each.id].among_passages - mean[each.document_id] if each.id in within else 0.0),
        )
        for each in candidates
    }


def _weight(word: str, count: float, extent: Extent) -> float:
    """Return a word's weight; a piece of two letters that stands nowhere is most likely no word but parts of two."""
    weight = _idf(count, extent.passages)
    return weight * _PIECE_OF_NO_WORD if not count and is_piece(word) else weight


def _idf(count: float, total: int) -> float:
    return math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5))
