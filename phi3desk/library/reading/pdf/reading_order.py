"""The order in which a page's lines are read: columns that the PDF draws line by line across are put one after another.

PDFium gives text in the order it is drawn, which is the one it is read in for nearly all files. Where that order jumps
from column to column and back again and again, and the columns hold running text rather than the cells of a table, the
lines are sorted: between headings that go across, column by column, from top to bottom.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from phi3desk.library.reading.pdf.places import Edges, LetterEdges
from phi3desk.library.text import Span, line_spans

#: Of the letters' height: the width of a gap that may part columns, and the height of one that parts rows of a table,
#: or a page's foot from its columns.
_WIDE, _HIGH, _FAR = 0.75, 0.35, 2.0
#: Points by which the lines of a column may begin differently, and between the beginnings of two columns at least.
_RAGGED, _NARROWEST = 4.0, 80.0
_FEWEST_LINES = 4
#: How often the drawn order has to go back to a column further left.
_FEWEST_JUMPS = 3
#: Share of the lines between two columns' tops and bottoms that may go across both.
_MOST_ACROSS = 0.25
_FEWEST_CHARACTERS, _FEWEST_WORDS = 25, 5
_ROWS_OF_A_TABLE, _LINES_OF_A_CELL = 3, 3.0
_MOST_SEGMENTS = 1000
_WORD = re.compile(r"\S+")
_END = re.compile(r"[.:;!?…]['\"”»)]*$")


class Ordered(NamedTuple):
    """A page's text as it is read; `indexes` are PDFium's for its characters, -1 for those put in.

    `is_as_drawn` tells that its letters stand in PDFium's order.
    """

    text: str
    indexes: Sequence[int]
    is_as_drawn: bool = False


@dataclass(frozen=True)
class _Segment:
    """A piece of a line without a wide gap: its text range and its edges."""

    start: int
    end: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


def in_reading_order(text_page: Any, text: str) -> Ordered:
    """Return a page's text with its columns apart; `text` has one character for each of PDFium's."""
    as_drawn = Ordered(text, range(len(text)), is_as_drawn=True)
    lines, edges_of = line_spans(text), LetterEdges(text_page)
    if not _may_have_columns(edges_of, text, lines):
        return as_drawn
    segments = [segment for line in lines for segment in _segments(edges_of, text, line)]
    if len(segments) > _MOST_SEGMENTS:
        return as_drawn
    columns = _columns(segments)
    sorted_zones = [
        _sorted(zone, columns)
        for zone in _zones(segments, columns)
        if _is_drawn_across(zone, columns) and _is_running_text(text, zone, columns)
    ]
    return _put_together(text, segments, sorted_zones) if sorted_zones else as_drawn


def _may_have_columns(edges_of: LetterEdges, text: str, lines: Sequence[Span]) -> bool:
    """Tell by every other line whether it is worth while to look for columns."""
    long = [(start, end) for start, end in lines if end - start >= _FEWEST_CHARACTERS]
    parted = 0
    for line in long[::2]:
        if len(text[slice(*line)].split()) >= _FEWEST_WORDS and sum(1 for _ in _segments(edges_of, text, line)) > 1:
            parted += 1
            if parted * 2 >= _FEWEST_LINES:
                return True
    return False


def _segments(edges_of: LetterEdges, text: str, line: Span) -> Iterator[_Segment]:
    """Yield the pieces of one of PDFium's lines, which may go back and to another height within the line."""
    start, end = line[0], line[0]
    edges: Edges | None = None
    for word in _WORD.finditer(text, *line):
        first, last = edges_of(word.start()), edges_of(word.end() - 1)
        if first is not None and last is not None:
            place = first[0], min(first[1], last[1]), last[2], max(first[3], last[3])
            if edges is not None and not _goes_on(edges, place):
                yield _Segment(start, end, *edges)
                start, edges = word.start(), None
            edges = place if edges is None else _around(edges, place)
        end = word.end()
    if edges is not None:
        yield _Segment(start, end, *edges)


def _goes_on(before: Edges, word: Edges) -> bool:
    height = word[3] - word[1]
    overlap = min(before[3], word[3]) - max(before[1], word[1])
    return -height < word[0] - before[2] < _WIDE * height and overlap * 2 >= min(before[3] - before[1], height)


def _around(first: Edges, second: Edges) -> Edges:
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def _columns(segments: Sequence[_Segment]) -> list[float]:
    """Return where columns begin: places where several pieces do, and which few go across."""
    lefts = sorted(segment.left for segment in segments)
    fewest = max(_FEWEST_LINES, len(segments) // 12)
    columns: list[float] = []
    for at, left in enumerate(lefts):
        near = next((end for end in range(at, len(lefts)) if lefts[end] > left + _RAGGED), len(lefts))
        if near - at >= fewest and (not columns or left - columns[-1] >= _NARROWEST):
            columns.append(left)
    return [column for column in columns if column == columns[0] or _is_free(segments, column)]


def _is_free(segments: Sequence[_Segment], column: float) -> bool:
    beside = [segment for segment in segments if column <= segment.left <= column + _RAGGED]
    bottom, top = min(each.bottom for each in beside), max(each.top for each in beside)
    between = [segment for segment in segments if bottom <= segment.middle <= top]
    return sum(_is_across(segment, [column]) for segment in between) <= _MOST_ACROSS * len(between)


def _is_across(segment: _Segment, columns: Sequence[float]) -> bool:
    return any(segment.left < column - _RAGGED and segment.right > column for column in columns)


def _column_of(segment: _Segment, columns: Sequence[float]) -> int:
    return max(0, sum(segment.left >= column - _RAGGED for column in columns) - 1)


def _zones(segments: Sequence[_Segment], columns: Sequence[float]) -> list[list[_Segment]]:
    """Return the pieces between those that go across, or between high gaps, each zone in the order it is drawn."""
    heights = sorted(segment.middle for segment in segments if _is_across(segment, columns))
    zones: dict[int, list[_Segment]] = {}
    for segment in segments:
        if not _is_across(segment, columns):
            zones.setdefault(sum(height > segment.middle for height in heights), []).append(segment)
    return [part for zone in zones.values() for part in _parted(zone, _FAR * _height(zone))]


def _is_drawn_across(zone: Sequence[_Segment], columns: Sequence[float]) -> bool:
    drawn = [_column_of(segment, columns) for segment in zone]
    return sum(after < before for before, after in itertools.pairwise(drawn)) >= _FEWEST_JUMPS


def _lines(zone: Sequence[_Segment], columns: Sequence[float]) -> list[list[_Segment]]:
    """Return the pieces of each column from top to bottom."""
    found: list[list[_Segment]] = [[] for _ in columns]
    for segment in sorted(zone, key=lambda each: -each.middle):
        found[_column_of(segment, columns)].append(segment)
    return [column for column in found if column]


def _is_running_text(text: str, zone: Sequence[_Segment], columns: Sequence[float]) -> bool:
    judged = [column for column in _lines(zone, columns) if len(column) >= _FEWEST_LINES]
    return len(judged) > 1 and all(_goes_on_below(text, column) for column in judged)


def _goes_on_below(text: str, column: Sequence[_Segment]) -> bool:
    """Return whether the lines of a column are those of running text: filled, of several words, and going on below."""
    lines = [text[segment.start : segment.end].strip() for segment in column]
    if median(len(line.split()) for line in lines) < 3:
        return False
    signs = [sign for line in lines for sign in line if not sign.isspace()]
    if sum(sign.isalpha() for sign in signs) < 0.75 * len(signs):
        return False
    widths = sorted(segment.right - segment.left for segment in column)
    if sum(width >= 0.65 * widths[len(widths) * 3 // 4] for width in widths) * 2 < len(widths):
        return False
    going_on = sum(after[0].islower() and not _END.search(line) for line, after in itertools.pairwise(lines))
    return going_on >= 0.35 * (len(lines) - 1)


def _sorted(zone: Sequence[_Segment], columns: Sequence[float]) -> list[_Segment]:
    return [
        segment
        for band in _bands(zone, columns)
        for column in _lines(band, columns)
        for segment in _from_left_in_rows(column)
    ]


def _bands(zone: Sequence[_Segment], columns: Sequence[float]) -> list[list[_Segment]]:
    """Return the rows of a table whose cells have several lines, as parted by higher gaps; else the zone as one."""
    gaps = [gap for gap in _gaps(zone) if gap > 0]
    bands = _parted(zone, max(_HIGH * _height(zone), 1.5 * median(gaps or [0.0])))
    longest = max(len(column) for column in _lines(zone, columns))
    is_table = len(bands) >= _ROWS_OF_A_TABLE and longest <= _LINES_OF_A_CELL * len(bands)
    return bands if is_table else [list(zone)]


def _height(zone: Sequence[_Segment]) -> float:
    return median(segment.top - segment.bottom for segment in zone)


def _gaps(zone: Sequence[_Segment]) -> list[float]:
    """Return how far each piece, from top to bottom, stands below all before it; below 0 where it does not."""
    below = sorted(zone, key=lambda segment: -segment.top)
    floors = itertools.accumulate((segment.bottom for segment in below), min)
    return [floor - segment.top for floor, segment in zip(floors, below[1:], strict=False)]


def _parted(zone: Sequence[_Segment], gap: float) -> list[list[_Segment]]:
    """Return the pieces above and below gaps higher than that, each part in the order of `zone`."""
    below = sorted(zone, key=lambda segment: -segment.top)
    tops = [segment.top for segment, high in zip(below[1:], _gaps(zone), strict=True) if high > gap]
    parts: dict[int, list[_Segment]] = {}
    for segment in zone:
        parts.setdefault(sum(segment.top <= top for top in tops), []).append(segment)
    return [parts[number] for number in sorted(parts)]


def _from_left_in_rows(column: Sequence[_Segment]) -> Iterator[_Segment]:
    """Yield the pieces of a column from top to bottom, and from left to right where several stand side by side."""
    row: list[_Segment] = []
    for segment in column:
        if row and not _is_beside(row[0], segment):
            yield from sorted(row, key=lambda each: each.left)
            row = []
        row.append(segment)
    yield from sorted(row, key=lambda each: each.left)


def _is_beside(first: _Segment, second: _Segment) -> bool:
    overlap = min(first.top, second.top) - max(first.bottom, second.bottom)
    return overlap * 2 >= min(first.top - first.bottom, second.top - second.bottom)


def _put_together(text: str, segments: Sequence[_Segment], zones: Sequence[Sequence[_Segment]]) -> Ordered:
    """Return the text with each zone in its order, where its first piece was drawn."""
    zone_of = {segment: number for number, zone in enumerate(zones) for segment in zone}
    order: list[_Segment] = []
    done: set[int] = set()
    for segment in segments:
        zone = zone_of.get(segment)
        if zone is None:
            order.append(segment)
        elif zone not in done:
            done.add(zone)
            order += zones[zone]
    following = dict(itertools.pairwise(segments))
    pieces: list[str] = []
    indexes: list[int] = []
    before: _Segment | None = None
    for segment in order:
        start = segment.start
        if before is not None and following.get(before) == segment and zone_of.get(before) == zone_of.get(segment):
            start = before.end
        elif before is not None:
            gap = " " if _is_beside(before, segment) and before.right <= segment.left else "\r\n"
            pieces.append(gap)
            indexes += [-1] * len(gap)
        pieces.append(text[start : segment.end])
        indexes.extend(range(start, segment.end))
        before = segment
    return Ordered("".join(pieces), indexes)
