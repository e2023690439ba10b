"""Prints which questions are refused: before a model is asked, after it has written, or not at all.

    python -m tests.benchmarks.refusal --keep FOLDER [--model FILE.gguf] [--each 60] [--seconds 270] [--sets NAME ...]

Of each set some questions have an answer in its documents, some have none there, and some are about something else
(`foreign`); they are asked as `phi3desk ask` asks them, of an expert that answers from documents only. Without a model
it is told what is refused before one is asked. What was found out is kept in FOLDER and a second run goes on from
there, for a model takes many seconds a question.
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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phi3desk.chat.decision import WriteStep, search_step, step_after_search
from phi3desk.chat.judging.fit import fit_of
from phi3desk.cli.ask import answer_question
from phi3desk.cli.model_process import ModelProcess
from phi3desk.cli.output import ProgressLine
from phi3desk.library.documents import EVERYWHERE
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.library.text import fold
from phi3desk.model.store import ModelStore
from phi3desk.paths import open_paths
from phi3desk.profiles.asking import made_by, question_of
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from tests.benchmarks.finding.questions import FOREIGN, OWN, paths_of
from tests.helpers.corpus import corpus

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"
KINDS = (ANSWERABLE, UNANSWERABLE, FOREIGN)
EXPERT = Profile("refusal", "Refusal")


@dataclass(frozen=True)
class Told:
    """What became of a question; `answered` is None where no model was asked that could have answered it."""

    id: str
    kind: str
    split: str
    fit: float | None
    before: bool
    answered: str | None = None
    after: bool = False
    right: bool = False
    seconds: float = 0.0


def sample(name: str, each: int) -> list[dict[str, Any]]:
    """Return so many questions of each kind of a set, the same in every run, kinds in turn."""
    file = corpus("questions", name) / "questions.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    foreign = [json.loads(line) for line in (OWN / f"{FOREIGN}.jsonl").read_text(encoding="utf-8").splitlines()]
    of_kinds = (
        [row for row in rows if row["answerable"]],
        [row for row in rows if not row["answerable"]],
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


def ask(name: str, rows: Sequence[dict[str, Any]], file: Path | None, home: Path, seconds: float) -> Iterator[Told]:
    """Yield what becomes of questions, until the time is over."""
    end = time.monotonic() + seconds
    paths = open_paths(home)
    settings = Settings(paths.settings)
    with ExitStack() as stack:
        library = stack.enter_context(closing(Library(paths, settings)))
        library.import_paths(list(paths_of(name)), library.collection_id(DEFAULT_COLLECTION, create=True))
        entry = ModelStore(paths).add(file) if file is not None else None
        model = stack.enter_context(ModelProcess(paths, settings)) if entry is not None else None
        for row in rows:
            if time.monotonic() > end:
                return
            question = question_of(EXPERT, row["question"], settings, made_by(EXPERT, entry), scope=EVERYWHERE)
            step = search_step(question)
            result = library.search(step.text, step.passages, step.scope, sentences=step.sentences)
            before = not isinstance(step_after_search(question, result), WriteStep)
            told = {"id": row["id"], "kind": row["kind"], "split": split_of(row)}
            told |= {"fit": fit_of(result), "before": before}
            if not before and model is not None and entry is not None:
                model.load(entry, ())
                began = time.perf_counter()
                answer = answer_question(model, library, question, ProgressLine(), threading.Event()).answer
                right = any(fold(gold) in fold(answer.text) for gold in row.get("answers", ()))
                told |= {"answered": answer.text, "after": answer.refused, "right": right}
                told |= {"seconds": time.perf_counter() - began}
            yield Told(**told)


def tell(name: str, kept: Sequence[Told]) -> None:
    """Print how many are refused, by kind and half, and by which limits the search could tell them apart."""
    for kind in KINDS:
        for split in ("tune", "check"):
            some = [one for one in kept if (one.kind, one.split) == (kind, split)]
            if not some:
                continue
            before, after = (sum(getattr(one, which) for one in some) for which in ("before", "after"))
            asked = [one for one in some if one.answered is not None]
            parts = [f"{name}, {kind}, {split}: {len(some)} questions, {_share(before, some)} refused before"]
            if asked:
                parts.append(f"{_share(after, some)} after, {_share(sum(one.right for one in asked), some)} right")
            print(", ".join(parts))
    known = {kind: [one.fit for one in kept if one.kind == kind and one.fit is not None] for kind in KINDS}
    if known[ANSWERABLE]:
        for lost in (2, 5, 10, 15, 20, 30):
            limit = float(np.quantile(known[ANSWERABLE], lost / 100))
            others = [
                f"{kind} {100 * np.mean(np.array(known[kind]) < limit):.0f} %" for kind in KINDS[1:] if known[kind]
            ]
            print(f"{name}: below {limit:.3f} {lost} % of the answerable; {', '.join(others)}")


def _share(count: int, some: Sequence[Told]) -> str:
    return f"{100 * count / len(some):.0f} %"


def main() -> int:
    """Ask, keep and tell; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sets", nargs="+", default=["en-squad2"])
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    for name in options.sets:
        file = options.keep / f"{name}.{options.model.stem if options.model else 'none'}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        kept = [Told(**json.loads(line)) for line in lines]
        known = {one.id for one in kept}
        left = [row for row in sample(name, options.each) if row["id"] not in known]
        with file.open("a", encoding="utf-8") as out:
            for told in ask(name, left, options.model, options.keep / name, options.seconds) if left else ():
                kept.append(told)
                out.write(json.dumps(asdict(told)) + "\n")
                out.flush()
        tell(name, kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
