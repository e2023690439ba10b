"""The questions that are answered, each set with its documents: those that can be answered, and those that cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.comparison.grading import Expected
from phi3desk.comparison.questions import ComparedQuestion, read_questions
from phi3desk.paths import resource
from tests.benchmarks.finding.measuring import some_of
from tests.benchmarks.finding.questions import ACROSS, CONVERSATIONS, FOREIGN, OWN, known_sets, paths_of
from tests.helpers.corpus import corpus

SAMPLES = "samples"
_FILES = ("questions.jsonl", "demo.jsonl")


@dataclass(frozen=True)
class AnswerSet:
    """Questions about the documents of a library; all of a set can be answered, or none."""

    name: str
    library: str
    documents: tuple[Path, ...]
    questions: tuple[ComparedQuestion, ...]

    @property
    def answerable(self) -> bool:
        """Whether the documents answer its questions."""
        return all(one.expected.answerable for one in self.questions)


def known() -> list[str]:
    """Return what `--sets` understands."""
    own = (ACROSS, CONVERSATIONS, FOREIGN, "industry")
    return [SAMPLES, *(name for name in known_sets() if name not in own)]


def answer_sets(names: Sequence[str], most: int | None) -> Iterator[AnswerSet]:
    """Yield the sets of some names, so many questions of each at most, evenly from all of it.

    What no document answers is a set of its own, and so are questions about nothing in the library.
    """
    for name in names:
        if name == SAMPLES:
            folder = resource("samples")
            every = [one for file in _FILES for one in read_questions(folder / file)]
            documents = tuple(sorted(folder.glob("*.pdf")))
        else:
            every = list(read_questions(corpus("questions", name) / "questions.jsonl"))
            documents = paths_of(name)
        parts = (
            (name, [one for one in every if one.expected.answerable]),
            (f"{name}, not answered there", [one for one in every if not one.expected.answerable]),
            (f"{name}, about something else", list(_foreign(name))),
        )
        for called, questions in parts:
            if questions:
                yield AnswerSet(called, name, documents, tuple(some_of(questions, most or len(questions))))


def _foreign(library: str) -> Iterator[ComparedQuestion]:
    """Yield the questions that nothing in a library is about; the samples are asked what the English set is."""
    wanted = "en-squad2" if library == SAMPLES else library
    for text in (OWN / "foreign.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(text)
        if wanted in row["for"] and not row["near"]:
            yield ComparedQuestion(str(row["id"]), row["question"], Expected(answerable=False))
