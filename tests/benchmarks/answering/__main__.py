"""Prints how questions are answered: python -m tests.benchmarks.answering [--sets NAME ...] [--questions N] ...

One table: each set (see `sets`) answered by the program at every wait and by a plain LangChain pipeline with the same
model, in the same run. The cited sentence counts where a page that answers was found. Refused is right where nothing
answers, and wrong elsewhere. Then how many claims of the pairs of `tests.benchmarks.support` are called supported. A
model on a processor answers one or two questions a minute: --questions samples, --minutes bounds each line of a set.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from phi3desk.chat.reading.wait import Wait
from phi3desk.chat.refusal import is_refusal
from phi3desk.comparison.grading import holds
from phi3desk.library.text import sentences
from phi3desk.model.starter import find_starter
from tests.benchmarks.answering.answered import HEAD, Answered, cells
from tests.benchmarks.answering.program import opened
from tests.benchmarks.answering.sets import SAMPLES, AnswerSet, answer_sets, known
from tests.benchmarks.finding import langchain
from tests.benchmarks.finding.pipelines import Documents, json_file
from tests.benchmarks.processes import measured
from tests.benchmarks.support.pairs import pairs_of, rows
from tests.benchmarks.support.scoring import command, judged_by, table
from tests.benchmarks.table import line

LANGCHAIN = "LangChain"
#: questions that are asked at one wait before the next: what was read for one is not in memory then for the other
_IN_A_ROW = 5
_NO_LIMIT = 1e9


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask and print; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    model = chosen.model or find_starter()
    if model is None:
        print("There is no model: --model names one, and packaging/install.py fetches the starter.", file=sys.stderr)
        return 1
    kept: list[tuple[str, str, Answered]] = []
    temporary = tempfile.TemporaryDirectory(prefix="phi3desk-bench-")
    with nullcontext(str(chosen.keep)) if chosen.keep else temporary as folder:
        for row in (HEAD, ("---",) * len(HEAD)):
            print(line(row), flush=True)
        for each in answer_sets(chosen.sets, chosen.questions):
            limit = 60.0 * chosen.minutes if chosen.minutes else _NO_LIMIT
            for by, answered in _answered(each, chosen, model.resolve(), Path(folder), limit):
                kept += [(each.name, by, one) for one in answered]
                print(line(cells(each.name, by, answered)), flush=True)
        if chosen.json:
            found = [{"set": name, "by": by, **asdict(one)} for name, by, one in kept]
            chosen.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    if not chosen.no_support:
        print()
        for text in table(judged_by(command(None, "none"), pairs_of(rows()).pairs)):
            print(text, flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    waits = [each.value for each in Wait]
    parser = argparse.ArgumentParser(description="Measure how questions are answered.")
    parser.add_argument("--sets", nargs="+", choices=known(), default=[SAMPLES, "en-squad2"], metavar="NAME")
    parser.add_argument("--questions", type=int, metavar="N", help="so many of each set only, evenly from all of it")
    parser.add_argument("--minutes", type=float, metavar="N", help="for each line; what was asked by then counts")
    parser.add_argument("--waits", nargs="*", choices=waits, default=waits, metavar="WAIT", help=", ".join(waits))
    parser.add_argument("--model", type=Path, metavar="FILE.gguf", help="the model (the starter)")
    parser.add_argument("--no-langchain", action="store_true", help="the program alone")
    parser.add_argument("--no-support", action="store_true", help="without the pairs of claim and passage")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep libraries and stores there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every answer there too")
    return parser


def _answered(
    each: AnswerSet, chosen: argparse.Namespace, model: Path, folder: Path, limit: float
) -> Iterator[tuple[str, list[Answered]]]:
    """Yield who answered a set, and the answers."""
    by_wait: dict[Wait, list[Answered]] = {Wait(wait): [] for wait in chosen.waits}
    if by_wait:
        with opened(folder, each, model) as program:
            until = time.monotonic() + limit * len(by_wait)
            for first in range(0, len(each.questions), _IN_A_ROW):
                for wait, answered in by_wait.items():
                    for one in each.questions[first : first + _IN_A_ROW]:
                        if time.monotonic() < until:
                            answered.append(program.ask(one, wait))
                            _say(each.name, wait.value, answered[-1])
    yield from ((f"phi3desk, {wait.value}", answered) for wait, answered in by_wait.items())
    if not chosen.no_langchain and langchain.is_installed():
        yield LANGCHAIN, list(_by_langchain(each, model, folder, limit))


def _by_langchain(each: AnswerSet, model: Path, folder: Path, limit: float) -> Iterator[Answered]:
    pipeline = langchain.LangChain(folder / "langchain")
    pipeline.build(Documents(each.library, each.documents))
    asked = [{"id": one.id, "question": one.question} for one in each.questions]
    with json_file(None) as file:
        file.write_text("\n".join(json.dumps(row) for row in asked), encoding="utf-8")
        told = measured("answering.langchain", folder / "langchain" / each.library, model, file, limit)["answers"]
    for one in each.questions:
        if one.id in told:
            written = told[one.id]
            text, expected = written["text"], one.expected
            right = any(holds(text, answer) for answer in expected.answers) if expected.answerable else None
            answered = Answered(
                one.id, text, expected.answerable, right, None, None, any(map(is_refusal, sentences(text)[:2])),
                written["tokens"], written["first"], written["seconds"],
            )  # fmt: skip
            _say(each.name, LANGCHAIN, answered)
            yield answered


def _say(name: str, by: str, one: Answered) -> None:
    told = "refused" if one.refused else "right" if one.right else "wrong"
    print(f"{name}, {by}, {one.id}: {told}, {one.tokens} tokens, {one.seconds:.1f} s: {one.text!r}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
