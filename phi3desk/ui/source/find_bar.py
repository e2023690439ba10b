"""Finding words in what is open: a field, how many there are, and the way from one to the next."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtPdf import QPdfDocument, QPdfSearchModel
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_L, SPACE_S, SPACE_XS
from phi3desk.ui.widgets.basic import Button, label, on_click

TYPING_MS = 150


class Finder(Protocol):
    """Looks for words in one thing; places are counted from 0, pages too."""

    @property
    def count_changed(self) -> SignalInstance:
        """Emitted when there are other places."""

    def look_for(self, words: str) -> None:
        """Look for other words; none for an empty text."""

    def looked_for(self) -> str:
        """Return the words that are looked for."""

    def count(self) -> int:
        """Return how many places there are so far."""

    def page(self, place: int) -> int:
        """Return the page of a place."""


class PdfFinder(QObject):
    """Finds words in a PDF."""

    count_changed = Signal()

    def __init__(self, document: QPdfDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = QPdfSearchModel(self)
        self._model.setDocument(document)
        self._model.countChanged.connect(self.count_changed)

    def look_for(self, words: str) -> None:
        """Look for other words."""
        self._model.setSearchString(words)

    def looked_for(self) -> str:
        """Return the words that are looked for."""
        return self._model.searchString()

    def count(self) -> int:
        """Return how many places there are so far."""
        return self._model.count()

    def page(self, place: int) -> int:
        """Return the page of a place."""
        return self._model.resultAtIndex(place).page()

    def areas(self, page: int, current: int) -> tuple[tuple[QRectF, ...], tuple[QRectF, ...]]:
        """Return the places on a page but the current one, and the current one, in points."""
        others: list[QRectF] = []
        looked_at: list[QRectF] = []
        for place in range(self.count()):
            found = self._model.resultAtIndex(place)
            if found.page() == page:
                (looked_at if place == current else others).extend(found.rectangles())
        return tuple(others), tuple(looked_at)


class FindBar(QWidget):
    """Enter goes to the next place, Shift+Enter to the one before, Escape closes.

    `found` is emitted when there is another set of places or another current one; QtPdf looks through one page at a
    time in the event loop, so that places of later pages come in while the first is shown.
    """

    found = Signal()
    closed = Signal()

    def __init__(self, finder: Finder, name: str, parent: QWidget | None = None) -> None:
        """`name` says in what words are looked for."""
        super().__init__(parent)
        self._finder = finder
        self._current = -1
        self._first_page = 0
        self.field = QLineEdit()
        self.field.setPlaceholderText(name)
        self.field.setAccessibleName(name)
        self.field.installEventFilter(self)
        self._count = label(kind="quiet", wraps=False)
        self._before = on_click(Button("", "chevron-up", "quiet", self.tr("Place before")), lambda: self.step(-1))
        self._next = on_click(Button("", "chevron-down", "quiet", self.tr("Next place")), lambda: self.step(1))
        close = on_click(Button("", "close", "quiet", self.tr("Close the search")), self.close_search)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, 0, SPACE_S, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        for button in (self._before, self._next, close):
            row.addWidget(button)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(TYPING_MS)
        self._due.timeout.connect(self._search)
        self.field.textChanged.connect(lambda _: self._due.start())
        finder.count_changed.connect(self._on_count_changed)
        self._show_count()
        self.hide()

    @property
    def count(self) -> int:
        """How many places there are, as far as the document has been looked through."""
        return self._finder.count() if self._words else 0

    @property
    def told(self) -> str:
        """Which place of how many is shown, as it is told."""
        return self._count.text()

    @property
    def page(self) -> int:
        """The page of the current place, 0 the first; -1 where there is none."""
        return self._finder.page(self._current) if 0 <= self._current < self.count else -1

    @property
    def current(self) -> int:
        """The place that is looked at, 0 the first; -1 where there is none."""
        return self._current

    def begin(self, page: int) -> None:
        """Show the field and search from a page on, 0 the first."""
        self._first_page = page
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        if self._words != self._finder.looked_for():
            self._search()

    def forget(self) -> None:
        """Search the document anew, which is another one now."""
        self._finder.look_for("")
        self._current = -1
        self._first_page = 0
        if not self.isHidden():
            self._search()

    def close_search(self) -> None:
        """Hide the field and take the marks away."""
        self._finder.look_for("")
        self._current = -1
        self.hide()
        self.found.emit()
        self.closed.emit()

    def step(self, by: int) -> None:
        """Go to the next place or the one before, round the ends."""
        if self._due.isActive():
            self._search()
        elif self.count:
            self._current = (self._current + by) % self.count if self._current >= 0 else 0
            self._tell()

    @property
    def _words(self) -> str:
        return self.field.text().strip() if not self.isHidden() else ""

    def _search(self) -> None:
        self._due.stop()
        self._current = -1
        self._finder.look_for(self._words)
        self._tell()

    def _on_count_changed(self) -> None:
        if self._current < 0 and self.count:
            pages = [self._finder.page(index) for index in range(self.count)]
            self._current = next((index for index, page in enumerate(pages) if page >= self._first_page), -1)
            if self._current < 0 and self._finder.count():
                self._current = 0
            self._tell()
        else:
            self._show_count()
            self.found.emit()

    def _tell(self) -> None:
        self._show_count()
        self.found.emit()

    def _show_count(self) -> None:
        if self.count:
            text = self.tr("{place} of {count}").format(place=number(self._current + 1), count=number(self.count))
        else:
            text = self.tr("not found") if self._words else ""
        self._count.setText(text)
        self._count.setVisible(bool(text))
        for button in (self._before, self._next):
            button.setEnabled(self.count > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter, Shift+Enter and Escape in the field."""
        if isinstance(event, QKeyEvent):
            key = event.key()
            if event.type() == QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
            if event.type() == QEvent.Type.KeyPress and key == Qt.Key.Key_Escape:
                self.close_search()
                return True
        return super().eventFilter(watched, event)
