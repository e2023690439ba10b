"""The import: files become documents, documents become passages, passages become searchable.

One thread runs an import and writes the catalogue; reader processes read ahead of it. Reading goes before embedding,
so that everything is searchable by words first; embedding is done while nothing has been read that waits.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from phi3desk.errors import Cancelled, UserError, say
from phi3desk.library import import_requests
from phi3desk.library.catalog import Catalog
from phi3desk.library.chunker import PageLayout, cut
from phi3desk.library.documents import FINAL_STATES, Document, FileOutcome, ImportProgress, ImportSummary, State
from phi3desk.library.embedder import BATCH, Embedder
from phi3desk.library.embedding_queue import EmbeddingQueue, Waiting
from phi3desk.library.language import language_of
from phi3desk.library.reading.events import Finished
from phi3desk.library.reading.kinds import refusal
from phi3desk.library.reading.pool import DocumentText, ReaderPool
from phi3desk.library.titles import shown_title, spoken_title
from phi3desk.library.vectors import Vectors

log = logging.getLogger(__name__)

OnProgress = Callable[[ImportProgress], None]
OnFile = Callable[[FileOutcome], None]

_PROGRESS_SECONDS = 0.25
_WAIT_SECONDS = 0.1
#: how much of an import's work is reading, for the bar that shows it
_READING_SHARE = 0.3
#: Passages taken from the catalogue at a time; the embedder is free for a question after each BATCH of them.
_PASSAGES_AT_A_TIME = 2 * BATCH


def files_under(paths: Sequence[Path]) -> list[Path]:
    """Return the files to import, in order and each once; UserError for a path that does not exist.

    A file that is named is taken as it is. Of a folder everything is taken but hidden files and folders and links:
    a link either leads out of the folder or to a file that is found under its own name.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise UserError("There is no file or folder {path}.", path=str(path))
        path = path.resolve()
        if not path.is_dir():
            found[path] = None
            continue
        for parent, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not _is_hidden(Path(parent, name)))
            for name in sorted(names):
                file = Path(parent, name)
                if not _is_hidden(file) and not file.is_symlink() and file.is_file():
                    found[file] = None
    return list(found)


def _shown_path(path: Path) -> str:
    """Return a path as text that can be kept and shown: bytes that are no UTF-8 become a replacement sign."""
    return os.fsencode(path).decode("utf-8", "replace")


def _is_hidden(path: Path) -> bool:
    if path.name.startswith("."):
        return True
    try:
        attributes = getattr(path.lstat(), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0))


@dataclass
class _Run:
    """One import under way, and what it has to tell."""

    cancelled: threading.Event
    on_progress: OnProgress | None = None
    on_file: OnFile | None = None
    files: int = 0
    bytes: int = 0
    bytes_read: int = 0
    pages: int = 0
    passages: int = 0
    embedded: int = 0
    current: str = ""
    states: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    embedding_seconds: float = 0.0
    by_embedder: int = 0
    #: documents of this run that have not come to their end
    open: set[int] = field(default_factory=set)
    reported: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def page_read(self) -> None:
        with self.guard:
            self.pages += 1

    def outcome(self, outcome: FileOutcome) -> None:
        self.states[outcome.state.value] += 1
        self.open.discard(outcome.document_id)
        if self.on_file is not None:
            self.on_file(outcome)

    def tell(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self.on_progress is None or (not at_once and now - self.reported < _PROGRESS_SECONDS):
            return
        self.reported = now
        self.on_progress(
            ImportProgress(
                files=self.files,
                files_done=sum(self.states.values()),
                pages=self.pages,
                passages=self.passages,
                embedded=self.embedded,
                current=self.current,
                pages_per_second=self.pages / max(0.001, now - self.started),
                seconds_left=self._seconds_left(now - self.started),
                share=self._share(),
            )
        )

    def _share(self) -> float:
        """Return how much of the work is done; the passages of files not yet read are estimated from their bytes."""
        read = min(1.0, self.bytes_read / self.bytes) if self.bytes else 1.0
        embedded = min(1.0, self.embedded / self.passages) if self.passages else 0.0
        return _READING_SHARE * read + (1 - _READING_SHARE) * read * embedded

    def _seconds_left(self, elapsed: float) -> float | None:
        """Estimate from the bytes that are still to be read and the passages they are likely to hold."""
        if elapsed < 2 or (self.bytes and not self.bytes_read):
            return None
        share = min(1.0, self.bytes_read / self.bytes) if self.bytes else 1.0
        reading = (elapsed - self.embedding_seconds) * (1 - share) / max(share, 0.01)
        if self.by_embedder < 4 * BATCH:
            return None if self.passages > self.embedded else reading
        to_embed = self.passages / max(share, 0.01) - self.embedded
        return max(0.0, reading) + max(0.0, to_embed) * self.embedding_seconds / self.by_embedder


class Importer:
    """Runs imports, one at a time, for one library."""

    def __init__(
        self, catalog: Catalog, vectors: Vectors, embedder: Embedder, open_pool: Callable[[], ReaderPool]
    ) -> None:
        self._catalog = catalog
        self._queue = EmbeddingQueue(catalog)
        self._vectors = vectors
        self._embedder = embedder
        self._open_pool = open_pool
        self._one_at_a_time = threading.Lock()
        self._suspended = False

    @property
    def running(self) -> bool:
        """Tell whether an import runs."""
        return self._one_at_a_time.locked()

    def import_paths(
        self,
        paths: Sequence[Path],
        collection_id: int,
        on_progress: OnProgress | None,
        on_file: OnFile | None,
        cancelled: threading.Event,
    ) -> ImportSummary:
        """Import files and folders into a collection; what an earlier import left half done is taken up after them.

        Should the process die, or be ended with `suspend`, the next `resume` goes on with what was not yet looked at.
        """
        files = files_under(paths)
        request = import_requests.keep(self._catalog, collection_id, [path.resolve() for path in paths])
        run = _Run(cancelled, on_progress, on_file, files=len(files), bytes=sum(_size(file) for file in files))
        try:
            return self._run(run, self._registered(run, files, collection_id))
        finally:
            if not self._suspended:
                import_requests.forget(self._catalog, [request])

    def suspend(self) -> None:
        """Have the import that runs go on at the next start, though it is cancelled now: the program ends."""
        self._suspended = True

    def resume(
        self, on_progress: OnProgress | None, on_file: OnFile | None, cancelled: threading.Event
    ) -> ImportSummary:
        """Take up whatever is on its way in the catalogue, and imports that did not come to their end."""
        requests = import_requests.pending(self._catalog)
        asked = [(r.collection_id, files_under([path for path in r.paths if path.exists()])) for r in requests]
        files = [file for _, several in asked for file in several]
        run = _Run(cancelled, on_progress, on_file, files=len(files), bytes=sum(_size(file) for file in files))
        summary = self._run(run, chain(*(self._registered(run, several, collection) for collection, several in asked)))
        if not self._suspended:
            import_requests.forget(self._catalog, [request.id for request in requests])
        return summary

    def _registered(self, run: _Run, files: Sequence[Path], collection_id: int) -> Iterator[tuple[int, Path]]:
        """Put each file into the catalogue when its turn comes; yield those that have to be read."""
        for file in files:
            document_id = self._register(run, file, collection_id)
            if document_id is not None:
                yield document_id, file

    def _register(self, run: _Run, file: Path, collection_id: int) -> int | None:
        run.current = file.name
        shown = _shown_path(file)
        if shown != str(file):
            reason = say("The name of the file holds characters that cannot be read. Rename it and import it again.")
            self._end(run, self._catalog.found(collection_id, Path(shown), 0, 0.0, ""), Finished(State.FAILED, reason))
            return None
        try:
            status = file.stat()
            if not stat.S_ISREG(status.st_mode):
                reason = say("This is not a file with content, but a device or a pipe.")
                document_id = self._catalog.found(collection_id, file, 0, status.st_mtime, "")
                self._end(run, document_id, Finished(State.UNSUPPORTED, reason))
                return None
            known = self._catalog.by_path(collection_id, str(file))
            same_file = known is not None and (known["size"], known["changed"]) == (status.st_size, status.st_mtime)
            if known is not None and same_file and known["removed"] is None:
                self._known(run, known["id"], status.st_size)
                return None
            refused = refusal(file)
            sha256 = "" if refused is not None else _sha256(file)
        except OSError as error:
            reason = say("The file cannot be opened: {problem}.", problem=error.strerror or type(error).__name__)
            document_id = self._catalog.found(collection_id, file, 0, 0.0, "")
            self._end(run, document_id, Finished(State.FAILED, reason))
            return None
        if known is not None and sha256 and known["sha256"] == sha256:
            self._catalog.touch(known["id"], status.st_size, status.st_mtime)
            self._known(run, known["id"], status.st_size)
            return None
        document_id = self._catalog.found(collection_id, file, status.st_size, status.st_mtime, sha256)
        if refused is not None:
            run.bytes_read += status.st_size
            self._end(run, document_id, refused)
            return None
        twin = self._catalog.same_content(collection_id, sha256, document_id)
        if twin is not None:
            run.bytes_read += status.st_size
            reason = say("The same content is in the collection as {name}.", name=twin["name"])
            self._end(run, document_id, Finished(State.DUPLICATE, reason))
            return None
        run.open.add(document_id)
        return document_id

    def _known(self, run: _Run, document_id: int, size: int) -> None:
        """Deal with a file that is there unchanged: nothing is done, unless an earlier import left it half done."""
        document = self._catalog.document(document_id)
        assert document is not None
        if document.state not in FINAL_STATES:
            # counted already with what is taken up after the files
            run.files -= 1
            return
        run.bytes_read += size
        self._tell_end(run, document_id)

    def _end(self, run: _Run, document_id: int, finished: Finished, pages: int = 0) -> None:
        old = self._catalog.with_vectors(document_id)
        self._catalog.ended(document_id, finished.state, finished.reason, pages)
        self._forget_vectors(old)
        self._tell_end(run, document_id)

    def _forget_vectors(self, old: tuple[int, list[int]] | None) -> None:
        if old is not None and old[1]:
            self._vectors.delete(*old)

    def _tell_end(self, run: _Run, document_id: int) -> None:
        document = self._catalog.document(document_id)
        if document is not None:
            run.outcome(
                FileOutcome(
                    document.path, document.state, document.pages, document.passages, document.reason, document.id
                )
            )

    def _run(self, run: _Run, files: Iterator[tuple[int, Path]]) -> ImportSummary:
        if not self._one_at_a_time.acquire(blocking=False):
            raise UserError("An import is running already. Wait for it to end, or cancel it.")
        pool = self._open_pool()
        was_cancelled = False
        try:
            left_over = self._adopted(run)
            self._work(run, chain(files, self._taken_up(run, left_over)), pool)
            # a file whose content changed makes its duplicate an original, which is found only now
            self._work(run, self._taken_up(run, self._adopted(run)), pool)
        except Cancelled:
            was_cancelled = True
        finally:
            stopped = run.cancelled.is_set()
            run.cancelled.set()
            pool.close()
            if not stopped:
                run.cancelled.clear()
            self._one_at_a_time.release()
        run.tell(at_once=True)
        return ImportSummary(dict(run.states), time.monotonic() - run.started, was_cancelled)

    def _adopted(self, run: _Run) -> list[Document]:
        """Return the documents that are half done and not yet part of this run, and count them in."""
        documents = [document for document in self._catalog.unfinished() if document.id not in run.open]
        run.files += len(documents)
        run.bytes += sum(document.size for document in documents if document.state is State.FOUND)
        run.passages += sum(document.passages for document in documents)
        run.open.update(document.id for document in documents)
        return documents

    def _taken_up(self, run: _Run, documents: Sequence[Document]) -> Iterator[tuple[int, Path]]:
        """Go on with documents where they stand; yield those that have to be read."""
        for document in documents:
            if run.cancelled.is_set():
                raise Cancelled
            if document.state is State.FOUND:
                yield document.id, Path(document.path)
            elif document.state is State.READ:
                self._cut(run, document.id)
        self._settle(run)

    def _work(self, run: _Run, files: Iterator[tuple[int, Path]], pool: ReaderPool) -> None:
        """Read, cut and embed until nothing is left; raise Cancelled between two steps."""
        reading: dict[Future[DocumentText], int] = {}
        exhausted = False
        while True:
            if run.cancelled.is_set():
                raise Cancelled
            run.tell()
            while not exhausted and len(reading) < 2 * pool.size:
                taken = next(files, None)
                if taken is None:
                    exhausted = True
                    break
                reading[pool.read(taken[1], run.cancelled, run.page_read)] = taken[0]
                run.tell()
                if run.cancelled.is_set():
                    raise Cancelled
            done = [future for future in reading if future.done()]
            for future in done:
                self._keep(run, reading.pop(future), future.result())
            if done or self._embed_some(run):
                continue
            if not reading and exhausted:
                return
            wait(reading, timeout=_WAIT_SECONDS, return_when=FIRST_COMPLETED)

    def _keep(self, run: _Run, document_id: int, text: DocumentText) -> None:
        """Write what a reader brought back, and cut it into passages."""
        document = self._catalog.document(document_id)
        run.bytes_read += document.size if document else 0
        if document is None or document.state is not State.FOUND:
            run.open.discard(document_id)
            return
        run.current = document.name
        if text.state is not State.READ:
            self._end(run, document_id, Finished(text.state, text.reason), len(text.texts))
            return
        pages = [
            PageLayout(number, page, headings, language_of(page))
            for number, (page, headings) in enumerate(zip(text.texts, text.headings, strict=True), 1)
        ]
        letters: Counter[str] = Counter()
        for page in pages:
            letters[page.language] += len(page.text)
        language = letters.most_common(1)[0][0] if letters else ""
        old = self._catalog.with_vectors(document_id)
        title = shown_title(text.title, Path(document.path).stem)
        self._catalog.read(document_id, pages, text.labels, title, language, text.outline, text.reason)
        self._forget_vectors(old)
        self._cut(run, document_id)

    def _cut(self, run: _Run, document_id: int) -> None:
        document = self._catalog.document(document_id)
        if document is None:
            return
        spoken = spoken_title(document.title, Path(document.path).stem)
        drafts = cut(
            self._catalog.layouts(document_id),
            spoken,
            self._catalog.outline(document_id),
            self._embedder.count_tokens,
            self._embedder.languages,
        )
        if not drafts:
            reason = say("The pages hold no text that can be searched.")
            self._end(run, document_id, Finished(State.EMPTY, reason), document.pages)
            return
        waiting = self._catalog.add_passages(document_id, drafts, self._embedder.languages)
        run.passages += len(drafts)
        run.embedded += len(drafts) - waiting
        self._settle(run)

    def _settle(self, run: _Run) -> None:
        for document_id in self._queue.settle():
            self._tell_end(run, document_id)

    def _embed_some(self, run: _Run) -> bool:
        """Embed the next passages that wait; return whether there were any."""
        waiting = self._queue.waiting(_PASSAGES_AT_A_TIME)
        if not waiting:
            return False
        started = time.monotonic()
        copied = self._copy_twins(waiting)
        rest = [passage for passage in waiting if passage.id not in copied]
        done = [*copied, *self._embed(rest)]
        run.embedded += len(waiting)
        run.by_embedder += len(rest)
        run.embedding_seconds += time.monotonic() - started
        failed = [passage.id for passage in waiting if passage.id not in set(done)]
        self._queue.not_embeddable(failed)
        for document_id in self._queue.embedded(done):
            self._tell_end(run, document_id)
        return True

    def _copy_twins(self, waiting: Sequence[Waiting]) -> set[int]:
        """Copy the vectors of texts that were embedded before; return the passages that have one by it."""
        twins = self._queue.embedded_twins(passage.digest for passage in waiting)
        copied = set()
        for passage in waiting:
            twin = twins.get(passage.digest)
            vector = self._vectors.get(twin[0], [twin[1]]).get(twin[1]) if twin is not None else None
            if vector is not None:
                self._vectors.put(passage.collection_id, [passage.id], [passage.document_id], [vector])
                copied.add(passage.id)
        return copied

    def _embed(self, passages: Sequence[Waiting]) -> list[int]:
        """Embed passages and keep their vectors; return those that worked. Equal texts are embedded once."""
        if not passages:
            return []
        texts = list({passage.digest: passage.indexed for passage in passages}.items())
        try:
            made = dict(zip((digest for digest, _ in texts), self._embedder.embed([t for _, t in texts]), strict=True))
        except UserError:
            raise
        except Exception:
            log.exception("a batch could not be embedded")
            if len(passages) == 1:
                return []
            return [done for passage in passages for done in self._embed([passage])]
        for collection_id in {passage.collection_id for passage in passages}:
            own = [passage for passage in passages if passage.collection_id == collection_id]
            self._vectors.put(
                collection_id,
                [passage.id for passage in own],
                [passage.document_id for passage in own],
                [made[passage.digest] for passage in own],
            )
        return [passage.id for passage in passages]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
