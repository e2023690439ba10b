"""The vectors of a library: searched in the vector store, kept in the catalogue.

A store whose files are not those it was closed with is tried before it is opened. One that is damaged is put aside and
made anew from what the catalogue keeps, some vectors at a time. Until then, and until it is open at all, the kept ones
are searched: looking at all of them is exact, and for a question or two sooner than the store is open.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from phi3desk.disk import disk_refusal, full_disk, has_no_room
from phi3desk.errors import Sentence, UserError, say
from phi3desk.library.catalog import Catalog
from phi3desk.library.embedding.embedder_changes import EmbedderChanges
from phi3desk.library.embedding.kept_vectors import KeptVectors, VectorSamples
from phi3desk.library.embedding.queue import EmbeddingQueue, VectorSet
from phi3desk.library.embedding.store_seal import files_of, read_seal, seal
from phi3desk.library.embedding.store_trial import StoreReport, examine, try_store
from phi3desk.library.embedding.vector_store import VectorStore

if TYPE_CHECKING:
    from phi3desk.library.embedding.kept_vectors import Vectors

log = logging.getLogger(__name__)

Result = TypeVar("Result")

#: remembered in the catalogue: the seal of the store, "" while it is open; how often it was not closed, one after
#: the other; and that the catalogue keeps all of its vectors
_SEAL, _NOT_CLOSED, _ALL_KEPT = "vectors", "vectors not closed", "vectors kept"
#: A store that was not closed is tried, from the second time in a row on closely, and at last made anew untried.
_MADE_ANEW = 5
#: vectors that are put back, or copied into the catalogue, at a time: some tenths of a second
_SOME = 250
#: seconds after which it is worth while to open the store instead of looking at every vector that is kept
_SEARCHED_WITHOUT = 2.0
_UNREADABLE, _OF_ANOTHER = "unreadable", "of-another-library"


class LibraryVectors:
    """The vectors of a library's collections; any thread of one process may use them.

    Where no embedder is named, those are meant that serve a collection's searches. The store is opened when it is first
    needed.
    """

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self._catalog = catalog
        self._folder = folder
        self._queue = EmbeddingQueue(catalog)
        self._changes = EmbedderChanges(catalog)
        self._kept = KeptVectors(catalog)
        self._samples = VectorSamples(self._kept)
        self._guard = threading.RLock()
        self._store: VectorStore | None = None
        self._failure: BaseException | None = None
        self._is_given_up = False
        self._searched_without = 0.0
        self._sealed = read_seal(catalog.remembered(_SEAL))
        #: passages whose vector is kept but not in the store
        self._waiting: dict[VectorSet, set[int]] = {}
        self._copied_to = 0
        self._is_of_another = not self._queue.has_history() and _holds_vectors(folder)
        self._notice: Sentence | None = None
        #: called in any thread when the store has failed: what it lacks then comes back with the next import run
        self.on_failure: Callable[[], None] = lambda: None

    # what is asked

    def put(
        self,
        collection_id: int,
        passage_ids: Sequence[int],
        document_ids: Sequence[int],
        vectors: Any,
        embedder_id: int | None = None,
        digests: Sequence[str] | None = None,
    ) -> None:
        """Keep vectors that an embedder made, one a passage, in place of what was there.

        `digests` are those of the texts that were embedded, the passages' own unless given.
        """
        if not passage_ids:
            return
        where = self._set(collection_id, embedder_id)
        self._kept.keep(passage_ids, vectors, where.embedder_id, digests)
        self._samples.changed(collection_id, len(passage_ids))

        def put(store: VectorStore) -> None:
            store.put(where, passage_ids, document_ids, vectors)
            self._waiting.get(where, set()).difference_update(passage_ids)

        self._ask(put, lambda: self._waiting.setdefault(where, set()).update(passage_ids))

    def get(self, collection_id: int, passage_ids: Sequence[int]) -> dict[int, Any]:
        """Return the vectors of passages, by passage; those without one are left out."""
        where = self._queue.serving(collection_id)
        found = self._ask(lambda store: store.get(where, passage_ids), dict[int, Any])
        return self._kept.get([i for i in passage_ids if i not in found], where.embedder_id) | found

    def of_texts(self, digests: Iterable[str], embedder_id: int) -> dict[str, Any]:
        """Return the vectors that an embedder has made of texts before, by the texts' digests."""
        return self._kept.of_texts(digests, embedder_id)

    def nearest(
        self,
        collection_id: int,
        vector: Any,
        count: int,
        document_ids: Sequence[int] | None = None,
        embedder_id: int | None = None,
    ) -> list[tuple[int, float]]:
        """Return the nearest passages with their cosine similarity (-1 to 1), nearest first.

        There are none where the vectors of the named embedder do not serve any more: others have just replaced them.
        """
        where = self._queue.serving(collection_id)
        if embedder_id not in (None, where.embedder_id):
            return []
        store = self._ready_for(where)
        if store is not None:
            try:
                return store.nearest(where, vector, count, document_ids)
            except BaseException as error:
                if not _is_failure(error):
                    raise
                if where != self._queue.serving(collection_id):
                    # they were deleted while they were searched, for others serve by now
                    return []
                log.exception("the vector store cannot be searched")
                self._failure = error
                self.on_failure()
        started = time.monotonic()
        found = self._kept.nearest(where, vector, count, document_ids)
        self._searched_without += time.monotonic() - started
        return found

    def cosines(self, passage_ids: Iterable[int], vector: Any, embedder_id: int) -> dict[int, float]:
        """Return the cosine similarity of passages with a vector of an embedder, from the kept vectors.

        Passages of which it has made none are left out.
        """
        return self._kept.cosines(passage_ids, vector, embedder_id)

    def sample(self, collection_ids: Sequence[int], embedder_id: int, count: int) -> Vectors:
        """Return some of the kept vectors that serve collections, evenly taken; shape (at most `count`, dimensions).

        The same ones are given until a twentieth of the collections' vectors has changed.
        """
        return self._samples.of(tuple(collection_ids), embedder_id, count)

    def _set(self, collection_id: int, embedder_id: int | None) -> VectorSet:
        return self._queue.serving(collection_id) if embedder_id is None else VectorSet(collection_id, embedder_id)

    def _ready_for(self, vectors: VectorSet) -> VectorStore | None:
        """Return the store to search vectors in; None where the kept vectors are to be searched."""
        if self._store is None and self._is_all_kept and self._searched_without < _SEARCHED_WITHOUT:
            return None
        # while another thread tries or opens the store, a search does not wait
        if not self._guard.acquire(blocking=not self._is_all_kept):
            return None
        try:
            store = None if self._failure is not None else self._opened()
            return None if self._waiting.get(vectors) else store
        finally:
            self._guard.release()

    @property
    def _is_all_kept(self) -> bool:
        return self._catalog.remembered(_ALL_KEPT) == "1"

    def filled(self, collection_id: int) -> bool:
        """Return whether a collection has any vector; the store is not needed for that."""
        return self._queue.has_vectors(collection_id)

    def count(self, collection_id: int) -> int:
        """Return how many vectors of a collection the store holds."""
        return self._ask(lambda store: store.count(self._queue.serving(collection_id)), int)

    def ids(self, collection_id: int) -> set[int]:
        """Return the passages of a collection that have a vector in the store."""
        return self._ask(lambda store: store.ids(self._queue.serving(collection_id)), set[int])

    def delete(self, collection_id: int, passage_ids: Iterable[int]) -> None:
        """Delete vectors from the store; the catalogue keeps them."""
        ids = set(passage_ids)
        self._ask(lambda store: store.delete(self._queue.serving(collection_id), ids), lambda: None)

    def forget(self, collection_id: int, passage_ids: Iterable[int]) -> None:
        """Delete the vectors of passages that are gone, whichever embedder made them."""
        ids = set(passage_ids)
        self._samples.changed(collection_id, len(ids))
        for vectors, waiting in self._waiting.items():
            if vectors.collection_id == collection_id:
                waiting.difference_update(ids)

        def forget(store: VectorStore) -> None:
            for vectors in _of_collection(store, collection_id):
                store.delete(vectors, ids)

        self._ask(forget, lambda: None)

    def collections(self) -> set[int]:
        """Return the ids of the collections that the store knows, whichever embedder made their vectors."""
        return self._ask(lambda store: {vectors.collection_id for vectors in store.sets()}, set[int])

    def drop(self, collection_id: int) -> None:
        """Delete all vectors of a collection from the store, whichever embedder made them."""
        for vectors in [each for each in self._waiting if each.collection_id == collection_id]:
            del self._waiting[vectors]

        def drop(store: VectorStore) -> None:
            for vectors in _of_collection(store, collection_id):
                store.drop(vectors)

        self._ask(drop, lambda: None)

    # what a change of embedder does

    def finish_changes(self) -> list[int]:
        """Have the new vectors serve in collections that have all of them; return those collections."""
        finished = self._changes.finish()
        for collection_id in finished:
            self._samples.drop(collection_id)
        return finished

    def delete_some(self) -> bool:
        """Delete some of the vectors that their collection has done with; return whether there were any."""
        for vectors in self._changes.done_with():
            if vectors not in self._queue.sets():
                self._waiting.pop(vectors, None)
                self._ask(partial(VectorStore.drop, dropped=vectors), lambda: None)
            self._changes.delete_some(vectors)
            return True
        return False

    # what comes back

    def open(self) -> None:
        """Open the store ahead of its use, tried where its files are not those it was closed with."""
        self._opened()

    def waiting(self) -> int:
        """Return how many kept vectors wait to come back into the store; opens it."""
        self.open()
        return sum(map(len, self._waiting.values()))

    def put_back_some(self) -> int:
        """Put some of the kept vectors back into the store; return how many it were, 0 where none waits."""
        waiting = next((each for each in self._waiting.items() if each[1]), None)
        store = self._opened() if waiting is not None else None
        if store is None or waiting is None:
            return 0
        where, ids = waiting
        some = sorted(ids)[:_SOME]
        vectors = self._kept.get(some, where.embedder_id)
        documents = self._queue.documents_of(vectors)
        there = [i for i in some if i in vectors and i in documents]
        self._ask(
            lambda store: store.put(where, there, [documents[i] for i in there], [vectors[i] for i in there]),
            lambda: None,
        )
        if self._store is store:
            ids.difference_update(some)
        return len(some)

    def keep_some(self) -> int:
        """Copy some vectors into the catalogue that only the store has; return how many it were, 0 at the end."""
        if self._is_all_kept:
            return 0
        lacking = self._kept.lacking(self._copied_to, _SOME)
        if not lacking:
            self._catalog.remember(_ALL_KEPT, "1")
            return 0
        for collection_id in {where for _, where in lacking}:
            found = self.get(collection_id, [i for i, where in lacking if where == collection_id])
            if found:
                self._kept.keep(list(found), list(found.values()), self._queue.serving(collection_id).embedder_id)
        self._copied_to = lacking[-1][0]
        return len(lacking)

    def compare(self) -> None:
        """Make the store agree with the catalogue; what it lacks comes back with `put_back_some`, or is embedded."""
        if (store := self._opened()) is not None:
            self._compare(store)

    def _compare(self, store: VectorStore) -> None:
        for collection_id, passages in self._queue.pending_deletions().items():
            for vectors in _of_collection(store, collection_id):
                store.delete(vectors, passages)
            self._queue.deleted(passages)
        known = self._queue.sets()
        for vectors in store.sets().difference(known):
            store.drop(vectors)
        for vectors in known:
            there, wanted = store.ids(vectors), self._queue.vector_ids(vectors)
            store.delete(vectors, there - wanted)
            kept = self._kept.held(wanted - there, vectors.embedder_id)
            self._queue.vectors_lost(vectors, wanted - there - kept)
            self._waiting[vectors] = kept

    # what is wrong

    def examine(self) -> StoreReport:
        """Look at every vector and change nothing; no import may run."""
        store = self._store
        if store is not None:
            return examine(store, self._catalog, in_full=True)
        if self._is_of_another or not files_of(self._folder):
            return StoreReport(lost=sum(len(self._queue.vector_ids(each)) for each in self._queue.sets()))
        return try_store(self._folder, self._catalog.path, in_full=True)

    @property
    def is_of_another(self) -> bool:
        """Whether there are vectors though the catalogue never held anything: they belong to another one."""
        return self._is_of_another

    def take_notice(self) -> Sentence | None:
        """Return once what there is to tell the user of a store that was put aside; None where none was."""
        notice, self._notice = self._notice, None
        return notice

    def repair(self, report: StoreReport, on_put_back: Callable[[int], None] | None = None) -> None:
        """Make what `examine` found wrong right; returns when all that is kept is back in the store."""
        with self._guard:
            if report.problem:
                self._close_store()
                self._put_aside(_UNREADABLE, report.problem)
            self.compare()
        while done := self.put_back_some():
            if on_put_back is not None:
                on_put_back(done)

    # opening and closing

    def _ask(self, work: Callable[[VectorStore], Result], otherwise: Callable[[], Result]) -> Result:
        """Let the store do something; where there is none, or it turns out to be damaged, do the other thing."""
        store = self._opened()
        if store is None:
            return otherwise()
        try:
            return work(store)
        except BaseException as error:
            if not _is_failure(error):
                raise
            with self._guard:
                if self._store is store:
                    self._failure = error
                    self._opened()
            return otherwise()

    def _opened(self) -> VectorStore | None:
        with self._guard:
            if self._failure is not None:
                self._after_failure(self._failure)
            if self._store is None and not self._is_given_up:
                self._open()
            return self._store

    def _open(self) -> None:
        sealed = self._sealed
        is_sealed = sealed is not None and sealed.fits(self._folder)
        if self._is_of_another:
            self._put_aside(_OF_ANOTHER, "the catalogue is empty")
        elif self._folder.is_file() or (not is_sealed and files_of(self._folder)):
            self._try()
        if self._is_given_up:
            return
        self._catalog.remember(_SEAL, "")
        self._store = VectorStore(self._folder)
        if not is_sealed or sealed is None or not sealed.complete:
            self._compare(self._store)

    def _try(self) -> None:
        """Put the store aside where it cannot be used; leave it alone where that cannot be told."""
        times = 1 + int(self._catalog.remembered(_NOT_CLOSED) or 0) if self._sealed is None else 0
        self._catalog.remember(_NOT_CLOSED, str(times))
        if times >= _MADE_ANEW:
            self._put_aside(_UNREADABLE, "the program ended with it again and again")
            return
        # files that have changed by themselves since they were closed are looked at closely, too
        report = try_store(self._folder, self._catalog.path, in_full=times != 1)
        self._is_given_up = not report.tried
        if report.problem:
            self._put_aside(_UNREADABLE, report.problem)

    def _after_failure(self, error: BaseException) -> None:
        """Put a store that failed aside where it is damaged; any other failure is raised."""
        self._failure = None
        self._close_store()
        self._refuse_full_disk(error)
        report = try_store(self._folder, self._catalog.path, in_full=True)
        if not report.problem:
            raise error
        self._put_aside(_UNREADABLE, report.problem)

    def _put_aside(self, why: str, problem: str) -> None:
        self._refuse_full_disk(None)
        if why == _UNREADABLE:
            # its vectors are in the catalogue: the last one is enough to find out what happened
            for earlier in self._folder.parent.glob(f"{self._folder.name}.{_UNREADABLE}-*"):
                shutil.rmtree(earlier, ignore_errors=True)
        aside = self._folder.with_name(f"{self._folder.name}.{why}-{time.time_ns() // 1_000_000}")
        self._folder.rename(aside)
        self._sealed = None
        self._is_of_another = False
        log.error("the vector store was put aside as %s: %s", aside.name, problem)
        if why == _OF_ANOTHER:
            self._notice = say(
                "There were vectors of documents that this library does not know. They were put aside in {path}.",
                path=str(aside),
            )
        else:
            self._notice = say(
                "What the search by meaning needs was damaged, and is made anew from a copy. Nothing of your "
                "documents is lost. The damaged files were put aside in {path}.",
                path=str(aside),
            )

    def _refuse_full_disk(self, error: BaseException | None) -> None:
        """Raise UserError where a store fails only because nothing can be written beside it."""
        refusal = None if error is None else disk_refusal(error)
        if refusal is None and has_no_room(self._folder):
            refusal = full_disk()
        if refusal is not None:
            raise refusal from error

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(Exception):
                store.close()

    def close(self) -> None:
        """Close the store, and remember what its files are like."""
        with self._guard:
            if self._store is None:
                return
            self._close_store()
            complete = not any(self._waiting.values())
            with suppress(OSError):
                sealed = seal(self._folder, complete, self._sealed)
                self._catalog.remember(_SEAL, msgspec.json.encode(sealed).decode())
            self._catalog.remember(_NOT_CLOSED, "")


def _of_collection(store: VectorStore, collection_id: int) -> list[VectorSet]:
    return [vectors for vectors in store.sets() if vectors.collection_id == collection_id]


def _is_failure(error: BaseException) -> bool:
    """Return whether it is the store that failed; a panic of Chroma's Rust part is not an Exception."""
    is_panic = type(error).__name__ == "PanicException"
    return is_panic or (isinstance(error, Exception) and not isinstance(error, UserError))


def _holds_vectors(folder: Path) -> bool:
    """Return whether a store may hold vectors, as its database tells without Chroma."""
    file = folder / "chroma.sqlite3"
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            held = database.execute("SELECT EXISTS (SELECT 1 FROM embeddings)").fetchone()
            queued = database.execute("SELECT EXISTS (SELECT 1 FROM embeddings_queue)").fetchone()
    except sqlite3.Error:
        return True
    return bool(held[0] or queued[0])
