"""Queries that somebody wrote: they read the tables that are named and nothing else, for a time, so many rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phi3desk.errors import Cancelled
from phi3desk.library.sheets.guarded import RefusedQuery, run
from phi3desk.library.sheets.store import SheetStore
from phi3desk.library.sheets.types import Column, ColumnKind, SheetTable, TableRow
from tests.helpers.cancelled_after import CancelledAfter

NASTY = "'; DROP TABLE table_1; --"
COLUMNS = (
    Column(NASTY, "drop_table_table_1", ColumnKind.TEXT),
    Column("Cost", "cost", ColumnKind.NUMBER, "EUR", 2),
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    store = SheetStore(tmp_path / "sheets")
    rows = [TableRow(n, [NASTY, str(n)], [NASTY, float(n)]) for n in range(2, 2002)]
    table = SheetTable("Q1", NASTY, COLUMNS, 2, 2001, rows=rows)
    store.write("aa", [table, SheetTable("Other", "", COLUMNS, 2, 2, rows=rows[:1])])
    with store.opened("aa") as opened:
        yield opened


def test_a_select_is_run(connection: sqlite3.Connection):
    result = run(connection, "SELECT sum(cost), COUNT(DISTINCT cost) AS n FROM table_1 WHERE cost > 2;", ["table_1"])
    assert result.names == ("sum(cost)", "n")
    assert result.rows == ((2002998.0, 1999.0),)
    assert not result.more


def test_values_and_names_that_look_like_sql_are_values(connection: sqlite3.Connection):
    quoted = NASTY.replace("'", "''")
    result = run(connection, f"SELECT count(*) FROM table_1 WHERE drop_table_table_1 = '{quoted}'", ["table_1"])
    assert result.rows == ((2000.0,),)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE table_1",
        "DELETE FROM table_1",
        "INSERT INTO table_1 VALUES (1, 'a', 2)",
        "SELECT 1; DROP TABLE table_1",
        "ATTACH DATABASE '/tmp/other.db' AS other",
        "PRAGMA user_version",
        "SELECT * FROM pragma_table_info('table_1')",
        "SELECT load_extension('evil')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM table_2",
        "SELECT about FROM sheet_table",
        "SELECT cost FROM table_1 UNION SELECT cost FROM table_2",
        "SELECT (SELECT max(cost) FROM table_2) FROM table_1",
        "SELECT randomblob(1000000)",
        "SELECT printf('%1000000d', 1)",
        "SELECT hex(zeroblob(100000))",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "VACUUM INTO '/tmp/copy.db'",
        "EXPLAIN SELECT 1",
        "SELECT nothing FROM table_1",
        "SELECT",
        "",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT '" + "x" * 30_000 + "'",
    ],
)
def test_anything_else_is_refused(connection: sqlite3.Connection, sql: str):
    with pytest.raises(RefusedQuery):
        run(connection, sql, ["table_1"])
    assert run(connection, "SELECT count(*) FROM table_1", ["table_1"]).rows == ((2000.0,),)


def test_rows_are_limited_and_more_is_told(connection: sqlite3.Connection):
    result = run(connection, "SELECT cost FROM table_1", ["table_1"], most_rows=10)
    assert len(result.rows) == 10
    assert result.more


def test_time_is_limited(connection: sqlite3.Connection):
    started = time.monotonic()
    with pytest.raises(RefusedQuery, match="too long"):
        run(
            connection,
            "SELECT count(*) FROM table_1 a, table_1 b, table_1 c WHERE a.cost + b.cost + c.cost < 0",
            ["table_1"],
            seconds=0.2,
        )
    assert time.monotonic() - started < 5


def test_a_query_that_takes_long_can_be_stopped(connection: sqlite3.Connection):
    sql = "SELECT count(*) FROM table_1 a, table_1 b, table_1 c"
    stopped = CancelledAfter(2)
    with pytest.raises(Cancelled):
        run(connection, sql, ["table_1"], seconds=60.0, cancelled=stopped)
    assert run(connection, "SELECT count(*) FROM table_1", ["table_1"]).rows == ((2000.0,),)
