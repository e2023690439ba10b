"""The tables of sheets on the disk: a SQLite file for each content, which can be made from the document at any time.

A file is written once, beside its name and then put there, and never changed. What it is called by is the content it
was made from and the version of what made it: tables of another version, or damaged ones, are no tables, and are made
anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from phi3desk.library.sheets.names import ROW
from phi3desk.library.sheets.types import Column, ColumnKind, SheetTable, TableRow

#: another number than the files were written with: they are made anew
VERSION = 4
_TABLES = "CREATE TABLE sheet_table (id INTEGER PRIMARY KEY, about TEXT NOT NULL)"

_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
    }
)


class DamagedTables(Exception):
    """The tables of a sheet cannot be read; they are made anew with the next look at its folder."""


@dataclass(frozen=True)
class StoredTable:
    """A table of a content: by its number (from 1), and what it holds without its rows."""

    sha256: str
    number: int
    table: SheetTable

    @property
    def name(self) -> str:
        """What it is called in queries."""
        return f"table_{self.number}"

    @property
    def shown(self) -> str:
        """What the table is called that holds its cells as they are shown."""
        return f"shown_{self.number}"


class SheetStore:
    """The tables of all sheets of a library, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, sha256: str) -> bool:
        """Return whether the tables of a content are there; that a sheet has none is known, too."""
        return bool(sha256) and self._path(sha256).is_file()

    def write(self, sha256: str, tables: Sequence[SheetTable]) -> None:
        """Keep the tables of a content; OSError or sqlite3.Error where they cannot be written."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(sha256)
        made = path.with_name(f"{path.name}.new")
        made.unlink(missing_ok=True)
        try:
            os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(made, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute("BEGIN")
                connection.execute(_TABLES)
                for number, table in enumerate(tables, 1):
                    _write_table(connection, number, table)
                connection.execute("COMMIT")
            made.replace(path)
        finally:
            made.unlink(missing_ok=True)

    def forget(self, sha256: str) -> None:
        """Delete the tables of a content, as where they are damaged."""
        with suppress(OSError):
            self._path(sha256).unlink(missing_ok=True)

    def keep_only(self, contents: Collection[str]) -> None:
        """Delete the tables of all contents but these, and those of other versions."""
        kept = {self._path(sha256).name for sha256 in contents}
        with suppress(OSError):
            for path in list(self._folder.iterdir()):
                if path.name not in kept:
                    with suppress(OSError):
                        path.unlink()

    def tables(self, sha256: str) -> list[StoredTable]:
        """Return what tables a content has, without their rows; DamagedTables where they cannot be read."""
        with self.opened(sha256) as connection:
            return [StoredTable(sha256, number, table) for number, table in _stored(connection)]

    @contextmanager
    def opened(self, sha256: str) -> Iterator[sqlite3.Connection]:
        """Give a connection that can only read; DamagedTables where the file, or what is read of it, is damaged."""
        path = self._path(sha256)
        try:
            # the path is made of a folder of the user's, which may hold what a URI takes for its own
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
        except sqlite3.Error as error:
            raise DamagedTables from error
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA cell_size_check = ON")
            yield connection
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DamagedTables from error
        except sqlite3.DatabaseError as error:
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGE:
                raise DamagedTables from error
            raise
        finally:
            connection.close()

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}-{VERSION}.db"


def quoted(name: str) -> str:
    """Return a name as SQL has it between quotes."""
    return '"' + name.replace('"', '""') + '"'


def _write_table(connection: sqlite3.Connection, number: int, table: SheetTable) -> None:
    about = msgspec.json.encode(replace(table, rows=[]))
    connection.execute("INSERT INTO sheet_table (id, about) VALUES (?, ?)", (number, about.decode("utf-8", "replace")))
    columns = ", ".join(f"{quoted(column.sql)} {_declared(column)}" for column in table.columns)
    connection.execute(f"CREATE TABLE table_{number} ({ROW} INTEGER PRIMARY KEY, {columns})")
    connection.execute(f"CREATE TABLE shown_{number} ({ROW} INTEGER PRIMARY KEY, cells TEXT NOT NULL)")
    places = ", ".join("?" * (len(table.columns) + 1))
    connection.executemany(
        f"INSERT OR IGNORE INTO table_{number} VALUES ({places})",  # noqa: S608
        ((row.number, *row.values) for row in table.rows),
    )
    connection.executemany(
        f"INSERT OR IGNORE INTO shown_{number} VALUES (?, ?)",  # noqa: S608
        ((row.number, msgspec.json.encode(row.shown).decode("utf-8")) for row in table.rows),
    )


def _declared(column: Column) -> str:
    return (
        "REAL"
        if column.kind is ColumnKind.NUMBER
        else "TEXT"
        if column.kind is ColumnKind.DATE
        else "TEXT COLLATE NOCASE"
    )


def _stored(connection: sqlite3.Connection) -> Iterator[tuple[int, SheetTable]]:
    for number, about in connection.execute("SELECT id, about FROM sheet_table ORDER BY id").fetchall():
        yield int(number), msgspec.json.decode(about, type=SheetTable)


def shown_rows(connection: sqlite3.Connection, table: StoredTable, rows: Sequence[int]) -> list[TableRow]:
    """Return rows as they are shown, by their numbers, in the order of these."""
    found: dict[int, list[str]] = {}
    for number in rows:
        cells = connection.execute(f"SELECT cells FROM {table.shown} WHERE {ROW} = ?", (number,))  # noqa: S608
        row = cells.fetchone()
        if row is not None:
            found[number] = msgspec.json.decode(row[0], type=list[str])
    return [TableRow(number, found[number], []) for number in rows if number in found]
