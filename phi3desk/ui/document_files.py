"""Documents from disk: chosen, dropped or the samples, and what is said when they have been read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from phi3desk.library.documents import Collection, ImportSummary, State
from phi3desk.paths import resource
from phi3desk.settings import Settings
from phi3desk.ui.library_client import LibraryClient
from phi3desk.ui.words import number

FOLDER = "folder"
READ = (State.READY, State.DUPLICATE)


class DocumentFiles(QObject):
    """Imports documents into the collection that `target` names at that moment (None: the default one)."""

    def __init__(
        self,
        library: LibraryClient,
        settings: Settings,
        target: Callable[[], Collection | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._target = target

    def choose_files(self, window: QWidget) -> None:
        """Ask for PDF files and import them."""
        dialog = self._dialog(window, self.tr("Choose documents"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("PDF files (*.pdf)"), self.tr("All files (*)")])
        dialog.open()

    def choose_folder(self, window: QWidget) -> None:
        """Ask for a folder and import all in it."""
        dialog = self._dialog(window, self.tr("Choose a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.open()

    def add(self, paths: Sequence[str]) -> None:
        """Import files and folders."""
        target = self._target()
        self._library.import_paths(paths, target.id if target else None)

    def add_samples(self) -> None:
        """Import the documents that came with the program into a collection of their own."""
        files = [str(path) for path in sorted(resource("samples").glob("*.pdf"))]
        name = self.tr("Samples")
        known = next((c for c in self._library.collections if c.name == name), None)
        if known is not None:
            self._library.import_paths(files, known.id)
        else:
            self._library.create_collection(name, lambda made: self._library.import_paths(files, made.id))

    def summary(self, summary: ImportSummary) -> tuple[str, bool]:
        """Return how an import ended in a sentence, and whether there are files to look after."""
        total = sum(summary.states.values())
        good = sum(summary.states.get(state, 0) for state in READ)
        if good < total:
            template = self.tr("{bad} of {total} files could not be read. The library says why.")
            return template.format(bad=number(total - good), total=number(total)), True
        if good == 1:
            return self.tr("1 document is ready to be asked."), False
        return self.tr("{count} documents are ready to be asked.").format(count=number(good)), False

    def _dialog(self, window: QWidget, title: str) -> QFileDialog:
        folder = self._settings.remembered(FOLDER)
        dialog = QFileDialog(window, title, folder if isinstance(folder, str) else str(Path.home()))
        dialog.filesSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _on_chosen(self, paths: list[str]) -> None:
        if paths:
            self._settings.remember(FOLDER, str(Path(paths[0]).parent))
            self.add(paths)


def sample_questions() -> list[str]:
    """Return the questions that go with the sample documents; none where they are not installed."""
    path = resource("samples", "demo.jsonl")
    if not path.is_file():
        return []
    return [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
