"""Tells when something changes in bound folders: by the system's own notices, and by the clock where there are none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phi3desk.library.sources import Sources

log = logging.getLogger(__name__)

#: A folder that is being written to is looked at once it has been quiet for this long, but not later than the second.
_QUIET_SECONDS = 2.0
_LATEST_SECONDS = 15.0
#: Network drives send no notices: everything is looked at this often in any case.
_REGULAR_SECONDS = 15 * 60.0


class FolderWatcher:
    """Watches folders and files, and calls `on_change` in a thread of its own, once for many changes."""

    def __init__(
        self,
        on_change: Callable[[], None],
        quiet_seconds: float = _QUIET_SECONDS,
        regular_seconds: float = _REGULAR_SECONDS,
    ) -> None:
        from watchdog.observers import Observer

        self._on_change = on_change
        self._quiet_seconds = quiet_seconds
        self._regular_seconds = regular_seconds
        self._observer: Any = Observer()
        self._observer.daemon = True
        self._observer.start()
        self._watches: dict[tuple[Path, bool], Any] = {}
        self._wake = threading.Condition()
        self._first = self._last = 0.0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="folder-watcher", daemon=True)
        self._thread.start()

    def watch(self, places: Sequence[tuple[Path, bool]]) -> None:
        """Watch these places instead of the former ones; each is a path and whether it is a folder."""
        wanted = {(path, True) if folder else (path.parent, False) for path, folder in places}
        for known in set(self._watches) - wanted:
            self._observer.unschedule(self._watches.pop(known))
        for folder, deep in wanted - set(self._watches):
            handler = _Handler(self._noticed)
            try:
                self._watches[folder, deep] = self._observer.schedule(handler, str(folder), recursive=deep)
            except OSError as error:
                # the system has no more notices to give, or the folder is away: the regular check finds its changes
                log.warning("a bound folder cannot be watched: %s", error.strerror)

    def close(self) -> None:
        """Stop watching."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._observer.stop()
        self._observer.join(5)
        self._thread.join(5)

    def _noticed(self) -> None:
        with self._wake:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._wake.notify()

    def _run(self) -> None:
        regular = time.monotonic() + self._regular_seconds
        while True:
            with self._wake:
                due = min(regular, self._due())
                self._wake.wait(max(0.0, due - time.monotonic()))
                if self._closed:
                    return
                now = time.monotonic()
                if now < min(regular, self._due()):
                    continue
                self._first = self._last = 0.0
                regular = now + self._regular_seconds
            self._on_change()

    def _due(self) -> float:
        if not self._first:
            return float("inf")
        return min(self._last + self._quiet_seconds, self._first + _LATEST_SECONDS)


class _Handler:
    """What watchdog calls; opening and reading a file is no change."""

    def __init__(self, noticed: Callable[[], None]) -> None:
        self._noticed = noticed

    def dispatch(self, event: Any) -> None:
        """Take one notice of the system."""
        if event.event_type in ("created", "modified", "moved", "deleted", "closed"):
            self._noticed()


class SourceWatcher:
    """Watches what the collections of a library are bound to, from `begin` on; any thread may use it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._watcher: FolderWatcher | None = None
        self._one_at_a_time = threading.Lock()
        self._is_watching = False
        self._is_late = False
        self._closed = False

    def begin(self, on_change: Callable[[], None]) -> None:
        """Look for all sources, and watch those that are found: `on_change` is called when something changes in one.

        It is called at once where an import has begun meanwhile, for what has changed since then is not known.
        """
        watcher = FolderWatcher(on_change)
        self._sources.look()
        if self._closed:
            watcher.close()
            return
        self._watcher = watcher
        self.watch_anew()
        self._is_watching = True
        if self._is_late:
            on_change()

    @contextmanager
    def importing(self) -> Iterator[None]:
        """Have what the collections are bound to watched as it is after an import, which is done within."""
        if not self._is_watching:
            self._is_late = True
        try:
            yield
        finally:
            self.watch_anew()

    def watch_anew(self) -> None:
        """Watch what the collections are bound to now, as far as it was found."""
        if self._watcher is None:
            self._is_late = True
            return
        # an import may end while a collection is deleted
        with self._one_at_a_time:
            self._watcher.watch([(Path(s.path), s.folder) for s in self._sources.of() if not s.missing])

    def close(self) -> None:
        """Stop watching; a look that goes on comes to nothing."""
        self._closed = True
        if self._watcher is not None:
            self._watcher.close()
