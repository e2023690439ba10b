"""What the workers share: the protocol's end of the pipes, requests in, lines out, cancel at any time."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from queue import SimpleQueue
from typing import Any, BinaryIO, Protocol

import msgspec

from phi3desk import __version__, line_protocol
from phi3desk.errors import Cancelled, UserError
from phi3desk.line_protocol import Line
from phi3desk.workers import protocol
from phi3desk.workers.protocol import ERROR, RESULT, Failure, FailureKind, Hello, News, Operation, Request
from phi3desk.workers.requests import Cancel, Shutdown

log = logging.getLogger(__name__)


class Stream(Protocol):
    """What lines are written to."""

    def write(self, line: bytes, /) -> Any:
        """Write a line."""

    def flush(self) -> Any:
        """Have it arrive."""


class Outlet:
    """The real stdout, or what stands for it, for lines of the protocol; any thread may write."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, request_id: int, value: Any, name: str = "") -> None:
        """Write one line; a window that is gone is no error, the worker ends by its closed stdin."""
        line = line_protocol.encode(request_id, value, name)
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (BrokenPipeError, ValueError, OSError):
                log.info("nobody listens any more")

    def tell(self, news: News, value: Any = None) -> None:
        """Write a line about the worker itself."""
        self.write(0, value, news)


class RunningTask:
    """A request being worked on; what its handler sees of it is `protocol.Task`."""

    def __init__(self, request_id: int, request: Request[Any, Any], outlet: Outlet) -> None:
        self.id = request_id
        self.request = request
        self.cancelled = threading.Event()
        self.outlet = outlet
        #: whether its lane works on it, or has answered it
        self.begun = False

    def emit(self, event: Any) -> None:
        """Tell whoever asked how the request goes on."""
        self.outlet.write(self.id, event)


class Lane:
    """A thread that works on one request after the other, in the order they came."""

    def __init__(self, name: str, serve: Callable[[RunningTask], None]) -> None:
        self._queue: SimpleQueue[RunningTask | None] = SimpleQueue()
        self._serve = serve
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, task: RunningTask) -> None:
        """Add a request to the lane."""
        self._queue.put(task)

    @property
    def has_waiting(self) -> bool:
        """Whether a request waits for the one that is worked on."""
        return not self._queue.empty()

    def close(self, seconds: float) -> None:
        """End the thread after the request it works on, waiting for `seconds` at most."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            self._serve(task)


class Worker:
    """Serves requests from stdin until it is closed or `Shutdown` comes.

    `lanes` maps the name of a lane to its operations: each lane is one thread, so what excludes each other shares a
    lane. `on_end` is called before what still runs is cancelled. `explain` returns what is behind an unexpected error.
    """

    def __init__(
        self,
        name: str,
        lanes: Mapping[str, Iterable[Operation]],
        outlet: Outlet,
        on_end: Callable[[], None] = lambda: None,
        explain: Callable[[Exception], Exception] = lambda error: error,
    ) -> None:
        self._name = name
        self._outlet = outlet
        self._on_end = on_end
        self._explain = explain
        self._running: dict[tuple[Outlet, int], RunningTask] = {}
        self._lock = threading.Lock()
        self._operations: dict[str, tuple[Lane, Operation]] = {}
        self._lanes: dict[str, Lane] = {}
        for lane_name, operations in lanes.items():
            lane = Lane(f"{name}-{lane_name}", self._serve)
            self._lanes[lane_name] = lane
            self._operations |= {operation.request.__name__: (lane, operation) for operation in operations}

    def has_waiting(self, lane: str) -> bool:
        """Return whether a request waits in a lane for the one that is worked on."""
        return self._lanes[lane].has_waiting

    def run(self, requests: BinaryIO) -> None:
        """Greet and serve; returns when the window is gone or asked for the end, with all lanes stopped."""
        self._converse(requests, self._outlet)
        self._on_end()
        with self._lock:
            for task in self._running.values():
                task.cancelled.set()
        for lane in self._lanes.values():
            lane.close(seconds=10)

    def serve_guest(self, requests: Iterable[bytes], outlet: Outlet) -> None:
        """Greet and serve one more client until its requests end; what of them still runs then is cancelled."""
        self._converse(requests, outlet)
        with self._lock:
            for (whose, _), task in self._running.items():
                if whose is outlet:
                    task.cancelled.set()

    def _converse(self, requests: Iterable[bytes], outlet: Outlet) -> None:
        outlet.tell(News.HELLO, Hello(protocol.VERSION, self._name, __version__, os.getpid()))
        for raw in requests:
            try:
                line = line_protocol.decode_line(raw)
            except msgspec.MsgspecError:
                log.exception("a line that is not of the protocol")
                continue
            if line.name == Shutdown.__name__:
                break
            try:
                self._take(line, outlet)
            except Exception as error:
                outlet.write(line.id, _told(line.name, error), ERROR)

    def _take(self, line: Line, outlet: Outlet) -> None:
        """Begin what a line asks for; raises UserError and MsgspecError for what is no request of this worker."""
        if line.name == Cancel.__name__:
            self._cancel(line.id, line_protocol.decode(line.data, Cancel), outlet)
            return
        if line.name not in self._operations:
            raise UserError("This phi3desk does not know “{op}”.", op=line.name)
        lane, operation = self._operations[line.name]
        task = RunningTask(line.id, line_protocol.decode(line.data, operation.request), outlet)
        with self._lock:
            self._running[outlet, line.id] = task
        lane.put(task)

    def _cancel(self, request_id: int, request: Cancel, outlet: Outlet) -> None:
        key = outlet, request.target
        with self._lock:
            target = self._running.get(key)
            waits = target is not None and not target.begun and not self._even_cancelled(target)
            if waits:
                # its lane passes it over: what is before it there may take hours
                del self._running[key]
        if target is not None:
            target.cancelled.set()
            if waits:
                outlet.write(target.id, _told(type(target.request).__name__, Cancelled()), ERROR)
        outlet.write(request_id, None, RESULT)

    def _even_cancelled(self, task: RunningTask) -> bool:
        return self._operations[type(task.request).__name__][1].even_cancelled

    def _serve(self, task: RunningTask) -> None:
        with self._lock:
            if self._running.get((task.outlet, task.id)) is not task:
                return
            task.begun = True
        op = type(task.request).__name__
        _, operation = self._operations[op]
        try:
            if task.cancelled.is_set() and not operation.even_cancelled:
                raise Cancelled
            data, name = operation.handler(task.request, task), RESULT
        except Exception as error:
            data, name = _told(op, self._explain(error)), ERROR
        with self._lock:
            self._running.pop((task.outlet, task.id), None)
        try:
            task.outlet.write(task.id, data, name)
        except (TypeError, ValueError, msgspec.MsgspecError) as error:
            # a result that JSON cannot hold must not end the lane, and with it all that waits there
            task.outlet.write(task.id, _told(op, error), ERROR)


def _told(op: str, error: BaseException) -> Failure:
    """Return how an exception is told to the window; a bug is written to the log too."""
    failure = protocol.failure_of(error)
    if failure.kind is FailureKind.BUG:
        log.error("%s failed\n%s", op, failure.report)
    return failure


def refuse(outlet: Outlet, error: BaseException) -> None:
    """Tell the window that this worker cannot work at all, and why."""
    outlet.tell(News.REFUSED, protocol.failure_of(error))
