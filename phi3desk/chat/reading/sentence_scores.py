"""How likely each sentence of the passages found holds what a question asks for."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.chat.messages import Source
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import language_of_words
from phi3desk.library.text import fold, sentences
from phi3desk.library.words.terms import trigrams_of, words_of

#: words are compared by so many of their first letters, so that inflected forms meet
_STEM = 6
#: characters below and above which the length of a sentence says no more: rows are short, and broken text is long
_SHORT, _LONG = 50, 400
#: a figure, or a name with one in it, says as much as so many words
_FIGURE = 2.0


@dataclass(frozen=True)
class Weights:
    """How much each feature of a sentence counts; set on the first halves of the question sets, in six languages.

    `words` and `trigrams` are for the share of the question's words and of their three-letter pieces that the sentence
    holds, rare ones above all; `likeness` for how far its meaning stands out among the sentences found; `place` for
    the place of its passage among those found, `behind` for how far the search put it behind the best one, `first` for
    the first sentence of one, `length` for the logarithm of its length.
    """

    words: float
    trigrams: float
    place: float
    behind: float
    length: float
    first: float
    likeness: float = 0.0


BY_MEANING = Weights(words=0.8, trigrams=0.4, place=0.5, behind=2.4, length=0.4, first=0.2, likeness=1.6)
BY_WORDS = Weights(words=2.6, trigrams=1.9, place=1.3, behind=3.0, length=0.4, first=0.4)


def sentence_scores(question: str, sources: Sequence[Source]) -> list[list[float]]:
    """Return a score for each sentence of each source, comparable within this question; higher is better."""
    parts = [sentences(source.passage.text) for source in sources]
    every = [part for several in parts for part in several]
    if not every:
        return [[] for _ in sources]
    by_meaning = all(len(source.sentences) == len(several) for source, several in zip(sources, parts, strict=True))
    weights = BY_MEANING if by_meaning else BY_WORDS
    likeness = _deviations([value for source in sources for value in source.sentences]) if by_meaning else []
    words, trigrams = _shares(question, every)
    best = max(source.score for source in sources)
    scores: list[list[float]] = []
    at = 0
    for rank, several in enumerate(parts):
        own = []
        for place, part in enumerate(several):
            own.append(
                weights.words * words[at]
                + weights.trigrams * trigrams[at]
                + weights.place / (1 + rank)
                + weights.behind * (sources[rank].score - best)
                + weights.length * math.log(min(max(_SHORT, len(part)), _LONG) / 100)
                + weights.first * (place == 0)
                + (weights.likeness * likeness[at] if by_meaning else 0.0)
            )
            at += 1
        scores.append(own)
    return scores


def _shares(question: str, parts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the share of a question's words, and of their trigrams, that each part holds, the rare ones counting."""
    language = language_of_words(question)
    words = [word for word in dict.fromkeys(words_of(question)) if not (language and WORDS[language].is_function(word))]
    words = words or words_of(question)
    folded = [fold(part) for part in parts]
    stems = [{word[:_STEM] for word in words_of(part)} for part in parts]
    by_words = _weighed({word[:_STEM] for word in words}, stems)
    by_trigrams = _weighed({trigram for word in words for trigram in trigrams_of(word)}, folded)
    return by_words, by_trigrams


def _weighed(wanted: set[str], held: Sequence[set[str]] | Sequence[str]) -> list[float]:
    counts = {term: sum(term in each for each in held) for term in wanted}
    rare = {
        term: (_FIGURE if any(map(str.isdigit, term)) else 1.0) * math.log(1 + (len(held) - n + 0.5) / (n + 0.5))
        for term, n in counts.items()
    }
    whole = sum(rare.values()) or 1.0
    return [sum(weight for term, weight in rare.items() if term in each) / whole for each in held]


def _deviations(values: Sequence[float]) -> list[float]:
    mean, spread = statistics.fmean(values), statistics.pstdev(values) or 1.0
    return [(value - mean) / spread for value in values]
