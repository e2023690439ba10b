"""Copies of the program's own files, kept by itself, and how one is put back in place of a file that is damaged.

Each file has its last three copies in `backups/`, named after the file and the second (UTC) they were made in. A copy
is made by the process that owns the file, when it has closed well; one that does not pass SQLite's check is not kept,
so that a damaged file never takes the place of a good copy. What a copy takes the place of is put into `set-aside/`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from phi3desk.disk import disk_refusal
from phi3desk.errors import DamagedFile, UserError, say
from phi3desk.paths import Paths, copies_of, write_atomically
from phi3desk.sqlite_file import page_problem

log = logging.getLogger(__name__)

KEPT = 3
#: bytes of a file up to which KEPT copies of it are kept; of a larger one there is a single copy
_LARGE = 256 << 20
#: bytes of a catalogue up to which it is copied while the program closes: 0.8 s with its check
COPIED_AT_CLOSING = 64 << 20
#: seconds after which copying at closing gives up
_CLOSING_SECONDS = 1.5
#: bytes that stay free on the disk
_RESERVE = 64 << 20
_PAGES = 2048
_STAMP = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"[a-z]+\.(?P<stamp>\d{8}-\d{6})\.(?:db|json)")
#: bytes of an SQLite file's head that count its changes: two files that differ there only hold the same
_COUNTERS = ((24, 28), (92, 100))
_BESIDE = ("-wal", "-shm", "-journal")
_DAMAGED = say(
    "{path} is damaged ({problem}). Put back a copy of it: on the Settings page, or with phi3desk restore.",
    path="",
    problem="",
)


class Kept(StrEnum):
    """The files of which copies are kept, by the names they have for the command line."""

    CATALOGUE = "catalogue"
    CONVERSATIONS = "conversations"
    COMPARISONS = "comparisons"
    SWEEPS = "sweeps"
    EXAMPLES = "examples"
    PROFILES = "profiles"
    SETTINGS = "settings"
    MODELS = "models"


#: what a command changes only while it has the library open, too
_CHANGED_WITH_LIBRARY = frozenset({Kept.CATALOGUE, Kept.COMPARISONS, Kept.SWEEPS})


@dataclass(frozen=True)
class Copy:
    """A copy of a file; `made` in seconds since 1970, `size` in bytes."""

    kept: Kept
    path: Path
    made: float
    size: int


def file_of(paths: Paths, kept: Kept) -> Path:
    """Return the file of which copies are kept."""
    file: Path = paths.catalog if kept is Kept.CATALOGUE else getattr(paths, kept.value)
    return file


def kept_of(paths: Paths, file: Path) -> Kept | None:
    """Return what a file is called here; None for one of which no copies are kept."""
    return next((kept for kept in Kept if file_of(paths, kept) == file), None)


def copies(paths: Paths, kept: Kept) -> list[Copy]:
    """Return the copies there are of a file, the newest first."""
    found = []
    for path in copies_of(file_of(paths, kept)):
        named = _NAME.fullmatch(path.name)
        if named:
            with suppress(OSError, ValueError):
                made = datetime.strptime(named["stamp"], _STAMP).replace(tzinfo=UTC).timestamp()
                found.append(Copy(kept, path, made, path.stat().st_size))
    return sorted(found, key=lambda copy: copy.made, reverse=True)


def copy_name(copy: Copy) -> str:
    """Return what names a copy among those of its file: the second it was made in."""
    return copy.path.name.split(".")[1]


def keep_copy(paths: Paths, kept: Kept, *, seconds: float | None = _CLOSING_SECONDS) -> bool:
    """Keep a copy of a file where it has changed since the last one; return whether the newest copy is as the file is.

    Copying gives up after so many seconds (None: never). A file that is damaged, too large for the disk or cannot be
    copied is left as it is, and so are its copies: nothing is raised, for no work is lost by it.
    """
    source = file_of(paths, kept)
    draft = paths.backups / f"{source.name}.new"
    try:
        if not source.is_file() or shutil.disk_usage(paths.home).free < source.stat().st_size + _RESERVE:
            return False
        paths.backups.mkdir(mode=0o700, exist_ok=True)
        is_list = source.suffix == ".json"
        problem = _copy_list(source, draft) if is_list else _copy_database(source, draft, seconds)
        if problem:
            log.warning("no copy of %s is kept: %s", source.name, problem)
            return False
        _take_in(paths, kept, draft)
    except (OSError, sqlite3.Error, UserError) as error:
        log.warning("no copy of %s is kept: %s", source.name, type(error).__name__)
        return False
    finally:
        _remove(draft)
    return True


def _copy_list(source: Path, draft: Path) -> str:
    """Copy a JSON file; return what is wrong with it, "" where nothing is."""
    content = source.read_bytes()
    try:
        if not isinstance(json.loads(content), dict):
            return "it is no list of the program's"
    except (ValueError, RecursionError) as error:
        return type(error).__name__
    with _own_file(draft) as file:
        os.write(file, content)
        os.fsync(file)
    return ""


def _copy_database(source: Path, draft: Path, seconds: float | None) -> str:
    """Copy an SQLite file, whoever else has it open; return what is wrong with the copy, "" where nothing is."""
    until = None if seconds is None else time.monotonic() + seconds
    with _own_file(draft):
        pass

    def go_on() -> int:
        return int(until is not None and time.monotonic() > until)

    def on_pages(_status: int, _remaining: int, _total: int) -> None:
        if go_on():
            raise TimeoutError

    with (
        closing(sqlite3.connect(source, timeout=1, isolation_level=None)) as there,
        closing(sqlite3.connect(draft, isolation_level=None)) as copy,
    ):
        # one state of the file, whatever is written meanwhile: copying would begin anew with each change
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        there.backup(copy, pages=_PAGES, progress=on_pages, sleep=0.005)
        copy.set_progress_handler(go_on, 100_000)
        problem = page_problem(copy)
        copy.set_progress_handler(None, 0)
        copy.execute("PRAGMA journal_mode = DELETE")
    return problem


def _take_in(paths: Paths, kept: Kept, draft: Path) -> None:
    """Make a draft the newest copy, unless that is the same, and delete those that are too many."""
    known = copies(paths, kept)
    source = file_of(paths, kept)
    if known and _is_same(known[0].path, draft):
        return
    stamp = datetime.now(UTC).strftime(_STAMP)
    draft.replace(paths.backups / f"{source.stem}.{stamp}{source.suffix}")
    most = 1 if source.stat().st_size > _LARGE else KEPT
    for old in copies(paths, kept)[most:]:
        old.path.unlink(missing_ok=True)


def _is_same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        is_head = one.suffix == ".db"
        while part := first.read(1 << 20):
            against = second.read(1 << 20)
            if is_head:
                part, against = _without_counters(part), _without_counters(against)
            if part != against:
                return False
            is_head = False
    return True


def _without_counters(head: bytes) -> bytes:
    changed = bytearray(head)
    for start, end in _COUNTERS:
        changed[start:end] = bytes(end - start)
    return bytes(changed)


def explained(error: Exception, paths: Paths, among: Iterable[Kept] = Kept) -> Exception:
    """Return the UserError for an unexpected error that a full disk or a damaged file is behind; the error itself else.

    `among` are the files that are looked through: those that the process may have read. Takes 7 ms a megabyte.
    """
    if isinstance(error, UserError):
        return error
    refusal = disk_refusal(error)
    if refusal is not None:
        return refusal
    for kept in among:
        problem = problem_of(file_of(paths, kept))
        if problem:
            file = file_of(paths, kept)
            return DamagedFile(file, _DAMAGED, path=str(file), problem=problem)
    return error


def problem_of(file: Path) -> str:
    """Return why one of the files, wherever it lies, cannot be read, "" where it can or is not there."""
    if not file.is_file() or not file.stat().st_size:
        return ""
    if ".json" in file.suffixes:
        try:
            return "" if isinstance(json.loads(file.read_bytes()), dict) else "it is no list of the program's"
        except (OSError, ValueError, RecursionError):
            return "it is no list of the program's"
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            return page_problem(connection)
    except sqlite3.Error as error:
        return "" if disk_refusal(error) else str(error)


def restore(paths: Paths, copy: Copy) -> Path | None:
    """Put a copy in place of its file; return the folder that what was there is put into, None where there was nothing.

    The file must be closed, in every process: see `closed`. Raises UserError where the copy cannot be read either or
    the disk has no room for it; the file is then as it was.
    """
    file = file_of(paths, copy.kept)
    draft = file.with_name(f"{file.name}.restored")
    try:
        with _own_file(draft):
            shutil.copyfile(copy.path, draft)
        problem = problem_of(draft)
        if problem:
            raise UserError("The copy {path} cannot be read either ({problem}).", path=str(copy.path), problem=problem)
        if copy.kept is Kept.CATALOGUE:
            _have_it_compared(draft)
        aside = set_aside(paths, copy.kept)
        draft.replace(file)
    except (OSError, sqlite3.Error) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise disk_refusal(error) or UserError("The copy cannot be put back: {problem}.", problem=problem) from error
    finally:
        _remove(draft)
    return aside


def pinned(copy: Copy) -> Copy:
    """Return a copy that newer ones do not push out; whoever asks deletes it."""
    path = copy.path.with_name(f"pinned-{copy.path.name}")
    with _own_file(path):
        shutil.copyfile(copy.path, path)
    return Copy(copy.kept, path, copy.made, copy.size)


def _have_it_compared(draft: Path) -> None:
    """Have the library compare all vectors with an older catalogue, as after a crash."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection, suppress(sqlite3.OperationalError):
        connection.execute("DELETE FROM remembered WHERE key = 'closed'")


def start_anew(paths: Paths, kept: Kept) -> Path | None:
    """Put a file aside and have the program begin with an empty one; return the folder of what was put aside.

    The vectors of a catalogue go with it. The file must be closed, in every process: see `closed`.
    """
    file = file_of(paths, kept)
    try:
        aside = set_aside(paths, kept, with_vectors=True)
        # no file, or an empty one, beside copies would count as one that was lost
        if file.suffix == ".json":
            write_atomically(file, "{}")
        else:
            with _own_file(file), closing(sqlite3.connect(file, isolation_level=None)) as connection:
                connection.execute("PRAGMA application_id = 1")
    except (OSError, sqlite3.Error) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise disk_refusal(error) or UserError("The file cannot be put aside: {problem}.", problem=problem) from error
    return aside


def set_aside(paths: Paths, kept: Kept, *, with_vectors: bool = False) -> Path | None:
    """Move a file, and what SQLite keeps beside it, into a folder of its own; return that, None where nothing was."""
    file = file_of(paths, kept)
    parts = [file, *(file.with_name(file.name + end) for end in _BESIDE)]
    if with_vectors and kept is Kept.CATALOGUE:
        parts.append(paths.vectors)
    if kept is Kept.CONVERSATIONS:
        # they are of the conversations that go, by their ids
        shutil.rmtree(paths.saved_states, ignore_errors=True)
    parts = [part for part in parts if part.exists()]
    if not parts:
        return None
    name = f"{datetime.now(UTC).strftime(_STAMP)}-{kept.value}"
    folder, number = paths.set_aside / name, 2
    while folder.exists():
        folder, number = paths.set_aside / f"{name}-{number}", number + 1
    folder.mkdir(parents=True, mode=0o700)
    for part in parts:
        part.replace(folder / part.name)
    return folder


@contextmanager
def closed(paths: Paths, kept: Kept, *, by_window: bool = False) -> Iterator[None]:
    """Hold a file closed in every other process; UserError where one has it open. `by_window`: this is the window."""
    if not by_window and _window_is_open(paths):
        raise UserError("The window of phi3desk is open. Close it, or restore the copy on its Settings page.")
    if kept not in _CHANGED_WITH_LIBRARY:
        yield
        return
    # loaded where a copy is put back: the window, which only makes copies, does without them
    import filelock

    lock = filelock.FileLock(paths.library_lock)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise UserError(
            "The library is in use by another window or command of phi3desk. Close that one, or wait for it to end."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _window_is_open(paths: Paths) -> bool:
    """Return whether the window's lock file names a process that runs; Qt writes its number on the first line."""
    try:
        first = (paths.home / "window.lock").read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
    except OSError:
        return False
    import psutil

    return first.isdigit() and psutil.pid_exists(int(first))


@contextmanager
def _own_file(path: Path) -> Iterator[int]:
    """Make an empty file that only its owner can read."""
    _remove(path)
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _remove(draft: Path) -> None:
    for path in (draft, *(draft.with_name(draft.name + end) for end in _BESIDE)):
        with suppress(OSError):
            path.unlink(missing_ok=True)
