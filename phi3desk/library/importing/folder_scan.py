"""What lies in the folders and files that a collection is bound to, as the file system lists it."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from phi3desk.errors import Cancelled, Sentence, say
from phi3desk.library.documents import BoundSource, Rules
from phi3desk.library.file_rules import FileRules, is_left_out
from phi3desk.library.on_disk import is_folder
from phi3desk.library.reading.kinds import not_opened
from phi3desk.library.sources import identity_of

#: how many files of one folder are looked at, on a slow share within a second, between two looks whether to go on
_AT_A_TIME = 100


@dataclass(frozen=True)
class ScannedFile:
    """A file as it is on disk; `changed` is in seconds since 1970."""

    path: str
    size: int
    changed: float
    regular: bool = True


@dataclass
class Scan:
    """Every file of some sources once, and the places that could not be looked at: what is below them is unknown.

    `passed_over` are the places in folders that were not looked at, links among them, each with the reason.
    """

    files: dict[str, ScannedFile] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    passed_over: dict[str, Sentence] = field(default_factory=dict)

    def failed(self, path: str, error: OSError) -> None:
        """Take note of a place that could not be looked at; one that has just gone is no loss."""
        self.unknown.append(path)
        if not isinstance(error, FileNotFoundError):
            self.passed_over[path] = _why(error)

    def is_unknown(self, path: str) -> bool:
        """Return whether it could not be seen if a file is there."""
        return any(path == place or path.startswith(place.rstrip(os.sep) + os.sep) for place in self.unknown)


def scan(sources: Sequence[BoundSource], rules: Rules, cancelled: threading.Event) -> Scan:
    """Look at every source. A folder that is away, as on a drive that is not plugged in, counts as not looked at.

    Raises Cancelled between two folders, and now and then in one that holds many files.

    A file that is bound by itself is taken as it is, whatever the rules say; of a folder, links are not followed: one
    leads out of the folder, or to a file that is found under its own name. They are passed over with that reason.
    """
    seen = Scan()
    for source in sources:
        path = Path(source.path)
        if source.folder:
            if source.missing:
                seen.unknown.append(source.path)
                continue
            for found in _files_below(path, path, rules, seen, cancelled):
                seen.files[found.path] = found
        else:
            _take_file(path, seen)
    return seen


def _take_file(path: Path, seen: Scan) -> None:
    try:
        found = scanned(path)
    except FileNotFoundError:
        if not is_folder(path.parent):
            seen.unknown.append(str(path))
        return
    except OSError as error:
        seen.failed(str(path), error)
        return
    if found is not None:
        seen.files[str(path)] = found


def scanned(path: Path) -> ScannedFile | None:
    """Return the file at a path, or where a link there leads, None for a folder; raises OSError where nothing is."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        return None
    return ScannedFile(str(path), status.st_size, status.st_mtime, stat.S_ISREG(status.st_mode))


def _files_below(
    folder: Path, root: Path, rules: Rules, seen: Scan, cancelled: threading.Event
) -> Iterator[ScannedFile]:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        folders = []
        for entry in _now_and_then(cancelled, _entries(here, seen, cancelled)):
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                seen.failed(entry.path, error)
                continue
            if is_left_out(PurePath(entry.path), status, root, rules):
                continue
            if entry.is_symlink() or is_junction(status):
                seen.passed_over[entry.path] = _about_link(entry.path, root, rules)
            elif stat.S_ISDIR(status.st_mode):
                folders.append(Path(entry.path))
            elif stat.S_ISREG(status.st_mode):
                yield ScannedFile(entry.path, status.st_size, status.st_mtime)
        waiting.extend(reversed(folders))
        if waiting and cancelled.is_set():
            raise Cancelled


def _entries(folder: Path, seen: Scan, cancelled: threading.Event) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(_now_and_then(cancelled, entries), key=lambda entry: entry.name)
    except OSError as error:
        seen.failed(str(folder), error)
        return []


def _now_and_then(cancelled: threading.Event, entries: Iterable[os.DirEntry[str]]) -> Iterator[os.DirEntry[str]]:
    """Yield what a folder holds; raise Cancelled after some of it where the work is to end."""
    for number, entry in enumerate(entries, 1):
        yield entry
        if number % _AT_A_TIME == 0 and cancelled.is_set():
            raise Cancelled


def _why(error: OSError) -> Sentence:
    if error.errno == errno.ENAMETOOLONG:
        return say(
            "The path is longer than the system can open, so this was not read. Move it further up, or give its "
            "folders shorter names."
        )
    if error.errno == errno.EACCES:
        return say(
            "You may not open this, so what lies here was not read. Have the right to read it given to you, then check "
            "the folder again."
        )
    problem = error.strerror or type(error).__name__
    return say("This could not be looked at, so what lies here was not read: {problem}.", problem=problem)


def is_shown_only(path: str) -> bool:
    """Return whether a path is not the file's own, but how its name in another encoding is shown."""
    return "\ufffd" in path


def why_closed(path: str) -> Sentence | None:
    """Return why a file cannot be opened now, as on a drive that is not plugged in; None where it can.

    None, too, where the path is shown only.
    """
    if is_shown_only(path):
        return None
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except OSError as error:
        return not_opened(error)
    return None


def _about_link(path: str, root: Path, rules: Rules) -> Sentence:
    """Return why a link is passed over; where it leads to something in the folder that is let in, nothing is lost."""
    try:
        target = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):
        return say("This is a link that leads nowhere, or in a circle, so there is nothing to read.")
    shown = os.fsencode(target).decode("utf-8", "replace")
    if target.is_relative_to(root) and FileRules(root, rules).lets_in(target):
        return say(
            "This is a link, which is not followed. What it leads to is read at its own place: {path}.", path=shown
        )
    return say("This is a link, which is not followed. Add what it leads to by itself: {path}.", path=shown)


def renamed_to(
    source: BoundSource, identity: str, holds_it: Callable[[Path], bool], cancelled: threading.Event
) -> Path | None:
    """Return where a bound folder is now that is not at its place, if it was only renamed where it lay.

    A new folder may get the identity of a deleted one: `holds_it` tells whether what the source held is in a folder.
    """
    if not (source.folder and source.missing and identity):
        return None
    parent = Path(source.path).parent
    for entry in _now_and_then(cancelled, _entries(parent, Scan(), cancelled)):
        try:
            if not entry.is_dir(follow_symlinks=False):
                continue
        except OSError:
            continue
        place = Path(entry.path)
        if identity_of(place) == identity and holds_it(place):
            return place
    return None


def is_file_of(path: Path, size: int) -> bool:
    """Return whether a file of a size lies at a place."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == size


def is_unmounted(source: BoundSource, identity: str) -> bool:
    """Return whether an empty folder is only the place where a drive is mounted that is not connected now."""
    if not (source.folder and identity and not source.missing):
        return False
    path = Path(source.path)
    try:
        return identity_of(path) != identity and not any(path.iterdir())
    except OSError:
        return True


def is_passed_over(path: str) -> bool:
    """Return whether a path in a bound folder is a link, or a folder, and so no file that `scan` finds."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISLNK(status.st_mode) or stat.S_ISDIR(status.st_mode) or is_junction(status)


def is_junction(status: os.stat_result) -> bool:
    """Return whether a Windows folder is a junction: a link that does not call itself one."""
    return getattr(status, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
