"""When imports are held back, and what a watcher tells of a folder."""

import threading
from pathlib import Path

import pytest

from phi3desk.library.database import Database
from phi3desk.library.documents import BoundSource, Phase
from phi3desk.library.importing.folder_watcher import FolderWatcher, SourceWatcher
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


class SlowSources:
    """Sources that are looked for until they are let be found."""

    def __init__(self, folder: Path) -> None:
        self.source = BoundSource(1, 1, str(folder), True)
        self.asked = threading.Event()
        self.answer = threading.Event()

    def look(self) -> None:
        self.asked.set()
        assert self.answer.wait(20)

    def of(self) -> list[BoundSource]:
        return [self.source]


def begun_watcher(sources: SlowSources, told: threading.Semaphore) -> tuple[SourceWatcher, threading.Thread]:
    watcher = SourceWatcher(sources)  # type: ignore[arg-type]
    begun = threading.Thread(target=watcher.begin, args=(told.release,))
    begun.start()
    return watcher, begun


@pytest.mark.parametrize("late", [False, True])
def test_folders_are_watched_once_they_were_looked_for(tmp_path: Path, late: bool) -> None:
    sources, told = SlowSources(tmp_path), threading.Semaphore(0)
    watcher, begun = begun_watcher(sources, told)
    assert sources.asked.wait(20)
    if late:
        watcher.watch_anew()
    sources.answer.set()
    begun.join(20)
    try:
        assert told.acquire(blocking=False) == late
        (tmp_path / "a.pdf").write_bytes(b"%PDF-")
        assert told.acquire(timeout=20)
    finally:
        watcher.close()


def test_folders_are_compared_once_more_where_an_import_began_before_they_were_watched(tmp_path: Path) -> None:
    sources, told = SlowSources(tmp_path), threading.Semaphore(0)
    watcher, begun = begun_watcher(sources, told)
    try:
        assert sources.asked.wait(20)
        with watcher.importing():
            # the import has looked at its folders before this, and reads on
            (tmp_path / "a.pdf").write_bytes(b"%PDF-")
            sources.answer.set()
            begun.join(20)
            assert told.acquire(blocking=False)
        with watcher.importing():
            pass
        assert not told.acquire(blocking=False)
    finally:
        watcher.close()


def test_folders_that_are_looked_for_when_the_library_closes_are_not_watched(tmp_path: Path) -> None:
    sources, told = SlowSources(tmp_path), threading.Semaphore(0)
    watcher, begun = begun_watcher(sources, told)
    assert sources.asked.wait(20)
    watcher.watch_anew()
    watcher.close()
    sources.answer.set()
    begun.join(20)
    assert not told.acquire(blocking=False)
