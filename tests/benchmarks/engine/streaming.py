"""How fast an answer is written: by llama-cpp-python's bare loop, through the worker, through the window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.prompt import WITHOUT_PASSAGES, PromptRequest
from phi3desk.model.types import Sampling
from tests.benchmarks.engine.bench import Bench, note
from tests.benchmarks.engine.windows import IN_WINDOW, lead_alone, screen
from tests.benchmarks.table import Row, share

ROUNDS, TOKENS = 4, 60
#: what is answered in many words, of which few are said twice
QUESTION = "How does a four-stroke engine work? Explain each stroke."
_LEAST = 0.97


def rows(bench: Bench) -> Iterator[Row]:
    """Write the same answer everywhere in turn, some times over; the best of each counts.

    An answer that ends by itself takes one more step after its last token, which the window's time holds and the bare
    loop's does not: of a short one that is much, and said.
    """
    alone: list[float] = []
    texts: set[str] = set()
    lengths: set[int] = set()
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        bare = stack.enter_context(bench.bare())
        bare.do("open", path=str(bench.model), context=bench.options.context, threads=bench.options.threads)
        ways = []
        for program in bench.programs:
            worker = stack.enter_context(bench.loaded("worker", program))
            home = bench.home("window", program)
            lead_alone(home, TOKENS)
            window = stack.enter_context(program.partner(IN_WINDOW, home, **screen()))
            window.do("open")
            stack.callback(window.do, "close")
            ways.append((program.named, worker, window))
        request = PromptRequest("", (), (), QUESTION, AnswerMode.MODEL_ALONE)
        for _ in range(ROUNDS):
            told = bare.do("write", system=WITHOUT_PASSAGES, question=QUESTION, tokens=TOKENS)
            alone.append(told["speed"])
            lengths.add(told["tokens"])
            texts.add(told["text"].strip())
            for named, worker, window in ways:
                written = worker.write(request, Sampling(max_tokens=TOKENS))
                texts.add(written.completion.generation.text.strip())
                found.setdefault(f"the worker{named}", []).append(written.speed)
                found.setdefault(f"the window{named}", []).append(window.do("write", question=QUESTION)["speed"])
    if len(texts) > 1:
        note("bare loop and workers wrote different texts: they read a prompt in slices of their own, so scores differ")
    if min(lengths) < TOKENS:
        note(f"the bare loop wrote {min(lengths)} tokens of {TOKENS}: the window's time holds one step more")
    for way, speeds in found.items():
        yield share(f"writing through {way}", max(speeds), "tokens/s", max(alone), "bare loop", _LEAST)
