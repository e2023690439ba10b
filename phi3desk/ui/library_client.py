"""The library as the window sees it: typed requests to the library worker, signals for what changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QObject, Signal

from phi3desk.errors import Sentence
from phi3desk.library.documents import (
    Collection,
    Document,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    SearchResult,
)
from phi3desk.paths import Paths
from phi3desk.ui.client import WorkerClient
from phi3desk.workers.protocol import Failure, decode

Value = TypeVar("Value")


class LibraryClient(QObject):
    """Collections, documents, imports and searches; every method returns at once.

    Imports run one at a time; further ones wait their turn in the worker. `collections_changed` carries
    list[Collection], `import_progressed` ImportProgress, `file_finished` FileOutcome, `import_finished` ImportSummary,
    `failed` Failure, `stopped` a Sentence when the worker died or was given up.
    """

    collections_changed = Signal(object)
    documents_changed = Signal()
    status_changed = Signal(object)
    import_started = Signal()
    import_progressed = Signal(object)
    file_finished = Signal(object)
    import_finished = Signal(object)
    failed = Signal(object)
    stopped = Signal(object)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = WorkerClient("library", paths, frozenset({"search", "import"}), self)
        self.collections: list[Collection] = []
        self.status: LibraryStatus | None = None
        self._imports: list[int] = []
        self.worker.ready.connect(self._on_ready)
        self.worker.changed.connect(self.refresh)
        self.worker.failed.connect(self.failed)
        self.worker.died.connect(self._on_worker_lost)
        self.worker.gave_up.connect(self._on_worker_lost)

    def start(self) -> None:
        """Start the worker; `collections_changed` follows when it is ready."""
        self.worker.start()

    def close(self) -> None:
        """Stop the worker; what an import has read is kept."""
        self.worker.close()

    @property
    def importing(self) -> bool:
        """Whether an import is running or waiting."""
        return bool(self._imports)

    def refresh(self) -> None:
        """Ask for collections and status anew, and tell that documents may have changed."""
        self.worker.request("collections", self._on_collections)
        self.worker.request("status", self._on_status)
        self.documents_changed.emit()

    def documents(self, collection: int | None, on_result: Callable[[list[Document]], None]) -> None:
        """Fetch the documents of a collection, or of all."""
        self.worker.request("documents", _as(list[Document], on_result), collection=collection)

    def create_collection(self, name: str, on_result: Callable[[Collection], None]) -> None:
        """Make a collection; a name that exists fails with a sentence."""
        self.worker.request("create_collection", _as(Collection, on_result), name=name)

    def rename_collection(self, collection: int, name: str) -> None:
        """Give a collection another name."""
        self.worker.request("rename_collection", id=collection, name=name)

    def delete_collection(self, collection: int) -> None:
        """Take a collection with its documents out of the library; the files stay. Can be undone."""
        self.worker.request("delete_collection", id=collection)

    def restore_collection(self, collection: int) -> None:
        """Undo `delete_collection`."""
        self.worker.request("restore_collection", id=collection)

    def remove_documents(self, documents: Sequence[int]) -> None:
        """Take documents out of the library; the files stay. Can be undone."""
        self.worker.request("remove_documents", documents=list(documents))
        # a duplicate of a removed document takes its place
        self._run_import("resume", announced=False)

    def restore_documents(self, documents: Sequence[int]) -> None:
        """Undo `remove_documents`."""
        self.worker.request("restore_documents", documents=list(documents))

    def import_paths(self, paths: Sequence[str | Path], collection: int | None) -> None:
        """Import files and folders into a collection (None: the default one)."""
        self._run_import("import", paths=[str(path) for path in paths], collection=collection)

    def retry(self, documents: Sequence[int]) -> None:
        """Read documents again that ended in another state than ready."""
        self._run_import("retry", documents=list(documents))

    def cancel_imports(self) -> None:
        """Stop the running import and those that wait; what is read so far is kept."""
        for request in self._imports:
            self.worker.cancel(request)

    def search(
        self,
        question: str,
        k: int,
        collections: Sequence[int] | None,
        on_result: Callable[[SearchResult], None],
        on_failure: Callable[[Failure], None],
        document: str | None = None,
    ) -> int:
        """Search passages; returns the request's id."""
        return self.worker.request(
            "search",
            _as(SearchResult, on_result),
            on_failure,
            question=question,
            k=k,
            collections=None if collections is None else list(collections),
            document=document,
        )

    def _on_ready(self) -> None:
        self.refresh()
        self._run_import("resume", announced=False)

    def _run_import(self, op: str, *, announced: bool = True, **args: Any) -> None:
        """Queue an import. One that is not announced is heard of only when it finds something to do."""
        told = announced

        def on_progress(progress: ImportProgress) -> None:
            nonlocal told
            if not told and not progress.files:
                return
            if not told:
                told = True
                self.import_started.emit()
            self.import_progressed.emit(progress)

        def on_ended(summary: ImportSummary | None, failure: Failure | None) -> None:
            self._imports.remove(request)
            if failure is not None and failure.kind not in ("cancelled", "died"):
                self.failed.emit(failure)
            if told:
                self.import_finished.emit(summary)
                self.refresh()

        request = self.worker.request(
            op,
            lambda data: on_ended(decode(data, ImportSummary), None),
            lambda failure: on_ended(None, failure),
            {"progress": _as(ImportProgress, on_progress), "file": _as(FileOutcome, self.file_finished.emit)},
            **args,
        )
        self._imports.append(request)
        if announced:
            self.import_started.emit()

    def _on_collections(self, data: msgspec.Raw) -> None:
        self.collections = decode(data, list[Collection])
        self.collections_changed.emit(self.collections)

    def _on_status(self, data: msgspec.Raw) -> None:
        self.status = decode(data, LibraryStatus)
        self.status_changed.emit(self.status)

    def _on_worker_lost(self, sentence: Sentence) -> None:
        self.stopped.emit(sentence)


def _as(kind: type[Value], take: Callable[[Value], Any]) -> Callable[[msgspec.Raw], None]:
    """Return a callback that hands on the received data as a dataclass."""

    def on_data(data: msgspec.Raw) -> None:
        take(decode(data, kind))

    return on_data
