"""Settings are checked, kept, and survive a damaged file."""

import json
import stat
import sys

import pytest

from phi3desk.errors import UserError
from phi3desk.paths import open_paths
from phi3desk.settings import SETTINGS, Settings


def test_every_default_passes_its_own_check():
    for setting in SETTINGS:
        assert setting.check(setting.default) == setting.default
        assert setting.label
        assert setting.cost.endswith(".")


def test_setting_is_kept_and_default_is_not_written(tmp_path):
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.set("answers.passages", 8)
    assert Settings(path).get("answers.passages") == 8
    settings.set("answers.passages", 5)
    assert json.loads(path.read_text()) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("answers.passages", 99),
        ("answers.passages", "many"),
        ("answers.passages", True),
        ("appearance.scheme", "pink"),
        ("answers.temperature", -1.0),
    ],
)
def test_value_that_does_not_fit_is_refused_and_changes_nothing(tmp_path, key, value):
    settings = Settings(tmp_path / "settings.json")
    before = settings.get(key)
    with pytest.raises(UserError):
        settings.set(key, value)
    assert settings.get(key) == before


def test_automatic_value_is_allowed_outside_the_range(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.set("model.context", 8192)
    settings.set("model.context", 0)
    assert settings.get("model.context") == 0


@pytest.mark.parametrize("text", ["{broken", "[" * 100_000 + "]" * 100_000])
def test_damaged_file_gives_defaults_and_is_kept_aside(tmp_path, text):
    path = tmp_path / "settings.json"
    path.write_text(text)
    assert Settings(path).get("answers.passages") == 5
    assert (tmp_path / "settings.json.unreadable").read_text() == text


def test_wrong_value_in_the_file_falls_back_alone(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"answers.passages": 99, "answers.max_tokens": 100}))
    settings = Settings(path)
    assert settings.get("answers.passages") == 5
    assert settings.get("answers.max_tokens") == 100


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_data_folder_is_the_owners_alone(tmp_path):
    paths = open_paths(tmp_path / "home")
    assert stat.S_IMODE(paths.home.stat().st_mode) == 0o700


def test_folder_of_others_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    before = tmp_path.stat().st_mode
    with pytest.raises(UserError, match="holds other things"):
        open_paths(tmp_path)
    assert tmp_path.stat().st_mode == before
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_file_as_data_folder_is_named(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(UserError, match="is a file"):
        open_paths(tmp_path / "home")
