"""The newest copy of the catalogue: whether it still is what the catalogue holds, and when it is made anew."""

from __future__ import annotations

from phi3desk.backups import COPIED_AT_CLOSING, Kept, keep_copy
from phi3desk.library.catalog import Catalog
from phi3desk.paths import Paths

#: remembered in the catalogue: the library was closed properly
_CLOSED = "closed"
#: remembered in the catalogue: nothing but this has changed since its newest copy was made
_COPIED = "copied"


class CatalogueCopy:
    """Keeps a copy of a catalogue that has just been opened; used by one thread at a time."""

    def __init__(self, catalog: Catalog, paths: Paths) -> None:
        self._catalog = catalog
        self._paths = paths
        was_closed = catalog.remembered(_CLOSED) == "1"
        catalog.remember(_CLOSED, "")
        self._copied = was_closed and catalog.remembered(_COPIED) == "1"
        self._unchanged = catalog.changes()

    def count_from_here(self) -> None:
        """Count as a change only what comes now: what is written while a library opens is written again by the next."""
        self._unchanged = self._catalog.changes()

    def keep_at_closing(self) -> None:
        """Keep a copy where something in the catalogue has changed and it is small enough."""
        changed = self._catalog.changes() > self._unchanged
        if self._copied and not changed:
            return
        small = self._paths.catalog.stat().st_size <= COPIED_AT_CLOSING
        copied = small and keep_copy(self._paths, Kept.CATALOGUE)
        if copied != self._copied:
            self._catalog.remember(_COPIED, "1" if copied else "")

    def keep_if_large(self) -> None:
        """Keep a copy of a catalogue that takes too long to copy at closing; takes seconds for a gigabyte."""
        if not self._copied and self._paths.catalog.stat().st_size > COPIED_AT_CLOSING:
            changes = self._catalog.changes()
            self._copied = keep_copy(self._paths, Kept.CATALOGUE, seconds=None)
            if self._copied and changes == self._catalog.changes():
                self._catalog.remember(_COPIED, "1")
                self._unchanged = self._catalog.changes()

    def note_closed(self) -> None:
        """Remember that the library was closed properly; the catalogue closes next."""
        self._catalog.remember(_CLOSED, "1")
