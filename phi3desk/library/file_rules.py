"""Which files and folders of a bound folder the rules of a collection let in."""

from __future__ import annotations

import fnmatch
import os
import stat
from itertools import takewhile
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

    def lets_in_name(self, place: PurePath) -> bool:
        """Return the same as far as the names tell it; nothing is looked at, as on a share that may not answer."""
        way = takewhile(lambda each: each != self._root, (place, *place.parents))
        return not any(_is_left_out_by_name(each, self._root, self._rules) for each in way)

    def _leaves_out(self, place: Path) -> bool:
        if _is_left_out_by_name(place, self._root, self._rules):
            return True
        try:
            status = place.lstat()
        except OSError:
            return False
        if stat.S_ISREG(status.st_mode) and is_too_large(status.st_size, self._rules):
            return True
        return _is_hidden(status) and not self._rules.hidden


def is_left_out(path: PurePath, status: os.stat_result, root: Path, rules: Rules) -> bool:
    """Return whether the rules leave out a file or folder in the bound folder `root` for what it is called."""
    return _is_left_out_by_name(path, root, rules) or (_is_hidden(status) and not rules.hidden)


def is_too_large(size: int, rules: Rules) -> bool:
    """Return whether the rules leave out a file for its size in bytes."""
    return size > rules.largest_megabytes * 1024**2


def _is_left_out_by_name(path: PurePath, root: Path, rules: Rules) -> bool:
    if path.name.startswith(".") and not rules.hidden:
        return True
    return bool(rules.exclude) and _is_excluded(path.relative_to(root), rules.exclude)


def _is_excluded(within: PurePath, patterns: tuple[str, ...]) -> bool:
    """Return whether a path within a bound folder matches a pattern, by name or as a whole; case does not matter."""
    name, whole = within.name.casefold(), within.as_posix().casefold()
    return any(
        fnmatch.fnmatchcase(name, folded) or fnmatch.fnmatchcase(whole, folded)
        for folded in (pattern.casefold().rstrip("/") for pattern in patterns)
    )


def _is_hidden(status: os.stat_result) -> bool:
    """Return whether Windows hides a file or folder that is not hidden by its name."""
    hidden = getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0)
    return bool(getattr(status, "st_file_attributes", 0) & hidden)
