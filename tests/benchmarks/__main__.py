"""Prints the figures of the main job on the sample documents, as one table: python -m tests.benchmarks

Everything runs in this process, one thing after the other, on a data folder of its own. Absolute figures depend on
the machine; compare two versions in turn on the same one.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from phi3desk.chat.answer import sources_of, write
from phi3desk.chat.prompt import PromptRequest
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.model.engine import Engine
from phi3desk.model.models import AdapterUse, Generation, LoadOptions, Sampling, Turn
from phi3desk.model.starter import find_starter
from phi3desk.paths import Paths, open_paths
from phi3desk.paths import resource as own_resource
from phi3desk.settings import Settings
from tests.helpers.tiny_phi3 import write_tiny_adapter, write_tiny_phi3

Row = tuple[str, float, str]
REPEATS = 5


def main() -> int:
    """Measure and print; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
        paths = open_paths(Path(folder) / "home")
        for what, value, unit in [*library_rows(paths), *adapter_rows(Path(folder))]:
            print(f"| {what} | {value:.3g} {unit} |", flush=True)
    return 0


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def library_rows(paths: Paths) -> Iterator[Row]:
    """Measure import, search and answers on the sample documents."""
    settings = Settings(paths.settings)
    library = Library(paths, settings)
    samples = sorted(own_resource("samples").glob("*.pdf"))
    lines = (own_resource("samples") / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    try:
        yield "embedder loaded", seconds_of(library.load_embedder), "s"
        collection = library.collection_id(DEFAULT_COLLECTION, create=True)
        yield (
            "5 documents, 50 pages imported and embedded",
            seconds_of(lambda: library.import_paths(samples, collection)),
            "s",
        )
        yield "the same again, unchanged", seconds_of(lambda: library.import_paths(samples, collection)), "s"
        searches = sorted(seconds_of(lambda question=question: library.search(question, 5)) for question in questions)
        yield "search, median of 25", 1000 * statistics.median(searches), "ms"
        yield "search, slowest of 25", 1000 * searches[-1], "ms"
        starter = find_starter()
        if starter is not None:
            yield from answer_rows(library, Engine.load(starter, LoadOptions()), questions[:REPEATS])
        yield "memory of this process at its largest", peak_megabytes(), "MB"
    finally:
        library.close()


def answer_rows(library: Library, engine: Engine, questions: list[str]) -> Iterator[Row]:
    """Measure answers of the starter model."""
    made: list[Generation] = []
    for question in questions:
        request = PromptRequest("", sources_of(library.search(question, 5)), (), question)
        written = write(engine, request, Sampling(max_tokens=64), ignore, ignore, threading.Event())
        made.append(written.generation)
    engine.close()
    reading = [g.prompt_tokens / g.prefill_seconds for g in made if g.prefill_seconds > 0]
    yield "starter: reading", statistics.median(reading), "tokens/s"
    yield "starter: writing", statistics.median(g.tokens_per_second for g in made), "tokens/s"
    yield "starter: first word after the search", statistics.median(g.first_token_seconds for g in made), "s"


def adapter_rows(folder: Path) -> Iterator[Row]:
    """Measure a switch of adapters against loading the model anew, on the tiny Phi-3."""
    model = write_tiny_phi3(folder / "tiny.gguf")
    uses = [
        AdapterUse(name, str(write_tiny_adapter(folder / f"{name}.gguf", seed=seed)), 1.0)
        for name, seed in (("a", 1), ("b", 2))
    ]
    options = LoadOptions(context=512)
    loads = [seconds_of(lambda: Engine.load(model, options).close()) for _ in range(REPEATS)]
    engine = Engine.load(model, options)
    for use in uses:
        engine.set_adapters([use])
    engine.generate([Turn("user", "the pump")], Sampling(max_tokens=4), ignore, ignore, threading.Event())
    switches = [seconds_of(lambda use=use: engine.set_adapters([use])) for use in uses * REPEATS]
    engine.close()
    yield "tiny Phi-3 loaded", 1000 * statistics.median(loads), "ms"
    yield "adapter switched", 1000 * statistics.median(switches), "ms"


def peak_megabytes() -> float:
    """Return the most memory this process has held; on Windows the peak of its working set."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    # ru_maxrss is in bytes on macOS and in kibibytes elsewhere
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def ignore(*_: object) -> None:
    """Take progress that nobody looks at."""


if __name__ == "__main__":
    sys.exit(main())
