"""A damaged vector store: no crash, words and meaning go on answering, and nothing is embedded again to mend it."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import chromadb
import numpy as np
import pytest

from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import State
from phi3desk.library.embedding import library_vectors
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER
from phi3desk.library.embedding.queue import VectorSet
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.library.library import Library
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.damage import WAYS, damage
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is bearing number 77 greased?"
#: more damages than these, each with its own seed: PHI3DESK_DAMAGES=200
DAMAGES = int(os.environ.get("PHI3DESK_DAMAGES", "4"))
#: what has ended in a crash, in an error at every start, and in a search that silently found nothing
KNOWN = (
    ("data_level0.bin", "fill"),
    ("data_level0.bin", "delete"),
    ("header.bin", "flip"),
    ("link_lists.bin", "delete"),
    ("index_metadata.pickle", "delete"),
    ("chroma.sqlite3", "cut"),
)


class Stage:
    """A library that was closed well, to be copied and damaged."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.paths = open_paths(base / "whole")
        with closing(self.opened(self.paths, WordEmbedder(*FIRST_EMBEDDER))) as library:
            collection = library.create_collection("Documents")
            _write_early(self.paths.vectors, collection)
            library.import_paths([_documents(base / "in")], collection)
            assert {document.state for document in library.documents()} == {State.READY}
            assert library.check() == []
            self.answer = _answer(library)
            assert self.answer[0] == "bearing 77.md" and len(self.answer[1]) == 20

    @staticmethod
    def opened(paths: Paths, embedder: WordEmbedder) -> Library:
        return LibraryInProcess(paths, Settings(paths.settings), embedder=embedder)

    def copy(self) -> Paths:
        """Return the paths of a fresh copy."""
        home = self.base / "copy"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.paths.home, home)
        return open_paths(home)


def _write_early(folder: Path, collection: int) -> None:
    """Have Chroma write the files of its index from 40 vectors on instead of 1,000."""
    client = chromadb.PersistentClient(str(folder), chromadb.Settings(anonymized_telemetry=False))
    index = {"space": "cosine", "ef_search": 500, "sync_threshold": 40, "batch_size": 20}
    client.create_collection(f"collection-{collection}", configuration={"hnsw": index}, embedding_function=None)
    client.close()


def _documents(folder: Path) -> Path:
    folder.mkdir()
    for number in range(120):
        text = f"The bearing number {number} of the pump is greased every {number * 10} hours with {number % 7} g."
        (folder / f"bearing {number}.md").write_text(text)
    return folder


def _answers(library: Library, answer: tuple[str, list[float]]) -> bool:
    """Return whether a library answers as before; half precision moves a cosine in the fourth place at most."""
    found, nearest = _answer(library)
    return found == answer[0] and nearest == pytest.approx(answer[1], abs=2e-4)


def _answer(library: Library) -> tuple[str, list[float]]:
    """Return what is found first, and how near the nearest are; which of those that are equally near is chance."""
    result = library.search(QUESTION)
    assert result.by_meaning
    vector = WordEmbedder(*FIRST_EMBEDDER).vector(QUESTION)
    return result.found[0].passage.document, [cosine for _, cosine in library.vectors.nearest(1, vector, 20)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    yield Stage(tmp_path_factory.mktemp("damage"))


def _files(folder: Path) -> list[Path]:
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.name)


@pytest.mark.parametrize("number", range(len(KNOWN) + DAMAGES))
def test_a_damaged_store_is_made_anew_without_embedding(stage: Stage, number: int) -> None:
    chance = random.Random(number)
    paths = stage.copy()
    files = _files(paths.vectors)
    name, way = KNOWN[number] if number < len(KNOWN) else (chance.choice(files).name, chance.choice(WAYS))
    damage(next(file for file in files if file.name == name), way, chance)
    if chance.random() < 0.3:
        # the library was not closed either
        with closing(sqlite3.connect(paths.catalog)) as catalog, catalog:
            catalog.execute("UPDATE remembered SET value = '' WHERE key = 'vectors'")
    embedder = WordEmbedder(*FIRST_EMBEDDER)
    with closing(stage.opened(paths, embedder)) as library:
        # nothing has been mended yet
        assert _answers(library, stage.answer)
        if chance.random() < 0.5:
            faults = library.repair()
            notice = library.vectors.take_notice()
            assert number >= len(KNOWN) or faults
        else:
            notice = library.sync().notice
        assert library.check() == []
        assert {document.state for document in library.documents()} == {State.READY}
        assert _answers(library, stage.answer)
        assert library.vectors.nearest(1, embedder.vector("greased"), 3)
        aside = list(paths.home.glob("chroma.unreadable-*"))
        assert bool(aside) == (notice is not None)
        assert number >= len(KNOWN) or aside
        assert all(str(folder) in str(notice) for folder in aside)
    assert embedder.passages == []
    # and it stays mended
    with closing(stage.opened(paths, embedder)) as library:
        assert library.sync().notice is None
        assert library.vectors.count(1) == 120


def test_a_store_that_was_closed_well_is_opened_untried(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_vectors, "try_store", lambda *args, **named: pytest.fail("tried"))
    paths, embedder = stage.copy(), WordEmbedder(*FIRST_EMBEDDER)
    for _ in range(2):
        with closing(stage.opened(paths, embedder)) as library:
            library.sync()
            assert library.vectors.count(1) == 120
            assert library.vectors.nearest(1, embedder.vector("greased"), 3)
    assert embedder.passages == []


def test_an_older_library_gets_its_vectors_into_the_catalogue_without_embedding(stage: Stage) -> None:
    paths, embedder = stage.copy(), WordEmbedder(*FIRST_EMBEDDER)
    with closing(sqlite3.connect(paths.catalog)) as catalog, catalog:
        catalog.execute("DELETE FROM vector")
        catalog.execute("DELETE FROM remembered")
    with closing(stage.opened(paths, embedder)) as library:
        library.sync()
    shutil.rmtree(paths.vectors)
    with closing(stage.opened(paths, embedder)) as library:
        library.sync()
        assert library.vectors.count(1) == 120
        assert _answers(library, stage.answer)
        assert library.check() == []
    assert embedder.passages == []


def test_a_store_that_fails_while_it_is_open_is_made_anew(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, embedder = stage.copy(), WordEmbedder(*FIRST_EMBEDDER)
    told: list[bool] = []

    def fail(store: VectorStore, *rest: object) -> None:
        raise RuntimeError("Error executing plan: Internal error: Error reading from the index")

    with closing(stage.opened(paths, embedder)) as library:
        library.vectors.on_failure = lambda: told.append(True)
        assert library.vectors.count(1) == 120
        for file in paths.vectors.glob("*/header.bin"):
            file.write_bytes(b"")
        with monkeypatch.context() as patched:
            patched.setattr(VectorStore, "nearest", fail)
            assert _answers(library, stage.answer)
        assert told
        assert library.sync().notice is not None
        assert library.check() == []
        assert _answers(library, stage.answer)
    assert embedder.passages == []


def test_another_catalogue_deletes_no_vectors(stage: Stage) -> None:
    paths, embedder = stage.copy(), WordEmbedder(*FIRST_EMBEDDER)
    paths.catalog.rename(paths.home / "kept.db")
    shutil.rmtree(paths.backups, ignore_errors=True)
    Catalog(paths.catalog).close()
    with closing(stage.opened(paths, embedder)) as library:
        library.purge_removed()
        assert "vectors of another catalogue" in [fault.kind for fault in library.check()]
        assert not list(paths.home.glob("chroma.*"))
        library.repair()
        library.import_paths([stage.base / "in" / "bearing 1.md"], library.create_collection("Mine"))
        assert library.check() == []
    (aside,) = paths.home.glob("chroma.of-another-library-*")
    with closing(VectorStore(aside)) as vectors:
        assert vectors.count(VectorSet(1, 1)) == 120
    # the catalogue is put back: its vectors come with it
    paths.catalog.unlink()
    (paths.home / "kept.db").rename(paths.catalog)
    embedder = WordEmbedder(*FIRST_EMBEDDER)
    with closing(stage.opened(paths, embedder)) as library:
        library.sync()
        assert _answers(library, stage.answer)
        assert library.check() == []
    assert embedder.passages == []


def test_a_vector_that_has_changed_a_little_is_noticed(stage: Stage) -> None:
    paths, embedder = stage.copy(), WordEmbedder(*FIRST_EMBEDDER)
    with closing(VectorStore(paths.vectors)) as store:
        vector = np.array(store.get(VectorSet(1, 1), [60])[60])
        vector[np.argmax(np.abs(vector))] *= 1.02
        store.put(VectorSet(1, 1), [60], [60], [vector / np.linalg.norm(vector)])
    with closing(stage.opened(paths, embedder)) as library:
        library.vectors.open()
        assert library.sync().notice is not None
        assert library.check() == []
    assert embedder.passages == []


def test_what_is_deleted_leaves_no_kept_vector(stage: Stage) -> None:
    paths = stage.copy()
    with closing(stage.opened(paths, WordEmbedder(*FIRST_EMBEDDER))) as library:
        library.remove_documents([document.id for document in library.documents()[:100]])
        library.purge_removed()
        assert library.vectors.count(1) == 20
    with closing(sqlite3.connect(paths.catalog)) as catalog:
        assert catalog.execute("SELECT count(*) FROM vector").fetchone() == (20,)
        seal = json.loads(catalog.execute("SELECT value FROM remembered WHERE key = 'vectors'").fetchone()[0])
    assert seal["complete"]
