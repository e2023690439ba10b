"""What a reader is asked for and what it tells of a file while it reads, as lines of `phi3desk.line_protocol`.

A request is a line with a `ReadRequest`. Answers carry its id: a line for each event, then `Done`. The first line of a
reader is its `Hello`, with the id 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from phi3desk.errors import Sentence
from phi3desk.library.chunking.chunked_document import IndexEntry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.documents import OutlineEntry, Page, State
from phi3desk.library.kinds import PDF
from phi3desk.library.reading.page_picture import PagePicture
from phi3desk.library.sheets.types import SheetTable, TableRow
from phi3desk.line_protocol import Line, decode

VERSION = 6
#: rows of a table on a line
_ROWS_A_LINE = 500

#: Left, top, right, bottom in points from the upper left corner of a page as it is shown.
Area = tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawing:
    """A page, from 1, to be drawn with the `quote` marked, or the passage where there is none; see `PictureWish`.

    `places` tell where the words stand that the page's own text does not hold: recognised ones, fields of a form.
    """

    page: int
    start: int
    end: int
    passage: str
    quote: str = ""
    whole_page: bool = False
    places: tuple[Area, ...] = ()


@dataclass(frozen=True)
class ReadRequest:
    """A file to read. With `ocr_pages` (from 1) only those pages are read, from their pictures, in `ocr_languages`.

    `ocr_languages` are Tesseract's names, such as ("eng", "ukr"). `password` opens a locked file. `megabytes` and
    `seconds` (a page) are what the reader may take; 0 is no limit, and a pool puts in its own. With `drawing` a page is
    drawn and nothing read. With `tables_only` the tables of a sheet are all that is told of it.
    """

    path: str
    megabytes: int = 0
    password: str = field(default="", repr=False)
    ocr_pages: tuple[int, ...] = ()
    ocr_languages: tuple[str, ...] = ()
    seconds: float = 0.0
    drawing: Drawing | None = None
    tables_only: bool = False


@dataclass(frozen=True)
class Hello:
    """The first line of a reader: which protocol it speaks."""

    protocol: int


@dataclass(frozen=True)
class Opened:
    """The document could be opened; `kind` is the kind of file, such as pdf, docx, xlsx.

    `pages` is 0 where their number is known at the end only.
    """

    pages: int
    kind: str = PDF.key


@dataclass(frozen=True)
class Finished:
    """The state a reading ends in; READ where the pages hold text.

    `besides` is what is still to be said once the text on pictures is recognised.
    """

    state: State
    reason: Sentence | None = None
    besides: Sentence | None = None


@dataclass(frozen=True)
class Details:
    """What the document says about itself; `labels` are empty or one for each page."""

    title: str = ""
    labels: list[str] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)


@dataclass(frozen=True)
class TableFound:
    """A table of a sheet, without its rows."""

    table: SheetTable


@dataclass(frozen=True)
class TableRows:
    """Some of the rows of the table that was told last, in their order."""

    rows: list[TableRow]


@dataclass(frozen=True)
class PassageBatch:
    """Some of the document's passages, in their order, with the entry of each for the word index."""

    chunks: list[Chunk]
    index: list[IndexEntry]


@dataclass(frozen=True)
class ChunkingFinished:
    """All passages were sent; the title that is shown, and the language most of the document is in."""

    title: str
    language: str


@dataclass(frozen=True)
class Done:
    """The reader has sent everything about its file and takes the next request."""


#: what is read or drawn of a file, then what is made of it
ReadEvent = Opened | Page | PagePicture | Finished | Details | TableFound | TableRows
Event = ReadEvent | PassageBatch | ChunkingFinished | Done

_KINDS = (Opened, Page, PagePicture, Finished, Details, TableFound, TableRows, PassageBatch, ChunkingFinished, Done)
_EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in _KINDS}


def event_of(line: Line) -> Event:
    """Return the event that a line tells; raises ValueError, or an error of msgspec, for anything else."""
    if line.name not in _EVENTS:
        raise ValueError(line.name)
    return decode(line.data, _EVENTS[line.name])


def tables_told(tables: Iterable[SheetTable]) -> Iterator[TableFound | TableRows]:
    """Yield the events of tables: each, then its rows, some at a time."""
    for table in tables:
        yield TableFound(replace(table, rows=[]))
        for at in range(0, len(table.rows), _ROWS_A_LINE):
            yield TableRows(table.rows[at : at + _ROWS_A_LINE])
