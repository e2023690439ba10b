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

from phi3desk.library.embedding.queue import VectorSet

_PART = 4000
#: Chroma's index of neighbours. With its own values (16 neighbours, 100 looked at) it found 83 % of the ten nearest
#: among 128,000 passages, and 96 % with 400 looked at, for 2 ms more.
_SPACE = "cosine"
_NEIGHBOURS, _LOOKED_AT_WHEN_ADDED, _LOOKED_AT = 32, 200, 500


#: The number of the first embedder in the catalogue, whose Chroma collections are not named after it.
_FIRST_EMBEDDER = 1
_NAME = re.compile(r"collection-(\d+)(?:-embedder-(\d+))?")


class VectorStore:
    """The vectors of all collections. Any thread of one process may use the store, a second process must not."""

    def __init__(self, folder: Path) -> None:
        self._client = _client(folder)
        self._known: dict[VectorSet, Any] = {}
        self._filled: set[VectorSet] = set()

    def sets(self) -> set[VectorSet]:
        """Return which vectors the store has: of which collections, made by which embedders."""
        return {vectors for vectors, _ in self._names()}

    def _names(self) -> list[tuple[VectorSet, str]]:
        matches = (_NAME.fullmatch(known.name) for known in self._client.list_collections())
        return [(VectorSet(int(found[1]), int(found[2] or _FIRST_EMBEDDER)), found[0]) for found in matches if found]

    def _collection(self, vectors: VectorSet) -> Any:
        known = self._known.get(vectors)
        if known is None:
            index = {
                "space": _SPACE,
                "max_neighbors": _NEIGHBOURS,
                "ef_construction": _LOOKED_AT_WHEN_ADDED,
                "ef_search": _LOOKED_AT,
            }
            known = self._client.get_or_create_collection(
                _name(vectors), configuration={"hnsw": index}, embedding_function=None
            )
            # a collection of an earlier version keeps its neighbours; how many are looked at can be changed
            if known.configuration_json["hnsw"]["ef_search"] != _LOOKED_AT:
                known.modify(configuration={"hnsw": {"ef_search": _LOOKED_AT}})
            self._known[vectors] = known
        return known

    def put(self, vectors: VectorSet, passage_ids: Sequence[int], document_ids: Sequence[int], numbers: Any) -> None:
        """Keep vectors, one a passage, in place of what was there."""
        if passage_ids:
            self._collection(vectors).upsert(
                ids=[str(i) for i in passage_ids],
                embeddings=numbers,
                metadatas=[{"document": i} for i in document_ids],
            )

    def get(self, vectors: VectorSet, passage_ids: Sequence[int]) -> dict[int, Any]:
        """Return the vectors of passages, by passage; those without one are left out."""
        found = self._collection(vectors).get(ids=[str(i) for i in passage_ids], include=["embeddings"])
        return {int(i): vector for i, vector in zip(found["ids"], found["embeddings"], strict=True)}

    def nearest(
        self, vectors: VectorSet, vector: Any, count: int, document_ids: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the nearest passages with their cosine similarity (-1 to 1), nearest first."""
        collection = self._collection(vectors)
        where: Any = None
        if document_ids is not None:
            if not document_ids:
                return []
            where = {"document": {"$in": list(document_ids)}}
        found = collection.query(query_embeddings=[vector], n_results=count, where=where, include=["distances"])
        return [(int(i), 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self, vectors: VectorSet) -> int:
        """Return how many vectors there are."""
        return int(self._collection(vectors).count())

    def filled(self, vectors: VectorSet) -> bool:
        """Return whether there is any vector; unlike counting 200,000 of them it takes no time."""
        if vectors not in self._filled and self.count(vectors):
            self._filled.add(vectors)
        return vectors in self._filled

    def ids(self, vectors: VectorSet) -> set[int]:
        """Return the passages that have a vector."""
        return {int(i) for i in self._collection(vectors).get(include=[])["ids"]}

    def delete(self, vectors: VectorSet, passage_ids: Iterable[int]) -> None:
        """Delete the vectors of passages."""
        self._filled.discard(vectors)
        ids = [str(i) for i in passage_ids]
        for at in range(0, len(ids), _PART):
            self._collection(vectors).delete(ids=ids[at : at + _PART])

    def stored(self) -> Iterator[tuple[VectorSet, Any]]:
        """Give each Chroma collection with the vectors it holds."""
        for vectors, name in self._names():
            yield vectors, self._client.get_collection(name, embedding_function=None)

    def drop(self, dropped: VectorSet) -> None:
        """Delete all vectors of a collection that one embedder made."""
        self._known.pop(dropped, None)
        self._filled.discard(dropped)
        for vectors, name in self._names():
            if vectors == dropped:
                self._client.delete_collection(name)

    def close(self) -> None:
        """Close the store."""
        self._known.clear()
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _name(vectors: VectorSet) -> str:
    name = f"collection-{vectors.collection_id}"
    return name if vectors.embedder_id == _FIRST_EMBEDDER else f"{name}-embedder-{vectors.embedder_id}"


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
