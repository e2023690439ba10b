"""Lets go of what takes memory once it was not used for so long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class IdleRelease:
    """Calls `release`, in a thread of its own, once what `is_held` tells of was not used for so long; thread-safe."""

    def __init__(self, release: Callable[[], None], is_held: Callable[[], bool]) -> None:
        self._release = release
        self._is_held = is_held
        self._guard = threading.Lock()
        self._used = time.monotonic()
        self._seconds: float | None = None
        self._timer: threading.Timer | None = None

    def after(self, seconds: float | None) -> None:
        """Release after so many seconds without use from now on; None never does."""
        with self._guard:
            self._seconds = seconds
        self._watch()

    def was_used(self) -> None:
        """Count the seconds anew."""
        with self._guard:
            self._used = time.monotonic()
        self._watch()

    def _watch(self) -> None:
        """Start a timer for when it may have been idle for long enough."""
        with self._guard:
            if self._seconds is None or self._timer is not None or not self._is_held():
                return
            left = max(0.0, self._used + self._seconds - time.monotonic())
            self._timer = threading.Timer(left, self._on_time)
            self._timer.daemon = True
            self._timer.start()

    def _on_time(self) -> None:
        with self._guard:
            self._timer = None
            idle = self._seconds is not None and time.monotonic() - self._used >= self._seconds
        if idle:
            self._release()
        self._watch()
