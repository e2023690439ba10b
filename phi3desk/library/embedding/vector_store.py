"""The vectors of passages in an embedded Chroma store: one Chroma collection for each collection, keyed by passage id.

What is in it can always be made again from the catalogue.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

_PART = 4000
#: Chroma's index of neighbours. With its own values (16 neighbours, 100 looked at) it found 83 % of the ten nearest
#: among 128,000 passages, and 96 % with 400 looked at, for 2 ms more.
_SPACE = "cosine"
_NEIGHBOURS, _LOOKED_AT_WHEN_ADDED, _LOOKED_AT = 32, 200, 500


class VectorStore:
    """The store in one folder; any thread of one process may use it, a second process must not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client = _open(folder)
        self._known: dict[int, Any] = {}
        self._filled: set[int] = set()

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
                f"collection-{collection_id}", configuration={"hnsw": index}, embedding_function=None
            )
            # a collection of an earlier version keeps its neighbours; how many are looked at can be changed
            if known.configuration_json["hnsw"]["ef_search"] != _LOOKED_AT:
                known.modify(configuration={"hnsw": {"ef_search": _LOOKED_AT}})
            self._known[collection_id] = known
        return known

    def put(self, collection_id: int, passage_ids: Sequence[int], document_ids: Sequence[int], vectors: Any) -> None:
        """Keep vectors, one a passage, in place of what was there."""
        if passage_ids:
            self._collection(collection_id).upsert(
                ids=[str(i) for i in passage_ids],
                embeddings=vectors,
                metadatas=[{"document": i} for i in document_ids],
            )

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
        """Tell whether a collection has any vector; unlike counting 200,000 of them it takes no time."""
        if collection_id not in self._filled and self.count(collection_id):
            self._filled.add(collection_id)
        return collection_id in self._filled

    def ids(self, collection_id: int) -> set[int]:
        """Return the passages of a collection that have a vector."""
        return {int(i) for i in self._collection(collection_id).get(include=[])["ids"]}

    def delete(self, collection_id: int, passage_ids: Iterable[int]) -> None:
        """Delete the vectors of passages."""
        self._filled.discard(collection_id)
        ids = [str(i) for i in passage_ids]
        for at in range(0, len(ids), _PART):
            self._collection(collection_id).delete(ids=ids[at : at + _PART])

    def collections(self) -> set[int]:
        """Return the ids of the collections that the store knows."""
        names = (known.name for known in self._client.list_collections())
        return {int(name.rpartition("-")[2]) for name in names if name.rpartition("-")[2].isdigit()}

    def drop(self, collection_id: int) -> None:
        """Delete all vectors of a collection."""
        self._known.pop(collection_id, None)
        self._filled.discard(collection_id)
        if collection_id in self.collections():
            self._client.delete_collection(f"collection-{collection_id}")

    def close(self) -> None:
        """Let go of the store."""
        self._known.clear()
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def _open(folder: Path) -> Any:
    """Open the store; one that cannot be opened is put aside, for its content can be made again."""
    try:
        return _client(folder)
    except Exception:  # Chroma's Rust part raises a dozen kinds for a damaged store
        aside = folder.with_name(f"{folder.name}.unreadable-{int(time.time())}")
        log.exception("the vector store cannot be opened; it is put aside and made anew")
        folder.rename(aside)
        return _client(folder)


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(
        path=str(folder), settings=Settings(anonymized_telemetry=False, allow_reset=False)
    )
    client.list_collections()
    return client
