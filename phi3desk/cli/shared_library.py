"""The library of an open window, reached through its worker: what commands ask of a library, one call at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Opinion, Source
from phi3desk.cli.worker_link import LibraryGone, WorkerGone, WorkerLink
from phi3desk.errors import UserError
from phi3desk.library.documents import (
    EVERYWHERE,
    Collection,
    Document,
    EmbedderInfo,
    Fault,
    FileOutcome,
    ImportProgress,
    ImportSummary,
    LibraryStatus,
    SearchResult,
    SearchScope,
)
from phi3desk.library.importing.import_run import OnFile, OnProgress
from phi3desk.library.overview.types import DocumentQuestion, Overview, Within
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.library.sheets.question import SheetQuestion, WrittenQuery
from phi3desk.library.sheets.told import SheetResult
from phi3desk.library.text import fold
from phi3desk.packs.manifest import OnPackProgress
from phi3desk.packs.outcome import ExportedPack, ImportedPack
from phi3desk.workers.protocol import Request
from phi3desk.workers.requests import (
    AddEmbedder,
    AskSheets,
    CheckAnswer,
    CheckLibrary,
    CreateCollection,
    DocumentRows,
    DrawPage,
    ExportPack,
    GetStatus,
    ImportPack,
    ImportPaths,
    ImportRequest,
    ListCollections,
    ListDocuments,
    ListEmbedders,
    Search,
    Sync,
    TellOfDocuments,
    UseEmbedder,
    VectorsPutBack,
)

Result = TypeVar("Result")
Event = TypeVar("Event")


class SharedLibrary:
    """A library that another process has open; its methods are those of `library.Library`, and raise as they do.

    Used from one thread.
    """

    def __init__(self, connection: Connection) -> None:
        self._link = WorkerLink(_ConnectionChannel(connection))
        self._connection = connection

    def close(self) -> None:
        """Leave; what still runs is stopped."""
        self._connection.close()

    def collection_id(self, name: str, create: bool = False) -> int:
        """Return the id of the collection of that name; UserError where there is none and `create` is false."""
        wanted = fold(name.strip())
        for each in self._ask(ListCollections()):
            if fold(each.name) == wanted:
                return each.id
        if create:
            return self._ask(CreateCollection(name)).id
        raise UserError("There is no collection named “{name}”.", name=name)

    def documents(self, collection_id: int | None = None) -> list[Document]:
        """Return the documents of one collection or of all, by name."""
        documents: list[Document] = []

        def on_rows(rows: DocumentRows) -> None:
            documents.extend(rows.documents)

        self._ask(ListDocuments(collection_id), on_rows)
        return documents

    def search(
        self, question: str, k: int = 5, scope: SearchScope = EVERYWHERE, *, sentences: bool = False
    ) -> SearchResult:
        """Return the k best passages for a question, with how close their sentences are to it where that is wanted."""
        return self._ask(Search(question, k, scope, sentences))

    def check_answer(
        self, text: str, sources: tuple[Source, ...], question: str, opinions: tuple[Opinion, ...] = ()
    ) -> Grounded:
        """Tie an answer's sentences to the sources that support them."""
        return self._ask(CheckAnswer(text, sources, question, opinions))

    def collections(self) -> list[Collection]:
        """Return the collections, by name."""
        collections = self._ask(ListCollections())
        return list(collections)

    def embedders(self) -> list[EmbedderInfo]:
        """Return the embedders that can be chosen."""
        embedders = self._ask(ListEmbedders())
        return list(embedders)

    def add_embedder(self, folder: Path) -> EmbedderInfo:
        """List the model in a folder among the embedders."""
        return self._ask(AddEmbedder(str(folder.absolute())))

    def use_embedder(self, name: str, collection_id: int | None = None) -> None:
        """Have a collection, or all and new ones, get the vectors of an embedder; the next `sync` makes them."""
        self._ask(UseEmbedder(name, collection_id))

    def overview(self, question: DocumentQuestion, within: Within) -> Overview:
        """Return what the catalogue tells to a question about documents as wholes."""
        return self._ask(TellOfDocuments(question, within))

    def page_picture(self, wish: PictureWish, cancelled: threading.Event | None = None) -> PagePicture:
        """Return the picture of a PDF's page with a sentence marked; UserError says why there is none."""
        return self._ask(DrawPage(wish), cancelled=cancelled)

    def ask_sheets(
        self, question: SheetQuestion, scope: SearchScope = EVERYWHERE, written: WrittenQuery | None = None
    ) -> SheetResult:
        """Return what the tables of sheets tell to a question."""
        return self._ask(AskSheets(question, scope, written))

    def import_paths(
        self,
        paths: Sequence[Path],
        collection_id: int,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Bind files and folders to a collection and read them; an import of the window ends first."""
        request = ImportPaths(tuple(str(path.absolute()) for path in paths), collection_id)
        return self._import(request, on_progress, on_file, cancelled)

    def sync(
        self,
        collection_id: int | None = None,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Make a collection, or all, agree with the folders they are bound to; an import of the window ends first."""
        return self._import(Sync(collection_id), on_progress, on_file, cancelled)

    def export_pack(
        self,
        profile: str,
        file: Path,
        *,
        with_documents: bool,
        with_index: bool,
        on_progress: OnPackProgress,
        cancelled: threading.Event,
    ) -> ExportedPack:
        """Write a profile, by its id, with its adapters and documents into one file."""
        request = ExportPack(profile, str(file.absolute()), with_documents, with_index)
        return self._ask(request, on_progress, cancelled)

    def import_pack(self, file: Path, on_progress: OnPackProgress, cancelled: threading.Event) -> ImportedPack:
        """Take in a pack; what of it waits for reading or embedding is done by the next `sync`."""
        return self._ask(ImportPack(str(file.absolute())), on_progress, cancelled)

    def check(self) -> list[Fault]:
        """Look whether catalogue, word index and vectors agree; an import of the window ends first."""
        faults = self._ask(CheckLibrary())
        return list(faults)

    def repair(self, on_put_back: Callable[[int], None] | None = None) -> list[Fault]:
        """Make catalogue, word index and vectors agree; return what was wrong."""

        def on_event(event: VectorsPutBack) -> None:
            if on_put_back is not None:
                on_put_back(event.count)

        faults = self._ask(CheckLibrary(repair=True), on_event)
        return list(faults)

    def status(self) -> LibraryStatus:
        """Return how much there is to search."""
        return self._ask(GetStatus())

    def _import(
        self,
        request: ImportRequest,
        on_progress: OnProgress | None,
        on_file: OnFile | None,
        cancelled: threading.Event | None,
    ) -> ImportSummary:
        def on_event(event: ImportProgress | FileOutcome) -> None:
            if isinstance(event, FileOutcome):
                if on_file is not None:
                    on_file(event)
            elif on_progress is not None:
                on_progress(event)

        return self._ask(request, on_event, cancelled)

    def _ask(
        self,
        request: Request[Result, Event],
        on_event: Callable[[Event], None] = lambda _: None,
        cancelled: threading.Event | None = None,
    ) -> Result:
        try:
            return self._link.ask(request, on_event, cancelled)
        except WorkerGone:
            raise LibraryGone(
                "The window that had the library open did not finish this: it was closed, or this command stood still "
                "for too long. Try again."
            ) from None


class _ConnectionChannel:
    """A connection that carries one line in each message."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, line: bytes) -> None:
        with suppress(OSError):
            self._connection.send_bytes(line)

    def receive(self, seconds: float) -> bytes | None:
        try:
            return self._connection.recv_bytes() if self._connection.poll(seconds) else None
        except (OSError, EOFError):
            raise WorkerGone from None
