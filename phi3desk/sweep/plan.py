"""What a sweep asks, where, and what became of each document: the words that all of its parts share."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import msgspec

from phi3desk.chat.history import TITLE_LENGTH
from phi3desk.chat.messages import Answer
from phi3desk.chat.reading.wait import Wait
from phi3desk.errors import Sentence, UserError, say
from phi3desk.library.documents import EVERYWHERE, Document, SearchScope, State

MOST_QUESTIONS = 50

NOT_READ_YET = say("It is still being read. Take it up when the import is done.")
NO_TEXT = say("It has no text that could be searched.")
NO_LONGER_THERE = say("It is no longer in the library, or not where this asks, and is not asked any more.")


class Outcome(StrEnum):
    """What became of a question in a document.

    FOUND: the document holds what the answer says. TO_CHECK: it does not hold all of it. NOT_FOUND: it says nothing
    of it. QUOTE: the sentence that speaks most of it, no model was asked. FAILED: it could not be answered.
    """

    FOUND = "found"
    TO_CHECK = "to_check"
    QUOTE = "quote"
    NOT_FOUND = "not_found"
    FAILED = "failed"


@dataclass(frozen=True)
class SweepPlan:
    """What is asked of which documents.

    `where` says the scope in words, "" for the whole library. `instructions` are those of the expert `profile` (its
    id). `model` is the name of what answers, "" for whichever is loaded; with `quotes_only` none is asked. `wait` is
    how long it may read each document.
    """

    questions: tuple[str, ...]
    scope: SearchScope = EVERYWHERE
    where: str = ""
    profile: str = ""
    instructions: str = ""
    model: str = ""
    quotes_only: bool = False
    wait: Wait = Wait.BALANCED

    @property
    def title(self) -> str:
        """What the sweep is called."""
        return self.questions[0][:TITLE_LENGTH]

    @property
    def fingerprint(self) -> str:
        """The same for a plan that asks the same of the same, however long is read of each document: it can go on."""
        asked = [self.questions, self.scope, self.profile, self.instructions, self.model, self.quotes_only]
        return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()


@dataclass(frozen=True)
class SweptDocument:
    """A document as it was when the sweep took it up; `imported` in seconds since 1970.

    `problem` says why it cannot be asked, or what of it could not be read; only what is `searchable` is asked. `id` is
    its number in the library, 0 where that was not kept. One that is `gone` is asked and counted no more: what it
    answered stays as a record.
    """

    path: str
    name: str
    kind: str = ""
    imported: float = 0.0
    searchable: bool = True
    problem: Sentence | None = None
    id: int = 0
    gone: bool = False


@dataclass(frozen=True)
class Changes:
    """What has become of documents since a sweep took them up.

    `new` were added or read anew, and are to be asked. `kept` hold what they held, each behind the path at which the
    sweep has it: it was moved, or is back. `gone` are not among those that are asked any more. `numbered` are as they
    were, and have the numbers by which they are known again once they are moved: no change to tell of.
    """

    new: tuple[SweptDocument, ...] = ()
    kept: tuple[tuple[str, SweptDocument], ...] = ()
    gone: tuple[SweptDocument, ...] = ()
    numbered: tuple[SweptDocument, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything has changed."""
        return bool(self.new or self.kept or self.gone)


@dataclass(frozen=True)
class Sweep:
    """A sweep as it is kept, with how far it has come; `created` in seconds since 1970.

    Documents that are gone, and their answers, are not counted.
    """

    id: int
    plan: SweepPlan
    created: float
    documents: int = 0
    answered: int = 0
    total: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every question was put to every document that can be asked."""
        return self.answered >= self.total


@dataclass(frozen=True)
class Cell:
    """The answer to a question, by its position, from a document, by its path.

    `text` is without marks; `page` counts from 1, 0 where there is none, `kind` and `label` name it as in `place`.
    `seconds` is how long the cell took, `evidence` what of the document was read for it.
    """

    question: int
    path: str
    outcome: Outcome
    text: str = ""
    quote: str = ""
    page: int = 0
    kind: str = ""
    label: str = ""
    seconds: float = 0.0
    evidence: str = ""
    problem: Sentence | None = None


@dataclass(frozen=True)
class Answered:
    """A cell with the answer it was made from, None where there is none."""

    cell: Cell
    answer: Answer | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table: a question put to a document; `cell` is None while it waits, or cannot be asked."""

    question: int
    document: SweptDocument
    cell: Cell | None = None

    @property
    def outcome(self) -> Outcome | None:
        """What became of it, None while it waits or cannot be asked."""
        return self.cell.outcome if self.cell is not None else None


def counts(rows: Sequence[Row]) -> tuple[Counter[Outcome | None], int, int]:
    """Return how many rows ended in which way, how many could not be read, and how many are of documents gone."""
    there = [row for row in rows if not row.document.gone]
    unread = sum(not row.document.searchable for row in there)
    return Counter(row.outcome for row in there), unread, len(rows) - len(there)


def questions_in(text: str) -> tuple[str, ...]:
    """Return the questions of a text, one to a line, each once; UserError where there are none or too many."""
    return checked_questions(text.splitlines())


def checked_questions(lines: Iterable[str]) -> tuple[str, ...]:
    """Return questions that a sweep takes, each once; UserError where there are none or too many."""
    questions = tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
    if not questions:
        raise UserError("There is no question. Type what you want to know of each document.")
    if len(questions) > MOST_QUESTIONS:
        raise UserError("{most} questions are the most that a sweep takes.", most=MOST_QUESTIONS)
    return questions


def swept(documents: Iterable[Document]) -> tuple[SweptDocument, ...]:
    """Return documents as a sweep takes them up, each file once; one in several collections is asked once."""
    return tuple({each.path: _swept(each) for each in documents}.values())


def _swept(document: Document) -> SweptDocument:
    searchable = document.passages > 0 or document.state is State.DUPLICATE
    waits = document.state in (State.FOUND, State.READ)
    problem = document.reason if document.state is not State.DUPLICATE else None
    if not searchable and problem is None:
        problem = NOT_READ_YET if waits else NO_TEXT
    return SweptDocument(
        document.path, document.name, document.kind, document.imported, searchable, problem, document.id
    )


def news(known: Iterable[SweptDocument], now: Sequence[SweptDocument]) -> tuple[SweptDocument, ...]:
    """Return the documents that are new, were read anew, or are back, since a sweep took them up."""
    before = {each.path: each for each in known}
    return tuple(each for each in now if _is_news(before.get(each.path), each))


def changes(known: Iterable[SweptDocument], now: Sequence[SweptDocument]) -> Changes:
    """Return what has become of the documents of a sweep, by those that it would take up now."""
    before = {each.path: each for each in known}
    there = {each.path for each in now}
    away = {(each.id, each.imported): each for each in before.values() if each.id and each.path not in there}
    new: list[SweptDocument] = []
    kept: list[tuple[str, SweptDocument]] = []
    for each in news(before.values(), now):
        earlier = before.get(each.path) or away.get((each.id, each.imported))
        if earlier is not None and _holds_the_same(earlier, each):
            kept.append((earlier.path, each))
        else:
            new.append(each)
    still = there.union(path for path, _ in kept)
    gone = (each for each in before.values() if each.path not in still and not each.gone)
    return Changes(
        tuple(new),
        tuple(kept),
        tuple(replace(each, searchable=False, problem=NO_LONGER_THERE, gone=True) for each in gone),
        tuple(each for each in now if _has_other_number(before.get(each.path), each)),
    )


def _holds_the_same(before: SweptDocument, now: SweptDocument) -> bool:
    """Return whether what a document answered before it was moved, or was gone, holds for it now."""
    return before.imported == now.imported and (before.gone or before.searchable == now.searchable)


def _has_other_number(before: SweptDocument | None, now: SweptDocument) -> bool:
    """Return whether an unchanged document has a number that the sweep, maybe of an older program, has not kept."""
    return before is not None and now.id not in (0, before.id) and not _is_news(before, now)


def _is_news(before: SweptDocument | None, now: SweptDocument) -> bool:
    return before is None or before.gone or (before.searchable, before.imported) != (now.searchable, now.imported)
