"""Whether a page's pictures hold writing that its text layer does not, as a scan with a typed stamp on it does.

The page is looked at in cells of a few points: those that pictures cover and letters do not, and what is drawn there.
Writing is dark on an even ground, or light on a dark one; a photo has no ground.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phi3desk.library.reading.pdf.places import Edges, LetterEdges, Place, ShownPlaces

#: A dot for each point: letters of running text still differ from their ground.
_SCALE = 1.0
_CELL = 8
#: Share of the page that pictures without text have to take; logos and small figures are less.
_SHARE_OF_PAGE = 0.1
#: Difference between the darkest and the lightest dot of a cell (of 255) where something is written.
_CONTRAST = 60
#: A picture coarser than this holds no letters that could be read.
_FEWEST_DOTS_PER_INCH = 50
#: As many cells as a line of a few words has.
_FEWEST_CELLS = 20
#: Share of what is drawn in pictures that no text stands on, from where on they hold more than their text layer.
_SHARE_OF_WRITING = 0.3
#: Share of the dots that have at least the ground's colour, and of the cells that are written on at most.
_GROUND, _MOST_WRITING = 0.5, 0.75
_LARGEST = 2400

_DEPTH = 4

Mask = NDArray[np.bool_]


def has_unread_writing(page: Any, text_page: Any, characters: int) -> bool:
    """Return whether pictures of a PDFium page show writing where none of its characters stand."""
    width, height = page.get_size()
    if not (_CELL <= width <= _LARGEST and _CELL <= height <= _LARGEST):
        return False
    pictures = list(_pictures(page))
    if sum((right - left) * (top - bottom) for left, bottom, right, top in pictures) < _SHARE_OF_PAGE * width * height:
        return False
    shape = (math.ceil(height / _CELL), math.ceil(width / _CELL))
    shown = ShownPlaces(page)
    in_pictures = _mask(shape, map(shown, pictures), 0)
    if in_pictures.mean() < _SHARE_OF_PAGE:
        return False
    edges_of = LetterEdges(text_page)
    letters = (edges for index in range(characters) if (edges := edges_of(index)) is not None)
    with_text = _mask(shape, map(shown, letters), 1)
    unread = in_pictures & ~with_text
    if unread.mean() < _SHARE_OF_PAGE:
        return False
    return _shows_writing(_drawn(page, shape), in_pictures, unread)


def _pictures(page: Any) -> Iterator[Edges]:
    """Yield where pictures stand, on the unturned page, in which letters could be read."""
    from pypdfium2 import PdfMatrix, raw

    def held(holder: Any, count: int, get: Any, placed: Any, depth: int) -> Iterator[Edges]:
        for index in range(count):
            item = get(holder, index)
            kind = raw.FPDFPageObj_GetType(item)
            if kind == raw.FPDF_PAGEOBJ_IMAGE:
                yield from _fine_enough(item, placed)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH:
                own = raw.FS_MATRIX()
                if raw.FPDFPageObj_GetMatrix(item, own):
                    inner = PdfMatrix.from_raw(own).multiply(placed)
                    yield from held(
                        item, raw.FPDFFormObj_CountObjects(item), raw.FPDFFormObj_GetObject, inner, depth + 1
                    )

    yield from held(page.raw, raw.FPDFPage_CountObjects(page.raw), raw.FPDFPage_GetObject, PdfMatrix(), 1)


def _fine_enough(picture: Any, placed: Any) -> Iterator[Edges]:
    """Yield a picture's edges, nothing where it is too coarse for letters."""
    from pypdfium2 import raw

    own = [ctypes.c_float() for _ in range(4)]
    across, down = ctypes.c_uint(), ctypes.c_uint()
    if raw.FPDFPageObj_GetBounds(picture, *own) and raw.FPDFImageObj_GetImagePixelSize(picture, across, down):
        left, bottom, right, top = placed.on_rect(*(edge.value for edge in own))
        area = (right - left) * (top - bottom)
        if 0 < area < math.inf and across.value * down.value * 72 * 72 >= area * _FEWEST_DOTS_PER_INCH**2:
            yield left, bottom, right, top


def _mask(shape: tuple[int, int], places: Iterable[Place], around: int) -> Mask:
    """Return which cells places touch, and `around` cells more on every side."""
    mask = np.zeros(shape, dtype=bool)
    for left, top, right, bottom in places:
        rows = slice(max(0, int(top // _CELL) - around), max(0, math.ceil(bottom / _CELL) + around))
        mask[rows, max(0, int(left // _CELL) - around) : max(0, math.ceil(right / _CELL) + around)] = True
    return mask


def _drawn(page: Any, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the page as it is shown in grey, by cells: rows, columns, the dots of each."""
    bitmap = page.render(scale=_SCALE, grayscale=True)
    try:
        dots = np.asarray(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
        whole = np.full((shape[0] * _CELL, shape[1] * _CELL), 255, dtype=np.uint8)
        height, width = min(bitmap.height, whole.shape[0]), min(bitmap.width, whole.shape[1])
        whole[:height, :width] = dots[:height, :width]
    finally:
        bitmap.close()
    cells = whole.reshape(shape[0], _CELL, shape[1], _CELL).swapaxes(1, 2)
    return cells.reshape(*shape, _CELL * _CELL)


def _shows_writing(cells: NDArray[np.uint8], in_pictures: Mask, unread: Mask) -> bool:
    written = (cells.max(axis=2).astype(np.int16) - cells.min(axis=2)) >= _CONTRAST
    found = int((written & unread).sum())
    if found < _FEWEST_CELLS or found < _SHARE_OF_WRITING * int((written & in_pictures).sum()):
        return False
    if found > _MOST_WRITING * int(unread.sum()):
        return False
    shades = np.bincount(cells[unread].ravel() >> 4, minlength=18)
    ground = max(int(shades[at : at + 2].sum()) for at in range(16))
    return ground >= _GROUND * int(shades.sum())
