"""What each feature of the search is worth: the same questions without one of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from phi3desk.library.library import Library
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.benchmarks.finding.measuring import some_of
from tests.benchmarks.finding.pipelines import FOUND
from tests.benchmarks.finding.program import Program
from tests.benchmarks.finding.questions import Place, QuestionSet
from tests.benchmarks.finding.scoring import Scores, scores_of
from tests.benchmarks.table import line

_ASKED = 100
_ALL = "all features"


def table(program: Program, sets: Sequence[QuestionSet]) -> Iterator[str]:
    """Yield one row a feature, with page@1 and page@5 of each set without it; the libraries are there already."""
    columns = {each.name: _without_each(program.home(each.library), each) for each in sets}
    yield line(("without", *columns))
    yield line(("---",) * (1 + len(columns)))
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        cells = (column.get(name) for column in columns.values())
        yield line((name, *(f"{each.page_1:.3f} / {each.page_5:.3f}" if each else "–" for each in cells)))


def _without_each(home: Path, asked: QuestionSet) -> dict[str, Scores]:
    """Return what is reached with all features, and without each of them, in this process."""
    paths = open_paths(home)
    some = some_of(asked.asked, _ASKED)
    with closing(Library(paths, Settings(paths.settings))) as library:
        retriever: Any = library._retriever
        weights: Any = getattr(retriever, "weights", None)
        reached = {_ALL: _reached(library, some)}
        for feature in fields(weights) if is_dataclass(weights) else ():
            if not isinstance(getattr(weights, feature.name), float):
                continue
            retriever.weights = replace(weights, **{feature.name: 0.0})
            reached[feature.name] = _reached(library, some)
    return reached


def _reached(library: Library, asked: Sequence[Any]) -> Scores:
    found = {
        each.id: [Place(found.passage.document, found.passage.page) for found in library.search(each.text, FOUND).found]
        for each in asked
    }
    return scores_of(asked, found)
