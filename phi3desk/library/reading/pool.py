"""Reader processes as their parent sees them: started, limited in time, memory and output, ended."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import msgspec
import psutil

from phi3desk.errors import Cancelled, Sentence, say
from phi3desk.library.chunking.chunked_document import ChunkedDocument, IndexEntry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.documents import OutlineEntry, Page, State
from phi3desk.library.reading.awake_clock import AwakeClock
from phi3desk.library.reading.limits import MOST_CHARACTERS, MOST_PAGES
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.library.reading.protocol import (
    VERSION,
    ChunkingFinished,
    Details,
    Done,
    Event,
    Finished,
    Hello,
    Opened,
    PassageBatch,
    ReadRequest,
    TableFound,
    TableRows,
    event_of,
)
from phi3desk.library.sheets.types import SheetTable
from phi3desk.line_protocol import Line, decode, decode_line, encode
from phi3desk.paths import worker_environment

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 2.0
#: Outline, labels and title are worth little waiting: the text is read by then.
_DETAILS_SECONDS = 15.0
_LOG_BYTES = 1_000_000
#: No legitimate line is longer: the longest page there is, every character of it escaped, and the places of its words.
_LINE_BYTES = 64 * 1024**2
#: Lines that wait for their turn; a reader that writes faster than its parent reads has to wait.
_WAITING_LINES = 64


@dataclass(frozen=True)
class Limits:
    """What one file may take: seconds without a page, megabytes of memory, pages and characters of text.

    The whole of a file may take `seconds` x `slow_pages`; a request for text recognition `seconds` for each page.
    """

    seconds: float = 120.0
    megabytes: int = 2048
    slow_pages: float = 20
    pages: int = MOST_PAGES
    characters: int = MOST_CHARACTERS


@dataclass
class DocumentText:
    """What a reader got out of one file; `state` is READ where there is text.

    `chunked` is what was made of its pages, None where the reader did not come to do that. After a request for text
    recognition `pages` are those that were recognised, also where the reader had to be stopped at a later page.
    After one for a `picture` that is all there is, None where `reason` says why. `tables` are those of a sheet.
    `besides` is as in `Finished`.
    """

    path: Path
    kind: str = ""
    state: State = State.FAILED
    reason: Sentence | None = None
    pages: list[Page] = field(default_factory=list)
    title: str = ""
    outline: list[OutlineEntry] = field(default_factory=list)
    chunked: ChunkedDocument | None = None
    picture: PagePicture | None = None
    tables: list[SheetTable] = field(default_factory=list)
    besides: Sentence | None = None

    @property
    def scanned(self) -> list[int]:
        """Return the pages (from 1) that show more than their text says."""
        return [page.number for page in self.pages if page.pictures]


class _StoppedError(Exception):
    """The reader had to be given up; the sentence says why. What it read may stay where it is `enough`."""

    def __init__(self, reason: Sentence, *, enough: bool = False) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.enough = enough


class _Reading:
    """Collects the events of one file, within the limits."""

    def __init__(self, request: ReadRequest, limits: Limits) -> None:
        self.result = DocumentText(Path(request.path))
        self.finished = False
        self.described = False
        self._recognises = bool(request.ocr_pages)
        self._limits = limits
        self._chunks: list[Chunk] = []
        self._index: list[IndexEntry] = []
        self._characters = 0

    def take(self, event: Event) -> None:
        """Put one event of the reader into the result."""
        if isinstance(event, Opened):
            self.result.kind = event.kind
        elif isinstance(event, Page):
            self._page(event)
        elif isinstance(event, PagePicture):
            self.result.picture = event
        elif isinstance(event, Details):
            self._details(event)
        elif isinstance(event, TableFound):
            self.result.tables.append(event.table)
        elif isinstance(event, TableRows):
            self._rows(event)
        elif isinstance(event, PassageBatch):
            self._chunks += event.chunks
            self._index += event.index
        elif isinstance(event, ChunkingFinished):
            self.result.chunked = ChunkedDocument(event.title, event.language, self._chunks, self._index)
        elif isinstance(event, Finished):
            self._end(event)

    def stopped(self, stop: _StoppedError) -> None:
        """Note that the reader was stopped; once the state is known, only title, labels and outline are missing."""
        if self.finished:
            return
        if stop.enough and any(page.text for page in self.result.pages):
            self._end(Finished(State.READ, stop.reason, besides=stop.reason))
            return
        self.result.state, self.result.reason = State.FAILED, stop.reason
        if not self._recognises:
            self.result.pages = []

    def _page(self, page: Page) -> None:
        pages = self.result.pages
        self._characters += len(page.text)
        if len(pages) >= self._limits.pages or self._characters > self._limits.characters:
            raise _StoppedError(
                say("Only the first {pages} pages were read; the rest is too much.", pages=len(pages)), enough=True
            )
        pages.append(page)

    def _rows(self, told: TableRows) -> None:
        if self.result.tables:
            self.result.tables[-1].rows.extend(told.rows)

    def _details(self, details: Details) -> None:
        self.described = True
        self.result.title = details.title
        self.result.outline = details.outline
        for at, (page, label) in enumerate(zip(self.result.pages, details.labels, strict=False)):
            self.result.pages[at] = replace(page, label=label)

    def _end(self, end: Finished) -> None:
        self.finished = True
        self.result.state, self.result.reason, self.result.besides = end.state, end.reason, end.besides


class Reader:
    """One reader process, started when it is first needed and again after it had to be stopped.

    To be used by one thread at a time.
    """

    def __init__(self, command: list[str], limits: Limits, log: Path | None = None) -> None:
        self._command = command
        self._limits = limits
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._forwarding: threading.Thread | None = None
        self._requests = 0

    def read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> DocumentText:
        """Read one file; whatever it does to its reader, a DocumentText comes back; Cancelled when told to stop."""
        reading = _Reading(request, self._limits)
        try:
            for event in self._exchange(request, cancelled, reading):
                reading.take(event)
                if on_page is not None and isinstance(event, Page):
                    on_page()
        except _StoppedError as stop:
            self._kill()
            reading.stopped(stop)
        except BaseException:
            self._kill()
            raise
        return reading.result

    def _exchange(self, request: ReadRequest, cancelled: threading.Event, reading: _Reading) -> Iterator[Event]:
        """Send the request and yield the events of the reader for it; raise _StoppedError when a limit is passed."""
        watched = self._send(request)
        clock = AwakeClock()
        started = last = checked = clock.now()
        whole = self._limits.seconds * (len(request.ocr_pages) or self._limits.slow_pages)
        while True:
            if cancelled.is_set():
                raise Cancelled
            now = clock.now()
            if now - checked > _POLL_SECONDS:
                self._check_memory(watched, with_children=bool(request.ocr_pages))
                checked = now
            is_describing = reading.finished and not reading.described
            page = min(self._limits.seconds, _DETAILS_SECONDS) if is_describing else self._limits.seconds
            if now - last > page or now - started > whole:
                raise _StoppedError(_too_slow(self._limits.seconds, whole if now - last <= page else 0))
            try:
                raw = self._lines.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            event = _event_for(self._requests, raw)
            if event is None:
                continue
            last = clock.now()
            if isinstance(event, Done):
                return
            yield event

    def _send(self, request: ReadRequest) -> psutil.Process:
        process = self._running()
        self._requests += 1
        limited = replace(request, megabytes=self._limits.megabytes, seconds=self._limits.seconds)
        try:
            assert process.stdin is not None
            process.stdin.write(encode(self._requests, limited))
            process.stdin.flush()
            return psutil.Process(process.pid)
        except (OSError, psutil.Error) as error:
            raise _StoppedError(say("The reader could not be reached. Try the file again.")) from error

    def _check_memory(self, watched: psutil.Process, *, with_children: bool) -> None:
        """Enforce the memory limit on the reader and the Tesseract it may have started."""
        used = 0
        for process in (watched, *(_children(watched) if with_children else ())):
            try:
                used += process.memory_info().rss
            except psutil.Error:
                continue
        if used > self._limits.megabytes * 1024**2:
            raise _StoppedError(
                say(
                    "Reading was stopped: the file needs more than {megabytes} MB of memory.",
                    megabytes=self._limits.megabytes,
                )
            )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._kill()
        errors: IO[bytes] | int = subprocess.DEVNULL
        if self._log is not None:
            fresh = self._log.exists() and self._log.stat().st_size > _LOG_BYTES
            errors = self._log.open("wb" if fresh else "ab")
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=worker_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        if not isinstance(errors, int):
            errors.close()
        self._lines = queue.Queue(_WAITING_LINES)
        self._forwarding = threading.Thread(target=_forward, args=(self._process.stdout, self._lines), daemon=True)
        self._forwarding.start()
        return self._process

    def close(self) -> None:
        """End the process: its stdin is closed, and after a short grace it is killed."""
        process = self._process
        if process is not None and process.poll() is None and process.stdin is not None:
            try:
                process.stdin.close()
                process.wait(_GRACE_SECONDS)
            except (OSError, subprocess.TimeoutExpired):
                process.kill()
        self._kill()

    def _kill(self) -> None:
        """Kill the process and what it has started; drain what it has written, so that its thread ends."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            children = _children_of(process.pid)
            process.kill()
            for child in children:
                _kill_quietly(child)
        process.wait()
        end = time.monotonic() + _GRACE_SECONDS
        while self._forwarding is not None and self._forwarding.is_alive() and time.monotonic() < end:
            try:
                self._lines.get(timeout=0.01)
            except queue.Empty:
                continue
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _children_of(pid: int) -> list[psutil.Process]:
    try:
        return _children(psutil.Process(pid))
    except psutil.Error:
        return []


def _kill_quietly(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return


def _broken() -> _StoppedError:
    return _StoppedError(say("The file makes the reader break down; it is damaged or built to do harm."))


def _too_slow(seconds: float, whole: float) -> Sentence:
    """Say that a page took longer than `seconds`, or the file longer than `whole` seconds where that is not 0."""
    if whole:
        return say(
            "Reading was stopped: the file took longer than {minutes} minutes.", minutes=max(1, round(whole / 60))
        )
    return say("Reading was stopped: a page took longer than {seconds} seconds.", seconds=round(seconds))


def _event_for(request_id: int, raw: bytes | None) -> Event | None:
    """Return the event that a line tells about a request, None where it is about something else.

    _StoppedError at the end of the reader's output, and for what is no line of the protocol.
    """
    if raw is None:
        raise _broken()
    try:
        line = decode_line(raw)
        if line.id == 0 and _is_of_another_version(line):
            raise _StoppedError(say("Parts of phi3desk are of different versions. Install it again."))
        return event_of(line) if line.id == request_id else None
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise _broken() from error


def _is_of_another_version(line: Line) -> bool:
    """Tell whether a line is the greeting of a reader that speaks another protocol."""
    try:
        return line.name == Hello.__name__ and decode(line.data, Hello).protocol != VERSION
    except msgspec.MsgspecError:
        return False


def _forward(pipe: IO[bytes], lines: queue.Queue[bytes | None]) -> None:
    """Hand on a reader's lines, None at their end; a line that is too long ends them."""
    try:
        while line := pipe.readline(_LINE_BYTES):
            if not line.endswith(b"\n"):
                break
            lines.put(line)
    except (OSError, ValueError):
        # the pipe was closed under this thread because the reader is being ended
        pass
    lines.put(None)


class ReaderPool:
    """A few readers side by side; `read` may be called from any thread and returns at once."""

    def __init__(self, command: list[str], limits: Limits, readers: int = 0, log: Path | None = None) -> None:
        self.size = readers or default_readers()
        self._idle: queue.Queue[Reader] = queue.Queue()
        self._readers = [Reader(command, limits, log) for _ in range(self.size)]
        for reader in self._readers:
            self._idle.put(reader)
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="reader")

    def read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> Future[DocumentText]:
        """Have a file read; the future raises Cancelled when `cancelled` was set before the end.

        The pool's own limits take the place of the request's. `on_page` is called in a thread of the pool.
        """
        return self._threads.submit(self._read, request, cancelled, on_page)

    def _read(
        self, request: ReadRequest, cancelled: threading.Event, on_page: Callable[[], None] | None
    ) -> DocumentText:
        if cancelled.is_set():
            raise Cancelled
        reader = self._idle.get()
        try:
            return reader.read(request, cancelled, on_page)
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """End every reader; readings under way must be finished or cancelled before."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for reader in self._readers:
            reader.close()


def default_readers() -> int:
    """Return how many files are read side by side: one for each core, at least one and at most four."""
    cores = len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else os.cpu_count() or 1
    return max(1, min(4, cores))
