"""The model worker as a command uses it: one request at a time, and a death that ends in a sentence.

llama.cpp ends its process where a model's numbers do not hold: in a process of its own it cannot take the command down.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from phi3desk.chat.judging.matter import Matter
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.chat.series import Speed, speed_of
from phi3desk.chat.sheets.query_model import QueryRequest
from phi3desk.cli.worker_link import WorkerGone, WorkerLink
from phi3desk.errors import UserError
from phi3desk.line_protocol import encode
from phi3desk.model.options import load_options
from phi3desk.model.types import AdapterUse, LoadedModel, ModelEntry, ModelRef, ModelUse, Sampling
from phi3desk.paths import HOME_VARIABLE, Paths, worker_command, worker_environment
from phi3desk.settings import Settings
from phi3desk.workers.protocol import Request
from phi3desk.workers.requests import (
    Judge,
    LoadModel,
    LoadProgress,
    ModelChanged,
    PromptRead,
    SetAdapters,
    Shutdown,
    WriteAnswer,
    WriteQuery,
)

_GRACE_SECONDS = 5.0

Result = TypeVar("Result")
Event = TypeVar("Event")


class ModelProcess:
    """A model worker of a command's own, started with the first request; used from one thread, ended by `close`.

    Every method raises UserError with the worker's reason, or with what can be done where the worker ended unasked, and
    Cancelled where it was stopped. `model` is what is loaded, `speed` how fast it was when it wrote last. A graphics
    card that fails can leave no model: what asks next has to `load` it.
    """

    def __init__(self, paths: Paths, settings: Settings) -> None:
        self._paths = paths
        self._settings = settings
        self._child: _Child | None = None
        self._model: ModelEntry | None = None
        self._adapters: tuple[AdapterUse, ...] = ()
        self.model: LoadedModel | None = None
        self.speed: Speed | None = None

    def __enter__(self) -> ModelProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def loaded(self) -> ModelRef | None:
        """Which model is loaded."""
        return None if self._model is None else self._model.ref

    @property
    def _use(self) -> ModelUse | None:
        """What is loaded, with its adapters: what every request is meant for."""
        return ModelUse(self.model.ref, self._adapters) if self.model is not None else None

    @property
    def process_id(self) -> int:
        """The worker's process id, 0 while none runs."""
        return self._child.process.pid if self._child else 0

    def load(
        self,
        entry: ModelEntry,
        adapters: Sequence[AdapterUse],
        on_progress: Callable[[float], None] = lambda _: None,
        cancelled: threading.Event | None = None,
    ) -> None:
        """Load a listed model and attach exactly these adapters; a model that is loaded already stays."""
        if self.loaded != entry.ref:
            self._model, self._adapters = None, ()
            self.model = self.speed = None
            request = LoadModel(entry.ref, load_options(self._settings))

            def on_event(progress: LoadProgress) -> None:
                on_progress(progress.fraction)

            self.model = self._ask(request, on_event, cancelled, entry.name)
            self._model = entry
        if self.model is None or tuple(adapters) != self._adapters:
            # without its adapters it is not what was asked for: where they fail, no model is there
            self.model = None
            self.model = self._ask(SetAdapters(tuple(adapters)), lambda _: None, cancelled, entry.name)
            self._adapters = tuple(adapters)

    def write(
        self,
        request: PromptRequest,
        sampling: Sampling,
        on_prefill: Callable[[int, int], None],
        on_text: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Completion:
        """Write an answer as `chat.answer.write` does, in the worker."""

        def on_event(event: Any) -> None:
            if isinstance(event, PromptRead):
                on_prefill(event.tokens, event.total)
            elif isinstance(event, ModelChanged):
                self._on_changed(event)
            else:
                on_text(event.text)

        name = self._model.name if self._model else ""
        written = self._ask(WriteAnswer(request, sampling, self._use), on_event, cancelled, name)
        self.speed = speed_of(written.generation) or self.speed
        return written

    def judge(self, matters: Sequence[Matter], cancelled: threading.Event | None = None) -> tuple[float, ...]:
        """Return how likely the loaded model answers each matter by yes, 0 to 1, in the worker."""
        request = Judge(tuple(matters), self._use)
        return self._ask(request, self._on_changed, cancelled, self._model.name if self._model else "")

    def write_query(self, request: QueryRequest, cancelled: threading.Event) -> str:
        """Return the query that the loaded model writes for a question to a sheet, "" where it writes none."""
        asked = WriteQuery(request, self._use)
        return self._ask(asked, self._on_changed, cancelled, self._model.name if self._model else "")

    def _on_changed(self, event: ModelChanged) -> None:
        """Know how the model is loaded now; one that is no longer is loaded when it is asked for next."""
        self.model = event.model
        if event.model is None:
            self._model, self._adapters, self.speed = None, (), None

    def close(self) -> None:
        """End the worker, if there is one."""
        child, self._child, self._model, self.model = self._child, None, None, None
        if child is not None:
            child.end()

    def _ask(
        self,
        request: Request[Result, Event],
        on_event: Callable[[Event], None],
        cancelled: threading.Event | None,
        model: str,
    ) -> Result:
        log = self._paths.logs / "model-worker.err"
        if self._child is None:
            self._child = _Child(self._paths, log)
        try:
            return self._child.link.ask(request, on_event, cancelled)
        except WorkerGone:
            self._child.end()
            self._child, self._model, self._adapters = None, None, ()
            self.model = None
            raise UserError(
                "The model “{name}” ended its process unexpectedly. Its file may be damaged, or need more memory than "
                "there is: choose another model, or a smaller context window in the settings. What it said is in "
                "{log}.",
                name=model,
                log=str(log),
            ) from None


class _Child:
    """A model worker's process and the channel to it."""

    def __init__(self, paths: Paths, log: Path) -> None:
        # in a group of its own: Ctrl+C is for the command, which tells the worker to stop
        away: dict[str, Any] = (
            {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP, which subprocess names on Windows only
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                worker_command("model"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=worker_environment() | {HOME_VARIABLE: str(paths.home)},
                **away,
            )
        self.link = WorkerLink(self)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, line: bytes) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def receive(self, seconds: float) -> bytes | None:
        """Return the next line, None where none came in time; raises WorkerGone where the process has ended."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if not line:
            raise WorkerGone
        return line

    def end(self) -> None:
        """End the process, by force where it does not end by itself."""
        self.send(encode(0, Shutdown()))
        try:
            self.process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _read(self) -> None:
        """Put what the worker writes into a queue, and empty bytes at its end."""
        assert self.process.stdout is not None
        with suppress(OSError, ValueError):
            for line in self.process.stdout:
                self._lines.put(line)
        self._lines.put(b"")
