"""A worker process as the window sees it: requests go out, signals and callbacks come back, a death is survived."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from phi3desk.errors import Sentence, say
from phi3desk.paths import HOME_VARIABLE, Paths, worker_command
from phi3desk.workers import protocol
from phi3desk.workers.protocol import Failure, Hello, Line, Request

log = logging.getLogger(__name__)

RESTARTS_IN_A_ROW = 3
GRACE_MS = 3000


def _nothing(_: msgspec.Raw) -> None:
    """Take a result nobody asked for."""


@dataclass
class Call:
    """A request under way; its callbacks run in the window's thread, `on_result` or `on_failure` exactly once.

    What the worker tells comes as the line's data, for `protocol.decode`.
    """

    request: Request
    on_result: Callable[[msgspec.Raw], None]
    on_failure: Callable[[Failure], None]
    on_event: dict[str, Callable[[msgspec.Raw], None]] = field(default_factory=dict)


class WorkerClient(QObject):
    """Runs one worker, speaks the line protocol with it, and starts it again when it dies, three times in a row.

    `ready` is emitted at each (re)start, `died` with a sentence when the process ended unasked (all its calls have
    failed by then), `gave_up` when it will not be started again, `changed` when what the worker owns has changed.
    `news` carries the name of whatever else it tells of itself, `failed` a failure that nobody handles.
    """

    ready = Signal()
    died = Signal(object)
    gave_up = Signal(object)
    changed = Signal()
    news = Signal(str)
    failed = Signal(object)

    def __init__(self, name: str, paths: Paths, work: frozenset[str], parent: QObject | None = None) -> None:
        """`work` names the requests whose success shows that the worker is well, which ends a row of deaths."""
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
        process.setStandardErrorFile(str(self._paths.logs / f"{self._name}-worker.err"))
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

    def request(
        self,
        op: str,
        on_result: Callable[[msgspec.Raw], None] = _nothing,
        on_failure: Callable[[Failure], None] | None = None,
        on_event: dict[str, Callable[[msgspec.Raw], None]] | None = None,
        **args: Any,
    ) -> int:
        """Ask the worker; returns the request's id, for `cancel`. An unhandled failure is emitted as `failed`.

        While the worker is given up, the request fails with the reason as soon as the event loop is back.
        """
        request = Request(self._next_id, op, args)
        self._next_id += 1
        call = Call(request, on_result, on_failure or self.failed.emit, on_event or {})
        if self._given_up is not None:
            failure = Failure("died", self._given_up)
            QTimer.singleShot(0, self, lambda: call.on_failure(failure))
            return request.id
        self._calls[request.id] = call
        self._send(request)
        return request.id

    def cancel(self, request_id: int) -> None:
        """Ask the worker to stop a request; the request still ends by its own callback."""
        if request_id in self._calls:
            self.request("cancel", target=request_id)

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
        process.write(protocol.encode(Request(self._next_id, "shutdown")))
        process.closeWriteChannel()
        if not process.waitForFinished(GRACE_MS):
            process.kill()
            process.waitForFinished(GRACE_MS)

    def _send(self, request: Request) -> None:
        line = protocol.encode(request)
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
                self._on_line(protocol.decode_line(line))
            except msgspec.MsgspecError:
                log.error("the %s worker wrote a line that is not of the protocol (%d bytes)", self._name, len(line))

    def _on_line(self, line: Line) -> None:
        if line.id == 0:
            self._on_news(line)
            return
        call = self._calls.get(line.id)
        if call is None:
            return
        if line.event == "result":
            del self._calls[line.id]
            if call.request.op in self._work:
                self._deaths = 0
            call.on_result(line.data)
        elif line.event == "error":
            del self._calls[line.id]
            call.on_failure(protocol.decode(line.data, Failure))
        elif line.event in call.on_event:
            call.on_event[line.event](line.data)

    def _on_news(self, line: Line) -> None:
        if line.event == "hello":
            hello = protocol.decode(line.data, Hello)
            if hello.protocol != protocol.VERSION:
                self._give_up(say("Parts of phi3desk are of different versions. Install it again."))
                return
            self._greeted = True
            for waiting in self._waiting:
                if self._process is not None:
                    self._process.write(waiting)
            self._waiting.clear()
            self.ready.emit()
        elif line.event == "changed":
            self.changed.emit()
        elif line.event == "refused":
            self._give_up(protocol.decode(line.data, Failure).sentence)
        else:
            self.news.emit(line.event)

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
            QTimer.singleShot(0, self, self.start)
        else:
            self._give_up(
                say(
                    "A part of phi3desk stopped {times} times in a row and stays off. Choose Start again to try.",
                    times=self._deaths,
                )
            )

    def _death_sentence(self) -> Sentence:
        if self._name == "model":
            return say("The model stopped unexpectedly. What it had written is kept. It is being started again.")
        return say("The library stopped unexpectedly. Nothing is lost. It is being started again.")

    def _fail_all(self, sentence: Sentence) -> None:
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.on_failure(Failure("died", sentence))
