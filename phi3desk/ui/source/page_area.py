"""The page of a PDF in its scrolled area: how large it is shown, and what of it is in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto
from functools import reduce

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QScrollArea, QWidget

from phi3desk.ui.source.pdf_page_view import MARGIN, Highlight, PageView, merged_lines

#: a text of short lines is shown no larger than this, against the size it is read in
MOST_ABOVE_READING = 1.25


class Fit(Enum):
    """What the size of a page follows: nothing once the user has zoomed."""

    NOTHING = auto()
    PAGE = auto()
    PASSAGE = auto()


class PageArea(QScrollArea):
    """Shows a page as wide as itself, or so that the passage marked on it can be read, or as the user zooms."""

    def __init__(self, document: QPdfDocument, reading_size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._reading_size = reading_size
        self._page = 0
        self._fit = Fit.PAGE
        #: the lines that the size was last fitted to: other pages keep it
        self._lines: tuple[QRectF, ...] = ()
        self._scroll_due = False
        self.view = PageView(document)
        self.view.page_shown.connect(self._on_page_shown)
        self.setWidget(self.view)
        self.setWidgetResizable(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("kind", "page")

    def set_reading_size(self, pixels: int) -> None:
        """Show passages so that their letters are at least of this size, in pixels."""
        self._reading_size = pixels
        self._refit_in_view()

    def show_page(self, page: int, highlight: Highlight) -> None:
        """Show a page, 0 the first, and bring what is marked into view when its picture has come."""
        self._page = page
        self._scroll_due = True
        self.view.show_page(page, highlight)
        self._refit()

    def mark_passage(self, passage: tuple[QRectF, ...], sentence: tuple[QRectF, ...]) -> None:
        """Mark a passage and its sentence on the page that is shown, and bring them into view."""
        self.view.mark(replace(self.view.highlight, passage=passage, sentence=sentence))
        self._refit()
        self.scroll_to_highlight()

    def follow(self, fit: Fit) -> None:
        """Give the page the size that this gives it, now and while the area is resized."""
        self._fit, self._lines = fit, ()
        self._refit()

    def zoom_by(self, step: float) -> None:
        """Show the page larger or smaller; what is in the middle of the area stays there."""
        self._fit = Fit.NOTHING
        view, room = self.view, self.viewport().rect().center()
        middle = view.mapFrom(self.viewport(), room)
        before, zoom = view.page_rectangle(), view.zoom
        across = (middle.x() - before.left()) / zoom
        down = (middle.y() - before.top()) / zoom
        view.set_zoom(zoom * step)
        self._settle()
        after = view.page_rectangle()
        self.horizontalScrollBar().setValue(round(after.left() + across * view.zoom - room.x()))
        self.verticalScrollBar().setValue(round(after.top() + down * view.zoom - room.y()))

    def scroll_to_highlight(self) -> None:
        """Bring what is looked at into the middle; the top of the page where nothing is marked."""
        areas = self._marked()
        self._settle()
        if not areas:
            self.verticalScrollBar().setValue(0)
            return
        place, room = self.view.on_widget(united(areas)), self.viewport()
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setValue(round(scrolled_to(place.top(), place.height(), room.height())))
        across.setValue(round(scrolled_to(place.left(), place.width(), room.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            QTimer.singleShot(0, self, self._refit_in_view)

    def _refit_in_view(self) -> None:
        """Give the page its size; a sentence that is in view stays in the middle."""
        place = self.view.on_widget(united(self._marked())).translated(self.view.pos())
        in_view = place.intersects(QRectF(self.viewport().rect()))
        self._refit()
        if self._fit is Fit.PASSAGE and in_view:
            self.scroll_to_highlight()

    def _marked(self) -> tuple[QRectF, ...]:
        marked = self.view.highlight
        return marked.current or marked.sentence or marked.passage

    def _on_page_shown(self, _page: int) -> None:
        if self._scroll_due:
            self._scroll_due = False
            self.scroll_to_highlight()

    def _refit(self) -> None:
        if self._fit is Fit.NOTHING or self._document.status() != QPdfDocument.Status.Ready:
            return
        # the room beside the scroll bar, whether it shows or not: else the bar comes and goes with the size
        room = self.contentsRect().width() - self.verticalScrollBar().sizeHint().width() - 2 * MARGIN
        if self._fit is Fit.PASSAGE:
            marked = self.view.highlight
            self._lines = marked.passage or marked.sentence or self._lines or self._all_lines()
        points = self._document.pagePointSize(self._page).width()
        if self._lines:
            self.view.set_zoom(text_zoom(self._lines, room, self._reading_size))
        elif points > 0:
            self.view.set_zoom(room / points)

    def _all_lines(self) -> tuple[QRectF, ...]:
        """Return the lines of a page on which the passage is not found; none where the page is a picture."""
        return merged_lines(area.boundingRect() for area in self._document.getAllText(self._page).bounds())

    def _settle(self) -> None:
        """Let the scroll bars take in a new size, which they do only when the layout is made again."""
        QCoreApplication.sendPostedEvents(self.viewport(), QEvent.Type.LayoutRequest)


def united(areas: Sequence[QRectF]) -> QRectF:
    """Return the smallest area that holds all these; an empty one for none."""
    return reduce(QRectF.united, areas, QRectF())


def text_zoom(lines: Sequence[QRectF], room: float, reading_size: float) -> float:
    """Return at how many pixels for each point lines (in points) are as wide as the room (pixels) and can be read.

    Letters are never smaller than the reading size (pixels), even where the lines are wider than the room then. A line
    with strokes above and below, as the higher ones have, is hardly higher than its font's size.
    """
    heights = sorted(line.height() for line in lines)
    readable = reading_size / heights[len(heights) * 3 // 4]
    return max(readable, min(room / united(lines).width(), MOST_ABOVE_READING * readable))


def scrolled_to(start: float, length: float, room: float) -> float:
    """Return what to scroll to so that something lies in the middle of the room, or begins in it where it is longer."""
    return start - MARGIN if length + 2 * MARGIN > room else start + length / 2 - room / 2
