"""The reader process that draws pages: started with the first page, ended when none was wanted for a while."""

from __future__ import annotations

import threading
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.library.reading.pool import Limits, Reader
from phi3desk.library.reading.protocol import ReadRequest

#: a page takes less than a second; one that takes longer than this is built to take long
_SECONDS = 20.0
_IDLE_SECONDS = 30.0


class PageDrawer:
    """Draws pages one at a time; any thread may ask."""

    def __init__(self, command: list[str], megabytes: int, log: Path) -> None:
        self._reader = Reader(command, Limits(_SECONDS, megabytes), log)
        self._lock = threading.Lock()
        self._idle: threading.Timer | None = None

    def draw(self, request: ReadRequest, cancelled: threading.Event) -> PagePicture:
        """Return the picture that a request asks for; UserError says why there is none, Cancelled where it is set."""
        with self._lock:
            self._wait_no_more()
            try:
                drawn = self._reader.read(request, cancelled)
            finally:
                self._idle = threading.Timer(_IDLE_SECONDS, self._end)
                self._idle.daemon = True
                self._idle.start()
        if drawn.picture is not None:
            return drawn.picture
        if drawn.reason is not None:
            raise UserError.of(drawn.reason)
        raise UserError("The page cannot be drawn.")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._wait_no_more()
            self._reader.close()

    def _end(self) -> None:
        with self._lock:
            # a page that was wanted meanwhile has set another time
            if self._idle is threading.current_thread():
                self._idle = None
                self._reader.close()

    def _wait_no_more(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
