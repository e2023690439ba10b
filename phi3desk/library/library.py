"""The library: everything about documents behind one door. One process may have it open at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import filelock

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import Collection, Document, ImportSummary, LibraryStatus, SearchResult
from phi3desk.library.embedder import Embedder
from phi3desk.library.embedding_queue import EmbeddingQueue
from phi3desk.library.importer import Importer, OnFile, OnProgress
from phi3desk.library.reading.pool import Limits, ReaderPool
from phi3desk.library.retriever import Retriever
from phi3desk.library.vectors import Vectors
from phi3desk.paths import Paths, worker_command
from phi3desk.settings import Settings

DEFAULT_COLLECTION = "My documents"


class Library:
    """The library in one data folder; UserError where another process has it open.

    Every method may be called from any thread. A search answers while an import runs: it waits for one batch of the
    embedder at most. `reader_command` replaces the command that starts a reader process.
    """

    def __init__(self, paths: Paths, settings: Settings, reader_command: list[str] | None = None) -> None:
        self._paths = paths
        self._settings = settings
        self._reader_command = reader_command or worker_command("reader")
        self._lock = filelock.FileLock(paths.library_lock)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise UserError(
                "The library is in use by another window or command of phi3desk. Close that one, or wait for it to end."
            ) from None
        try:
            self._catalog = Catalog(paths.catalog)
            self._vectors = Vectors(paths.vectors)
        except BaseException:
            self._lock.release()
            raise
        self._embedder = Embedder()
        self._importer = Importer(self._catalog, self._vectors, self._embedder, self._open_pool)
        self._retriever = Retriever(self._catalog, self._vectors, self._embedder)
        self.reconcile()

    def _open_pool(self) -> ReaderPool:
        limits = Limits(self._settings.get("library.reader_seconds"), self._settings.get("library.reader_megabytes"))
        log = self._paths.logs / "readers.log"
        return ReaderPool(self._reader_command, limits, self._settings.get("library.readers"), log)

    def reconcile(self) -> None:
        """Make the vectors agree with the catalogue again, where their numbers show that they do not."""
        queue = EmbeddingQueue(self._catalog)
        for collection in self._catalog.collections():
            if self._vectors.count(collection.id) == queue.vector_count(collection.id):
                continue
            there, wanted = self._vectors.ids(collection.id), queue.vector_ids(collection.id)
            self._vectors.delete(collection.id, there - wanted)
            queue.vectors_lost(wanted - there)

    def collections(self) -> list[Collection]:
        """Return the collections with their counts, by name."""
        return self._catalog.collections()

    def collection_id(self, name: str, create: bool = False) -> int:
        """Return the id of the collection of that name; UserError where there is none and `create` is false."""
        known = self._catalog.collection_id(name)
        if known is not None:
            return known
        if not create:
            raise UserError("There is no collection named “{name}”.", name=name)
        return self._catalog.create_collection(name)

    def create_collection(self, name: str) -> int:
        """Make a collection and return its id; UserError where the name is empty or taken."""
        return self._catalog.create_collection(name)

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Give a collection another name; UserError where the name is empty or taken."""
        self._catalog.rename_collection(collection_id, name)

    def delete_collection(self, collection_id: int) -> None:
        """Take a collection out of sight and search; it is kept until `purge_removed`."""
        self._catalog.remove_collection(collection_id, removed=True)

    def restore_collection(self, collection_id: int) -> None:
        """Bring a deleted collection back; UserError where another one has its name by now."""
        self._catalog.remove_collection(collection_id, removed=False)

    def documents(self, collection_id: int | None = None) -> list[Document]:
        """Return the documents of one collection or of all, by name."""
        return self._catalog.documents(collection_id)

    def document(self, document_id: int) -> Document:
        """Return one document; UserError where it is no longer there."""
        found = self._catalog.document(document_id)
        if found is None:
            raise UserError("The document is no longer in the library.")
        return found

    def page_text(self, document_id: int, page: int) -> str:
        """Return the text of a page (counted from 1) as PDFium gave it."""
        return self._catalog.page_text(document_id, page)

    def import_paths(
        self,
        paths: Sequence[Path],
        collection_id: int,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Import files and folders; returns when all of them have come to their end, or `cancelled` was set.

        The callbacks are called in the calling thread.
        """
        return self._importer.import_paths(paths, collection_id, on_progress, on_file, cancelled or threading.Event())

    def resume_pending(
        self,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Take up what an import left half done: at start-up, after a removal, after a crash."""
        return self._importer.resume(on_progress, on_file, cancelled or threading.Event())

    def suspend_import(self) -> None:
        """Have an import that is cancelled from now on go on at the next `resume_pending`: the program ends."""
        self._importer.suspend()

    def retry(
        self,
        document_ids: Sequence[int],
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Read documents anew, whatever they ended with."""
        self._catalog.start_over(document_ids)
        return self._importer.resume(on_progress, on_file, cancelled or threading.Event())

    def remove_documents(self, document_ids: Sequence[int]) -> None:
        """Take documents out of sight and search; they are kept until `purge_removed`.

        A duplicate that takes the place of a removed document is read by the next `resume_pending`.
        """
        self._catalog.remove_documents(document_ids, removed=True)

    def restore_documents(self, document_ids: Sequence[int]) -> None:
        """Undo `remove_documents`."""
        self._catalog.remove_documents(document_ids, removed=False)

    def purge_removed(self) -> None:
        """Delete for good what was removed; it cannot be restored afterwards."""
        for collection_id, passages in self._catalog.purge():
            self._vectors.delete(collection_id, passages)
        known = {collection.id for collection in self._catalog.collections()}
        for collection_id in self._vectors.collections() - known:
            self._vectors.drop(collection_id)

    def search(
        self,
        question: str,
        k: int = 5,
        collections: Sequence[int] | None = None,
        document: str | None = None,
    ) -> SearchResult:
        """Return the k best passages for a question, from some collections (None: all) and one document (None: all).

        UserError where no document has that name.
        """
        return self._retriever.search(question, k, collections, document)

    def load_embedder(self) -> None:
        """Load the embedder ahead of the first search."""
        self._embedder.load()

    def status(self) -> LibraryStatus:
        """Return how much there is to search."""
        passages, embedded = self._catalog.totals()
        return LibraryStatus(
            documents=sum(collection.documents for collection in self._catalog.collections()),
            passages=passages,
            embedded=embedded,
            embedder=self._embedder.name,
            embedder_loaded=self._embedder.loaded,
            importing=self._importer.running,
        )

    def close(self) -> None:
        """Close the catalogue and the vectors; an import must have ended before."""
        self._catalog.close()
        self._vectors.close()
        self._lock.release()
