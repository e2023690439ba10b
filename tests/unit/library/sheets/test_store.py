"""Tables of sheets on the disk: written once, read only, told apart by content, gone when damaged."""

from __future__ import annotations

import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from phi3desk.library.sheets.store import DamagedTables, SheetStore, shown_rows
from phi3desk.library.sheets.types import Column, ColumnKind, SheetTable, TableRow

COLUMNS = (Column("Site", "site", ColumnKind.TEXT), Column("Cost", "cost", ColumnKind.NUMBER, "EUR", 2))
ROWS = [TableRow(2, ["Kranj", "1,50"], ["Kranj", 1.5]), TableRow(3, ["'; DROP", ""], ["'; DROP", None])]
TABLE = SheetTable("Q1", "Costs", COLUMNS, 2, 3, (4,), rows=ROWS)


def test_tables_come_back_as_they_were_without_their_rows(tmp_path: Path):
    store = SheetStore(tmp_path / "sheets")
    assert not store.has("aa")
    store.write("aa", [TABLE])
    (stored,) = store.tables("aa")
    assert store.has("aa")
    assert (stored.table.columns, stored.table.totals, stored.table.rows) == (COLUMNS, (4,), [])
    with store.opened("aa") as connection:
        assert connection.execute("SELECT sum(cost), count(*) FROM table_1").fetchone() == (1.5, 2)
        assert shown_rows(connection, stored, [3, 2, 99]) == [(3, ["'; DROP", ""], []), (2, ["Kranj", "1,50"], [])]
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM table_1")


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are those of POSIX")
def test_files_are_their_owners_only(tmp_path: Path):
    SheetStore(tmp_path / "sheets").write("aa", [TABLE])
    (file,) = (tmp_path / "sheets").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_damaged_and_unwanted_files_go(tmp_path: Path):
    store = SheetStore(tmp_path / "sheets")
    for name in ("aa", "bb", "cc"):
        store.write(name, [TABLE])
    (tmp_path / "sheets" / "aa-0.db").write_bytes(b"of another version")
    for file in (tmp_path / "sheets").glob("bb-*"):
        file.write_bytes(b"x" * 4096)
    with pytest.raises(DamagedTables):
        store.tables("bb")
    with pytest.raises(DamagedTables):
        store.tables("dd")
    store.forget("bb")
    assert not store.has("bb")
    store.keep_only({"aa"})
    assert [store.has(name) for name in ("aa", "bb", "cc")] == [True, False, False]
    assert len(list((tmp_path / "sheets").iterdir())) == 1
