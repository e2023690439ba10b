"""The downloads that are not finished, on the models page: running, waiting, paused, failed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from phi3desk.model.hub.types import Wanted
from phi3desk.ui.clients.downloads_client import Download, DownloadsClient
from phi3desk.ui.models.download_bar import DownloadBar
from phi3desk.ui.theme import SPACE_S
from phi3desk.ui.widgets.basic import Card, label


class DownloadsList(QWidget):
    """A card for each download; hidden while there is none."""

    def __init__(self, downloads: DownloadsClient, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self.bars: dict[Wanted, DownloadBar] = {}
        self._cards: dict[Wanted, Card] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE_S)
        downloads.changed.connect(self._show_all)
        downloads.progressed.connect(self._show_one)
        self._show_all()

    def _show_all(self) -> None:
        known = {download.wanted: download for download in self._downloads.downloads}
        for wanted in [one for one in self._cards if one not in known]:
            card = self._cards.pop(wanted)
            del self.bars[wanted]
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for wanted, download in known.items():
            if wanted not in self._cards:
                self._add(download)
            self.bars[wanted].show_download(download)
        self.setVisible(bool(known))

    def _show_one(self, download: Download) -> None:
        if download.wanted in self.bars:
            self.bars[download.wanted].show_download(download)

    def _add(self, download: Download) -> None:
        card, bar = Card(download.title), DownloadBar(download)
        card.column.addWidget(label(download.title, "section", wraps=False))
        card.column.addWidget(bar)
        bar.pause_requested.connect(self._downloads.pause)
        bar.resume_requested.connect(self._downloads.start)
        bar.discard_requested.connect(self._downloads.discard)
        self._cards[download.wanted], self.bars[download.wanted] = card, bar
        self._column.addWidget(card)
