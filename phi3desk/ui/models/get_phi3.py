"""Get Phi-3 mini: one button, and how far it is, for the first start."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from phi3desk.model.hub.catalogue import PHI3_MINI, find_entry
from phi3desk.ui.clients.downloads_client import Download, DownloadsClient
from phi3desk.ui.formatting import size_of
from phi3desk.ui.models.download_bar import DownloadBar
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Button, label, on_click


class GetPhi3(QWidget):
    """The button, then the download in its place; hidden where the model is here."""

    def __init__(self, downloads: DownloadsClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        entry = find_entry(PHI3_MINI)
        self._wanted = entry.wanted
        self.button = Button(self.tr("Get Phi-3 mini"), "download")
        on_click(self.button, lambda: downloads.start(self._wanted))
        self.hint = label(
            self.tr("About {size}, free ({licence}), from huggingface.co. Nothing is fetched before you ask.").format(
                size=size_of(entry.about_bytes), licence=entry.licence
            ),
            "quiet",
        )
        self.bar: DownloadBar | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addWidget(self.button)
        self._column.addWidget(self.hint)
        downloads.changed.connect(self._show)
        downloads.progressed.connect(self._show_progress)
        self._show()

    def _show(self) -> None:
        download = self._downloads.find(self._wanted)
        self.setVisible(not self._downloads.is_here(self._wanted))
        for part in (self.button, self.hint):
            part.setVisible(download is None)
        if download is None:
            if self.bar is not None:
                self.bar.hide()
            return
        if self.bar is None:
            self.bar = DownloadBar(download)
            self.bar.pause_requested.connect(self._downloads.pause)
            self.bar.resume_requested.connect(self._downloads.start)
            self.bar.discard_requested.connect(self._downloads.discard)
            self._column.addWidget(self.bar)
        self.bar.show_download(download)
        self.bar.show()

    def _show_progress(self, download: Download) -> None:
        if download.wanted == self._wanted and self.bar is not None:
            self.bar.show_download(download)
