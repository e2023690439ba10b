"""A question to sheets, taken apart by the words of its language, and what is asked of a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from phi3desk.library.sheets.types import Value


class Operation(StrEnum):
    """What is done with the rows that fit. LOOKUP: a cell of the one that fits is told."""

    SUM = "sum"
    AVERAGE = "average"
    LARGEST = "largest"
    SMALLEST = "smallest"
    COUNT = "count"
    DIFFERENT = "different"
    LIST = "list"
    LOOKUP = "lookup"


class Role(StrEnum):
    """What a word of a question does.

    OPERATION words say what is done, FUNCTION and NEUTRAL ones nothing, COMPARISON ones belong to a comparison. GROUP
    says that the result is wanted for each of what follows. Only WORDS have to be found in a table.
    """

    WORD = "word"
    FUNCTION = "function"
    NEUTRAL = "neutral"
    OPERATION = "operation"
    COMPARISON = "comparison"
    GROUP = "group"


@dataclass(frozen=True)
class AskedWord:
    """A word as it is typed, folded, and what it does; `noun` tells that it may name what rows stand for.

    One that `counts` asks how many there are, and may be the name of a column: “Anzahl”, “antal”, “count”.
    A NEUTRAL one is so for its `beginning` alone where it is not listed whole: “standard” for “stand”. With `names` it
    may be the name of the figures that are calculated with: “cost”. A `paying` one asks what something costs.
    """

    text: str
    key: str
    role: Role = Role.WORD
    noun: bool = False
    beginning: str = ""
    counts: bool = False
    names: bool = False
    paying: bool = False


@dataclass(frozen=True)
class Comparison:
    """A bound that is named: from `low` to `high`, of which one may be missing, without the bounds where `strict`.

    `at` is the place of its first word, `places` are those of the date itself where nothing compares with it, `unit`
    is what stands behind the number. With `alone` it is a number that nothing compares with, and may be part of a name.
    Dates are texts such as 2024-05-31; `high` is then the last day. `near` are the places of one told from today, and
    `part` of words that name a part of its year, which may also be a value; `whole` is that year: “May” of “May last
    year”.
    """

    at: int
    low: Value = None
    high: Value = None
    strict: bool = False
    unit: str = ""
    is_date: bool = False
    places: tuple[int, ...] = ()
    alone: bool = False
    near: tuple[int, ...] = ()
    part: tuple[int, ...] = ()
    whole: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class SheetQuestion:
    """A question that may be answered from sheets. `operation` is None where its words do not say what is done.

    `newest` tells that the largest or smallest is one of dates, `most` that it may be one of sums. `refused` tells that
    it holds words that the rules do not understand, such as “not”: a model may; where those are only the words at the
    places `refusing`, they may also be part of a column's name: “outside diameter”. `money` tells that what something
    costs decides, `first` how many rows are wanted, 0 for all. `ranking` are the places of what ranks by dates.
    """

    text: str
    language: str
    operation: Operation | None
    words: tuple[AskedWord, ...]
    comparisons: tuple[Comparison, ...] = ()
    newest: bool = False
    most: bool = False
    refused: bool = False
    first: int = 0
    money: bool = False
    refusing: tuple[int, ...] = ()
    ranking: tuple[int, ...] = ()


@dataclass(frozen=True)
class WrittenQuery:
    """A query that a model wrote for a table of a document."""

    sha256: str
    table: int
    sql: str


@dataclass(frozen=True)
class Condition:
    """A condition that rows have to fit, as it is told: a column, a sign (=, <, <=, >, >=, between) and its values."""

    column: str
    sign: str
    values: tuple[Value, ...]
    unit: str = ""
    is_date: bool = False
