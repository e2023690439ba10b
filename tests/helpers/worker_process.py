"""A real worker process, spoken to over its pipes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from phi3desk.line_protocol import decode, decode_line, encode
from phi3desk.paths import HOME_VARIABLE, Paths, worker_command
from phi3desk.workers.protocol import ERROR, RESULT, Failure, Hello, News, Request

Result = TypeVar("Result")
Sees = Callable[["Told"], None]
NEWS: dict[str, Any] = {News.HELLO: Hello, News.REFUSED: Failure}


@dataclass(frozen=True)
class Told:
    """A line of a worker; `data` is what it stands for: an event, a result, a Failure, a Hello or None."""

    id: int
    name: str
    data: Any

    @property
    def failed(self) -> bool:
        return self.name == ERROR


class WorkerProcess:
    """One worker; every wait ends by the test's own time limit."""

    def __init__(self, name: str, paths: Paths) -> None:
        self.process = subprocess.Popen(
            worker_command(name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {HOME_VARIABLE: str(paths.home)},
        )
        self._asked: dict[int, type[Request[Any, Any]]] = {}
        self.hello = self.read_line()

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait()

    def read_line(self) -> Told:
        """Return the next line; EOFError where the process has ended."""
        assert self.process.stdout is not None
        raw = self.process.stdout.readline()
        if not raw:
            raise EOFError
        line = decode_line(raw)
        kind: Any = NEWS.get(line.name, type(None))
        if line.name == ERROR:
            kind = Failure
        elif line.id:
            asked = self._asked[line.id]
            kind = asked.result_type() if line.name == RESULT else asked.event_types()[line.name]
        return Told(line.id, line.name, decode(line.data, kind))

    def send(self, request: Request[Any, Any]) -> int:
        """Send a request and return its id."""
        return self.send_line(type(request), request)

    def send_line(self, kind: type[Request[Any, Any]], data: Any, name: str = "") -> int:
        """Send anything as a request of some kind, for lines that no client writes; returns its id."""
        assert self.process.stdin is not None
        number = len(self._asked) + 1
        self._asked[number] = kind
        self.process.stdin.write(encode(number, data, name or kind.__name__))
        self.process.stdin.flush()
        return number

    def end_of(self, request: int, sees: Sees = lambda line: None) -> Told:
        """Read on to the end of a request; `sees` gets every line before it, of whatever request."""
        while True:
            line = self.read_line()
            if line.id == request and line.name in (RESULT, ERROR):
                return line
            sees(line)

    def ask(self, request: Request[Result, Any], sees: Sees = lambda line: None) -> Result:
        """Send a request and return its result; AssertionError with the failure where it fails."""
        line = self.end_of(self.send(request), sees)
        assert line.name == RESULT, line.data
        return line.data
