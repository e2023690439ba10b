"""Memory told from a model's header against what its process then takes; `python -m tests.benchmarks.memory FILE...`.

Each load is a process of its own: what it takes is what its own memory and the model's pages in it grew by, from before
the load until a question was read. Weights repacked for the processor are counted once, as they are told.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from phi3desk.model.gguf import inspect
from phi3desk.model.memory import Setup, memory_need
from phi3desk.model.starter import find_starter
from phi3desk.model.types import LoadOptions
from tests.helpers.tiny_phi3 import write_tiny_phi3

CONTEXTS = (2048, 4096, 8192)
MIB = 1 << 20


@dataclass(frozen=True)
class Measured:
    """One load: what was told of it and what it took, in bytes."""

    model: str
    context: int
    told: int
    took: int

    @property
    def ratio(self) -> float:
        """Told over measured."""
        return self.told / self.took


def measure(files: list[Path], contexts: tuple[int, ...] = CONTEXTS) -> Iterator[Measured]:
    """Load each model with each context that it has, and yield what was told and measured."""
    for file in files:
        info = inspect(file, "model")
        for context in contexts:
            if context > info.context_train:
                continue
            asked = [sys.executable, "-m", "tests.benchmarks.memory", "--load", str(file), "--context", str(context)]
            took = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
            yield Measured(file.stem, context, memory_need(info, Setup(context)).main, took)


def _load(file: Path, context: int) -> int:
    """Return the bytes that this process grew by while it loaded a model and read a question."""
    import threading

    from phi3desk.model.llama.engine import Engine
    from phi3desk.model.llama.hardware import hardware
    from phi3desk.model.types import Role, Sampling, Turn

    hardware()
    process = psutil.Process()
    before = process.memory_info().rss
    engine = Engine.load(file, LoadOptions(context=context, gpu_layers=0))
    turns = [Turn(Role.USER, "The oil of the pump must be checked before use. " * 12)]
    engine.generate(turns, Sampling(max_tokens=4), lambda *_: None, lambda _: None, threading.Event())
    return process.memory_info().rss - before


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--load", type=Path)
    parser.add_argument("--context", type=int, default=2048)
    options = parser.parse_args()
    if options.load:
        print(_load(options.load, options.context))
        return
    with tempfile.TemporaryDirectory() as folder:
        starter = find_starter()
        files = [*options.files, *([starter] if starter else []), write_tiny_phi3(Path(folder) / "tiny-phi3.gguf")]
        print(f"{'model':44} {'context':>8} {'told':>9} {'took':>9}  ratio")
        for row in measure(files):
            print(f"{row.model:44} {row.context:8} {row.told / MIB:9.1f} {row.took / MIB:9.1f}  {row.ratio:.3f}")


if __name__ == "__main__":
    main()
