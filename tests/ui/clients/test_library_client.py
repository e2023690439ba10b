"""The library as the window asks for it, with the real worker: folders are followed without being asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from phi3desk.library.documents import Document, PageText, State
from phi3desk.paths import Paths
from phi3desk.ui.clients.library_client import LibraryClient, library_worker

WAIT = 60_000


@pytest.fixture
def library(home: Paths) -> Iterator[LibraryClient]:
    client = LibraryClient(library_worker(home))
    client.start()
    yield client
    client.close()


def documents(qtbot: QtBot, library: LibraryClient) -> dict[str, Document]:
    told: list[list[Document]] = []
    rows: list[Document] = []
    library.documents(None, told.append, rows.extend)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert rows == told[0]
    return {document.name: document for document in rows}


def test_library_client_follows_a_folder_it_is_bound_to(qtbot: QtBot, library: LibraryClient, tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "cooling.md").write_text("# Cooling\n\nThe cooling water stays below 45 degrees.\n")
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        library.import_paths([folder], None)
    (folder / "keys.txt").write_text("The spare key is in the porter's lodge.\n")
    qtbot.waitUntil(lambda: "keys.txt" in documents(qtbot, library), timeout=WAIT)
    source = library.collections[0].sources[0]
    assert (source.path, source.folder) == (str(folder), True)

    pages: list[PageText] = []
    cooling = documents(qtbot, library)["cooling.md"]
    library.page(cooling.id, 1, pages.append, lambda failure: pytest.fail(str(failure.sentence)))
    qtbot.waitUntil(lambda: bool(pages), timeout=WAIT)
    assert (pages[0].label, "45 degrees" in pages[0].text) == ("Cooling", True)

    library.remove_source(source.id)
    qtbot.waitUntil(lambda: documents(qtbot, library) == {}, timeout=WAIT)
    library.restore_source(source.id)
    qtbot.waitUntil(lambda: set(documents(qtbot, library)) == {"cooling.md", "keys.txt"}, timeout=WAIT)


def test_library_client_tells_nothing_of_files_that_are_only_compared(
    qtbot: QtBot, library: LibraryClient, tmp_path: Path
) -> None:
    for name in ("keys", "lodge"):
        (tmp_path / f"{name}.txt").write_text(f"The note about {name} is short.\n")
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        library.import_paths([tmp_path / "keys.txt", tmp_path / "lodge.txt"], None)
    qtbot.waitUntil(lambda: not library.importing, timeout=WAIT)
    told: list[object] = []
    library.import_started.connect(lambda: told.append("started"))
    library.import_finished.connect(told.append)
    # of another time and the same size: its content has to be compared
    os.utime(tmp_path / "keys.txt", (1_000_000_000, 1_000_000_000))
    library.worker.folders_changed.emit()
    assert library.importing
    qtbot.waitUntil(lambda: not library.importing, timeout=WAIT)
    assert told == []


def test_library_client_pauses_an_import_and_lets_it_go_on(
    qtbot: QtBot, library: LibraryClient, tmp_path: Path
) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("The spare key is in the porter's lodge.\n")
    library.pause(True)
    qtbot.waitUntil(lambda: library.status is not None and library.status.paused, timeout=WAIT)
    library.import_paths([file], None)
    # it may be listed already, for what is bound is looked at while imports rest
    assert State.READY not in {document.state for document in documents(qtbot, library).values()}
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        library.pause(False)
    assert documents(qtbot, library)["keys.txt"].state is State.READY


def test_library_client_reads_the_copy_of_what_an_unbound_folder_held(
    qtbot: QtBot, library: LibraryClient, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text("The spare key is in the porter's lodge.\n")
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        library.import_paths([tmp_path / "first", tmp_path / "second"], None)
    assert documents(qtbot, library)["second.txt"].state is State.DUPLICATE
    qtbot.waitUntil(lambda: bool(library.collections and library.collections[0].sources), timeout=WAIT)
    (first, _) = library.collections[0].sources
    library.remove_source(first.id)

    def states() -> dict[str, State]:
        return {document.name: document.state for document in documents(qtbot, library).values()}

    qtbot.waitUntil(lambda: states() == {"second.txt": State.READY}, timeout=WAIT)


def test_library_client_reads_and_follows_a_deleted_collection_that_comes_back(
    qtbot: QtBot, library: LibraryClient, tmp_path: Path
) -> None:
    folder = tmp_path / "plant"
    folder.mkdir()
    for name in ("cooling", "keys", "lodge"):
        (folder / f"{name}.txt").write_text(f"The note about {name} is short.\n")
    library.pause(True)
    library.import_paths([folder], None)
    qtbot.waitUntil(lambda: bool(documents(qtbot, library)), timeout=WAIT)
    qtbot.waitUntil(lambda: bool(library.collections), timeout=WAIT)
    collection = library.collections[0].id
    with qtbot.waitSignal(library.import_finished, timeout=WAIT):
        library.delete_collection(collection, lambda: library.pause(False))
    library.restore_collection(collection)

    def ready() -> set[str]:
        found = documents(qtbot, library).values()
        return {document.name for document in found if document.state is State.READY}

    qtbot.waitUntil(lambda: ready() == {"cooling.txt", "keys.txt", "lodge.txt"}, timeout=WAIT)
    (folder / "pump.txt").write_text("The pump stands still.\n")
    qtbot.waitUntil(lambda: "pump.txt" in ready(), timeout=WAIT)
