"""What doctor --check looks at: each way catalogue, index and vectors can disagree is found, and repaired."""

import sqlite3
from collections.abc import Iterator

import pytest

from phi3desk.library.documents import State
from phi3desk.library.library import Library
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.pdf import write_pump_manual
from tests.helpers.reading import READER


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return open_paths(tmp_path_factory.mktemp("integrity") / "home")


@pytest.fixture(scope="module")
def library(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = Library(paths, Settings(paths.settings), READER)
    manual = write_pump_manual(tmp_path_factory.mktemp("in") / "pump.pdf")
    opened.import_paths([manual], opened.collection_id("My documents", create=True))
    yield opened
    opened.close()


def break_catalogue(paths: Paths, statement: str) -> None:
    catalogue = sqlite3.connect(paths.catalog)
    catalogue.execute(statement)
    catalogue.commit()
    catalogue.close()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("DELETE FROM passage_words WHERE rowid = (SELECT min(id) FROM passage)", "not indexed"),
        ("DELETE FROM passage_trigrams WHERE rowid = (SELECT max(id) FROM passage)", "not indexed"),
        ("INSERT INTO passage_words (rowid, context, body) VALUES (999, '', 'pump')", "stale index"),
        ("INSERT INTO page (document_id, number, text) VALUES (77, 1, 'of nothing')", "loose rows"),
        ("UPDATE document SET passages = 9", "passages counted wrong"),
        ("UPDATE passage SET embedded = 0", "ready too early"),
        ('UPDATE passage SET "end" = 100000 WHERE id = (SELECT min(id) FROM passage)', "passage outside its page"),
        ("DELETE FROM page", "passage outside its page"),
        ("INSERT INTO renewal SELECT id, 1, 0 FROM passage", "embedders"),
        ("UPDATE collection SET serving_id = NULL", "embedders"),
        ("UPDATE collection SET embedder_id = 77, serving_id = 77", "embedders"),
    ],
)
def test_check_finds_and_mend_repairs(library: Library, paths: Paths, statement: str, kind: str) -> None:
    assert library.check() == []
    break_catalogue(paths, statement)
    assert kind in [fault.kind for fault in library.check()]
    library.repair()
    library.sync()
    assert library.check() == []
    assert [document.state for document in library.documents()] == [State.READY]
    assert library.search("How often is the main bearing greased?").found[0].passage.page == 2


def test_check_finds_lost_orphaned_and_ownerless_vectors(library: Library) -> None:
    (collection,) = library.collections()
    ids = sorted(library.vectors.ids(collection.id))
    vector = library.vectors.get(collection.id, ids[:1])[ids[0]]
    library.vectors.delete(collection.id, ids[:1])
    library.vectors.put(collection.id, [12345], [1], [vector])
    library.vectors.put(collection.id + 5, [1], [1], [vector])
    assert {fault.kind for fault in library.check()} == {
        "orphaned vectors",
        "lost vectors",
        "vectors of no collection",
    }
    library.repair()
    library.sync()
    assert library.check() == []
    assert library.vectors.ids(collection.id) == set(ids)


def test_vectors_are_compared_one_by_one_and_not_by_their_number(library: Library) -> None:
    (collection,) = library.collections()
    ids = sorted(library.vectors.ids(collection.id))
    vector = library.vectors.get(collection.id, ids[:1])[ids[0]]
    # as many vectors as before, but not the same: what a loss of power can leave behind
    library.vectors.delete(collection.id, ids[:1])
    library.vectors.put(collection.id, [54321], [1], [vector])
    assert {fault.kind for fault in library.check()} == {"orphaned vectors", "lost vectors"}
    library.vectors.compare()
    library.sync()
    assert library.check() == []
