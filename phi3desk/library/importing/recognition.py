"""Text recognition in an import: which pages are asked for, what becomes of what a reader recognised."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from phi3desk.errors import Sentence, say, say_both, until
from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunked_document import chunks_of, index_entry, main_language
from phi3desk.library.content import NOTHING_RECOGNISED, PICTURE, RECOGNISED, Content
from phi3desk.library.documents import Document, Page, State
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.importing.folder_scan import why_closed
from phi3desk.library.importing.folder_sync import FolderSync
from phi3desk.library.importing.import_run import ImportRun
from phi3desk.library.reading.pdf.ocr import how_to_get
from phi3desk.library.reading.pool import DocumentText
from phi3desk.library.reading.protocol import ReadRequest
from phi3desk.library.sources import Sources

#: Pages recognised by one request: what is done is kept after each.
_PAGES_AT_A_TIME = 4
#: A long scan becomes searchable every so many pages.
_PAGES_UNTIL_CHUNKED = 32

Waiting = deque[tuple[int, ReadRequest]]


class Recognition:
    """The pages that are pictures of text, of one library; used by its importer, in the thread that runs the import.

    `languages` returns Tesseract's languages for a collection, () where recognition is impossible or unwanted,
    `password_for` a password to try on a document that was found locked.
    """

    def __init__(
        self,
        catalog: Catalog,
        content: Content,
        queue: EmbeddingQueue,
        sources: Sources,
        follower: FolderSync,
        languages: Callable[[int], tuple[str, ...]],
        password_for: Callable[[int, ReadRequest, DocumentText], str],
    ) -> None:
        self._catalog = catalog
        self._content = content
        self._queue = queue
        self._sources = sources
        self._follower = follower
        self._languages = languages
        self._password_for = password_for

    def requests(self, run: ImportRun) -> Waiting:
        """Return what has to be recognised; pages of files that are not there wait for an import that finds them."""
        requests: Waiting = deque()
        for document in self._catalog.unfinished():
            pages = self._content.ocr_pages(document.id)
            languages = self._languages(document.collection_id)
            if pages and not languages:
                self._content.without_ocr(document.id)
                self._after_ocr(run, document.id)
                continue
            if pages and why_closed(document.path):
                run.put_off(document.id)
                continue
            run.ocr_left += len(pages)
            for at in range(0, len(pages), _PAGES_AT_A_TIME):
                some = tuple(pages[at : at + _PAGES_AT_A_TIME])
                requests.append((document.id, ReadRequest(document.path, ocr_pages=some, ocr_languages=languages)))
        if requests:
            run.ocr_started = time.monotonic()
        return requests

    def take(
        self,
        run: ImportRun,
        waiting: Waiting,
        document_id: int,
        request: ReadRequest,
        text: DocumentText,
    ) -> None:
        """Keep recognised pages; have the others tried again, each page by itself.

        Where the file is locked, or not there any more, or Tesseract is not, that says nothing of the pages: they wait
        for another import, and the document tells what the reader lacks.
        """
        password = self._password_for(document_id, request, text)
        if password:
            waiting.appendleft((document_id, replace(request, password=password)))
            return
        document = self._catalog.document(document_id)
        if document is None or not self._catalog.has_collection(document.collection_id):
            return
        run.current = document.name
        done = {page.number: page for page in text.pages if page.number in request.ocr_pages}
        missing = [number for number in request.ocr_pages if number not in done]
        if missing and (_was_not_tried(text) or why_closed(request.path)):
            self._content.recognised(document_id, done.values())
            others = [each for each in waiting if each[0] == document_id]
            for each in others:
                waiting.remove(each)
            run.ocr_left -= sum(len(each.ocr_pages) for each in (request, *(other for _, other in others)))
            run.put_off(document_id)
            if _was_not_tried(text):
                besides = self._content.besides(document_id)
                self._catalog.describe(document_id, say_both(text.reason, besides), besides, document.language)
            return
        if missing and len(request.ocr_pages) == 1:
            number = missing.pop()
            done[number] = Page(number, "", pictures=True)
        left = self._content.recognised(document_id, done.values())
        run.ocr_left -= len(done)
        run.ocr_done += len(done)
        if left == 0:
            self._after_ocr(run, document_id)
        elif left // _PAGES_UNTIL_CHUNKED != (left + len(done)) // _PAGES_UNTIL_CHUNKED:
            self.chunk_again(run, document_id)
        waiting.extendleft((document_id, replace(request, ocr_pages=(number,))) for number in missing)

    def _after_ocr(self, run: ImportRun, document_id: int) -> None:
        """Give a document the passages of its recognised pages, and the state and reason it ends with."""
        scans = self._content.scans(document_id)
        unread = scans.get(PICTURE, 0) + scans.get(NOTHING_RECOGNISED, 0)
        besides = self._content.besides(document_id)
        about_pictures: Sentence | None = None
        if unread:
            about_pictures = say(
                "On {pages} of {total} pages there are pictures in which no text could be recognised.",
                pages=unread,
                total=sum(scans.values()),
            )
        language = main_language(self._content.pages(document_id))
        self._catalog.describe(document_id, say_both(besides, about_pictures), besides, language)
        self.chunk_again(run, document_id)
        for ready in self._queue.settle():
            self._follower.tell_end(run, ready)

    def why_not(self, collection_id: int) -> Sentence | None:
        """Return why no text is recognised in a collection where that is its own choice."""
        if self._sources.rules(collection_id).ocr:
            return None
        return say(
            "The pages hold no text that can be read, as from a scanner, and text recognition is switched off in the "
            "rules of the collection."
        )

    def is_done(self, document: Document) -> bool:
        """Return whether all pictures of text in a document that is not finished are recognised."""
        if document.state not in (State.READ, State.WORDS) or self._content.ocr_pages(document.id):
            return False
        return document.state is State.READ or RECOGNISED in self._content.scans(document.id)

    def chunk_again(self, run: ImportRun, document_id: int) -> None:
        """Split a document's stored pages into passages again: the text of some was recognised since."""
        document = self._catalog.document(document_id)
        if document is None:
            return
        embedded = self._queue.embedded_of([document_id])
        title = "" if document.title == Path(document.path).stem else document.title
        outline = self._content.outline(document_id)
        chunks = chunks_of(document.path, title, self._content.pages(document_id), outline, run.cancelled)
        index = [index_entry(made.context, made.text, made.language) for made in until(run.cancelled, chunks)]
        self._content.replace_passages(document_id, chunks, index, run.cancelled)
        run.passages -= document.passages
        run.embedded -= embedded
        self.count_passages(run, document_id)

    def count_passages(self, run: ImportRun, document_id: int) -> None:
        """Count a document's passages, and end one that has none, with the reason."""
        document = self._catalog.document(document_id)
        if document is None:
            return
        run.passages += document.passages
        run.embedded += self._queue.embedded_of([document_id])
        if document.state is State.EMPTY:
            besides = self._content.besides(document_id)
            if self._content.scans(document_id).get(PICTURE):
                state = State.NEEDS_OCR
                reason = say_both(self.why_not(document.collection_id) or how_to_get(), besides)
            else:
                state, reason = State.EMPTY, document.reason or say("The pages hold no text that can be searched.")
            self._follower.end(run, document_id, state, reason, document.pages, document.kind, besides)


def _was_not_tried(text: DocumentText) -> bool:
    """Return whether a reader looked at no page: the file is locked, or Tesseract or its languages are not there."""
    return text.state is State.LOCKED or (text.state is State.NEEDS_OCR and not text.pages)
