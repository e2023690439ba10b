"""Answers questions about documents as wholes from the catalogue; may be used from any thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from phi3desk.errors import until
from phi3desk.library.catalog import Catalog
from phi3desk.library.database import batches, placeholders
from phi3desk.library.documents import Document, Passage, SearchScope, State
from phi3desk.library.overview import inventory
from phi3desk.library.overview.difference import differences
from phi3desk.library.overview.document_names import is_kind, meant, mentioned, of_kind
from phi3desk.library.overview.sections import chosen, comparable
from phi3desk.library.overview.types import (
    MOST_PAGES,
    Asked,
    Change,
    Difference,
    DocumentQuestion,
    Entry,
    Overview,
    Told,
    Within,
)
from phi3desk.library.search.page_ranges import PageRanges, joined_ranges
from phi3desk.library.search.retriever import Retriever
from phi3desk.library.search.scope import documents_in

#: characters of a document that are handed out for a summary
MOST_CHARACTERS = 240_000
#: changed places of two documents that are told, and places that one of them has alone
MOST_CHANGES = 24
MOST_ALONE = 12
_MOST_CANDIDATES = 8


class Overviews:
    """Tells of the documents of one library."""

    def __init__(self, catalog: Catalog, retriever: Retriever) -> None:
        self._catalog = catalog
        self._retriever = retriever

    def tell(self, question: DocumentQuestion, within: Within, cancelled: threading.Event | None = None) -> Overview:
        """Return what the catalogue tells to a question about documents; Cancelled once that is set."""
        started = time.monotonic()
        documents = documents_in(self._catalog, replace(within.scope, documents=()))
        told = self._told(question, within, documents, cancelled or threading.Event())
        if told.documents and (told.told is Told.AMBIGUOUS or question.asked is Asked.PAGE_COUNT):
            told = replace(told, entries=self._entries(told.documents))
        return replace(told, seconds=time.monotonic() - started)

    def _told(
        self, question: DocumentQuestion, within: Within, documents: Sequence[Document], cancelled: threading.Event
    ) -> Overview:
        named = documents_in(self._catalog, within.scope) if within.scope.documents else []
        if question.asked in (Asked.INVENTORY, Asked.COUNT):
            return self._inventory(question, within, inventory.shown(named or documents))
        told = self._meant(question, within, named, documents)
        if told.told is not Told.FOUND:
            total = question.asked is Asked.PAGE_COUNT and not question.certain and question.names == ("",)
            return self._inventory(question, within, inventory.shown(documents)) if total else told
        if question.asked is Asked.PAGE_COUNT:
            return told
        if question.asked is Asked.PAGES:
            return self._pages(told.documents[0], question, within.scope.pages)
        if question.asked is Asked.SUMMARY:
            return self._whole(told.documents[0], within.scope.pages)
        return self._comparison(told.documents[0], told.documents[1], within.scope.pages, cancelled)

    # which documents are meant

    def _meant(
        self, question: DocumentQuestion, within: Within, named: Sequence[Document], documents: Sequence[Document]
    ) -> Overview:
        """Return the documents that a question names: as many as it has names; or what is to be said of it."""
        if question.anywhere:
            found = self._unlike(named or mentioned(question.names[0], documents))
            return self._one_of(question, within, documents, question.names[0], found)
        if question.names == ("", ""):
            return self._two(question, within, named, documents)
        chosen_ones: list[Document] = []
        for name in question.names:
            if name:
                pool = named if len(question.names) == 1 and named else documents
                found = self._unlike(meant(name, pool, certain=question.certain))
            else:
                found = self._this(within, [d for d in named if d not in chosen_ones] or named, documents)
            told = self._one_of(question, within, documents, name, found)
            if told.told is not Told.FOUND:
                return told
            chosen_ones += told.documents
        if len({document.id for document in chosen_ones}) < len(question.names):
            return Overview(Told.WHICH if question.certain else Told.ORDINARY)
        return Overview(Told.FOUND, tuple(self._with_content(document) for document in chosen_ones))

    def _one_of(
        self,
        question: DocumentQuestion,
        within: Within,
        documents: Sequence[Document],
        name: str,
        found: Sequence[Document],
    ) -> Overview:
        if len(found) > 1:
            found = self._spoken_of(within, found) or found
        if len(found) == 1:
            return Overview(Told.FOUND, (self._with_content(found[0]),))
        if found and (question.certain or question.anywhere or name):
            return Overview(Told.AMBIGUOUS, tuple(found[:_MOST_CANDIDATES]), name)
        # "how long is the contract period?" does not ask for the pages of a contract
        names_one = question.certain or (question.asked is Asked.PAGE_COUNT and (not question.loose or is_kind(name)))
        foreign = [document for document in documents if document.language not in ("", question.language)]
        alike = of_kind(name, foreign) if names_one else []
        if alike:
            # it may be called so in another language than the question's
            return Overview(Told.AMBIGUOUS, tuple(alike[:_MOST_CANDIDATES]), name)
        if not question.certain:
            return Overview(Told.ORDINARY)
        return Overview(Told.UNKNOWN, name=name) if name else Overview(Told.WHICH)

    def _this(self, within: Within, named: Sequence[Document], documents: Sequence[Document]) -> list[Document]:
        """Return what "this document" is: the one named beside the question, or spoken of before, or the only one."""
        if named:
            return self._unlike(named)
        spoken_of = self._spoken_of(within, documents)
        if spoken_of:
            return spoken_of[:1]
        readable = self._unlike([document for document in inventory.shown(documents) if document.passages])
        return readable if len(readable) == 1 else []

    def _two(
        self, question: DocumentQuestion, within: Within, named: Sequence[Document], documents: Sequence[Document]
    ) -> Overview:
        readable = [document for document in inventory.shown(documents) if document.passages]
        # "compare them" speaks of documents only where two are named beside it
        others = (self._spoken_of(within, documents), readable) if question.certain else ()
        for candidates in (self._unlike(named), *others):
            if len(candidates) == 2:
                return Overview(Told.FOUND, tuple(self._with_content(document) for document in candidates))
        return Overview(Told.WHICH if question.certain else Told.ORDINARY)

    def _spoken_of(self, within: Within, documents: Sequence[Document]) -> list[Document]:
        by_path = {document.path: document for document in documents}
        return [by_path[path] for path in dict.fromkeys(within.spoken_of) if path in by_path]

    def _unlike(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents without those that hold what one before them holds."""
        unlike: dict[str, Document] = {}
        for document in documents:
            unlike.setdefault(self._catalog.sha256(document.id) or str(document.id), document)
        return list(unlike.values())

    def _with_content(self, document: Document) -> Document:
        """Return the document that holds what a duplicate would hold, else the document itself."""
        if document.state is not State.DUPLICATE:
            return document
        original = min(self._catalog.originals(document.id), default=document.id)
        return self._catalog.document(original) or document

    # what is told of them

    def _inventory(self, question: DocumentQuestion, within: Within, documents: Sequence[Document]) -> Overview:
        pages = sum(document.pages for document in documents)
        counted = Overview(Told.FOUND, documents_in_all=len(documents), pages_in_all=pages)
        if question.asked is not Asked.INVENTORY:
            return counted
        if not question.topic:
            return replace(counted, entries=self._entries(documents[: inventory.MOST_ENTRIES]))
        found = self._retriever.search(question.topic, inventory.PASSAGES_LOOKED_AT, within.scope)
        named = [document.id for document in meant(question.topic, documents, certain=True)]
        entries = inventory.on_topic(question.topic, documents, found, self._first_passages(named))
        pages = sum(entry.document.pages for entry in entries)
        shown = tuple(entries[: inventory.MOST_ENTRIES])
        return Overview(Told.FOUND, entries=shown, documents_in_all=len(entries), pages_in_all=pages)

    def _entries(self, documents: Sequence[Document]) -> tuple[Entry, ...]:
        first = self._first_passages([document.id for document in documents])
        return tuple(Entry(d, inventory.opening(d, first.get(d.id))) for d in documents)

    def _first_passages(self, document_ids: Sequence[int]) -> dict[int, Passage]:
        """Return what documents begin with; after an edit that is not what has the lowest id."""
        ids: list[int] = []
        for part in batches(list(document_ids)):
            rows = self._catalog.connection.execute(
                "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY document_id ORDER BY page, start, id) AS n "
                f"FROM passage WHERE document_id IN ({placeholders(part)})) WHERE n = 1",
                part,
            )
            ids += [int(row["id"]) for row in rows]
        return {passage.document_id: passage for passage in self._catalog.passages(ids).values()}

    def _pages(self, document: Document, question: DocumentQuestion, only: PageRanges) -> Overview:
        """Return what is on the pages that a question names, or on those that it is restricted to."""
        first, last = question.pages
        if question.pages == (0, 0):
            if not only:
                return Overview(Told.WHICH if question.certain else Told.ORDINARY)
            first, last = only[0][0], only[-1][1]
        if not 1 <= first <= last or first > document.pages:
            return Overview(Told.NO_PAGE, (document,))
        asked = [page for page in range(first, min(last, document.pages) + 1) if _is_among(page, only)]
        if not asked:
            return Overview(Told.ORDINARY)
        passages = self._passages(document, joined_ranges((page, page) for page in asked))
        pages = list(dict.fromkeys(passage.page for passage in passages))
        if question.anywhere:
            read = self._on_foremost_pages(document, question.names[0], passages, pages)
        else:
            read = passages if len(pages) <= MOST_PAGES else chosen(passages, MOST_CHARACTERS)
        told = Told.FOUND if passages else Told.NO_TEXT
        return Overview(told, (document,), passages=tuple(read), passages_in_all=len(passages), pages_in_all=len(pages))

    def _on_foremost_pages(
        self, document: Document, text: str, passages: Sequence[Passage], pages: Sequence[int]
    ) -> Sequence[Passage]:
        """Return what stands on so many pages as are read as they are: those that tie in with a question, then others.

        What is asked beside the pages may stand on any of them.
        """
        if len(pages) <= MOST_PAGES or not text:
            return [passage for passage in passages if passage.page in pages[:MOST_PAGES]]
        scope = SearchScope(documents=(document.path,), pages=joined_ranges((page, page) for page in pages))
        found = self._retriever.search(text, MOST_PAGES, scope).found
        tied = [one.passage.page for one in found if one.relevant and one.passage.document_id == document.id]
        read = list(dict.fromkeys([*tied, *pages]))[:MOST_PAGES]
        return [passage for passage in passages if passage.page in read]

    def _whole(self, document: Document, only: PageRanges) -> Overview:
        passages = self._passages(document, only)
        if not passages:
            return Overview(Told.NO_TEXT, (document,))
        read = chosen(passages, MOST_CHARACTERS)
        return Overview(Told.FOUND, (document,), passages=tuple(read), passages_in_all=len(passages))

    def _comparison(self, first: Document, second: Document, only: PageRanges, cancelled: threading.Event) -> Overview:
        texts = []
        for document in until(cancelled, (first, second)):
            passages = self._passages(document, only)
            if not passages:
                return Overview(Told.NO_TEXT, (document,))
            texts.append(comparable(passages))
        found, same, left_out = differences(texts[0], texts[1], cancelled)
        return Overview(
            Told.FOUND,
            (first, second),
            differences=_foremost(found),
            differences_in_all=len(found),
            same=same,
            not_compared=left_out,
        )

    def _passages(self, document: Document, only: Sequence[tuple[int, int]]) -> list[Passage]:
        """Return the passages of some pages (none named: of all), in the order of the text."""
        rows = self._catalog.connection.execute("SELECT id, page FROM passage WHERE document_id = ?", (document.id,))
        passages = self._catalog.passages([int(row["id"]) for row in rows if _is_among(int(row["page"]), only)])
        return sorted(passages.values(), key=lambda passage: (passage.page, passage.start, passage.id))


def _is_among(page: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return not ranges or any(first <= page <= last for first, last in ranges)


def _foremost(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Return what is told of two documents, in their order: changed figures first, and as much of each kind."""
    changed = sorted((d for d in found if d.change is Change.CHANGED), key=lambda each: not any(each.figures))
    kept = {id(difference) for difference in changed[:MOST_CHANGES]}
    for change in (Change.ONLY_FIRST, Change.ONLY_SECOND):
        only = [difference for difference in found if difference.change is change]
        kept |= {id(difference) for difference in only[:MOST_ALONE]}
    return tuple(difference for difference in found if id(difference) in kept)
