"""How much faster an answer is written that copies from its passages, by guessing at what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from phi3desk.chat.prompt import PromptRequest
from tests.benchmarks.engine.bench import Bench, note, sources
from tests.benchmarks.table import Row, share

_IN_ENGINE = Path(__file__).with_name("in_engine.py")
_ROUNDS, _TOKENS, _PASSAGES = 3, 96, 1200
_QUOTING = "Repeat passage 1 word for word."
_ANSWERING = "What has to be known before work on the pump begins? Quote the passages."
_LEAST = 1.3


def rows(bench: Bench) -> Iterator[Row]:
    """Write two answers with and without, in turn and in one process; the best of each counts."""
    with bench.programs[0].partner(_IN_ENGINE, bench.folder) as process:
        options = bench.options
        process.do("open", path=str(bench.model), context=options.context, threads=options.threads)
        for what, question in (("repeats a passage", _QUOTING), ("quotes passages", _ANSWERING)):
            request = msgspec.to_builtins(PromptRequest("", sources(_PASSAGES), (), question))
            speeds: dict[bool, list[float]] = {True: [], False: []}
            texts: set[str] = set()
            for _ in range(_ROUNDS):
                for drafted, found in speeds.items():
                    told = process.do("write", request=request, tokens=_TOKENS, drafted=drafted)
                    found.append(told["speed"])
                    texts.add(told["text"])
            note(f"an answer that {what}: {sorted(texts)}")
            yield share(
                f"writing an answer that {what}, drafting",
                max(speeds[True]),
                "tokens/s",
                max(speeds[False]),
                "without",
                _LEAST,
            )
            yield Row(
                "other texts than without drafting", len(texts) - 1.0, "", to_reach="none", reached=len(texts) == 1
            )
