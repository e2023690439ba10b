"""The sets of questions: where they lie, which documents answer them, and in which ways they are asked.

Sets of the corpus lie there, each with its PDFs. Those of the repository, in `tests/benchmarks/questions`, are about
the same documents, the industry ones and the samples: `industry`; `conversations`, whose second question leans on the
first; `across`, asked in another language than the document's; `foreign`, which no document answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from phi3desk.paths import resource
from tests.helpers.corpus import corpus

OWN = Path(__file__).resolve().parents[1] / "questions"
INDUSTRY, CONVERSATIONS, ACROSS, FOREIGN = "industry", "conversations", "across", "foreign"
#: The halves of a set: weights are set on the first, the second tells whether they hold.
SPLITS = ("tune", "check")


class Place(NamedTuple):
    """A page of a document, by the name of its file; pages count from 1."""

    document: str
    page: int


@dataclass(frozen=True)
class Asked:
    """A question and the pages that hold its evidence, none where nothing answers it.

    `history` is what came before it, oldest first, each with its "question" and "answer". `answers` are what a right
    answer may hold.
    """

    id: str
    language: str
    text: str
    evidence: frozenset[Place] = frozenset()
    history: tuple[Mapping[str, str], ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    """Questions that are asked in one library; `file` is what `--sets` calls it, `name` what the table does."""

    file: str
    name: str
    library: str
    asked: tuple[Asked, ...]

    @property
    def is_foreign(self) -> bool:
        """Whether no document of the library answers its questions."""
        return self.file == FOREIGN

    @property
    def needs_history(self) -> bool:
        """Whether it can be asked only of what completes a question from what came before it."""
        return any(asked.history for asked in self.asked)


@dataclass(frozen=True)
class Chosen:
    """The sets that are asked, and a sentence for each that cannot be."""

    sets: tuple[QuestionSet, ...]
    missing: tuple[str, ...]


def known_sets() -> list[str]:
    """Return what `--sets` understands, those of the corpus first."""
    return [*_corpus_sets(), INDUSTRY, ACROSS, CONVERSATIONS, FOREIGN]


def chosen_sets(names: Sequence[str] | None = None, split: str | None = None) -> Chosen:
    """Return the sets of some names (None: all), with the questions of one half (None: of both)."""
    sets: list[QuestionSet] = []
    missing: list[str] = []
    for name in names or known_sets():
        try:
            found = [each for each in _read(name, split) if each.asked]
        except OSError as error:
            found = []
            missing.append(f"{name}: {error.filename} is not here")
        sets += found
    if names is not None:
        # foreign questions are asked in the libraries that the other sets need anyway
        needed = {each.library for each in sets if not each.is_foreign}
        sets = [each for each in sets if not each.is_foreign or not needed or each.library in needed]
    there = [each for each in sets if paths_of(each.library)]
    missing += [f"{each.name}: its documents are not here" for each in sets if each not in there]
    return Chosen(tuple(there), tuple(missing))


def paths_of(library: str) -> tuple[Path, ...]:
    """Return the folders and files that are imported into a library, none where they are not here."""
    if library == CONVERSATIONS:
        industry = paths_of(INDUSTRY)
        return industry and (*industry, *sorted(resource("samples").glob("*.pdf")))
    folder = _of_corpus(INDUSTRY) if library == INDUSTRY else _of_corpus("questions", library, "pdf")
    return () if folder is None else (folder,)


def split_of(row: Mapping[str, Any]) -> str:
    """Return the half a question belongs to: its own word for it, else as the first bit of its id's hash says."""
    own = row.get("split")
    return str(own) if own else SPLITS[hashlib.sha256(str(row["id"]).encode()).digest()[0] >> 7]


def _of_corpus(*parts: str) -> Path | None:
    try:
        return corpus(*parts)
    except pytest.skip.Exception:
        return None


def _corpus_sets() -> list[str]:
    folder = _of_corpus("questions")
    return sorted(file.parent.name for file in folder.glob("*/questions.jsonl")) if folder else []


def _read(name: str, split: str | None) -> Iterator[QuestionSet]:
    """Yield what is asked under a name; OSError where its file is not here."""
    own = name in (INDUSTRY, ACROSS, CONVERSATIONS, FOREIGN)
    folder = OWN if own else (_of_corpus("questions") or Path("questions")) / name
    file = folder / (f"{name}.jsonl" if own else "questions.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, filter(str.strip, lines)) if split in (None, split_of(row))]
    match name:
        case "industry":
            yield from _by_kind(rows)
        case "across":
            yield from _across(rows)
        case "conversations":
            yield from _conversations(rows)
        case "foreign":
            yield from _foreign(rows)
        case _:
            yield QuestionSet(name, name, name, _answerable(rows))


def _by_kind(rows: Sequence[Mapping[str, Any]]) -> Iterator[QuestionSet]:
    """Yield the questions about the industry documents by language; "cross" is another one than the document's."""
    for kind in _values(row["kind"] for row in rows):
        asked = _answerable(row for row in rows if row["kind"] == kind)
        yield QuestionSet(INDUSTRY, f"{INDUSTRY}, {kind}", INDUSTRY, asked)


def _across(rows: Sequence[Mapping[str, Any]]) -> Iterator[QuestionSet]:
    """Yield the questions in another language than the documents', by the library they are asked in."""
    for library in _values(_library_of(row["set"]) for row in rows):
        asked = _answerable(row for row in rows if _library_of(row["set"]) == library)
        yield QuestionSet(ACROSS, f"{ACROSS}, {library}", library, asked)


def _conversations(rows: Sequence[Mapping[str, Any]]) -> Iterator[QuestionSet]:
    """Yield the questions that lean on what came before as they were typed, completed, and asked in full.

    Those that stand alone are a set of their own: nothing in them is to be completed.
    """
    leaning = [row for row in rows if not row.get("stands_alone")]
    alone = [row for row in rows if row.get("stands_alone")]
    typed, in_full = _answerable(leaning), _answerable(leaning, "asked_in_full")
    for how, asked in (
        ("as typed", typed),
        ("completed", _with_history(typed, leaning)),
        ("asked in full", in_full),
        ("stand alone", _with_history(_answerable(alone), alone)),
    ):
        yield QuestionSet(CONVERSATIONS, f"{CONVERSATIONS}, {how}", CONVERSATIONS, asked)


def _with_history(asked: Iterable[Asked], rows: Iterable[Mapping[str, Any]]) -> tuple[Asked, ...]:
    before = {str(row["id"]): tuple(row["history"]) for row in rows}
    return tuple(replace(each, history=before[each.id]) for each in asked)


def _foreign(rows: Sequence[Mapping[str, Any]]) -> Iterator[QuestionSet]:
    for library in _values(_library_of(name) for row in rows for name in row["for"]):
        asked = tuple(
            Asked(str(row["id"]), row["lang"], row["question"])
            for row in rows
            if library in map(_library_of, row["for"])
        )
        yield QuestionSet(FOREIGN, f"{FOREIGN}, {library}", library, asked)


def _library_of(name: str) -> str:
    """Return the library that a set's questions are asked in: parts of the industry documents are one library."""
    return INDUSTRY if name.startswith(INDUSTRY) else name


def _answerable(rows: Iterable[Mapping[str, Any]], text: str = "question") -> tuple[Asked, ...]:
    return tuple(
        Asked(
            str(row["id"]),
            row["lang"],
            row[text],
            frozenset(Place(Path(row["document"]).name, int(page)) for page in row["pages"]),
            answers=tuple(row.get("answers", ())),
        )
        for row in rows
        if row.get("answerable", True)
    )


def _values(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
