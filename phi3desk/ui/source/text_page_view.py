"""A page of a document without printed pages, as text: the passage and its sentence marked as on a page of a PDF."""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from phi3desk.library.text import Span, locate
from phi3desk.ui.colors import mixed
from phi3desk.ui.inert_text import plain
from phi3desk.ui.source.pdf_page_view import PASSAGE_SHARE
from phi3desk.ui.text_offsets import qt_offset
from phi3desk.ui.theme import SPACE_L, follow_scheme, reading_font, tokens

SMALLEST_PX, FIRST_PX, LARGEST_PX = 9, 14, 48
TAB_SPACES = 4
MOST_FOUND = 500


class TextPageView(QPlainTextEdit):
    """Read-only; nothing in the text acts as markup."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(SPACE_L)
        self._size = float(FIRST_PX)
        self._passage: Span | None = None
        self._sentence: Span | None = None
        self._found: list[Span] = []
        self._current = -1
        self.set_size(FIRST_PX)
        follow_scheme(self, self._mark)

    @property
    def passage(self) -> str:
        """The text marked as the passage."""
        return self._text_of(self._passage)

    @property
    def sentence(self) -> str:
        """The text marked as the sentence."""
        return self._text_of(self._sentence)

    def show_text(self, text: str) -> None:
        """Show a page's text with nothing marked."""
        self._passage = self._sentence = None
        self._found, self._current = [], -1
        self.setPlainText(plain(text))
        self._mark()

    def mark(self, passage: str, quote: str, start: int, end: int) -> None:
        """Mark a passage, which is expected at these offsets, and the quoted sentence within it."""
        text = self.toPlainText()
        self._passage = locate(text, passage, start, end)
        self._sentence = locate(text, quote, *(self._passage or (start, end))) if quote.strip() else None
        self._mark()
        self.show_mark()

    def show_mark(self) -> None:
        """Bring what is marked into view."""
        span = self._sentence or self._passage
        if span is not None:
            self.setTextCursor(self._cursor((span[0], span[0])))
            self.centerCursor()

    def mark_found(self, places: list[Span], current: int) -> None:
        """Mark the places of the words searched for, and bring the current one into view; -1 for none."""
        self._found, self._current = places, current
        self._mark()
        if 0 <= current < len(places):
            self.setTextCursor(self._cursor((places[current][0], places[current][0])))
            self.ensureCursorVisible()

    def zoom_by(self, step: float) -> None:
        """Show larger or smaller letters; the line in the middle stays there."""
        middle = self.cursorForPosition(self.viewport().rect().center())
        self.set_size(self._size * step)
        kept = self.textCursor()
        self.setTextCursor(middle)
        self.centerCursor()
        if kept.hasSelection():
            self.setTextCursor(kept)

    def set_size(self, pixels: float) -> None:
        """Show letters of this size."""
        self._size = max(float(SMALLEST_PX), min(float(LARGEST_PX), pixels))
        self.setFont(reading_font(round(self._size)))
        self.setTabStopDistance(TAB_SPACES * self.fontMetrics().horizontalAdvance(" "))

    def _text_of(self, span: Span | None) -> str:
        return self.toPlainText()[span[0] : span[1]] if span is not None else ""

    def _cursor(self, span: Span) -> QTextCursor:
        text = self.toPlainText()
        cursor = QTextCursor(self.document())
        cursor.setPosition(qt_offset(text, span[0]))
        cursor.setPosition(qt_offset(text, span[1]), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _mark(self) -> None:
        shown = tokens()
        looks: list[tuple[Span | None, QColor, QColor | None]] = [
            (span, QColor(mixed(shown.highlight, shown.surface, shown.highlight_alpha * share)), None)
            for span, share in ((self._passage, PASSAGE_SHARE), (self._sentence, 1.0))
        ]
        looks += [(span, QColor(mixed(shown.accent, shown.surface, 0.25)), None) for span in self._found]
        looks += [
            (span, QColor(shown.accent), QColor(shown.on_accent))
            for span in self._found[self._current : self._current + 1]
            if self._current >= 0
        ]
        self.setExtraSelections([self._look(span, under, over) for span, under, over in looks if span is not None])

    def _look(self, span: Span, under: QColor, over: QColor | None) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.cursor = self._cursor(span)
        look = QTextCharFormat()
        look.setBackground(under)
        if over is not None:
            look.setForeground(over)
        mark.format = look
        return mark

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and not self.textCursor().hasSelection():
            self.show_mark()


class TextFinder(QObject):
    """Finds words in the page that a view shows, whatever their case."""

    count_changed = Signal()

    def __init__(self, view: TextPageView) -> None:
        super().__init__(view)
        self._view = view
        self.places: list[Span] = []

    @property
    def done(self) -> bool:
        """Always: a page is looked through at once."""
        return True

    def look_for(self, words: str, _page: int) -> None:
        """Look for other words."""
        spaced = r"\s+".join(re.escape(word) for word in words.split())
        found = re.finditer(spaced, self._view.toPlainText(), re.IGNORECASE) if spaced else ()
        self.places = [match.span() for match in found][:MOST_FOUND]
        self.count_changed.emit()

    def count(self) -> int:
        """Return how many places there are."""
        return len(self.places)

    def page(self, _place: int) -> int:
        """Return 0: there is one page only."""
        return 0
