"""What a reader tells of a file while it reads, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from phi3desk.errors import Sentence
from phi3desk.library.documents import Box, Heading, State


@dataclass(frozen=True)
class ReadRequest:
    """A file to read. With `ocr_pages` (from 1) only those pages are read, from their pictures, in `ocr_languages`.

    `ocr_languages` are Tesseract's names, such as ("eng", "ukr"). `password` opens a locked file. `megabytes` and
    `seconds` (a page) are what the reader may take; 0 is no limit, and a pool puts in its own.
    """

    path: str
    megabytes: int = 0
    password: str = field(default="", repr=False)
    ocr_pages: tuple[int, ...] = ()
    ocr_languages: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class ReadPage:
    """One page as read; `pictures` tells that it has no text but shows something.

    `label` names the page where a number does not: the sheet and its rows, the heading of a part. `boxes` tell where
    recognised words stand, for pages read from their picture.
    """

    number: int
    text: str
    pictures: bool = False
    headings: list[Heading] = field(default_factory=list)
    label: str = ""
    boxes: list[Box] = field(default_factory=list)


@dataclass(frozen=True)
class Details:
    """What the document says about itself; `outline` entries are (page from 1, level from 0, title)."""

    title: str = ""
    labels: list[str] = field(default_factory=list)
    outline: list[tuple[int, int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """The document could be opened; `kind` is the kind of file, such as pdf, docx, xlsx.

    `pages` is 0 where their number is known at the end only.
    """

    pages: int
    kind: str = "pdf"


@dataclass(frozen=True)
class Finished:
    """The state a reading ends in; READ where the pages hold text."""

    state: State
    reason: Sentence | None = None


Event = Opened | ReadPage | Finished | Details
