"""What is made of models for this machine: a folder each, made once and complete or not there at all."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

from phi3desk.errors import UserError
from phi3desk.file_hash import sha256

log = logging.getLogger(__name__)

#: Names what lies in the folder, with the length and the SHA-256 of each file.
RECORD = "made.json"
_BEGUN = ".making-"

Opened = TypeVar("Opened")


def make(folder: Path, of: str, write: Callable[[Path], None]) -> None:
    """Have a folder written beside its place and put there in one step; `of` tells what it is made of.

    What another process has put there meanwhile is kept. UserError where the disk does not take it.
    """
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / ".lock"):
            if is_made(folder, of):
                return
            for left in folder.parent.glob(f"{_BEGUN}*"):
                shutil.rmtree(left, ignore_errors=True)
            begun = Path(mkdtemp(prefix=_BEGUN, dir=folder.parent))
            try:
                write(begun)
                _record(begun, of)
                # that of an installation is for all its users; a data folder lets in nobody else anyway
                for path in (begun, *begun.rglob("*")):
                    path.chmod(0o755 if path.is_dir() else 0o644)
                if folder.exists():
                    folder.rename(begun.with_name(f"{begun.name}-old"))
                begun.rename(folder)
            finally:
                for left in folder.parent.glob(f"{_BEGUN}*"):
                    shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise UserError(
            "The embedding model cannot be made ready in {folder}: {problem}.",
            folder=str(folder.parent),
            problem=error.strerror or str(error),
        ) from error


def is_made(folder: Path, of: str) -> bool:
    """Return whether a folder holds what is made of something, by the lengths of its files."""
    record = _read(folder)
    try:
        return bool(record["of"] == of) and all(
            (folder / name).stat().st_size == size for name, (size, _) in record["files"].items()
        )
    except (OSError, LookupError, TypeError, ValueError):
        return False


def made_in(places: Iterable[Path | None], name: str, of: str) -> Path | None:
    """Return the folder of that name in the first of some places in which it is made of something; None for none."""
    folders = [place / name for place in places if place is not None]
    return next((folder for folder in folders if is_made(folder, of)), None)


def open_made(folder: Path, open_folder: Callable[[Path], Opened], make_again: Callable[[], Path]) -> Opened:
    """Open what was made; where that fails and its files are no longer what was made, make it again and open that.

    Raises what opening raised where the files are sound: memory may be short, and a second time would not help.
    """
    try:
        return open_folder(folder)
    except Exception:
        if not changed_files(folder):
            raise
        log.exception("%s is damaged and made anew", folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        return open_folder(make_again())


def changed_files(folder: Path) -> list[str]:
    """Return the files of a folder that are not what was made, by their hashes; reads all of them."""
    files = _read(folder).get("files", {})
    return [name for name, (_, made) in files.items() if not _is_same(folder / name, made)]


def _record(folder: Path, of: str) -> None:
    files = {
        file.relative_to(folder).as_posix(): (file.stat().st_size, sha256(file))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    (folder / RECORD).write_text(json.dumps({"of": of, "files": files}, indent=1), encoding="utf-8")


def _read(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _is_same(file: Path, made: str) -> bool:
    try:
        return sha256(file) == made
    except OSError:
        return False
