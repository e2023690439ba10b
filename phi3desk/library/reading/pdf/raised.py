"""Raised and lowered digits: PDFium's text sets a raised 4 behind 10 as it sets any digit, and 10⁴ becomes 104.

A digit is raised or lowered where it begins beside the character before it, small and off its baseline. Its text is
written as the readers of other kinds write it (`blocks.Line`): 10^4, m², 1 3/8. Only such places are edited, so that
the letters and digits of a page stay PDFium's, in PDFium's order.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from phi3desk.library.documents import Heading
from phi3desk.library.reading.blocks import Line

#: A raised or lowered digit has at most this share of the size of the letters it stands beside ...
_SMALL = 0.88
_SMALLEST = 0.4
#: ... and its baseline is off theirs by a share of that size, raised or lowered; one of full size is clearly raised.
_RAISED = (0.12, 0.9)
_LOWERED = (-0.55, -0.06)
_RAISED_FULL_SIZE = (0.25, 0.6)
#: How far before and behind the end of the character before a digit may begin, in sizes of that character.
_BEFORE, _BEHIND = -0.3, 0.35
#: A fraction may stand a space behind the word before it; a line goes on within this many sizes.
_BEHIND_SPACE = 1.5
_GOES_ON = 4.0
_SIGNS = "+-−–"
_MAY_BEGIN = re.compile(rf"[{re.escape(_SIGNS)}](?=[0-9])|[0-9]")
_SLASHES = "/⁄∕"
_GENERATED = "\r\n "


class Edit(NamedTuple):
    """What a range of PDFium's text becomes."""

    start: int
    end: int
    text: str


class _Glyph(NamedTuple):
    """A character on its page, in points: where it begins, the direction of its line, how far it reaches, its size."""

    x: float
    y: float
    along: tuple[float, float]
    advance: float
    size: float

    def offset(self, other: _Glyph) -> tuple[float, float]:
        """Return how far another character begins along this one's line and above its baseline."""
        across, up = other.x - self.x, other.y - self.y
        to_right, to_top = self.along
        return across * to_right + up * to_top, up * to_right - across * to_top


class _Script(NamedTuple):
    """Digits that are raised (1) or lowered (-1) beside the character `base`, with nothing between where `near`."""

    start: int
    end: int
    base: int
    shift: int
    near: bool


def edits_of(text_page: Any, text: str) -> list[Edit]:
    """Return the edits, in their order, that keep raised and lowered digits of a page apart from its figures."""
    return _Finder(text_page, text).edits()


def reordered(edits: Sequence[Edit], indexes: Sequence[int]) -> list[Edit]:
    """Return edits of PDFium's text where they stand in a text whose characters have these of PDFium's indexes.

    One whose characters do not stand together there is left out.
    """
    if isinstance(indexes, range):
        return list(edits)
    at = {index: place for place, index in enumerate(indexes) if index >= 0}
    found = []
    for start, end, written in edits:
        place = at.get(start)
        if place is not None and list(indexes[place : place + end - start]) == list(range(start, end)):
            found.append(Edit(place, place + end - start, written))
    return sorted(found)


def edited(text: str, indexes: Sequence[int], edits: Sequence[Edit]) -> tuple[str, list[int]]:
    """Return a text with its edits made, and PDFium's index of each character, -1 for those put in."""
    pieces: list[str] = []
    kept: list[int] = []
    at = 0
    for start, end, written in edits:
        pieces += [text[at:start], written]
        kept += indexes[at:start]
        at = start
        for character in written:
            place = text.find(character, at, end)
            kept.append(indexes[place] if place >= 0 else -1)
            at = max(at, place + 1)
        at = end
    return "".join([*pieces, text[at:]]), kept + list(indexes[at:])


def moved(headings: Sequence[Heading], edits: Sequence[Edit], text: str) -> list[Heading]:
    """Return headings where they stand in `text`, which is the edited one; what has become one line is one heading."""
    found: list[Heading] = []
    for start, end, height in headings:
        here = Heading(_moved(start, edits), _moved(end, edits), height)
        if found and not text[found[-1].end : here.start].strip(" ") and found[-1].height == height:
            here = here._replace(start=found.pop().start)
        found.append(here)
    return found


def _moved(offset: int, edits: Sequence[Edit]) -> int:
    by = 0
    for start, end, written in edits:
        if start >= offset:
            break
        by += len(written) - (min(end, offset) - start)
    return offset + by


class _Finder:
    """Looks through the digits of one page."""

    def __init__(self, text_page: Any, text: str) -> None:
        from pypdfium2 import raw

        self._raw: Any = raw
        self._page = text_page.raw
        self._text = text
        self._glyphs: dict[int, _Glyph | None] = {}
        self._origins: dict[int, tuple[float, float]] = {}
        #: the character beside which a digit is raised or lowered
        self._bases: dict[int, int] = {}
        self._edits: list[Edit] = []

    def edits(self) -> list[Edit]:
        found = _MAY_BEGIN.search(self._text)
        while found:
            script = self._script(found.start())
            at = self._write(script) if script is not None else found.end()
            found = _MAY_BEGIN.search(self._text, at)
        return self._edits

    def _write(self, script: _Script) -> int:
        """Edit the text of a script; return where to look on."""
        fraction = self._fraction(script)
        if not script.near and not fraction:
            return script.end
        end, written = fraction or (script.end, self._in_line(script))
        for index in range(script.start, end):
            self._bases[index] = script.base
        start = max(self._drawn_before(script.start) + 1, self._edits[-1].end if self._edits else 0)
        stop, gap = self._gap_behind(script.base, end)
        if not gap and (fraction or written[:1] in "^_") and _is_digit(self._text[stop : stop + 1]):
            gap = " "
        edit = Edit(start, stop, written + gap)
        if edit.text != self._text[start:stop]:
            self._edits.append(edit)
        return end

    def _in_line(self, script: _Script) -> str:
        base, written = self._text[script.base], self._text[script.start : script.end]
        line = Line()
        line.add(base if _is_digit(base) else "x")
        line.add(written, script.shift)
        # a footnote's mark behind the stop after a number must not become its decimals
        gap = " " if base in ".," and script.base and _is_digit(self._text[script.base - 1]) else ""
        return gap + line.text()[1:]

    def _fraction(self, script: _Script) -> tuple[int, str] | None:
        """Return where a fraction ends that begins with a raised number, and how it is written."""
        if script.shift < 0 or (script.near and self._text[script.base].isalpha()):
            return None
        base, numerator = self._glyph(script.base), self._glyph(script.start)
        at = self._next_drawn(script.end)
        slash = at < len(self._text) and self._text[at] in _SLASHES
        start = self._next_drawn(at + 1) if slash else at
        first = self._glyph(start) if start < len(self._text) and _is_digit(self._text[start]) else None
        if base is None or numerator is None or first is None or first.size > _SMALL * base.size:
            return None
        along, up = numerator.offset(first)
        is_below = up < -_RAISED[0] * base.size
        beside = slash and 0 < along < _GOES_ON * base.size
        under = not slash and abs(along) < 0.8 * numerator.size and -1.8 * base.size < up < -0.4 * base.size
        if not (is_below and (beside or under)):
            return None
        end = self._end(start)
        gap = " " if script.near and _is_digit(self._text[script.base]) else ""
        return end, f"{gap}{self._text[script.start : script.end]}/{self._text[start:end]}"

    def _script(self, at: int) -> _Script | None:
        before = self._drawn_before(at)
        if before < 0 or self._is_beside(before, at):
            return None
        near = not self._text[before].isspace()
        if not near:
            before = self._drawn_before(before)
            if before < 0 or self._text[before].isspace():
                return None
        base = self._bases.get(before, before)
        shift = self._shift(base, before, at, _BEHIND if near else _BEHIND_SPACE)
        end = self._end(at) if shift else at
        if not shift or (self._text[at] in _SIGNS and self._text[end : end + 1] in (".", ",")):
            # a tolerance such as +0.25 is no exponent
            return None
        return _Script(at, end, base, shift, near)

    def _shift(self, base: int, before: int, at: int, behind: float) -> int:
        """Return whether a digit is raised (1) or lowered (-1) beside a base, or neither (0)."""
        first, last, digit = self._glyph(base), self._glyph(before), self._glyph(at)
        if first is None or last is None or digit is None or first.along != digit.along:
            return 0
        along, up = first.offset(digit)
        if abs(up) < -_LOWERED[1] * first.size:
            return 0
        reach = max(first.advance, first.offset(last)[0] + last.advance)
        if not first.advance + _BEFORE * first.size <= along <= reach + behind * first.size:
            return 0
        rise, share = up / first.size, digit.size / first.size
        if _SMALLEST <= share <= _SMALL:
            return 1 if _RAISED[0] <= rise <= _RAISED[1] else -1 if _LOWERED[0] <= rise <= _LOWERED[1] else 0
        return int(abs(share - 1) < 0.02 and _RAISED_FULL_SIZE[0] <= rise <= _RAISED_FULL_SIZE[1])

    def _is_beside(self, before: int, at: int) -> bool:
        """Return whether a character stands on the baseline of the one before it, as most do: the quick way."""
        (_, low), (_, other_low) = self._origin(before), self._origin(at)
        return low == other_low and before not in self._bases

    def _end(self, start: int) -> int:
        """Return where the digits end that go on from one as large and as high."""
        first = self._glyph(start)
        end = start + 1
        while first is not None and end < len(self._text) and _is_digit(self._text[end]):
            digit = self._glyph(end)
            if digit is None or abs(digit.size - first.size) > 0.05 * first.size:
                break
            along, up = first.offset(digit)
            if abs(up) > 0.05 * first.size or along < 0:
                break
            end += 1
        return end

    def _gap_behind(self, base: int, end: int) -> tuple[int, str]:
        """Return up to where PDFium has put a break of its own into a line that goes on, and what belongs there."""
        following = self._next_drawn(end)
        first, last = self._glyph(base), self._glyph(end - 1)
        after = self._glyph(following) if end < following < len(self._text) else None
        if first is None or last is None or after is None or "\n" not in self._text[end:following]:
            return end, ""
        along, up = first.offset(after)
        gap = along - first.offset(last)[0] - last.advance
        if abs(up) > -_LOWERED[1] * first.size or not _BEFORE <= gap / first.size <= _GOES_ON:
            return end, ""
        is_apart = gap > 0.09 * first.size and not self._text[following].isspace()
        return following, " " if is_apart else ""

    def _drawn_before(self, at: int) -> int:
        """Return the last character before one that stands on the page, -1 where there is none."""
        at -= 1
        while at >= 0 and self._is_generated(at):
            at -= 1
        return at

    def _next_drawn(self, at: int) -> int:
        while at < len(self._text) and self._is_generated(at):
            at += 1
        return at

    def _is_generated(self, at: int) -> bool:
        return self._text[at] in _GENERATED and self._raw.FPDFText_IsGenerated(self._page, at) == 1

    def _glyph(self, at: int) -> _Glyph | None:
        """Return a character's place and size; None where it has none or its line is not upright or on its side."""
        if at not in self._glyphs:
            self._glyphs[at] = self._measured(at)
        return self._glyphs[at]

    def _measured(self, at: int) -> _Glyph | None:
        raw = self._raw
        box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        known = raw.FPDFText_GetMatrix(self._page, at, matrix) and raw.FPDFText_GetLooseCharBox(self._page, at, box)
        size = raw.FPDFText_GetFontSize(self._page, at) * math.hypot(matrix.c, matrix.d) if known else 0.0
        length = math.hypot(matrix.a, matrix.b)
        if not size > 0 or not length > 0:
            return None
        along = (float(round(matrix.a / length)), float(round(matrix.b / length)))
        if abs(matrix.a / length - along[0]) > 0.05 or abs(matrix.b / length - along[1]) > 0.05:
            return None
        advance = abs(box.right - box.left) if along[0] else abs(box.top - box.bottom)
        return _Glyph(*self._origin(at), along, advance, size)

    def _origin(self, at: int) -> tuple[float, float]:
        if at not in self._origins:
            x, y = ctypes.c_double(), ctypes.c_double()
            self._raw.FPDFText_GetCharOrigin(self._page, at, x, y)
            self._origins[at] = (x.value, y.value)
        return self._origins[at]


def _is_digit(sign: str) -> bool:
    return "0" <= sign <= "9" if len(sign) == 1 else False
