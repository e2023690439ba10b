"""Gives passages their vectors: copied where the same text has one already, made by the embedder where it has not."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.errors import UserError
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.queue import EmbeddingQueue, Waiting

log = logging.getLogger(__name__)

#: Batches of passages taken from the catalogue at a time: sorted by length among many, a batch holds little padding.
_BATCHES_AT_A_TIME = 8


@dataclass(frozen=True)
class Step:
    """What one step of embedding did; `ready` are the documents that became READY by it."""

    passages: int
    by_embedder: int
    seconds: float
    ready: tuple[int, ...]


class PassageEmbedding:
    """Works off the passages that wait for their embedding; one thread at a time."""

    def __init__(self, queue: EmbeddingQueue, vectors: LibraryVectors, embedder: Embedder) -> None:
        self._queue = queue
        self._vectors = vectors
        self._embedder = embedder

    def step(self) -> Step | None:
        """Embed the next passages that wait; None where there is none."""
        waiting = self._queue.waiting(_BATCHES_AT_A_TIME * self._embedder.batch)
        if not waiting:
            return None
        started = time.monotonic()
        copied = self._copy_twins(waiting)
        rest = _alike([passage for passage in waiting if passage.id not in copied], self._embedder.batch)
        worked = copied | set(self._embed(rest))
        tried = [passage for passage in waiting if passage.id in copied] + rest
        ready = self._queue.embedded(
            [passage for passage in tried if passage.id in worked],
            [passage for passage in tried if passage.id not in worked],
        )
        return Step(len(tried), len(rest), time.monotonic() - started, tuple(ready))

    def _copy_twins(self, waiting: Sequence[Waiting]) -> set[int]:
        """Copy the vectors of texts that were embedded before; return the passages that have one by it."""
        twins = self._queue.embedded_twins(passage.digest for passage in waiting)
        held: dict[str, object] = {}
        for collection_id in {where for where, _ in twins.values()}:
            passages = {i: digest for digest, (where, i) in twins.items() if where == collection_id}
            found = self._vectors.get(collection_id, list(passages))
            held |= {passages[i]: vector for i, vector in found.items()}
        copied = [passage for passage in waiting if passage.digest in held]
        self._put(copied, held)
        return {passage.id for passage in copied}

    def _embed(self, passages: Sequence[Waiting]) -> list[int]:
        """Embed passages and keep their vectors; return those that worked. Equal texts are embedded once."""
        if not passages:
            return []
        prefix = self._embedder.passage_prefix
        texts = {passage.digest: prefix + passage.indexed for passage in passages}
        try:
            made = dict(zip(texts, self._embedder.embed(list(texts.values())), strict=True))
        except UserError:
            raise
        except Exception:
            log.exception("a batch could not be embedded")
            if len(passages) == 1:
                return []
            return [done for passage in passages for done in self._embed([passage])]
        self._put(passages, made)
        return [passage.id for passage in passages]

    def _put(self, passages: Sequence[Waiting], vectors: dict[str, object]) -> None:
        for collection_id in {passage.collection_id for passage in passages}:
            own = [passage for passage in passages if passage.collection_id == collection_id]
            self._vectors.put(
                collection_id,
                [passage.id for passage in own],
                [passage.document_id for passage in own],
                [vectors[passage.digest] for passage in own],
            )


def _alike(passages: Sequence[Waiting], batch: int) -> list[Waiting]:
    """Return some passages of nearly the same length, the one that waits longest among them.

    Little padding makes a batch fast; taking only some lets a pause or a cancel wait for two batches at most.
    """
    if not passages:
        return []
    by_length = sorted(passages, key=lambda passage: len(passage.indexed))
    at = by_length.index(passages[0])
    first = max(0, min(at - batch, len(by_length) - 2 * batch))
    return by_length[first : first + 2 * batch]
