"""Finding words in what is open: a field, how many there are, and the way from one to the next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtPdf import QPdfDocument, QPdfLink, QPdfSearchModel
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from phi3desk.ui.formatting import number
from phi3desk.ui.theme import SPACE_L, SPACE_S, SPACE_XS
from phi3desk.ui.widgets.basic import Button, label, on_click

TYPING_MS = 150


class Finder(Protocol):
    """Looks for words in one thing; places are counted from 0 in the order of the text, pages too."""

    @property
    def count_changed(self) -> SignalInstance:
        """Emitted when there are other places, or there will be no more."""

    @property
    def done(self) -> bool:
        """Whether all of it has been looked through."""

    def look_for(self, words: str, page: int) -> None:
        """Look for other words, first on a page and those after it; none for an empty text."""

    def count(self) -> int:
        """Return how many places there are so far."""

    def page(self, place: int) -> int:
        """Return the page of a place."""


class PdfFinder(QObject):
    """Finds words in a PDF, one page at a time in the event loop."""

    count_changed = Signal()

    def __init__(self, document: QPdfDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._model = QPdfSearchModel(self)
        self._model.setDocument(document)
        self._words = ""
        self._waiting: list[int] = []
        self._found: dict[int, list[QPdfLink]] = {}
        self._pages: list[int] = []
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._look_through_next)

    @property
    def done(self) -> bool:
        """Whether all pages have been looked through."""
        return not self._waiting

    def look_for(self, words: str, page: int) -> None:
        """Look for other words, first on a page and those after it."""
        pages = self._document.pageCount() if words else 0
        self._waiting = [(page + step) % pages for step in range(pages)]
        self._found, self._pages = {}, []
        # the model keeps what it found of the same words in another document
        self._model.setSearchString("")
        self._model.setSearchString(words)
        if self._waiting:
            self._turn.start()
        else:
            self._turn.stop()
        self.count_changed.emit()

    def count(self) -> int:
        """Return how many places there are so far."""
        return len(self._pages)

    def page(self, place: int) -> int:
        """Return the page of a place."""
        return self._pages[place]

    def areas(self, page: int, current: int) -> tuple[tuple[QRectF, ...], tuple[QRectF, ...]]:
        """Return the places on a page but the current one, and the current one, in points."""
        others: list[QRectF] = []
        looked_at: list[QRectF] = []
        if page in self._found:
            first = self._pages.index(page)
            for place, found in enumerate(self._found[page], first):
                (looked_at if place == current else others).extend(found.rectangles())
        return tuple(others), tuple(looked_at)

    def _look_through_next(self) -> None:
        page = self._waiting.pop(0)
        found = self._model.resultsOnPage(page)
        if found:
            self._found[page] = found
            self._pages = sorted([*self._pages, *[page] * len(found)])
        if not self._waiting:
            self._turn.stop()
        if found or not self._waiting:
            self.count_changed.emit()


class FindBar(QWidget):
    """Enter goes to the next place, Shift+Enter to the one before, Escape closes.

    The search begins at the page in view. `found` is emitted when there is another set of places or another current
    one: places of other pages come in while the first is shown. It carries whether the current one is to be gone to.
    """

    found = Signal(bool)
    closed = Signal()

    def __init__(
        self, finder: Finder, name: str, page_in_view: Callable[[], int], parent: QWidget | None = None
    ) -> None:
        """`name` says in what words are looked for, `page_in_view` returns the page that is shown, 0 the first."""
        super().__init__(parent)
        self._finder = finder
        self._page_in_view = page_in_view
        #: the page of the place that is looked at, and which one on it: places may still come in before it
        self._at: tuple[int, int] | None = None
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
    def at(self) -> tuple[int, int] | None:
        """The page of the current place, 0 the first, and which place it is on that page; None where there is none."""
        return self._at

    @property
    def current(self) -> int:
        """The place that is looked at, 0 the first; -1 where there is none."""
        return self._first_on(self._at[0]) + self._at[1] if self._at is not None else -1

    def begin(self) -> None:
        """Show the field, with the words that were looked for last in what is open."""
        opens = self.isHidden()
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        if opens:
            self._search()

    def search_again(self) -> None:
        """Search anew: what is open holds other text than before."""
        if not self.isHidden():
            self._search()

    def leave(self) -> None:
        """Forget the words and hide: something else is open."""
        self.field.clear()
        self.close_search()

    def close_search(self) -> None:
        """Hide the field and take the marks away; `closed` follows where the keyboard was here."""
        had_keyboard = self.isAncestorOf(self.window().focusWidget() or self)
        self._due.stop()
        self.hide()
        self._at = None
        self._finder.look_for("", 0)
        if had_keyboard:
            self.closed.emit()

    def step(self, by: int) -> None:
        """Go to the next place or the one before, round the ends."""
        if self._due.isActive():
            self._search()
        elif self.count:
            self._look_at((self.current + by) % self.count if self._at is not None else 0)
            self._tell(goes=True)

    @property
    def _words(self) -> str:
        return self.field.text().strip() if not self.isHidden() else ""

    def _search(self) -> None:
        self._due.stop()
        self._at = None
        self._first_page = self._page_in_view()
        self._finder.look_for(self._words, self._first_page)

    def _on_count_changed(self) -> None:
        is_first = self._at is None and self.count > 0
        if is_first:
            # pages before the one in view are looked through last
            place = self._first_on(self._first_page)
            self._look_at(place if place < self.count else 0)
        self._tell(goes=is_first)

    def _look_at(self, place: int) -> None:
        page = self._finder.page(place)
        self._at = page, place - self._first_on(page)

    def _first_on(self, page: int) -> int:
        """Return the first place on a page or after it; how many there are where there is none."""
        return bisect_left(range(self.count), page, key=self._finder.page)

    def _tell(self, goes: bool) -> None:
        self._show_count()
        self.found.emit(goes)

    def _show_count(self) -> None:
        if self.count:
            text = self.tr("{place} of {count}").format(place=number(self.current + 1), count=number(self.count))
        else:
            text = self.tr("not found") if self._words and self._finder.done else ""
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
