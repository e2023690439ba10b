"""The vectors of passages as the catalogue keeps them: what a damaged vector store is made anew from.

They are kept in half precision, 768 bytes for one of 384 numbers; a cosine computed from them differs in the fourth
decimal place at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from phi3desk.library.catalog import Catalog
from phi3desk.library.database import batches, placeholders

if TYPE_CHECKING:
    import numpy as np

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

_HALF = "<f2"
#: vectors that are compared with a question at a time
_COMPARED = 8192
#: the vector of a passage counts where it is of the same embedder as the passage's
_KEPT = "FROM passage p JOIN vector v ON v.passage_id = p.id AND v.embedder_id = p.embedder_id"


class KeptVectors:
    """The vectors in a catalogue; any thread may use them. They go with their passage."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def keep(self, passage_ids: Sequence[int], vectors: Any, embedder_id: int) -> None:
        """Keep vectors that an embedder made, one a passage, in place of what was there."""
        import numpy as np

        halves = np.asarray(vectors).astype(_HALF)
        with self._catalog.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vector (passage_id, embedder_id, numbers) SELECT id, ?, ? FROM passage "
                "WHERE id = ?",
                ((embedder_id, half.tobytes(), i) for i, half in zip(passage_ids, halves, strict=True)),
            )

    def get(self, passage_ids: Iterable[int]) -> dict[int, Any]:
        """Return the vectors of passages, by passage; those without one are left out."""
        found: dict[int, Any] = {}
        for part in batches(list(passage_ids)):
            rows = self._catalog.connection.execute(
                f"SELECT p.id, v.numbers {_KEPT} WHERE p.id IN ({placeholders(part)})", part
            ).fetchall()
            found.update(zip((int(row["id"]) for row in rows), _matrix([row["numbers"] for row in rows]), strict=True))
        return found

    def held(self, passage_ids: Iterable[int]) -> set[int]:
        """Return those of the passages whose vector is kept."""
        held: set[int] = set()
        for part in batches(sorted(passage_ids)):
            rows = self._catalog.connection.execute(f"SELECT p.id {_KEPT} WHERE p.id IN ({placeholders(part)})", part)
            held.update(int(row["id"]) for row in rows)
        return held

    def lacking(self, after: int, limit: int) -> list[tuple[int, int]]:
        """Return passages that have a vector which is not kept, with their collection, in order, behind a passage."""
        rows = self._catalog.connection.execute(
            "SELECT p.id, d.collection_id FROM passage p JOIN document d ON d.id = p.document_id WHERE p.id > ? "
            "AND p.embedded = 1 AND NOT EXISTS (SELECT 1 FROM vector v WHERE v.passage_id = p.id "
            "AND v.embedder_id = p.embedder_id) ORDER BY p.id LIMIT ?",
            (after, limit),
        )
        return [(int(row[0]), int(row[1])) for row in rows]

    def nearest(
        self, collection_id: int, vector: Any, count: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest passages with their cosine similarity, nearest first: every vector is looked at."""
        import numpy as np

        within = None if document_ids is None else frozenset(document_ids)
        rows = self._catalog.connection.execute(
            # the passages' own rows, with their text, are not needed for it
            "SELECT p.id, p.document_id, v.numbers FROM document d JOIN passage p ON p.document_id = d.id "
            "AND p.embedded = 1 JOIN vector v ON v.passage_id = p.id AND v.embedder_id = "
            "(SELECT id FROM embedder WHERE in_use = 1) WHERE d.collection_id = ?",
            (collection_id,),
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


def _matrix(numbers: Sequence[bytes]) -> Vectors:
    """Return kept vectors in single precision, of length 1 again."""
    import numpy as np

    if not numbers:
        return np.zeros((0, 0), dtype=np.float32)
    matrix = np.frombuffer(b"".join(numbers), dtype=_HALF).reshape(len(numbers), -1).astype(np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    normal: Vectors = matrix / np.maximum(lengths, np.finfo(np.float32).tiny)
    return normal
