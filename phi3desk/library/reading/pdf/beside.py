"""What stands beside the own text of a PDF's page: the fields of a form, notes, text boxes and stamps."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from phi3desk.library.documents import Box, Page
from phi3desk.library.reading.pdf.annotations import Entry, drawn_texts, opened_annotations
from phi3desk.library.reading.pdf.forms import Form
from phi3desk.library.reading.pdf.notes import name_drawn, read_notes
from phi3desk.library.reading.pdf.own_text import OwnText
from phi3desk.library.reading.pdf.places import ShownPlaces
from phi3desk.library.text import has_text

_MOST_CHARACTERS = 200_000
#: Entries on one line stand within so many points.
_LINE = 6.0

_log = logging.getLogger(__name__)


class PlacedText(NamedTuple):
    """Text that stands beside the own text of a page, its edges in points from the page's upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class BesideReader:
    """Reads what stands beside the text of a PDFium document's pages; it must be closed before the document is.

    `attached_on` are the pages (from 0) that files hang on.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self._form = Form(document)
        self.attached_on: list[int] = []

    @property
    def is_xfa(self) -> bool:
        """Whether the document holds a form that is not, or not only, on its pages."""
        return self._form.is_xfa

    def close(self) -> None:
        """Forget the document's form."""
        self._form.close()

    def read(self, page: Any, index: int, text_page: Any, text: str) -> list[PlacedText]:
        """Return what stands beside a page's own text, `text`, from top to bottom.

        The page is spent by this: its annotations may have become part of it. A damaged annotation costs only what
        stands beside the text.
        """
        from pypdfium2 import raw

        if raw.FPDFPage_GetAnnotCount(page.raw) <= 0:
            return []
        try:
            entries = self._entries(page, index, text_page, text)
        except Exception as error:  # PDFium's binding raises whatever a broken annotation makes it stumble over
            _log.info("what stands beside the text of a page cannot be read: %s", type(error).__name__)
            return []
        shown = ShownPlaces(page)
        placed = [PlacedText(entry.text, *shown(entry.place)) for entry in entries if has_text(entry.text)]
        return sorted(placed, key=lambda entry: (round(entry.top / _LINE), entry.left))

    def _entries(self, page: Any, index: int, text_page: Any, text: str) -> list[Entry]:
        from pypdfium2 import raw

        own = OwnText(text_page)
        with opened_annotations(page) as annotations, self._form.shown(page):
            fields = [one for one in annotations if one.kind == raw.FPDF_ANNOT_WIDGET]
            self.attached_on += [index] if any(one.kind == raw.FPDF_ANNOT_FILEATTACHMENT for one in annotations) else []
            entries, buttons = self._form.entries(fields, own)
            notes, drawn = read_notes(annotations, own, text)
        places = [*buttons, *(one.place for one in drawn)]
        texts = drawn_texts(self._document, page, index, own.characters, places)
        entries += [Entry(text, place) for place, text in zip(buttons, texts, strict=False) if text]
        found = zip(drawn, texts[len(buttons) :], strict=False)
        return entries + notes + [name_drawn(one, text) for one, text in found if text]


def put_beside(page: Page, entries: Iterable[PlacedText], unless: str = "") -> Page:
    """Return a page with entries behind its text, each with its place; those that `unless` holds already are left out.

    A page without own text keeps telling that it shows pictures only, so that they are recognised.
    """
    pieces, boxes = [page.text.rstrip()] if has_text(page.text) else [], list(page.boxes)
    size = len(pieces[0]) if pieces else 0
    room = size + _MOST_CHARACTERS
    for entry in entries:
        if size > room or (unless and _told(entry.text, unless)):
            continue
        start = size + (2 if pieces else 0)
        size = start + len(entry.text)
        pieces.append(entry.text)
        boxes.append(Box(start, size, entry.left, entry.top, entry.right, entry.bottom))
    return replace(page, text="\n\n".join(pieces), boxes=boxes) if len(boxes) > len(page.boxes) else page


def _told(entry: str, text: str) -> bool:
    """Return whether a text, such as a page's that was recognised from its picture, holds what an entry says."""
    value = "".join(sign for sign in entry.partition(": ")[2].casefold() if sign.isalnum())
    return len(value) > 3 and value in "".join(sign for sign in text.casefold() if sign.isalnum())
