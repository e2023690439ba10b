"""When an import may go on: not while the user paused it, and on battery as the setting says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil

from phi3desk.library.database import Database
from phi3desk.library.documents import Phase

_KEY = "paused"
_BATTERY_SECONDS = 10.0
_WAIT_SECONDS = 0.2


def on_battery() -> bool:
    """Return whether the machine runs on its battery now."""
    try:
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except (OSError, RuntimeError, NotImplementedError):
        return False
    return battery is not None and battery.power_plugged is False


class Throttle:
    """Holds imports back; any thread may call it. The pause is kept over a restart.

    `battery_setting` returns what to do on battery: "go_on", "slow" or "wait".
    """

    def __init__(
        self,
        database: Database,
        battery_setting: Callable[[], str],
        battery: Callable[[], bool] = on_battery,
    ) -> None:
        self._database = database
        self._battery_setting = battery_setting
        self._battery = battery
        self._changed = threading.Condition()
        self._paused = database.remembered(_KEY) == "1"
        self._looked = -_BATTERY_SECONDS
        self._is_on_battery = False

    @property
    def paused(self) -> bool:
        """Return whether the user paused imports."""
        return self._paused

    def pause(self, paused: bool) -> None:
        """Hold imports back, or let them go on."""
        self._database.remember(_KEY, "1" if paused else "")
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def held_by(self) -> Phase | None:
        """Return why nothing may be done now, or None."""
        if self._paused:
            return Phase.PAUSED
        if self._battery_setting() == "wait" and self._runs_on_battery():
            return Phase.ON_BATTERY
        return None

    def wait(self) -> None:
        """Wait a moment for a change; returns at once when there is one."""
        with self._changed:
            self._changed.wait(_WAIT_SECONDS)

    def rest_after(self, seconds: float, cancelled: threading.Event) -> None:
        """Rest as long as a piece of work took, where work is to be slow on battery."""
        if self._battery_setting() == "slow" and self._runs_on_battery():
            cancelled.wait(min(seconds, 5.0))

    def _runs_on_battery(self) -> bool:
        now = time.monotonic()
        if now - self._looked > _BATTERY_SECONDS:
            self._looked = now
            self._is_on_battery = self._battery()
        return self._is_on_battery
