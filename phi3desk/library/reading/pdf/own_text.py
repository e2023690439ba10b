"""The own text of a PDF's page by places: which words stand beside a field or under a mark."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from phi3desk.library.reading.pdf.annotations import Rectangle

_MOST_CHARACTERS = 50_000


class _Word(NamedTuple):
    """A word and its middle, in points."""

    text: str
    x: float
    y: float


class OwnText:
    """The words of a page with the middle of each, looked up when they are first asked for."""

    def __init__(self, text_page: Any) -> None:
        self._page = text_page

    @property
    def characters(self) -> int:
        """How many characters PDFium counts on the page."""
        return int(self._page.count_chars())

    def within(self, place: Rectangle) -> str:
        """Return the words whose middle lies within a place, in one line."""
        return " ".join(word.text for word in self._words if place.holds(word.x, word.y))

    @cached_property
    def _words(self) -> list[_Word]:
        words = []
        signs: list[tuple[str, float, float]] = []
        for sign, x, y in [*self._signs(), (" ", 0.0, 0.0)]:
            if not sign.isspace():
                signs.append((sign, x, y))
            elif signs:
                middle = (signs[0][1] + signs[-1][1]) / 2
                words.append(
                    _Word("".join(one for one, _, _ in signs), middle, sum(y for _, _, y in signs) / len(signs))
                )
                signs = []
        return words

    def _signs(self) -> Iterator[tuple[str, float, float]]:
        from pypdfium2 import raw

        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        for at in range(min(self.characters, _MOST_CHARACTERS)):
            code = raw.FPDFText_GetUnicode(self._page.raw, at)
            sign = chr(code) if 0x20 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
            raw.FPDFText_GetCharBox(self._page.raw, at, left, right, bottom, top)
            yield sign, (left.value + right.value) / 2, (bottom.value + top.value) / 2
