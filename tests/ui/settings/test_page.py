"""The settings page is made from the declarations and keeps only what fits them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from phi3desk.backups import Kept, file_of, keep_copy
from phi3desk.chat.series import Speed
from phi3desk.errors import say
from phi3desk.model.types import LoadedModel
from phi3desk.paths import Paths
from phi3desk.settings import SETTINGS, Settings
from phi3desk.sweep.store import SweepStore
from phi3desk.ui.settings.copies_card import CopiesCard
from phi3desk.ui.settings.page import SettingsPage
from phi3desk.workers.protocol import Failure, FailureKind


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def page(settings: Settings, qtbot: QtBot) -> SettingsPage:
    made = SettingsPage(settings)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


def test_settings_page_has_every_setting_with_its_cost(page: SettingsPage):
    shown = {label.text() for label in page.findChildren(QLabel)}
    for setting in SETTINGS:
        assert {setting.label, setting.cost} <= shown
        assert page.rows[setting.key].control.accessibleName() == setting.label


def test_settings_page_keeps_a_change_and_tells_it(
    page: SettingsPage, settings: Settings, tmp_path: Path, qtbot: QtBot
):
    spin = page.rows["answers.passages"].control
    assert isinstance(spin, QSpinBox)
    with qtbot.waitSignal(page.setting_changed) as changed:
        spin.setValue(8)
    assert changed.args == ["answers.passages", 8]
    assert json.loads((tmp_path / "settings.json").read_text())["answers.passages"] == 8


def test_settings_page_reset_goes_back_to_the_default(page: SettingsPage, settings: Settings, qtbot: QtBot):
    row = page.rows["appearance.scheme"]
    assert isinstance(row.control, QComboBox)
    assert row.reset.isHidden()
    row.control.setCurrentIndex(row.control.findData("dark"))
    assert settings.get("appearance.scheme") == "dark"
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert settings.get("appearance.scheme") == "system"
    assert row.control.currentData() == "system"


def test_settings_page_refuses_a_value_that_does_not_fit_with_a_reason(
    page: SettingsPage, settings: Settings, qtbot: QtBot
):
    row = page.rows["answers.passages"]
    with qtbot.assertNotEmitted(page.setting_changed):
        row.set_value(99)
    assert row.reason == "The setting “Passages read for an answer” cannot be 99."
    assert settings.get("answers.passages") == 5
    row.set_value(6)
    assert row.reason == ""


def test_settings_page_automatic_hides_the_number_and_comes_back(page: SettingsPage, settings: Settings):
    row = page.rows["model.context"]
    assert row.automatic is not None
    assert row.control.isHidden()
    row.automatic.setChecked(False)
    assert settings.get("model.context") == 8192
    assert not row.control.isHidden()
    row.automatic.setChecked(True)
    assert settings.get("model.context") == 0


def test_settings_page_search_finds_by_cost_and_says_when_nothing_fits(page: SettingsPage):
    page.search.setText("graphics card")
    visible = {key for key, row in page.rows.items() if not row.isHidden()}
    assert "model.gpu_layers" in visible
    assert "appearance.scheme" not in visible
    page.search.setText("zebra")
    assert page.nothing.isVisible()
    assert page.nothing.text() == "No settings match"


def test_settings_page_tells_where_the_data_is(page: SettingsPage, tmp_path: Path):
    assert str(tmp_path) in {label.text() for label in page.findChildren(QLabel)}


def test_settings_page_keeps_a_reranker_once_it_is_loaded_and_tells_its_time(page: SettingsPage, settings: Settings):
    row, wanted = page.reranker, []
    row.wanted.connect(wanted.append)
    row.set_value("/models/ms-marco & co")
    assert wanted == ["/models/ms-marco & co"]
    assert settings.get("search.reranker") == ""
    assert not row.control.isEnabled()
    row.keep(1.84)
    assert settings.get("search.reranker") == "/models/ms-marco & co"
    assert row.control.isEnabled()
    assert row.control.text() == "ms-marco && co"
    assert row.reason == "About 1.8 s more for a question on this machine."

    row.set_value("/models/other")
    row.refuse(Failure(FailureKind.USER, say("There is no folder {folder}.", folder="/models/other")))
    assert row.reason == "There is no folder /models/other."
    assert settings.get("search.reranker") == "/models/ms-marco & co"
    row.reset.click()
    row.keep(0.0)
    assert wanted[-1] == settings.get("search.reranker") == row.reason == ""
    assert row.reset.isHidden()


def test_time_for_reading_says_what_it_comes_to_with_the_loaded_model(page: SettingsPage):
    assert page.wait.here.isHidden()
    model = LoadedModel("m", "/m.gguf", "phi3", 4096, 4096, 0, 32, 2_400_000_000, 3_800_000_000, True, "CPU")
    page.wait.show_speed(model, Speed(20.0, 6.0))
    assert page.wait.here.isVisible()
    told = page.wait.here.text()
    assert told.endswith("of 5 passages: Quick about 10 %, Balanced about 20 %, Thorough about 80 %.")
    page.wait.show_speed(model, Speed(2000.0, 60.0))
    assert page.wait.here.text().endswith("Quick all, Balanced all, Thorough all.")
    page.wait.show_speed(None)
    assert page.wait.here.isHidden()


def test_settings_page_offers_the_copy_of_the_sweeps(home: Paths, qtbot: QtBot):
    SweepStore(home.sweeps).close()
    assert keep_copy(home, Kept.SWEEPS)
    opened = SettingsPage(Settings(home.settings))
    qtbot.addWidget(opened)
    opened.show()
    assert opened.copies.choice.itemText(0).startswith("Sweeps, ")
    assert opened.copies.restore.isEnabled()


def test_every_file_of_which_copies_are_kept_has_a_name_of_its_own(home: Paths, qtbot: QtBot):
    for kept in Kept:
        file = file_of(home, kept)
        if file.suffix == ".json":
            file.write_text("{}")
        else:
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("CREATE TABLE kept (word TEXT)")
        assert keep_copy(home, kept)
    card = CopiesCard(home)
    qtbot.addWidget(card)
    names = [card.choice.itemText(row).split(", ")[0] for row in range(card.choice.count())]
    assert len(set(names)) == len(names) == len(Kept)
