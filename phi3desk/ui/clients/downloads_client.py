"""The downloads of models as the window sees them: begun, paused, resumed, over a restart of the program too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from PySide6.QtCore import QObject, Signal

from phi3desk.errors import Sentence
from phi3desk.model.hub.catalogue import title_of
from phi3desk.model.hub.journal import ModelFolder
from phi3desk.model.hub.presence import discard, on_list
from phi3desk.model.hub.types import DownloadProgress, Repository, Unfinished, Wanted
from phi3desk.model.names import spoken_name
from phi3desk.model.store import ModelStore
from phi3desk.paths import Paths
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.clients.worker_client import WorkerClient
from phi3desk.workers.protocol import Failure, FailureKind
from phi3desk.workers.requests import FetchModel, ListRepository


class DownloadState(StrEnum):
    """Where a download stands; a queued one waits for another, a paused one for the person."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    FAILED = "failed"


class WorkerState(StrEnum):
    """Whether there is a process that fetches; one that was given up is started again when it is needed."""

    OFF = "off"
    ON = "on"
    GIVEN_UP = "given up"


@dataclass(frozen=True)
class Download:
    """A download that is not finished, in bytes; `reason` tells why it failed."""

    wanted: Wanted
    state: DownloadState
    received: int = 0
    total: int = 0
    progress: DownloadProgress | None = None
    reason: Sentence | None = None

    @property
    def title(self) -> str:
        """What a person would call the model."""
        return title_of(self.wanted) or spoken_name(PurePosixPath(self.wanted.file).stem)

    @property
    def share(self) -> float:
        """How much of it is here, 0 to 1."""
        return self.received / self.total if self.total else 0.0

    @property
    def goes_on(self) -> bool:
        """Whether it does or will do something without the person."""
        return self.state in (DownloadState.QUEUED, DownloadState.RUNNING, DownloadState.PAUSING)


def downloads_worker(paths: Paths) -> WorkerClient:
    """Return the client of the process that fetches models; it is started when something is asked of it."""
    return WorkerClient("downloads", paths, (FetchModel, ListRepository))


class DownloadsClient(QObject):
    """Fetches models, one at a time; every method returns at once.

    `changed` tells that a download came, went or stands elsewhere than before, or that what is here may be something
    else, `progressed` carries the Download that went on, `finished` the name in the list of the model that arrived,
    `failed` the Download that could not go on.
    """

    changed = Signal()
    progressed = Signal(object)
    finished = Signal(str)
    failed = Signal(object)

    def __init__(
        self, worker: WorkerClient, folder: ModelFolder, models: ModelStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.worker = worker
        worker.setParent(self)
        self._folder, self._models = folder, models
        self._downloads: dict[Wanted, Download] = {}
        self._requests: dict[Wanted, int] = {}
        self._worker = WorkerState.OFF
        worker.gave_up.connect(self._on_given_up)

    @property
    def downloads(self) -> tuple[Download, ...]:
        """The downloads that are not finished, the oldest first."""
        return tuple(self._downloads.values())

    def find(self, wanted: Wanted) -> Download | None:
        """Return the download of a model, None where there is none under way."""
        return self._downloads.get(wanted)

    def is_here(self, wanted: Wanted) -> bool:
        """Return whether a model was fetched before, is where it was put, and is on the list."""
        return wanted in self.here((wanted,))

    def here(self, several: Iterable[Wanted]) -> frozenset[Wanted]:
        """Return which of several models are here, as `is_here` tells of one; the list is read once."""
        return on_list((one for one in several if one not in self._downloads), self._folder, self._models)

    def look_again(self) -> None:
        """Take note that models may have come onto the list or left it."""
        self.changed.emit()

    def restore(self) -> None:
        """Show what an earlier run left unfinished, paused; nothing is fetched before the person says so."""

        def on_unfinished(found: list[Unfinished]) -> None:
            for one in found:
                paused = Download(one.wanted, DownloadState.PAUSED, one.received, one.total)
                self._downloads.setdefault(one.wanted, paused)
            if found:
                self.changed.emit()

        in_background(self, self._folder.unfinished, on_unfinished, lambda _: None)

    def start(self, wanted: Wanted) -> None:
        """Fetch a model, or go on with it."""
        if wanted in self._requests:
            return
        before = self._downloads.get(wanted, Download(wanted, DownloadState.QUEUED))
        state = DownloadState.QUEUED if self._requests else DownloadState.RUNNING
        self._keep(replace(before, state=state, progress=None, reason=None))
        self._wake()
        self._requests[wanted] = self.worker.request(
            FetchModel(wanted),
            lambda name: self._on_finished(wanted, name),
            lambda failure: self._on_failed(wanted, failure),
            lambda progress: self._on_progress(wanted, progress),
        )

    def pause(self, wanted: Wanted) -> None:
        """Stop a download; what has come of it stays for `start`."""
        download = self._downloads.get(wanted)
        if download is not None and wanted in self._requests:
            self._keep(replace(download, state=DownloadState.PAUSING))
            self.worker.cancel(self._requests[wanted])

    def discard(self, wanted: Wanted) -> None:
        """Delete what has come of a download that is paused or failed; a model on the list keeps its files."""
        download = self._downloads.get(wanted)
        if download is None or wanted in self._requests:
            return

        def on_discarded(_: None) -> None:
            if wanted in self._requests:
                # it was started again meanwhile
                return
            self._downloads.pop(wanted, None)
            self.changed.emit()

        def on_failure(failure: Failure) -> None:
            if wanted in self._requests:
                return
            self._keep(replace(download, state=DownloadState.FAILED, reason=failure.sentence))

        in_background(self, lambda: discard(wanted, self._folder, self._models), on_discarded, on_failure)

    def repository(
        self, text: str, on_result: Callable[[Repository], None], on_failure: Callable[[Failure], None]
    ) -> None:
        """Ask the hub what a repository holds."""
        self._wake()
        self.worker.request(ListRepository(text), on_result, on_failure)

    def close(self) -> None:
        """Stop the process; what has come stays."""
        self.worker.close()

    def _wake(self) -> None:
        """See to it that there is a process, which costs nothing while nobody wants a model."""
        if self._worker is WorkerState.OFF:
            self.worker.start()
        elif self._worker is WorkerState.GIVEN_UP:
            self.worker.restart()
        self._worker = WorkerState.ON

    def _on_given_up(self, _: Sentence) -> None:
        self._worker = WorkerState.GIVEN_UP

    def _keep(self, download: Download) -> None:
        self._downloads[download.wanted] = download
        self.changed.emit()

    def _on_progress(self, wanted: Wanted, progress: DownloadProgress) -> None:
        download = self._downloads.get(wanted)
        if download is None or download.state is DownloadState.PAUSING:
            return
        began = download.state is not DownloadState.RUNNING
        received, total = (progress.received, progress.total) if progress.total else (download.received, download.total)
        download = replace(download, state=DownloadState.RUNNING, received=received, total=total, progress=progress)
        self._downloads[wanted] = download
        if began:
            self.changed.emit()
        self.progressed.emit(download)

    def _on_finished(self, wanted: Wanted, name: str) -> None:
        self._requests.pop(wanted, None)
        self._downloads.pop(wanted, None)
        self.changed.emit()
        self.finished.emit(name)

    def _on_failed(self, wanted: Wanted, failure: Failure) -> None:
        self._requests.pop(wanted, None)
        download = self._downloads.get(wanted, Download(wanted, DownloadState.FAILED))
        if failure.kind is FailureKind.CANCELLED:
            self._keep(replace(download, state=DownloadState.PAUSED, progress=None))
            return
        download = replace(download, state=DownloadState.FAILED, progress=None, reason=failure.sentence)
        self._keep(download)
        self.failed.emit(download)
