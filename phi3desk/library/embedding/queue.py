"""Which passages wait for their embedding and which have it, as the catalogue knows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunker import digest_of, indexed_text
from phi3desk.library.database import batches, placeholders

_THERE = "d.removed IS NULL AND c.removed IS NULL"
#: passages that wait for the embedder that serves their collection, and those that wait for the one it is changed to
_WAITING = (
    "FROM passage p JOIN document d ON d.id = p.document_id JOIN collection c ON c.id = d.collection_id "
    f"WHERE p.embedded = 0 AND d.state = 'words' AND c.embedder_id = c.serving_id AND {_THERE}"
)
_RENEWING = (
    "FROM renewal r JOIN passage p ON p.id = r.passage_id JOIN document d ON d.id = p.document_id "
    f"JOIN collection c ON c.id = r.collection_id WHERE r.state = 0 AND {_THERE}"
)
_ORDERED = ((_WAITING, "p.document_id, p.id"), (_RENEWING, "r.collection_id, r.passage_id"))


class VectorSet(NamedTuple):
    """The vectors of a collection that one embedder made, by its number in the catalogue."""

    collection_id: int
    embedder_id: int


class OwnEmbedders(NamedTuple):
    """The embedders of a collection, by their numbers: whose vectors serve its searches, and whose it is to have."""

    serving: int
    wanted: int


@dataclass(frozen=True)
class Waiting:
    """A passage that waits for its embedding; `digest` is that of the text that is to be embedded."""

    id: int
    document_id: int
    collection_id: int
    indexed: str
    digest: str


class EmbeddingQueue:
    """The passages of a catalogue on their way into the vector store."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    # what is to be embedded

    def next_embedder(self, embedder_ids: Iterable[int]) -> int | None:
        """Return the one of these embedders that the next passages wait for; None where none waits for any of them."""
        ids = sorted(embedder_ids)
        among = f"AND c.embedder_id IN ({placeholders(ids)})"
        for waiting, order in _ORDERED:
            row = self._catalog.connection.execute(
                f"SELECT c.embedder_id {waiting} {among} ORDER BY {order} LIMIT 1", ids
            ).fetchone()
            if row is not None:
                return int(row["embedder_id"])
        return None

    def waiting(self, embedder_id: int, limit: int) -> list[Waiting]:
        """Return passages that wait for an embedder, document by document in the order of import.

        Those that no search finds by meaning until then come before those that have a vector of an earlier embedder.
        """
        columns = "SELECT p.id, p.document_id, d.collection_id, p.context, p.text"
        for waiting, order in _ORDERED:
            rows = self._catalog.connection.execute(
                f"{columns} {waiting} AND c.embedder_id = ? ORDER BY {order} LIMIT ?", (embedder_id, limit)
            ).fetchall()
            if rows:
                return [
                    Waiting(row["id"], row["document_id"], row["collection_id"], indexed, digest_of(indexed))
                    for row in rows
                    for indexed in [indexed_text(row["context"], row["text"])]
                ]
        return []

    def some_texts(self, count: int, collection_id: int | None = None) -> list[str]:
        """Return some of the texts that are embedded, of a collection (None: of all)."""
        among = "" if collection_id is None else "WHERE d.collection_id = ?"
        rows = self._catalog.connection.execute(
            f"SELECT p.context, p.text FROM document d JOIN passage p ON p.document_id = d.id {among} LIMIT ?",
            (count,) if collection_id is None else (collection_id, count),
        )
        return [indexed_text(row["context"], row["text"]) for row in rows]

    def embedded_of(self, document_ids: Iterable[int]) -> int:
        """Return how many passages of documents have all the embedding they can have."""
        count = 0
        for part in batches(list(document_ids)):
            row = self._catalog.connection.execute(
                f"SELECT count(*) FROM passage WHERE document_id IN ({placeholders(part)}) AND embedded <> 0",
                part,
            ).fetchone()
            count += int(row[0])
        return count

    def embedded(self, embedder_id: int, done: Sequence[Waiting], failed: Sequence[Waiting]) -> list[int]:
        """Note that passages have their vector of an embedder; return the documents that became READY by it.

        Those the embedder failed on are found by their words only. Passages of a collection that does not want the
        embedder any more are left as they are.
        """
        with self._catalog.writing() as connection:
            wanting = {i: own for i, own in self.embedders().items() if own.wanted == embedder_id}
            serving = {i for i, own in wanting.items() if own.serving == embedder_id}
            for state, passages in ((1, done), (2, failed)):
                connection.executemany(
                    "UPDATE passage SET embedded = ? WHERE id = ?",
                    ((state, p.id) for p in passages if p.collection_id in serving),
                )
                connection.executemany(
                    "UPDATE renewal SET state = ? WHERE passage_id = ?",
                    ((state, p.id) for p in passages if p.collection_id in wanting.keys() - serving),
                )
            return self.settle({passage.document_id for passage in (*done, *failed)})

    def settle(self, document_ids: Iterable[int] | None = None) -> list[int]:
        """Make READY the documents, of all or of some, whose passages all have what they can have; return their ids."""
        some = None if document_ids is None else sorted(document_ids)
        within = "" if some is None else f"id IN ({placeholders(some)}) AND "
        with self._catalog.writing() as connection:
            rows = connection.execute(
                f"SELECT id FROM document d WHERE {within}state = 'words' AND passages > 0 AND ocr_waiting = 0 "
                "AND NOT EXISTS (SELECT 1 FROM passage p WHERE p.document_id = d.id AND p.embedded = 0)",
                some or (),
            ).fetchall()
            connection.executemany("UPDATE document SET state = 'ready' WHERE id = ?", ((row["id"],) for row in rows))
            return [int(row["id"]) for row in rows]

    # whose vectors there should be

    def embedders(self) -> dict[int, OwnEmbedders]:
        """Return the embedders of every collection, removed ones too; damage may have left one without."""
        rows = self._catalog.connection.execute(
            "SELECT id, serving_id, embedder_id FROM collection WHERE serving_id IN (SELECT id FROM embedder) "
            "AND embedder_id IN (SELECT id FROM embedder)"
        )
        return {int(row["id"]): OwnEmbedders(int(row["serving_id"]), int(row["embedder_id"])) for row in rows}

    def serving(self, collection_id: int) -> VectorSet:
        """Return the vectors that serve the searches of a collection."""
        row = self._catalog.connection.execute(
            "SELECT coalesce((SELECT serving_id FROM collection WHERE id = ?), (SELECT id FROM embedder "
            "WHERE in_use = 1))",
            (collection_id,),
        ).fetchone()
        return VectorSet(collection_id, int(row[0]))

    def sets(self) -> list[VectorSet]:
        """Return the vectors that there should be: those that serve, and those that a change is making."""
        return [
            VectorSet(collection_id, embedder_id)
            for collection_id, own in self.embedders().items()
            for embedder_id in dict.fromkeys(own)
        ]

    def vector_ids(self, vectors: VectorSet) -> set[int]:
        """Return the passages of a collection that should have a vector of an embedder, removed documents' too."""
        if vectors == self.serving(vectors.collection_id):
            rows = self._catalog.connection.execute(
                "SELECT p.id FROM passage p JOIN document d ON d.id = p.document_id WHERE d.collection_id = ? "
                "AND p.embedded = 1",
                (vectors.collection_id,),
            )
        else:
            rows = self._catalog.connection.execute(
                "SELECT r.passage_id FROM renewal r JOIN collection c ON c.id = r.collection_id "
                "WHERE c.id = ? AND c.embedder_id = ? AND r.state = 1",
                vectors,
            )
        return {int(row[0]) for row in rows}

    def collections(self) -> set[int]:
        """Return the ids of all collections, removed ones too."""
        return {int(row["id"]) for row in self._catalog.connection.execute("SELECT id FROM collection")}

    def has_history(self) -> bool:
        """Return whether the catalogue holds, or has ever held, a collection."""
        found = self._catalog.connection.execute("SELECT 1 FROM sqlite_sequence WHERE name = 'collection'").fetchone()
        return found is not None

    def has_vectors(self, collection_id: int) -> bool:
        """Return whether any passage of a collection should have a vector that serves."""
        found = self._catalog.connection.execute(
            "SELECT 1 FROM document d JOIN passage p ON p.document_id = d.id AND p.embedded = 1 "
            "WHERE d.collection_id = ? LIMIT 1",
            (collection_id,),
        ).fetchone()
        return found is not None

    def any_vectors(self) -> bool:
        """Return whether any passage should have a vector."""
        return any(self.has_vectors(collection_id) for collection_id in self.collections())

    def documents_of(self, passage_ids: Iterable[int]) -> dict[int, int]:
        """Return the documents of passages, by passage."""
        found: dict[int, int] = {}
        for part in batches(list(passage_ids)):
            rows = self._catalog.connection.execute(
                f"SELECT id, document_id FROM passage WHERE id IN ({placeholders(part)})", part
            )
            found.update({int(row["id"]): int(row["document_id"]) for row in rows})
        return found

    # what has to be deleted, what was lost

    def pending_deletions(self) -> dict[int, list[int]]:
        """Return the passages that are gone and whose vectors still have to be deleted, by collection."""
        pending: dict[int, list[int]] = {}
        for row in self._catalog.connection.execute("SELECT collection_id, passage_id FROM vector_debt"):
            pending.setdefault(int(row["collection_id"]), []).append(int(row["passage_id"]))
        return pending

    def deleted(self, passage_ids: Iterable[int]) -> None:
        """Note that the vectors of passages are deleted."""
        with self._catalog.writing() as connection:
            connection.executemany("DELETE FROM vector_debt WHERE passage_id = ?", ((i,) for i in passage_ids))

    def vectors_lost(self, vectors: VectorSet, passage_ids: Iterable[int]) -> None:
        """Have passages embedded again whose vectors are gone; where those served, words alone find them until then."""
        with self._catalog.writing() as connection:
            is_serving = vectors == self.serving(vectors.collection_id)
            for part in batches(sorted(passage_ids)):
                places = placeholders(part)
                if not is_serving:
                    connection.execute(f"UPDATE renewal SET state = 0 WHERE passage_id IN ({places})", part)
                    continue
                connection.execute(f"UPDATE passage SET embedded = 0 WHERE id IN ({places})", part)
                connection.execute(
                    "UPDATE document SET state = 'words' WHERE state = 'ready' AND id IN "
                    f"(SELECT document_id FROM passage WHERE id IN ({places}))",
                    part,
                )
