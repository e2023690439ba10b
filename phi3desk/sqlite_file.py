"""SQLite files of the program's own: made for their owner only, brought to the newest version, or refused in words."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from phi3desk.errors import Sentence, UserError

_SECONDS = 5.0
_SECONDS_SHARED = 30.0


def connect(path: Path, *, shared: bool = False) -> sqlite3.Connection:
    """Open a file, made where there is none, with each statement a transaction of its own where none is begun.

    It is one of several threads' connections where it is `shared`: it waits longer for the others, and any thread may
    close it. Raises sqlite3.DatabaseError where the file is no database or cannot be opened.
    """
    # only a file that is new is opened here: closing one again would drop the locks of its other connections
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    seconds = _SECONDS_SHARED if shared else _SECONDS
    connection = sqlite3.connect(path, timeout=seconds, isolation_level=None, check_same_thread=not shared)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def open_file(
    path: Path, migrations: Sequence[str], *, damaged: Sentence, newer: Sentence, shared: bool = False
) -> sqlite3.Connection:
    """Connect to a file and bring it to the newest version: step n takes it from version n-1 to n.

    The version is kept as PRAGMA user_version. Raises UserError with `damaged`, which may name SQLite's {problem},
    where it cannot be read, and with `newer` where a newer program wrote it; the file is left as it is.
    """
    try:
        connection = connect(path, shared=shared)
        try:
            _migrate(connection, migrations, newer)
        except BaseException:
            connection.close()
            raise
    except sqlite3.DatabaseError as error:
        raise UserError.of(damaged, problem=str(error)) from error
    return connection


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str], newer: Sentence) -> None:
    if _version(connection) == len(migrations):
        return
    # another process may be opening the same file: who comes second waits, and finds it done
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(migrations):
            raise UserError.of(newer)
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Give the statements of a script one by one: `executescript` would end the transaction."""
    statement = ""
    for part in re.split(r"(?<=;)", script):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
