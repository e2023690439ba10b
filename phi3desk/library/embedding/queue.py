"""Which passages wait for their embedding and which have it, as the catalogue knows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phi3desk.library.catalog import Catalog
from phi3desk.library.chunker import indexed_text
from phi3desk.library.database import batches, placeholders
from phi3desk.library.embedding.embedder import Embedder


@dataclass(frozen=True)
class Waiting:
    """A passage that waits for its embedding."""

    id: int
    document_id: int
    collection_id: int
    indexed: str
    digest: str


class EmbeddingQueue:
    """The passages of a catalogue on their way into the vector store."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @property
    def embedder_id(self) -> int:
        """Return the number of the embedder in use in the catalogue."""
        row = self._catalog.connection.execute("SELECT id FROM embedder WHERE in_use = 1").fetchone()
        return int(row["id"])

    def use(self, embedder: Embedder) -> bool:
        """Take an embedder into use; return whether another one was in use before.

        Passages that have no vector of it wait for one, where it knows their language, and are found by words until
        then. Vectors that it made earlier, and that no other embedder's have replaced since, count again.
        """
        with self._catalog.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO embedder (name, fingerprint) VALUES (?, ?)",
                (embedder.name, embedder.fingerprint),
            )
            chosen = connection.execute(
                "SELECT id, in_use FROM embedder WHERE name = ? AND fingerprint = ?",
                (embedder.name, embedder.fingerprint),
            ).fetchone()
            if chosen["in_use"]:
                return False
            connection.execute("UPDATE embedder SET in_use = (id = ?)", (chosen["id"],))
            known = sorted(embedder.languages)
            connection.execute(
                "UPDATE passage SET embedded = CASE WHEN embedder_id = ? THEN 1 "
                f"WHEN language = '' OR language IN ({placeholders(known)}) THEN 0 ELSE 2 END",
                (chosen["id"], *known),
            )
            connection.execute(
                "UPDATE document SET state = 'words' WHERE state = 'ready' AND EXISTS "
                "(SELECT 1 FROM passage p WHERE p.document_id = document.id AND p.embedded = 0)"
            )
            self.settle()
        return True

    def waiting(self, limit: int) -> list[Waiting]:
        """Return passages that wait for an embedding, document by document in the order of import."""
        rows = self._catalog.connection.execute(
            "SELECT p.id, p.document_id, d.collection_id, p.context, p.text, p.digest FROM passage p "
            "JOIN document d ON d.id = p.document_id JOIN collection c ON c.id = d.collection_id "
            "WHERE p.embedded = 0 AND d.state = 'words' AND d.removed IS NULL AND c.removed IS NULL "
            "ORDER BY p.document_id, p.id LIMIT ?",
            (limit,),
        )
        return [
            Waiting(
                row["id"],
                row["document_id"],
                row["collection_id"],
                indexed_text(row["context"], row["text"]),
                row["digest"],
            )
            for row in rows
        ]

    def embedded_twins(self, digests: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Return, for digests that the embedder in use has embedded, a passage with the vector and its collection."""
        twins = {}
        for digest in set(digests):
            row = self._catalog.connection.execute(
                "SELECT p.id, d.collection_id FROM passage p JOIN document d ON d.id = p.document_id "
                "WHERE p.digest = ? AND p.embedded = 1 AND p.embedder_id = "
                "(SELECT id FROM embedder WHERE in_use = 1) LIMIT 1",
                (digest,),
            ).fetchone()
            if row is not None:
                twins[digest] = (int(row["collection_id"]), int(row["id"]))
        return twins

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

    def embedded(self, done: Sequence[Waiting], failed: Sequence[Waiting]) -> list[int]:
        """Note that passages have their vector; return the documents that became READY by it.

        Those the embedder failed on are found by their words only.
        """
        with self._catalog.writing() as connection:
            connection.executemany(
                "UPDATE passage SET embedded = 1, embedder_id = (SELECT id FROM embedder WHERE in_use = 1) "
                "WHERE id = ?",
                ((p.id,) for p in done),
            )
            connection.executemany("UPDATE passage SET embedded = 2 WHERE id = ?", ((p.id,) for p in failed))
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

    def vector_ids(self, collection_id: int) -> set[int]:
        """Return the passages of a collection that should have a vector, removed documents' too."""
        rows = self._catalog.connection.execute(
            "SELECT p.id FROM passage p JOIN document d ON d.id = p.document_id WHERE d.collection_id = ? "
            "AND p.embedded = 1",
            (collection_id,),
        )
        return {int(row["id"]) for row in rows}

    def collections(self) -> set[int]:
        """Return the ids of all collections, removed ones too."""
        return {int(row["id"]) for row in self._catalog.connection.execute("SELECT id FROM collection")}

    def has_history(self) -> bool:
        """Return whether the catalogue holds, or has ever held, a collection."""
        found = self._catalog.connection.execute("SELECT 1 FROM sqlite_sequence WHERE name = 'collection'").fetchone()
        return found is not None

    def has_vectors(self, collection_id: int) -> bool:
        """Return whether any passage of a collection should have a vector."""
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
        """Return the documents of passages that should have a vector, by passage."""
        found: dict[int, int] = {}
        for part in batches(list(passage_ids)):
            rows = self._catalog.connection.execute(
                f"SELECT id, document_id FROM passage WHERE embedded = 1 AND id IN ({placeholders(part)})", part
            )
            found.update({int(row["id"]): int(row["document_id"]) for row in rows})
        return found

    def vector_count(self, collection_id: int) -> int:
        """Return how many passages of a collection should have a vector."""
        row = self._catalog.connection.execute(
            "SELECT count(*) FROM passage p JOIN document d ON d.id = p.document_id "
            "WHERE d.collection_id = ? AND p.embedded = 1",
            (collection_id,),
        ).fetchone()
        return int(row[0])

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

    def vectors_lost(self, passage_ids: Iterable[int]) -> None:
        """Have passages embedded again whose vectors are gone; their documents are searched by words until then."""
        with self._catalog.writing() as connection:
            for part in batches(sorted(passage_ids)):
                places = placeholders(part)
                connection.execute(f"UPDATE passage SET embedded = 0, embedder_id = NULL WHERE id IN ({places})", part)
                connection.execute(
                    "UPDATE document SET state = 'words' WHERE state = 'ready' AND id IN "
                    f"(SELECT document_id FROM passage WHERE id IN ({places}))",
                    part,
                )
