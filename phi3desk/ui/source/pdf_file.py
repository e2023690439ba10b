"""Opening a PDF in the window, with the password that is known for it, and why it cannot be shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtPdf import QPdfDocument

from phi3desk.library.on_disk import is_file
from phi3desk.ui.clients.library_client import LibraryClient


class PdfFile(QObject):
    """One PDF at a time in `document`. `open` ends in `opened`, with whether it was loaded anew, or in `refused` with a
    sentence; mostly at once, but for a locked file the library is asked for its password first.
    """

    opened = Signal(bool)
    refused = Signal(str)

    def __init__(self, library: LibraryClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._stamp: tuple[str, int] | None = None
        self._turn = 0
        self.document = QPdfDocument(self)

    @property
    def is_open(self) -> bool:
        """Whether there are pages to show."""
        return self.document.status() == QPdfDocument.Status.Ready and self.document.pageCount() > 0

    def open(self, path: str, document_id: int) -> None:
        """Open a file unless it is open; `document_id` is its number in the library, 0 where it has none."""
        self._turn += 1
        changed = _changed(path)
        if changed is None:
            self.close()
            self.refused.emit(
                self.tr("The file is no longer at {path}. Put it back, or import it from its new place.").format(
                    path=path
                )
            )
            return
        stamp = (path, changed)
        if self._stamp == stamp and self.is_open:
            self.opened.emit(False)
            return
        self._stamp = stamp
        self._load(path, document_id, "", first=True)

    def close(self) -> None:
        """Show no file."""
        self._turn += 1
        self._stamp = None
        self.document.close()

    def _load(self, path: str, document_id: int, password: str, *, first: bool) -> None:
        self.document.close()
        self.document.setPassword(password)
        error = self.document.load(path)
        self.document.setPassword("")
        reasons = QPdfDocument.Error
        if error == reasons.None_:
            self.opened.emit(True)
        elif error not in (reasons.IncorrectPassword, reasons.UnsupportedSecurityScheme):
            self.refused.emit(self.tr("The file cannot be read as a PDF any more. It may have been replaced."))
        elif first and document_id:
            turn = self._turn
            self._library.password(document_id, lambda known: self._on_password(turn, path, document_id, known))
        else:
            self._refuse_locked()

    def _on_password(self, turn: int, path: str, document_id: int, password: str) -> None:
        if turn != self._turn:
            return
        if password:
            self._load(path, document_id, password, first=False)
        else:
            self._refuse_locked()

    def _refuse_locked(self) -> None:
        self.refused.emit(
            self.tr("The file is locked with a password. Enter it in the library, or open the file in another program.")
        )


def _changed(path: str) -> int | None:
    """Return when a file was changed, in nanoseconds, None where none is there or its share does not answer."""
    try:
        return Path(path).stat().st_mtime_ns if is_file(path) else None
    except OSError:
        return None
