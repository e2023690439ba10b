"""Documents from disk: chosen, dropped or the samples, what is said when they have been read, and the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from phi3desk.library.documents import Collection, Document, ImportSummary, State
from phi3desk.library.kinds import KINDS
from phi3desk.paths import resource
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.formatting import number, translate
from phi3desk.ui.library.document_report import write_report
from phi3desk.ui.services import Services
from phi3desk.ui.widgets.file_dialogs import file_dialog, save_dialog, saved_text

FOLDER, REPORT_FOLDER = "folder", "folder.report"
#: What can be read, as file dialogs take it.
PATTERNS = " ".join(f"*.{suffix}" for kind in KINDS for suffix in kind.suffixes)
READ = (State.READY, State.DUPLICATE)


class DocumentImport(QObject):
    """Imports documents into the collection that `target` names at that moment (None: the default one)."""

    def __init__(
        self,
        services: Services,
        target: Callable[[], Collection | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = services.library
        self._settings = services.settings
        self._notices = services.notices
        self._target = target

    def choose_files(self, window: QWidget) -> None:
        """Ask for files and import them."""
        dialog = file_dialog(window, self.tr("Choose documents"), self._settings, FOLDER)
        dialog.filesSelected.connect(self.add)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([f"{self.tr('Documents')} ({PATTERNS})", self.tr("All files (*)")])
        dialog.open()

    def choose_folder(self, window: QWidget) -> None:
        """Ask for a folder and import all in it."""
        dialog = file_dialog(window, self.tr("Choose a folder"), self._settings, FOLDER)
        dialog.filesSelected.connect(self.add)
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

    def save_report(self, window: QWidget, documents: Sequence[Document]) -> None:
        """Ask where to, and save what became of these documents as CSV."""
        name = self.tr("Documents") + ".csv"
        dialog = save_dialog(window, self.tr("Save as CSV"), self._settings, REPORT_FOLDER, name)
        dialog.setNameFilters([self.tr("Table (*.csv)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self._write_report(Path(path), documents))
        dialog.open()

    def summary(self, summary: ImportSummary) -> tuple[str, bool]:
        """Return how an import ended in a sentence, and whether there are files to look after."""
        if summary.left_unread:
            return self.tr("The import was stopped: %Ln file(s) were not read.", "", summary.left_unread), True
        total = sum(summary.states.values())
        good = sum(summary.states.get(state, 0) for state in READ)
        if not good:
            return self.tr("None of %Ln file(s) could be read. The library says why.", "", total), True
        if good < total:
            template = self.tr("{bad} of {total} files could not be read. The library says why.")
            return template.format(bad=number(total - good), total=number(total)), True
        return self.tr("%Ln document(s) are ready to be asked.", "", good), False

    def _write_report(self, path: Path, documents: Sequence[Document]) -> None:
        def write() -> bool:
            try:
                write_report(path, documents)
            except OSError:
                return False
            return True

        in_background(
            self,
            write,
            lambda written: self._notices.say(saved_text(path, written=written)),
            lambda failure: self._notices.say(translate(failure.sentence)),
        )
