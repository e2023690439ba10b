"""The expert profiles of one installation, kept in one JSON file."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from pathlib import Path

import msgspec

from phi3desk.errors import UserError
from phi3desk.paths import write_atomically
from phi3desk.profiles.profile import Profile

log = logging.getLogger(__name__)

GENERAL = Profile(
    id="general",
    name="General",
    instructions="You are a careful expert. Answer plainly and precisely, with figures and units where there are any.",
    built_in=True,
)
COLORS = ("#2459D3", "#1F7A4D", "#8A5A00", "#B3261E", "#6A3FB5", "#0F766E", "#9D174D", "#475569")
LONGEST_NAME = 60


@dataclasses.dataclass(frozen=True)
class _File:
    """The shape of profiles.json."""

    profiles: list[Profile]
    current: str = GENERAL.id
    version: int = 1


class ProfileStore:
    """The profiles in their order, and which one is in use; every change is kept at once.

    Used from the window's thread, or from one command.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._profiles: list[Profile] = [GENERAL]
        self._current = GENERAL.id
        if not path.exists():
            return
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError):
            log.warning("profiles.json cannot be read; it is kept as profiles.json.unreadable")
            path.replace(path.with_name(path.name + ".unreadable"))
            return
        if stored.profiles:
            self._profiles = stored.profiles
            self._current = stored.current

    def profiles(self) -> list[Profile]:
        """Return the profiles in their order; there is always at least one."""
        return list(self._profiles)

    @property
    def current(self) -> Profile:
        """The profile in use."""
        return next((profile for profile in self._profiles if profile.id == self._current), self._profiles[0])

    def profile(self, profile_id: str) -> Profile:
        """Return a profile by its id; UserError where it was deleted."""
        for profile in self._profiles:
            if profile.id == profile_id:
                return profile
        raise UserError("This expert no longer exists.")

    def named(self, name: str) -> Profile:
        """Return a profile by its name, whatever its case; UserError that lists the names where there is none."""
        for profile in self._profiles:
            if profile.name.casefold() == name.casefold():
                return profile
        names = ", ".join(profile.name for profile in self._profiles)
        raise UserError("There is no expert named “{name}”. There are: {names}.", name=name, names=names)

    def use(self, profile_id: str) -> Profile:
        """Switch to a profile and return it."""
        profile = self.profile(profile_id)
        self._current = profile.id
        self._save()
        return profile

    def create(self, name: str) -> Profile:
        """Add an empty profile; the name is made unique."""
        color = COLORS[len(self._profiles) % len(COLORS)]
        profile = Profile(id=uuid.uuid4().hex, name=self._free_name(name), color=color)
        self._profiles.append(profile)
        self._save()
        return profile

    def copy(self, profile_id: str, name: str) -> Profile:
        """Add a copy of a profile under another name."""
        profile = dataclasses.replace(
            self.profile(profile_id), id=uuid.uuid4().hex, name=self._free_name(name), built_in=False
        )
        self._profiles.append(profile)
        self._save()
        return profile

    def save(self, profile: Profile) -> None:
        """Keep a changed profile; UserError where its name is empty, too long or taken, or it no longer exists."""
        name = profile.name.strip()
        if not name:
            raise UserError("An expert needs a name.")
        if len(name) > LONGEST_NAME:
            raise UserError("The name is too long; {most} characters are the most.", most=LONGEST_NAME)
        if any(other.id != profile.id and other.name.casefold() == name.casefold() for other in self._profiles):
            raise UserError("There is an expert named “{name}” already. Choose another name.", name=name)
        index = self._profiles.index(self.profile(profile.id))
        self._profiles[index] = dataclasses.replace(profile, name=name)
        self._save()

    def delete(self, profile_id: str) -> Profile:
        """Delete a profile and return it, so that `restore` can undo it; the last one stays."""
        profile = self.profile(profile_id)
        if len(self._profiles) == 1:
            raise UserError("The last expert cannot be deleted.")
        self._profiles.remove(profile)
        self._save()
        return profile

    def restore(self, profile: Profile) -> None:
        """Undo `delete`."""
        if all(other.id != profile.id for other in self._profiles):
            self._profiles.append(dataclasses.replace(profile, name=self._free_name(profile.name)))
            self._save()

    def _free_name(self, name: str) -> str:
        taken = {profile.name.casefold() for profile in self._profiles}
        wanted = name.strip() or "Expert"
        candidate, number = wanted, 2
        while candidate.casefold() in taken:
            candidate, number = f"{wanted} {number}", number + 1
        return candidate

    def _save(self) -> None:
        write_atomically(self._path, msgspec.json.encode(_File(self._profiles, self._current)).decode())
