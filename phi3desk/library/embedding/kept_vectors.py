"""The vectors of passages as the catalogue keeps them: what a damaged vector store is made anew from.

They are kept in half precision, 768 bytes for one of 384 numbers; a cosine computed from them differs in the fourth
decimal place at most.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi3desk.library.catalog import Catalog
from phi3desk.library.database import batches, placeholders
from phi3desk.library.embedding.queue import VectorSet

if TYPE_CHECKING:
    import numpy as np

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

_HALF = "<f2"
#: vectors that are compared with a question at a time
_COMPARED = 8192
#: vectors of the collections that may have changed, as a share of all, until a sample is taken anew
_CHANGED = 0.05
_SAMPLES_AT_HAND = 16

_Key = tuple[tuple[int, ...], int, int]


class KeptVectors:
    """The vectors in a catalogue, by passage and embedder; any thread may use them. They go with their passage."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def keep(
        self, passage_ids: Sequence[int], vectors: Any, embedder_id: int, digests: Sequence[str] | None = None
    ) -> None:
        """Keep vectors that an embedder made, one a passage, in place of what it had made before.

        `digests` are those of the texts that were embedded, the passages' own unless given.
        """
        import numpy as np

        halves = np.asarray(vectors).astype(_HALF)
        given: Sequence[str | None] = digests if digests is not None else [None] * len(halves)
        with self._catalog.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vector (passage_id, embedder_id, digest, numbers) "
                "SELECT id, ?, coalesce(?, digest), ? FROM passage WHERE id = ?",
                (
                    (embedder_id, digest, half.tobytes(), i)
                    for i, half, digest in zip(passage_ids, halves, given, strict=True)
                ),
            )

    def get(self, passage_ids: Iterable[int], embedder_id: int) -> dict[int, Any]:
        """Return the vectors of passages that an embedder made, by passage; those without one are left out."""
        found: dict[int, Any] = {}
        for part in batches(list(passage_ids)):
            rows = self._catalog.connection.execute(
                "SELECT passage_id, numbers FROM vector WHERE embedder_id = ? "
                f"AND passage_id IN ({placeholders(part)})",
                (embedder_id, *part),
            ).fetchall()
            ids = (int(row["passage_id"]) for row in rows)
            found.update(zip(ids, _matrix([row["numbers"] for row in rows]), strict=True))
        return found

    def of_texts(self, digests: Iterable[str], embedder_id: int) -> dict[str, Any]:
        """Return the vectors that an embedder has made of texts, by the texts' digests; in whatever collection."""
        found: dict[str, Any] = {}
        for part in batches(sorted(set(digests))):
            rows = self._catalog.connection.execute(
                f"SELECT digest, numbers FROM vector WHERE embedder_id = ? AND digest IN ({placeholders(part)})",
                (embedder_id, *part),
            ).fetchall()
            numbers = {str(row["digest"]): row["numbers"] for row in rows}
            found.update(zip(numbers, _matrix(list(numbers.values())), strict=True))
        return found

    def held(self, passage_ids: Iterable[int], embedder_id: int) -> set[int]:
        """Return those of the passages of which a vector of an embedder is kept."""
        held: set[int] = set()
        for part in batches(sorted(passage_ids)):
            rows = self._catalog.connection.execute(
                f"SELECT passage_id FROM vector WHERE embedder_id = ? AND passage_id IN ({placeholders(part)})",
                (embedder_id, *part),
            )
            held.update(int(row["passage_id"]) for row in rows)
        return held

    def lacking(self, after: int, limit: int) -> list[tuple[int, int]]:
        """Return passages whose vector that serves is not kept, with their collection, in order, behind a passage."""
        rows = self._catalog.connection.execute(
            "SELECT p.id, d.collection_id FROM passage p JOIN document d ON d.id = p.document_id "
            "JOIN collection c ON c.id = d.collection_id WHERE p.id > ? AND p.embedded = 1 AND NOT EXISTS "
            "(SELECT 1 FROM vector v WHERE v.passage_id = p.id AND v.embedder_id = c.serving_id) "
            "ORDER BY p.id LIMIT ?",
            (after, limit),
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def nearest(
        self, vectors: VectorSet, vector: Any, count: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest passages with their cosine similarity, nearest first: every vector is looked at.

        Those of documents that were removed are left out.
        """
        import numpy as np

        within = None if document_ids is None else frozenset(document_ids)
        rows = self._catalog.connection.execute(
            # the passages' own rows, with their text, are not needed for it
            "SELECT p.id, p.document_id, v.numbers FROM document d JOIN passage p ON p.document_id = d.id "
            "AND p.embedded = 1 JOIN vector v ON v.passage_id = p.id AND v.embedder_id = ? "
            "WHERE d.collection_id = ? AND d.removed IS NULL",
            (vectors.embedder_id, vectors.collection_id),
        )
        best: list[tuple[int, float]] = []
        while read := rows.fetchmany(_COMPARED):
            part = [row for row in read if within is None or row["document_id"] in within]
            if not part:
                continue
            cosines = _matrix([row["numbers"] for row in part]) @ np.asarray(vector, dtype=np.float32)
            best += [(int(part[at]["id"]), float(cosines[at])) for at in np.argsort(-cosines)[:count]]
            best = sorted(best, key=lambda each: -each[1])[:count]
        return best

    def cosines(self, passage_ids: Iterable[int], vector: Any, embedder_id: int) -> dict[int, float]:
        """Return the cosine similarity of passages with a vector of an embedder, by passage; without one, left out."""
        import numpy as np

        found = self.get(passage_ids, embedder_id)
        if not found:
            return {}
        cosines = np.stack(list(found.values())) @ np.asarray(vector, dtype=np.float32)
        return dict(zip(found, map(float, cosines), strict=True))

    def sample(self, collection_ids: Sequence[int], embedder_id: int, count: int) -> tuple[Vectors, int]:
        """Return some of the vectors that serve collections, evenly taken, and how many there are.

        In the order of their passages, shape (at most `count`, dimensions).
        """
        ids = [
            int(row[0])
            for row in self._catalog.connection.execute(
                "SELECT p.id FROM document d JOIN passage p ON p.document_id = d.id AND p.embedded = 1 "
                f"WHERE d.removed IS NULL AND d.collection_id IN ({placeholders(collection_ids)}) ORDER BY p.id",
                tuple(collection_ids),
            )
        ]
        taken = [ids[len(ids) * at // count] for at in range(count)] if len(ids) > count else ids
        found = self.get(taken, embedder_id)
        return _stacked([found[i] for i in taken if i in found]), len(ids)


@dataclass
class _Sample:
    vectors: Vectors
    total: int
    changed: int


class VectorSamples:
    """Takes samples of kept vectors and keeps them at hand; any thread may use it."""

    def __init__(self, kept: KeptVectors) -> None:
        self._kept = kept
        self._guard = threading.Lock()
        self._taken: dict[_Key, _Sample] = {}
        self._changed: Counter[int] = Counter()

    def of(self, collection_ids: Sequence[int], embedder_id: int, count: int) -> Vectors:
        """Return a sample, shape (at most `count`, dimensions)."""
        key = (tuple(sorted(collection_ids)), embedder_id, count)
        with self._guard:
            changed = sum(self._changed[i] for i in key[0])
            known = self._taken.get(key)
        if known is not None and changed - known.changed <= _CHANGED * known.total:
            return known.vectors
        vectors, total = self._kept.sample(key[0], embedder_id, count)
        with self._guard:
            self._taken.pop(key, None)
            while len(self._taken) >= _SAMPLES_AT_HAND:
                self._taken.pop(next(iter(self._taken)))
            self._taken[key] = _Sample(vectors, total, changed)
        return vectors

    def changed(self, collection_id: int, count: int) -> None:
        """Count vectors of a collection that were put in or are gone."""
        with self._guard:
            self._changed[collection_id] += count

    def drop(self, collection_id: int) -> None:
        """Forget the samples of a collection whose embedder has changed."""
        with self._guard:
            for key in [key for key in self._taken if collection_id in key[0]]:
                del self._taken[key]


def _stacked(vectors: Sequence[Any]) -> Vectors:
    import numpy as np

    return np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)


def _matrix(numbers: Sequence[bytes]) -> Vectors:
    """Return kept vectors in single precision, of length 1 again."""
    import numpy as np

    if not numbers:
        return np.zeros((0, 0), dtype=np.float32)
    matrix = np.frombuffer(b"".join(numbers), dtype=_HALF).reshape(len(numbers), -1).astype(np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    normal: Vectors = matrix / np.maximum(lengths, np.finfo(np.float32).tiny)
    return normal
