"""What memory models are said to take before they are loaded, beside what they then take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phi3desk.model.names import model_title
from phi3desk.model.starter import find_small_starter
from tests.benchmarks.engine.bench import CONTEXT, Bench
from tests.benchmarks.table import Row

_IN_ENGINE = Path(__file__).with_name("in_engine.py")
_NEAR = 0.1


def rows(bench: Bench) -> Iterator[Row]:
    """Load each model in a process of its own."""
    program = bench.programs[0]
    for model, context in _cases(bench):
        with program.partner(_IN_ENGINE, bench.folder) as process:
            told = process.do("hold", path=str(model), context=context, threads=bench.options.threads)
        yield Row(
            f"memory told of {model_title(model.stem, model)} at {context:,} tokens",
            told["told"] / 1e6,
            "MB",
            told["held"] / 1e6,
            "measured",
            f"within {_NEAR:.0%}",
            abs(told["told"] - told["held"]) <= _NEAR * told["held"],
            as_share=True,
        )


def _cases(bench: Bench) -> Iterator[tuple[Path, int]]:
    """Yield models with a context each: one small, the one that answers, one of Phi-3-mini's shape."""
    small = find_small_starter()
    if small is not None and small.resolve() != bench.model:
        yield small, 2 * CONTEXT
    for context in (CONTEXT, 4 * CONTEXT):
        if context <= bench.info.context_train:
            yield bench.model, context
    for context in (CONTEXT // 4, CONTEXT):
        yield bench.phi3_shape(), context
