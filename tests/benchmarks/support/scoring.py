"""What a check says of the pairs, asked of `phi3desk verify` or of a function, and the shares it called supported."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.support.pairs import ABSENT, CHANGES, CONTRADICTED, SPLITS, TRUE, Pair
from tests.benchmarks.table import line

#: Takes what is known of each pair, and returns a verdict for each as `phi3desk verify` prints it.
Check = Callable[[Sequence[Mapping[str, str]]], Iterable[Mapping[str, Any]]]
_NONE = "–"
_HEAD = ("half", "what", "pairs", "true: supported", "contradicted: supported", "not there: supported", "both of them")


@dataclass(frozen=True)
class Judged:
    """A pair and what a check says of it."""

    pair: Pair
    supported: bool
    score: float
    sentence: str
    why: str

    @property
    def right(self) -> bool:
        """Whether it is called supported just where it follows from its passage."""
        return self.supported == (self.pair.kind == TRUE)


def judged_by(check: Check, pairs: Sequence[Pair]) -> list[Judged]:
    """Ask a check about all pairs; ValueError where it leaves one without an answer."""
    told = {str(verdict["id"]): verdict for verdict in check([pair.asked() for pair in pairs])}
    silent = [pair.id for pair in pairs if pair.id not in told]
    if silent:
        raise ValueError(f"no answer about {len(silent)} of {len(pairs)} pairs, the first is {silent[0]}")
    return [_judged(pair, told[pair.id]) for pair in pairs]


def _judged(pair: Pair, verdict: Mapping[str, Any]) -> Judged:
    supported = verdict["supported"]
    if not isinstance(supported, bool):
        raise ValueError(f"{pair.id}: supported is {supported!r}, neither true nor false")
    return Judged(pair, supported, float(verdict["score"]), str(verdict["sentence"]), str(verdict["why"]))


def command(home: Path | None, model: str) -> Check:
    """Return the check of `phi3desk verify` in a process of its own."""

    def check(asked: Sequence[Mapping[str, str]]) -> Iterator[Mapping[str, Any]]:
        with tempfile.TemporaryDirectory(prefix="phi3desk-pairs-") as folder:
            file = Path(folder) / "pairs.jsonl"
            lines = (json.dumps(each, ensure_ascii=False) for each in asked)
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            words = [sys.executable, "-m", "phi3desk", "verify", "--pairs", str(file), "--json"]
            words += ["--model", model] if model else []
            words += ["--home", str(home)] if home else []
            done = subprocess.run(words, stdout=subprocess.PIPE, check=True, encoding="utf-8")
        return map(json.loads, filter(str.strip, done.stdout.splitlines()))

    return check


def function(name: str) -> Check:
    """Return a check of this process, named as package.module:function."""
    module, _, attribute = name.partition(":")
    check: Check = getattr(importlib.import_module(module), attribute)
    return check


def table(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the lines of the table: each half by language, then what was changed in those that are contradicted."""
    yield line(_HEAD)
    yield line(("---",) * len(_HEAD))
    for split in SPLITS:
        half = [each for each in judged if each.pair.split == split]
        for name, part in _parts(half):
            if part:
                yield line((split, name, str(len(part)), *_shares(part)))


def _parts(half: Sequence[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    plain = [each for each in half if not each.pair.across]
    for language in sorted({each.pair.language for each in plain}):
        yield language, [each for each in plain if each.pair.language == language]
    yield "across languages", [each for each in half if each.pair.across]
    yield "all", list(half)
    for change in CHANGES:
        yield f"changed: {change}", [each for each in half if each.pair.changed == change]


def _shares(part: Sequence[Judged]) -> tuple[str, ...]:
    return tuple(_share(part, kinds) for kinds in ((TRUE,), (CONTRADICTED,), (ABSENT,), (CONTRADICTED, ABSENT)))


def _share(part: Sequence[Judged], kinds: Sequence[str]) -> str:
    said = [each.supported for each in part if each.pair.kind in kinds]
    return f"{100 * sum(said) / len(said):.1f} % ({sum(said)}/{len(said)})" if said else _NONE


def wrong(judged: Sequence[Judged], split: str) -> Iterator[str]:
    """Yield a paragraph for each pair of a half that was judged wrongly."""
    for each in judged:
        pair = each.pair
        if pair.split == split and not each.right:
            said = f"supported by: {each.sentence}" if each.supported else f"not supported: {each.why}"
            kind = f"{pair.kind}, {pair.changed}" if pair.changed else pair.kind
            yield f"{pair.id} ({kind})\n  asked: {pair.question}\n  claim: {pair.claim}\n  {said} ({each.score:.2f})"
