"""Reader processes as their parent sees them: started, limited in time and memory, ended."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psutil

from phi3desk.errors import Cancelled, Sentence, say
from phi3desk.library.documents import State
from phi3desk.paths import worker_environment

_POLL_SECONDS = 0.2
_GRACE_SECONDS = 2.0
#: Outline, labels and title are worth little waiting: the text is read by then.
_DETAILS_SECONDS = 15.0
_LOG_BYTES = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one file may take: seconds without a page, and megabytes of memory."""

    seconds: float = 120.0
    megabytes: int = 2048


@dataclass
class DocumentText:
    """What a reader got out of one file; `state` is READ where there is text."""

    path: Path
    state: State = State.FAILED
    reason: Sentence | None = None
    texts: list[str] = field(default_factory=list)
    headings: list[list[tuple[int, int, float]]] = field(default_factory=list)
    title: str = ""
    labels: list[str] = field(default_factory=list)
    outline: list[tuple[int, int, str]] = field(default_factory=list)


class _StoppedError(Exception):
    """The reader had to be given up; the sentence says why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


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
        self._requests = 0

    def read(self, path: Path, cancelled: threading.Event, on_page: Callable[[], None] | None = None) -> DocumentText:
        """Read one file; whatever it does to its reader, a DocumentText comes back; Cancelled when told to stop."""
        result = DocumentText(path)
        finished = threading.Event()
        try:
            for line in self._exchange(path, cancelled, finished):
                if self._take(result, line, on_page):
                    finished.set()
        except _StoppedError as stop:
            self._kill()
            if not finished.is_set():
                result.state, result.reason = State.FAILED, stop.reason
                result.texts, result.headings = [], []
        except BaseException:
            self._kill()
            raise
        return result

    @staticmethod
    def _take(result: DocumentText, line: dict[str, Any], on_page: Callable[[], None] | None) -> bool:
        """Put one line of the reader into the result; return True for the line that tells the state."""
        event = line["event"]
        if event == "page":
            result.texts.append(line["text"])
            result.headings.append([(int(a), int(b), float(size)) for a, b, size in line["headings"]])
            if on_page is not None:
                on_page()
        elif event == "details":
            result.title, result.labels = line["title"], line["labels"]
            result.outline = [(int(page), int(level), title) for page, level, title in line["outline"]]
        elif event == "finished":
            reason = line["reason"]
            result.state = State(line["state"])
            result.reason = Sentence(reason["template"], reason["values"]) if reason else None
        return bool(event == "finished")

    def _exchange(self, path: Path, cancelled: threading.Event, finished: threading.Event) -> Any:
        """Send the request and yield the reader's lines for it; raise _StoppedError when a limit is passed."""
        process = self._running()
        self._requests += 1
        request = {"id": self._requests, "path": str(path), "megabytes": self._limits.megabytes}
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            raise _StoppedError(say("The reader could not be reached. Try the file again.")) from error
        watched = psutil.Process(process.pid)
        last = time.monotonic()
        while True:
            if cancelled.is_set():
                raise Cancelled
            self._check_memory(watched)
            try:
                raw = self._lines.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                limit = min(self._limits.seconds, _DETAILS_SECONDS) if finished.is_set() else self._limits.seconds
                if time.monotonic() - last > limit:
                    raise _StoppedError(
                        say(
                            "Reading was stopped: a page took longer than {seconds} seconds.",
                            seconds=round(self._limits.seconds),
                        )
                    ) from None
                continue
            if raw is None:
                raise _StoppedError(say("The file makes the reader break down; it is damaged or built to do harm."))
            line = json.loads(raw)
            if line.get("id") != self._requests:
                continue
            last = time.monotonic()
            if line["event"] == "done":
                return
            yield line

    def _check_memory(self, watched: psutil.Process) -> None:
        try:
            used = watched.memory_info().rss
        except psutil.Error:
            return
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
        self._lines = queue.Queue()
        threading.Thread(target=_forward, args=(self._process.stdout, self._lines), daemon=True).start()
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
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


def _forward(pipe: IO[bytes] | None, lines: queue.Queue[bytes | None]) -> None:
    try:
        for line in pipe or ():
            lines.put(line)
    except (OSError, ValueError):
        # the pipe was closed under this thread because the reader is being ended
        lines.put(None)
        return
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
        self, path: Path, cancelled: threading.Event, on_page: Callable[[], None] | None = None
    ) -> Future[DocumentText]:
        """Have a file read; the future raises Cancelled when `cancelled` was set before the end."""
        return self._threads.submit(self._read, path, cancelled, on_page)

    def _read(self, path: Path, cancelled: threading.Event, on_page: Callable[[], None] | None) -> DocumentText:
        if cancelled.is_set():
            raise Cancelled
        reader = self._idle.get()
        try:
            return reader.read(path, cancelled, on_page)
        finally:
            self._idle.put(reader)

    def close(self) -> None:
        """End every reader; readings under way must have come to their end or been cancelled before."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for reader in self._readers:
            reader.close()


def default_readers() -> int:
    """Return how many files are read side by side: half of the cores, at least one and at most four.

    The other half is for the embedder, which is what an import waits for.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else os.cpu_count() or 1
    return max(1, min(4, cores // 2))
