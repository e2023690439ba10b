"""The expert profiles that come with the program."""

from __future__ import annotations

import dataclasses
from functools import cache

import msgspec

from phi3desk.paths import resource
from phi3desk.profiles.profile import Profile


@cache
def built_in_profiles() -> tuple[Profile, ...]:
    """Return the profiles of resources/profiles, the one to start with first."""
    stored = msgspec.json.decode(resource("profiles", "experts.json").read_bytes(), type=list[Profile])
    return tuple(dataclasses.replace(profile, built_in=True) for profile in stored)
