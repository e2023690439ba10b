"""Figures of the main job on the sample documents: import, search, answers of the starter model, switch of adapters."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from phi3desk.chat.answer import sources_of, write
from phi3desk.chat.prompt import PromptRequest
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.model.llama.engine import Engine
from phi3desk.model.starter import find_starter
from phi3desk.model.types import AdapterUse, Generation, LoadOptions, Role, Sampling, Turn
from phi3desk.paths import Paths, open_paths
from phi3desk.paths import resource as own_resource
from phi3desk.settings import Settings
from tests.benchmarks.processes import Memory
from tests.benchmarks.table import Row
from tests.helpers.tiny_phi3 import write_tiny_adapter, write_tiny_phi3

REPEATS = 5


def rows(folder: Path) -> Iterator[Row]:
    """Measure everything, in this process, one thing after the other."""
    memory = Memory()
    yield from library_rows(open_paths(folder / "home"))
    yield from adapter_rows(folder)
    yield Row("memory of this process at its largest", memory.peak(), "MB")


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def library_rows(paths: Paths) -> Iterator[Row]:
    """Measure import, search and answers on the sample documents."""
    library = Library(paths, Settings(paths.settings))
    samples = sorted(own_resource("samples").glob("*.pdf"))
    lines = (own_resource("samples") / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    try:
        yield Row("embedder loaded", seconds_of(library.load_embedder), "s")
        collection = library.collection_id(DEFAULT_COLLECTION, create=True)
        imported = seconds_of(lambda: library.import_paths(samples, collection))
        yield Row("5 documents, 50 pages imported and embedded", imported, "s")
        searches = sorted(seconds_of(lambda question=question: library.search(question, 5)) for question in questions)
        yield Row("search, median of 25", 1000 * statistics.median(searches), "ms")
        yield Row("search, slowest of 25", 1000 * searches[-1], "ms")
        starter = find_starter()
        if starter is not None:
            yield from answer_rows(library, Engine.load(starter, LoadOptions()), questions[:REPEATS])
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
    yield Row("starter: reading", statistics.median(reading), "tokens/s")
    yield Row("starter: writing", statistics.median(g.tokens_per_second for g in made), "tokens/s")
    yield Row("starter: first word after the search", statistics.median(g.first_token_seconds for g in made), "s")


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
    engine.generate([Turn(Role.USER, "the pump")], Sampling(max_tokens=4), ignore, ignore, threading.Event())
    switches = [seconds_of(lambda use=use: engine.set_adapters([use])) for use in uses * REPEATS]
    engine.close()
    switched = 1000 * statistics.median(switches)
    yield Row("tiny Phi-3: adapter switched", switched, "ms", 1000 * statistics.median(loads), "model loaded anew")


def ignore(*_: object) -> None:
    """Take progress that nobody looks at."""
