"""Which files and folders of a bound folder the rules of a collection let in."""

from __future__ import annotations

import fnmatch
import os
import stat
from pathlib import Path, PurePath

from phi3desk.library.documents import Rules


class FileRules:
    """The rules of a collection for one bound folder, `root`; each place that is asked for is looked at once."""

    def __init__(self, root: Path, rules: Rules) -> None:
        self._root = root
        self._rules = rules
        self._let_in = {root: True}

    def lets_in(self, place: Path) -> bool:
        """Return whether the rules leave out neither a place in the folder nor a folder on the way to it.

        One that has just gone counts as the folder that it was in.
        """
        if place not in self._let_in:
            above = place.parent
            self._let_in[place] = above == place or (self.lets_in(above) and not self._leaves_out(place))
        return self._let_in[place]

    def _leaves_out(self, place: Path) -> bool:
        try:
            status = place.lstat()
        except OSError:
            return False
        if stat.S_ISREG(status.st_mode) and is_too_large(status.st_size, self._rules):
            return True
        return is_left_out(place, status, self._root, self._rules)


def is_left_out(path: PurePath, status: os.stat_result, root: Path, rules: Rules) -> bool:
    """Return whether the rules leave out a file or folder in the bound folder `root` for what it is called."""
    if _is_hidden(path.name, status) and not rules.hidden:
        return True
    return bool(rules.exclude) and _is_excluded(path.relative_to(root), rules.exclude)


def is_too_large(size: int, rules: Rules) -> bool:
    """Return whether the rules leave out a file for its size in bytes."""
    return size > rules.largest_megabytes * 1024**2


def _is_excluded(within: PurePath, patterns: tuple[str, ...]) -> bool:
    """Return whether a path within a bound folder matches a pattern, by name or as a whole; case does not matter."""
    name, whole = within.name.casefold(), within.as_posix().casefold()
    return any(
        fnmatch.fnmatchcase(name, folded) or fnmatch.fnmatchcase(whole, folded)
        for folded in (pattern.casefold().rstrip("/") for pattern in patterns)
    )


def _is_hidden(name: str, status: os.stat_result) -> bool:
    """Return whether the system's file manager hides a file or folder."""
    hidden = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)
    return name.startswith(".") or bool(getattr(status, "st_file_attributes", 0) & hidden)
