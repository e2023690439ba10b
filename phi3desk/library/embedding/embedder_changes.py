"""Which embedder each collection has, and its change to another one while the vectors of the old one still serve.

A change is begun and ended in one transaction each. In between, `renewal` tells which passages have their new vector,
so that a process that dies loses one batch at most.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phi3desk.library.catalog import Catalog
from phi3desk.library.database import placeholders, stored
from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.queue import EmbeddingQueue, VectorSet

_OF_COLLECTION = "document_id IN (SELECT id FROM document WHERE collection_id = ?)"
_WITHOUT = (
    "coalesce(c.serving_id, 0) NOT IN (SELECT id FROM embedder) "
    "OR coalesce(c.embedder_id, 0) NOT IN (SELECT id FROM embedder)"
)
#: vectors that are deleted at a time: some tenths of a second
_SOME = 5000


@dataclass(frozen=True)
class RecordedEmbedder:
    """An embedder as the catalogue knows it, on this machine or not; `seconds` a passage, 0 where unmeasured."""

    id: int
    name: str
    fingerprint: str
    dimensions: int
    languages: frozenset[str]
    question_prefix: str
    passage_prefix: str
    seconds: float


@dataclass(frozen=True)
class Renewal:
    """How far the change of a collection's embedder is: `done` of its `passages` have all they can have of the new."""

    passages: int
    done: int


class EmbedderChanges:
    """The embedders of a catalogue's collections; any thread may use it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._queue = EmbeddingQueue(catalog)

    def record(self, embedder: Embedder) -> int:
        """Return the number of an embedder in the catalogue, with what it is like noted there."""
        described = (
            embedder.name,
            embedder.dimensions,
            json.dumps(sorted(embedder.languages)),
            embedder.question_prefix,
            embedder.passage_prefix,
        )
        with self._catalog.writing() as connection:
            row = connection.execute(
                "SELECT id, name, dimensions, languages, question_prefix, passage_prefix FROM embedder "
                "WHERE fingerprint = ? ORDER BY id LIMIT 1",
                (embedder.fingerprint,),
            ).fetchone()
            if row is None:
                made = connection.execute(
                    "INSERT INTO embedder (name, dimensions, languages, question_prefix, passage_prefix, fingerprint) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (*described, embedder.fingerprint),
                )
                return int(made.lastrowid or 0)
            if tuple(row)[1:] != described:
                connection.execute(
                    "UPDATE embedder SET name = ?, dimensions = ?, languages = ?, question_prefix = ?, "
                    "passage_prefix = ? WHERE id = ?",
                    (*described, row["id"]),
                )
            return int(row["id"])

    def recorded(self) -> dict[int, RecordedEmbedder]:
        """Return every embedder that the catalogue knows, by its number."""
        return {
            int(row["id"]): RecordedEmbedder(
                row["id"],
                row["name"],
                row["fingerprint"],
                row["dimensions"],
                frozenset(stored(row["languages"], list[str], [])),
                row["question_prefix"],
                row["passage_prefix"],
                row["seconds"],
            )
            for row in self._catalog.connection.execute("SELECT * FROM embedder")
        }

    def use_for_new(self, embedder_id: int) -> None:
        """Have collections that are made from now on get an embedder."""
        with self._catalog.writing() as connection:
            connection.execute("UPDATE embedder SET in_use = (id = ?) WHERE in_use <> (id = ?)", [embedder_id] * 2)

    def measured(self, embedder_id: int, seconds: float) -> None:
        """Note how many seconds an embedder takes for a passage on this machine."""
        with self._catalog.writing() as connection:
            connection.execute("UPDATE embedder SET seconds = ? WHERE id = ?", (seconds, embedder_id))

    def choose(self, collection_id: int, embedder_id: int) -> None:
        """Have a collection get the vectors of an embedder.

        Where it has others, those serve until all new ones are made. Choosing the one that serves ends a change.
        """
        with self._catalog.writing() as connection:
            own = self._queue.embedders()[collection_id]
            if own.wanted == embedder_id:
                return
            connection.execute("DELETE FROM renewal WHERE collection_id = ?", (collection_id,))
            connection.execute("UPDATE collection SET embedder_id = ? WHERE id = ?", (embedder_id, collection_id))
            if embedder_id != own.serving:
                if self._queue.has_vectors(collection_id):
                    self._begin(collection_id, embedder_id)
                else:
                    self._serve_at_once(collection_id, embedder_id)
            self._owe(collection_id, own)

    def _begin(self, collection_id: int, embedder_id: int) -> None:
        known = sorted(self.recorded()[embedder_id].languages)
        self._catalog.connection.execute(
            "INSERT OR IGNORE INTO renewal (passage_id, collection_id, state) SELECT p.id, d.collection_id, "
            f"CASE WHEN p.language = '' OR p.language IN ({placeholders(known)}) THEN 0 ELSE 2 END "
            "FROM document d JOIN passage p ON p.document_id = d.id WHERE d.collection_id = ?",
            (*known, collection_id),
        )

    def _serve_at_once(self, collection_id: int, embedder_id: int) -> None:
        """Have an embedder serve a collection that has no vectors yet: they are searched as they are made."""
        known = sorted(self.recorded()[embedder_id].languages)
        connection = self._catalog.connection
        connection.execute("UPDATE collection SET serving_id = ? WHERE id = ?", (embedder_id, collection_id))
        connection.execute(
            f"UPDATE passage SET embedded = CASE WHEN language = '' OR language IN ({placeholders(known)}) THEN 0 "
            f"ELSE 2 END WHERE {_OF_COLLECTION}",
            (*known, collection_id),
        )
        self._settle(collection_id)

    def _settle(self, collection_id: int) -> None:
        """Have the documents of a collection in the state that fits what their passages have."""
        self._catalog.connection.execute(
            "UPDATE document SET state = 'words' WHERE state = 'ready' AND collection_id = ? AND EXISTS "
            "(SELECT 1 FROM passage p WHERE p.document_id = document.id AND p.embedded = 0)",
            (collection_id,),
        )
        self._queue.settle()

    def _owe(self, collection_id: int, before: Iterable[int]) -> None:
        """Note which embedders a collection has done with, and that it has not done with those it has."""
        connection = self._catalog.connection
        kept = set(self._queue.embedders()[collection_id])
        connection.executemany(
            "INSERT OR IGNORE INTO embedder_debt (collection_id, embedder_id) VALUES (?, ?)",
            ((collection_id, each) for each in set(before) - kept),
        )
        connection.executemany(
            "DELETE FROM embedder_debt WHERE collection_id = ? AND embedder_id = ?",
            ((collection_id, each) for each in kept),
        )

    def faults(self) -> int:
        """Return in how many places the catalogue does not agree with itself about embedders."""
        row = self._catalog.connection.execute(
            f"SELECT (SELECT count(*) FROM collection c WHERE {_WITHOUT}), "
            "(SELECT count(*) FROM collection c JOIN document d ON d.collection_id = c.id "
            "JOIN passage p ON p.document_id = d.id WHERE c.serving_id <> c.embedder_id "
            "AND NOT EXISTS (SELECT 1 FROM renewal r WHERE r.passage_id = p.id)), "
            "(SELECT count(*) FROM renewal r JOIN collection c ON c.id = r.collection_id "
            "WHERE c.serving_id = c.embedder_id)"
        ).fetchone()
        return sum(row)

    def mend(self) -> None:
        """Make the catalogue agree with itself about embedders; a collection without one gets that of new ones."""
        with self._catalog.writing() as connection:
            connection.execute(
                "UPDATE collection AS c SET serving_id = (SELECT id FROM embedder WHERE in_use = 1), "
                f"embedder_id = (SELECT id FROM embedder WHERE in_use = 1) WHERE {_WITHOUT}"
            )
            for collection_id, own in self._queue.embedders().items():
                if own.serving == own.wanted:
                    connection.execute("DELETE FROM renewal WHERE collection_id = ?", (collection_id,))
                else:
                    self._begin(collection_id, own.wanted)

    def finish(self) -> list[int]:
        """Have the new vectors serve in every collection that has all of them; return those collections."""
        finished = []
        for collection_id, own in self._queue.embedders().items():
            if own.serving != own.wanted and not self._waits(collection_id):
                self._switch(collection_id)
                finished.append(collection_id)
        return finished

    def _waits(self, collection_id: int) -> bool:
        found = self._catalog.connection.execute(
            "SELECT 1 FROM renewal r JOIN passage p ON p.id = r.passage_id JOIN document d ON d.id = p.document_id "
            "WHERE r.collection_id = ? AND r.state = 0 AND d.removed IS NULL LIMIT 1",
            (collection_id,),
        ).fetchone()
        return found is not None

    def _switch(self, collection_id: int) -> None:
        with self._catalog.writing() as connection:
            own = self._queue.embedders()[collection_id]
            # the wish may have changed since it was looked at
            if own.serving == own.wanted or self._waits(collection_id):
                return
            connection.execute(
                "UPDATE passage SET embedded = r.state FROM renewal r WHERE r.passage_id = passage.id "
                "AND r.collection_id = ? AND passage.embedded <> r.state",
                (collection_id,),
            )
            connection.execute(
                "UPDATE passage SET digest = v.digest FROM renewal r JOIN vector v ON v.passage_id = r.passage_id "
                "AND v.embedder_id = ? WHERE r.passage_id = passage.id AND r.collection_id = ? "
                "AND passage.digest <> v.digest",
                (own.wanted, collection_id),
            )
            connection.execute("UPDATE collection SET serving_id = embedder_id WHERE id = ?", (collection_id,))
            connection.execute("DELETE FROM renewal WHERE collection_id = ?", (collection_id,))
            self._owe(collection_id, own)
            self._settle(collection_id)

    def renewals(self) -> dict[int, Renewal]:
        """Return how far each change under way is, by collection."""
        counts: dict[int, Counter[bool]] = {}
        for row in self._catalog.connection.execute(
            "SELECT collection_id, state <> 0 AS done, count(*) AS n FROM renewal GROUP BY state, collection_id"
        ):
            counts.setdefault(int(row["collection_id"]), Counter())[bool(row["done"])] += row["n"]
        return {i: Renewal(counted.total(), counted[True]) for i, counted in counts.items()}

    def renewed(self) -> Renewal:
        """Return how far all changes are, of the passages that had all they can have of the earlier embedder."""
        row = self._catalog.connection.execute(
            "SELECT count(*) AS n, coalesce(sum(r.state <> 0), 0) AS done FROM collection c "
            "JOIN document d ON d.collection_id = c.id JOIN passage p ON p.document_id = d.id AND p.embedded <> 0 "
            "JOIN renewal r ON r.passage_id = p.id WHERE c.serving_id <> c.embedder_id AND c.removed IS NULL "
            "AND d.removed IS NULL"
        ).fetchone()
        return Renewal(row["n"], row["done"])

    def done_with(self) -> list[VectorSet]:
        """Return the vectors that have to be deleted, for their collection has another embedder by now."""
        rows = self._catalog.connection.execute("SELECT collection_id, embedder_id FROM embedder_debt")
        return [VectorSet(int(row[0]), int(row[1])) for row in rows]

    def delete_some(self, vectors: VectorSet) -> bool:
        """Delete some of the kept vectors that a collection has done with; return whether it were the last ones."""
        with self._catalog.writing() as connection:
            if vectors.embedder_id in self._queue.embedders().get(vectors.collection_id, ()):
                return True
            rows: Sequence[tuple[int]] = connection.execute(
                "SELECT v.rowid FROM document d JOIN passage p ON p.document_id = d.id JOIN vector v "
                "ON v.passage_id = p.id AND v.embedder_id = ? WHERE d.collection_id = ? LIMIT ?",
                (vectors.embedder_id, vectors.collection_id, _SOME),
            ).fetchall()
            connection.executemany("DELETE FROM vector WHERE rowid = ?", ((row[0],) for row in rows))
            if len(rows) == _SOME:
                return False
            connection.execute("DELETE FROM embedder_debt WHERE (collection_id, embedder_id) = (?, ?)", vectors)
            return True
