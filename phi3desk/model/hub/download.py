"""Fetches a model: goes on after a cut or a restart, and keeps nothing that is not what the hub told of."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from phi3desk.errors import Cancelled, UserError
from phi3desk.file_hash import sha256
from phi3desk.model.hub.hub import BRANCH, Gone, Hub, Interrupted
from phi3desk.model.hub.journal import Journal, ModelFolder, size_of
from phi3desk.model.hub.listing import choose, is_safe, repository_name
from phi3desk.model.hub.types import DownloadPhase, DownloadProgress, RemoteFile, Repository, Wanted

#: seconds to wait before the hub is asked again, one after the other while not one byte comes
WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
#: so many of them while nothing of a model is here yet: who has no network is told soon
FIRST_WAITS = 3
#: the longest that a hub's own wish for patience is followed, in seconds
LONGEST_WAIT = 300.0
#: room left on the disk beside the model
ROOM_LEFT = 512 << 20
#: seconds between two notices of how far a download is
NOTICE_EVERY = 0.25
#: seconds over which the speed is taken
PACE_SECONDS = 15.0
GIGABYTE = 1e9


def download(
    wanted: Wanted,
    hub: Hub,
    folder: ModelFolder,
    on_progress: Callable[[DownloadProgress], None],
    cancelled: threading.Event,
    waits: tuple[float, ...] = (),
) -> Path:
    """Fetch a model, or go on with it, and return where it lies: its only file, or the first of its parts.

    Its files get their names once the size and the SHA-256 of all are those that the hub told. What has come stays for
    the next try where the connection or the disk fails, and after Cancelled. Raises UserError.
    """
    wanted = replace(wanted, repository=repository_name(wanted.repository))
    if not is_safe(wanted.file):
        raise UserError("“{file}” cannot be the name of a model's file.", file=wanted.file)
    return _Download(wanted, hub, folder, on_progress, cancelled, waits or WAITS).run()


def unreachable(hub: Hub) -> UserError:
    """Return what a person is told who asks something of a hub that does not answer."""
    return UserError("{host} cannot be reached. Check the network, then try again.", host=hub.host)


class Pace:
    """How fast bytes come, over the last seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, received: int) -> None:
        """Take note of how many bytes are here."""
        now = self._clock()
        self._seen.append((now, received))
        while len(self._seen) > 2 and now - self._seen[1][0] >= PACE_SECONDS:
            self._seen.popleft()

    def forget(self) -> None:
        """Begin anew, after a pause in which nothing could come."""
        self._seen.clear()

    @property
    def bytes_per_second(self) -> float:
        """The speed; 0 while it cannot be told."""
        if len(self._seen) < 2:
            return 0.0
        (begin, first), (end, last) = self._seen[0], self._seen[-1]
        return max(0.0, (last - first) / (end - begin)) if end - begin >= 1.0 else 0.0


class _Download:
    def __init__(
        self,
        wanted: Wanted,
        hub: Hub,
        folder: ModelFolder,
        on_progress: Callable[[DownloadProgress], None],
        cancelled: threading.Event,
        waits: tuple[float, ...],
    ) -> None:
        self._wanted, self._hub, self._folder = wanted, hub, folder
        self._on_progress, self._cancelled, self._waits = on_progress, cancelled, waits
        self._pace = Pace()
        self._told = 0.0
        self._received = self._total = 0

    def run(self) -> Path:
        with self._folder.lock(self._wanted):
            journal = self._journal()
            self._wanted = journal.wanted
            self._total, self._received = journal.total, self._folder.received(journal)
            self._check_room(journal)
            self._folder.write(journal)
            for file in journal.files:
                if file.name not in journal.done:
                    journal = journal.with_done(file, fetched=self._fetch(journal, file))
                    self._folder.write(journal)
            return self._folder.put_in_place(journal)

    def _journal(self) -> Journal:
        """Return what is to be fetched, as the hub tells of it now; what was begun of the same bytes counts."""
        begun = self._folder.read(self._wanted)
        self._tell(DownloadPhase.ASKING)
        try:
            repository = self._repository(begun)
        except Gone:
            if begun is None:
                raise
            repository = self._repository(None)
        model = choose(repository, self._wanted.file)
        wanted = Wanted(repository.name, model.name)
        begun = begun if wanted == self._wanted else self._folder.read(wanted)
        same = set(model.files) & set(begun.files) if begun is not None else set()
        for file in model.files:
            if file not in same:
                self._folder.part(wanted, file).unlink(missing_ok=True)
        journal = Journal(wanted, repository.commit, model.files)
        if begun is None:
            return journal
        done = tuple(file.name for file in model.files if file in same and self._folder.holds(begun, file))
        fetched = tuple(file.name for file in model.files if file in same and file.name in begun.fetched)
        return replace(journal, done=done, fetched=fetched)

    def _check_room(self, journal: Journal) -> None:
        found = sum(file.size for file in journal.files if file.name not in journal.done and self._may_be_here(file))
        needed = self._total - self._received - found + ROOM_LEFT
        free = shutil.disk_usage(self._folder.root).free
        if free < needed:
            raise UserError(
                "There is too little room for the model in {folder}: it needs {needed} GB, {free} GB are free. Make "
                "room on that disk, then try again; what has been downloaded is kept.",
                folder=str(self._folder.root),
                needed=f"{needed / GIGABYTE:.1f}",
                free=f"{free / GIGABYTE:.1f}",
            )

    def _may_be_here(self, file: RemoteFile) -> bool:
        """Return whether a file lies in its place that was not fetched anew and has the right size."""
        return size_of(self._folder.place(self._wanted, file.name)) == file.size and not self._part(file).exists()

    def _part(self, file: RemoteFile) -> Path:
        return self._folder.part(self._wanted, file)

    def _fetch(self, journal: Journal, file: RemoteFile) -> bool:
        """Have a file here, checked; return whether it was fetched for that, and was not in its place before."""
        place, part = self._folder.place(self._wanted, file.name), self._part(file)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._may_be_here(file):
            self._received += file.size
            if self._sha256(place) == file.sha256:
                return False
            self._received -= file.size
        before = self._received - min(file.size, size_of(part))
        failures, have = 0, size_of(part)
        while have != file.size:
            try:
                self._receive(journal, file, part, before)
            except Interrupted as cut:
                have_now = size_of(part)
                failures = 1 if have_now > have else failures + 1
                have = have_now
                self._wait(failures, cut.seconds)
            else:
                have = size_of(part)
        self._received = before + file.size
        if self._sha256(part) != file.sha256:
            part.unlink(missing_ok=True)
            raise UserError(
                "“{file}” came from {host} damaged or altered: it is not the file that {host} told of. It was deleted. "
                "Try again, or set another address on the Settings page.",
                file=file.name,
                host=self._hub.host,
            )
        return True

    def _receive(self, journal: Journal, file: RemoteFile, part: Path, before: int) -> None:
        """Add to a part what is missing of it, `before` bytes of the model being elsewhere; Interrupted on a cut."""
        have = size_of(part)
        if have > file.size:
            part.unlink()
            have = 0
        self._tell(DownloadPhase.ASKING)
        self._pace.forget()
        with (
            self._hub.bytes_of(self._wanted.repository, journal.commit, file, have) as (begin, chunks),
            open(part, "r+b" if begin and part.exists() else "wb") as out,
        ):
            out.seek(begin)
            for chunk in chunks:
                if self._cancelled.is_set():
                    raise Cancelled
                if begin + len(chunk) > file.size:
                    raise UserError(
                        "{host} sends more than the {told} bytes it had told of for “{file}”. Try again later, or "
                        "set another address on the Settings page.",
                        host=self._hub.host,
                        told=file.size,
                        file=file.name,
                    )
                out.write(chunk)
                begin += len(chunk)
                self._received = before + begin
                self._tell(DownloadPhase.RECEIVING, often=True)
            out.flush()
            os.fsync(out.fileno())
        if begin < file.size:
            raise Interrupted

    def _repository(self, begun: Journal | None) -> Repository:
        """Return the repository at the commit that was begun; at the newest, and with less patience, for a new one."""
        failures = 0
        while True:
            try:
                return self._hub.repository(self._wanted.repository, begun.commit if begun is not None else BRANCH)
            except Interrupted as cut:
                failures += 1
                if begun is None and failures > FIRST_WAITS:
                    raise unreachable(self._hub) from None
                self._wait(failures, cut.seconds)

    def _wait(self, failures: int, wished: float) -> None:
        """Wait before the next try; UserError where there were enough, Cancelled where the person stops it."""
        if failures > len(self._waits):
            raise UserError(
                "The connection to {host} was lost and does not come back. What has been downloaded is kept. Check the "
                "network, then resume.",
                host=self._hub.host,
            )
        self._tell(DownloadPhase.WAITING)
        if self._cancelled.wait(max(self._waits[failures - 1], min(wished, LONGEST_WAIT))):
            raise Cancelled

    def _sha256(self, path: Path) -> str:
        """Return a file's SHA-256, and stop where the person does: seconds for a file of gigabytes."""
        self._tell(DownloadPhase.CHECKING)
        return sha256(path, self._cancelled)

    def _tell(self, phase: DownloadPhase, *, often: bool = False) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        if often and now - self._told < NOTICE_EVERY:
            return
        self._told = now
        speed, left = 0.0, None
        if phase is DownloadPhase.RECEIVING:
            self._pace.note(self._received)
            speed = self._pace.bytes_per_second
            left = (self._total - self._received) / speed if speed else None
        self._on_progress(DownloadProgress(phase, self._received, self._total, left, speed))
