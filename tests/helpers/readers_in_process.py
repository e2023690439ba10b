"""The readers' own code without their processes, for tests that read hundreds of small files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from phi3desk.library.library import Library
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.reading.protocol import ReadRequest
from tests.helpers.reading import told_about


class ReadersInProcess:
    """Reads at once, in the calling thread, what a ReaderPool reads in its processes."""

    size = 1

    def read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> Future[DocumentText]:
        """Read a file and return what came of it."""
        told = told_about(request)
        text = DocumentText(
            Path(request.path),
            told.kind,
            told.state,
            told.end.reason,
            told.pages,
            told.title,
            tables=told.tables,
            besides=told.end.besides,
        )
        future: Future[DocumentText] = Future()
        future.set_result(text)
        return future

    def close(self) -> None:
        """Do nothing: there is no process."""


class LibraryInProcess(Library):
    """A library whose readers run in this process."""

    def _open_pool(self) -> ReadersInProcess:
        return ReadersInProcess()
