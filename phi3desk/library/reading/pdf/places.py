"""Where letters and pictures stand on a page as it is shown: turned, cropped, in points from its upper left corner."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from typing import Any

from phi3desk.library.documents import Box

#: Left, bottom, right, top in points on the unturned page.
Edges = tuple[float, float, float, float]
#: Left, top, right, bottom in points from the upper left corner of the page as it is shown.
Place = tuple[float, float, float, float]
_WORD = re.compile(r"\S+")
#: PDFium tells whole dots: of a page drawn that large, this many to a point.
_DOTS = 100


class ShownPlaces:
    """Turns places of a PDFium page into those of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        width, height = page.get_size()
        size = round(width * _DOTS), round(height * _DOTS)
        self._at = [_shown(page, size, x, y) for x, y in ((0, 0), (100, 0), (0, 100))]

    def __call__(self, edges: Edges) -> Place:
        """Return where something is shown that stands within these edges."""
        left, bottom, right, top = edges
        across, down = (
            [
                start + (x * (along_x - start) + y * (along_y - start)) / 100
                for x, y in ((left, bottom), (right, top), (left, top), (right, bottom))
            ]
            for start, along_x, along_y in zip(*self._at, strict=True)
        )
        return min(across), min(down), max(across), max(down)


def _shown(page: Any, size: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    from pypdfium2 import raw

    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value / _DOTS, down.value / _DOTS


class LetterEdges:
    """The edges of a page's characters, as high as their lines; None where PDFium does not know them."""

    def __init__(self, text_page: Any) -> None:
        from pypdfium2 import raw

        self._page = text_page.raw
        self._ask = raw.FPDFText_GetLooseCharBox
        self._box = raw.FS_RECTF()
        self._at = ctypes.byref(self._box)

    def __call__(self, index: int) -> Edges | None:
        """Return the edges of the character with one of PDFium's indexes."""
        if not self._ask(self._page, index, self._at):
            return None
        box = self._box
        return box.left, min(box.top, box.bottom), box.right, max(box.top, box.bottom)


def word_boxes(page: Any, text_page: Any, text: str, indexes: Sequence[int]) -> list[Box]:
    """Return where each word of a page's text is shown; `indexes` are PDFium's for the characters, -1 for others."""
    shown, edges_of = ShownPlaces(page), LetterEdges(text_page)
    boxes = []
    for word in _WORD.finditer(text):
        known = [index for index in indexes[word.start() : word.end()] if index >= 0]
        letters = [edges for index in known if (edges := edges_of(index)) is not None]
        if letters:
            lefts, bottoms, rights, tops = zip(*letters, strict=True)
            place = shown((min(lefts), min(bottoms), max(rights), max(tops)))
            boxes.append(Box(*word.span(), *(round(edge, 1) for edge in place)))
    return boxes
