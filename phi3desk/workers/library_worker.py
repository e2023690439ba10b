"""The process that owns the library: catalogue, vectors and embedder; searches are served while an import runs."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Never

from phi3desk.backups import Kept, explained
from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.library import language
from phi3desk.library.documents import (
    Collection,
    EmbedderInfo,
    Fault,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    SearchResult,
)
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.library.overview.types import Overview
from phi3desk.library.sheets.told import SheetResult
from phi3desk.line_protocol import take_standard_output
from phi3desk.logs import log_to_file
from phi3desk.packs.exporter import export_pack
from phi3desk.packs.importer import import_pack
from phi3desk.packs.manifest import PackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.workers.door import Door
from phi3desk.workers.protocol import News, Operation, Task
from phi3desk.workers.requests import (
    AddEmbedder,
    Area,
    AskSheets,
    CheckAnswer,
    CheckLibrary,
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
    VectorsPutBack,
)
from phi3desk.workers.worker import Outlet, Worker, refuse

log = logging.getLogger(__name__)

#: Documents told at a time: the window takes in each part between two of its own events.
_ROWS = 500

ImportEvent = ImportProgress | FileOutcome


class LibraryService:
    """Answers the requests to the library. Imports have a lane of their own."""

    def __init__(self, library: Library, outlet: Outlet, paths: Paths) -> None:
        self._library = library
        self._outlet = outlet
        self._paths = paths

    def lanes(self) -> dict[str, list[Operation]]:
        """Return the operations, by the thread that serves them."""
        return {
            "search": [
                Search.served_by(self.search),
                TellOfDocuments.served_by(self.tell_of_documents),
                AskSheets.served_by(self.ask_sheets),
                ListCollections.served_by(lambda request, task: tuple(self._library.collections())),
                ListDocuments.served_by(self.list_documents),
                GetStatus.served_by(lambda request, task: self._library.status()),
                CreateCollection.served_by(self.create_collection),
                RenameCollection.served_by(self.rename_collection),
                DeleteCollection.served_by(self.delete_collection),
                RestoreCollection.served_by(self.restore_collection),
                RemoveDocuments.served_by(self.remove_documents),
                RestoreDocuments.served_by(self.restore_documents),
                SetRules.served_by(self.set_rules),
                RemoveSource.served_by(self.remove_source),
                RestoreSource.served_by(self.restore_source),
                PauseImports.served_by(self.pause_imports),
                GetPage.served_by(lambda request, task: self._library.page(request.document, request.page)),
                GetBoxes.served_by(self.boxes),
                GetPassword.served_by(lambda request, task: self._library.password(request.document)),
            ],
            "embedders": [
                ListEmbedders.served_by(lambda request, task: tuple(self._library.embedders())),
                AddEmbedder.served_by(self.add_embedder),
                UseEmbedder.served_by(self.use_embedder),
                MeasureEmbedder.served_by(
                    lambda request, task: self._library.seconds_a_passage(request.name, request.collection)
                ),
            ],
            # a hostile page takes up to twenty seconds
            "pictures": [
                DrawPage.served_by(lambda request, task: self._library.page_picture(request.wish, task.cancelled))
            ],
            "check": [CheckAnswer.served_by(self.check_answer)],
            # loading a model may take longer than a search may wait
            "reranker": [UseReranker.served_by(self.use_reranker)],
            "import": [
                ImportPaths.served_by(self.import_paths),
                RetryDocuments.served_by(self.retry_documents),
                Sync.served_by(self.sync),
                UnlockDocuments.served_by(self.unlock_documents),
                ExportPack.served_by(self.export_pack),
                ImportPack.served_by(self.import_pack),
                CheckLibrary.served_by(self.check),
            ],
        }

    def search(self, request: Search, task: Task[Never]) -> SearchResult:
        """Find the passages that speak of a question."""
        return self._library.search(
            request.question, request.k, request.scope, task.cancelled, sentences=request.sentences
        )

    def tell_of_documents(self, request: TellOfDocuments, task: Task[Never]) -> Overview:
        """Tell of documents as wholes."""
        return self._library.overview(request.question, request.within, task.cancelled)

    def ask_sheets(self, request: AskSheets, task: Task[Never]) -> SheetResult:
        """Ask the tables of sheets."""
        return self._library.ask_sheets(request.question, request.scope, request.written, task.cancelled)

    def check_answer(self, request: CheckAnswer, task: Task[Never]) -> Grounded:
        """Tie an answer's sentences to the sources that support them."""
        readers = self._library.word_reader, self._library.claim_reader
        return ground(request.text, request.sources, request.question, *readers, task.cancelled, request.opinions)

    def use_reranker(self, request: UseReranker, task: Task[Never]) -> float:
        """Have the reranker of a folder take part in searches; return the seconds it adds to each."""
        return self._library.use_reranker(request.folder, task.cancelled)

    def list_documents(self, request: ListDocuments, task: Task[DocumentRows]) -> None:
        """Tell the documents of a collection, or of all, in parts."""
        documents = self._library.documents(request.collection)
        for at in range(0, len(documents), _ROWS):
            task.emit(DocumentRows(tuple(documents[at : at + _ROWS])))

    def set_rules(self, request: SetRules, _: Task[Never]) -> None:
        """Change what of a collection's folders is read."""
        self._library.set_rules(request.collection, request.rules)
        self._tell_change()

    def remove_source(self, request: RemoveSource, _: Task[Never]) -> None:
        """Unbind a folder or file; can be undone."""
        self._library.remove_source(request.source)
        self._tell_change()

    def restore_source(self, request: RestoreSource, _: Task[Never]) -> None:
        """Undo the unbinding of a folder or file."""
        self._library.restore_source(request.source)
        self._tell_change()

    def pause_imports(self, request: PauseImports, _: Task[Never]) -> None:
        """Hold imports back, or let them go on."""
        self._library.pause_imports(request.paused)
        self._tell_change()

    def add_embedder(self, request: AddEmbedder, _: Task[Never]) -> EmbedderInfo:
        """List the model in a folder among the embedders."""
        added = self._library.add_embedder(Path(request.folder))
        self._tell_change()
        return added

    def use_embedder(self, request: UseEmbedder, _: Task[Never]) -> None:
        """Have a collection, or all, get the vectors of an embedder."""
        self._library.use_embedder(request.name, request.collection)
        self._tell_change()

    def boxes(self, request: GetBoxes, _: Task[Never]) -> tuple[Area, ...]:
        """Return where the recognised words of a text range stand on a page."""
        return tuple(self._library.boxes(request.document, request.page, request.start, request.end))

    def create_collection(self, request: CreateCollection, _: Task[Never]) -> Collection:
        """Make a collection."""
        name = request.name.strip()
        made = self._library.create_collection(name)
        self._tell_change()
        return Collection(made, name)

    def rename_collection(self, request: RenameCollection, _: Task[Never]) -> None:
        """Give a collection another name."""
        self._library.rename_collection(request.collection, request.name)
        self._tell_change()

    def delete_collection(self, request: DeleteCollection, _: Task[Never]) -> None:
        """Take a collection out of the library; can be undone."""
        self._library.delete_collection(request.collection)
        self._tell_change()

    def restore_collection(self, request: RestoreCollection, _: Task[Never]) -> None:
        """Undo the deletion of a collection."""
        self._library.restore_collection(request.collection)
        self._tell_change()

    def remove_documents(self, request: RemoveDocuments, _: Task[Never]) -> None:
        """Take documents out of the library; can be undone."""
        self._library.remove_documents(request.documents)
        self._tell_change()

    def restore_documents(self, request: RestoreDocuments, _: Task[Never]) -> None:
        """Undo the removal of documents."""
        self._library.restore_documents(request.documents)
        self._tell_change()

    def import_paths(self, request: ImportPaths, task: Task[ImportEvent]) -> ImportSummary:
        """Bind files and folders and read them, telling progress and each finished file."""
        collection = request.collection
        if collection is None:
            collection = self._library.collection_id(DEFAULT_COLLECTION, create=True)
        paths = [Path(path) for path in request.paths]
        try:
            return self._library.import_paths(paths, collection, task.emit, task.emit, task.cancelled)
        finally:
            # where a command asked for it, the window does not know yet
            self._tell_change()

    def sync(self, request: Sync, task: Task[ImportEvent]) -> ImportSummary:
        """Make collections agree with their folders, and take up what an earlier run left half done."""
        try:
            return self._library.sync(request.collection, task.emit, task.emit, task.cancelled)
        finally:
            self._tell_change()

    def retry_documents(self, request: RetryDocuments, task: Task[ImportEvent]) -> ImportSummary:
        """Read documents again."""
        return self._library.retry(request.documents, task.emit, task.emit, task.cancelled)

    def unlock_documents(self, request: UnlockDocuments, task: Task[ImportEvent]) -> ImportSummary:
        """Read locked documents with a password."""
        return self._library.unlock(
            request.documents, request.password, request.remember, task.emit, task.emit, task.cancelled
        )

    def export_pack(self, request: ExportPack, task: Task[PackProgress]) -> ExportedPack:
        """Write a profile with its adapters, and its documents where they are wanted, into one file."""
        with self._library.transferring() as transfer:
            return export_pack(
                self._paths,
                transfer,
                ProfileStore(self._paths.profiles).profile(request.profile),
                Path(request.file),
                with_documents=request.with_documents,
                with_index=request.with_index,
                on_progress=task.emit,
                cancelled=task.cancelled,
            )

    def import_pack(self, request: ImportPack, task: Task[PackProgress]) -> ImportedPack:
        """Take in a pack; what of it waits for reading or embedding is done by the next `Sync`."""
        with self._library.transferring() as transfer:
            imported = import_pack(
                self._paths, transfer, Path(request.file), on_progress=task.emit, cancelled=task.cancelled
            )
        self._tell_change()
        return imported

    def check(self, request: CheckLibrary, task: Task[VectorsPutBack]) -> tuple[Fault, ...]:
        """Look where catalogue, word index and vectors disagree; with `repair`, make them agree."""
        if not request.repair:
            return tuple(self._library.check())
        try:
            return tuple(self._library.repair(lambda count: task.emit(VectorsPutBack(count))))
        finally:
            self._tell_change()

    def _tell_change(self) -> None:
        self._outlet.tell(News.CHANGED)


@contextmanager
def opened_door(paths: Paths, worker: Worker) -> Iterator[None]:
    """Let commands in for as long; where the system has no door, they find the library in use."""
    try:
        door = Door(paths.library_door, worker.serve_guest)
    except OSError:
        log.exception("commands cannot reach the library")
        yield
        return
    with closing(door):
        yield


def main() -> int:
    """Run the worker; returns the exit code."""
    outlet = Outlet(take_standard_output())
    paths = open_paths()
    log_to_file(paths.logs, "library-worker")

    def explain(error: Exception) -> Exception:
        return explained(error, paths, [Kept.CATALOGUE])

    try:
        settings = Settings(paths.settings)
        library = Library(paths, settings)
    except Exception as error:
        refuse(outlet, explain(error))
        return 1
    try:
        try:
            library.purge_removed()
        except Exception as error:
            refuse(outlet, explain(error))
            return 1
        # two threads that load it at once, itself and by onnxruntime, fail: a first question would end in a bug
        import numpy  # noqa: F401

        if library.status().embedded:
            # the first question should not wait for what takes seconds to load
            threading.Thread(target=library.load_embedder, name="embedder", daemon=True).start()
        threading.Thread(target=language.load, name="language", daemon=True).start()
        threading.Thread(target=library.copy_if_large, name="copy", daemon=True).start()
        library.release_embedder_when_idle(60.0 * settings.get("library.embedder_idle_minutes"))
        # questions do not wait for a share whose server is gone
        changed = partial(outlet.tell, News.FOLDERS_CHANGED)
        threading.Thread(target=library.watch, args=(changed,), name="watch", daemon=True).start()
        # a run that looks for changes also mends what has failed
        library.vectors.on_failure = changed
        service = LibraryService(library, outlet, paths)
        worker = Worker("library", service.lanes(), outlet, library.suspend_import, explain)
        library.give_way_when(lambda: worker.has_waiting("import"))
        with opened_door(paths, worker):
            worker.run(sys.stdin.buffer)
    finally:
        library.close()
    return 0
