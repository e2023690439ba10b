"""Where fetched models lie, and what is known of the downloads that are not finished: a journal beside each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from phi3desk.errors import UserError
from phi3desk.model.hub.types import RemoteFile, Unfinished, Wanted
from phi3desk.paths import Paths, write_atomically

log = logging.getLogger(__name__)

JOURNAL, PART, LOCK = ".download.json", ".part", ".download.lock"


@dataclass(frozen=True)
class Journal:
    """What was begun: the model, the commit it is of, its files, and the names of those that are here and checked.

    Of these `fetched` came by this download, the others were here before. They take their places when all are here: a
    model that is in use is not to be of two versions.
    """

    wanted: Wanted
    commit: str
    files: tuple[RemoteFile, ...]
    done: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def with_done(self, file: RemoteFile, *, fetched: bool) -> Journal:
        """Return this journal with one more file that is here and checked."""
        ours = (*self.fetched, file.name) if fetched else self.fetched
        return replace(self, done=tuple(dict.fromkeys((*self.done, file.name))), fetched=tuple(dict.fromkeys(ours)))


class ModelFolder:
    """The folder of the models that were fetched, each under its owner's and its repository's name."""

    def __init__(self, paths: Paths) -> None:
        self.root = paths.model_files

    def place(self, wanted: Wanted, name: str = "") -> Path:
        """Return where a file of a repository lies, the one that was asked for where none is named."""
        return self.root.joinpath(*wanted.repository.split("/"), *(name or wanted.file).split("/"))

    def part(self, wanted: Wanted, file: RemoteFile) -> Path:
        """Return where a file lies while it is fetched."""
        return _beside(self.place(wanted, file.name), PART)

    def received(self, journal: Journal) -> int:
        """Return how many bytes of a download are here."""
        parts = (
            file.size if file.name in journal.done else min(file.size, size_of(self.part(journal.wanted, file)))
            for file in journal.files
        )
        return sum(parts)

    def holds(self, journal: Journal, file: RemoteFile) -> bool:
        """Return whether a file that was checked is still where a download left it."""
        wanted = journal.wanted
        left = self.part(wanted, file) if file.name in journal.fetched else self.place(wanted, file.name)
        return file.name in journal.done and size_of(left) == file.size

    def put_in_place(self, journal: Journal) -> Path:
        """Give the files of a download their names, once all are here; return where the first one lies."""
        for file in journal.files:
            part = self.part(journal.wanted, file)
            if part.exists():
                part.replace(self.place(journal.wanted, file.name))
        return self.place(journal.wanted, journal.files[0].name)

    def read(self, wanted: Wanted) -> Journal | None:
        """Return the journal of a download that was begun; None where there is none that can be read."""
        return _read(_beside(self.place(wanted), JOURNAL))

    def write(self, journal: Journal) -> None:
        """Keep a journal."""
        path = _beside(self.place(journal.wanted), JOURNAL)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, msgspec.json.encode(journal).decode())

    def unfinished(self) -> list[Unfinished]:
        """Return the downloads that can go on; reads their journals, and no network."""
        if not self.root.is_dir():
            return []
        journals = [_read(path) for path in sorted(self.root.rglob(f"*{JOURNAL}"))]
        return [
            Unfinished(journal.wanted, self.received(journal), journal.total)
            for journal in journals
            if journal is not None
        ]

    def forget(self, place: Path) -> None:
        """Take away the journal beside a model's file: the download is finished."""
        _beside(place, JOURNAL).unlink(missing_ok=True)

    def discard(self, wanted: Wanted, *, listed: bool = False) -> None:
        """Delete what came by an unfinished download, of a `listed` model no file that has its place already.

        UserError while it runs.
        """
        with self.lock(wanted):
            journal = self.read(wanted)
            for file in journal.files if journal is not None else ():
                part = self.part(wanted, file)
                if part.exists():
                    part.unlink()
                elif journal is not None and file.name in journal.fetched and not listed:
                    self.place(wanted, file.name).unlink(missing_ok=True)
            self.forget(self.place(wanted))

    @contextmanager
    def lock(self, wanted: Wanted) -> Iterator[None]:
        """Hold a download, which only one process can; UserError where another one has it."""
        from filelock import FileLock, Timeout

        path = _beside(self.place(wanted), LOCK)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError("This model is being downloaded already, by another window or command.") from None
        try:
            yield
        finally:
            lock.release()
            self._tidy(path)

    def _tidy(self, lock: Path) -> None:
        """Leave no lock behind, and no folder in which there is nothing else."""
        with suppress(OSError):
            lock.unlink(missing_ok=True)
            for folder in lock.parents:
                if folder == self.root.parent:
                    break
                folder.rmdir()


def size_of(path: Path) -> int:
    """Return the bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _read(path: Path) -> Journal | None:
    try:
        journal = msgspec.json.decode(path.read_bytes(), type=Journal)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        log.warning("the journal of a download cannot be read: %s", path.name)
        return None
    return journal if journal.files else None
