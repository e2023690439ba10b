"""The process that owns the language model: one loaded GGUF, its adapters, one answer at a time."""

from __future__ import annotations

import dataclasses
import logging
from contextlib import suppress

from phi3desk.chat.answer import write
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.errors import UserError
from phi3desk.model.llama.engine import Engine
from phi3desk.model.llama.hardware import hardware
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, Hardware, LoadedModel, LoadOptions, Sampling
from phi3desk.paths import open_paths
from phi3desk.workers.worker import Handler, Outlet, Task, Worker, log_to_file, take_standard_streams

log = logging.getLogger(__name__)


class ModelService:
    """The model's operations as the protocol names them; all share one lane, for there is one model."""

    def __init__(self, models: ModelStore) -> None:
        self._models = models
        self._engine: Engine | None = None

    def lanes(self) -> dict[str, dict[str, Handler]]:
        """Return the operations, by the thread that serves them."""
        return {
            "model": {
                "load": self.load,
                "unload": self.unload,
                "set_adapters": self.set_adapters,
                "answer": self.answer,
            },
            "hardware": {"hardware": self.hardware},
        }

    def load(self, task: Task) -> LoadedModel:
        """Load a model and its adapters in place of the one before; where one does not fit, none is attached."""
        self.close()
        path = task.argument("path", str)

        def on_progress(fraction: float) -> bool:
            task.emit("progress", fraction)
            return not task.cancelled.is_set()

        engine = Engine.load(path, task.argument("options", LoadOptions), on_progress)
        with suppress(UserError):
            engine.set_adapters(task.argument("adapters", list[AdapterUse]))
        self._engine = engine
        return self._loaded(engine)

    def unload(self, _: Task) -> None:
        """Let the model go."""
        self.close()

    def set_adapters(self, task: Task) -> LoadedModel:
        """Attach exactly the given adapters; where one does not fit, none is attached: those before are not wanted."""
        engine = self._loaded_engine()
        try:
            engine.set_adapters(task.argument("adapters", list[AdapterUse]))
        except UserError:
            engine.set_adapters([])
            raise
        return self._loaded(engine)

    def answer(self, task: Task) -> Completion:
        """Write an answer, telling how much of the prompt is read and each piece of text."""
        engine = self._loaded_engine()
        return write(
            engine,
            task.argument("request", PromptRequest),
            task.argument("sampling", Sampling),
            on_prefill=lambda done, total: task.emit("prefill", [done, total]),
            on_text=lambda text: task.emit("text", text),
            cancelled=task.cancelled,
        )

    def hardware(self, _: Task) -> Hardware:
        """Return what this machine has for a model."""
        return hardware()

    def close(self) -> None:
        """Let the model go, if there is one."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _loaded(self, engine: Engine) -> LoadedModel:
        return dataclasses.replace(engine.loaded, sha256=self._models.fingerprint(engine.loaded.path))

    def _loaded_engine(self) -> Engine:
        if self._engine is None:
            raise UserError("No model is loaded. Choose one on the Models page.")
        return self._engine


def main() -> int:
    """Run the worker; returns the exit code."""
    requests, lines = take_standard_streams()
    outlet = Outlet(lines)
    paths = open_paths()
    log_to_file(paths.logs, "model-worker")
    service = ModelService(ModelStore(paths))
    try:
        Worker("model", service.lanes(), outlet).run(requests)
    finally:
        service.close()
    return 0
