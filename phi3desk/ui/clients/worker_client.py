"""A worker process as the window sees it: requests go out, signals and callbacks come back, a death is survived."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from phi3desk.errors import Sentence, say
from phi3desk.line_protocol import Line, decode, decode_line, encode
from phi3desk.paths import HOME_VARIABLE, Paths, worker_command
from phi3desk.workers.protocol import ERROR, RESULT, VERSION, Failure, FailureKind, Hello, News, Request, failure_of
from phi3desk.workers.requests import Cancel, Shutdown

log = logging.getLogger(__name__)

RESTARTS_IN_A_ROW = 3
GRACE_MS = 3000
_OTHER_VERSION = say("Parts of phi3desk are of different versions. Install it again.")

Result = TypeVar("Result")
Event = TypeVar("Event")


def ignore(_: Any) -> None:
    """Take what nobody waits for."""


@dataclass
class Call:
    """A request under way; its callbacks run in the window's thread, `on_result` or `on_failure` exactly once."""

    id: int
    request: Request[Any, Any]
    on_result: Callable[[Any], None]
    on_failure: Callable[[Failure], None]
    on_event: Callable[[Any], None]

    def event_of(self, line: Line) -> Any:
        """Return what the worker told on a line of this request; raises KeyError and msgspec.MsgspecError."""
        return decode(line.data, self.request.event_types()[line.name])

    def result_of(self, line: Line) -> Any:
        """Return the result on a line; raises msgspec.MsgspecError."""
        return decode(line.data, self.request.result_type())


class WorkerClient(QObject):
    """Runs one worker, speaks the line protocol with it, and starts it again when it dies, three times in a row.

    `ready` is emitted at each (re)start, `died` with a sentence when the process ended unasked (all its calls have
    failed by then), `gave_up` when it will not be started again, `changed` when what the worker owns has changed.
    `folders_changed` tells that something in a bound folder is new, `failed` carries a Failure that nobody handles,
    `damaged` one that keeps the worker from working until a file of the program's is mended.
    """

    ready = Signal()
    died = Signal(object)
    gave_up = Signal(object)
    changed = Signal()
    folders_changed = Signal()
    failed = Signal(object)
    damaged = Signal(object)

    def __init__(
        self, name: str, paths: Paths, work: tuple[type[Request[Any, Any]], ...], parent: QObject | None = None
    ) -> None:
        """`work` are the requests whose success shows that the worker is well, which ends a row of deaths."""
        super().__init__(parent)
        self._name = name
        self._work = work
        self._paths = paths
        self._calls: dict[int, Call] = {}
        self._waiting: list[bytes] = []
        self._next_id = 1
        self._buffer = bytearray()
        self._greeted = False
        self._closing = False
        self._deaths = 0
        self._given_up: Sentence | None = None
        self._process: QProcess | None = None

    def start(self) -> None:
        """Start the process; requests made before it is ready wait."""
        self._closing = False
        self._given_up = None
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert(HOME_VARIABLE, str(self._paths.home))
        process.setProcessEnvironment(environment)
        process.setStandardErrorFile(str(self.error_log))
        process.readyReadStandardOutput.connect(self._on_ready_read)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_process_error)
        self._process = process
        self._buffer.clear()
        self._greeted = False
        program, *arguments = worker_command(self._name)
        process.start(program, arguments)

    @property
    def process_id(self) -> int:
        """The worker's process id, 0 while none runs."""
        return self._process.processId() if self._process else 0

    @property
    def error_log(self) -> Path:
        """Where the process that runs, or ran last, says what it says beside the protocol."""
        return self._paths.logs / f"{self._name}-worker.err"

    def request(
        self,
        request: Request[Result, Event],
        on_result: Callable[[Result], None] = ignore,
        on_failure: Callable[[Failure], None] | None = None,
        on_event: Callable[[Event], None] = ignore,
    ) -> int:
        """Ask the worker; returns the request's id, for `cancel`. An unhandled failure is emitted as `failed`.

        While the worker is given up, the request fails with the reason as soon as the event loop is back.
        """
        call = Call(self._next_id, request, on_result, on_failure or self.failed.emit, on_event)
        self._next_id += 1
        if self._given_up is not None:
            failure = Failure(FailureKind.DIED, self._given_up)
            QTimer.singleShot(0, self, lambda: call.on_failure(failure))
            return call.id
        self._calls[call.id] = call
        self._send(encode(call.id, request))
        return call.id

    def cancel(self, request_id: int) -> None:
        """Ask the worker to stop a request; the request still ends by its own callback."""
        if request_id in self._calls:
            self.request(Cancel(request_id))

    def is_busy(self, *apart_from: type[Request[Any, Any]]) -> bool:
        """Return whether any request has not ended yet, apart from those of some classes."""
        return any(not isinstance(call.request, (Cancel, *apart_from)) for call in self._calls.values())

    def end_where_stuck(self, request_id: int) -> None:
        """End the process where it still works on a request that was to stop long ago; it is started again."""
        if self._process is not None and self._calls and min(self._calls) == request_id:
            log.error("the %s worker does not stop; it is ended", self._name)
            self._process.kill()

    def is_running(self, request_id: int) -> bool:
        """Whether a request has not ended yet."""
        return request_id in self._calls

    def restart(self) -> None:
        """Start a worker again that was given up."""
        self._deaths = 0
        if self._process is None or self._process.state() == QProcess.ProcessState.NotRunning:
            self.start()

    def close(self) -> None:
        """End the worker: politely, then by force after the grace time. Blocks for the grace time at most."""
        self._closing = True
        process, self._process = self._process, None
        self._calls.clear()
        if process is None or process.state() == QProcess.ProcessState.NotRunning:
            return
        process.write(encode(self._next_id, Shutdown()))
        process.closeWriteChannel()
        if not process.waitForFinished(GRACE_MS):
            process.kill()
            process.waitForFinished(GRACE_MS)

    def _send(self, line: bytes) -> None:
        if self._process is not None and self._greeted:
            self._process.write(line)
        else:
            self._waiting.append(line)

    def _on_ready_read(self) -> None:
        if self._process is None:
            return
        self._buffer += self._process.readAllStandardOutput().data()
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            try:
                told = decode_line(line)
            except msgspec.MsgspecError:
                log.error("the %s worker wrote a line that is not of the protocol (%d bytes)", self._name, len(line))
            else:
                self._on_line(told)

    def _on_line(self, line: Line) -> None:
        if line.id == 0:
            self._on_news(line)
            return
        call = self._calls.get(line.id)
        if call is None:
            return
        if line.name not in (RESULT, ERROR):
            self._on_event(call, line)
            return
        del self._calls[line.id]
        failure: Failure | None = None
        result: Any = None
        try:
            if line.name == RESULT:
                result = call.result_of(line)
            else:
                failure = decode(line.data, Failure)
        except msgspec.MsgspecError as error:
            log.error("the %s worker answered %s with something else", self._name, type(call.request).__name__)
            failure = failure_of(error)
        if failure is not None:
            call.on_failure(failure)
            return
        if isinstance(call.request, self._work):
            self._deaths = 0
        call.on_result(result)

    def _on_event(self, call: Call, line: Line) -> None:
        try:
            event = call.event_of(line)
        except (KeyError, msgspec.MsgspecError):
            log.error("the %s worker told %s something else", self._name, type(call.request).__name__)
        else:
            call.on_event(event)

    def _on_news(self, line: Line) -> None:
        try:
            hello = decode(line.data, Hello) if line.name == News.HELLO else None
            refusal = decode(line.data, Failure) if line.name == News.REFUSED else None
        except msgspec.MsgspecError:
            self._give_up(_OTHER_VERSION)
            return
        if hello is not None:
            self._on_hello(hello)
        elif refusal is not None:
            self._give_up(refusal.sentence)
            if refusal.kind is FailureKind.DAMAGED:
                self.damaged.emit(refusal)
        elif line.name == News.CHANGED:
            self.changed.emit()
        elif line.name == News.FOLDERS_CHANGED:
            self.folders_changed.emit()
        else:
            log.error("the %s worker told of %s, which is not of the protocol", self._name, line.name[:40])

    def _on_hello(self, hello: Hello) -> None:
        if hello.protocol != VERSION:
            self._give_up(_OTHER_VERSION)
            return
        self._greeted = True
        for waiting in self._waiting:
            if self._process is not None:
                self._process.write(waiting)
        self._waiting.clear()
        self.ready.emit()

    def _on_process_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._closing:
            self._give_up(say("A part of phi3desk could not be started. Install it again."))

    def _give_up(self, sentence: Sentence) -> None:
        """Stop trying: what waits fails, and so does what is asked until `restart`."""
        self._given_up = sentence
        self._closing = True
        self._waiting.clear()
        self._fail_all(sentence)
        self.gave_up.emit(sentence)

    def _on_finished(self, _code: int = 0, _status: object = None) -> None:
        self._process = None
        if self._closing:
            self._fail_all(say("phi3desk is closing."))
            return
        self._greeted = False
        self._deaths += 1
        sentence = self._death_sentence()
        log.error("the %s worker ended unasked, %d in a row", self._name, self._deaths)
        self._waiting.clear()
        self._fail_all(sentence)
        self.died.emit(sentence)
        if self._deaths <= RESTARTS_IN_A_ROW:
            QTimer.singleShot(0, self, self._start_again)
        else:
            self._give_up(
                say(
                    "A part of phi3desk stopped {times} times in a row and stays off. Choose Start again to try.",
                    times=self._deaths,
                )
            )

    def _start_again(self) -> None:
        """Start the process where nobody has closed the client or started it since it died."""
        if not self._closing and self._process is None:
            self.start()

    def _death_sentence(self) -> Sentence:
        if self._name == "model":
            return say("The model stopped unexpectedly. What it had written is kept. It is being started again.")
        if self._name == "downloads":
            return say("The download stopped unexpectedly. What has been downloaded is kept; resume it.")
        return say("The library stopped unexpectedly. Nothing is lost. It is being started again.")

    def _fail_all(self, sentence: Sentence) -> None:
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.on_failure(Failure(FailureKind.DIED, sentence))
