"""What the library is busy with and how much of it can be searched: one source for every place that tells it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from phi3desk.library.documents import Figures, ImportProgress, ImportSummary, LibraryStatus, Phase
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.formatting import number
from phi3desk.workers.protocol import Failure

#: an import of which nothing was heard yet
_BEGUN = ImportProgress(0, 0, 0, 0, 0, "", 0.0, None, phase=Phase.CHECKING)
WAITING = frozenset({Phase.PAUSED, Phase.ON_BATTERY})


class ProgressText(QObject):
    """Puts the phases of an import and what can be searched into words."""

    def phase(self, phase: Phase) -> str:
        """Return what an import is busy with."""
        return {
            Phase.CHECKING: lambda: self.tr("Checking files"),
            Phase.READING: lambda: self.tr("Reading"),
            Phase.RESTORING: lambda: self.tr("Restoring the search by meaning"),
            Phase.EMBEDDING: lambda: self.tr("Preparing the search by meaning"),
            Phase.RENEWING: lambda: self.tr("Embedding again with another model"),
            Phase.OCR: lambda: self.tr("Recognising text on scanned pages"),
            Phase.PAUSED: lambda: self.tr("Paused"),
            Phase.ON_BATTERY: lambda: self.tr("Waiting for mains power"),
        }[phase]()

    def searchable(self, figures: Figures) -> str:
        """Return how far the files can be searched while not all of them can in every way; empty when they can."""
        if not figures.passages or (figures.embedded >= figures.passages and figures.files_read >= figures.files):
            return ""
        told = self.tr("Searchable by words: {words} of {files} files, by meaning: {percent} %")
        percent = min(99, int(100 * figures.meanings))
        return told.format(words=number(figures.files_by_words), files=number(figures.files), percent=number(percent))


class LibraryProgress(QObject):
    """How far the library is, from what its worker told last; the import bar, the start page and the line over the
    composer all take it from here.

    `changed` is emitted when any of it has changed.
    """

    changed = Signal()

    def __init__(self, library: LibraryClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._progress_text = ProgressText(self)
        #: how many imports run or wait for each other, and what became of those that have ended meanwhile
        self.running = 0
        self.ended: list[ImportSummary | None] = []
        self.failure: Failure | None = None
        self._goes_on = False
        self._counted = False
        self._busy_with = Phase.CHECKING
        self.progress: ImportProgress | None = None
        library.import_started.connect(self._on_started)
        library.import_progressed.connect(self._on_progressed)
        library.import_finished.connect(self._on_finished)
        library.pause_asked.connect(self._on_pause_asked)
        library.status_changed.connect(self._on_status)

    @property
    def status(self) -> LibraryStatus | None:
        """How much there is to search, as far as the library has told."""
        return self._library.status

    @property
    def is_told(self) -> bool:
        """Whether the running import has told how far it is."""
        return self.progress is not None and self.progress is not _BEGUN

    @property
    def figures(self) -> Figures | None:
        """How far all files are; None while those of the running import are not counted yet."""
        status = self._library.status
        return status.figures if status is not None and (self._counted or self.progress is None) else None

    def text(self) -> str:
        """Return what to know before asking: that not all can be searched yet, and whether the import waits."""
        status = self._library.status
        said = self._progress_text.searchable(status.figures) if status is not None else ""
        phase = self.progress.phase if self.progress is not None else None
        if said and phase in WAITING:
            said = f"{said}  ·  {self._progress_text.phase(phase)}"
        return said

    def _on_started(self) -> None:
        if not self.running:
            self.ended = []
            self.failure = None
        self.running += 1
        if self.progress is None:
            self._counted = False
            self.progress = _BEGUN
        self.changed.emit()

    def _on_progressed(self, progress: ImportProgress) -> None:
        if progress.phase is not Phase.PAUSED:
            self._goes_on, self._busy_with = False, progress.phase
        elif self._goes_on:
            # told before the worker heard that the user let it go on
            return
        self.progress = progress
        self.changed.emit()

    def _on_pause_asked(self, paused: bool) -> None:
        self._goes_on = not paused
        if not paused and self.progress is not None and self.progress.phase is Phase.PAUSED:
            self.progress = replace(self.progress, phase=self._busy_with)
        self.changed.emit()

    def _on_status(self, _: LibraryStatus) -> None:
        # an import looks for its files first, and only then they are counted
        self._counted = self.progress is not None and self.progress.phase is not Phase.CHECKING
        self.changed.emit()

    def _on_finished(self, ended: ImportSummary | Failure | None) -> None:
        self.running = max(0, self.running - 1)
        if isinstance(ended, Failure):
            self.failure = ended
        else:
            self.ended.append(ended)
        if not self.running:
            self.progress = None
        self.changed.emit()
