"""How far one download is, with what can be done about it: pause, resume, remove."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from phi3desk.model.hub.types import DownloadPhase
from phi3desk.ui.clients.downloads_client import Download, DownloadState
from phi3desk.ui.formatting import duration, number, size_of, translate
from phi3desk.ui.theme import SPACE_S, SPACE_XS, set_kind
from phi3desk.ui.widgets.basic import Button, label, on_click


class DownloadBar(QWidget):
    """A download in words and as a bar; the three signals carry its Wanted."""

    pause_requested = Signal(object)
    resume_requested = Signal(object)
    discard_requested = Signal(object)

    def __init__(self, download: Download) -> None:
        super().__init__()
        self.download = download
        self._words = _Words(self)
        self.text = label(kind="quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        title = download.title
        self.pause = Button("", "pause", "quiet", self.tr("Pause the download of {name}").format(name=title))
        self.resume = Button(self.tr("Resume"), "play", tip=self.tr("Resume the download of {name}").format(name=title))
        self.discard = Button(
            "", "trash-can-outline", "quiet", self.tr("Delete what has been downloaded of {name}").format(name=title)
        )
        on_click(self.pause, lambda: self.pause_requested.emit(self.download.wanted))
        on_click(self.resume, lambda: self.resume_requested.emit(self.download.wanted))
        on_click(self.discard, lambda: self.discard_requested.emit(self.download.wanted))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.bar, 1)
        for button in (self.pause, self.resume, self.discard):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(row)
        column.addWidget(self.text)
        self.show_download(download)

    def show_download(self, download: Download) -> None:
        """Show the download as it stands."""
        self.download = download
        state = download.state
        self.bar.setValue(round(1000 * download.share))
        self.bar.setAccessibleName(self.tr("Download of {name}").format(name=download.title))
        text = self._words.of(download)
        if text != self.text.text():
            self.text.setText(text)
        set_kind(self.text, "bad" if state is DownloadState.FAILED else "quiet")
        self.pause.setVisible(state in (DownloadState.RUNNING, DownloadState.QUEUED))
        stopped = state in (DownloadState.PAUSED, DownloadState.FAILED)
        self.resume.setVisible(stopped)
        self.resume.setText(self.tr("Resume") if download.received else self.tr("Try again"))
        self.discard.setVisible(stopped)


class _Words(QObject):
    def of(self, download: Download) -> str:
        """Return how far a download is and what it waits for."""
        state, progress = download.state, download.progress
        if state is DownloadState.FAILED:
            return translate(download.reason)
        if state is DownloadState.QUEUED:
            return self.tr("Waits for the download before it.")
        if state is DownloadState.PAUSING:
            return self.tr("Pausing")
        if state is DownloadState.PAUSED:
            return self._joined(self.tr("Paused"), *self._far(download))
        if progress is None or progress.phase is DownloadPhase.ASKING:
            return self._joined(self.tr("Connecting"), *self._far(download))
        if progress.phase is DownloadPhase.WAITING:
            return self._joined(self.tr("No connection, trying again"), *self._far(download))
        if progress.phase is DownloadPhase.CHECKING:
            return self.tr("Checking what has arrived")
        parts = self._far(download)
        if progress.bytes_per_second:
            parts.append(self.tr("{size} per second").format(size=size_of(round(progress.bytes_per_second))))
        if progress.seconds_left is not None:
            parts.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        return self._joined(*parts)

    def _far(self, download: Download) -> list[str]:
        if not download.total:
            return []
        percent = self.tr("{percent} %").format(percent=number(int(100 * download.share)))
        sizes = self.tr("{received} of {total}").format(
            received=size_of(download.received), total=size_of(download.total)
        )
        return [percent, sizes]

    def _joined(self, *parts: str) -> str:
        return "  ·  ".join(parts)
