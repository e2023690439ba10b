"""Where a passage and its sentence stand on a page: in the PDF's own text, in its form and notes, or in its picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtPdf import QPdfDocument

from phi3desk.chat.messages import Source
from phi3desk.library.documents import PageText
from phi3desk.library.text import Span, locate, locate_beginning
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.source.pdf_page_view import merged_lines
from phi3desk.workers.protocol import Failure
from phi3desk.workers.requests import Area

Areas = tuple[QRectF, ...]


class PageHighlights(QObject):
    """Finds the areas of one source after the other, in points from the top left corner of the page.

    `recognised` carries the areas of passage and sentence where not all of them is in the page's own text, and the
    library, which is asked for them, knows where the words were recognised or what field of a form holds them.
    """

    recognised = Signal(object, object)

    def __init__(self, document: QPdfDocument, library: LibraryClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._library = library
        self._turn = 0
        self._found: tuple[Areas, Areas] = ((), ())
        self._is_whole = False

    @property
    def is_whole(self) -> bool:
        """Whether the text of the PDF held all of what was looked for last."""
        return self._is_whole

    @property
    def is_partly_own(self) -> bool:
        """Whether the text of the PDF held some of the passage: the rest is filled in or noted, not recognised."""
        return bool(self._found[0]) and not self._is_whole

    def find(self, source: Source, quote: str) -> tuple[Areas, Areas]:
        """Return the areas of passage and sentence in the text of the PDF; none where the page is a picture."""
        passage = source.passage
        page = passage.page - 1
        text = self._document.getAllText(page).text()
        span = locate(text, passage.text, passage.start, passage.end)
        sentence = locate(text, quote, *(span or (passage.start, passage.end))) if quote else None
        self._is_whole = span is not None and (sentence is not None or not quote.strip())
        span = span or locate_beginning(text, passage.text)
        self._found = self._areas(page, span), self._areas(page, sentence)
        return self._found

    def forget(self) -> None:
        """Tell nothing more of what was asked for."""
        self._turn += 1

    def ask(self, source: Source, quote: str) -> None:
        """Ask the library for the words that the text of the PDF does not hold; `recognised` may follow."""
        self._turn += 1
        turn, passage = self._turn, source.passage
        in_text, sentence_in_text = self._found

        def on_passage(boxes: Sequence[Area]) -> None:
            if turn != self._turn or not boxes:
                return
            areas = in_text + _joined(boxes)
            self.recognised.emit(areas, sentence_in_text)
            if quote.strip() and not sentence_in_text:
                self._library.page(passage.document_id, passage.page, lambda page: on_text(page, areas), _nothing_more)

        def on_text(page: PageText, areas: Areas) -> None:
            span = locate(page.text, quote, passage.start, passage.end)
            if span is not None:
                self._library.boxes(passage.document_id, passage.page, *span, lambda boxes: on_sentence(boxes, areas))

        def on_sentence(boxes: Sequence[Area], areas: Areas) -> None:
            if turn == self._turn:
                self.recognised.emit(areas, _joined(boxes))

        self._library.boxes(passage.document_id, passage.page, passage.start, passage.end, on_passage)

    def _areas(self, page: int, span: Span | None) -> Areas:
        if span is None:
            return ()
        selected = self._document.getSelectionAtIndex(page, span[0], span[1] - span[0])
        return merged_lines(polygon.boundingRect() for polygon in selected.bounds())


def _joined(boxes: Sequence[Area]) -> Areas:
    return merged_lines(QRectF(left, top, right - left, bottom - top) for left, top, right, bottom in boxes)


def _nothing_more(_: Failure) -> None:
    """Leave the passage marked alone: which sentence it is cannot be told."""
