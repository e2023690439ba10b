"""Gives passages their vectors: copied where the same text has one already, made by the embedder where it has not."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phi3desk.errors import UserError
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.queue import EmbeddingQueue, Waiting

log = logging.getLogger(__name__)

#: Batches of passages taken from the catalogue at a time: sorted by length among many, a batch holds little padding.
_BATCHES_AT_A_TIME = 8
#: how many passages an embedder works on until its speed is told
_PASSAGES_MEASURED = 64


@dataclass(frozen=True)
class Step:
    """What one step of embedding did; `ready` are the documents that became READY by it.

    `renewing` names the collections whose vectors of another embedder still serve.
    """

    passages: int
    by_embedder: int
    seconds: float
    ready: tuple[int, ...]
    renewing: frozenset[int] = frozenset()


class PassageEmbedding:
    """Works off the passages that wait for their embedding; one thread at a time.

    `usable` returns the embedders that are on this machine now, by their number in the catalogue; `measured` is told
    now and then how many seconds one of them takes for a passage.
    """

    def __init__(
        self,
        queue: EmbeddingQueue,
        vectors: LibraryVectors,
        usable: Callable[[], Mapping[int, Embedder]],
        measured: Callable[[int, float], None],
    ) -> None:
        self._queue = queue
        self._vectors = vectors
        self._usable = usable
        self._measured = measured
        self._measuring: dict[int, tuple[int, float]] = {}

    def waits(self) -> bool:
        """Return whether any passage waits for an embedder that is here."""
        return self._queue.next_embedder(self._usable()) is not None

    def step(self) -> Step | None:
        """Embed the next passages that wait; None where there is none."""
        usable = self._usable()
        embedder_id = self._queue.next_embedder(usable)
        if embedder_id is None:
            return None
        embedder = usable[embedder_id]
        waiting = self._queue.waiting(embedder_id, _BATCHES_AT_A_TIME * embedder.batch)
        started = time.monotonic()
        copied = self._copy_twins(embedder_id, waiting)
        rest = _alike([passage for passage in waiting if passage.id not in copied], embedder.batch)
        before = time.monotonic()
        worked = copied | set(self._embed(embedder_id, embedder, rest))
        self._measure(embedder_id, len(rest), time.monotonic() - before)
        tried = [passage for passage in waiting if passage.id in copied] + rest
        ready = self._queue.embedded(
            embedder_id,
            [passage for passage in tried if passage.id in worked],
            [passage for passage in tried if passage.id not in worked],
        )
        own = self._queue.embedders()
        renewing = frozenset(p.collection_id for p in tried if len(set(own.get(p.collection_id, ()))) > 1)
        return Step(len(tried), len(rest), time.monotonic() - started, tuple(ready), renewing)

    def _measure(self, embedder_id: int, passages: int, seconds: float) -> None:
        counted, spent = self._measuring.pop(embedder_id, (0, 0.0))
        counted, spent = counted + passages, spent + seconds
        if counted >= _PASSAGES_MEASURED:
            self._measured(embedder_id, spent / counted)
        else:
            self._measuring[embedder_id] = counted, spent

    def _copy_twins(self, embedder_id: int, waiting: Sequence[Waiting]) -> set[int]:
        """Copy the vectors of texts that were embedded before; return the passages that have one by it."""
        held = self._vectors.of_texts((passage.digest for passage in waiting), embedder_id)
        copied = [passage for passage in waiting if passage.digest in held]
        self._put(embedder_id, copied, held)
        return {passage.id for passage in copied}

    def _embed(self, embedder_id: int, embedder: Embedder, passages: Sequence[Waiting]) -> list[int]:
        """Embed passages and keep their vectors; return those that worked. Equal texts are embedded once."""
        if not passages:
            return []
        prefix = embedder.passage_prefix
        texts = {passage.digest: prefix + passage.indexed for passage in passages}
        try:
            made = dict(zip(texts, embedder.embed(list(texts.values())), strict=True))
        except UserError:
            raise
        except Exception:
            log.exception("a batch could not be embedded")
            if len(passages) == 1:
                return []
            return [done for passage in passages for done in self._embed(embedder_id, embedder, [passage])]
        self._put(embedder_id, passages, made)
        return [passage.id for passage in passages]

    def _put(self, embedder_id: int, passages: Sequence[Waiting], vectors: Mapping[str, object]) -> None:
        for collection_id in {passage.collection_id for passage in passages}:
            own = [passage for passage in passages if passage.collection_id == collection_id]
            self._vectors.put(
                collection_id,
                [passage.id for passage in own],
                [passage.document_id for passage in own],
                [vectors[passage.digest] for passage in own],
                embedder_id,
                [passage.digest for passage in own],
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
