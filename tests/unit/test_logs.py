"""A log that cannot be opened is no reason not to work."""

import logging
from pathlib import Path

import pytest

from phi3desk.logs import log_to_file


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])


def test_log_is_written(tmp_path: Path) -> None:
    file = log_to_file(tmp_path, "commands")
    logging.getLogger("phi3desk").warning("something")
    assert "something" in file.read_text(encoding="utf-8")


def test_log_that_is_a_folder_is_gone_without(tmp_path: Path) -> None:
    (tmp_path / "commands.log").mkdir()
    log_to_file(tmp_path, "commands")
    logging.getLogger("phi3desk").warning("something")
