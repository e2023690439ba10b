"""The models page on the real stores and real files."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from phi3desk import app
from phi3desk.errors import Sentence
from phi3desk.model import starter
from phi3desk.model.adapters.base_models import DoubtfulBase
from phi3desk.model.adapters.store import AdapterStore
from phi3desk.model.hub.catalogue import PHI3_MINI, find_entry
from phi3desk.model.starter import ADAPTER, find_small_starter
from phi3desk.model.store import ModelStore
from phi3desk.model.types import Device, Hardware, LoadedModel, Measured, ModelEntry
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from phi3desk.ui.models.model_import import ModelImport
from phi3desk.ui.models.page import ModelsPage
from phi3desk.ui.models.status import ModelStatus
from phi3desk.ui.notices import Notices
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.basic import StateBadge
from phi3desk.ui.widgets.memory_bar import MemoryBar, MemoryPart
from phi3desk.workers.protocol import Failure, FailureKind
from tests.helpers.own_adapters import own_adapters
from tests.helpers.tiny_phi3 import write_tiny_adapter, write_tiny_phi3


class QuietModel(QObject):
    """A model client on a machine of known size, with nothing loaded."""

    load_started = Signal(object)
    load_progressed = Signal(float)
    loaded = Signal(object)
    load_failed = Signal(object)
    adapters_changed = Signal(object)
    stopped = Signal(object)
    hardware_known = Signal(object)
    measured = Signal(object)
    released = Signal()
    model = loading = failed = None
    is_loading = False

    def __init__(self) -> None:
        super().__init__()
        gpu = Device("CUDA0", "Small card", "gpu", 8_000_000_000, 7_000_000_000)
        self.hardware = Hardware(4, 16_000_000_000, 9_000_000_000, (gpu,), True)
        self.cancelled = 0

    def cancel_load(self) -> None:
        self.cancelled += 1

    def look_at_hardware(self) -> None:
        self.hardware_known.emit(self.hardware)


class ExpertOn(QObject):
    """An expert that answers with a model."""

    changed = Signal()

    def __init__(self, model: ModelEntry) -> None:
        super().__init__()
        self.model = model

    def entry(self) -> ModelEntry:
        return self.model


@pytest.fixture
def model_import(services: Services) -> ModelImport:
    return ModelImport(services)


@pytest.fixture
def model() -> QuietModel:
    return QuietModel()


@pytest.fixture
def page(services: Services, model: QuietModel, model_import: ModelImport, qtbot: QtBot) -> ModelsPage:
    made = ModelsPage(dataclasses.replace(services, model=model), model_import)  # type: ignore[arg-type]
    model.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


@pytest.fixture
def add(page: ModelsPage, model_import: ModelImport, qtbot: QtBot) -> Callable[[Path], str]:
    def add_and_wait(path: Path) -> str:
        with qtbot.waitSignal(model_import.model_added) as added:
            model_import.add([str(path)])
        qtbot.waitUntil(lambda: added.args[0].name in page.cards)
        return added.args[0].name

    return add_and_wait


def test_models_page_refused_file_keeps_its_reason_in_place(
    page: ModelsPage, model_import: ModelImport, tmp_path: Path, qtbot: QtBot
):
    wrong = tmp_path / "notes.gguf"
    wrong.write_bytes(b"these are notes and no model")
    model_import.add([str(wrong)])
    assert page.choose_button.text() == "Checking notes.gguf"
    qtbot.waitUntil(page.refused.isVisible)
    assert "notes.gguf" in page.refusal.text()
    assert page.choose_button.text() == "Choose a GGUF"
    page.refresh()
    qtbot.waitUntil(lambda: bool(page.adapter_list.count()))
    assert page.refused.isVisible()


def test_models_page_adds_a_model_uses_it_and_tells_what_it_needs(page, add, tiny_phi3: Path, qtbot: QtBot):
    name = add(tiny_phi3)
    assert name == "tiny-phi3"
    qtbot.waitUntil(lambda: page.cards[name].entry.in_use and bool(page.cards[name].findChildren(MemoryBar)))
    bars = page.cards[name].findChildren(MemoryBar)
    assert [bar.accessibleName().split(":")[0] for bar in bars] == ["Memory", "Small card"]
    assert all(bar.fits for bar in bars)
    assert "3 of 3 layers on the graphics card." in page.cards[name].advice.text()
    facts = page.cards[name].facts
    assert "phi3" in facts.toolTip() and "phi3" not in facts.text()
    assert "words at a time" in facts.text()


def test_models_page_tells_how_fast_the_loaded_model_was_measured_to_be(
    page, model, add, tiny_phi3: Path, qtbot: QtBot
):
    name = add(tiny_phi3)
    qtbot.waitUntil(lambda: page.cards[name].facts.toolTip() != "", timeout=20_000)
    assert not page.cards[name].speed.isVisible()
    entry = page.cards[name].entry
    loaded = LoadedModel(name, entry.path, "phi3", 512, 2048, 0, 2, entry.size, 1, False, "CPU", entry.fingerprint)
    model.model = dataclasses.replace(loaded, measured=Measured(4, 8, 8.0, 40.0))
    model.measured.emit(model.model)
    shown = page.cards[name].speed
    assert shown.isVisible()
    assert "reads about 30 and writes about 6.0 words a second" in shown.text()
    assert shown.text().endswith("cores in use: 4.")


def test_models_page_removal_can_be_undone(page, notices: Notices, add, tiny_phi3: Path, qtbot: QtBot):
    name = add(tiny_phi3)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.mouseClick(page.cards[name].findChild(QPushButton, "remove"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: name not in page.cards)
    assert tiny_phi3.is_file()
    offered.args[1]()
    qtbot.waitUntil(lambda: name in page.cards and page.cards[name].entry.in_use)


def test_models_page_lists_an_adapter_and_undoes_its_removal(
    page, model_import: ModelImport, notices: Notices, home: Paths, tiny_adapters, qtbot: QtBot
):
    model_import.add([str(tiny_adapters[0])])
    qtbot.waitUntil(lambda: "tiny-a" in page.adapter_cards)
    with qtbot.waitSignal(notices.undo_offered) as offered:
        page.adapter_cards["tiny-a"].remove_requested.emit("tiny-a")
    qtbot.waitUntil(lambda: not own_adapters(home))
    offered.args[1]()
    qtbot.waitUntil(lambda: [entry.name for entry in own_adapters(home)] == ["tiny-a"])


def test_models_page_undoes_two_removals_one_after_the_other(
    page, model_import: ModelImport, notices: Notices, home: Paths, tiny_adapters, qtbot: QtBot
):
    undos = []
    notices.undo_offered.connect(lambda _, undo: undos.append(undo))
    model_import.add([str(file) for file in tiny_adapters[:2]])
    qtbot.waitUntil(lambda: {"tiny-a", "tiny-b"} <= set(page.adapter_cards))
    for count, name in enumerate(("tiny-a", "tiny-b"), start=1):
        page.adapter_cards[name].remove_requested.emit(name)
        qtbot.waitUntil(lambda count=count: len(undos) == count)
    for undo in reversed(undos):
        undo()
    qtbot.waitUntil(lambda: [entry.name for entry in own_adapters(home)] == ["tiny-a", "tiny-b"])


def test_start_deletes_the_files_of_removed_adapters(home: Paths, tiny_adapters, qtbot: QtBot):
    store = AdapterStore(home)
    store.remove(store.add(tiny_adapters[0]).name)
    app.close_files(app.make_services(home, Settings(home.settings)))
    assert list(home.adapters.iterdir()) == []


def test_models_page_shows_loading_and_its_failure_on_the_card(page, model, add, tiny_phi3: Path, qtbot: QtBot):
    name = add(tiny_phi3)
    card = page.cards[name]
    model.load_started.emit(card.entry.ref)
    model.load_progressed.emit(0.62)
    assert card.status.text() == "Loading, 62 %"
    model.load_failed.emit(Failure(FailureKind.USER, Sentence("There is not enough memory for this model.")))
    assert card.failure.text() == "There is not enough memory for this model."
    assert not card.progress_bar.isVisible()


def test_models_page_cancel_stops_loading(page, model, add, tiny_phi3: Path, qtbot: QtBot):
    name = add(tiny_phi3)
    card = page.cards[name]
    model.load_started.emit(card.entry.ref)
    qtbot.mouseClick(card.cancel_button, Qt.MouseButton.LeftButton)
    assert model.cancelled == 1
    assert not card.progress_bar.isVisible()
    assert card.failure.text().startswith("Loading was stopped.")


def test_models_page_tells_which_model_answers_when_the_one_in_use_goes_and_comes_back(
    page, notices: Notices, home: Paths, add, tiny_phi3: Path, qtbot: QtBot
):
    name = add(tiny_phi3)
    qtbot.waitUntil(lambda: page.cards[name].entry.in_use)
    starter = next(other for other in page.cards if other != name)
    chosen: list[str] = []
    page.model_in_use_changed.connect(lambda: chosen.append(ModelStore(home).in_use().name))
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.mouseClick(page.cards[name].findChild(QPushButton, "remove"), Qt.MouseButton.LeftButton)
    assert chosen == [starter]
    offered.args[1]()
    qtbot.waitUntil(lambda: chosen == [starter, name])


def test_models_page_undoes_the_removal_of_a_model_whose_file_is_gone(
    page, notices: Notices, add, tiny_phi3: Path, tmp_path: Path, qtbot: QtBot
):
    file = Path(shutil.copy(tiny_phi3, tmp_path / "gone.gguf"))
    name = add(file)
    file.unlink()
    with qtbot.waitSignal(notices.undo_offered) as offered:
        qtbot.mouseClick(page.cards[name].findChild(QPushButton, "remove"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: name not in page.cards)
    with qtbot.waitSignal(page.model_in_use_changed):
        offered.args[1]()
    qtbot.waitUntil(lambda: name in page.cards and page.cards[name].entry.in_use)
    assert not page._notice.isVisible()


def test_models_page_marks_the_starter_as_a_stand_in(page, home: Paths, qtbot: QtBot):
    starters = [entry for entry in ModelStore(home).list() if entry.starter]
    if not starters:
        pytest.skip("the starter model is not installed")
    qtbot.waitUntil(lambda: starters[0].name in page.cards)
    card = page.cards[starters[0].name]
    assert "Stand-in" in [
        badge.accessibleName() for badge in card.findChildren(QObject) if hasattr(badge, "accessibleName")
    ]
    assert card.findChild(QPushButton, "remove") is None


def test_fetched_starter_is_no_stand_in_and_the_shipped_adapter_stays_with_the_small_one(
    services: Services,
    model: QuietModel,
    model_import: ModelImport,
    tiny_phi3: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
):
    if find_small_starter() is None:
        pytest.skip("the small starter is not installed")
    fetched = {"kept_as": tiny_phi3.name, "size": tiny_phi3.stat().st_size, "memory": 0}
    monkeypatch.setattr(starter, "_record", lambda: fetched)
    monkeypatch.setattr(starter, "INSTALLED", tiny_phi3.parent)
    monkeypatch.delenv(starter.CHOICE)
    page = ModelsPage(dataclasses.replace(services, model=model), model_import)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    large, small = services.models.list()
    qtbot.waitUntil(lambda: set(page.cards) == {large.name, small.name})
    told = {
        name: [badge.accessibleName() for badge in card.findChildren(StateBadge)] for name, card in page.cards.items()
    }
    for badges in told.values():
        badges[:] = [word for word in badges if word not in VERDICTS]
    assert told[large.name] == ["In use", "Starter"]
    assert "Stand-in" in told[small.name]
    assert page.cards[large.name].findChild(QPushButton, "remove") is None
    qtbot.waitUntil(lambda: ADAPTER in page.adapter_cards)
    assert page.cards[small.name].isAncestorOf(page.adapter_cards[ADAPTER])
    expert = ExpertOn(large)
    status = ModelStatus(expert, model, page)  # type: ignore[arg-type]
    card, banner = status.text().card, status.text().banner
    assert "the starter model" in card and "the starter model" in banner and "stand-in" not in card + banner
    expert.model = small
    assert "stand-in until you choose a Phi-3 GGUF" in status.text().banner


def test_models_page_copies_where_phi3_is_found(page: ModelsPage, qtbot: QtBot):
    """For a computer that is kept off the network: the address can be taken to another one."""
    dialog = page.open_catalogue()
    button = next(one for one in dialog.findChildren(QPushButton) if one.accessibleName().startswith("Copy"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    entry = find_entry(PHI3_MINI)
    assert QGuiApplication.clipboard().text() == f"https://huggingface.co/{entry.repository}/resolve/main/{entry.file}"


def test_models_page_says_what_does_not_fit_and_lets_it_be_loaded_anyway(
    page, model, add, tmp_path: Path, tiny_phi3: Path, qtbot: QtBot
):
    name, other = add(tiny_phi3), add(write_tiny_phi3(tmp_path / "other.gguf", seed=1))
    qtbot.waitUntil(lambda: page.cards[name].use_button is not None and bool(verdict(page.cards[name])))
    assert (verdict(page.cards[name]), page.cards[name].use_button.text()) == ("Fits", "Use")
    model.hardware = Hardware(4, 16_000_000_000, 900_000)
    model.look_at_hardware()
    card = page.cards[name]
    qtbot.waitUntil(lambda: verdict(card) == "Does not fit")
    assert card.use_button.text() == "Load anyway"
    assert "close other programs" in card.advice.text()
    assert not any("It just fits." in one.text() for one in card.findChildren(QLabel))
    model.hardware = Hardware(4, 16_000_000_000, 500_000_000)
    model.look_at_hardware()
    qtbot.waitUntil(lambda: verdict(card) == "Tight")
    assert any("It just fits." in one.text() for one in card.findChildren(QLabel))
    assert card.use_button.text() == "Use"
    chosen: list[str] = []
    page.model_chosen.connect(chosen.append)
    qtbot.mouseClick(card.use_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: chosen == [name])
    assert other in page.cards


VERDICTS = {"Fits", "Tight", "Does not fit"}


def verdict(card) -> str:
    names = {badge.accessibleName() for badge in card.findChildren(StateBadge) if not badge.isHidden()}
    return next(iter(names & VERDICTS), "")


def test_memory_bar_tells_what_does_not_fit(qtbot: QtBot):
    bar = MemoryBar("Memory", (MemoryPart("Model", 10), MemoryPart("Context", 5)), used=2, total=16)
    qtbot.addWidget(bar)
    assert not bar.fits
    bar.resize(200, 10)
    bar.grab()


def test_models_page_shows_an_adapter_beneath_its_base(
    page, model_import: ModelImport, add, tiny_phi3: Path, tiny_adapters, qtbot: QtBot
):
    model_import.add([str(tiny_adapters[0])])
    qtbot.waitUntil(lambda: "tiny-a" in page.adapter_cards)
    assert page.adapter_cards["tiny-a"].badge.accessibleName() == "Fits no model here"
    assert "not on this machine" in page.adapter_cards["tiny-a"].reason.text()
    name = add(tiny_phi3)
    qtbot.waitUntil(lambda: page.cards[name].isAncestorOf(page.adapter_cards["tiny-a"]))
    card = page.adapter_cards["tiny-a"]
    assert card.badge.accessibleName() == "Fits"
    assert "rank 4" in card.facts.toolTip() and "tensors" in card.facts.toolTip()
    assert "rank" not in card.facts.text() and "Tiny Phi3" in card.facts.text()
    assert not card.reason.isVisible()


@pytest.mark.parametrize("anyway", [True, False])
def test_models_page_asks_about_a_doubtful_adapter(page, home, add, tiny_phi3, tmp_path, qtbot: QtBot, anyway: bool):
    name = add(tiny_phi3)
    path = write_tiny_adapter(tmp_path / "sibling.gguf", base_name="Phi-3.5-mini-instruct")
    with pytest.raises(DoubtfulBase) as raised:
        AdapterStore(home).add(path)
    dialog = page.ask_about(str(path), raised.value)
    assert "Phi-3.5-mini-instruct" in dialog.doubt.text()
    assert dialog.leave.isDefault()
    if not anyway:
        dialog.leave.click()
        assert not own_adapters(home)
        return
    dialog.anyway.click()
    qtbot.waitUntil(lambda: "sibling" in page.adapter_cards)
    assert own_adapters(home)[0].confirmed
    assert page.cards[name].isAncestorOf(page.adapter_cards["sibling"])
    assert page.adapter_cards["sibling"].badge.accessibleName() == "Fits"
