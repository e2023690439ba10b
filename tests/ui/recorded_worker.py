"""A library worker that answers the real client's requests from memory, and records what it is asked to change."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from phi3desk.errors import Sentence, say
from phi3desk.library.documents import (
    Collection,
    Document,
    EmbedderInfo,
    Figures,
    ImportProgress,
    LibraryStatus,
    PageText,
    State,
)
from phi3desk.paths import Paths
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.clients.worker_client import WorkerClient, ignore
from phi3desk.workers.protocol import Failure, FailureKind, Request
from phi3desk.workers.requests import (
    Area,
    Cancel,
    CreateCollection,
    DocumentRows,
    GetBoxes,
    GetPage,
    GetPassword,
    GetStatus,
    ImportRequest,
    ListCollections,
    ListDocuments,
    ListEmbedders,
)

REASON = say("All {count} pages are pictures without text.", count=14)
GONE = say("The document is no longer in the library.")
ROWS = 500
READS = (ListCollections, ListDocuments, ListEmbedders, GetStatus, GetPage, GetBoxes, GetPassword)


def document(number: int, state: State = State.READY, name: str = "", collection: int = 1, **more: Any) -> Document:
    reason = REASON if state is State.NEEDS_OCR else None
    name = name or f"Report {number}.pdf"
    return Document(
        number, collection, "Manuals", f"/plant/{name}", name, "", state, reason, number % 90, 5, 10, 1e9, 1e9, **more
    )


class RecordedWorker(WorkerClient):
    """What is asked of it stands in `asked`, the newest last; imports go on until the test ends."""

    def __init__(self, documents: Sequence[Document] = (), collections: Sequence[Collection] = ()) -> None:
        super().__init__("library", Paths(Path("/nowhere")), ())
        self.documents, self.collections = list(documents), list(collections)
        self.asked: list[Request[Any, Any]] = []
        self.pages: dict[tuple[int, int], PageText] = {}
        self.words: dict[tuple[int, int, int], list[Area]] = {}
        self.passwords: dict[int, str] = {}
        self.figures = Figures()
        self.embedders: list[EmbedderInfo] = []
        self.numbers = itertools.count(1)
        self.imports: dict[int, Callable[[Any], None]] = {}

    def request(
        self,
        request: Request[Any, Any],
        on_result: Callable[[Any], None] = ignore,
        on_failure: Callable[[Failure], None] | None = None,
        on_event: Callable[[Any], None] = ignore,
    ) -> int:
        number = next(self.numbers)
        if not isinstance(request, READS):
            self.asked.append(request)
        if isinstance(request, ImportRequest):
            self.imports[number] = on_event
            return number
        answer = self.answer(request, on_event)
        if isinstance(answer, Sentence):
            (on_failure or self.failed.emit)(Failure(FailureKind.USER, answer))
        else:
            on_result(answer)
        return number

    def cancel(self, request_id: int) -> None:
        self.request(Cancel(request_id))

    def progress(self, told: ImportProgress) -> None:
        """Tell the progress of every import."""
        for on_event in self.imports.values():
            on_event(told)

    def answer(self, request: Request[Any, Any], on_event: Callable[[Any], None]) -> Any:
        if isinstance(request, ListCollections):
            return tuple(self.collections)
        if isinstance(request, GetStatus):
            return LibraryStatus(len(self.documents), 0, 0, "", False, False, figures=self.figures)
        if isinstance(request, ListEmbedders):
            return tuple(self.embedders)
        if isinstance(request, ListDocuments):
            rows = [one for one in self.documents if request.collection in (None, one.collection_id)]
            for start in range(0, len(rows), ROWS):
                on_event(DocumentRows(tuple(rows[start : start + ROWS])))
        if isinstance(request, GetPage):
            return self.pages.get((request.document, request.page), GONE)
        if isinstance(request, GetBoxes):
            found = [
                boxes
                for (page, at, to), boxes in self.words.items()
                if page == request.page and request.start <= at and to <= request.end
            ]
            return tuple(box for boxes in found for box in boxes)
        if isinstance(request, GetPassword):
            return self.passwords.get(request.document, "")
        if isinstance(request, CreateCollection):
            return Collection(2, request.name)
        return None


def recorded_library(worker: RecordedWorker) -> LibraryClient:
    """Return the client of a recorded worker; it has asked for collections and status already."""
    library = LibraryClient(worker)
    library.refresh()
    return library
