"""File dialogs that begin in the folder chosen last, and what is said of a file that was written or could not be."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from phi3desk.settings import Settings

#: the key of the folder that conversations, comparisons and examples are saved in
EXPORT_FOLDER = "folder.export"


def file_dialog(parent: QWidget, title: str, settings: Settings, key: str) -> QFileDialog:
    """Return a dialog for existing files that begins in the folder remembered under `key`, and goes when it is closed.

    What is chosen makes its folder the remembered one.
    """
    dialog = _dialog(parent, title, settings, key)
    dialog.filesSelected.connect(lambda paths: settings.remember(key, str(Path(paths[0]).parent)) if paths else None)
    return dialog


def folder_dialog(parent: QWidget, title: str, settings: Settings, key: str) -> QFileDialog:
    """Return a dialog for a folder to write into; the chosen folder itself is the remembered one."""
    dialog = _dialog(parent, title, settings, key)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.filesSelected.connect(lambda paths: settings.remember(key, paths[0]) if paths else None)
    return dialog


def save_dialog(parent: QWidget, title: str, settings: Settings, key: str, name: str) -> QFileDialog:
    """Return a dialog for a file to be written; `name` is proposed, and its suffix is added to one typed without."""
    dialog = file_dialog(parent, title, settings, key)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    return dialog


def file_named(chosen: Path, suffix: str) -> Path:
    """Return the file that is written for a chosen name: with the suffix it lacks and, where that is taken, a number.

    The dialog adds no suffix behind a full stop, and asks only whether a file of the very name may be replaced.
    """
    if chosen.suffix.casefold() == suffix:
        return chosen
    file, number = chosen.with_name(f"{chosen.name}{suffix}"), 2
    while os.path.lexists(file):
        file, number = chosen.with_name(f"{chosen.name} {number}{suffix}"), number + 1
    return file


def saved_text(path: Path, *, written: bool) -> str:
    """Return the sentence about a file that was saved, or that could not be `written`."""
    text = (
        QCoreApplication.translate("FileDialogs", "Saved as {path}.")
        if written
        else QCoreApplication.translate(
            "FileDialogs", "{path} could not be written. Choose a folder of your own, or free some space."
        )
    )
    return text.format(path=str(path))


def _dialog(parent: QWidget, title: str, settings: Settings, key: str) -> QFileDialog:
    folder = settings.remembered(key)
    dialog = QFileDialog(parent, title, folder if isinstance(folder, str) else str(Path.home()))
    dialog.finished.connect(dialog.deleteLater)
    return dialog
