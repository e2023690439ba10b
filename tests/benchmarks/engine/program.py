"""This program in any checkout of it: its model worker, spoken to over its pipes, and scripts run beside its code."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.line_protocol import Line, decode, decode_line, encode
from phi3desk.model.store import ModelStore
from phi3desk.model.types import LoadedModel, LoadOptions, ModelEntry, Sampling
from phi3desk.paths import HOME_VARIABLE, open_paths
from phi3desk.workers.protocol import ERROR, RESULT
from phi3desk.workers.requests import LoadModel, Shutdown, TextPiece, WriteAnswer
from tests.benchmarks.engine.partner import Partner, partner

_MEASURED = "measured"


@dataclass(frozen=True)
class Program:
    """The program whose files lie in `checkout`; `name` is how the table calls it, "" for this one."""

    name: str
    checkout: Path

    @property
    def named(self) -> str:
        """Return what the table adds to a row of another commit."""
        return f", at {self.name}" if self.name else ""

    def environment(self, home: Path | None = None) -> dict[str, str]:
        """Return what a process of this program needs to find its code and its data."""
        places = [str(self.checkout), *filter(None, [os.environ.get("PYTHONPATH")])]
        given = {"PYTHONPATH": os.pathsep.join(places), "HF_HUB_OFFLINE": "1"}
        # a user's second start compiles nothing
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return usual | given | ({HOME_VARIABLE: str(home)} if home else {})

    @contextmanager
    def worker(self, home: Path) -> Iterator[ModelWorker]:
        """Run a model worker; it is asked to end, as the window asks it, and waited for."""
        with subprocess.Popen(
            [sys.executable, "-m", "phi3desk", "--worker", "model"],
            cwd=self.checkout,
            env=self.environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            worker = ModelWorker(process)
            try:
                yield worker
                worker.end()
            finally:
                process.kill()

    def partner(self, script: Path, home: Path, **environment: str) -> AbstractContextManager[Partner]:
        """Run a script of `partner` beside the code of this checkout, on a data folder."""
        return partner(script, self.checkout, self.environment(home) | environment)


@dataclass(frozen=True)
class Written:
    """An answer as it arrived; seconds from the request to its first text, and from there to its last.

    `completion` is what the worker told at the end.
    """

    completion: Completion
    first: float
    writing: float

    @property
    def speed(self) -> float:
        """Return tokens a second after the first one."""
        return (self.completion.generation.generated_tokens - 1) / self.writing if self.writing > 0 else 0.0


class ModelWorker:
    """A model worker's end of the pipes; every request is waited for."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._asked = 0
        self._next()

    def load(self, entry: ModelEntry, options: LoadOptions) -> tuple[float, LoadedModel]:
        """Load a listed model; return the seconds it took and what is loaded."""
        began = time.perf_counter()
        line = self._ask(LoadModel(entry.ref, options))
        return time.perf_counter() - began, decode(line.data, LoadedModel)

    def write(self, request: PromptRequest, sampling: Sampling) -> Written:
        """Have an answer written."""
        began = time.perf_counter()
        arrived: list[float] = []

        def on_line(line: Line) -> None:
            if line.name == TextPiece.__name__:
                arrived.append(time.perf_counter())

        line = self._ask(WriteAnswer(request, sampling), on_line)
        arrived = arrived or [time.perf_counter()]
        return Written(decode(line.data, Completion), arrived[0] - began, arrived[-1] - arrived[0])

    @property
    def process_id(self) -> int:
        """Return the worker's process id."""
        return self._process.pid

    def end(self) -> None:
        """Ask the worker to end, and wait until it has."""
        self._send(0, Shutdown())
        self._process.wait()

    def _ask(self, request: Any, on_line: Callable[[Line], None] = lambda _: None) -> Line:
        self._asked += 1
        self._send(self._asked, request)
        while True:
            line = self._next()
            if line.id != self._asked:
                continue
            if line.name == ERROR:
                raise RuntimeError(f"{type(request).__name__}: {bytes(line.data).decode()}")
            if line.name == RESULT:
                return line
            on_line(line)

    def _send(self, number: int, request: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(encode(number, request))
        self._process.stdin.flush()

    def _next(self) -> Line:
        assert self._process.stdout is not None
        raw = self._process.stdout.readline()
        if not raw:
            raise RuntimeError("the model worker ended")
        return decode_line(raw)


def listed(home: Path, model: Path) -> ModelEntry:
    """List a model in a data folder, in use and with its SHA-256 known, and return its entry."""
    store = ModelStore(open_paths(home))
    # under a name of its own it is listed for every program, also for one that does not know the starter it is
    if all(entry.name != _MEASURED for entry in store.list()):
        store.add(model, _MEASURED)
    return replace(store.use(_MEASURED), fingerprint=store.fingerprint(model))
