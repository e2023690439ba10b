"""The best finds of a search put into a better order by a model that reads each together with the question."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from phi3desk.errors import Cancelled, Sentence, UserError, say
from phi3desk.library.documents import MOST_TRACED, Found, Place, Ranker, SearchResult, Trace
from phi3desk.library.embedding.idle_release import IdleRelease
from phi3desk.library.search.cross_encoder import CrossEncoder, first_line

log = logging.getLogger(__name__)

#: The finds that are read again.
CANDIDATES = 30
#: How much the model's score counts beside that of the search, both from 0 to 1.
WEIGHT = 0.6
#: The letters of a passage whose time is measured; passages are of about that length.
_MEASURED_LETTERS = 900
_NOT_USED = say(
    "The reranker in {folder} cannot be used, so what was found stands in the order of the search. Choose another one "
    "on the Settings page, or none. ({problem})",
    folder="",
    problem="",
)


class Reranker:
    """A CrossEncoder in a folder, "" for none; loaded when first used, any thread may ask.

    One that fails is left alone until it is chosen anew: a search without it is better than none.
    """

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._model: CrossEncoder | None = None
        self._notice: Sentence | None = None
        self._turn = threading.Lock()
        self._idle = IdleRelease(self._release, lambda: self.loaded)

    @property
    def in_use(self) -> bool:
        """Whether a reranker is chosen and has not failed."""
        return bool(self._folder) and self._notice is None

    @property
    def loaded(self) -> bool:
        """Whether its model is in memory."""
        return self._model is not None

    def choose(self, folder: str, cancelled: threading.Event | None = None) -> float:
        """Use the reranker of a folder from now on, none for ""; return the seconds it adds to a search.

        Takes as long as loading it and one search do. UserError where the folder holds none that can be used: the
        one before then stays.
        """
        if not folder:
            with self._turn:
                self._folder, self._model, self._notice = "", None, None
            gc.collect()
            return 0.0
        model = CrossEncoder(Path(folder))
        try:
            # the first time is slower than all that follow
            model.scores("How often?", ["Once."])
            started = time.monotonic()
            model.scores("How often is the main bearing greased?", [_passage(n) for n in range(CANDIDATES)], cancelled)
            seconds = time.monotonic() - started
        except (Cancelled, MemoryError):
            raise
        except Exception as error:
            raise UserError.of(_NOT_USED, folder=folder, problem=first_line(error)) from error
        with self._turn:
            self._folder, self._model, self._notice = folder, model, None
        self._idle.was_used()
        return seconds

    def rerank(
        self, question: str, result: SearchResult, k: int, cancelled: threading.Event | None = None
    ) -> SearchResult:
        """Return the k best finds of a search by both scores, in their order; Cancelled once that is set.

        Where the model fails, the finds stay as they are and the result has a notice.
        """
        if not self._folder or not result.found:
            return _cut(result, k)
        started = time.monotonic()
        with self._turn:
            if self._notice is None:
                try:
                    found, read = self._reranked(question, result.found, cancelled)
                    took = time.monotonic() - started
                    trace = _traced(result.trace, found, read, took)
                    return _cut(replace(result, found=found, seconds=result.seconds + took, trace=trace), k)
                except Cancelled:
                    raise
                except Exception as error:
                    log.exception("the reranker cannot be used")
                    self._model = None
                    self._notice = UserError.of(_NOT_USED, folder=self._folder, problem=first_line(error)).sentence
                finally:
                    self._idle.was_used()
            return _cut(replace(result, notice=self._notice), k)

    def _reranked(
        self, question: str, found: tuple[Found, ...], cancelled: threading.Event | None
    ) -> tuple[tuple[Found, ...], dict[int, float]]:
        """Return finds in their new order, and the model's scores of those that it read, by the passage's id."""
        if self._model is None:
            self._model = CrossEncoder(Path(self._folder))
        read = self._model.scores(question, [_text(each) for each in found[:CANDIDATES]], cancelled)
        best = max(each.score for each in found)
        scores = [(1 - WEIGHT) * max(0.0, each.score) / best if best > 0 else 0.0 for each in found]
        blended = [
            replace(each, score=score + WEIGHT * (read[index] if index < len(read) else 0.0))
            for index, (each, score) in enumerate(zip(found, scores, strict=True))
        ]
        own = {each.passage.id: score for each, score in zip(found, read, strict=False)}
        return tuple(sorted(blended, key=lambda each: -each.score)), own

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload the model once it was not used for so long; None keeps it. The next search loads it again."""
        self._idle.after(seconds)

    def _release(self) -> None:
        with self._turn:
            self._model = None
        gc.collect()


def _cut(result: SearchResult, k: int) -> SearchResult:
    """Return a result with its k best finds, and a trace of not many more."""
    trace = result.trace
    if trace is not None:
        trace = replace(trace, candidates=trace.candidates[: max(k, MOST_TRACED)])
    return replace(result, found=result.found[:k], trace=trace)


def _traced(trace: Trace | None, found: Sequence[Found], read: Mapping[int, float], took: float) -> Trace | None:
    """Return a trace with the order of the finds, and the places that the model gave them."""
    if trace is None:
        return None
    known = {candidate.passage.id: candidate for candidate in trace.candidates}
    ranks = {i: rank for rank, i in enumerate(sorted(read, key=lambda i: -read[i]), 1)}
    candidates = []
    for each in found:
        candidate = known.pop(each.passage.id, None)
        if candidate is None:
            continue
        places = candidate.places
        if each.passage.id in read:
            place = Place(ranks[each.passage.id], round(float(read[each.passage.id]), 4))
            places = {**places, Ranker.RERANKER.value: place}
        candidates.append(replace(candidate, score=round(each.score, 4), places=places))
    seconds = {**trace.seconds, Ranker.RERANKER.value: round(took, 5)}
    return replace(trace, candidates=(*candidates, *known.values()), seconds=seconds)


def _text(found: Found) -> str:
    """Return a passage as the model reads it: below its document's title and its headings."""
    passage = found.passage
    return "\n".join([" > ".join([passage.title, *passage.headings]), passage.text])


def _passage(number: int) -> str:
    words = f"Sheet {number}: the main bearing of the pump is greased every {number} weeks. "
    return (words * (_MEASURED_LETTERS // len(words) + 1))[:_MEASURED_LETTERS]
