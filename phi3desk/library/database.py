"""One SQLite file: a connection for each thread, one writer at a time, brought to the newest version when opened."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from phi3desk.errors import DamagedFile, Sentence, say
from phi3desk.library.migrations import MIGRATIONS
from phi3desk.sqlite_file import FileConnection, connect, open_file, roll_back

_VARIABLES = 900

Value = TypeVar("Value")


def damaged_catalogue(path: Path) -> Sentence:
    """Return what is told of a catalogue that cannot be read; it leaves the {problem} open."""
    return say(
        "The library's catalogue {path} cannot be read ({problem}). Put back a copy of it: on the Settings page, or "
        "with phi3desk restore.",
        path=str(path),
        problem="",
    )


class Database:
    """The catalogue's file; made where it does not exist. Any thread may use it: writers wait for each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[FileConnection] = []
        self._guard = threading.Lock()
        self._memories = 0
        self._writing = threading.RLock()
        opened = open_file(
            path,
            MIGRATIONS,
            damaged=damaged_catalogue(path),
            newer=say(
                "The library was written by a newer version of phi3desk. Install that version again, or start with "
                "another data folder."
            ),
            shared=True,
        )
        self._keep(opened)

    @property
    def path(self) -> Path:
        """The catalogue's file."""
        return self._path

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the calling thread's own connection."""
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known
        return self._keep(connect(self._path, damaged=damaged_catalogue(self._path), shared=True))

    def _keep(self, connection: FileConnection) -> FileConnection:
        """Make a connection the calling thread's own, until `close`."""
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA cache_size = -32000")
        self._local.connection = connection
        with self._guard:
            self._connections.append(connection)
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction: everything in it is kept, or nothing; may be nested."""
        with self._writing:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                roll_back(connection)
                raise

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    def damaged(self, problem: str) -> DamagedFile:
        """Return what to raise where a row holds what the program has never written."""
        return DamagedFile(self._path, damaged_catalogue(self._path), problem=problem)

    def changes(self) -> int:
        """Return how many rows were changed since the file was opened, without what `remember` has changed."""
        with self._guard:
            return sum(connection.total_changes for connection in self._connections) - self._memories

    def remember(self, key: str, value: str) -> None:
        """Keep a value of the library's own over a restart."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO remembered (key, value) VALUES (?, ?)", (key, value))
        with self._guard:
            self._memories += 1

    def remembered(self, key: str) -> str:
        """Return what was kept under a key, "" where there is nothing."""
        row = self.connection.execute("SELECT value FROM remembered WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row["value"])


def stored(text: Any, kind: type[Value] | Any, otherwise: Value) -> Value:
    """Return what a column holds as JSON; `otherwise` where damage has made something else of it."""
    try:
        value: Value = msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError, TypeError, ValueError):
        return otherwise
    return value


def placeholders(values: Sequence[Any]) -> str:
    """Return the placeholders of an SQL list."""
    return ",".join("?" * len(values))


def batches(values: list[Any]) -> Iterator[list[Any]]:
    """Return a list in parts that fit one SQL statement."""
    for at in range(0, len(values), _VARIABLES):
        yield values[at : at + _VARIABLES]
