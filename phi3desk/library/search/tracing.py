"""What a search keeps of its way, so that it can be told afterwards how a passage was found, or why it was not."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from phi3desk.library.documents import Candidate, Passage, Place, Ranker, Trace
from phi3desk.library.search.features import Features
from phi3desk.library.search.meaning import Meaning
from phi3desk.library.search.relevance import is_relevant, ties
from phi3desk.library.search.weights import Weights, parts
from phi3desk.library.search.word_index import Extent

#: letters of a passage that are kept
_LETTERS = 240
_LANGUAGES = 5


class Tracing:
    """The way of one search, from when this is made; a step ends where it is named."""

    def __init__(self) -> None:
        self._started = self._step = time.monotonic()
        self._seconds: dict[str, float] = {}
        self._brought: dict[str, int] = {}

    @property
    def seconds(self) -> float:
        """What the search has taken so far."""
        return time.monotonic() - self._started

    def step(self, name: str) -> None:
        """Name what was done since the last step."""
        now = time.monotonic()
        self._seconds[name] = self._seconds.get(name, 0.0) + round(now - self._step, 5)
        self._step = now

    def brought(self, ranker: Ranker, passages: int) -> None:
        """Tell how many passages a ranker brought, in the step that ends here."""
        self._brought[ranker.value] = passages
        self.step(ranker.value)

    def trace(
        self,
        ranked: Sequence[tuple[int, Features]],
        passages: Mapping[int, Passage],
        measured: Mapping[int, Features],
        weights: Weights,
        share_of_meaning: float,
        *,
        asked: str,
        language: str,
        extent: Extent,
        meaning: Meaning,
    ) -> Trace:
        """Return the way of the search to its best candidates, `ranked`, among all that were measured."""
        places = _places(measured)
        by_meaning = bool(meaning.looks)
        candidates = []
        for i, features in ranked:
            if i not in passages:
                continue
            relevant = is_relevant(features, language, extent.languages, by_meaning)
            brought = parts(features, weights, share_of_meaning)
            candidates.append(
                Candidate(
                    replace(passages[i], text=_shortened(passages[i].text)),
                    round(sum(brought.values()), 4),
                    relevant,
                    {ranker: places[ranker][i] for ranker in places if i in places[ranker]},
                    {name: round(value, 4) for name, value in brought.items() if value},
                    ties(features, language, extent.languages, by_meaning) if relevant else (),
                    features.language,
                )
            )
        languages = sorted(extent.languages.items(), key=lambda item: -item[1])[:_LANGUAGES]
        return Trace(
            asked,
            language,
            {code: round(share, 3) for code, share in languages},
            extent.passages,
            len(measured),
            tuple(candidates),
            self._brought,
            self._seconds,
            meaning.embedders if meaning.nearest else (),
            round(share_of_meaning, 3),
        )


def _places(measured: Mapping[int, Features]) -> dict[str, dict[int, Place]]:
    """Return, by ranker, the place of each passage in which it found something of the question."""
    scores = {
        Ranker.WORDS: {i: features.words for i, features in measured.items()},
        Ranker.TRIGRAMS: {i: features.trigrams for i, features in measured.items()},
        Ranker.MEANING: {i: features.standing for i, features in measured.items()},
        Ranker.NAME: {i: features.document for i, features in measured.items()},
        Ranker.ALIGNMENT: {i: features.alignment for i, features in measured.items()},
    }
    found: dict[str, dict[int, Place]] = {}
    for ranker, exact in scores.items():
        score = {i: rounded for i, value in exact.items() if (rounded := round(value, 4)) > 0}
        ordered = sorted(score, key=lambda i: -score[i])
        ranks: dict[int, Place] = {}
        rank, before = 0, None
        for at, i in enumerate(ordered, 1):
            rank, before = (rank, before) if score[i] == before else (at, score[i])
            ranks[i] = Place(rank, score[i])
        if ranks:
            found[ranker.value] = ranks
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= _LETTERS else text[:_LETTERS].rsplit(" ", 1)[0]
