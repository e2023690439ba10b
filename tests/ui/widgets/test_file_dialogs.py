"""File dialogs: where they begin, what they remember, and what is said of a file."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from phi3desk.settings import Settings
from phi3desk.ui.widgets.file_dialogs import file_dialog, file_named, folder_dialog, save_dialog, saved_text

KEY = "folder.export"


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manuals" / "pump.pdf"
    path.parent.mkdir()
    path.write_bytes(b"")
    return path


def choose(dialog: QFileDialog, path: Path) -> None:
    """Choose a file by its name, as the user types it."""
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.open()
    dialog.selectFile(str(path))
    dialog.accept()


def test_file_dialog_begins_where_the_last_file_was_chosen(parent: QWidget, settings: Settings, manual: Path) -> None:
    dialog = file_dialog(parent, "Choose", settings, KEY)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    assert Path(dialog.directory().absolutePath()) == Path.home()
    choose(dialog, manual)
    assert settings.remembered(KEY) == str(manual.parent)
    assert Path(file_dialog(parent, "Choose", settings, KEY).directory().absolutePath()) == manual.parent


def test_folder_dialog_remembers_the_folder_itself(parent: QWidget, settings: Settings, manual: Path) -> None:
    choose(folder_dialog(parent, "Where to?", settings, KEY), manual.parent)
    assert settings.remembered(KEY) == str(manual.parent)


def test_save_dialog_adds_the_suffix_of_the_proposed_name(
    qtbot: QtBot, parent: QWidget, settings: Settings, manual: Path
) -> None:
    dialog = save_dialog(parent, "Save", settings, KEY, "conversation.md")
    assert Path(dialog.selectedFiles()[0]).name == "conversation.md"
    with qtbot.waitSignal(dialog.fileSelected) as chosen:
        choose(dialog, manual.parent / "pumps")
    assert Path(chosen.args[0]) == manual.parent / "pumps.md"


def test_file_named_replaces_only_a_file_of_the_very_name(tmp_path: Path) -> None:
    for name in ("Report 2.3.pdf", "Report 2.3 2.pdf"):
        (tmp_path / name).touch()
    chosen = ("Report 2.3", "Report 2.4", "Report 2.3.pdf", "Report.PDF")
    written = [file_named(tmp_path / name, ".pdf").name for name in chosen]
    assert written == ["Report 2.3 3.pdf", "Report 2.4.pdf", "Report 2.3.pdf", "Report.PDF"]


def test_saved_text_tells_whether_the_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert saved_text(path, written=True) == f"Saved as {path}."
    assert saved_text(path, written=False).startswith(f"{path} could not be written.")
