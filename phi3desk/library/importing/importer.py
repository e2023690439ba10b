"""The import: files become documents, documents become passages, passages become searchable.

One thread runs an import and writes the catalogue; reader processes read ahead of it. All text is read and indexed
before anything is embedded, so that everything can be searched by words first. Pages that are pictures are recognised
by the readers while the passages are embedded.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from functools import reduce
from itertools import chain
from pathlib import Path

from phi3desk.errors import Cancelled, Sentence, UserError, say, say_both
from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunked_document import chunk_document
from phi3desk.library.content import Content, NewContent
from phi3desk.library.documents import Document, ImportSummary, Phase, State
from phi3desk.library.embedding.embedder_changes import EmbedderChanges
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.passage_embedding import PassageEmbedding
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.serving import CollectionEmbedders
from phi3desk.library.importing.folder_scan import is_passed_over, is_shown_only, why_closed
from phi3desk.library.importing.folder_sync import CANCELLED, FolderSync
from phi3desk.library.importing.import_run import ImportRun, OnFile, OnProgress
from phi3desk.library.importing.passwords import Passwords
from phi3desk.library.importing.recognition import Recognition
from phi3desk.library.importing.sheet_import import SheetImport
from phi3desk.library.importing.throttle import Throttle
from phi3desk.library.on_disk import is_folder, is_there
from phi3desk.library.reading.pool import DocumentText, ReaderPool
from phi3desk.library.reading.protocol import ReadRequest
from phi3desk.library.search.index_renewal import IndexRenewal
from phi3desk.library.sheets.store import SheetStore
from phi3desk.library.sources import Sources

_WAIT_SECONDS = 0.1
Reading = dict[Future[DocumentText], tuple[int, ReadRequest]]


class Importer:
    """Runs imports, one at a time, for one library.

    `ocr_languages` returns Tesseract's languages for a collection, () where recognition is impossible or unwanted.
    """

    def __init__(
        self,
        catalog: Catalog,
        sources: Sources,
        vectors: LibraryVectors,
        embedders: CollectionEmbedders,
        open_pool: Callable[[], ReaderPool],
        throttle: Throttle,
        passwords: Passwords,
        ocr_languages: Callable[[int], tuple[str, ...]],
        sheets: SheetStore,
    ) -> None:
        self._catalog = catalog
        self._content = Content(catalog)
        self._sources = sources
        self._follower = FolderSync(catalog, self._content, self._sources)
        self._queue = EmbeddingQueue(catalog)
        self._renewal = IndexRenewal(catalog)
        self._changes = EmbedderChanges(catalog)
        self._embedding = PassageEmbedding(self._queue, vectors, embedders.usable, self._changes.measured)
        self._vectors = vectors
        self._open_pool = open_pool
        self._throttle = throttle
        self._passwords = passwords
        self._ocr_languages = ocr_languages
        self._recognition = Recognition(
            catalog, self._content, self._queue, sources, self._follower, ocr_languages, self._password_for
        )
        self._tables = SheetImport(catalog, sheets)
        #: whether an import waits for the one that runs to end: a change of embedder then goes on after it
        self.others_wait: Callable[[], bool] = lambda: False
        self._one_at_a_time = threading.Lock()
        self._suspended = False

    @property
    def running(self) -> bool:
        """Return whether an import runs."""
        return self._one_at_a_time.locked()

    def suspend(self) -> None:
        """Have the import that runs go on at the next start, though it is cancelled now: the program ends."""
        self._suspended = True

    def import_paths(
        self,
        paths: Sequence[Path],
        collection_id: int,
        on_progress: OnProgress | None,
        on_file: OnFile | None,
        cancelled: threading.Event,
    ) -> ImportSummary:
        """Bind files and folders to a collection and read them; UserError for a path that does not exist.

        They are not bound any more where that is cancelled before all of them were looked at.
        Should the process die, or be ended with `suspend`, the next `sync` goes on with what was not yet looked at.
        """
        for path in paths:
            if not is_there(path):
                raise UserError("There is no file or folder {path}.", path=str(path))
        named = [path.resolve() for path in paths]
        before = {source.id for source in self._sources.of(collection_id)}
        self._sources.bind(collection_id, named)
        run = ImportRun(cancelled, on_progress, on_file)
        summary = self._run(run, {collection_id: named})
        if summary.cancelled and not self._suspended and collection_id not in run.found:
            # what lies there is not known, and so cannot be kept from being read by the next check
            for source in self._sources.of(collection_id):
                if source.id not in before:
                    self._sources.remove(source.id)
        return summary

    def sync(
        self,
        collection_ids: Sequence[int],
        on_progress: OnProgress | None,
        on_file: OnFile | None,
        cancelled: threading.Event,
    ) -> ImportSummary:
        """Make collections agree with what they are bound to, and take up whatever is half done."""
        return self._run(ImportRun(cancelled, on_progress, on_file), {i: [] for i in collection_ids})

    def retry(
        self,
        document_ids: Sequence[int],
        on_progress: OnProgress | None,
        on_file: OnFile | None,
        cancelled: threading.Event,
    ) -> ImportSummary:
        """Read documents again.

        Those whose file is not there, or that a check passes over, stay as they are, as the notice says.
        """
        documents = [self._catalog.document(document_id) for document_id in document_ids]
        known = [document for document in documents if document is not None]
        gone = away(known)
        passed_over = self._passed_over([document for document in known if document.id not in gone])
        self._catalog.start_over([each.id for each in known if each.id not in gone | passed_over])
        summary = self.sync([], on_progress, on_file, cancelled)
        notices = (_stay(len(gone)), _stay_links(len(passed_over)), summary.notice)
        return replace(summary, notice=reduce(say_both, notices))

    def _passed_over(self, documents: Sequence[Document]) -> set[int]:
        """Return the ids of the documents that stand for a place of which a check reads nothing."""
        by_themselves = {(source.collection_id, source.path) for source in self._sources.of() if not source.folder}
        return {
            each.id
            for each in documents
            if (each.collection_id, each.path) not in by_themselves and is_passed_over(each.path)
        }

    def _run(self, run: ImportRun, collections: dict[int, list[Path]]) -> ImportSummary:
        if not self._one_at_a_time.acquire(blocking=False):
            raise UserError("An import is running already. Wait for it to end, or cancel it.")
        pool = self._open_pool()
        was_cancelled = False
        try:
            while self._renewal.step():
                self._step(run, Phase.CHECKING)
            self._follower.settle_twins()
            for collection_id in collections:
                if self._ocr_languages(collection_id):
                    self._content.await_ocr(collection_id)
            followed = (self._follower.follow(run, i, named) for i, named in collections.items())
            self._read_all(run, chain(chain.from_iterable(followed), self._left_over(run)), pool)
            self._read_tables(run, pool)
            self._put_vectors_back(run)
            self._embed_and_recognise(run, pool)
        except Cancelled:
            was_cancelled = True
        finally:
            stopped = run.cancelled.is_set()
            run.cancelled.set()
            pool.close()
            if not stopped:
                run.cancelled.clear()
            self._one_at_a_time.release()
        failed = run.states[State.FAILED]
        if was_cancelled and not self._suspended:
            self._give_reasons(run, collections)
        left_unread = run.states[State.FAILED] - failed
        if not (was_cancelled and self._suspended):
            self._catalog.expect_nothing()
        run.tell(at_once=True)
        notice = self._vectors.take_notice()
        seconds = time.monotonic() - run.started
        return ImportSummary(dict(run.states), seconds, was_cancelled, notice, left_unread, tuple(run.changed))

    def _give_reasons(self, run: ImportRun, collections: dict[int, list[Path]]) -> None:
        """Have every file that a cancelled import did not read say so, but for those that hold an earlier content.

        Those whose file is not there still wait for an import that finds it.
        """
        unread = [each for each in self._catalog.unfinished() if each.state is State.FOUND and not each.passages]
        gone = away(unread)
        for document in unread:
            if document.id not in gone:
                self._follower.end(run, document.id, State.FAILED, CANCELLED)
        for collection_id in collections:
            self._follower.unread(run, collection_id)

    def _left_over(self, run: ImportRun) -> Iterator[tuple[int, str]]:
        """Go on with documents that an earlier import left half done; yield those that have to be read.

        Those whose file is not there, as on a drive that is not plugged in, wait for an import that finds it.
        """
        unfinished = [each for each in self._catalog.unfinished() if each.id not in run.open]
        gone = away([each for each in unfinished if each.state is State.FOUND])
        documents = [each for each in unfinished if each.id not in gone]
        run.files += len(documents)
        run.bytes += sum(document.size for document in documents if document.state is State.FOUND)
        run.passages += sum(document.passages for document in documents)
        run.embedded += self._queue.embedded_of(document.id for document in documents)
        run.open.update(document.id for document in documents)
        for document in documents:
            if document.state is State.FOUND:
                if self._follower.has_to_be_read(run, document):
                    yield document.id, document.path
            elif self._recognition.is_done(document):
                # it was stopped before what was recognised last was split
                self._recognition.chunk_again(run, document.id)

    # reading

    def _read_all(self, run: ImportRun, files: Iterator[tuple[int, str]], pool: ReaderPool) -> None:
        """Read and chunk until every file is searchable by words; raise Cancelled between two steps."""
        reading: Reading = {}
        exhausted = False
        while reading or not exhausted:
            while not exhausted and len(reading) < 2 * pool.size:
                taken = next(files, None)
                if taken is None:
                    exhausted = True
                    break
                self._hold(run)
                self._ask(run, pool, reading, taken[0], ReadRequest(taken[1]))
                self._step(run, Phase.READING)
            for future in [future for future in reading if future.done()]:
                document_id, request = reading.pop(future)
                text = future.result()
                password = self._password_for(document_id, request, text)
                if password:
                    self._ask(run, pool, reading, document_id, replace(request, password=password))
                else:
                    self._keep(run, document_id, text)
                self._step(run, Phase.READING)
            self.delete_stale_vectors()
            if reading:
                wait(reading, timeout=_WAIT_SECONDS, return_when=FIRST_COMPLETED)
            self._step(run, Phase.READING)
        for document_id in self._queue.settle():
            self._tell_end(run, document_id)

    def _ask(self, run: ImportRun, pool: ReaderPool, reading: Reading, document_id: int, request: ReadRequest) -> None:
        reading[pool.read(request, run.cancelled, run.page_read)] = (document_id, request)

    def _password_for(self, document_id: int, request: ReadRequest, text: DocumentText) -> str:
        """Return a password to try on a locked document, "" where none is known or it was tried."""
        if text.state is not State.LOCKED or request.password:
            return ""
        return self._passwords.find(self._catalog.sha256(document_id)) or ""

    def _keep(self, run: ImportRun, document_id: int, text: DocumentText) -> None:
        """Write what a reader brought back, and its passages."""
        document = self._catalog.document(document_id)
        run.bytes_read += document.size if document else 0
        if document is None or document.state is not State.FOUND:
            run.open.discard(document_id)
            return
        if not self._catalog.has_collection(document.collection_id):
            run.open.discard(document_id)
            run.files -= 1
            return
        run.current = document.name
        closed = why_closed(document.path) if text.state is State.FAILED else None
        if closed is not None and document.passages:
            run.put_off(document_id)
            return
        if closed is not None:
            self._follower.end_closed(run, document.collection_id, document.path, document.size, closed)
            return
        await_ocr = bool(text.scanned) and bool(self._ocr_languages(document.collection_id))
        if text.state is not State.READ and not (text.state is State.NEEDS_OCR and await_ocr):
            reason = text.reason
            switched_off = self._recognition.why_not(document.collection_id) if text.scanned else None
            if switched_off is not None:
                reason = say_both(switched_off, text.besides)
            self._follower.end(run, document_id, text.state, reason, len(text.pages), text.kind, text.besides)
            return
        chunked = text.chunked or chunk_document(document.path, text.title, text.pages, text.outline)
        reason = text.besides if await_ocr else text.reason
        content = NewContent(text.kind, text.pages, chunked, text.outline, reason, text.besides)
        self._content.replace(document_id, content, await_ocr, run.cancelled)
        self._tables.keep(document_id, text)
        self._recognition.count_passages(run, document_id)

    def _read_tables(self, run: ImportRun, pool: ReaderPool) -> None:
        """Read sheets once more whose tables are not there: nothing else of them is touched."""
        waiting = deque(self._tables.missing())
        reading: Reading = {}
        while waiting or reading:
            while waiting and len(reading) < 2 * pool.size:
                self._hold(run)
                document_id, path = waiting.popleft()
                self._ask(run, pool, reading, document_id, ReadRequest(path, tables_only=True))
            for future in [future for future in reading if future.done()]:
                self._tables.keep(reading.pop(future)[0], future.result())
            if reading:
                wait(reading, timeout=_WAIT_SECONDS, return_when=FIRST_COMPLETED)
            self._step(run, Phase.CHECKING)

    # embedding and text recognition

    def _put_vectors_back(self, run: ImportRun) -> None:
        """Fill the vector store from the catalogue where it has lost vectors, and the catalogue from an older store."""
        if self._queue.any_vectors():
            run.to_restore = self._vectors.waiting()
        while restored := self._vectors.put_back_some():
            run.restored += restored
            self._step(run, Phase.RESTORING)
            self._hold(run)
        while self._vectors.keep_some():
            self._step(run, Phase.RESTORING)
            self._hold(run)

    def _embed_and_recognise(self, run: ImportRun, pool: ReaderPool) -> None:
        recognising: Reading = {}
        waiting = self._recognition.requests(run)
        run.phase = Phase.EMBEDDING
        run.tell(at_once=True)
        self._count_renewals(run)
        self._end_changes(run)
        while True:
            if waiting or recognising or self._embedding.waits():
                self._hold(run)
            while waiting and len(recognising) < 2 * pool.size:
                document_id, request = waiting.popleft()
                self._ask(run, pool, recognising, document_id, request)
            for future in [future for future in recognising if future.done()]:
                document_id, request = recognising.pop(future)
                self._recognition.take(run, waiting, document_id, request, future.result())
            step = self._embedding.step()
            if step is not None:
                run.embedded += step.passages
                run.by_embedder += step.by_embedder
                run.embedding_seconds += step.seconds
                for document_id in step.ready:
                    self._tell_end(run, document_id)
                run.renewing = bool(step.renewing)
                if run.renewing:
                    run.current = self._name_of(step.renewing)
                    self._end_changes(run)
                self._throttle.rest_after(step.seconds, run.cancelled)
                if run.renewing and not recognising and not waiting and self.others_wait():
                    break
            elif not recognising and not waiting:
                break
            else:
                wait(recognising, timeout=_WAIT_SECONDS, return_when=FIRST_COMPLETED)
            self.delete_stale_vectors()
            self._step(run, Phase.OCR if step is None else Phase.RENEWING if run.renewing else Phase.EMBEDDING)

    def _count_renewals(self, run: ImportRun) -> None:
        """Count the passages whose vectors are made anew by another embedder, but for those that have none yet."""
        renewed = self._changes.renewed()
        run.renewing = run.passages == run.embedded and renewed.done < renewed.passages and self._embedding.waits()
        if run.renewing:
            run.current = self._name_of(self._changes.renewals())
        run.passages += renewed.passages
        run.embedded += renewed.done

    def _end_changes(self, run: ImportRun) -> None:
        """Have the vectors of a new embedder serve where all are made, and delete those that it has replaced."""
        finished = self._vectors.finish_changes()
        if finished:
            run.changed.append(self._name_of(finished))
            for document_id in sorted(run.open):
                document = self._catalog.document(document_id)
                if document is not None and document.state is State.READY:
                    self._tell_end(run, document_id)
        while self._vectors.delete_some():
            self._step(run, Phase.RENEWING)

    def _name_of(self, collection_ids: Collection[int]) -> str:
        return ", ".join(each.name for each in self._catalog.collections() if each.id in collection_ids)

    # between two steps

    def _step(self, run: ImportRun, phase: Phase) -> None:
        run.phase = phase
        run.tell()
        if run.cancelled.is_set():
            raise Cancelled

    def _hold(self, run: ImportRun) -> None:
        """Wait while the user, or the battery, holds imports back; raise Cancelled."""
        started, before = time.monotonic(), run.phase
        while not run.cancelled.is_set() and (held := self._throttle.held_by()) is not None:
            if run.phase is not held:
                run.phase = held
                run.tell(at_once=True)
            self._throttle.wait()
        run.waited(time.monotonic() - started)
        if run.phase is not before and not run.cancelled.is_set():
            run.phase = before
            run.tell(at_once=True)
        if run.cancelled.is_set():
            raise Cancelled

    def delete_stale_vectors(self) -> None:
        """Delete the vectors of passages that are gone."""
        for collection_id, passages in self._queue.pending_deletions().items():
            self._vectors.forget(collection_id, passages)
            self._queue.deleted(passages)

    def _tell_end(self, run: ImportRun, document_id: int) -> None:
        self._follower.tell_end(run, document_id)


def away(documents: Sequence[Document]) -> set[int]:
    """Return the ids of the documents whose file is not there.

    A folder that does not answer, as on a server that is gone, is asked once, not for each file.
    """
    missing: dict[str, bool] = {}

    def is_missing(folder: str) -> bool:
        if folder not in missing:
            above = str(Path(folder).parent)
            missing[folder] = (above != folder and is_missing(above)) or not is_folder(folder)
        return missing[folder]

    gone = set()
    for document in documents:
        path = document.path
        if not is_shown_only(path) and (is_missing(str(Path(path).parent)) or not is_there(path)):
            gone.add(document.id)
    return gone


def _stay(count: int) -> Sentence | None:
    if not count:
        return None
    return say(
        "Documents whose files are not there now, as on a drive that is not connected: {count}. They were not read "
        "again and stay as they are.",
        count=count,
    )


def _stay_links(count: int) -> Sentence | None:
    if not count:
        return None
    return say(
        "Links and folders, of which nothing is read at their own place: {count}. They stay as they are. What can be "
        "done is told in the list.",
        count=count,
    )
