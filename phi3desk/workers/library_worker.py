"""The process that owns the library: catalogue, vectors and embedder; searches are served while an import runs."""

from __future__ import annotations

import threading
from pathlib import Path

from phi3desk.library import language
from phi3desk.library.documents import (
    Collection,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    PageText,
    Rules,
    SearchResult,
)
from phi3desk.library.importing.import_run import OnFile, OnProgress
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.packs.exporter import ExportedPack, export_pack
from phi3desk.packs.importer import ImportedPack, import_pack
from phi3desk.paths import Paths, open_paths
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from phi3desk.workers.worker import Handler, Outlet, Task, Worker, log_to_file, refuse, take_standard_streams

#: Documents told at a time: the window takes in each part between two of its own events.
_ROWS = 500


class LibraryService:
    """The library's operations as the protocol names them. Imports have a lane of their own."""

    def __init__(self, library: Library, outlet: Outlet, paths: Paths) -> None:
        self._library = library
        self._outlet = outlet
        self._paths = paths

    def lanes(self) -> dict[str, dict[str, Handler]]:
        """Return the operations, by the thread that serves them."""
        return {
            "search": {
                "search": self.search,
                "collections": self.collections,
                "documents": self.documents,
                "status": self.status,
                "create_collection": self.create_collection,
                "rename_collection": self.rename_collection,
                "delete_collection": self.delete_collection,
                "restore_collection": self.restore_collection,
                "remove_documents": self.remove_documents,
                "restore_documents": self.restore_documents,
                "set_rules": self.set_rules,
                "remove_source": self.remove_source,
                "restore_source": self.restore_source,
                "pause": self.pause,
                "page": self.page,
                "boxes": self.boxes,
                "password": self.password,
            },
            "import": {
                "import": self.import_paths,
                "retry": self.retry,
                "sync": self.sync,
                "unlock": self.unlock,
                "export_pack": self.export_pack,
                "import_pack": self.import_pack,
            },
        }

    def search(self, task: Task) -> SearchResult:
        """Find the passages that speak of a question."""
        return self._library.search(
            task.argument("question", str),
            task.argument("k", int),
            task.argument("collections", list[int] | None),
            task.argument("document", str | None),
        )

    def collections(self, _: Task) -> list[Collection]:
        """Return all collections."""
        return self._library.collections()

    def documents(self, task: Task) -> None:
        """Tell the documents of a collection, or of all, in parts."""
        documents = self._library.documents(task.argument("collection", int | None))
        for at in range(0, len(documents), _ROWS):
            task.emit("rows", documents[at : at + _ROWS])

    def set_rules(self, task: Task) -> None:
        """Change what of a collection's folders is read."""
        self._library.set_rules(task.argument("collection", int), task.argument("rules", Rules))
        self._tell_change()

    def remove_source(self, task: Task) -> None:
        """Unbind a folder or file; can be undone."""
        self._library.remove_source(task.argument("id", int))
        self._tell_change()

    def restore_source(self, task: Task) -> None:
        """Undo the unbinding of a folder or file."""
        self._library.restore_source(task.argument("id", int))
        self._tell_change()

    def pause(self, task: Task) -> None:
        """Hold imports back, or let them go on."""
        self._library.pause_imports(task.argument("paused", bool))
        self._tell_change()

    def page(self, task: Task) -> PageText:
        """Return a page as text."""
        return self._library.page(task.argument("document", int), task.argument("page", int))

    def boxes(self, task: Task) -> list[tuple[float, float, float, float]]:
        """Return where the recognised words of a text range stand on a page."""
        return self._library.boxes(
            task.argument("document", int),
            task.argument("page", int),
            task.argument("start", int),
            task.argument("end", int),
        )

    def password(self, task: Task) -> str:
        """Return what opens a locked document."""
        return self._library.password(task.argument("document", int))

    def status(self, _: Task) -> LibraryStatus:
        """Return how much there is, and how much of it is embedded."""
        return self._library.status()

    def create_collection(self, task: Task) -> Collection:
        """Make a collection."""
        name = task.argument("name", str).strip()
        made = self._library.create_collection(name)
        self._tell_change()
        return Collection(made, name)

    def rename_collection(self, task: Task) -> None:
        """Give a collection another name."""
        self._library.rename_collection(task.argument("id", int), task.argument("name", str))
        self._tell_change()

    def delete_collection(self, task: Task) -> None:
        """Take a collection out of the library; can be undone."""
        self._library.delete_collection(task.argument("id", int))
        self._tell_change()

    def restore_collection(self, task: Task) -> None:
        """Undo the deletion of a collection."""
        self._library.restore_collection(task.argument("id", int))
        self._tell_change()

    def remove_documents(self, task: Task) -> None:
        """Take documents out of the library; can be undone."""
        self._library.remove_documents(task.argument("documents", list[int]))
        self._tell_change()

    def restore_documents(self, task: Task) -> None:
        """Undo the removal of documents."""
        self._library.restore_documents(task.argument("documents", list[int]))
        self._tell_change()

    def import_paths(self, task: Task) -> ImportSummary:
        """Bind files and folders and read them, telling progress and each finished file."""
        collection = task.argument("collection", int | None)
        if collection is None:
            collection = self._library.collection_id(DEFAULT_COLLECTION, create=True)
        paths = [Path(path) for path in task.argument("paths", list[str])]
        return self._library.import_paths(paths, collection, *self._telling(task))

    def sync(self, task: Task) -> ImportSummary:
        """Make collections agree with their folders, and take up what an earlier run left half done."""
        return self._library.sync(task.argument("collection", int | None), *self._telling(task))

    def retry(self, task: Task) -> ImportSummary:
        """Read documents again."""
        return self._library.retry(task.argument("documents", list[int]), *self._telling(task))

    def unlock(self, task: Task) -> ImportSummary:
        """Read locked documents with a password."""
        return self._library.unlock(
            task.argument("documents", list[int]),
            task.argument("password", str),
            task.argument("remember", bool),
            *self._telling(task),
        )

    def export_pack(self, task: Task) -> ExportedPack:
        """Write a profile with its adapters, and its documents where they are wanted, into one file."""
        with self._library.transferring() as transfer:
            return export_pack(
                self._paths,
                transfer,
                ProfileStore(self._paths.profiles).profile(task.argument("profile", str)),
                Path(task.argument("file", str)),
                with_documents=task.argument("with_documents", bool),
                with_index=task.argument("with_index", bool),
                on_progress=lambda progress: task.emit("progress", progress),
                cancelled=task.cancelled,
            )

    def import_pack(self, task: Task) -> ImportedPack:
        """Take in a pack; what of it waits for reading or embedding is done by the next `sync`."""
        with self._library.transferring() as transfer:
            taken_in = import_pack(
                self._paths,
                transfer,
                Path(task.argument("file", str)),
                on_progress=lambda progress: task.emit("progress", progress),
                cancelled=task.cancelled,
            )
        self._tell_change()
        return taken_in

    def _telling(self, task: Task) -> tuple[OnProgress, OnFile, threading.Event]:
        """Return what an import is given: how it tells its progress and its files, and how it is cancelled."""

        def on_progress(progress: ImportProgress) -> None:
            task.emit("progress", progress)

        def on_file(outcome: FileOutcome) -> None:
            task.emit("file", outcome)

        return on_progress, on_file, task.cancelled

    def _tell_change(self) -> None:
        self._outlet.write(0, "changed")


def main() -> int:
    """Run the worker; returns the exit code."""
    requests, lines = take_standard_streams()
    outlet = Outlet(lines)
    paths = open_paths()
    log_to_file(paths.logs, "library-worker")
    try:
        settings = Settings(paths.settings)
        library = Library(paths, settings)
    except Exception as error:
        refuse(outlet, error)
        return 1
    try:
        library.purge_removed()
        if library.status().embedded:
            # the first question should not wait for what takes seconds to load
            threading.Thread(target=library.load_embedder, name="embedder", daemon=True).start()
        threading.Thread(target=language.load, name="language", daemon=True).start()
        library.release_embedder_when_idle(60.0 * settings.get("library.embedder_idle_minutes"))
        library.watch(lambda: outlet.write(0, "folders_changed"))
        Worker("library", LibraryService(library, outlet, paths).lanes(), outlet, library.suspend_import).run(requests)
    finally:
        library.close()
    return 0
