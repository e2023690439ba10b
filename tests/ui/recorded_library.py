"""A library that answers from a list in memory as the worker would, and records what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from phi3desk.errors import say
from phi3desk.library.documents import Collection, Document, LibraryStatus, PageText, State
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.workers.protocol import Failure

REASON = say("All {count} pages are pictures without text.", count=14)
ROWS = 500


def document(number: int, state: State = State.READY, name: str = "", collection: int = 1, **more: Any) -> Document:
    reason = REASON if state is State.NEEDS_OCR else None
    name = name or f"Report {number}.pdf"
    return Document(
        number, collection, "Manuals", f"/plant/{name}", name, "", state, reason, number % 90, 5, 10, 1e9, 1e9, **more
    )


class RecordedLibrary(LibraryClient):
    """A LibraryClient without its worker; what is asked stands in `asked`, the newest last."""

    def __init__(self, documents: list[Document], collections: list[Collection]) -> None:
        QObject.__init__(self)  # LibraryClient would make a worker
        self.status: LibraryStatus | None = None
        self._imports: list[int] = []
        self.held, self.collections = documents, collections
        self.asked: list[tuple[object, ...]] = []
        self.pages: dict[tuple[int, int], PageText] = {}
        self.words: dict[tuple[int, int, int], list[tuple[float, float, float, float]]] = {}
        self.passwords: dict[int, str] = {}

    def documents(
        self,
        collection: int | None,
        on_result: Callable[[list[Document]], None],
        on_rows: Callable[[list[Document]], None] = lambda rows: None,
    ) -> int:
        rows = [one for one in self.held if collection in (None, one.collection_id)]
        for start in range(0, len(rows), ROWS):
            on_rows(rows[start : start + ROWS])
        on_result(rows)
        return 1

    def page(
        self, document: int, page: int, on_result: Callable[[PageText], None], on_failure: Callable[[Failure], None]
    ) -> None:
        found = self.pages.get((document, page))
        if found is None:
            on_failure(Failure("user", say("The document is no longer in the library.")))
        else:
            on_result(found)

    def boxes(self, document: int, page: int, start: int, end: int, on_result: Callable[[list[Any]], None]) -> None:
        self.asked.append(("boxes", document, page, start, end))
        found = self.words.items()
        on_result([box for (n, at, to), boxes in found if n == page and start <= at and to <= end for box in boxes])

    def password(self, document: int, on_result: Callable[[str], None]) -> None:
        on_result(self.passwords.get(document, ""))

    def create_collection(self, name: str, on_result: Callable[[Collection], None]) -> None:
        self.asked.append(("create", name))
        on_result(Collection(2, name))

    def unlock(self, ids: list[int], password: str, *, remember: bool) -> None:
        self.asked.append(("unlock", ids, password, remember))

    def sync(self, collection: int | None = None) -> None:
        self.asked.append(("sync", collection))

    def cancel_imports(self) -> None:
        self.asked.append(("cancel",))


def _recorded(name: str) -> Callable[..., None]:
    def ask(library: RecordedLibrary, *args: object) -> None:
        library.asked.append((name, *args))

    return ask


for request in (
    "remove_documents", "restore_documents", "delete_collection", "restore_collection", "rename_collection",
    "retry", "import_paths", "set_rules", "remove_source", "restore_source", "pause",
):  # fmt: skip
    setattr(RecordedLibrary, request, _recorded(request))
