"""SQLite files of the program's own: made for their owner only, brought to the newest version, or refused in words.

Whatever a damaged file or a full disk makes SQLite say at any time, not only when the file is opened, is raised as a
UserError that names the file.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from phi3desk.disk import full_disk, has_no_room
from phi3desk.errors import DamagedFile, Sentence, UserError
from phi3desk.paths import copies_of, is_empty

_SECONDS = 5.0
_SECONDS_SHARED = 30.0
#: between two tries of what SQLite does not wait for
_LOOK_SECONDS = 0.01
#: bytes that an SQLite file has at least, once anything was written into it
_SMALLEST = 512
#: bytes of a file that is looked through whenever it is opened, which takes 7 ms a megabyte
CHECKED_AT_OPENING = 8 << 20
_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH,
    }
)  # fmt: skip
#: more steps than any version of the program will have
_HIGHEST_VERSION = 1000
_SHORT_READ = sqlite3.SQLITE_IOERR_SHORT_READ
_REFUSED = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_IOERR}
)
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
#: what SQLite says of a damaged word index without a code of its own
_INDEX_WORDS = ("fts5", "vtable constructor failed")
_COMMENT = re.compile(r"--[^\n]*")
#: what a column of each declared type may hold
_HELD = {"INTEGER": "'integer'", "REAL": "'real', 'integer'", "TEXT": "'text'", "BLOB": "'blob'"}


class FileConnection(sqlite3.Connection):
    """A connection to a file of the program's; `damaged` is what is told where it cannot be read."""

    file: Path
    damaged: Sentence

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor that tells of damage and of a full disk in words."""
        return super().cursor(_Cursor if factory is None else factory)

    def execute(self, sql: str, parameters: Any = (), /) -> _Cursor:
        """Execute a statement on a cursor of its own."""
        cursor: _Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> _Cursor:
        """Execute a statement for each of several parameters on a cursor of its own."""
        cursor: _Cursor = self.cursor()
        return cursor.executemany(sql, parameters)

    def explain(self, error: Exception) -> None:
        """Raise the UserError for what SQLite said; return where it says nothing of the file."""
        refusal = refusal_of(error, self.file, self.damaged)
        if refusal is not None:
            raise refusal from error


class _Cursor(sqlite3.Cursor):
    connection: FileConnection

    def execute(self, sql: str, parameters: Any = (), /) -> _Cursor:
        try:
            return super().execute(sql, parameters)
        except _ERRORS as error:
            self._refuse(error)

    def executemany(self, sql: str, parameters: Any, /) -> _Cursor:
        try:
            return super().executemany(sql, parameters)
        except _ERRORS as error:
            self._refuse(error)

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except _ERRORS as error:
            self._refuse(error)

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except _ERRORS as error:
            self._refuse(error)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        try:
            return super().fetchmany(self.arraysize if size is None else size)
        except _ERRORS as error:
            self._refuse(error)

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except _ERRORS as error:
            self._refuse(error)

    def __iter__(self) -> Any:
        # faster than a call of __next__ for each row
        following = super().__next__
        try:
            while True:
                yield following()
        except StopIteration:
            return
        except _ERRORS as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> NoReturn:
        self.connection.explain(error)
        raise error


#: SQLite's messages may quote bytes of a damaged file that are no text
_ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)


def connect(path: Path, *, damaged: Sentence, shared: bool = False) -> FileConnection:
    """Open a file, made where there is none, with each statement a transaction of its own where none is begun.

    It is one of several threads' connections where it is `shared`: it waits longer for the others, and any thread may
    close it. Raises UserError where the file is no database or cannot be opened, with `damaged` where it is damaged.
    """
    # only a file that is new is opened here: closing one again would drop the locks of its other connections
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    seconds = _SECONDS_SHARED if shared else _SECONDS
    try:
        connection = sqlite3.connect(
            path, timeout=seconds, isolation_level=None, check_same_thread=not shared, factory=FileConnection
        )
    except sqlite3.DatabaseError as error:
        raise refusal_of(error, path, damaged) or error from error
    connection.file, connection.damaged = path, damaged
    # a byte that is no text is one wrong letter, not a row that cannot be read
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        _write_ahead(connection, seconds)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: FileConnection, seconds: float) -> None:
    """Have a file's changes written ahead; SQLite itself does not wait for others that do so at the same time."""
    until = time.monotonic() + seconds
    while True:
        try:
            connection.cursor(sqlite3.Cursor).execute("PRAGMA journal_mode = WAL")
            return
        except _ERRORS as error:
            is_busy = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                connection.explain(error)
                raise
        time.sleep(_LOOK_SECONDS)


def open_file(
    path: Path, migrations: Sequence[str], *, damaged: Sentence, newer: Sentence, shared: bool = False
) -> FileConnection:
    """Connect to a file and bring it to the newest version: step n takes it from version n-1 to n.

    The version is kept as PRAGMA user_version. Raises DamagedFile with `damaged`, which may name SQLite's {problem},
    where it cannot be read, UserError with `newer` where a newer program wrote it, and UserError where the disk is full
    or refuses it; the file is left as it is.
    """
    size = path.stat().st_size if path.is_file() else 0
    if 0 < size < _SMALLEST:
        raise DamagedFile(path, damaged, problem="most of it is gone")
    if is_empty(path) and copies_of(path):
        raise DamagedFile(path, damaged, problem="it is empty" if path.exists() else "it is not there any more")
    connection = connect(path, damaged=damaged, shared=shared)
    try:
        _migrate(connection, tuple(migrations), newer)
        problem = _schema_problem(connection, tuple(migrations))
        if not problem and size <= CHECKED_AT_OPENING:
            problem = page_problem(connection)
        if problem:
            raise DamagedFile(path, damaged, problem=problem)
    except sqlite3.DatabaseError as error:
        # a step that fails has found something else than the step before it left
        connection.close()
        raise DamagedFile(path, damaged, problem=str(error)) from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def whole_rows(connection: FileConnection) -> Iterator[None]:
    """Raise DamagedFile where a row cannot be decoded, for the program has never written such a one."""
    try:
        yield
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise DamagedFile(connection.file, connection.damaged, problem="a row of it is damaged") from error


def refusal_of(error: Exception, path: Path, damaged: Sentence) -> UserError | None:
    """Return what to tell of what SQLite said about a file; None where that is about a statement, not the file."""
    code = getattr(error, "sqlite_errorcode", None)
    said = str(error)
    if isinstance(error, UnicodeDecodeError):
        return DamagedFile(path, damaged, problem="it holds bytes that are no text")
    if code is None:
        return None
    kind = code & 0xFF
    if kind in _DAMAGE or code == _SHORT_READ or (kind == 1 and any(words in said for words in _INDEX_WORDS)):
        return DamagedFile(path, damaged, problem=said)
    if kind == sqlite3.SQLITE_FULL or (kind in _REFUSED and has_no_room(path)):
        return full_disk(path)
    if kind in _BUSY:
        return UserError("{path} is in use by another program. Wait for it to end, then try again.", path=str(path))
    if kind in _REFUSED:
        return UserError("{path} cannot be read or written: {problem}.", path=str(path), problem=said)
    return None


def page_problem(connection: sqlite3.Connection) -> str:
    """Return what SQLite finds wrong with a file's pages and what its rows hold, "" where all is well.

    Indexes are not compared with their tables: that would take many times longer.
    """
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")]
        return found[0].splitlines()[-1][:120] if found != ["ok"] else _type_problem(connection)
    except UserError as error:
        return str(error.__cause__ or error)
    except _ERRORS as error:
        return str(error)


def _type_problem(connection: sqlite3.Connection) -> str:
    """Return which column holds what its table does not allow: one flipped bit makes bytes of a text."""
    columns = connection.execute(
        'SELECT m.name, p.name, upper(p.type), p."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) p '
        "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND upper(p.type) IN ('INTEGER', 'REAL', 'TEXT')"
    ).fetchall()
    wrong: dict[str, list[str]] = {}
    for table, column, kind, is_set in columns:
        held = _HELD[kind] if is_set else f"{_HELD[kind]}, 'null'"
        held = f"{held}, 'null'" if kind == "INTEGER" else held
        wrong.setdefault(table, []).append(f"typeof({_quoted(column)}) NOT IN ({held})")
    for table, conditions in wrong.items():
        found = connection.execute(f"SELECT 1 FROM {_quoted(table)} WHERE {' OR '.join(conditions)} LIMIT 1")  # noqa: S608
        if found.fetchone():
            return f"a row of {table} holds what it cannot"
    return ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _schema_problem(connection: sqlite3.Connection, migrations: tuple[str, ...]) -> str:
    """Return what of the tables is not as the steps make it, "" where all is."""
    return "" if _schema(connection) == _made_by(migrations) else "its tables are not those of the program"


@cache
def _made_by(migrations: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for script in migrations:
            for statement in _statements(script):
                connection.execute(statement)
        return _schema(connection)


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Return the names and texts of a file's tables and indexes; of those SQLite makes itself the names only."""
    rows = [(str(name), str(sql or "")) for name, sql in connection.execute("SELECT name, sql FROM sqlite_master")]
    virtual = tuple(f"{name}_" for name, sql in rows if sql.upper().startswith("CREATE VIRTUAL"))
    return frozenset(
        (name, "" if virtual and name.startswith(virtual) else " ".join(_COMMENT.sub("", sql).split()))
        for name, sql in rows
        if not name.startswith("sqlite_")
    )


def _migrate(connection: sqlite3.Connection, migrations: tuple[str, ...], newer: Sentence) -> None:
    if _version(connection) == len(migrations):
        return
    # another process may be opening the same file: who comes second waits, and finds it done
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if not 0 <= version <= _HIGHEST_VERSION:
            raise sqlite3.DatabaseError(f"its version is {version}")
        if version > len(migrations):
            raise UserError.of(newer)
        for script in migrations[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that failed; one that SQLite has ended itself, as on a full disk, is ended already."""
    if connection.in_transaction:
        with suppress(sqlite3.Error, UserError):
            connection.execute("ROLLBACK")


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
