"""The annotations of a PDF page by PDFium: their strings, places and what is drawn for them."""

from __future__ import annotations

import ctypes
import html
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

#: Of what a page may have at most; the rest is left out.
_MOST_ANNOTATIONS = 5_000
_MOST_DRAWN = 200
_LONGEST_TEXT = 20_000
#: Flags of annotations that nobody sees (PDF 32000-1, 12.5.3): hidden, no view.
_HIDDEN = 0x02 | 0x20
_TAG = re.compile(r"<[^<>]*>")


class Rectangle(NamedTuple):
    """A place on a page in points, from its lower left corner, as PDF counts."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies within."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


class Entry(NamedTuple):
    """Text that stands beside the own text of a page, with its label, and where it is seen."""

    text: str
    place: Rectangle


@dataclass(frozen=True)
class Annotation:
    """One annotation while its page is open; `kind` is PDFium's FPDF_ANNOT_* number."""

    handle: Any
    kind: int
    place: Rectangle

    def string(self, key: str) -> str:
        """Return the text that the annotation's dictionary holds itself under a key, "" where there is none."""
        from pypdfium2 import raw

        return string_of(raw.FPDFAnnot_GetStringValue, self.handle, key.encode())

    @property
    def contents(self) -> str:
        """What was written into a note or a text box."""
        plain = self.string("Contents")
        return plain or " ".join(html.unescape(_TAG.sub(" ", self.string("RC"))).split())


@contextmanager
def opened_annotations(page: Any) -> Iterator[Sequence[Annotation]]:
    """Open the annotations of a page that can be seen; they are closed again behind it."""
    from pypdfium2 import raw

    handles = []
    try:
        found = []
        for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)):
            handle = raw.FPDFPage_GetAnnot(page.raw, index)
            if not handle:
                continue
            handles.append(handle)
            box = raw.FS_RECTF()
            if not raw.FPDFAnnot_GetFlags(handle) & _HIDDEN and raw.FPDFAnnot_GetRect(handle, box):
                place = Rectangle(box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top))
                found.append(Annotation(handle, raw.FPDFAnnot_GetSubtype(handle), place))
        yield found
    finally:
        for handle in handles:
            raw.FPDFPage_CloseAnnot(handle)


def string_of(function: Callable[..., int], *arguments: Any) -> str:
    """Return what a function of PDFium writes into a buffer of UTF-16, after it has told the buffer's size in bytes."""
    from pypdfium2 import raw

    size = function(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = (raw.FPDF_WCHAR * (size // 2 + 1))()
    function(*arguments, buffer, size)
    text = bytes(memoryview(buffer).cast("B")[:size]).decode("utf-16-le", "replace").split("\x00", 1)[0]
    return text[:_LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n").strip()


def drawn_texts(document: Any, page: Any, index: int, own: int, places: Sequence[Rectangle]) -> list[str]:
    """Return what is drawn as text for annotations at some places of a page that has `own` characters itself.

    The annotations become part of the page in memory, whose own characters PDFium has first; nothing is written.
    """
    from pypdfium2 import raw

    places = places[:_MOST_DRAWN]
    if not places or raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return ["" for _ in places]
    again = document[index]
    try:
        text_page = again.get_textpage()
        texts = ["" for _ in places]
        for at in range(own, min(text_page.count_chars(), own + _LONGEST_TEXT)):
            code = raw.FPDFText_GetUnicode(text_page.raw, at)
            sign = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
            x, y = ctypes.c_double(), ctypes.c_double()
            known = not sign.isspace() and raw.FPDFText_GetCharOrigin(text_page.raw, at, x, y)
            for number, place in enumerate(places):
                if not known or place.holds(x.value, y.value):
                    texts[number] += sign
        return [" ".join(text.split()) for text in texts]
    finally:
        again.close()
