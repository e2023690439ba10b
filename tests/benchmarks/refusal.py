"""Prints which questions are refused: before a model is asked, after it was asked about the passages, or at the end.

    python -m tests.benchmarks.refusal --keep FOLDER [--model FILE.gguf] [--answers] [--each 60] [--seconds 270]
        [--sets en-squad2 sl-multirc ... samples]

Of each set some questions have an answer in its documents, some have none there, and some are about something else
(`foreign`); they are asked of an expert that answers from documents only. Without a model it is told what is refused
before one is asked; with one, what it says of the sentences nearest to the question, and with `--answers` what becomes
of the answers that it writes to the others. What was found out is kept in FOLDER and a second run goes on from there,
for a model takes seconds a question. The limits are told for half of the documents ("tune"), and what they do to the
other half ("check").
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from phi3desk.chat.decision import WriteStep, search_step, step_after_search
from phi3desk.chat.judging.before import (
    LEAST_LIKELY,
    NO_WORDS,
    least_of,
    likely_of,
    nearest_before,
    sentences_before,
)
from phi3desk.chat.judging.fit import fit_of
from phi3desk.chat.messages import MadeBy
from phi3desk.chat.prompt import PromptRequest
from phi3desk.chat.question import Question
from phi3desk.cli.ask import answer_question
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.file_hash import sha256
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.library.text import fold
from phi3desk.model.llama.engine import Engine
from phi3desk.model.starter import find_reader
from phi3desk.model.store import ModelStore
from phi3desk.model.types import LoadOptions
from phi3desk.paths import open_paths, resource
from phi3desk.profiles.asking import question_of
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from tests.benchmarks.finding.questions import FOREIGN, OWN, paths_of
from tests.helpers.corpus import corpus

SAMPLES = "samples"
ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"
KINDS = (ANSWERABLE, UNANSWERABLE, FOREIGN)
EXPERT = Profile("refusal", "Refusal")


@dataclass(frozen=True)
class Told:
    """What became of a question.

    `said` is how likely the passages hold an answer by what the model said, None where it was not asked, `answered`
    what it wrote, None where it was not to write.
    """

    id: str
    kind: str
    split: str
    fit: float | None
    before: bool
    said: float | None = None
    judging_seconds: float = 0.0
    tokens: int = 0
    answered: str | None = None
    after: bool = False
    right: bool = False
    seconds: float = 0.0
    least: float = LEAST_LIKELY

    @property
    def refused(self) -> bool:
        """Whether it is refused before an answer is written."""
        return self.before or (self.said is not None and self.said < self.least)


def sample(name: str, each: int) -> list[dict[str, Any]]:
    """Return so many questions of each kind of a set, the same in every run, kinds in turn."""
    folder = resource("samples") if name == SAMPLES else corpus("questions", name)
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    foreign = [json.loads(line) for line in (OWN / f"{FOREIGN}.jsonl").read_text(encoding="utf-8").splitlines()]
    of_kinds = (
        [row for row in rows if row.get("answerable", True)],
        [row for row in rows if not row.get("answerable", True)],
        [row for row in foreign if name in row["for"]],
    )
    chosen = [
        [row | {"kind": kind} for row in sorted(of_kind, key=lambda row: _number(row["id"]))[:each]]
        for kind, of_kind in zip(KINDS, of_kinds, strict=True)
    ]
    return [of_kind[at] for at in range(max(map(len, chosen))) for of_kind in chosen if at < len(of_kind)]


def _number(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def split_of(row: dict[str, Any]) -> str:
    """Return the half of a question: by its document, so that no document is in both."""
    return "tune" if int(_number(row.get("document") or row["id"])[0], 16) % 2 else "check"


def documents_of(name: str) -> list[Path]:
    """Return what is imported for a set."""
    return sorted(resource("samples").glob("*.pdf")) if name == SAMPLES else list(paths_of(name))


class Asking:
    """Asks the questions of a set, in a library of its own, until the time is over."""

    def __init__(self, name: str, home: Path, options: argparse.Namespace) -> None:
        self._paths = open_paths(home)
        self._settings = Settings(self._paths.settings)
        self._name, self._options = name, options
        self._end = time.monotonic() + options.seconds

    def told(self, rows: Sequence[dict[str, Any]]) -> Iterator[Told]:
        """Yield what becomes of questions."""
        with ExitStack() as stack:
            library = stack.enter_context(closing(Library(self._paths, self._settings)))
            library.import_paths(documents_of(self._name), library.collection_id(DEFAULT_COLLECTION, create=True))
            judge = self._options.model and not self._options.answers
            engine = self._engine() if judge else None
            process = stack.enter_context(ModelProcess(self._paths, self._settings))
            for row in rows:
                if time.monotonic() > self._end:
                    break
                question = question_of(EXPERT, row["question"], self._settings, MadeBy(), scope=EVERYWHERE)
                search = search_step(question)
                result = library.search(search.text, search.passages, search.scope, sentences=search.sentences)
                step = step_after_search(question, result)
                told = Told(row["id"], row["kind"], split_of(row), fit_of(result), not isinstance(step, WriteStep))
                if isinstance(step, WriteStep) and engine is not None:
                    told = self._judged(engine, step.request, told)
                elif isinstance(step, WriteStep) and self._options.model:
                    told = self._answered(library, process, question, row, told)
                yield told
            if engine is not None:
                engine.close()

    def _engine(self) -> Engine:
        engine = Engine.load(self._options.model, LoadOptions(context=2048))
        engine.use_reader(find_reader(sha256(self._options.model)))
        return engine

    def _judged(self, engine: Engine, request: PromptRequest, told: Told) -> Told:
        nearest = sentences_before(request)
        turns = nearest_before(request, nearest, engine.count_turns).turns
        began = time.perf_counter()
        extract = engine.extract(turns, NO_WORDS, 0, threading.Event())
        took = time.perf_counter() - began
        return replace(
            told,
            said=likely_of(extract, told.fit, trained=engine.loaded.has_reader),
            judging_seconds=took,
            tokens=engine.count_turns(turns),
            least=least_of(request, nearest, engine.loaded),
        )

    def _answered(
        self, library: Library, process: ModelProcess, question: Question, row: dict[str, Any], told: Told
    ) -> Told:
        process.load(ModelStore(self._paths).add(self._options.model), ())
        began = time.perf_counter()
        answer = answer_question(process, library, question, ProgressLine(), threading.Event()).answer
        right = any(fold(gold) in fold(answer.text) for gold in row.get("answers", ()))
        took = time.perf_counter() - began
        return replace(told, answered=answer.text, after=answer.refused, right=right, seconds=took)


def tell(name: str, kept: Sequence[Told]) -> None:
    """Print how many are refused, by kind and half, and what other limits would refuse."""
    for kind in KINDS:
        for split in ("tune", "check"):
            some = [one for one in kept if (one.kind, one.split) == (kind, split)]
            if not some:
                continue
            parts = [f"{name}, {kind}, {split}: {len(some)} questions"]
            parts.append(f"{_share(sum(one.before for one in some), some)} refused before a model is asked")
            if any(one.said is not None for one in some):
                parts.append(f"{_share(sum(one.refused for one in some), some)} before one writes")
            asked = [one for one in some if one.answered is not None]
            if asked:
                refused = sum(one.before or one.after for one in some)
                parts.append(
                    f"{_share(refused, some)} at the end, {_share(sum(one.right for one in asked), some)} right"
                )
            print(", ".join(parts))
    seconds = [one.judging_seconds for one in kept if one.said is not None]
    if seconds:
        tokens = np.median([one.tokens for one in kept if one.said is not None])
        print(f"{name}: judged {len(seconds)} times, {np.median(seconds):.1f} s at the median for {tokens:.0f} tokens")
    for which in ("fit", "said"):
        _tell_limits(name, which, kept)


def _tell_limits(name: str, which: str, kept: Sequence[Told]) -> None:
    """Print what limits of a figure refuse that lose some of the "tune" questions with an answer."""
    figures = {
        (kind, split): np.array(
            [getattr(one, which) for one in kept if (one.kind, one.split) == (kind, split) and getattr(one, which)]
        )
        for kind in KINDS
        for split in ("tune", "check")
    }
    tune = figures[ANSWERABLE, "tune"]
    if not len(tune):
        return
    for lost in (2, 5, 10, 15, 20, 30):
        limit = float(np.quantile(tune, lost / 100))
        shares = [
            f"{kind} {split} {100 * float(np.mean(values < limit)):.0f} %"
            for (kind, split), values in figures.items()
            if len(values) and (kind, split) != (ANSWERABLE, "tune")
        ]
        print(f"{name}: {which} below {limit:.3f}: {lost} % of answerable tune; {', '.join(shares)}")


def _share(count: int, some: Sequence[Told]) -> str:
    return f"{100 * count / len(some):.0f} %"


def main() -> int:
    """Ask, keep and tell; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sets", nargs="+", default=["en-squad2"])
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    for name in options.sets:
        model = options.model.stem if options.model else "none"
        file = options.keep / f"{name}.{model}{'.answers' if options.answers else ''}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        kept = [Told(**json.loads(line)) for line in lines]
        known = {one.id for one in kept}
        left = [row for row in sample(name, options.each) if row["id"] not in known]
        with file.open("a", encoding="utf-8") as out:
            for told in Asking(name, options.keep / name, options).told(left) if left else ():
                kept.append(told)
                out.write(json.dumps(asdict(told)) + "\n")
                out.flush()
        tell(name, kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
