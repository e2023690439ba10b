"""Experts as files: written into a pack for a colleague, and taken in from one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from phi3desk.paths import open_paths
from phi3desk.profiles.pack import SUFFIX
from phi3desk.profiles.pack_reading import Imported, import_pack
from phi3desk.profiles.pack_writing import Packed, export_pack
from phi3desk.profiles.profile import Profile
from phi3desk.settings import Settings
from phi3desk.ui.background import in_background
from phi3desk.workers.protocol import Failure

FOLDER = "folder.packs"


class PackFiles(QObject):
    """Writes and reads packs of a profile with its adapters, off the event loop.

    `exported` carries a Packed, `imported` an Imported, `refused` a Failure.
    """

    exported = Signal(object)
    imported = Signal(object)
    refused = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def choose_target(self, profile: Profile, window: QWidget) -> None:
        """Ask where an expert is written to, and write it."""
        dialog = self._dialog(self.tr("Save the expert as a file"), window)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
        dialog.selectFile(_file_name(profile.name) + SUFFIX)
        dialog.fileSelected.connect(lambda path: self.export(profile, path))
        dialog.open()

    def choose_pack(self, window: QWidget) -> None:
        """Ask for a pack, and take it in."""
        dialog = self._dialog(self.tr("Choose an expert's file"), window)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_in)
        dialog.open()

    def export(self, profile: Profile, path: str) -> None:
        """Write an expert with its adapters, without documents."""
        self._settings.remember(FOLDER, str(Path(path).parent))
        home = self._settings.folder

        def work() -> Packed:
            return export_pack(open_paths(home), None, profile, Path(path))

        in_background(self, work, self.exported.emit, self._on_failed)

    def take_in(self, path: str) -> None:
        """Take in a pack."""
        self._settings.remember(FOLDER, str(Path(path).parent))
        home = self._settings.folder

        def work() -> Imported:
            return import_pack(open_paths(home), None, Path(path))

        in_background(self, work, self.imported.emit, self._on_failed)

    def _on_failed(self, failure: Failure) -> None:
        self.refused.emit(failure)

    def _dialog(self, title: str, window: QWidget) -> QFileDialog:
        folder = self._settings.remembered(FOLDER)
        dialog = QFileDialog(window, title, folder if isinstance(folder, str) else str(Path.home()))
        dialog.setNameFilters([self.tr("Experts (*.phi3pack)"), self.tr("All files (*)")])
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def _file_name(name: str) -> str:
    """Return a name without what file systems refuse."""
    return "".join("-" if letter in '/\\:*?"<>|' or ord(letter) < 32 else letter for letter in name).strip(" .")
