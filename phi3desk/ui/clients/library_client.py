"""The library as the window sees it: typed requests to the library worker, signals for what changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QElapsedTimer, QObject, Signal

from phi3desk.errors import Sentence
from phi3desk.library.documents import (
    Collection,
    Document,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    PageText,
    Rules,
    SearchResult,
)
from phi3desk.packs.exporter import ExportedPack
from phi3desk.packs.importer import ImportedPack
from phi3desk.packs.manifest import PackProgress
from phi3desk.paths import Paths
from phi3desk.ui.clients.worker_client import WorkerClient
from phi3desk.workers.protocol import Failure, decode

Value = TypeVar("Value")
#: Left, top, right and bottom of a recognised word in points from the upper left corner of its page.
Area = tuple[float, float, float, float]
STATUS_MS = 2000


def _ignore(_: Any) -> None:
    """Take what nobody waits for."""


def _nothing_more() -> None:
    """Follow on what nothing follows on."""


class LibraryClient(QObject):
    """Collections, documents, imports and searches; every method returns at once.

    Imports run one at a time; further ones wait their turn in the worker. What changes in a bound folder is followed
    by itself, and told only when there is something to do. `collections_changed` carries list[Collection],
    `status_changed` LibraryStatus, `import_progressed` ImportProgress, `file_finished` FileOutcome, `import_finished`
    ImportSummary, `failed` Failure, `stopped` a Sentence when the worker died or was given up.
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
        self._check = 0
        self._check_again = False
        self._since_status = QElapsedTimer()
        self.worker.ready.connect(self._on_ready)
        self.worker.changed.connect(self.refresh)
        self.worker.news.connect(self._on_news)
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
        self._ask_status()
        self.documents_changed.emit()

    def documents(
        self,
        collection: int | None,
        on_result: Callable[[list[Document]], None],
        on_rows: Callable[[list[Document]], None] = _ignore,
    ) -> int:
        """Fetch the documents of a collection, or of all; `on_rows` gets them as they come, some hundreds at a time.

        Returns the request's id.
        """
        fetched: list[Document] = []

        def on_more(rows: list[Document]) -> None:
            fetched.extend(rows)
            on_rows(rows)

        return self.worker.request(
            "documents",
            lambda _: on_result(fetched),
            on_event={"rows": _as(list[Document], on_more)},
            collection=collection,
        )

    def page(
        self, document: int, page: int, on_result: Callable[[PageText], None], on_failure: Callable[[Failure], None]
    ) -> None:
        """Fetch a page as the text it was read as; `page` counts from 1."""
        self.worker.request("page", _as(PageText, on_result), on_failure, document=document, page=page)

    def boxes(self, document: int, page: int, start: int, end: int, on_result: Callable[[list[Area]], None]) -> None:
        """Fetch where the recognised words of a range of a page's text stand; none where the page has its own text."""
        self.worker.request(
            "boxes",
            _as(list[Area], on_result),
            lambda _: on_result([]),
            document=document,
            page=page,
            start=start,
            end=end,
        )

    def password(self, document: int, on_result: Callable[[str], None]) -> None:
        """Fetch what opens a locked PDF; empty where it is not known."""
        self.worker.request("password", _as(str, on_result), lambda _: on_result(""), document=document)

    def create_collection(self, name: str, on_result: Callable[[Collection], None]) -> None:
        """Make a collection; a name that exists fails with a sentence."""
        self.worker.request("create_collection", _as(Collection, on_result), name=name)

    def rename_collection(self, collection: int, name: str) -> None:
        """Give a collection another name."""
        self.worker.request("rename_collection", id=collection, name=name)

    def delete_collection(self, collection: int, on_result: Callable[[], None] = _nothing_more) -> None:
        """Take a collection with its documents out of the library; the files stay. Can be undone."""
        self.worker.request("delete_collection", lambda _: on_result(), id=collection)

    def restore_collection(self, collection: int) -> None:
        """Undo `delete_collection`."""
        self.worker.request("restore_collection", id=collection)

    def set_rules(self, collection: int, rules: Rules) -> None:
        """Read a collection's folders by other rules from now on, and see at once what that changes."""
        self.worker.request("set_rules", collection=collection, rules=msgspec.to_builtins(rules))
        self.sync(collection)

    def remove_source(self, source: int) -> None:
        """Follow a folder or file no longer: its documents leave the library, the files stay. Can be undone."""
        self.worker.request("remove_source", id=source)

    def restore_source(self, source: int) -> None:
        """Undo `remove_source`."""
        self.worker.request("restore_source", id=source)
        self._check_quietly()

    def remove_documents(self, documents: Sequence[int]) -> None:
        """Take documents out of the library; the files stay. Can be undone."""
        self.worker.request("remove_documents", documents=list(documents))
        # a duplicate of a removed document takes its place
        self._check_quietly()

    def restore_documents(self, documents: Sequence[int]) -> None:
        """Undo `remove_documents`."""
        self.worker.request("restore_documents", documents=list(documents))
        # a duplicate that took the place of one gives it back
        self._check_quietly()

    def import_paths(self, paths: Sequence[str | Path], collection: int | None) -> None:
        """Bind files and folders to a collection (None: the default one) and read them."""
        self._run_import("import", paths=[str(path) for path in paths], collection=collection)

    def sync(self, collection: int | None = None) -> None:
        """Check the bound folders of a collection, or all, and read what is new, changed or half done."""
        self._run_import("sync", collection=collection)

    def retry(self, documents: Sequence[int]) -> None:
        """Read documents again that ended in another state than ready."""
        self._run_import("retry", documents=list(documents))

    def unlock(self, documents: Sequence[int], password: str, *, remember: bool) -> None:
        """Read locked documents with a password, which the system's keyring keeps where `remember` says so."""
        self._run_import("unlock", documents=list(documents), password=password, remember=remember)

    def pause(self, paused: bool) -> None:
        """Pause every import, or let them go on; holds over a restart."""
        self.worker.request("pause", lambda _: self._ask_status(), paused=paused)

    def cancel_imports(self) -> None:
        """Stop the running import and those that wait; what is read so far is kept."""
        for request in self._imports:
            self.worker.cancel(request)

    def export_pack(
        self,
        profile: str,
        file: str,
        on_result: Callable[[ExportedPack], None],
        on_failure: Callable[[Failure], None],
        on_progress: Callable[[PackProgress], None],
        *,
        with_documents: bool,
        with_index: bool,
    ) -> int:
        """Write an expert into a pack, when the imports asked for before have ended; returns the request's id."""
        return self.worker.request(
            "export_pack",
            _as(ExportedPack, on_result),
            on_failure,
            {"progress": _as(PackProgress, on_progress)},
            profile=profile,
            file=file,
            with_documents=with_documents,
            with_index=with_index,
        )

    def import_pack(
        self,
        file: str,
        on_result: Callable[[ImportedPack], None],
        on_failure: Callable[[Failure], None],
        on_progress: Callable[[PackProgress], None],
    ) -> int:
        """Take in a pack, when the imports asked for before have ended; returns the request's id.

        What of it waits to be read or embedded is being read by then, and `collections` holds what it brought.
        """

        def on_taken_in(imported: ImportedPack) -> None:
            def on_collections(data: msgspec.Raw) -> None:
                self._on_collections(data)
                on_result(imported)

            self.worker.request("collections", on_collections, lambda _: on_result(imported))
            for collection in imported.collections if imported.embeds or imported.reads else ():
                self.sync(collection)

        return self.worker.request(
            "import_pack",
            _as(ImportedPack, on_taken_in),
            on_failure,
            {"progress": _as(PackProgress, on_progress)},
            file=file,
        )

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
        self._check, self._check_again = 0, False
        self.refresh()
        self._check_quietly()

    def _on_news(self, event: str) -> None:
        if event == "folders_changed":
            self._check_quietly()

    def _check_quietly(self) -> None:
        """Check all folders; while such a check is under way, once more when it has ended."""
        if self._check:
            self._check_again = True
        else:
            self._check = self._run_import("sync", announced=False, collection=None)

    def _run_import(self, op: str, *, announced: bool = True, **args: Any) -> int:
        """Queue an import; returns its id. One that is not announced is heard of only when it finds something to do."""
        told = announced

        def on_progress(progress: ImportProgress) -> None:
            nonlocal told
            if not told and not progress.files:
                return
            if not told:
                told = True
                self.import_started.emit()
            self._follow_status(progress)
            self.import_progressed.emit(progress)

        def on_ended(summary: ImportSummary | None, failure: Failure | None) -> None:
            self._imports.remove(request)
            if failure is not None and failure.kind not in ("cancelled", "died"):
                self.failed.emit(failure)
            if told:
                self.import_finished.emit(summary)
                self.refresh()
            if request == self._check:
                self._on_checked(failure)

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
        return request

    def _on_checked(self, failure: Failure | None) -> None:
        again, self._check, self._check_again = self._check_again and failure is None, 0, False
        if again:
            self._check_quietly()

    def _follow_status(self, progress: ImportProgress) -> None:
        """Ask now and then how much can be searched, and at once when there is something for the first time."""
        first = progress.passages > 0 and (self.status is None or self.status.passages == 0)
        if first or not self._since_status.isValid() or self._since_status.hasExpired(STATUS_MS):
            self._ask_status()

    def _ask_status(self) -> None:
        self._since_status.start()
        self.worker.request("status", self._on_status)

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
