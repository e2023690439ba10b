"""What the library is made of: collections, documents, passages, and what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from phi3desk.errors import Sentence, say
from phi3desk.library.kinds import PDF, Unit, kind_of


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


#: why a file is not read that is of none of the kinds that can be
UNKNOWN_KIND = say(
    "This kind of file cannot be read. What can: PDF, DOCX, PPTX, XLSX, CSV, HTML, Markdown, text and e-mail (EML)."
)
FINAL_STATES = frozenset(State) - {State.FOUND, State.READ, State.WORDS}
#: how much of an import's work is reading
READING_SHARE = 0.1


class Phase(StrEnum):
    """What an import is busy with; the last two wait until the user, or the mains, let it go on."""

    CHECKING = "checking"
    READING = "reading"
    RESTORING = "restoring"
    EMBEDDING = "embedding"
    RENEWING = "renewing"
    OCR = "ocr"
    PAUSED = "paused"
    ON_BATTERY = "on_battery"


#: the bound of `Rules.largest_megabytes`
LARGEST_MEGABYTES = 100_000


@dataclass(frozen=True)
class Rules:
    """What of a collection's folders is read.

    `exclude` are patterns (`*`, `?`, `[...]`) that a file's or folder's name, or its path within the bound folder, must
    not match. `ocr_languages` are Tesseract's names; empty leaves the choice to the program.
    """

    exclude: tuple[str, ...] = ()
    largest_megabytes: int = 500
    hidden: bool = False
    ocr: bool = True
    ocr_languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoundSource:
    """A folder or a file that a collection is bound to; `missing` where the last look for it could not find it.

    The documents of a missing source stay: its drive may only be disconnected.
    """

    id: int
    collection_id: int
    path: str
    folder: bool
    missing: bool = False


@dataclass(frozen=True)
class CollectionEmbedder:
    """Which embedder, by its name, made the vectors that serve a collection's searches by meaning.

    `wanted` is the one it is being changed to, "" where nothing is changed; `done` of its `passages` have all they can
    have of that one. `languages` are the codes of those the serving one knows. `problem` tells why the one or the
    other cannot be used now.
    """

    name: str = ""
    wanted: str = ""
    passages: int = 0
    done: int = 0
    languages: tuple[str, ...] = ()
    problem: Sentence | None = None


@dataclass(frozen=True)
class EmbedderInfo:
    """An embedder that can be chosen.

    `languages` are codes, `megabytes` is the size of its model on the disk, `folder` "" for one that came with the
    program. New collections get the `default` one. `seconds` is what a passage takes here, 0 where that was never
    measured. `problem` tells why it cannot be used now.
    """

    name: str
    dimensions: int
    languages: tuple[str, ...]
    megabytes: int
    folder: str = ""
    default: bool = False
    seconds: float = 0.0
    problem: Sentence | None = None


@dataclass(frozen=True)
class Collection:
    """A named set of documents that are searched together, and the folders and files it follows."""

    id: int
    name: str
    documents: int = 0
    passages: int = 0
    states: dict[str, int] = field(default_factory=dict)
    sources: tuple[BoundSource, ...] = ()
    rules: Rules = Rules()
    embedder: CollectionEmbedder = CollectionEmbedder()


@dataclass(frozen=True)
class Document:
    """One file of a collection, with the state the user sees; times are seconds since 1970.

    `kind` is the kind of file, such as pdf, docx or xlsx, "" before it was read. `ocr_pages` counts pages whose text
    was recognised from their picture.
    """

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
    kind: str = ""
    ocr_pages: int = 0


#: How the label of a page begins that no page of its PDF shows: one of a file inside it, or a form of its own kind.
INSIDE = "inside: "


class Heading(NamedTuple):
    """A heading that stands out on its page by its letters: its text range, and their height in points."""

    start: int
    end: int
    height: float


class Box(NamedTuple):
    """Where a recognised word, or what was filled into a form, stands on a page.

    Its text range, and its edges in points from the page's upper left corner.
    """

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


class OutlineEntry(NamedTuple):
    """An entry of a document's outline: `page` counts from 1, `level` from 0."""

    page: int
    level: int
    title: str


@dataclass(frozen=True)
class Page:
    """One page as it was read; `number` counts from 1, `pictures` tells that it shows more than its text says.

    `label` names the page where a number does not: the sheet and its rows, the heading of a part. `boxes` tell where
    words stand that cannot be found in the page's own text by their order: recognised ones, columns that were drawn
    line by line across, what a form holds, notes. `language` is "" where too little text tells it.
    """

    number: int
    text: str
    pictures: bool = False
    headings: Sequence[Heading] = ()
    label: str = ""
    boxes: Sequence[Box] = ()
    language: str = ""


@dataclass(frozen=True)
class Passage:
    """A chunk of one page: `start` and `end` are offsets into that page's text as it was read (PDFium: a PDF).

    `text` is what is shown: the same words with lines joined and hyphenation undone. `page` counts from 1; `label`
    names it where the file's kind has no numbered pages, see `place`. `also` are the names of further files with the
    same content.
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
    kind: str = PDF.key
    label: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageText:
    """A page as text: what the window shows of a file that has no printed pages."""

    document_id: int
    kind: str
    page: int
    pages: int
    label: str
    text: str


@dataclass(frozen=True)
class SearchScope:
    """Where a question is searched: what fits all of the restrictions that are given.

    `collections` are ids, None stands for all and an empty tuple for none. `documents` are names, titles or paths,
    `folders` paths or names; of either, one that fits is enough. `pages` are first and last pages, counted from 1.
    """

    collections: tuple[int, ...] | None = None
    documents: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()


EVERYWHERE = SearchScope()


@dataclass(frozen=True)
class Found:
    """A passage that a search found; `score` is comparable within one search only, higher is better.

    `relevant` is false where neither its words nor its embedding tie the passage to the question.
    `words` and `meaning` tell why it was found: the question's words it holds, and how far its embedding stands out, in
    deviations above the mean of the passages searched (None where semantic search had no vote). `sentences` are the
    cosines of the passage's sentences with the question, none where they were not asked for or no embedder can tell.
    """

    passage: Passage
    score: float
    relevant: bool
    words: tuple[str, ...] = ()
    meaning: float | None = None
    sentences: tuple[float, ...] = ()


class Ranker(StrEnum):
    """What puts the passages of a search into an order of its own."""

    WORDS = "words"
    TRIGRAMS = "trigrams"
    MEANING = "meaning"
    NAME = "name"
    ALIGNMENT = "alignment"
    RERANKER = "reranker"


class Place(NamedTuple):
    """Where a ranker puts a passage among all that were compared, from 1, and by which score of its own."""

    rank: int
    score: float


@dataclass(frozen=True)
class Candidate:
    """A passage as a search saw it; its text is shortened. `score` and `relevant` are as in `Found`.

    `places` are those of the rankers (by `Ranker`) that found something of the question in it. `parts` are its features
    by their names, each times its weight, as they were added up. `tied_by` are the rankers, or "clause", that tie it to
    the question; none where it is not relevant. `language` is the code of its language, "" where that is not known.
    """

    passage: Passage
    score: float
    relevant: bool
    places: dict[str, Place] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    tied_by: tuple[str, ...] = ()
    language: str = ""


#: candidates that a trace keeps, or all that were asked for, where those are more
MOST_TRACED = 15


@dataclass(frozen=True)
class Trace:
    """How a search went: the best candidates in their order, of so many `compared` and so many passages `searched`.

    `brought` is how many passages each ranker brought, `languages` the shares of those of the passages, `seconds` what
    each step took. `meaning_weighs` is the share of its weight that meaning had, 0 to 1.
    """

    asked: str
    language: str
    languages: dict[str, float]
    searched: int
    compared: int
    candidates: tuple[Candidate, ...]
    brought: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    embedders: tuple[str, ...] = ()
    meaning_weighs: float = 1.0


class WordsOnly(StrEnum):
    """Why a search went by words alone: no embedder knows the question's language, or there are no vectors yet."""

    LANGUAGE = "language"
    NO_VECTORS = "no_vectors"


@dataclass(frozen=True)
class SearchResult:
    """What a search found, best first, and what took part in it.

    `asked` is the question as it was searched, `embedders` are the names of those whose vectors had a vote. `notice`
    tells what was to take part and could not. `trace` tells how it was searched.
    """

    found: tuple[Found, ...]
    searched: int
    language: str
    seconds: float
    by_meaning: bool
    asked: str = ""
    embedders: tuple[str, ...] = ()
    notice: Sentence | None = None
    words_only: WordsOnly | None = None
    trace: Trace | None = None

    @property
    def relevant(self) -> bool:
        """Whether anything that was found is tied to the question."""
        return any(found.relevant for found in self.found)


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is: files and passages; `seconds_left` is None until it can be told.

    `share` is how much of the whole work is done, 0 to 1. `ocr_left` counts pages that wait for text recognition.
    `renewing` tells that vectors are made in place of those of another embedder, which still serve.
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
    phase: Phase = Phase.READING
    ocr_left: int = 0
    renewing: bool = False


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
    """The end of an import: how many files ended in which state; `notice` tells what was put aside or left as it is.

    Of those that failed, `left_unread` were never opened, for the import was cancelled before. `changed` names the
    collections that are searched by the vectors of another embedder since.
    """

    states: dict[str, int]
    seconds: float
    cancelled: bool = False
    notice: Sentence | None = None
    left_unread: int = 0
    changed: tuple[str, ...] = ()

    def tried(self) -> dict[str, int]:
        """Return the states of the files whose reading was tried."""
        return {**self.states, State.FAILED.value: self.states.get(State.FAILED, 0) - self.left_unread}


@dataclass(frozen=True)
class Figures:
    """How far the library is, counted over all that is in it and on its way into it.

    Of `files`, `files_read` are read or will not be, and `files_by_words` can be searched. Of `passages`, `embedded`
    have all the embedding they can have. `meanings` is the share of the files' bytes that can be searched by meaning,
    0 to 1; files without text do not count in it.
    """

    files: int = 0
    files_read: int = 0
    files_by_words: int = 0
    passages: int = 0
    embedded: int = 0
    meanings: float = 1.0

    @property
    def share(self) -> float:
        """How much of the work is done, 0 to 1: little of it is reading."""
        read = self.files_read / self.files if self.files else 1.0
        return READING_SHARE * read + (1 - READING_SHARE) * self.meanings


@dataclass(frozen=True)
class LibraryStatus:
    """How much there is to search: `passages`, and those with all the embedding they can have, as in `figures`.

    `ocr_languages` are the languages Tesseract can read here, None where there is no Tesseract. `sheets` counts the
    contents that are kept as tables, too.
    """

    documents: int
    passages: int
    embedded: int
    embedder: str
    embedder_loaded: bool
    importing: bool
    paused: bool = False
    ocr_languages: tuple[str, ...] | None = None
    figures: Figures = Figures()
    sheets: int = 0


@dataclass(frozen=True)
class Fault:
    """One thing that does not agree: what kind it is, how often it was found, in words."""

    kind: str
    count: int
    says: Sentence


def place(kind: str, page: int, label: str) -> Sentence:
    """Return where a page is, in words: "p. 12", "slide 3", "part 2", "Prices, rows 2-41", "inside: plan.docx"."""
    known = kind_of(kind)
    unit = known.unit if known is not None else None
    if label and (unit is not Unit.PAGE or label.startswith(INSIDE)):
        return Sentence("{label}", {"label": label})
    if unit is Unit.SLIDE:
        return say("slide {page}", page=page)
    if unit in (Unit.PART, Unit.ROWS):
        return say("part {page}", page=page)
    return say("p. {page}", page=page)
