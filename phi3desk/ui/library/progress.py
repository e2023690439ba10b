"""What the library is busy with and how much of it can be searched, in words."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from phi3desk.library.documents import ImportProgress, LibraryStatus, Phase
from phi3desk.ui.clients.library_client import LibraryClient


class ProgressText(QObject):
    """Puts the phases of an import and the share of the semantic index into words."""

    def phase(self, phase: Phase) -> str:
        """Return what an import is busy with."""
        return {
            Phase.CHECKING: lambda: self.tr("Checking files"),
            Phase.READING: lambda: self.tr("Reading"),
            Phase.RESTORING: lambda: self.tr("Restoring the search by meaning"),
            Phase.EMBEDDING: lambda: self.tr("Preparing the search by meaning"),
            Phase.OCR: lambda: self.tr("Recognising text on scanned pages"),
            Phase.PAUSED: lambda: self.tr("Paused"),
            Phase.ON_BATTERY: lambda: self.tr("Waiting for mains power"),
        }[phase]()

    def semantic_index(self, embedded: int, passages: int) -> str:
        """Return how a question is searched for while not every passage is embedded; empty when all are."""
        if not passages or embedded >= passages:
            return ""
        return self.tr("Keyword search; semantic index {percent} %").format(percent=100 * embedded // passages)


class LibraryProgress(QObject):
    """How far the library is: the last progress of the running import, and what is said of it beside the question.

    `changed` is emitted when either has changed.
    """

    changed = Signal()

    def __init__(self, library: LibraryClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._progress_text = ProgressText(self)
        self._running = 0
        self.progress: ImportProgress | None = None
        library.import_started.connect(self._on_started)
        library.import_progressed.connect(self._on_progressed)
        library.import_finished.connect(self._on_finished)
        library.status_changed.connect(self.changed)

    @property
    def status(self) -> LibraryStatus | None:
        """How much there is to search, as far as the library has told."""
        return self._library.status

    def text(self) -> str:
        """Return what to know before asking: that the semantic index is incomplete, and whether the import waits."""
        status = self._library.status
        if status is None:
            return ""
        said = self._progress_text.semantic_index(status.embedded, status.passages)
        phase = self.progress.phase if self.progress is not None else None
        if said and phase in (Phase.PAUSED, Phase.ON_BATTERY):
            said = f"{said}  ·  {self._progress_text.phase(phase)}"
        return said

    def _on_started(self) -> None:
        self._running += 1
        if self.progress is None:
            self.progress = ImportProgress(0, 0, 0, 0, 0, "", 0.0, None)
        self.changed.emit()

    def _on_progressed(self, progress: ImportProgress) -> None:
        self.progress = progress
        self.changed.emit()

    def _on_finished(self, _summary: object) -> None:
        self._running = max(0, self._running - 1)
        if not self._running:
            self.progress = None
        self.changed.emit()
