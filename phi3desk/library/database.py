"""One SQLite file: a connection for each thread, one writer at a time, brought to the newest version when opened."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phi3desk.errors import say
from phi3desk.library.migrations import MIGRATIONS
from phi3desk.sqlite_file import connect, open_file

_VARIABLES = 900


class Database:
    """The catalogue's file; made where it does not exist. Any thread may use it: writers wait for each other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        opened = open_file(
            path,
            MIGRATIONS,
            damaged=say(
                "The library's catalogue {path} cannot be read ({problem}). Put back a copy of it, or move it away "
                "to start a new library.",
                path=str(path),
                problem="",
            ),
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
        return self._keep(connect(self._path, shared=True)) if known is None else known

    def _keep(self, connection: sqlite3.Connection) -> sqlite3.Connection:
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
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    def remember(self, key: str, value: str) -> None:
        """Keep a value of the library's own over a restart."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO remembered (key, value) VALUES (?, ?)", (key, value))

    def remembered(self, key: str) -> str:
        """Return what was kept under a key, "" where there is nothing."""
        row = self.connection.execute("SELECT value FROM remembered WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row["value"])


def placeholders(values: Sequence[Any]) -> str:
    """Return the placeholders of an SQL list."""
    return ",".join("?" * len(values))


def batches(values: list[Any]) -> Iterator[list[Any]]:
    """Return a list in parts that fit one SQL statement."""
    for at in range(0, len(values), _VARIABLES):
        yield values[at : at + _VARIABLES]
