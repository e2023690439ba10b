"""How long a model of Phi-3-mini's shape takes to load when it has been loaded before."""

from __future__ import annotations

from collections.abc import Iterator

from phi3desk.model.types import LoadOptions
from tests.benchmarks.engine.bench import CONTEXT, Bench
from tests.benchmarks.engine.program import listed
from tests.benchmarks.table import Row, within

#: the first round reads the file from the disk, and is what the program has to know of a model it has not seen before
_ROUNDS = 9


def rows(bench: Bench) -> Iterator[Row]:
    """Load it in turn, each time in a new process; the quickest of each counts."""
    model = bench.phi3_shape()
    options = LoadOptions(context=CONTEXT, threads=bench.options.threads)
    theirs: list[float] = []
    ours: dict[str, list[float]] = {program.named: [] for program in bench.programs}
    for _ in range(_ROUNDS):
        with bench.bare() as bare:
            told = bare.do("load", path=str(model), context=CONTEXT, threads=options.threads)
        theirs.append(told["seconds"])
        for program in bench.programs:
            home = bench.home("shape", program, model)
            with program.worker(home) as worker:
                ours[program.named].append(worker.load(listed(home, model), options)[0])
    for named, seconds in ours.items():
        what = f"the model in Phi-3's shape loaded again{named}"
        yield within(what, min(seconds[1:]), min(theirs[1:]), "llama.cpp", 1.1)
