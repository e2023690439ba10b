"""Pages of documents as they were read: their text, where words stand on them, and pictures of them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.content import Content
from phi3desk.library.documents import Document, PageText, State
from phi3desk.library.kinds import PDF
from phi3desk.library.reading.drawer import PageDrawer
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.library.reading.protocol import Drawing, ReadRequest
from phi3desk.library.text import locate


class DocumentPages:
    """The pages of a library's documents; those of a duplicate are its original's. May be used from any thread.

    `open_drawer` starts what draws pages, at the first picture; `password_of` gives what opens a document.
    """

    def __init__(
        self,
        catalog: Catalog,
        content: Content,
        open_drawer: Callable[[], PageDrawer],
        password_of: Callable[[int], str],
    ) -> None:
        self._catalog = catalog
        self._content = content
        self._open_drawer = open_drawer
        self._password_of = password_of
        self._drawer: PageDrawer | None = None

    def document(self, document_id: int) -> Document:
        """Return one document; UserError where it is no longer there."""
        found = self._catalog.document(document_id)
        if found is None:
            raise UserError("The document is no longer in the library.")
        return found

    def page(self, document_id: int, page: int) -> PageText:
        """Return a page (counted from 1) as text; UserError where the document is no longer there."""
        document = self.document(self._with_content(document_id))
        text, label = self._content.page(document.id, page)
        return PageText(document_id, document.kind, page, document.pages, label, text)

    def boxes(self, document_id: int, page: int, start: int, end: int) -> list[tuple[float, float, float, float]]:
        """Return where recognised words, and what forms and notes hold, stand: left, top, right, bottom in points.

        Measured from the page's upper left corner; empty for a range of the page's own text.
        """
        return [box[2:] for box in self._content.boxes(self._with_content(document_id), page, start, end)]

    def picture(self, wish: PictureWish, cancelled: threading.Event) -> PagePicture:
        """Return the picture of a PDF's page with a sentence marked; UserError says why there is none."""
        document = self.document(wish.document_id)
        if document.kind != PDF.key or document.path != wish.path:
            raise UserError("Only pages of PDFs that are in the library can be drawn.")
        if self._drawer is None:
            self._drawer = self._open_drawer()
        text = self._content.page(self._with_content(document.id), wish.page)[0]
        span = (locate(text, wish.quote, wish.start, wish.end) if wish.quote else None) or (wish.start, wish.end)
        drawing = Drawing(
            wish.page,
            wish.start,
            wish.end,
            wish.passage,
            wish.quote,
            wish.whole_page,
            tuple(self.boxes(document.id, wish.page, *span)),
        )
        request = ReadRequest(document.path, password=self._password_of(document.id), drawing=drawing)
        return self._drawer.draw(request, cancelled)

    def close(self) -> None:
        """End what draws pages."""
        if self._drawer is not None:
            self._drawer.close()

    def _with_content(self, document_id: int) -> int:
        """Return the document that holds what a duplicate would hold, else the document itself."""
        if self.document(document_id).state is not State.DUPLICATE:
            return document_id
        return min(self._catalog.originals(document_id), default=document_id)
