"""Which files of a folder are read: patterns, sizes, hidden files, links."""

from __future__ import annotations

import fnmatch
import os
import stat
from pathlib import PurePath

from phi3desk.errors import UserError
from phi3desk.library.documents import Rules

_LARGEST_MEGABYTES = 100_000
_PATTERNS = 200


def checked_rules(rules: Rules) -> Rules:
    """Return rules as they can be kept, without empty patterns; UserError where one makes no sense."""
    if not 1 <= rules.largest_megabytes <= _LARGEST_MEGABYTES:
        raise UserError("The largest file must be between 1 and {high} MB.", high=_LARGEST_MEGABYTES)
    patterns = tuple(dict.fromkeys(pattern.strip() for pattern in rules.exclude if pattern.strip()))
    if len(patterns) > _PATTERNS or any(len(pattern) > 200 for pattern in patterns):
        raise UserError("There can be {count} patterns of 200 letters each.", count=_PATTERNS)
    languages = tuple(name for name in rules.ocr_languages if name.replace("_", "").isalnum() and name.isascii())
    return Rules(patterns, rules.largest_megabytes, rules.hidden, rules.ocr, languages)


def is_excluded(within: PurePath, patterns: tuple[str, ...]) -> bool:
    """Tell whether a path within a bound folder matches a pattern, by its name or as a whole; case does not matter."""
    name, whole = within.name.casefold(), within.as_posix().casefold()
    return any(
        fnmatch.fnmatchcase(name, folded) or fnmatch.fnmatchcase(whole, folded)
        for folded in (pattern.casefold().rstrip("/") for pattern in patterns)
    )


def is_hidden(name: str, status: os.stat_result) -> bool:
    """Tell whether the system's file manager hides a file or folder."""
    hidden = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)
    return name.startswith(".") or bool(getattr(status, "st_file_attributes", 0) & hidden)


def is_junction(status: os.stat_result) -> bool:
    """Tell whether a Windows folder is a junction: a link that does not call itself one."""
    return getattr(status, "st_reparse_tag", 0) == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
