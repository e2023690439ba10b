"""The library: everything about documents behind one door. One process may have it open at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import filelock

from phi3desk.errors import DamagedFile, UserError
from phi3desk.library.catalog import Catalog
from phi3desk.library.catalogue_copy import CatalogueCopy
from phi3desk.library.content import Content
from phi3desk.library.database import damaged_catalogue
from phi3desk.library.documents import (
    EVERYWHERE,
    Collection,
    Document,
    EmbedderInfo,
    Fault,
    ImportSummary,
    LibraryStatus,
    PageText,
    Rules,
    SearchResult,
    SearchScope,
    State,
)
from phi3desk.library.embedding.embedder import Embedder, WordReader
from phi3desk.library.embedding.known_embedders import KnownEmbedders
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.serving import CollectionEmbedders
from phi3desk.library.entailment.model import ClaimReader, EntailmentModel
from phi3desk.library.importing.folder_watcher import SourceWatcher
from phi3desk.library.importing.import_run import OnFile, OnProgress
from phi3desk.library.importing.importer import Importer
from phi3desk.library.importing.ocr_languages import OcrLanguages
from phi3desk.library.importing.pack_copies import delete_copies
from phi3desk.library.importing.passwords import Passwords
from phi3desk.library.importing.throttle import Throttle
from phi3desk.library.integrity import check, repair
from phi3desk.library.kinds import SHEETS
from phi3desk.library.overview.document_pages import DocumentPages
from phi3desk.library.overview.overviews import Overviews
from phi3desk.library.overview.sheet_answers import SheetAnswers
from phi3desk.library.overview.types import DocumentQuestion, Overview, Within
from phi3desk.library.reading.drawer import PageDrawer
from phi3desk.library.reading.page_picture import PagePicture, PictureWish
from phi3desk.library.reading.pool import Limits, ReaderPool
from phi3desk.library.search.index_renewal import IndexRenewal
from phi3desk.library.search.reranker import CANDIDATES, Reranker
from phi3desk.library.search.retriever import Retriever
from phi3desk.library.sheets.question import SheetQuestion, WrittenQuery
from phi3desk.library.sheets.store import SheetStore
from phi3desk.library.sheets.told import SheetResult
from phi3desk.library.sources import Sources
from phi3desk.library.transfer import Transfer
from phi3desk.paths import Paths, is_empty, worker_command
from phi3desk.settings import Settings

DEFAULT_COLLECTION = "My documents"
#: how long opening a library may take longer for an index that another version wrote
_RENEWAL_SECONDS = 1.5


class LibraryInUse(UserError):
    """Another process has the library open."""


class Library:
    """The library in one data folder; LibraryInUse where another process has it open.

    Every method may be called from any thread. A search answers while an import runs: it waits for one batch of the
    embedder at most. `reader_command` replaces the command that starts a reader process; `embedder` and `others` stand
    in for the embedders that come with the program, the default one and the further ones.
    """

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        reader_command: list[str] | None = None,
        embedder: Embedder | None = None,
        others: Sequence[Embedder] = (),
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._reader_command = reader_command or worker_command("reader")
        self._lock = filelock.FileLock(paths.library_lock)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise LibraryInUse(
                "The library is in use by another window or command of phi3desk. Close that one, or wait for it to end."
            ) from None
        with ExitStack() as undo:
            undo.callback(self._lock.release)
            _find_catalogue(paths)
            self._catalog = Catalog(paths.catalog)
            undo.callback(self._catalog.close)
            self._copy = CatalogueCopy(self._catalog, paths)
            self._known = KnownEmbedders(
                paths.embedder_list, paths.embedders, None if embedder is None else [embedder, *others]
            )
            self._embedders = CollectionEmbedders(self._catalog, self._known)
            self._entailment = EntailmentModel(paths.embedders)
            self.vectors = LibraryVectors(self._catalog, paths.vectors)
            undo.pop_all()
        self._copy.count_from_here()
        self._content = Content(self._catalog)
        self._sources = Sources(self._catalog)
        self._passwords = Passwords()
        self._throttle = Throttle(self._catalog, lambda: str(settings.get("library.on_battery")))
        self._ocr_languages = OcrLanguages(self._sources)
        self._sheets = SheetStore(paths.sheets)
        self._importer = Importer(
            self._catalog,
            self._sources,
            self.vectors,
            self._embedders,
            self._open_pool,
            self._throttle,
            self._passwords,
            self._ocr_languages.of,
            self._sheets,
        )
        self._retriever = Retriever(self._catalog, self.vectors, self._embedders.serving)
        self._reranker = Reranker(settings.get("search.reranker"))
        self._overviews = Overviews(self._catalog, self._retriever)
        self._sheet_answers = SheetAnswers(self._catalog, self._retriever, self._sheets)
        self._watcher = SourceWatcher(self._sources)
        self._pages = DocumentPages(self._catalog, self._content, self._open_drawer, self.password)
        self._renew_index()

    def _renew_index(self) -> None:
        """Write into the word index anew what another version wrote, as far as no one has to wait for it.

        The next import or comparison of folders goes on with it.
        """
        renewal = IndexRenewal(self._catalog)
        end = time.monotonic() + _RENEWAL_SECONDS
        while time.monotonic() < end and renewal.step():
            pass

    def _open_pool(self) -> ReaderPool:
        self._ocr_languages.look()
        limits = Limits(self._settings.get("library.reader_seconds"), self._settings.get("library.reader_megabytes"))
        return ReaderPool(self._reader_command, limits, self._settings.get("library.readers"), self._readers_log)

    def _open_drawer(self) -> PageDrawer:
        return PageDrawer(self._reader_command, self._settings.get("library.reader_megabytes"), self._readers_log)

    @property
    def _readers_log(self) -> Path:
        return self._paths.logs / "readers.log"

    def check(self) -> list[Fault]:
        """Look whether catalogue, word index and vectors agree; nothing is changed."""
        return check(self._catalog, self.vectors)

    def repair(self, on_put_back: Callable[[int], None] | None = None) -> list[Fault]:
        """Make catalogue, word index and vectors agree; return what was wrong. The next `sync` embeds what was lost.

        `on_put_back` is told how many vectors were put back into the store, some at a time.
        """
        return repair(self._catalog, self.vectors, on_put_back)

    def collections(self) -> list[Collection]:
        """Return the collections with their counts, what they are bound to and their embedder, by name."""
        sources, embedders = self._sources.of(), self._embedders.of_collections()
        return [
            replace(
                collection,
                sources=tuple(s for s in sources if s.collection_id == collection.id),
                embedder=embedders.get(collection.id, collection.embedder),
            )
            for collection in self._catalog.collections()
        ]

    def collection_id(self, name: str, create: bool = False) -> int:
        """Return the id of the collection of that name; UserError where there is none and `create` is false."""
        known = self._catalog.collection_id(name)
        if known is not None:
            return known
        if not create:
            raise UserError("There is no collection named “{name}”.", name=name)
        return self._catalog.create_collection(name)

    def create_collection(self, name: str) -> int:
        """Make a collection and return its id; UserError where the name is empty or taken."""
        return self._catalog.create_collection(name)

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Give a collection another name; UserError where the name is empty or taken."""
        self._catalog.rename_collection(collection_id, name)

    def delete_collection(self, collection_id: int) -> None:
        """Take a collection out of sight and search; it is kept until `purge_removed`."""
        self._catalog.remove_collection(collection_id, removed=True)
        self._watcher.watch_anew()

    def restore_collection(self, collection_id: int) -> None:
        """Bring a deleted collection back; UserError where another one has its name by now."""
        self._catalog.remove_collection(collection_id, removed=False)
        self._watcher.watch_anew()

    def documents(self, collection_id: int | None = None) -> list[Document]:
        """Return the documents of one collection or of all, by name."""
        return self._catalog.documents(collection_id)

    def document(self, document_id: int) -> Document:
        """Return one document; UserError where it is no longer there."""
        return self._pages.document(document_id)

    def page_text(self, document_id: int, page: int) -> str:
        """Return the text of a page (counted from 1) as it was read."""
        return self._content.page(document_id, page)[0]

    def page(self, document_id: int, page: int) -> PageText:
        """Return a page (counted from 1) as text; UserError where the document is no longer there."""
        return self._pages.page(document_id, page)

    def boxes(self, document_id: int, page: int, start: int, end: int) -> list[tuple[float, float, float, float]]:
        """Return where recognised words, and what forms and notes hold, stand: left, top, right, bottom in points.

        Measured from the page's upper left corner; empty for a range of the page's own text.
        """
        return self._pages.boxes(document_id, page, start, end)

    def page_picture(self, wish: PictureWish, cancelled: threading.Event | None = None) -> PagePicture:
        """Return the picture of a PDF's page with a sentence marked; UserError says why there is none."""
        return self._pages.picture(wish, cancelled or threading.Event())

    def password(self, document_id: int) -> str:
        """Return the password that opens a document, "" where none is needed or known."""
        return self._passwords.find(self._catalog.sha256(document_id)) or ""

    def set_rules(self, collection_id: int, rules: Rules) -> None:
        """Change what of a collection's folders is read, from the next `sync` on; UserError for one without sense."""
        self._sources.set_rules(collection_id, rules)

    def remove_source(self, source_id: int) -> None:
        """Unbind a folder or file: its documents leave the library; `restore_source` brings them back until a purge."""
        self._sources.remove(source_id)
        self._watcher.watch_anew()

    def restore_source(self, source_id: int) -> None:
        """Undo `remove_source`."""
        self._sources.restore(source_id)
        self._watcher.watch_anew()

    def watch(self, on_change: Callable[[], None]) -> None:
        """Call `on_change`, in a thread of its own, when something has changed in a bound folder.

        All of them are looked for first: that takes minutes where a server is gone.
        """
        self._watcher.begin(on_change)

    def pause_imports(self, paused: bool) -> None:
        """Hold imports back, over a restart too, or let them go on."""
        self._throttle.pause(paused)

    def import_paths(
        self,
        paths: Sequence[Path],
        collection_id: int,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Bind files and folders to a collection and read them; returns when all are finished.

        `cancelled` ends it sooner. The callbacks are called in the calling thread.
        """
        with self._watcher.importing():
            return self._importer.import_paths(
                paths, collection_id, on_progress, on_file, cancelled or threading.Event()
            )

    def sync(
        self,
        collection_id: int | None = None,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Make a collection, or all, agree with the folders they are bound to, and go on with what is half done."""
        ids = [collection_id] if collection_id is not None else [known.id for known in self._catalog.collections()]
        with self._watcher.importing():
            return self._importer.sync(ids, on_progress, on_file, cancelled or threading.Event())

    def give_way_when(self, others_wait: Callable[[], bool]) -> None:
        """Have a change of embedders go on after the imports that wait, where `others_wait` says that some do."""
        self._importer.others_wait = others_wait

    def suspend_import(self) -> None:
        """Have an import that is cancelled from now on go on at the next `sync`: the program ends."""
        self._importer.suspend()

    def retry(
        self,
        document_ids: Sequence[int],
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Read documents again, whatever they ended with; those whose file is not there stay as they are."""
        return self._importer.retry(document_ids, on_progress, on_file, cancelled or threading.Event())

    def unlock(
        self,
        document_ids: Sequence[int],
        password: str,
        remember: bool,
        on_progress: OnProgress | None = None,
        on_file: OnFile | None = None,
        cancelled: threading.Event | None = None,
    ) -> ImportSummary:
        """Read locked documents with a password; with `remember` it is kept in the system's keyring."""
        for document_id in document_ids:
            self._passwords.keep(self._catalog.sha256(document_id), password, remember)
        summary = self.retry(document_ids, on_progress, on_file, cancelled)
        for document_id in document_ids:
            if self.document(document_id).state is State.LOCKED:
                self._passwords.forget(self._catalog.sha256(document_id))
        return summary

    def remove_documents(self, document_ids: Sequence[int]) -> None:
        """Take documents out of sight and search; they are kept until `purge_removed`.

        Their files are no longer followed. A duplicate that takes the place of one is read by the next `sync`.
        """
        self._sources.leave_out(document_ids, out=True)
        self._catalog.remove_documents(document_ids, removed=True)

    def restore_documents(self, document_ids: Sequence[int]) -> None:
        """Undo `remove_documents`; a duplicate that took the place of one is a duplicate again with the next `sync`."""
        self._sources.leave_out(document_ids, out=False)
        self._catalog.remove_documents(document_ids, removed=False)

    @contextmanager
    def transferring(self) -> Iterator[Transfer]:
        """Give what takes collections out of this library and puts others in; what came in is watched afterwards."""
        try:
            yield Transfer(self._catalog, self.vectors, self._embedders)
        finally:
            self._watcher.watch_anew()

    def purge_removed(self) -> None:
        """Delete for good what was removed; it cannot be restored afterwards.

        Files of the user stay; the copies that came in packs go with the last collection that is bound to them.
        """
        copies = [Path(source.path) for source in self._sources.of_removed()]
        gone = self._catalog.removed_collections()
        for document_id in self._catalog.removed_documents():
            self._content.drop(document_id)
        self._catalog.forget_removed()
        for collection_id in gone:
            self.vectors.drop(collection_id)
        self._importer.delete_stale_vectors()
        self._sheets.keep_only(self._catalog.contents(SHEETS))
        delete_copies(self._paths.packs, copies, [Path(source.path) for source in self._sources.of()])

    def search(
        self,
        question: str,
        k: int = 5,
        scope: SearchScope = EVERYWHERE,
        cancelled: threading.Event | None = None,
        *,
        sentences: bool = False,
    ) -> SearchResult:
        """Return the k best passages for a question; UserError names what of the scope fits nothing.

        Cancelled where that is set while a reranker reads what was found. With `sentences` each passage tells how close
        its sentences are to the question, too; that takes half a second on a laptop.
        """
        found = max(k, CANDIDATES) if self._reranker.in_use else k
        result = self._reranker.rerank(question, self._retriever.search(question, found, scope), k, cancelled)
        return self._retriever.with_likeness(result, scope) if sentences else result

    def use_reranker(self, folder: str, cancelled: threading.Event | None = None) -> float:
        """Have the reranker of a folder take part in searches, none for ""; return the seconds it adds to a search.

        UserError where the folder holds none that can be used. The choice holds until the library is closed.
        """
        return self._reranker.choose(folder, cancelled)

    def overview(
        self, question: DocumentQuestion, within: Within, cancelled: threading.Event | None = None
    ) -> Overview:
        """Return what the catalogue tells to a question about documents as wholes; Cancelled once that is set."""
        return self._overviews.tell(question, within, cancelled)

    @property
    def word_reader(self) -> WordReader | None:
        """What tells how single words are meant: the default embedder, None where it cannot."""
        default = self._known.default
        return default if isinstance(default, WordReader) else None

    @property
    def claim_reader(self) -> ClaimReader:
        """What reads a sentence and a passage together and tells how likely the one is said in the other."""
        return self._entailment

    def ask_sheets(
        self,
        question: SheetQuestion,
        scope: SearchScope = EVERYWHERE,
        written: WrittenQuery | None = None,
        cancelled: threading.Event | None = None,
    ) -> SheetResult:
        """Return what the tables of sheets tell to a question, by rules or by a query that a model wrote for it.

        Cancelled once that is set.
        """
        return self._sheet_answers.tell(question, scope, written, cancelled)

    def load_embedder(self) -> None:
        """Load the embedder of the most vectors ahead of the first search."""
        passages = {collection.id: collection.passages for collection in self._catalog.collections()}
        serving = self._embedders.serving()
        if serving:
            most = max(serving, key=lambda each: sum(passages.get(i, 0) for i in each.collections))
            most.embedder.load()

    def release_embedder_when_idle(self, seconds: float) -> None:
        """Unload embedders and reranker once they were not used for so long; the next search loads them again.

        What checks answers goes with them.
        """
        self._known.release_when_idle(seconds)
        self._entailment.release_when_idle(seconds)
        self._reranker.release_when_idle(seconds)

    def embedders(self) -> list[EmbedderInfo]:
        """Return the embedders that can be chosen, those that come with the program first."""
        return self._embedders.infos()

    def add_embedder(self, folder: Path) -> EmbedderInfo:
        """List the model in a folder among the embedders; UserError where it is none that can be used."""
        added = self._known.add(folder)
        return next(info for info in self.embedders() if info.name == added.name)

    def use_embedder(self, name: str, collection_id: int | None = None) -> None:
        """Have a collection, or all and those that are made later, get the vectors of an embedder.

        The next `sync` makes them, while those that are there serve. Choosing the one that serves takes a change back.
        UserError where there is no embedder of that name.
        """
        if collection_id is None:
            self._embedders.use_for_new(name)
        self._embedders.choose(name, self._catalog.collection_ids() if collection_id is None else [collection_id])

    def seconds_a_passage(self, name: str, collection_id: int | None = None) -> float:
        """Return how many seconds an embedder takes for a passage here, 0 where there is none to measure it with.

        The first time this loads the model: some seconds.
        """
        return self._embedders.measure(name, collection_id)

    def status(self) -> LibraryStatus:
        """Return how much there is to search."""
        figures = self._catalog.figures()
        return LibraryStatus(
            documents=sum(collection.documents for collection in self._catalog.collections()),
            passages=figures.passages,
            embedded=figures.embedded,
            embedder=self._known.default.name,
            embedder_loaded=self._known.loaded(),
            importing=self._importer.running,
            paused=self._throttle.paused,
            ocr_languages=self._ocr_languages.installed,
            figures=figures,
            sheets=len(self._catalog.contents(SHEETS)),
        )

    def close(self) -> None:
        """Close the catalogue and the vectors; an import must have ended before."""
        self._watcher.close()
        self._pages.close()
        self._copy.keep_at_closing()
        try:
            self.vectors.close()
            self._copy.note_closed()
        finally:
            self._catalog.close()
            self._lock.release()

    def copy_if_large(self) -> None:
        """Keep a copy of a catalogue that takes too long to copy when the program closes; for a thread of its own.

        Takes seconds for a gigabyte. Searches and imports go on meanwhile: the copy is of the moment it began.
        """
        self._copy.keep_if_large()


def _find_catalogue(paths: Paths) -> None:
    """Raise DamagedFile where the catalogue is gone or empty beside vectors: a new one would have them deleted."""
    if is_empty(paths.catalog) and (paths.vectors / "chroma.sqlite3").is_file():
        problem = "it is empty" if paths.catalog.exists() else "it is not there any more"
        raise DamagedFile(paths.catalog, damaged_catalogue(paths.catalog), problem=problem)
