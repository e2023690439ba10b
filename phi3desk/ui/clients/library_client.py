"""The library as the window sees it: typed requests to the library worker, signals for what changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Opinion, Source
from phi3desk.errors import Sentence
from phi3desk.library.documents import (
    Collection,
    Document,
    EmbedderInfo,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    PageText,
    Phase,
    Rules,
    SearchResult,
    SearchScope,
)
from phi3desk.library.overview.types import DocumentQuestion, Overview, Within
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.library.sheets.question import SheetQuestion, WrittenQuery
from phi3desk.library.sheets.told import SheetResult
from phi3desk.packs.manifest import PackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.paths import Paths
from phi3desk.ui.clients.worker_client import WorkerClient, ignore
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import (
    AddEmbedder,
    Area,
    AskSheets,
    CheckAnswer,
    CreateCollection,
    DeleteCollection,
    DocumentRows,
    DrawPage,
    ExportPack,
    GetBoxes,
    GetPage,
    GetPassword,
    GetStatus,
    ImportPack,
    ImportPaths,
    ImportRequest,
    ListCollections,
    ListDocuments,
    ListEmbedders,
    MeasureEmbedder,
    PauseImports,
    RemoveDocuments,
    RemoveSource,
    RenameCollection,
    RestoreCollection,
    RestoreDocuments,
    RestoreSource,
    RetryDocuments,
    Search,
    SetRules,
    Sync,
    TellOfDocuments,
    UnlockDocuments,
    UseEmbedder,
    UseReranker,
)

STATUS_MS = 1000


def library_worker(paths: Paths) -> WorkerClient:
    """Return the client of a library worker, which is not started yet."""
    return WorkerClient("library", paths, (Search, ImportPaths))


def _nothing_more() -> None:
    """Follow on what nothing follows on."""


class LibraryClient(QObject):
    """Collections, documents, imports and searches; every method returns at once.

    Imports run one at a time; further ones wait their turn in the worker. What changes in a bound folder is followed
    by itself, and told only when there is something to do. `collections_changed` carries list[Collection],
    `status_changed` LibraryStatus, `import_progressed` ImportProgress, `file_finished` FileOutcome, `failed` Failure,
    `stopped` a Sentence when the worker died or was given up. `import_finished` carries an ImportSummary, the Failure
    of an import that could not be done, or None where it was stopped; `pause_asked` whether the user holds imports
    back, at once, before the worker knows.
    """

    collections_changed = Signal(object)
    documents_changed = Signal()
    status_changed = Signal(object)
    import_started = Signal()
    import_progressed = Signal(object)
    file_finished = Signal(object)
    import_finished = Signal(object)
    pause_asked = Signal(bool)
    failed = Signal(object)
    stopped = Signal(object)

    def __init__(self, worker: WorkerClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = worker
        worker.setParent(self)
        self.collections: list[Collection] = []
        self.status: LibraryStatus | None = None
        self._imports: list[int] = []
        self._check = 0
        self._check_again = False
        self._since_status = QElapsedTimer()
        self._phase: Phase | None = None
        self.worker.ready.connect(self._on_ready)
        self.worker.changed.connect(self.refresh)
        self.worker.folders_changed.connect(self._check_quietly)
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
        self.worker.request(ListCollections(), self._on_collections)
        self._ask_status()
        self.documents_changed.emit()

    def documents(
        self,
        collection: int | None,
        on_result: Callable[[list[Document]], None],
        on_rows: Callable[[Sequence[Document]], None] = ignore,
        on_failure: Callable[[Failure], None] | None = None,
    ) -> int:
        """Fetch the documents of a collection, or of all; `on_rows` gets them as they come, some hundreds at a time.

        Returns the request's id. A failure that nobody takes is told as `failed`.
        """
        fetched: list[Document] = []

        def on_more(rows: DocumentRows) -> None:
            fetched.extend(rows.documents)
            on_rows(rows.documents)

        return self.worker.request(ListDocuments(collection), lambda _: on_result(fetched), on_failure, on_more)

    def page(
        self, document: int, page: int, on_result: Callable[[PageText], None], on_failure: Callable[[Failure], None]
    ) -> None:
        """Fetch a page as the text it was read as; `page` counts from 1."""
        self.worker.request(GetPage(document, page), on_result, on_failure)

    def boxes(
        self, document: int, page: int, start: int, end: int, on_result: Callable[[Sequence[Area]], None]
    ) -> None:
        """Fetch where the recognised words of a range of a page's text stand; none where the page has its own text."""
        self.worker.request(GetBoxes(document, page, start, end), on_result, lambda _: on_result(()))

    def page_picture(
        self, wish: PictureWish, on_result: Callable[[PagePicture], None], on_failure: Callable[[Failure], None]
    ) -> int:
        """Have a page of a PDF drawn with a sentence marked; returns the request's id."""
        return self.worker.request(DrawPage(wish), on_result, on_failure)

    def password(self, document: int, on_result: Callable[[str], None]) -> None:
        """Fetch what opens a locked PDF; empty where it is not known."""
        self.worker.request(GetPassword(document), on_result, lambda _: on_result(""))

    def create_collection(self, name: str, on_result: Callable[[Collection], None]) -> None:
        """Make a collection; a name that exists fails with a sentence."""
        self.worker.request(CreateCollection(name), on_result)

    def rename_collection(self, collection: int, name: str) -> None:
        """Give a collection another name."""
        self.worker.request(RenameCollection(collection, name))

    def delete_collection(self, collection: int, on_result: Callable[[], None] = _nothing_more) -> None:
        """Take a collection with its documents out of the library; the files stay. Can be undone."""
        self.worker.request(DeleteCollection(collection), lambda _: on_result())

    def restore_collection(self, collection: int) -> None:
        """Undo `delete_collection`."""
        # an import that ran meanwhile has left its folders alone
        self.worker.request(RestoreCollection(collection), lambda _: self._check_quietly())

    def set_rules(self, collection: int, rules: Rules, on_result: Callable[[], None] = _nothing_more) -> None:
        """Read a collection's folders by other rules from now on, and see at once what that changes.

        Rules without sense fail with a sentence, and those before go on to hold.
        """

        def on_set(_: None) -> None:
            self.sync(collection)
            on_result()

        self.worker.request(SetRules(collection, rules), on_set)

    def remove_source(self, source: int) -> None:
        """Follow a folder or file no longer: its documents leave the library, the files stay. Can be undone."""
        # a duplicate elsewhere of what leaves takes its place
        self.worker.request(RemoveSource(source), lambda _: self._check_quietly())

    def restore_source(self, source: int) -> None:
        """Undo `remove_source`."""
        self.worker.request(RestoreSource(source), lambda _: self._check_quietly())

    def remove_documents(self, documents: Sequence[int]) -> None:
        """Take documents out of the library; the files stay. Can be undone."""
        # a duplicate of a removed document takes its place
        self.worker.request(RemoveDocuments(tuple(documents)), lambda _: self._check_quietly())

    def restore_documents(self, documents: Sequence[int]) -> None:
        """Undo `remove_documents`."""
        # a duplicate that took the place of one gives it back
        self.worker.request(RestoreDocuments(tuple(documents)), lambda _: self._check_quietly())

    def import_paths(self, paths: Sequence[str | Path], collection: int | None) -> None:
        """Bind files and folders to a collection (None: the default one) and read them."""
        self._run_import(ImportPaths(tuple(str(path) for path in paths), collection))

    def sync(self, collection: int | None = None) -> None:
        """Check the bound folders of a collection, or all, and read what is new, changed or half done."""
        self._run_import(Sync(collection))

    def retry(self, documents: Sequence[int]) -> None:
        """Read documents again that ended in another state than ready."""
        self._run_import(RetryDocuments(tuple(documents)))

    def unlock(self, documents: Sequence[int], password: str, *, remember: bool) -> None:
        """Read locked documents with a password, which the system's keyring keeps where `remember` says so."""
        self._run_import(UnlockDocuments(tuple(documents), password, remember))

    def embedders(self, on_result: Callable[[Sequence[EmbedderInfo]], None]) -> None:
        """Fetch the embedders that can be chosen."""
        self.worker.request(ListEmbedders(), on_result)

    def add_embedder(
        self, folder: str, on_result: Callable[[EmbedderInfo], None], on_failure: Callable[[Failure], None]
    ) -> None:
        """List the model in a folder among the embedders; seconds for one of gigabytes."""
        self.worker.request(AddEmbedder(folder), on_result, on_failure)

    def measure_embedder(
        self,
        name: str,
        collection: int | None,
        on_result: Callable[[float], None],
        on_failure: Callable[[Failure], None],
    ) -> None:
        """Find out how many seconds an embedder takes for a passage; some seconds where it was never used here."""
        self.worker.request(MeasureEmbedder(name, collection), on_result, on_failure)

    def use_embedder(self, name: str, collection: int | None) -> None:
        """Have a collection (None: all, and new ones) embedded by another embedder; until then the old one answers.

        Choosing the one that answers takes a change back.
        """
        self.worker.request(UseEmbedder(name, collection), lambda _: self._check_quietly())

    def pause(self, paused: bool) -> None:
        """Pause every import, or let them go on; holds over a restart."""
        self.pause_asked.emit(paused)
        self.worker.request(PauseImports(paused), lambda _: self._ask_status())

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
        request = ExportPack(profile, file, with_documents, with_index)
        return self.worker.request(request, on_result, on_failure, on_progress)

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
            def on_collections(collections: Sequence[Collection]) -> None:
                self._on_collections(collections)
                on_result(imported)

            self.worker.request(ListCollections(), on_collections, lambda _: on_result(imported))
            for collection in imported.collections if imported.embeds or imported.reads else ():
                self.sync(collection)

        return self.worker.request(ImportPack(file), on_taken_in, on_failure, on_progress)

    def search(
        self,
        question: str,
        k: int,
        scope: SearchScope,
        on_result: Callable[[SearchResult], None],
        on_failure: Callable[[Failure], None],
        *,
        sentences: bool = False,
    ) -> int:
        """Search passages, with how close their sentences are where that is wanted; returns the request's id."""
        return self.worker.request(Search(question, k, scope, sentences), on_result, on_failure)

    def check_answer(
        self,
        text: str,
        sources: tuple[Source, ...],
        question: str,
        on_result: Callable[[Grounded], None],
        on_failure: Callable[[Failure], None],
        opinions: tuple[Opinion, ...] = (),
    ) -> int:
        """Tie an answer's sentences to the sources that support them; returns the request's id."""
        return self.worker.request(CheckAnswer(text, sources, question, opinions), on_result, on_failure)

    def use_reranker(
        self, folder: str, on_result: Callable[[float], None], on_failure: Callable[[Failure], None]
    ) -> None:
        """Have the reranker of a folder take part in searches, none for ""; `on_result` gets the seconds it adds."""
        self.worker.request(UseReranker(folder), on_result, on_failure)

    def overview(
        self,
        question: DocumentQuestion,
        within: Within,
        on_result: Callable[[Overview], None],
        on_failure: Callable[[Failure], None],
    ) -> int:
        """Ask the catalogue about documents as wholes; returns the request's id, for `cancel`."""
        return self.worker.request(TellOfDocuments(question, within), on_result, on_failure)

    def ask_sheets(
        self,
        question: SheetQuestion,
        scope: SearchScope,
        written: WrittenQuery | None,
        on_result: Callable[[SheetResult], None],
        on_failure: Callable[[Failure], None],
    ) -> int:
        """Ask the tables of sheets, by rules or by what a model wrote; returns the request's id, for `cancel`."""
        return self.worker.request(AskSheets(question, scope, written), on_result, on_failure)

    def cancel(self, request_id: int) -> None:
        """Stop a search, what the catalogue or sheets are asked, a check, the drawing of a page, or a pack."""
        self.worker.cancel(request_id)

    def _on_ready(self) -> None:
        self._check, self._check_again = 0, False
        self.refresh()
        self._check_quietly()

    def _check_quietly(self) -> None:
        """Check all folders; while such a check is under way, once more when it has ended."""
        if self._check:
            self._check_again = True
        else:
            self._check = self._run_import(Sync(), announced=False)

    def _run_import(self, wanted: ImportRequest, *, announced: bool = True) -> int:
        """Queue an import; returns its id. One that is not announced is heard of only when it finds something to do."""
        told = announced

        def on_progress(progress: ImportProgress) -> None:
            nonlocal told
            if not told and not _has_to_do(progress):
                return
            if not told:
                told = True
                self.import_started.emit()
            self.import_progressed.emit(progress)
            self._follow_status(progress)

        def on_ended(summary: ImportSummary | None, failure: Failure | None) -> None:
            self._imports.remove(request)
            stopped = failure is not None and failure.kind in (FailureKind.CANCELLED, FailureKind.DIED)
            if failure is not None and not stopped:
                self.failed.emit(failure)
            if told or (summary is not None and summary.notice is not None):
                self.import_finished.emit(summary if stopped or failure is None else failure)
                self.refresh()
            if request == self._check:
                self._on_checked(failure)

        def on_event(event: ImportProgress | FileOutcome) -> None:
            if isinstance(event, ImportProgress):
                on_progress(event)
            else:
                self.file_finished.emit(event)

        request = self.worker.request(
            wanted, lambda summary: on_ended(summary, None), lambda failure: on_ended(None, failure), on_event
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
        """Ask now and then how much there is, and at once in another phase or when there is something to search."""
        first = progress.passages > 0 and (self.status is None or self.status.passages == 0)
        turned, self._phase = progress.phase is not self._phase, progress.phase
        if first or turned or not self._since_status.isValid() or self._since_status.hasExpired(STATUS_MS):
            self.worker.request(ListCollections(), self._on_collections)
            self._ask_status()

    def _ask_status(self) -> None:
        self._since_status.start()
        self.worker.request(GetStatus(), self._on_status)

    def _on_collections(self, collections: Sequence[Collection]) -> None:
        self.collections = list(collections)
        self.collections_changed.emit(self.collections)

    def _on_status(self, status: LibraryStatus) -> None:
        self.status = status
        self.status_changed.emit(status)

    def _on_worker_lost(self, sentence: Sentence) -> None:
        self.stopped.emit(sentence)


def _has_to_do(progress: ImportProgress) -> bool:
    """Tell whether an import has found something to do; files that are only compared are nothing yet."""
    return (
        progress.renewing
        or progress.phase is Phase.RESTORING
        or (progress.files > 0 and progress.phase is not Phase.CHECKING)
    )
