"""A clock for time limits that a machine's sleep does not count towards."""

from __future__ import annotations

import time
from collections.abc import Callable

#: seconds between two looks that are taken for time that passed; more of them the machine, or whoever looks, slept
LONGEST_STEP = 5.0


class AwakeClock:
    """Counts seconds from look to look; whoever waits must look more often than every `LONGEST_STEP` seconds.

    On some systems the monotonic clock goes on while the machine sleeps, and a worker that slept too would be taken for
    one that hangs.
    """

    def __init__(self, read: Callable[[], float] | None = None) -> None:
        """`read` gives monotonic seconds, `time.monotonic` where it is left out."""
        self._read = read or time.monotonic
        self._last = self._read()
        self._passed = 0.0

    def now(self) -> float:
        """Return the seconds that passed since the clock was made, as far as they are counted."""
        read = self._read()
        self._passed += min(max(0.0, read - self._last), LONGEST_STEP)
        self._last = read
        return self._passed
