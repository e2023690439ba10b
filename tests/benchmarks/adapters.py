"""Prints what adapters cost: python -m tests.benchmarks.adapters [--blocks N] [--rank N] [--json FILE]

A switch is held against loading the model anew, and the speed with one and with two adapters against none; on random
weights in Phi-3-mini's exact shape, with the model mapped into memory, all in one run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from phi3desk.model.llama.engine import Engine
from phi3desk.model.types import AdapterUse, LoadOptions
from tests.benchmarks.phi3_shape import Phi3Shape, write_lora, write_model
from tests.benchmarks.table import HEAD, Row, at_most, line, sooner

T = TypeVar("T")

CONTEXT, PROMPT, WRITTEN, ROUNDS, SWITCHES = 4096, 64, 8, 4, 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure what adapters cost.")
    parser.add_argument("--blocks", type=int, default=32, help="blocks of the model (32 as Phi-3-mini: 2.15 GB)")
    parser.add_argument("--rank", type=int, default=8, help="rank of the adapters (8: 50 MB)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    chosen = parser.parse_args(arguments)
    for cells in (HEAD, ("---",) * len(HEAD)):
        print(line(cells), flush=True)
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
        for row in rows(Path(folder), Phi3Shape(blocks=chosen.blocks), chosen.rank):
            print(line(row.cells()), flush=True)
            found.append(row)
    if chosen.json:
        chosen.json.write_text(json.dumps([{**asdict(row), "ratio": row.ratio} for row in found], indent=1))
    return 1 if any(row.reached is False for row in found) else 0


def rows(folder: Path, shape: Phi3Shape, rank: int) -> Iterator[Row]:
    """Yield the figures."""
    model = write_model(folder / "phi-3-mini-shape.gguf", shape)
    one, two = (
        AdapterUse(name, str(write_lora(folder / f"{name}.gguf", shape, rank, seed)))
        for seed, name in enumerate(("one", "two"))
    )
    size = f"{model.stat().st_size / 1e9:.2f} GB with a {Path(one.path).stat().st_size / 1e6:.0f} MB adapter"
    load(model, [one]).close()
    anew, engine = timed(lambda: load(model, [one]))
    try:
        first, _ = timed(lambda: engine.set_adapters([one, two]))
        yield Row(f"an adapter attached for the first time ({size})", first, "s")
        speeds = speeds_of(engine, ([], [one], [one, two]))
        took = [timed(lambda uses=uses: engine.set_adapters(uses))[0] for uses in turns_of(one, two)]  # type: ignore[misc]
        yield at_most("a switch, the slowest", max(took) * 1000, "ms", 100)
        yield sooner("a switch, the middle one", statistics.median(took), anew, "loading anew", 100)
        yield Row("a switch and the first token read after it, less reading one", first_token(engine, one, two), "s")
    finally:
        engine.close()
    plain, *others = speeds
    for name, figures in zip(("one adapter", "two adapters"), others, strict=True):
        for what, ours, beside in zip(("reading", "writing"), figures, plain, strict=True):
            yield Row(f"{what} with {name}", ours, "tokens/s", beside, "without")


def load(model: Path, uses: Sequence[AdapterUse]) -> Engine:
    """Load the model with adapters."""
    engine = Engine.load(model, LoadOptions(context=CONTEXT))
    engine.set_adapters(uses)
    return engine


def turns_of(one: AdapterUse, two: AdapterUse) -> list[list[AdapterUse]]:
    """Return what is attached in turn; every step is a change."""
    return [[], [one], [two], [one, two]] * (SWITCHES // 4)


def speeds_of(engine: Engine, sets: Sequence[list[AdapterUse]]) -> list[tuple[float, float]]:
    """Return tokens read and written in a second with each set: the best of some rounds, taken in turn."""
    rounds = [[speed(engine, uses) for uses in sets] for _ in range(ROUNDS)]
    return [
        (max(read for read, _ in taken), max(written for _, written in taken)) for taken in zip(*rounds, strict=True)
    ]


def speed(engine: Engine, uses: list[AdapterUse]) -> tuple[float, float]:
    """Return tokens read and written in a second."""
    engine.set_adapters(uses)
    prompt = list(range(300, 300 + PROMPT))
    context = engine.context
    context.clear()
    context.step(300)
    context.clear()
    read, _ = timed(lambda: context.read(prompt, threading.Event(), lambda *_: None))
    written, _ = timed(lambda: [context.step(300 + number) for number in range(WRITTEN)])
    return PROMPT / read, WRITTEN / written


def first_token(engine: Engine, one: AdapterUse, two: AdapterUse) -> float:
    """Return what a switch adds until the first token is read: attaching, and building the graph anew."""
    engine.set_adapters([one])
    engine.context.step(300)
    plain = min(timed(lambda: engine.context.step(300))[0] for _ in range(3))
    after = []
    for uses in ([two], [one], [two]):
        began = time.perf_counter()
        engine.set_adapters(uses)
        engine.context.step(300)
        after.append(time.perf_counter() - began)
    return max(0.0, statistics.median(after) - plain)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds a piece of work takes, and what it returns."""
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


if __name__ == "__main__":
    sys.exit(main())
