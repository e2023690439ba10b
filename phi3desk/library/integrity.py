"""Whether catalogue, word index and vectors agree, and how they are made to agree again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from phi3desk.errors import Sentence, say
from phi3desk.library.catalog import Catalog
from phi3desk.library.content import Content
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.vector_store import VectorStore


@dataclass(frozen=True)
class Fault:
    """One thing that does not agree: what kind it is, how often it was found, in words."""

    kind: str
    count: int
    says: Sentence


def check(catalog: Catalog, vectors: VectorStore) -> list[Fault]:
    """Look whether everything agrees; nothing is changed, and no import may run."""
    return [fault for fault, _ in _faults(catalog, vectors)]


def repair(catalog: Catalog, vectors: VectorStore) -> list[Fault]:
    """Make everything agree and return what did not; documents that lost something are read or embedded again."""
    found = _faults(catalog, vectors)
    for _, repair in found:
        repair()
    return [fault for fault, _ in found]


_Found = tuple[Fault, Callable[[], None]]


def _faults(catalog: Catalog, vectors: VectorStore) -> list[_Found]:
    return [
        *_file_faults(catalog),
        *_index_faults(catalog),
        *_document_faults(catalog),
        *_vector_faults(catalog, vectors),
    ]


def _file_faults(catalog: Catalog) -> list[_Found]:
    rows = [str(row[0]) for row in catalog.connection.execute("PRAGMA integrity_check(20)")]
    broken = [row for row in rows if row != "ok"]
    loose = catalog.connection.execute("PRAGMA foreign_key_check").fetchall()
    found: list[_Found] = []
    if broken:
        says = say("The catalogue's file is damaged: {problem}.", problem="; ".join(broken)[:300])
        found.append((Fault("catalogue", len(broken), says), lambda: _rebuild(catalog)))
    if loose:
        says = say("{count} rows of the catalogue belong to nothing.", count=len(loose))
        found.append((Fault("loose rows", len(loose), says), lambda: _delete_loose(catalog)))
    return found


def _rebuild(catalog: Catalog) -> None:
    catalog.connection.execute("REINDEX")
    catalog.connection.execute("VACUUM")


def _delete_loose(catalog: Catalog) -> None:
    with catalog.writing() as connection:
        for row in connection.execute("PRAGMA foreign_key_check").fetchall():
            if row["rowid"] is not None:
                connection.execute(f'DELETE FROM "{row["table"]}" WHERE rowid = ?', (row["rowid"],))
        connection.execute("DELETE FROM page WHERE document_id NOT IN (SELECT id FROM document)")
        connection.execute("DELETE FROM left_out WHERE collection_id NOT IN (SELECT id FROM collection)")


def _index_faults(catalog: Catalog) -> list[_Found]:
    content = Content(catalog)
    passages = _ids(catalog, "SELECT id FROM passage")
    words = _ids(catalog, "SELECT rowid FROM passage_words")
    trigrams = _ids(catalog, "SELECT rowid FROM passage_trigrams")
    unindexed = passages - (words & trigrams)
    stale = (words | trigrams) - passages
    found: list[_Found] = []
    if unindexed:
        says = say("{count} passages are missing from the word index.", count=len(unindexed))
        found.append((Fault("not indexed", len(unindexed), says), lambda: content.index_anew(unindexed)))
    if stale:
        says = say("The word index holds {count} passages that are gone.", count=len(stale))
        found.append((Fault("stale index", len(stale), says), lambda: content.index_anew(stale)))
    return found


def _document_faults(catalog: Catalog) -> list[_Found]:
    wrong = {
        "passages counted wrong": (
            say("The passages of some documents are counted wrong."),
            "passages <> (SELECT count(*) FROM passage p WHERE p.document_id = document.id)",
        ),
        "ready too early": (
            say("Some documents are called ready though passages of them wait for their embedding."),
            "state = 'ready' AND EXISTS (SELECT 1 FROM passage p WHERE p.document_id = document.id AND p.embedded = 0)",
        ),
        "ready without passages": (
            say("Some documents are called ready though they hold no passage."),
            "state IN ('ready', 'words') AND NOT EXISTS (SELECT 1 FROM passage p WHERE p.document_id = document.id)",
        ),
        "passage outside its page": (
            say("Passages of some documents do not lie on their page."),
            "EXISTS (SELECT 1 FROM passage p LEFT JOIN page g ON g.document_id = p.document_id AND g.number = p.page "
            'WHERE p.document_id = document.id AND (g.number IS NULL OR p."end" > length(g.text)))',
        ),
    }
    found: list[_Found] = []
    for kind, (says, condition) in wrong.items():
        ids = _ids(catalog, f"SELECT id FROM document WHERE removed IS NULL AND state <> 'found' AND {condition}")
        if ids:
            found.append((Fault(kind, len(ids), says), _starting_over(catalog, ids)))
    return found


def _starting_over(catalog: Catalog, document_ids: Iterable[int]) -> Callable[[], None]:
    return lambda: catalog.start_over(list(document_ids))


def _vector_faults(catalog: Catalog, vectors: VectorStore) -> list[_Found]:
    queue = EmbeddingQueue(catalog)
    found: list[_Found] = []
    known = {collection.id for collection in catalog.collections()}
    kept = _ids(catalog, "SELECT id FROM collection")
    for collection_id in sorted(known):
        there, wanted = vectors.ids(collection_id), queue.vector_ids(collection_id)
        if there - wanted:
            says = say("{count} vectors belong to no passage.", count=len(there - wanted))
            fault = Fault("orphaned vectors", len(there - wanted), says)
            found.append((fault, _deleting(vectors, collection_id, there - wanted)))
        if wanted - there:
            says = say("{count} passages have lost their vector; they are embedded again.", count=len(wanted - there))
            found.append((Fault("lost vectors", len(wanted - there), says), _embedding_again(queue, wanted - there)))
    for collection_id in sorted(vectors.collections() - kept):
        says = say("There are vectors of a collection that is gone.")
        found.append((Fault("vectors of no collection", 1, says), _dropping(vectors, collection_id)))
    return found


def _deleting(vectors: VectorStore, collection_id: int, passage_ids: set[int]) -> Callable[[], None]:
    return lambda: vectors.delete(collection_id, passage_ids)


def _embedding_again(queue: EmbeddingQueue, passage_ids: set[int]) -> Callable[[], None]:
    return lambda: queue.vectors_lost(passage_ids)


def _dropping(vectors: VectorStore, collection_id: int) -> Callable[[], None]:
    return lambda: vectors.drop(collection_id)


def _ids(catalog: Catalog, sql: str) -> set[int]:
    return {int(row[0]) for row in catalog.connection.execute(sql)}
