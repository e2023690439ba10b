"""Fixtures that every test may use; nothing here opens a display or the network."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

if os.environ.get("QT_QPA_PLATFORM", "offscreen") == "offscreen":
    # a screen that the window fits on; the path is relative, for a drive's colon would end it
    screen = os.path.relpath(Path(__file__).parent / "helpers" / "screen.json")
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
os.environ.setdefault("HF_HUB_OFFLINE", "1")
# the small starter answers quickly, whatever the installer has fetched
os.environ.setdefault("PHI3DESK_STARTER", "small")

from phi3desk.paths import Paths, open_paths

#: Linux's files in memory
IN_MEMORY = Path("/dev/shm")
#: bytes free there that are room enough for the files of a whole run
ROOM_IN_MEMORY = 4 << 30
#: Folder of short tests
UNIT = Path(__file__).parent / "unit"
#: Files of few and long tests. They are begun first: at the end one of them would keep one process busy alone.
BEGUN_FIRST = ("test_killed_imports.py", "test_finetune.py")


def pytest_configure() -> None:
    """Keep what is compiled, and the tests' files in memory where there is room.

    Each process that a test starts would compile the whole program anew, and each new home wait some thirty times for
    the disk.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= ROOM_IN_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Give the memory back where nothing failed that one would want to look at."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if exitstatus == pytest.ExitCode.OK and not is_worker and session.config.option.basetemp is None:
        folder = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        if IN_MEMORY in folder.parents:
            shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the files of short tests come last, so that all processes end at about the same time."""
    items.sort(key=lambda item: (item.path.name not in BEGUN_FIRST, UNIT in item.path.parents))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Return the paths of an empty installation in a folder of its own; child processes use it too."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PHI3DESK_HOME", str(folder))
    return open_paths(folder)


@pytest.fixture(scope="session")
def tiny_phi3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tiny random-weight model of the phi3 architecture."""
    from tests.helpers.tiny_phi3 import write_tiny_phi3

    return write_tiny_phi3(tmp_path_factory.mktemp("model") / "tiny-phi3.gguf")


@pytest.fixture(scope="session")
def tiny_adapters(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Return two adapters for the tiny model; each changes its tokens in its own way."""
    from tests.helpers.tiny_phi3 import write_tiny_adapter

    folder = tmp_path_factory.mktemp("adapters")
    return [write_tiny_adapter(folder / f"tiny-{name}.gguf", seed=seed) for name, seed in (("a", 1), ("b", 2))]
