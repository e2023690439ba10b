"""When imports are held back, and what a watcher tells of a folder."""

import threading
from pathlib import Path

import pytest

from phi3desk.library.database import Database
from phi3desk.library.documents import Phase
from phi3desk.library.importing.folder_watcher import FolderWatcher
from phi3desk.library.importing.throttle import Throttle


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "catalog.db")


def test_pace_keeps_a_pause_over_a_restart(database: Database) -> None:
    Throttle(database, lambda: "go_on").pause(True)
    again = Throttle(database, lambda: "go_on")
    assert again.held_by() is Phase.PAUSED
    again.pause(False)
    assert Throttle(database, lambda: "go_on").held_by() is None


@pytest.mark.parametrize(("setting", "held"), [("go_on", None), ("slow", None), ("wait", Phase.ON_BATTERY)])
def test_pace_on_battery_does_what_is_set(database: Database, setting: str, held: Phase | None) -> None:
    assert Throttle(database, lambda: setting, battery=lambda: True).held_by() is held
    assert Throttle(database, lambda: setting, battery=lambda: False).held_by() is None


def test_pace_rests_on_battery_only_where_it_shall_be_slow(database: Database) -> None:
    cancelled = threading.Event()
    cancelled.set()
    rested: list[float] = []
    cancelled.wait = lambda timeout=None: rested.append(timeout) or True  # type: ignore[method-assign]
    Throttle(database, lambda: "slow", battery=lambda: True).rest_after(2.0, cancelled)
    Throttle(database, lambda: "go_on", battery=lambda: True).rest_after(2.0, cancelled)
    Throttle(database, lambda: "slow", battery=lambda: False).rest_after(2.0, cancelled)
    assert rested == [2.0]


def test_watcher_tells_once_of_many_changes_and_nothing_of_reading(tmp_path: Path) -> None:
    told = threading.Semaphore(0)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    watcher = FolderWatcher(told.release, quiet_seconds=0.3)
    try:
        watcher.watch([(tmp_path, True)])
        (tmp_path / "a.pdf").read_bytes()
        assert not told.acquire(timeout=1.0)
        (tmp_path / "below").mkdir()
        for number in range(20):
            (tmp_path / "below" / f"{number}.pdf").write_bytes(b"%PDF-")
        assert told.acquire(timeout=20)
        assert not told.acquire(timeout=1.0)
        watcher.watch([])
        (tmp_path / "b.pdf").write_bytes(b"%PDF-")
        assert not told.acquire(timeout=1.0)
    finally:
        watcher.close()


def test_watcher_looks_regularly_where_no_notice_comes(tmp_path: Path) -> None:
    told = threading.Event()
    watcher = FolderWatcher(told.set, regular_seconds=0.2)
    try:
        assert told.wait(20)
    finally:
        watcher.close()
