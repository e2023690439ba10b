"""What a disk refuses, in words: it is full, or a file on it cannot be read or written, told before or after."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from phi3desk.errors import UserError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT}) if hasattr(errno, "EDQUOT") else frozenset({errno.ENOSPC})
_REFUSED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.EISDIR, errno.ENOTDIR, errno.EFBIG, errno.ENAMETOOLONG}
)
#: what libraries that hide the system's error say of a full disk
_FULL_WORDS = ("database or disk is full", "no space left on device", "disk quota exceeded", "not enough space")
#: with less room than this SQLite cannot even make the files beside a database that it needs to read it
LEAST_ROOM = 1 << 20


def disk_refusal(error: BaseException) -> UserError | None:
    """Return what to tell of an error, or of what caused it, that comes from the disk; None for any other."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return full_disk(_named(cause))
        if isinstance(cause, OSError) and cause.errno in _REFUSED and cause.filename is not None:
            return UserError(
                "{path} cannot be read or written: {problem}.",
                path=_named(cause),
                problem=cause.strerror or type(cause).__name__,
            )
        is_full = isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        said = str(cause).lower()
        if is_full or any(words in said for words in _FULL_WORDS):
            return full_disk()
    return None


def full_disk(path: str | Path = "") -> UserError:
    """Return what to tell of a disk that has no room for a file, "" where it is not known for which."""
    if not str(path):
        return UserError("The disk is full. What was kept before is not lost. Make room on it, then try again.")
    return UserError(
        "The disk is full: {path} could not be written. What was kept before is not lost. Make room on it, then try "
        "again.",
        path=str(path),
    )


def check_file(path: Path) -> None:
    """Raise UserError where no file of that name can be written, before any work is done for it."""
    parent = path.absolute().parent
    try:
        if not parent.is_dir():
            raise UserError("There is no folder {path}. Make it, or choose another one.", path=str(parent))
        if path.is_dir():
            raise UserError("{path} is a folder. Name a file in it.", path=str(path))
        # as the file itself will be written: beside the older one, which stays until then
        beside = path.with_name(f"{path.name}.new")
        if not beside.exists():
            beside.touch(exist_ok=False)
            beside.unlink()
    except OSError as error:
        raise unwritten(path, error) from error


def unwritten(path: Path, error: OSError) -> UserError:
    """Return what to tell of a file that the user named and that cannot be written."""
    return UserError("{path} cannot be written: {problem}.", path=str(path), problem=error.strerror or str(error))


def has_no_room(path: Path) -> bool:
    """Return whether the disk of a file is too full for anything to be written."""
    try:
        return shutil.disk_usage(path.parent).free < LEAST_ROOM
    except OSError:
        return False


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _named(error: OSError) -> str:
    return "" if error.filename is None else os.fsdecode(error.filename).removesuffix(".new")
