"""What the workers share: the protocol's end of the pipes, requests in, lines out, cancel at any time."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

import msgspec

from phi3desk import __version__
from phi3desk.errors import Cancelled, UserError
from phi3desk.workers import protocol
from phi3desk.workers.protocol import Failure, Hello, Request

log = logging.getLogger(__name__)

LOG_BYTES = 1_000_000


class Outlet:
    """The real stdout, for lines of the protocol; any thread may write."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, request_id: int, event: str, data: Any = None) -> None:
        """Write one line; a window that is gone is no error, the worker ends by its closed stdin."""
        line = protocol.encode(protocol.make_line(request_id, event, data))
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (BrokenPipeError, ValueError, OSError):
                log.info("nobody listens any more")


class Task:
    """A request being worked on: tells its events, knows whether it was cancelled."""

    def __init__(self, request: Request, outlet: Outlet) -> None:
        self.request = request
        self.cancelled = threading.Event()
        self._outlet = outlet

    def emit(self, event: str, data: Any) -> None:
        """Tell the window how the request goes on."""
        self._outlet.write(self.request.id, event, data)

    def argument(self, name: str, kind: Any) -> Any:
        """Return an argument as its type; raises msgspec.ValidationError where it does not fit."""
        return msgspec.convert(self.request.args.get(name), type=kind)


Handler = Callable[[Task], Any]


class Lane:
    """A thread that works on one request after the other, in the order they came."""

    def __init__(self, name: str, serve: Callable[[Task], None]) -> None:
        self._queue: SimpleQueue[Task | None] = SimpleQueue()
        self._serve = serve
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, task: Task) -> None:
        """Add a request to the lane."""
        self._queue.put(task)

    def close(self, seconds: float) -> None:
        """End the thread after the request it works on, waiting for `seconds` at most."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            self._serve(task)


class Worker:
    """Serves requests from stdin until it is closed or `shutdown` comes.

    `lanes` maps the name of a lane to its handlers by op: each lane is one thread, so what excludes each other
    shares a lane. `on_end` is called before what still runs is cancelled.
    """

    def __init__(
        self,
        name: str,
        lanes: dict[str, dict[str, Handler]],
        outlet: Outlet,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._outlet = outlet
        self._on_end = on_end
        self._running: dict[int, Task] = {}
        self._lock = threading.Lock()
        self._handlers: dict[str, tuple[Lane, Handler]] = {}
        self._lanes = [Lane(f"{name}-{lane}", self._serve) for lane in lanes]
        for lane, handlers in zip(self._lanes, lanes.values(), strict=True):
            for op, handler in handlers.items():
                self._handlers[op] = (lane, handler)

    def run(self, requests: BinaryIO) -> None:
        """Greet and serve; returns when the window is gone or asked for the end, with all lanes stopped."""
        self._outlet.write(0, "hello", Hello(protocol.VERSION, self._name, __version__, os.getpid()))
        for line in requests:
            try:
                request = protocol.decode_request(line)
            except msgspec.MsgspecError:
                log.exception("a line that is not of the protocol")
                continue
            if request.op == "shutdown":
                break
            if request.op == "cancel":
                self._cancel(request)
            elif request.op in self._handlers:
                lane, _ = self._handlers[request.op]
                task = Task(request, self._outlet)
                with self._lock:
                    self._running[request.id] = task
                lane.put(task)
            else:
                failure = protocol.failure_of(UserError("This phi3desk does not know “{op}”.", op=request.op))
                self._outlet.write(request.id, "error", failure)
        self._on_end()
        with self._lock:
            for task in self._running.values():
                task.cancelled.set()
        for lane in self._lanes:
            lane.close(seconds=10)

    def _cancel(self, request: Request) -> None:
        with self._lock:
            target = self._running.get(int(request.args.get("target", 0)))
        if target is not None:
            target.cancelled.set()
        self._outlet.write(request.id, "result")

    def _serve(self, task: Task) -> None:
        _, handler = self._handlers[task.request.op]
        try:
            if task.cancelled.is_set():
                raise Cancelled
            result = handler(task)
        except Exception as error:
            failure = protocol.failure_of(error)
            if failure.kind == "bug":
                log.error("%s failed\n%s", task.request.op, failure.report)
            event, data = "error", failure
        else:
            event, data = "result", result
        with self._lock:
            self._running.pop(task.request.id, None)
        self._outlet.write(task.request.id, event, data)


def take_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return (requests, lines) and point file descriptor 1 at stderr: native libraries print to it."""
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return sys.stdin.buffer, lines


def log_to_file(folder: Path, name: str) -> None:
    """Send this process's log to a rotating file; it holds no text of documents, questions or answers."""
    handler = logging.handlers.RotatingFileHandler(
        folder / f"{name}.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def refuse(outlet: Outlet, error: BaseException) -> None:
    """Tell the window that this worker cannot work at all, and why."""
    failure: Failure = protocol.failure_of(error)
    outlet.write(0, "refused", failure)
