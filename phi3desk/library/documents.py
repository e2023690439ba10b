"""What the library is made of: collections, documents, passages, and what a search finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from phi3desk.errors import Sentence


class State(StrEnum):
    """Where a document stands. It moves forward only; the last seven are ends."""

    FOUND = "found"
    READ = "read"
    WORDS = "words"
    READY = "ready"
    EMPTY = "empty"
    NEEDS_OCR = "needs_ocr"
    LOCKED = "locked"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    UNSUPPORTED = "unsupported"


FINAL_STATES = frozenset(State) - {State.FOUND, State.READ, State.WORDS}


@dataclass(frozen=True)
class Collection:
    """A named set of documents that are searched together."""

    id: int
    name: str
    documents: int = 0
    passages: int = 0
    states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """One file of a collection, with the state the person sees; times are seconds since 1970."""

    id: int
    collection_id: int
    collection: str
    path: str
    name: str
    title: str
    state: State
    reason: Sentence | None
    pages: int
    passages: int
    size: int
    changed: float
    imported: float
    language: str = ""


@dataclass(frozen=True)
class Passage:
    """A piece of one page: `start` and `end` are offsets into that page's text as PDFium gives it.

    `text` is what is shown: the same words with line breaks and hyphenation mended. `page` counts from 1.
    """

    id: int
    document_id: int
    document: str
    path: str
    title: str
    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A passage that a search found; `score` is comparable within one search only, higher is better.

    `relevant` is false where neither words nor meaning tie the passage to the question.
    `words` and `meaning` tell why it was found: the question's words it holds, and the cosine similarity
    of its meaning (None where the embedder had no vote).
    """

    passage: Passage
    score: float
    relevant: bool
    words: tuple[str, ...] = ()
    meaning: float | None = None


@dataclass(frozen=True)
class SearchResult:
    """What a search found, best first, and what took part in it."""

    found: tuple[Found, ...]
    searched: int
    language: str
    seconds: float
    by_meaning: bool


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is: files and passages; `seconds_left` is None until it can be told.

    `share` is how much of the whole work is done, 0 to 1: reading counts three tenths, embedding the rest.
    """

    files: int
    files_done: int
    pages: int
    passages: int
    embedded: int
    current: str
    pages_per_second: float
    seconds_left: float | None
    share: float = 0.0


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of an import."""

    path: str
    state: State
    pages: int
    passages: int
    reason: Sentence | None
    document_id: int


@dataclass(frozen=True)
class ImportSummary:
    """The end of an import: how many files ended in which state."""

    states: dict[str, int]
    seconds: float
    cancelled: bool = False


@dataclass(frozen=True)
class LibraryStatus:
    """How much there is to search; `embedded` counts passages that have all the embedding they can have."""

    documents: int
    passages: int
    embedded: int
    embedder: str
    embedder_loaded: bool
    importing: bool
