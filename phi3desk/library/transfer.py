"""Takes collections out of a library, with their finished index, and puts them into another one."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import msgspec

from phi3desk.errors import Sentence, say, say_both
from phi3desk.library.catalog import Catalog
from phi3desk.library.catalog_rows import kept_besides, kept_sentence, stored_sentence
from phi3desk.library.chunking.chunked_document import index_entry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.content import EMBEDDED, NOTHING_RECOGNISED, PICTURE, RECOGNISED, add_passage, embedded_at_first
from phi3desk.library.database import placeholders
from phi3desk.library.documents import LARGEST_MEGABYTES, Rules, State
from phi3desk.library.embedding.embedder_changes import EmbedderChanges
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.serving import CollectionEmbedders
from phi3desk.library.sources import Sources
from phi3desk.library.text import seen
from phi3desk.library.transfer_records import (
    DOCUMENTS,
    LATEST,
    PAGES,
    PASSAGES,
    VECTORS,
    DocumentRecord,
    PackedEmbedder,
    PageRecord,
    PassageRecord,
    can_travel,
    line_of,
    plain_name,
    records,
    vector_rows,
)

WITHOUT_FILE = say("This document came in a pack without its file; its pages are shown as text.")
_PART = 1000
_CARRIED = ("ready", "words", "duplicate")
_WITH_FILE_ONLY = ("empty", "needs_ocr", "read")

#: called now and then; raises to stop
Step = Callable[[], None]


@dataclass(frozen=True)
class Carried:
    """A document that is taken out; `file` is its path within the pack's collection.

    `reason` tells what of it was not read, `besides` is as in the catalogue.
    """

    id: int
    path: str
    file: str
    sha256: str
    size: int
    changed: float
    state: str
    reason: Sentence | None = None
    besides: Sentence | None = None

    @property
    def has_content(self) -> bool:
        """Whether it is part of the index."""
        return self.state in _CARRIED

    @property
    def is_at_its_place(self) -> bool:
        """Whether its file is there, as it was when it was read."""
        try:
            status = Path(self.path).stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime) == (self.size, self.changed)


@dataclass(frozen=True)
class Incoming:
    """A collection that is put in.

    `index` is the folder of its index, None where there is none. `files` is the folder its files are in by then, None
    where it has none; `without_files` is a place below which documents without a file are named, and is never made.
    `embedder` made the vectors of the index.
    """

    name: str
    rules: Rules
    index: Path | None
    files: Path | None
    without_files: Path
    embedder: PackedEmbedder | None = None


@dataclass
class _Numbers:
    """What the rows of an index became."""

    documents: list[int] = field(default_factory=list)
    passages: list[tuple[int, int]] = field(default_factory=list)


class Transfer:
    """What leaves and enters one library; used by one thread at a time."""

    def __init__(self, catalog: Catalog, vectors: LibraryVectors, embedders: CollectionEmbedders) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._embedders = embedders
        self._changes = EmbedderChanges(catalog)
        self._queue = EmbeddingQueue(catalog)
        self._sources = Sources(catalog)

    # taking out

    @contextmanager
    def unchanging(self) -> Iterator[None]:
        """Read one state of the catalogue, whatever an import writes meanwhile."""
        # opening the store may write to the catalogue
        self._vectors.open()
        connection = self._catalog.connection
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    def collections(self, ids: tuple[int, ...] | None) -> list[tuple[int, str, Rules]]:
        """Return the id, name and rules of collections (None: of all), by name."""
        known = self._catalog.collections()
        return [(each.id, each.name, each.rules) for each in known if ids is None or each.id in ids]

    def embedder(self, collection_id: int) -> PackedEmbedder:
        """Return the embedder that made the vectors of a collection."""
        made_by = self._changes.recorded()[self._queue.serving(collection_id).embedder_id]
        return PackedEmbedder(
            made_by.name, made_by.fingerprint, made_by.dimensions, made_by.question_prefix, made_by.passage_prefix
        )

    def is_added(self, embedder: PackedEmbedder) -> bool:
        """Return whether an embedder was added by the user: another machine may lack it."""
        return not self._embedders.comes_with_program(embedder.fingerprint)

    def documents(self, collection_id: int) -> list[Carried]:
        """Return the documents of a collection that can be taken out, each with a path of its own in the pack."""
        rows = self._catalog.connection.execute(
            "SELECT id, path, sha256, size, changed, state, reason FROM document WHERE collection_id = ? "
            f"AND removed IS NULL AND state IN ({placeholders(_CARRIED + _WITH_FILE_ONLY)}) ORDER BY id",
            (collection_id, *_CARRIED, *_WITH_FILE_ONLY),
        ).fetchall()
        originals = {row["sha256"] for row in rows if row["state"] in ("ready", "words")}
        folders = [source.path for source in self._sources.of(collection_id) if source.folder]
        taken: set[str] = set()
        carried = []
        for row in rows:
            if row["state"] == State.DUPLICATE and row["sha256"] not in originals:
                continue
            file = _own_name(_path_within(row["path"], folders), taken)
            about = (row["id"], row["path"], file, row["sha256"], row["size"], row["changed"], row["state"])
            carried.append(Carried(*about, *_told_of(row)))
        return carried

    def unread(self, collection_id: int, taken: list[Carried]) -> list[str]:
        """Return the names of a collection's documents that are not among those taken out."""
        known = {document.id for document in taken}
        rows = self._catalog.connection.execute(
            "SELECT id, name FROM document WHERE collection_id = ? AND removed IS NULL ORDER BY name", (collection_id,)
        )
        return [str(row["name"]) for row in rows if row["id"] not in known]

    def document_lines(self, documents: list[Carried], with_files: set[int]) -> Iterator[bytes]:
        """Yield the records of documents; `with_files` are those whose file travels along."""
        for document in documents:
            row = self._catalog.connection.execute("SELECT * FROM document WHERE id = ?", (document.id,)).fetchone()
            yield line_of(
                DocumentRecord(
                    document.file,
                    document.id in with_files,
                    row["title"],
                    row["language"],
                    row["state"],
                    row["kind"],
                    row["sha256"],
                    row["size"],
                    min(max(0.0, row["changed"]), LATEST),
                    json.loads(row["outline"]),
                    document.reason or msgspec.UNSET,
                    document.besides or msgspec.UNSET,
                ),
                document.file,
            )

    def page_lines(self, documents: list[Carried]) -> Iterator[bytes]:
        """Yield the records of the documents' pages."""
        for number, document in enumerate(documents):
            for row in self._catalog.connection.execute(
                "SELECT * FROM page WHERE document_id = ? ORDER BY number", (document.id,)
            ):
                yield line_of(
                    PageRecord(
                        number,
                        row["number"],
                        row["label"],
                        row["language"],
                        row["text"],
                        json.loads(row["headings"]),
                        row["scan"],
                        json.loads(row["boxes"]),
                    ),
                    document.file,
                )

    def passage_lines(self, documents: list[Carried], has_vector: set[int]) -> Iterator[bytes]:
        """Yield the records of the documents' passages; `has_vector` are those whose vector was taken out."""
        for number, document in enumerate(documents):
            for row in self._passages(document):
                embedded = 1 if row["id"] in has_vector else 2 if row["embedded"] == 2 else 0
                yield line_of(
                    PassageRecord(
                        number,
                        row["page"],
                        row["start"],
                        row["end"],
                        row["text"],
                        json.loads(row["headings"]),
                        row["context"],
                        row["language"],
                        embedded,
                    ),
                    document.file,
                )

    def vector_parts(self, collection_id: int, documents: list[Carried], has_vector: set[int]) -> Iterator[bytes]:
        """Yield the vectors of the documents' passages, and note in `has_vector` which passages have one."""
        import numpy as np

        waiting = (row["id"] for document in documents for row in self._passages(document) if row["embedded"] == 1)
        while part := list(itertools.islice(waiting, _PART)):
            held = self._vectors.get(collection_id, part)
            own = [passage for passage in part if passage in held]
            has_vector.update(own)
            if own:
                yield np.asarray([held[passage] for passage in own], dtype="<f4").tobytes()

    def _passages(self, document: Carried) -> list[sqlite3.Row]:
        return self._catalog.connection.execute(
            "SELECT * FROM passage WHERE document_id = ? ORDER BY id", (document.id,)
        ).fetchall()

    # putting in

    @contextmanager
    def putting_in(self) -> Iterator[None]:
        """Hold one transaction for all that is put in: all of it is kept, or nothing, vectors too."""
        before = self._vectors.collections()
        try:
            with self._catalog.writing():
                yield
        except BaseException:
            for made in self._vectors.collections() - before:
                self._vectors.drop(made)
            raise

    def put_in(self, incoming: Incoming, step: Step) -> int:
        """Make a collection of what was taken out of another library, and return its id; within `putting_in`.

        The index must have been checked. Where its vectors are of an embedder that is not here, its passages wait for
        those of the one that new collections get.
        """
        collection_id = self._catalog.create_collection(self._free_name(seen(incoming.name).strip() or "Pack"))
        fits = self.takes(incoming.embedder)
        if incoming.embedder is not None and fits:
            self._changes.choose(collection_id, self._number_of(incoming.embedder))
        # what a collection of this number may have left behind in a crash
        self._vectors.drop(collection_id)
        self._sources.set_rules(collection_id, incoming.rules)
        if incoming.files is not None:
            self._sources.bind(collection_id, [incoming.files])
        if incoming.index is not None:
            numbers = self._put_documents(collection_id, incoming)
            self._put_pages(incoming, numbers, step)
            self._put_passages(incoming, numbers, fits, step)
            if fits and incoming.embedder is not None:
                self._put_vectors(collection_id, incoming.index / VECTORS, incoming.embedder, numbers, step)
            self._queue.settle()
        return collection_id

    def takes(self, embedder: PackedEmbedder | None) -> bool:
        """Return whether the vectors of an embedder can be used here: it is on this machine, and the same."""
        return embedder is not None and self._number_of(embedder) > 0

    def _number_of(self, packed: PackedEmbedder) -> int:
        """Return the number in the catalogue of the same embedder, 0 where it is not on this machine."""
        embedder = self._embedders.like(packed.fingerprint)
        if embedder is None or (embedder.dimensions, embedder.passage_prefix) != (
            packed.dimensions,
            packed.passage_prefix,
        ):
            return 0
        return self._changes.record(embedder)

    def _free_name(self, name: str) -> str:
        free, number = name, 2
        while self._catalog.collection_id(free) is not None:
            free, number = f"{name[:110]} {number}", number + 1
        return free

    def _put_documents(self, collection_id: int, incoming: Incoming) -> _Numbers:
        numbers = _Numbers()
        now, lacks_files = time.time(), False
        names: dict[str, str] = {}
        assert incoming.index is not None
        for record in records(incoming.index / DOCUMENTS, DocumentRecord):
            has_file = record.has_file and incoming.files is not None
            lacks_files |= not has_file
            folder = incoming.files if has_file and incoming.files is not None else incoming.without_files
            path = folder.joinpath(*record.file.split("/"))
            size, changed, reason = record.size, record.changed, _kept_reason(record, has_file)
            if has_file:
                status = path.stat()
                size, changed = status.st_size, status.st_mtime
            is_copy = record.state == "duplicate"
            if is_copy:
                original = names.get(record.sha256, path.name)
                reason = stored_sentence(say("The same content is in the collection as {name}.", name=original))
            else:
                names.setdefault(record.sha256, path.name)
            state = State.DUPLICATE if is_copy else State.WORDS
            made = self._catalog.connection.execute(
                "INSERT INTO document (collection_id, path, name, title, language, state, reason, size, changed, "
                "sha256, outline, imported, checked, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    collection_id,
                    str(path),
                    seen(path.name),
                    seen(record.title),
                    record.language,
                    state.value,
                    reason,
                    size,
                    changed,
                    record.sha256,
                    json.dumps([(page, level, seen(title)) for page, level, title in record.outline]),
                    now,
                    now,
                    record.kind,
                ),
            )
            numbers.documents.append(int(made.lastrowid or 0))
        if lacks_files:
            # a folder that is not there is away: its documents stay
            self._catalog.connection.execute(
                "INSERT INTO source (collection_id, path, folder) VALUES (?, ?, 1)",
                (collection_id, str(incoming.without_files)),
            )
        return numbers

    def _put_pages(self, incoming: Incoming, numbers: _Numbers, step: Step) -> None:
        assert incoming.index is not None
        with_file = [record.has_file for record in records(incoming.index / DOCUMENTS, DocumentRecord)]
        connection = self._catalog.connection
        for count, page in enumerate(records(incoming.index / PAGES, PageRecord)):
            if count % _PART == 0:
                step()
            # a picture can be recognised only where its file is
            is_lost = page.scan == PICTURE and not (with_file[page.document] and incoming.files is not None)
            connection.execute(
                "INSERT INTO page (document_id, number, label, language, text, headings, scan, boxes) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    numbers.documents[page.document],
                    page.number,
                    seen(page.label),
                    page.language,
                    page.text,
                    json.dumps(page.headings),
                    NOTHING_RECOGNISED if is_lost else page.scan,
                    json.dumps(page.boxes),
                ),
            )
        connection.executemany(
            "UPDATE document SET pages = (SELECT count(*) FROM page WHERE document_id = document.id), ocr_pages = "
            "(SELECT count(*) FROM page WHERE document_id = document.id AND scan = ?) WHERE id = ?",
            ((RECOGNISED, i) for i in numbers.documents),
        )

    def _put_passages(self, incoming: Incoming, numbers: _Numbers, fits: bool, step: Step) -> None:
        assert incoming.index is not None
        connection = self._catalog.connection
        known = self._catalog.embedder_languages(numbers.documents[0])[0] if numbers.documents else frozenset()
        for count, record in enumerate(records(incoming.index / PASSAGES, PassageRecord)):
            if count % _PART == 0:
                step()
            document_id = numbers.documents[record.document]
            # the digest is made here and never taken over: it decides which text may have which vector
            chunk = Chunk(
                record.page,
                record.start,
                record.end,
                record.text,
                tuple(map(seen, record.headings)),
                record.context,
                record.language,
            )
            embedded = record.embedded if fits else embedded_at_first(record.language, known)
            entry = index_entry(record.context, record.text, record.language)
            passage_id = add_passage(connection, document_id, chunk, embedded, entry)
            if record.embedded == EMBEDDED:
                numbers.passages.append((passage_id, document_id))
        connection.executemany(
            "UPDATE document SET passages = (SELECT count(*) FROM passage WHERE document_id = document.id) "
            "WHERE id = ?",
            ((i,) for i in numbers.documents),
        )

    def _put_vectors(
        self, collection_id: int, path: Path, made_by: PackedEmbedder, numbers: _Numbers, step: Step
    ) -> None:
        waiting = iter(numbers.passages)
        for rows in vector_rows(path, made_by.dimensions, _PART):
            step()
            part = list(itertools.islice(waiting, len(rows)))
            self._vectors.put(collection_id, [i for i, _ in part], [d for _, d in part], rows)


def rules_of_pack(rules: Rules) -> Rules:
    """Return the rules of a collection whose files came in a pack: all of them are read."""
    return Rules((), LARGEST_MEGABYTES, hidden=True, ocr=rules.ocr, ocr_languages=rules.ocr_languages)


def _told_of(row: sqlite3.Row) -> tuple[Sentence | None, Sentence | None]:
    """Return what is to be told of a document where it is put in: what of it was not read, and its `besides`."""
    reason, besides = _flat(kept_sentence(row["reason"])), _flat(kept_besides(row["reason"]))
    if reason is not None and str(reason).startswith(str(WITHOUT_FILE)):
        reason = besides
    if reason is None or row["state"] == State.DUPLICATE or not can_travel(reason):
        return None, None
    return reason, besides if besides is not None and can_travel(besides) else None


def _flat(told: Sentence | None) -> Sentence | None:
    """Return a sentence with those within it as text, as a pack holds it."""
    if told is None:
        return None
    return replace(told, values={n: str(v) if isinstance(v, Sentence) else v for n, v in told.values.items()})


def _kept_reason(record: DocumentRecord, has_file: bool) -> str | None:
    """Return what is told of a document that is put in, as the catalogue keeps it."""
    reason, besides = _shown(record.reason), _shown(record.besides)
    if not has_file:
        # with `besides`, what is told of its content is known apart when it is taken out again
        return stored_sentence(say_both(WITHOUT_FILE, reason), reason)
    return stored_sentence(reason, besides)


def _shown(told: Sentence | msgspec.UnsetType) -> Sentence | None:
    if told is msgspec.UNSET:
        return None
    values = {name: seen(value) if isinstance(value, str) else value for name, value in told.values.items()}
    return replace(told, template=seen(told.template), values=values)


def _path_within(path: str, folders: list[str]) -> list[str]:
    """Return the parts of a file's path below the folder it is followed in, or its name alone."""
    for folder in folders:
        try:
            return list(PurePath(path).relative_to(folder).parts)
        except ValueError:
            continue
    return [PurePath(path).name]


def _own_name(parts: list[str], taken: set[str]) -> str:
    """Return a plain path that no other document has; deep folders are joined to one."""
    plain = [plain_name(part) for part in parts]
    name = "/".join(plain)
    if len(plain) > 6 or len(name.encode()) > 200:
        plain = plain[-1:]
    stem, dot, suffix = plain[-1].rpartition(".")
    if not stem:
        stem, dot, suffix = plain[-1], "", ""
    for number in itertools.count(1):
        last = plain[-1] if number == 1 else f"{stem} {number}{dot}{suffix}"
        name = "/".join([*plain[:-1], last])
        if name.casefold() not in taken:
            break
    taken.add(name.casefold())
    return name
