"""A question about documents as wholes, and what the library tells to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from phi3desk.library.documents import EVERYWHERE, Document, Passage, SearchScope

#: pages of one document that are read for one question as they are; of more, what stands for them
MOST_PAGES = 8


class Asked(StrEnum):
    """What is asked about documents."""

    INVENTORY = "inventory"
    COUNT = "count"
    PAGE_COUNT = "page_count"
    PAGES = "pages"
    SUMMARY = "summary"
    COMPARISON = "comparison"


@dataclass(frozen=True)
class DocumentQuestion:
    """A question about documents.

    `names` are the words that name the documents, "" for "this document". `certain` tells that nothing else can be
    meant, so that a name that no document has is told; otherwise such a question is an ordinary one. `loose` tells that
    it has no word of documents or pages: "how long is the contract?". With `anywhere` the first of the names is all of
    the question, in which a document may be named. `topic` restricts an inventory, `pages` are the first and the last
    page asked for, (0, 0) those that the question is restricted to. `language` is that of the question.
    """

    asked: Asked
    language: str
    names: tuple[str, ...] = ()
    topic: str = ""
    pages: tuple[int, int] = (0, 0)
    certain: bool = False
    loose: bool = False
    anywhere: bool = False


@dataclass(frozen=True)
class Within:
    """Where documents are looked for.

    What the scope names are those that can be meant by "this document", and its pages are all that is read of one.
    `spoken_of` are the paths of the documents that the conversation is about, those of the last answer.
    """

    scope: SearchScope = EVERYWHERE
    spoken_of: tuple[str, ...] = ()


class Told(StrEnum):
    """Whether the documents that are asked about were found, or what else there is to say.

    ORDINARY: the question names no document, so that it is one about passages. WHICH: none is named. UNKNOWN: none has
    that name. AMBIGUOUS: several have. NO_PAGE: it has no such page. NO_TEXT: there is no text in it, or on the page.
    """

    FOUND = "found"
    ORDINARY = "ordinary"
    WHICH = "which"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_PAGE = "no_page"
    NO_TEXT = "no_text"


@dataclass(frozen=True)
class Entry:
    """A document of an inventory, and the passage that it is opened at."""

    document: Document
    passage: Passage


class Change(StrEnum):
    """How two documents differ in one place."""

    CHANGED = "changed"
    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"


@dataclass(frozen=True)
class Difference:
    """One place where two documents differ: the words of each, "" and None where one of them has none.

    `figures` are the numbers of the first and those of the second that the other one does not have there.
    """

    change: Change
    heading: str
    first: Passage | None = None
    second: Passage | None = None
    first_text: str = ""
    second_text: str = ""
    figures: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


@dataclass(frozen=True)
class Overview:
    """What the library tells to a question about documents.

    `documents` are those that are meant, or that could be, `name` is the name that was looked for. `entries` are an
    inventory's first ones of `documents_in_all`, `passages` those of the pages, or of the document, that were asked
    for, of `passages_in_all` on `pages_in_all` pages with text. `same` counts the sentences that two documents share,
    `not_compared` those that were too many.
    """

    told: Told
    documents: tuple[Document, ...] = ()
    name: str = ""
    entries: tuple[Entry, ...] = ()
    documents_in_all: int = 0
    pages_in_all: int = 0
    passages: tuple[Passage, ...] = ()
    passages_in_all: int = 0
    differences: tuple[Difference, ...] = ()
    differences_in_all: int = 0
    same: int = 0
    not_compared: int = 0
    seconds: float = 0.0
