"""The readers' own code without their processes, for tests that read hundreds of small files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from phi3desk.library.reading.events import Details, Finished, Opened, ReadPage, ReadRequest
from phi3desk.library.reading.kinds import read_document
from phi3desk.library.reading.pool import DocumentText


class ReadersInProcess:
    """Reads at once, in the calling thread, what a ReaderPool reads in its processes."""

    size = 1

    def read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> Future[DocumentText]:
        """Read a file and return what came of it."""
        text = DocumentText(Path(request.path))
        for event in read_document(request):
            if isinstance(event, Opened):
                text.kind = event.kind
            elif isinstance(event, ReadPage):
                text.texts.append(event.text)
                text.headings.append(list(event.headings))
                text.labels.append(event.label)
            elif isinstance(event, Finished):
                text.state, text.reason = event.state, event.reason
            elif isinstance(event, Details):
                text.title = event.title
        future: Future[DocumentText] = Future()
        future.set_result(text)
        return future

    def close(self) -> None:
        """Do nothing: there is no process."""
