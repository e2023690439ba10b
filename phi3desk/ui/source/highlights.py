"""Where a passage and its sentence stand on a page: in the PDF's own text, or in what was recognised of its picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtPdf import QPdfDocument

from phi3desk.chat.messages import Source
from phi3desk.library.documents import PageText
from phi3desk.library.text import Span, locate
from phi3desk.ui.clients.library_client import LibraryClient
from phi3desk.ui.source.pdf_page_view import merged_lines
from phi3desk.workers.protocol import Failure
from phi3desk.workers.requests import Area

Areas = tuple[QRectF, ...]


class PageHighlights(QObject):
    """Finds the areas of one source after the other, in points from the top left corner of the page.

    `recognised` carries the areas of passage and sentence where the page is a picture and the library, which is asked
    for them, knows where its words were recognised.
    """

    recognised = Signal(object, object)

    def __init__(self, document: QPdfDocument, library: LibraryClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._library = library
        self._turn = 0

    def find(self, source: Source, quote: str) -> tuple[Areas, Areas]:
        """Return the areas of passage and sentence in the text of the PDF; none where the page is a picture."""
        passage = source.passage
        page = passage.page - 1
        text = self._document.getAllText(page).text()
        span = locate(text, passage.text, passage.start, passage.end)
        sentence = locate(text, quote, *(span or (passage.start, passage.end))) if quote else None
        return self._areas(page, span), self._areas(page, sentence)

    def forget(self) -> None:
        """Tell nothing more of what was asked for."""
        self._turn += 1

    def ask(self, source: Source, quote: str) -> None:
        """Ask the library where the words of passage and sentence were recognised; `recognised` may follow."""
        self._turn += 1
        turn, passage = self._turn, source.passage

        def on_passage(boxes: Sequence[Area]) -> None:
            if turn != self._turn or not boxes:
                return
            areas = _joined(boxes)
            self.recognised.emit(areas, ())
            if quote.strip():
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
