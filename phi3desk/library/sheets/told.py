"""What sheets tell to a question: a result with the query that gave it, and the rows that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from phi3desk.library.documents import Passage
from phi3desk.library.sheets.question import Condition, Operation
from phi3desk.library.sheets.types import Column, TableRow, Value


class SheetsTold(StrEnum):
    """Whether sheets answer a question.

    ORDINARY: it is none to them. FOUND: a query gave a result. OPEN: a table fits, but the rules make no query.
    FAILED: a query that was written for it cannot be run, or finds nothing.
    """

    ORDINARY = "ordinary"
    FOUND = "found"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True)
class CitedRows:
    """Rows that stand one below the other on a page: the first and the last, their passage, and their text on it."""

    first: int
    last: int
    passage: Passage
    quote: str


@dataclass(frozen=True)
class Asked:
    """What was asked of a table, as it is told: see `plan.Plan`. Without `operation` the query alone tells."""

    operation: Operation | None = None
    column: Column | None = None
    conditions: tuple[Condition, ...] = ()
    group: str = ""
    ranked: Operation | None = None
    first: int = 0
    named: str = ""


@dataclass(frozen=True)
class SheetResult:
    """What sheets tell to a question.

    `result` are the first of the `results_in_all` rows of the query's result, under `head`; `measured` are the columns
    of the table whose values they are, as far as that is told; `more` tells that there
    are more than these, which were not counted. `rows` are the first of the `rows_in_all` that it rests on, or that
    fit where there is no result; `cited` tells where they stand. `blank` of them have no value in the column,
    `ungrouped` rows were left out that are in no group, `totals` counts the rows of sums that were left out of the
    table, and `whole` is false where the table was not kept to its end, but up to its `last_row`. For a model that
    writes a query there is the `schema`; `beside` are other tables, by sheet and document, that the question fits as
    well; `error` is what is wrong with the one that it wrote last. `sha256` and
    `table` name the table for `WrittenQuery`.
    """

    told: SheetsTold
    document: str = ""
    path: str = ""
    sheet: str = ""
    columns: tuple[Column, ...] = ()
    asked: Asked = Asked()
    sql: str = ""
    head: tuple[str, ...] = ()
    result: tuple[tuple[Value, ...], ...] = ()
    measured: tuple[Column | None, ...] = ()
    results_in_all: int = 0
    more: bool = False
    rows: tuple[TableRow, ...] = ()
    rows_in_all: int = 0
    cited: tuple[CitedRows, ...] = ()
    blank: int = 0
    ungrouped: int = 0
    totals: int = 0
    whole: bool = True
    last_row: int = 0
    beside: tuple[str, ...] = ()
    schema: str = ""
    error: str = ""
    sha256: str = ""
    table: int = 0
    seconds: float = 0.0


ORDINARY = SheetResult(SheetsTold.ORDINARY)
