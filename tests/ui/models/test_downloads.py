"""Getting a model in the window: the real page and the real process, against a look-alike hub on the loopback."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.model.found_models import FoundModel
from phi3desk.model.hub.catalogue import PHI3_MINI, catalogue, find_entry
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.types import Wanted
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from phi3desk.ui.clients.downloads_client import DownloadState
from phi3desk.ui.models import page as page_module
from phi3desk.ui.models.get_phi3 import GetPhi3
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.models.page import ModelsPage
from phi3desk.ui.services import Services
from tests.helpers.lookalike_hub import LookalikeHub
from tests.ui.models.test_page import QuietModel

PHI3 = find_entry(PHI3_MINI).wanted
NAME = "Phi-3-mini-4k-instruct-q4"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny_phi3: Path, home: Paths) -> Iterator[LookalikeHub]:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HF_ENDPOINT", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    made = LookalikeHub()
    made.files[PHI3.file] = tiny_phi3.read_bytes()
    Settings(home.settings).set("downloads.address", made.address)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_models_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "find_models", list)


def shown(services: Services, qtbot: QtBot) -> ModelsPage:
    model = QuietModel()
    made = ModelsPage(dataclasses.replace(services, model=model), ModelImport(services))  # type: ignore[arg-type]
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


def test_phi3_is_fetched_paused_resumed_after_a_restart_and_used(
    services: Services, home: Paths, hub: LookalikeHub, qtbot: QtBot
) -> None:
    page, downloads = shown(services, qtbot), services.downloads
    start = GetPhi3(downloads)
    qtbot.addWidget(start)
    start.show()
    assert downloads.worker.process_id == 0
    assert page.about_getting.text().startswith("Phi-3 mini is what this program is made for")
    hub.gate = threading.Event()
    qtbot.mouseClick(start.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (downloads.find(PHI3) or 0) and downloads.downloads[0].received > 0)
    assert not page.get_phi3.isVisible() and not start.button.isVisible()
    assert page.about_getting.text().startswith("Other models")
    bar = page.findChildren(type(start.bar))[0]
    assert bar.isVisible() and bar.text.text() == start.bar.text.text()
    qtbot.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    hub.gate.set()
    qtbot.waitUntil(lambda: downloads.downloads[0].state is DownloadState.PAUSED)
    assert start.bar.text.text().startswith("Paused")
    downloads.close()

    # another run of the program: nothing is fetched before the person says so
    asked = len(hub.asked)
    again = app.make_services(home, Settings(home.settings))
    again.downloads.restore()
    page = shown(again, qtbot)
    qtbot.waitUntil(lambda: bool(again.downloads.downloads))
    [waiting] = again.downloads.downloads
    assert (waiting.title, waiting.state) == ("Phi-3 mini", DownloadState.PAUSED)
    assert 0 < waiting.received < waiting.total == len(hub.files[PHI3.file])
    assert len(hub.asked) == asked
    bar = page.findChildren(type(bar))[0]
    assert bar.resume.text() == "Resume"
    with qtbot.waitSignal(page._model_import.model_added) as added:
        qtbot.mouseClick(bar.resume, Qt.MouseButton.LeftButton)
    assert hub.file_requests[-1].range == f"bytes={waiting.received}-"
    assert (added.args[0].name, added.args[0].in_use) == (NAME, True)
    qtbot.waitUntil(lambda: NAME in page.cards)
    assert again.downloads.downloads == ()
    assert again.downloads.is_here(PHI3)
    assert ModelFolder(home).unfinished() == []
    assert not page.get_phi3.isVisible()
    again.downloads.close()
    for store in (again.conversations, again.examples, again.comparisons, again.sweeps):
        store.close()


def test_a_model_that_arrives_replaces_none_that_was_chosen(
    services: Services, home: Paths, hub: LookalikeHub, tiny_phi3: Path, qtbot: QtBot
) -> None:
    mine = services.models.add(tiny_phi3, "mine").name
    services.models.use(mine)
    page, downloads = shown(services, qtbot), services.downloads
    dialog = page.open_catalogue()
    assert [dialog.buttons[entry.wanted].isEnabled() for entry in catalogue()] == [True] * len(catalogue())
    # a repository that is not there, one that is, and a file of it that is no usable model
    dialog.repository.setText("someone/else")
    qtbot.keyClick(dialog.repository, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.reason.isVisible)
    assert "shows no repository “someone/else”" in dialog.reason.text()
    hub.files["notes.gguf"] = b"these are notes and no model"
    dialog.repository.setText(f"https://huggingface.co/{PHI3.repository}/tree/main")
    qtbot.mouseClick(dialog.look, Qt.MouseButton.LeftButton)
    notes = Wanted(PHI3.repository, "notes.gguf")
    qtbot.waitUntil(lambda: notes in dialog.file_buttons)
    assert set(dialog.file_buttons) == {PHI3, notes}
    dialog.search.setText("NOTES gguf")
    assert set(dialog.file_buttons) == {notes}
    with qtbot.waitSignal(downloads.failed):
        qtbot.mouseClick(dialog.file_buttons[notes], Qt.MouseButton.LeftButton)
    [failed] = downloads.downloads
    assert "notes.gguf" in str(failed.reason)
    downloads.discard(notes)
    qtbot.waitUntil(lambda: not downloads.downloads)
    assert not ModelFolder(home).root.exists()
    with qtbot.waitSignal(page._model_import.model_listed) as listed:
        qtbot.mouseClick(dialog.buttons[PHI3], Qt.MouseButton.LeftButton)
    assert not listed.args[0].in_use
    in_use = ModelStore(home).in_use()
    assert in_use is not None and in_use.name == mine
    assert not dialog.buttons[PHI3].isEnabled()
    downloads.close()


def test_a_model_that_left_the_list_can_be_had_again_without_another_download(
    services: Services, home: Paths, hub: LookalikeHub, qtbot: QtBot
) -> None:
    page, downloads = shown(services, qtbot), services.downloads
    start, dialog = GetPhi3(downloads), page.open_catalogue()
    qtbot.addWidget(start)
    start.show()
    offered: Callable[[], list[bool]] = lambda: [  # noqa: E731
        start.isVisible(),
        page.get_phi3.isVisible(),
        dialog.buttons[PHI3].isEnabled(),
    ]
    for _ in range(2):
        assert offered() == [True] * 3
        with qtbot.waitSignal(page._model_import.model_added):
            qtbot.mouseClick(dialog.buttons[PHI3], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: NAME in page.cards)
        assert offered() == [False] * 3
        page.cards[NAME].remove_requested.emit(NAME)
        qtbot.waitUntil(lambda: NAME not in page.cards)
    assert len(hub.file_requests) == 1
    assert offered() == [True] * 3

    # on the list, and its file taken away meanwhile
    services.models.add(ModelFolder(home).place(PHI3))
    assert downloads.is_here(PHI3)
    ModelFolder(home).place(PHI3).unlink()
    assert not downloads.is_here(PHI3)
    downloads.close()


def test_a_hub_that_refuses_is_told_on_the_download(
    services: Services, home: Paths, hub: LookalikeHub, qtbot: QtBot
) -> None:
    hub.refusal = (403, "GatedRepo")
    start = GetPhi3(services.downloads)
    qtbot.addWidget(start)
    start.show()
    with qtbot.waitSignal(services.downloads.failed):
        qtbot.mouseClick(start.button, Qt.MouseButton.LeftButton)
    assert start.bar is not None and "agreed to its terms" in start.bar.text.text()
    assert start.bar.resume.isVisible()
    # nothing has come that could go on
    assert start.bar.resume.text() == "Try again"
    services.downloads.close()


def test_models_of_other_programs_are_offered_and_used_where_they_lie(
    services: Services, tmp_path: Path, tiny_phi3: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = tmp_path / ("sha256-" + "0" * 64)
    blob.write_bytes(tiny_phi3.read_bytes())
    found = FoundModel("Ollama", "phi3 mini", str(blob), blob.stat().st_size)
    monkeypatch.setattr(page_module, "find_models", lambda: [found])
    page = shown(services, qtbot)
    qtbot.waitUntil(page.found.isVisible)
    with qtbot.waitSignal(page._model_import.model_added) as added:
        qtbot.mouseClick(page.found.buttons[str(blob)], Qt.MouseButton.LeftButton)
    assert (added.args[0].name, added.args[0].path, added.args[0].in_use) == ("phi3 mini", str(blob), True)
    qtbot.waitUntil(lambda: not page.found.isVisible())


def test_a_download_that_waits_for_another_is_paused_at_once_and_goes_on_later(
    services: Services, hub: LookalikeHub, qtbot: QtBot
) -> None:
    downloads, other, arrived = services.downloads, Wanted(PHI3.repository, "other.gguf"), []
    downloads.finished.connect(arrived.append)
    hub.files[other.file] = hub.files[PHI3.file]
    hub.gate = threading.Event()
    for wanted in (PHI3, other):
        downloads.start(wanted)
    qtbot.waitUntil(lambda: (downloads.find(PHI3) or 0) and downloads.downloads[0].received > 0)
    for _ in range(2):
        downloads.pause(other)
        assert downloads.find(other).state is DownloadState.PAUSING
        qtbot.waitUntil(lambda: downloads.find(other).state is DownloadState.PAUSED)
        downloads.start(other)
    assert [each.state for each in downloads.downloads] == [DownloadState.RUNNING, DownloadState.QUEUED]
    hub.gate.set()
    qtbot.waitUntil(lambda: len(arrived) == 2)
    assert arrived[0] == NAME
    assert downloads.downloads == ()
    downloads.close()


def test_a_download_that_is_started_again_while_it_is_discarded_stays(
    services: Services, hub: LookalikeHub, qtbot: QtBot
) -> None:
    downloads = services.downloads
    hub.gate = threading.Event()
    downloads.start(PHI3)
    qtbot.waitUntil(lambda: downloads.downloads[0].received > 0)
    downloads.pause(PHI3)
    hub.gate.set()
    qtbot.waitUntil(lambda: downloads.downloads[0].state is DownloadState.PAUSED)
    hub.gate = threading.Event()
    downloads.discard(PHI3)
    downloads.start(PHI3)
    assert QThreadPool.globalInstance().waitForDone()
    QApplication.processEvents()
    assert [each.wanted for each in downloads.downloads] == [PHI3]
    hub.gate.set()
    downloads.close()
