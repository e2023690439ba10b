"""A real worker process, spoken to over its pipes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from phi3desk.paths import HOME_VARIABLE, Paths, worker_command
from phi3desk.workers import protocol
from phi3desk.workers.protocol import Request

Sees = Callable[["Told"], None]


@dataclass(frozen=True)
class Told:
    """A line of a worker; `data` is read as plain Python values, `raw` is for `protocol.decode`."""

    id: int
    event: str
    data: Any
    raw: msgspec.Raw


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
        self._next_id = 1
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
        line = self.process.stdout.readline()
        if not line:
            raise EOFError
        told = protocol.decode_line(line)
        return Told(told.id, told.event, protocol.decode(told.data, Any), told.data)

    def send(self, op: str, **args: Any) -> int:
        """Send a request and return its id."""
        assert self.process.stdin is not None
        request = Request(self._next_id, op, args)
        self._next_id += 1
        self.process.stdin.write(protocol.encode(request))
        self.process.stdin.flush()
        return request.id

    def end_of(self, request: int, sees: Sees = lambda line: None) -> Told:
        """Read on to the end of a request; `sees` gets every line before it, of whatever request."""
        while True:
            line = self.read_line()
            if line.id == request and line.event in ("result", "error"):
                return line
            sees(line)

    def ask(self, op: str, **args: Any) -> Any:
        """Send a request and return its result as plain values; AssertionError with the failure where it fails."""
        return protocol.decode(self.ask_raw(op, **args), Any)

    def ask_raw(self, op: str, **args: Any) -> msgspec.Raw:
        """Send a request and return its result for `protocol.decode`; AssertionError with the failure."""
        line = self.end_of(self.send(op, **args))
        assert line.event == "result", line.data
        return line.raw
