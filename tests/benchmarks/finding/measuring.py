"""Measures one pipeline: every set in a library of its own, then all of them in a large one."""

from __future__ import annotations

import hashlib
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.finding.pipelines import Answer, Documents, Imported, Pipeline
from tests.benchmarks.finding.questions import CONVERSATIONS, INDUSTRY, Asked, Place, QuestionSet, paths_of
from tests.benchmarks.finding.scoring import Scores, scores_of

_Result = TypeVar("_Result")

#: Questions of one set that are timed in the industry documents and in the large library.
_TIMED = 100


@dataclass(frozen=True)
class Milliseconds:
    """How long a question takes: the median, and what 95 of 100 stay under."""

    median: float
    most: float


@dataclass
class Row:
    """What one pipeline reached with one set; None where it was not measured."""

    set: str
    pipeline: str
    questions: int
    scores: Scores | None = None
    time: Milliseconds | None = None
    large: Scores | None = None
    large_time: Milliseconds | None = None


@dataclass
class Relevance:
    """For one language: foreign questions that were told to have no answer, answerable ones that were, too."""

    foreign: int = 0
    refused: int = 0
    answerable: int = 0
    lost: int = 0


@dataclass
class Report:
    """All that was measured of one pipeline.

    `timed_pages` is how many pages the library has in which every set was timed, 0 where each was timed in its own.
    `large_passages` is how many the large library was filled up to, give or take a document. `changed` counts, of
    `alone` questions that stand alone, those that were completed all the same.
    """

    pipeline: str
    rows: list[Row] = field(default_factory=list)
    imported: tuple[str, Imported] | None = None
    timed_pages: int = 0
    large_passages: int = 0
    relevance: dict[str, Relevance] = field(default_factory=dict)
    alone: int = 0
    changed: int = 0


class Measuring:
    """Measures one pipeline with some sets, step by step; what fails is told, and left out of the report."""

    def __init__(self, pipeline: Pipeline, sets: Sequence[QuestionSet]) -> None:
        self._pipeline = pipeline
        self._sets = [each for each in sets if pipeline.completes_questions or not each.needs_history]
        self.report = Report(pipeline.name)
        self._rows = {each.name: Row(each.name, pipeline.name, len(each.asked)) for each in self._sets}
        self.report.rows += [self._rows[each.name] for each in self._sets if not each.is_foreign]

    def measure_small(self) -> None:
        """Import a library for each set, ask it, and time the questions."""
        libraries = list(dict.fromkeys(each.library for each in self._sets))
        # the conversations' library begins as a copy of the industry documents
        for library in sorted(libraries, key=lambda name: name == CONVERSATIONS):
            _say(f"{self._pipeline.name}: {library} …")
            begins_as = INDUSTRY if library == CONVERSATIONS else ""
            documents = Documents(library, paths_of(library), begins_as)
            imported = self._attempt(f"{library} imported", partial(self._pipeline.build, documents))
            if imported is not None:
                self._take_import(library, imported)
            for each in self._sets if imported is not None else ():
                if each.library == library:
                    self._attempt(each.name, partial(self._ask, each))
        if self.report.imported is not None:
            self._attempt("times", self._time_small)

    def _take_import(self, library: str, imported: Imported) -> None:
        _say(f"{self._pipeline.name}: {library}: {imported.pages} pages, {dict(imported.states)}")
        if self.report.imported is None or library == INDUSTRY:
            self.report.imported = library, imported

    def _ask(self, each: QuestionSet) -> None:
        answers = self._pipeline.ask(each.library, each.asked)
        if not each.is_foreign:
            scores = scores_of(each.asked, {name: answer.found for name, answer in answers.items()})
            self._rows[each.name].scores = scores
            _say(f"{self._pipeline.name}: {each.name}: page@1 {scores.page_1:.3f}, page@5 {scores.page_5:.3f}")
        if each.file != CONVERSATIONS:
            self._take_relevance(each, answers)
        elif each.name.endswith("stand alone"):
            self.report.alone = len(each.asked)
            self.report.changed = sum(_is_changed(asked, answers.get(asked.id)) for asked in each.asked)

    def _take_relevance(self, each: QuestionSet, answers: Mapping[str, Answer]) -> None:
        relevant = {name: answer.relevant for name, answer in answers.items() if answer.relevant is not None}
        if not relevant and any(other.is_foreign for other in self._sets):
            watched = self._pipeline.watch(each.library, each.asked).relevant
            relevant = {asked.id: told for asked, told in zip(each.asked, watched, strict=bool(watched))}
        for asked in each.asked:
            told = relevant.get(asked.id)
            if told is None:
                continue
            counts = self.report.relevance.setdefault(asked.language, Relevance())
            if each.is_foreign:
                counts.foreign += 1
                counts.refused += not told
            else:
                counts.answerable += 1
                counts.lost += not told

    def _time_small(self) -> None:
        assert self.report.imported is not None
        library, imported = self.report.imported
        sets = plain_sets(self._sets)
        if library == INDUSTRY:
            self.report.timed_pages = imported.pages
            for name, times in self._timed(INDUSTRY, sets).items():
                self._rows[name].time = times
            return
        for each in sets:
            self._rows[each.name].time = self._timed(each.library, [each])[each.name]

    def _timed(self, library: str, sets: Sequence[QuestionSet]) -> dict[str, Milliseconds]:
        """Time some questions of each set, all in one process."""
        taken = {each.name: some_of(each.asked, _TIMED) for each in sets}
        seconds = iter(self._pipeline.watch(library, [asked for some in taken.values() for asked in some]).seconds)
        return {name: milliseconds([next(seconds) for _ in some]) for name, some in taken.items()}

    def measure_large(self, passages: int, folder: Path) -> None:
        """Import all the sets into one library, fill that up to so many passages, ask and time every set in it."""
        sets = plain_sets(self._sets)
        if not sets:
            return
        _say(f"{self._pipeline.name}: all in one library …")
        sets, documents = in_one_library(sets, folder, passages)
        if self._attempt("all imported", partial(self._pipeline.build, documents)) is None:
            return
        large = documents.library
        evidence = {place for each in sets for asked in each.asked for place in asked.evidence}
        held = self._attempt("made passages", partial(self._pipeline.fill, large, passages, evidence))
        if held is None:
            return
        self.report.large_passages = passages
        _say(f"{self._pipeline.name}: {held:,} passages in one library")
        for each in sets:
            self._attempt(f"{each.name} among them", partial(self._ask_large, large, each))
        for name, times in (self._attempt("times", partial(self._timed, large, sets)) or {}).items():
            self._rows[name].large_time = times

    def _ask_large(self, large: str, each: QuestionSet) -> None:
        answers = self._pipeline.ask(large, each.asked)
        self._rows[each.name].large = scores_of(each.asked, {name: answer.found for name, answer in answers.items()})

    def _attempt(self, what: str, work: Callable[[], _Result]) -> _Result | None:
        try:
            return work()
        except subprocess.CalledProcessError as failed:
            _say(f"{self._pipeline.name}: {what}: {failed}")
            return None


def plain_sets(sets: Iterable[QuestionSet]) -> list[QuestionSet]:
    """Return the sets whose questions have an answer and need nothing that came before them."""
    return [each for each in sets if not each.is_foreign and each.file != CONVERSATIONS]


def in_one_library(sets: Sequence[QuestionSet], folder: Path, passages: int) -> tuple[list[QuestionSet], Documents]:
    """Return the sets as they are asked in one library that holds the documents of all, and those documents.

    Files of one name in several sets are copied under names of their own, for what is found is told by name. The
    library is named by all that it will be made of.
    """
    libraries = list(dict.fromkeys(each.library for each in sets))
    files = {library: Documents(library, paths_of(library)).files for library in libraries}
    names = Counter(file.name for several in files.values() for file in several)
    paths: list[Path] = []
    renamed: dict[tuple[str, str], str] = {}
    for library, several in files.items():
        if all(names[file.name] == 1 for file in several):
            paths += paths_of(library)
            continue
        copies = folder / "renamed" / library
        copies.mkdir(parents=True, exist_ok=True)
        paths.append(copies)
        for file in several:
            renamed[library, file.name] = f"{library} {file.name}"
            shutil.copy2(file, copies / renamed[library, file.name])
    moved = [replace(each, asked=tuple(_moved(asked, each.library, renamed) for asked in each.asked)) for each in sets]
    whole = [library for library in libraries if set(paths_of(library)) <= set(paths)]
    begins_as = INDUSTRY if INDUSTRY in whole else next(iter(whole), "")
    made_of = (passages, libraries, sorted(place for each in moved for asked in each.asked for place in asked.evidence))
    name = f"large-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:8]}"
    return moved, Documents(name, tuple(paths), begins_as)


def _moved(asked: Asked, library: str, renamed: Mapping[tuple[str, str], str]) -> Asked:
    places = (Place(renamed.get((library, name), name), page) for name, page in asked.evidence)
    return replace(asked, evidence=frozenset(places))


def some_of(asked: Sequence[_Result], most: int) -> Sequence[_Result]:
    """Return every question, or so many of them from all over the set."""
    return asked if len(asked) <= most else [asked[number * len(asked) // most] for number in range(most)]


def milliseconds(seconds: Sequence[float]) -> Milliseconds:
    """Return the median and the 95th percentile of some times; there is one at least."""
    most = statistics.quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Milliseconds(1000 * statistics.median(seconds), 1000 * most)


def _is_changed(asked: Asked, answer: Answer | None) -> bool:
    return answer is not None and answer.asked is not None and answer.asked.split() != asked.text.split()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
