"""Prints how models answer the 28 questions on the sample documents: python -m tests.benchmarks.answers [FILE.gguf ...]

Without files it asks the starters that are installed, the small one with its adapter too. Each question is asked alone,
as `phi3desk ask` asks it. An answer is right where it holds the reference answer, and has the right mark where it cites
the right page for it; one that says that the documents do not tell is refused, and some are before a model is asked,
for the search finds nothing relevant. 25 of the questions come from `questions.jsonl`, three from `demo.jsonl`; all of
them can be answered. Tokens and seconds are those of the answers that the model wrote.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from phi3desk.chat.reading.wait import Wait
from phi3desk.cli.ask import adapter_uses, answer_question
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.comparison.grading import Judged, judge
from phi3desk.comparison.questions import ComparedQuestion, read_questions
from phi3desk.library.documents import SearchScope
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.starter import ADAPTER
from phi3desk.model.store import ModelStore
from phi3desk.model.types import ModelEntry
from phi3desk.paths import Paths, open_paths, resource
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.profiles.resolution import on_model
from phi3desk.profiles.store import ProfileStore
from phi3desk.settings import Settings
from tests.benchmarks.finding.measuring import some_of
from tests.benchmarks.table import line, shown

HEAD = (
    "model", "right", "right with the right mark", "refused by the search", "refused by the model", "wrong",
    "tokens to read, median", "first word, median", "answer, median", "slowest answer",
)  # fmt: skip
FILES = ("questions.jsonl", "demo.jsonl")


@dataclass(frozen=True)
class Asked:
    """A question's answer, how it was judged and how long it took: seconds, and tokens read."""

    id: str
    text: str
    ended: str
    judged: Judged
    seconds: float
    first_token: float
    prompt_tokens: int

    @property
    def verdict(self) -> str:
        """Right, with or without the right mark, refused by the search or by the model, or wrong."""
        if self.judged.contained:
            return "right, right mark" if self.judged.page else "right"
        if not self.prompt_tokens:
            return "refused by the search"
        return "refused by the model" if self.judged.refused else "wrong"


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask and print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Ask models the questions on the sample documents.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.gguf", help="models (the installed starters)")
    parser.add_argument("--questions", type=int, metavar="N", help="so many of them only, evenly from all")
    parser.add_argument(
        "--wait", choices=[each.value for each in Wait], help="how long passages are read (the setting's)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every answer there too")
    chosen = parser.parse_args(arguments)
    every = [one for name in FILES for one in read_questions(resource("samples") / name)]
    questions = some_of(every, chosen.questions or len(every))
    kept: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory(prefix="phi3desk-bench-") as folder:
        paths = open_paths(Path(folder))
        settings = Settings(paths.settings)
        if chosen.wait:
            settings.set("answers.wait", chosen.wait)
        library = Library(paths, settings)
        try:
            collection = library.collection_id(DEFAULT_COLLECTION, create=True)
            library.import_paths(sorted(resource("samples").glob("*.pdf")), collection)
            for cells in (HEAD, ("---",) * len(HEAD)):
                print(line(cells), flush=True)
            for name, entry, profile in experts(paths, chosen.files):
                kept[name] = list(answers(paths, settings, library, entry, profile, questions))
                print(line(cells_of(name, kept[name])), flush=True)
        finally:
            library.close()
    if chosen.json:
        rows = [{"model": name, "verdict": one.verdict, **vars(one)} for name, asked in kept.items() for one in asked]
        chosen.json.write_text(json.dumps(rows, indent=1, default=vars, ensure_ascii=False), encoding="utf-8")
    return 0


def experts(paths: Paths, files: Sequence[Path]) -> Iterator[tuple[str, ModelEntry, Profile]]:
    """Yield what answers, by name: each model, and the one that the program's adapter was made for with it, too."""
    models = ModelStore(paths)
    profile = ProfileStore(paths.profiles).current
    entries = [models.add(file) for file in files] or [entry for entry in models.list() if entry.starter]
    for entry in entries:
        yield entry.called, entry, profile
        if entry.stand_in:
            store = AdapterStore(paths)
            with_adapter = replace(profile, adapters=adapter_uses(store, profile, [(ADAPTER, 1.0)]))
            if on_model(with_adapter, entry).adapters:
                yield f"{entry.called} with its adapter", entry, with_adapter


def answers(
    paths: Paths,
    settings: Settings,
    library: Library,
    entry: ModelEntry,
    profile: Profile,
    questions: Sequence[ComparedQuestion],
) -> Iterator[Asked]:
    """Ask a model each question, and yield what came of it; how it goes is told on stderr."""
    with ModelProcess(paths, settings) as model:
        model.load(entry, profile.adapters)
        for one in questions:
            question = question_of(profile, one.question, settings, made_by(profile, entry), scope=SearchScope())
            began = time.perf_counter()
            answer = answer_question(model, library, question, ProgressLine(), threading.Event()).answer
            took = time.perf_counter() - began
            timings = answer.timings
            asked = Asked(
                one.id,
                answer.text,
                answer.ended,
                judge(one.expected, answer),
                took,
                timings.first_token_s,
                timings.prompt_tokens,
            )
            print(f"{one.id}: {asked.verdict}, {took:.1f} s: {answer.text!r}", file=sys.stderr, flush=True)
            yield asked


def cells_of(name: str, asked: Sequence[Asked]) -> tuple[str, ...]:
    """Return a model's line of the table."""
    counts = Counter(one.verdict for one in asked)
    written = [one for one in asked if one.prompt_tokens]
    first_tokens, seconds = [one.first_token for one in written], [one.seconds for one in written]
    return (
        name,
        f"{sum(bool(one.judged.contained) for one in asked)} of {len(asked)}",
        str(counts["right, right mark"]),
        str(counts["refused by the search"]),
        str(counts["refused by the model"]),
        str(counts["wrong"]),
        shown(statistics.median(one.prompt_tokens for one in written)),
        *(
            f"{shown(figure)} s"
            for figure in (statistics.median(first_tokens), statistics.median(seconds), max(seconds))
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
