"""Splits the pages of a document into passages at sentences, each with the headings it stands under."""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from phi3desk.errors import until
from phi3desk.library.chunking.outline_places import outline_place
from phi3desk.library.chunking.running_lines import PARTS, RunningLines, running_lines
from phi3desk.library.documents import OutlineEntry, Page
from phi3desk.library.text import (
    Span,
    block_ends,
    fold,
    has_text,
    is_row,
    line_spans,
    reflow,
    sentence_spans,
)
from phi3desk.library.words.scripts import is_mostly_spaceless

#: Size of a passage in characters: some 200 tokens of English, 300 of Ukrainian or Greek in a vocabulary of many
#: languages. Every embedder gets the same passages, so that another one can be chosen without reading a file again.
CHARACTERS = 900
#: A sign of a script without spaces holds as much as two letters.
_SPACELESS_CHARACTERS = 450
#: Shares of a passage's size. A page's last passage is not left smaller than the first; it goes to the one before it
#: up to the second. A heading begins a new passage once the one under way has the third.
_AT_LEAST, _AT_MOST, _BEFORE_HEADING = 0.25, 1.175, 0.35
_HEADINGS_SHOWN = 3
#: stands in a context before each heading
HEADINGS_BEHIND = " › "
_CONTEXT_CHARACTERS = 320
_NAME_CHARACTERS = 200
_HEADING_CHARACTERS = 90
#: letters of a page that tell its script
_LOOKED_AT = 400
_TABLE_HEAD_CHARACTERS = 140
#: what parts the cells of a row that names its columns, see `reading.tables`
_OWN_NAMES = ";\t"
#: a number with its unit, as a cell of a table holds it
_VALUE = re.compile(r"[-+±~≈<>≤≥]?\d[\d.,:/–-]*(?: \d{3})*\s?[^\s\d]{0,8}")


@dataclass(frozen=True)
class Chunk:
    """A passage before it has an id. `indexed` is what is searched and embedded: title, headings, then the text."""

    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    context: str
    language: str

    @property
    def indexed(self) -> str:
        """Title, headings and text as the embedder gets them."""
        return indexed_text(self.context, self.text)

    @property
    def digest(self) -> str:
        """SHA-256 of what is embedded: equal digests have equal vectors of one embedder."""
        return digest_of(self.indexed)


def digest_of(indexed: str) -> str:
    """Return the SHA-256 of what is embedded of a passage."""
    return hashlib.sha256(indexed.encode("utf-8", "surrogatepass")).hexdigest()


def indexed_text(context: str, text: str) -> str:
    """Return what is searched and embedded of a passage: title and headings, then its text."""
    return f"{context}\n{text}" if context else text


@dataclass
class _Segment:
    """A sentence, a row or a heading of a page; `apart` is one that a running line parts from the one before it."""

    start: int
    end: int
    heading: bool = False
    row: bool = False
    apart: bool = False

    @property
    def size(self) -> int:
        return self.end - self.start


@dataclass
class _Path:
    """What is in force at a point of the document: headings as (rank, title), the rank falling from part to section."""

    entries: list[tuple[float, str]] = field(default_factory=list)
    #: the column names of the table that the last page ended in
    table_head: str = ""

    def enter(self, rank: float, title: str) -> None:
        while self.entries and self.entries[-1][0] <= rank:
            self.entries.pop()
        if not any(fold(title) == fold(known) for _, known in self.entries):
            self.entries.append((rank, title))

    def titles(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.entries[-_HEADINGS_SHOWN:])


def chunk_pages(
    pages: Sequence[Page],
    title: str,
    outline: Sequence[OutlineEntry],
    cancelled: threading.Event | None = None,
    *,
    printed: bool = True,
) -> list[Chunk]:
    """Split a document's pages into passages; no passage goes across pages.

    Running heads and feet of `printed` pages are no part of passages: what they name stands in the context of each. A
    thousand pages take seconds; raises Cancelled between two of them.
    """
    running = running_lines(pages) if printed else RunningLines({})
    name = _with_running(title, running.name)
    repeated = _repeated_lines(pages)
    by_page: dict[int, list[tuple[int, str]]] = {}
    for number, level, entry in outline:
        by_page.setdefault(number, []).append((level, entry))
    path = _Path()
    chunks: list[Chunk] = []
    for page in until(cancelled or threading.Event(), pages):
        marks = _marks(page, by_page.get(page.number, []), repeated, bool(outline))
        if not has_text(page.text):
            for _, _, rank, heading in marks:
                path.enter(rank, heading)
            continue
        chunks.extend(_chunk_page(page, name, marks, path, running))
    return chunks


def _with_running(title: str, running: str) -> str:
    """Return a document's title with what its running lines add to it."""
    known = fold(title)
    added = [part for part in running.split(PARTS) if part and fold(part) not in known]
    return PARTS.join([title, *added] if title else added)[:_NAME_CHARACTERS]


def _repeated_lines(pages: Sequence[Page]) -> frozenset[str]:
    """Return the running heads and feet: lines that stand on many pages, folded."""
    if len(pages) < 4:
        return frozenset()
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({fold(page.text[start:end].strip()) for start, end, _ in page.headings})
    return frozenset(line for line, count in seen.items() if count >= max(3, len(pages) * 0.2))


def _marks(
    page: Page, entries: Sequence[tuple[int, str]], repeated: frozenset[str], outlined: bool
) -> list[tuple[int, int, float, str]]:
    """Return where headings begin on a page: start, end, rank, title; outline entries rank above what is only seen."""
    marks: list[tuple[int, int, float, str]] = []
    for level, title in entries:
        marks.append((*outline_place(page, title), 1000.0 - level, title))
    taken = {fold(title) for _, title in entries}
    for start, end, height in page.headings:
        line = reflow(page.text, [], start, end)
        folded = fold(line)
        if folded in repeated or not line or any(folded in known or known in folded for known in taken):
            continue
        if outlined and not entries and len(marks) > 6:
            continue
        marks.append((start, end, height, line))
    return sorted(marks)


def _chunk_page(
    page: Page,
    title: str,
    marks: Sequence[tuple[int, int, float, str]],
    path: _Path,
    running: RunningLines,
) -> list[Chunk]:
    shown = running.without(page)
    breaks = block_ends(shown)
    limit = _SPACELESS_CHARACTERS if is_mostly_spaceless(page.text[:_LOOKED_AT]) else CHARACTERS
    segments = _segments(shown, breaks, marks, limit)
    _part(segments, running.spans.get(page.number, ()))
    chunks = []
    waiting = list(marks)
    for group in _groups(segments, limit):
        start, end = group[0].start, group[-1].end
        # headings that open the passage count for it, those further down for the next ones
        opening = next((segment.start for segment in group if not segment.heading), end)
        while waiting and waiting[0][0] <= opening:
            path.enter(waiting[0][2], waiting[0][3])
            waiting.pop(0)
        headings = path.titles()
        text = reflow(shown, breaks, start, end)
        table_head = _table_head(shown, segments, group, path.table_head)
        if table_head and fold(table_head) not in fold(text[:300]):
            headings = (*headings, table_head)
        if has_text(text):
            context = _context(title, headings, text)
            chunks.append(Chunk(page.number, start, end, text, headings, context, page.language))
        while waiting and waiting[0][0] < end:
            path.enter(waiting[0][2], waiting[0][3])
            waiting.pop(0)
    for _, _, rank, heading in waiting:
        path.enter(rank, heading)
    path.table_head = _head_above(shown, segments, len(segments), path.table_head)
    return chunks


def _segments(text: str, breaks: list[int], marks: Sequence[tuple[int, int, float, str]], limit: int) -> list[_Segment]:
    """Return the page's sentences, rows and headings; what is larger than a passage is split further."""
    heading_places = [(start, end) for start, end, _, _ in marks if end > start]
    edges = sorted({*breaks, *(place for span in heading_places for place in span)})
    segments: list[_Segment] = []
    for start, end in sentence_spans(text, edges):
        if end - start > limit:
            segments.extend(_split(text, start, end, limit))
            continue
        heading = any(start < stop and begin < end for begin, stop in heading_places)
        segments.append(_Segment(start, end, heading, is_row(text[start:end])))
    return segments


def _part(segments: Sequence[_Segment], running: Sequence[Span]) -> None:
    """Mark the segments that a running line parts from the one before."""
    for before, after in itertools.pairwise(segments):
        after.apart = any(before.end <= start and end <= after.start for start, end in running)


def _split(text: str, start: int, end: int, limit: int) -> list[_Segment]:
    """Split a sentence that is larger than a passage: between lines, else between words, else anywhere."""
    step = limit // 2
    segments = []
    at = start
    while at < end:
        stop = min(end, at + step)
        if stop < end:
            line = text.rfind("\n", at + step // 2, stop)
            space = text.rfind(" ", at + step // 2, stop)
            stop = line + 1 if line > 0 else space + 1 if space > 0 else stop
        segments.append(_Segment(at, stop))
        at = stop
    return segments


def _groups(segments: Sequence[_Segment], limit: int) -> list[list[_Segment]]:
    """Join segments into passages of at most `limit`; headings begin a new one, and the last is not left too small."""
    groups: list[list[_Segment]] = []
    size = 0
    for segment in segments:
        after_heading = bool(groups) and all(known.heading for known in groups[-1])
        starts_section = segment.heading and not after_heading and size >= _BEFORE_HEADING * limit
        if not groups or starts_section or segment.apart or size + segment.size > limit:
            # a heading does not stay behind at the foot of the passage before the text it belongs to
            carried: list[_Segment] = []
            while groups and not (starts_section or segment.apart) and len(groups[-1]) > 1 and groups[-1][-1].heading:
                carried.insert(0, groups[-1].pop())
            groups.append([*carried, segment])
            size = sum(known.size for known in groups[-1])
        else:
            groups[-1].append(segment)
            size += segment.size
    if len(groups) > 1:
        last = sum(segment.size for segment in groups[-1])
        before = sum(segment.size for segment in groups[-2])
        joined = not groups[-1][0].apart and last + before <= _AT_MOST * limit
        if last < _AT_LEAST * limit and joined:
            groups[-2].extend(groups.pop())
    return groups


def _table_head(text: str, segments: Sequence[_Segment], group: Sequence[_Segment], carried: str) -> str:
    """Return the head of the table that a passage starts in the middle of, so that its rows keep their sense.

    `carried` is the head of the table that the page before ended in.
    """
    first = next(index for index, segment in enumerate(segments) if segment.start >= group[0].start)
    if not segments[first].row or (first > 0 and not segments[first - 1].row):
        return ""
    return _head_above(text, segments, first, carried)


def _head_above(text: str, segments: Sequence[_Segment], end: int, carried: str) -> str:
    """Return the line above the rows that the segments before `end` end in, "" where they do not end in rows.

    Rows that name their columns themselves, as those of sheets are written, need none.
    """
    if end and _OWN_NAMES in text[segments[end - 1].start : segments[end - 1].end]:
        return ""
    above = end - 1
    while above >= 0 and (segments[above].row or (above < end - 1 and _is_cell(_last_line(text, segments[above])))):
        above -= 1
    if above < 0:
        # the page begins in the table: its head stands on the page before, or the first row is its head
        if carried or not segments:
            return carried
        above = 0
    elif above == end - 1:
        return ""
    return reflow(_last_line(text, segments[above]))[:_TABLE_HEAD_CHARACTERS]


def _last_line(text: str, segment: _Segment) -> str:
    lines = line_spans(text[segment.start : segment.end])
    return text[segment.start :][lines[-1][0] : lines[-1][1]] if lines else ""


def _is_cell(line: str) -> bool:
    """Tell whether a line among rows is the end of a row that was broken: a value with its unit, or lower case."""
    line = line.strip()
    return bool(line) and (line[0].islower() or _VALUE.fullmatch(line) is not None)


def _context(title: str, headings: Sequence[str], text: str) -> str:
    """Return title and headings in one short line, without what the passage begins with anyway."""
    start = fold(text[:300])
    parts = [title[:_NAME_CHARACTERS]] if title else []
    parts += [
        heading[:_HEADING_CHARACTERS]
        for heading in headings
        if fold(heading) not in start and fold(heading) != fold(title)
    ]
    return HEADINGS_BEHIND.join(parts)[:_CONTEXT_CHARACTERS]
