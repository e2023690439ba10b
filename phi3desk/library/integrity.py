"""Whether catalogue, word index and vectors agree, and how they are made to agree again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from phi3desk.errors import say
from phi3desk.library.catalog import Catalog
from phi3desk.library.content import Content
from phi3desk.library.documents import Fault
from phi3desk.library.embedding.embedder_changes import EmbedderChanges
from phi3desk.library.embedding.library_vectors import LibraryVectors


def check(catalog: Catalog, vectors: LibraryVectors) -> list[Fault]:
    """Look whether everything agrees; nothing is changed, and no import may run."""
    return [fault for fault, _ in [*_catalog_faults(catalog), *_vector_faults(vectors)]]


def repair(catalog: Catalog, vectors: LibraryVectors, on_put_back: Callable[[int], None] | None = None) -> list[Fault]:
    """Make everything agree and return what did not; documents that lost something are read or embedded again."""
    found = [*_catalog_faults(catalog), *_vector_faults(vectors, on_put_back)]
    for _, repair in found:
        repair()
    return [fault for fault, _ in found]


_Found = tuple[Fault, Callable[[], None]]


def _catalog_faults(catalog: Catalog) -> list[_Found]:
    return [*_file_faults(catalog), *_embedder_faults(catalog), *_index_faults(catalog), *_document_faults(catalog)]


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
            # a collection that has lost its embedder gets another one
            if row["rowid"] is not None and row["table"] != "collection":
                connection.execute(f'DELETE FROM "{row["table"]}" WHERE rowid = ?', (row["rowid"],))
        connection.execute("DELETE FROM page WHERE document_id NOT IN (SELECT id FROM document)")
        connection.execute("DELETE FROM left_out WHERE collection_id NOT IN (SELECT id FROM collection)")


def _embedder_faults(catalog: Catalog) -> list[_Found]:
    changes = EmbedderChanges(catalog)
    count = changes.faults()
    if not count:
        return []
    says = say("What is noted of the models for the search by meaning does not agree in {count} places.", count=count)
    return [(Fault("embedders", count, says), changes.mend)]


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


def _vector_faults(vectors: LibraryVectors, on_put_back: Callable[[int], None] | None = None) -> list[_Found]:
    report = vectors.examine()
    faults: list[Fault] = []
    if vectors.is_of_another:
        says = say("There are vectors though the catalogue is empty; a repair puts them aside and deletes nothing.")
        faults.append(Fault("vectors of another catalogue", 1, says))
    if not report.tried:
        says = say("The vectors could not be looked at. Close other programs, then try again.")
        faults.append(Fault("vectors not tried", 1, says))
    if report.problem:
        says = say("What the search by meaning needs is damaged; it is made anew from a copy of its own.")
        faults.append(Fault("damaged vectors", 1, says))
    if report.lost:
        says = say("{count} passages have lost their vector; they get it back.", count=report.lost)
        faults.append(Fault("lost vectors", report.lost, says))
    if report.orphaned:
        says = say("{count} vectors belong to no passage.", count=report.orphaned)
        faults.append(Fault("orphaned vectors", report.orphaned, says))
    faults += [
        Fault("vectors of no collection", 1, say("There are vectors of a collection that is gone."))
        for _ in report.unknown
    ]
    # one repair is for all of them
    repairs = [lambda: vectors.repair(report, on_put_back)] + [lambda: None] * (len(faults) - 1)
    return list(zip(faults, repairs, strict=False))


def _ids(catalog: Catalog, sql: str) -> set[int]:
    return {int(row[0]) for row in catalog.connection.execute(sql)}
