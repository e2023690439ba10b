"""The expert profiles of one installation, kept in one JSON file."""

from __future__ import annotations

import dataclasses
import logging
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from phi3desk.chat.messages import DAY_SECONDS, DAYS_IN_BIN
from phi3desk.errors import DamagedFile, UserError, say
from phi3desk.file_lock import FileLock
from phi3desk.paths import copies_of, put_aside, resource, write_atomically
from phi3desk.profiles.profile import COLORS, LONGEST_NAME, Profile
from phi3desk.profiles.validation import check_profile

__all__ = ["COLORS", "LONGEST_NAME", "ProfileStore"]

log = logging.getLogger(__name__)

#: seconds to wait for another process that changes the profiles
PATIENCE = 10
_NUMBERED = re.compile(r"(?P<stem>.*\S) \d{1,4}")


@dataclasses.dataclass(frozen=True)
class DeletedProfile:
    """A profile in the bin: when it was deleted, in seconds since 1970, and where in the order it stood, from 0."""

    profile: Profile
    deleted: float
    place: int


@dataclasses.dataclass(frozen=True)
class _File:
    """The shape of profiles.json."""

    profiles: list[Profile] = dataclasses.field(default_factory=list)
    current: str = ""
    version: int = 1
    bin: list[DeletedProfile] = dataclasses.field(default_factory=list)


_UNREADABLE = say(
    "The experts cannot be read; the built-in ones are there in their place, and the file is kept as {kept}. To put "
    "back a copy: the Settings page, or phi3desk restore.",
    kept="",
)
_GONE = say(
    "The experts are not there any more; the built-in ones are there in their place. To put back a copy: the Settings "
    "page, or phi3desk restore."
)


class ProfileStore:
    """The profiles in their order, and which one is in use; every change is kept at once.

    Used from one thread of a process; what another process changes is seen at the next call. An installation starts
    with the built-in profiles.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(f"{path}.lock", timeout=PATIENCE)
        self._content = _File(list(built_in_profiles()))
        self._seen: tuple[int, int, int] | None = None
        #: that the file could not be read, to be told once; the built-in profiles are there in its place
        self.problem: DamagedFile | None = None
        self._look()
        if self._state() is None and self.problem is None and copies_of(path):
            self.problem = DamagedFile(path, _GONE)
        self._empty_bin(time.time() - DAYS_IN_BIN * DAY_SECONDS)

    def profiles(self) -> list[Profile]:
        """Return the profiles in their order; there is always at least one."""
        self._look()
        return list(self._content.profiles)

    @property
    def current(self) -> Profile:
        """The profile in use."""
        profiles = self.profiles()
        return next((profile for profile in profiles if profile.id == self._content.current), profiles[0])

    def profile(self, profile_id: str) -> Profile:
        """Return a profile by its id; UserError where it was deleted."""
        for profile in self.profiles():
            if profile.id == profile_id:
                return profile
        raise UserError("This expert no longer exists.")

    def named(self, name: str) -> Profile:
        """Return a profile by its name, whatever its case; UserError that lists the names where there is none."""
        profiles = self.profiles()
        for profile in profiles:
            if profile.name.casefold() == name.strip().casefold():
                return profile
        names = ", ".join(profile.name for profile in profiles)
        raise UserError("There is no expert named “{name}”. There are: {names}.", name=name, names=names)

    def use(self, profile_id: str) -> Profile:
        """Switch to a profile and return it."""
        with self._changing():
            profile = self.profile(profile_id)
            self._content = dataclasses.replace(self._content, current=profile.id)
        return profile

    def create(self, name: str, template: Profile | None = None) -> Profile:
        """Add a profile, empty or as the template is; the name is made unique."""
        if template is not None:
            return self.add(dataclasses.replace(template, name=name))
        return self.add(Profile("", name, color=COLORS[len(self.profiles()) % len(COLORS)]))

    def add(self, profile: Profile) -> Profile:
        """Add a profile under an id of its own and a free name; UserError where it cannot be kept."""
        with self._changing():
            name = self._free_name(profile.name)
            added = dataclasses.replace(profile, id=uuid.uuid4().hex, name=name, built_in=False)
            check_profile(added)
            self._content.profiles.append(added)
        return added

    def copy(self, profile_id: str, name: str = "") -> Profile:
        """Add a copy of a profile, right after it; without a name it gets the next number: “Pump expert 2”."""
        with self._changing():
            original = self.profile(profile_id)
            copy = self.add(dataclasses.replace(original, name=name or original.name))
            return self.move(copy.id, self._content.profiles.index(original) + 1)

    def save(self, profile: Profile) -> None:
        """Keep a changed profile; UserError where it cannot be kept, its name is taken, or it no longer exists."""
        check_profile(profile)
        with self._changing():
            index = self._content.profiles.index(self.profile(profile.id))
            self._check_free(profile)
            self._content.profiles[index] = dataclasses.replace(profile, name=profile.name.strip())

    def what_passes(self, profile: Profile) -> tuple[Profile, UserError | None]:
        """Return a changed profile with each part that cannot be kept as it was before, and the first reason.

        Raises UserError where it no longer exists.
        """
        passing, refused = self.profile(profile.id), None
        for part in dataclasses.fields(Profile):
            tried = dataclasses.replace(passing, **{part.name: getattr(profile, part.name)})
            try:
                check_profile(tried)
                self._check_free(tried)
            except UserError as error:
                refused = refused or error
            else:
                passing = tried
        return passing, refused

    def _check_free(self, profile: Profile) -> None:
        """Raise UserError where another profile has the name of this one."""
        name = profile.name.strip()
        if any(o.id != profile.id and o.name.casefold() == name.casefold() for o in self._content.profiles):
            raise UserError("There is an expert named “{name}” already. Choose another name.", name=name)

    def move(self, profile_id: str, position: int) -> Profile:
        """Put a profile at a position in the order, from 0; beyond the ends counts as the end."""
        with self._changing():
            profile = self.profile(profile_id)
            self._content.profiles.remove(profile)
            self._content.profiles.insert(max(0, position), profile)
        return profile

    def delete(self, profile_id: str) -> Profile:
        """Put a profile into the bin for DAYS_IN_BIN days and return it; `restore` undoes it. The last one stays."""
        with self._changing():
            profile = self.profile(profile_id)
            if len(self._content.profiles) == 1:
                raise UserError("The last expert cannot be deleted.")
            place = self._content.profiles.index(profile)
            self._content.bin.append(DeletedProfile(profile, time.time(), place))
            self._content.profiles.remove(profile)
        return profile

    def restore(self, profile_id: str) -> Profile | None:
        """Undo `delete`: the profile comes back to its place; None where it is not in the bin."""
        with self._changing():
            deleted = next((one for one in self._content.bin if one.profile.id == profile_id), None)
            if deleted is None:
                return None
            profile = dataclasses.replace(deleted.profile, name=self._free_name(deleted.profile.name))
            self._content.bin.remove(deleted)
            self._content.profiles.insert(deleted.place, profile)
        return profile

    def bin(self) -> list[DeletedProfile]:
        """Return the deleted profiles that can be brought back, the last deleted first."""
        self._look()
        return sorted(self._content.bin, key=lambda one: -one.deleted)

    def delete_for_good(self, profile_id: str) -> None:
        """Take a profile out of the bin; nothing brings it back."""
        with self._changing():
            self._content.bin[:] = [one for one in self._content.bin if one.profile.id != profile_id]

    def _empty_bin(self, before: float) -> None:
        """Forget what was deleted before a time, in seconds since 1970."""
        if any(one.deleted < before for one in self._content.bin):
            with self._changing():
                self._content.bin[:] = [one for one in self._content.bin if one.deleted >= before]

    def templates(self) -> tuple[Profile, ...]:
        """Return the built-in profiles as they came, to make new ones from; see `create`."""
        return built_in_profiles()

    def _free_name(self, name: str) -> str:
        taken = {profile.name.casefold() for profile in self._content.profiles}
        wanted = name.strip()[:LONGEST_NAME] or "Expert"
        if wanted.casefold() not in taken:
            return wanted
        numbered = _NUMBERED.fullmatch(wanted)
        stem = (numbered["stem"] if numbered else wanted)[: LONGEST_NAME - 5]
        number = 2
        while f"{stem} {number}".casefold() in taken:
            number += 1
        return f"{stem} {number}"

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the file for a change that no other process can come between, and keep it; may be nested."""
        with self._lock:
            outermost = self._lock.depth == 1
            if outermost:
                self._look()
            before = self._content
            self._content = dataclasses.replace(before, profiles=list(before.profiles), bin=list(before.bin))
            try:
                yield
                if outermost:
                    write_atomically(self._path, msgspec.json.encode(self._content).decode())
                    self._seen = self._state()
            except BaseException:
                self._content = before
                raise

    def _look(self) -> None:
        """Take in what is in the file, where it is not what was last seen."""
        state = self._state()
        if state == self._seen or state is None or self._lock.depth > 1:
            return
        self._seen = state
        try:
            stored = msgspec.json.decode(self._path.read_bytes(), type=_File)
            for profile in stored.profiles:
                check_profile(profile)
            if len({profile.id for profile in stored.profiles}) < len(stored.profiles):
                raise ValueError
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError, UserError) as error:
            log.warning("profiles.json cannot be read: %s", type(error).__name__)
            self.problem = DamagedFile(self._path, _UNREADABLE, kept=str(put_aside(self._path)))
            return
        if stored.profiles:
            self._content = stored

    def _state(self) -> tuple[int, int, int] | None:
        """Return what tells one state of the file from another, None where there is no file."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


@cache
def built_in_profiles() -> tuple[Profile, ...]:
    """Return the profiles of resources/profiles, the one to start with first."""
    stored = msgspec.json.decode(resource("profiles", "experts.json").read_bytes(), type=list[Profile])
    return tuple(dataclasses.replace(profile, built_in=True) for profile in stored)
