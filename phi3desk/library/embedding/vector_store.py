"""The vectors of passages in an embedded Chroma store, keyed by passage id.

There is one Chroma collection for each collection and embedder, for vectors of two embedders cannot be compared. What
is in the store can always be rebuilt from the catalogue. A damaged store ends the process that opens or asks it: see
`store_trial`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

_PART = 4000
#: Chroma's index of neighbours. With its own values (16 neighbours, 100 looked at) it found 83 % of the ten nearest
#: among 128,000 passages, and 96 % with 400 looked at, for 2 ms more.
_SPACE = "cosine"
_NEIGHBOURS, _LOOKED_AT_WHEN_ADDED, _LOOKED_AT = 32, 200, 500


#: The number of the first embedder in the catalogue, whose Chroma collections are not named after it.
_FIRST_EMBEDDER = 1
_NAME = re.compile(r"collection-(\d+)(?:-embedder-(\d+))?")


class VectorStore:
    """The vectors of one embedder, by its number in the catalogue; those that others made are only ever deleted.

    Any thread of one process may use the store, a second process must not.
    """

    def __init__(self, folder: Path, embedder_id: int = _FIRST_EMBEDDER) -> None:
        self._embedder_id = embedder_id
        self._client = _client(folder)
        self._known: dict[int, Any] = {}
        self._filled: set[int] = set()
        self._of_others: dict[int, list[Any]] = {}
        for name, collection_id, made_by in self._names():
            if made_by != embedder_id:
                other = self._client.get_collection(name, embedding_function=None)
                self._of_others.setdefault(collection_id, []).append(other)

    def _names(self) -> list[tuple[str, int, int]]:
        """Return the names of the Chroma collections, each with its collection and embedder."""
        matches = (_NAME.fullmatch(known.name) for known in self._client.list_collections())
        return [(found[0], int(found[1]), int(found[2] or _FIRST_EMBEDDER)) for found in matches if found]

    def _collection(self, collection_id: int) -> Any:
        known = self._known.get(collection_id)
        if known is None:
            index = {
                "space": _SPACE,
                "max_neighbors": _NEIGHBOURS,
                "ef_construction": _LOOKED_AT_WHEN_ADDED,
                "ef_search": _LOOKED_AT,
            }
            known = self._client.get_or_create_collection(
                self._name(collection_id), configuration={"hnsw": index}, embedding_function=None
            )
            # a collection of an earlier version keeps its neighbours; how many are looked at can be changed
            if known.configuration_json["hnsw"]["ef_search"] != _LOOKED_AT:
                known.modify(configuration={"hnsw": {"ef_search": _LOOKED_AT}})
            self._known[collection_id] = known
        return known

    def _name(self, collection_id: int) -> str:
        name = f"collection-{collection_id}"
        return name if self._embedder_id == _FIRST_EMBEDDER else f"{name}-embedder-{self._embedder_id}"

    def put(self, collection_id: int, passage_ids: Sequence[int], document_ids: Sequence[int], vectors: Any) -> None:
        """Keep vectors, one a passage, in place of what was there; a passage has a vector of one embedder at most."""
        if passage_ids:
            self._collection(collection_id).upsert(
                ids=[str(i) for i in passage_ids],
                embeddings=vectors,
                metadatas=[{"document": i} for i in document_ids],
            )
            _delete(self._of_others.get(collection_id, []), passage_ids)

    def get(self, collection_id: int, passage_ids: Sequence[int]) -> dict[int, Any]:
        """Return the vectors of passages, by passage; those without one are left out."""
        found = self._collection(collection_id).get(ids=[str(i) for i in passage_ids], include=["embeddings"])
        return {int(i): vector for i, vector in zip(found["ids"], found["embeddings"], strict=True)}

    def nearest(
        self, collection_id: int, vector: Any, count: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest passages with their cosine similarity (-1 to 1), nearest first."""
        collection = self._collection(collection_id)
        where: Any = None
        if document_ids is not None:
            if not document_ids:
                return []
            where = {"document": {"$in": list(document_ids)}}
        found = collection.query(query_embeddings=[vector], n_results=count, where=where, include=["distances"])
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self, collection_id: int) -> int:
        """Return how many vectors a collection has."""
        return int(self._collection(collection_id).count())

    def filled(self, collection_id: int) -> bool:
        """Return whether a collection has any vector; unlike counting 200,000 of them it takes no time."""
        if collection_id not in self._filled and self.count(collection_id):
            self._filled.add(collection_id)
        return collection_id in self._filled

    def ids(self, collection_id: int) -> set[int]:
        """Return the passages of a collection that have a vector."""
        return {int(i) for i in self._collection(collection_id).get(include=[])["ids"]}

    def delete(self, collection_id: int, passage_ids: Iterable[int]) -> None:
        """Delete the vectors of passages that this embedder made."""
        self._filled.discard(collection_id)
        _delete([self._collection(collection_id)], passage_ids)

    def forget(self, collection_id: int, passage_ids: Iterable[int]) -> None:
        """Delete the vectors of passages that are gone, whichever embedder made them."""
        self._filled.discard(collection_id)
        _delete([self._collection(collection_id), *self._of_others.get(collection_id, [])], passage_ids)

    def collections(self) -> set[int]:
        """Return the ids of the collections that the store knows, whichever embedder made their vectors."""
        return {collection_id for _, collection_id, _ in self._names()}

    def stored(self) -> Iterator[tuple[int, int, Any]]:
        """Give each Chroma collection with the number of its collection and of its embedder."""
        for name, collection_id, made_by in self._names():
            yield collection_id, made_by, self._client.get_collection(name, embedding_function=None)

    def drop(self, collection_id: int) -> None:
        """Delete all vectors of a collection, whichever embedder made them."""
        self._known.pop(collection_id, None)
        self._of_others.pop(collection_id, None)
        self._filled.discard(collection_id)
        for name, dropped, _ in self._names():
            if dropped == collection_id:
                self._client.delete_collection(name)

    def close(self) -> None:
        """Close the store."""
        self._known.clear()
        self._of_others.clear()
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _delete(collections: Iterable[Any], passage_ids: Iterable[int]) -> None:
    ids = [str(i) for i in passage_ids]
    for collection in collections:
        for at in range(0, len(ids), _PART):
            collection.delete(ids=ids[at : at + _PART])


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    try:
        client = chromadb.PersistentClient(
            path=str(folder), settings=Settings(anonymized_telemetry=False, allow_reset=False)
        )
        client.list_collections()
    except BaseException:
        # what could not be started would be given to the next one who opens the same folder
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise
    return client
