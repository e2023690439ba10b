"""A dossier being made for the window: its pictures drawn one after the other by the library, then the file written."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from phi3desk.chat.dossier.blocks import Telling
from phi3desk.chat.dossier.dossier import Dossier, picture_wishes, with_pictures
from phi3desk.chat.dossier.writing import write_dossier
from phi3desk.disk import disk_refusal
from phi3desk.errors import Sentence
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.ui.clients.background import in_background
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.formatting import day_and_hour, translate


class DossierJob(QObject):
    """Makes one dossier; `progressed` tells how many of its pictures are drawn, of how many, and then both 0: it is
    written. `finished` carries True, False where the place cannot be written to, or the Failure that came between.
    """

    progressed = Signal(int, int)
    finished = Signal(object)

    def __init__(
        self, library: LibraryClient, dossier: Dossier, path: Path, *, pictures: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._library, self._dossier, self._path = library, dossier, path
        self._wishes = picture_wishes(dossier) if pictures else []
        self._drawn: dict[PictureWish, PagePicture | Sentence] = {}
        self._request = 0
        self._cancelled = False

    def start(self) -> None:
        """Begin."""
        self._draw_next()

    def cancel(self) -> None:
        """Draw nothing more and write nothing; a file that is being written already is finished."""
        self._cancelled = True
        self._library.cancel(self._request)

    def _draw_next(self) -> None:
        if self._cancelled:
            return
        if len(self._drawn) == len(self._wishes):
            self._write()
            return
        self.progressed.emit(len(self._drawn), len(self._wishes))
        wish = self._wishes[len(self._drawn)]
        self._request = self._library.page_picture(
            wish,
            partial(self._on_drawn, wish),
            lambda failure: self._on_drawn(wish, failure.sentence),
        )

    def _on_drawn(self, wish: PictureWish, drawn: PagePicture | Sentence) -> None:
        self._drawn[wish] = drawn
        self._draw_next()

    def _write(self) -> None:
        self.progressed.emit(0, 0)
        dossier = with_pictures(self._dossier, self._drawn)
        telling = Telling(translate, day_and_hour)
        in_background(self, lambda: _is_written(dossier, self._path, telling), self.finished.emit, self.finished.emit)


def _is_written(dossier: Dossier, path: Path, telling: Telling) -> bool:
    try:
        write_dossier(dossier, path, telling)
    except OSError as error:
        if disk_refusal(error) is not None:
            raise
        return False
    return True
