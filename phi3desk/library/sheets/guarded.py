"""Runs a query that somebody wrote: it can only read the tables that are named, for a time and some rows.

Parsed by SQLite itself, with an authorizer that lets through reading of these tables and a short list of functions.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from phi3desk.errors import Cancelled
from phi3desk.library.sheets.types import Value

MOST_SECONDS = 3.0
MOST_ROWS = 1_000
_LONGEST_QUERY = 20_000
_LONGEST_VALUE = 200_000
#: instructions of SQLite's machine between two looks at the clock
_STEPS = 20_000

FUNCTIONS = frozenset(
    {
        "sum", "total", "avg", "min", "max", "count", "abs", "round", "lower", "upper", "length", "substr", "substring",
        "trim", "ltrim", "rtrim", "like", "instr", "coalesce", "ifnull", "nullif", "iif", "date", "strftime",
        "julianday", "cast", "row_number", "rank", "dense_rank",
    }
)  # fmt: skip
_LIMITS = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: _LONGEST_QUERY,
    sqlite3.SQLITE_LIMIT_LENGTH: _LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 200,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}


class RefusedQuery(Exception):
    """A query that is not run, or not to its end; its text says why, in SQLite's words or ours."""


@dataclass(frozen=True)
class QueryResult:
    """What a query gave: the names of its columns, its rows, and whether there are more."""

    names: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    more: bool = False


def run(
    connection: sqlite3.Connection,
    sql: str,
    tables: Collection[str],
    most_rows: int = MOST_ROWS,
    seconds: float = MOST_SECONDS,
    cancelled: threading.Event | None = None,
) -> QueryResult:
    """Run one SELECT on these tables of a connection that can only read; RefusedQuery where it is anything else.

    Cancelled once that is set.
    """
    cancelled = cancelled or threading.Event()
    text = sql.strip().rstrip(";").strip()
    if len(text) > _LONGEST_QUERY:
        raise RefusedQuery("the query is too long")
    if text[:6].lower() != "select" and text[:4].lower() != "with":
        raise RefusedQuery("only a SELECT is run")
    with _guarded(connection, tables, seconds, cancelled):
        try:
            cursor = connection.execute(text)
            rows = cursor.fetchmany(most_rows + 1)
        except (sqlite3.Error, sqlite3.Warning, OverflowError, MemoryError) as error:
            if cancelled.is_set():
                raise Cancelled from error
            if "interrupted" in str(error):
                raise RefusedQuery("the query takes too long") from error
            raise RefusedQuery(str(error)) from error
        names = tuple(str(column[0]) for column in cursor.description or ())
        cursor.close()
    kept = tuple(tuple(_value(value) for value in row) for row in rows[:most_rows])
    return QueryResult(names, kept, len(rows) > most_rows)


@contextmanager
def _guarded(
    connection: sqlite3.Connection, tables: Collection[str], seconds: float, cancelled: threading.Event
) -> Iterator[None]:
    allowed = frozenset(tables)
    end = time.monotonic() + seconds

    def authorize(action: int, first: str | None, second: str | None, _base: str | None, _inner: str | None) -> int:
        if action == sqlite3.SQLITE_SELECT:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and first in allowed:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_READ and not second:
            # a table of a WITH, or one that is only counted
            return sqlite3.SQLITE_OK if first in allowed or not first else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS:
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    before = {limit: connection.setlimit(limit, most) for limit, most in _LIMITS.items()}
    connection.set_authorizer(authorize)
    connection.set_progress_handler(lambda: int(time.monotonic() > end or cancelled.is_set()), _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_authorizer(None)
        for limit, most in before.items():
            connection.setlimit(limit, most)


def _value(value: object) -> Value:
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
