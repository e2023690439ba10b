"""The questions of a comparison, typed or from a file, and files of questions for other uses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi3desk.comparison.grading import Expected
from phi3desk.errors import UserError

MOST_QUESTIONS = 5000
#: bytes
LARGEST_FILE = 20_000_000
#: beyond what any document has, and still a number that everything can keep
HIGHEST_PAGE = 10_000_000


@dataclass(frozen=True)
class ComparedQuestion:
    """A question of a comparison and what is known of it; ids are unique within a comparison."""

    id: str
    question: str
    expected: Expected = field(default_factory=Expected)


@dataclass(frozen=True)
class QuestionLine:
    """A line of a file of questions; `number` counts from 1, `fields` are all that the line holds."""

    number: int
    id: str
    question: str
    fields: Mapping[str, Any]


def read_questions(path: Path) -> tuple[ComparedQuestion, ...]:
    """Return the questions of a JSONL file for a comparison; UserError names the line that is none.

    A line holds "question" and, where known, "id", "answer" or "answers", "document", "page" or "pages", and
    "unanswerable": true or "answerable": false. Without an id a question has the number of its line.
    """
    return _unique(_compared(path, line) for line in question_lines(path, LARGEST_FILE))


def typed_questions(text: str) -> tuple[ComparedQuestion, ...]:
    """Return the questions of a text, one to a line."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    return _unique(ComparedQuestion(str(number), line) for number, line in enumerate(lines, 1))


def _unique(asked: Iterator[ComparedQuestion]) -> tuple[ComparedQuestion, ...]:
    """Return questions with ids of their own: a second use of an id gets a number behind it."""
    known: dict[str, ComparedQuestion] = {}
    for one in asked:
        name, number = one.id, 2
        while name in known:
            name, number = f"{one.id}-{number}", number + 1
        known[name] = dataclasses.replace(one, id=name)
        if len(known) > MOST_QUESTIONS:
            raise UserError("{most} questions are the most that a comparison takes.", most=MOST_QUESTIONS)
    if not known:
        raise UserError("There is no question to compare answers to.")
    return tuple(known.values())


def question_lines(path: Path, largest: int | None = None) -> Iterator[QuestionLine]:
    """Yield the lines of a JSONL file that are not empty; UserError names the first that is no question.

    A line holds "question" and perhaps "id". `largest` is the most bytes that the file may have.
    """
    try:
        if largest is not None and path.stat().st_size > largest:
            raise UserError("The file of questions {path} is too large.", path=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("The file of questions {path} cannot be read.", path=str(path)) from error
    for number, line in json_lines(text):
        yield _question_line(path, number, line)


def json_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a JSONL text that are not empty, each with its number from 1."""
    # they end at nothing that ends a line elsewhere: U+2028 may stand in JSON as it is
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _question_line(path: Path, number: int, line: str) -> QuestionLine:
    try:
        row = json.loads(line)
        question = row["question"]
        if "\\u" in line:
            # half of a pair is no letter: nothing could be searched for or printed with it
            json.dumps(row, ensure_ascii=False).encode()
        if isinstance(question, str) and question.strip():
            return QuestionLine(number, str(row.get("id", number)), question.strip(), row)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise _no_question(path, number)


def _compared(path: Path, line: QuestionLine) -> ComparedQuestion:
    try:
        return ComparedQuestion(line.id, line.question, _expected(line.fields))
    except (ValueError, TypeError, OverflowError):
        raise _no_question(path, line.number) from None


def _no_question(path: Path, number: int) -> UserError:
    return UserError(
        "Line {number} of {path} is not a question; a line is {shape}.",
        number=number,
        path=str(path),
        shape='{"id": ..., "question": ...}',
    )


def _expected(row: Mapping[str, Any]) -> Expected:
    answerable = row.get("answerable", not row.get("unanswerable", False))
    return Expected(
        answers=tuple(str(text) for text in _several(row, "answer", "answers") if str(text).strip()),
        document=str(row.get("document") or ""),
        pages=tuple(_page(value) for value in _several(row, "page", "pages")),
        answerable=bool(answerable),
    )


def _page(value: Any) -> int:
    """Return the number of a page; ValueError, TypeError or OverflowError where it is none that a document has."""
    page = int(value)
    if not 1 <= page <= HIGHEST_PAGE:
        raise ValueError
    return page


def _several(row: Mapping[str, Any], one: str, many: str) -> list[Any]:
    value = row.get(many, row.get(one))
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
