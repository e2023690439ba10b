"""Two embedders over one library: whose vectors answer, which are copied, and what a change of embedder costs."""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from phi3desk.errors import say
from phi3desk.library.catalog import Catalog
from phi3desk.library.chunker import Chunk
from phi3desk.library.documents import Phase, State
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER, Embedder, open_embedder
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.minilm import model_folder
from phi3desk.library.embedding.passage_embedding import PassageEmbedding
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.library.library import Library
from phi3desk.library.migrations import MIGRATIONS
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from phi3desk.sqlite_file import open_file
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is the main bearing greased?"
TEXTS = {
    "bearing.md": "The main bearing is greased every 2,000 operating hours with 30 g of lithium grease.",
    "filter.md": "The filter is changed every 500 hours, or sooner where the pressure drops by 0.2 bar.",
    "seal.md": "The shaft seal is looked at weekly. Replace it where more than ten drops a minute leak.",
    "motor.md": "Check the direction of rotation of the motor before it is coupled to the pump.",
}


def first() -> WordEmbedder:
    """Return an embedder that goes by the name of the one that made every older catalogue's vectors."""
    return WordEmbedder(*FIRST_EMBEDDER)


def second(**more) -> WordEmbedder:
    return WordEmbedder("second", "2", dimensions=48, **more)


@contextmanager
def opened(paths: Paths, embedder: Embedder) -> Iterator[Library]:
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=embedder)) as library:
        yield library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "documents"
    made.mkdir()
    for name, text in TEXTS.items():
        (made / name).write_text(text)
    return made


@pytest.fixture
def paths(tmp_path: Path, folder: Path) -> Paths:
    """A library whose documents were all embedded by the first embedder."""
    made = open_paths(tmp_path / "home")
    with opened(made, first()) as library:
        library.import_paths([folder], library.create_collection("Documents"))
        assert {document.state for document in library.documents()} == {State.READY}
    return made


def vectors_of(paths: Paths, embedder_id: int) -> dict[int, int]:
    """Return the length of each vector in the store that an embedder made, by passage."""
    with closing(VectorStore(paths.vectors, embedder_id)) as vectors:
        held = sorted(vectors.ids(1))
        return {i: len(vector) for i, vector in vectors.get(1, held).items()} if held else {}


def test_the_first_embedder_is_the_one_that_is_installed():
    embedder = open_embedder()
    installed = hashlib.sha256((model_folder() / "model.safetensors").read_bytes()).hexdigest()
    assert (embedder.name, embedder.fingerprint) == FIRST_EMBEDDER
    assert embedder.fingerprint == installed


def test_vectors_of_another_embedder_do_not_answer(paths: Paths):
    embedder = second()
    with opened(paths, embedder) as library:
        assert {document.state for document in library.documents()} == {State.WORDS}
        assert library.status().embedded == 0
        result = library.search(QUESTION)
        assert not result.by_meaning
        assert result.found[0].passage.document == "bearing.md"
        assert [found.meaning for found in result.found] == [None] * len(result.found)
        library.sync()
        assert {document.state for document in library.documents()} == {State.READY}
        result = library.search(QUESTION)
        assert result.by_meaning
        asked = embedder.vector(f"question: {QUESTION}")
        held = embedder.vector(f"passage: bearing\n{TEXTS['bearing.md']}")
        assert result.found[0].meaning == pytest.approx(float(asked @ held), abs=1e-4)
        assert library.check() == []
    assert (vectors_of(paths, 1), list(vectors_of(paths, 2).values())) == ({}, [48] * 4)


def test_vectors_of_another_embedder_are_not_copied(paths: Paths, folder: Path):
    embedder = second()
    with opened(paths, embedder) as library:
        copies = library.create_collection("The same again")
        library.import_paths([folder], copies)
        # each text once: those of the second collection are copies of what this embedder has made itself
        assert sorted(embedder.passages) == sorted(f"passage: {n[:-3]}\n{text}" for n, text in TEXTS.items())
        assert library.check() == []
        held = [passage.id for passage in (f.passage for f in library.search("pump bearing", 20, [copies]).found)]
        assert held
    with closing(VectorStore(paths.vectors, 2)) as vectors:
        assert {len(vector) for vector in vectors.get(copies, sorted(vectors.ids(copies))).values()} == {48}


def test_an_embedder_of_the_same_name_and_another_fingerprint_is_another(paths: Paths):
    embedder = WordEmbedder(FIRST_EMBEDDER[0], "retrained")
    with opened(paths, embedder) as library:
        assert not library.search(QUESTION).by_meaning
        library.sync()
        assert len(embedder.passages) == len(TEXTS)


def test_switching_back_before_anything_was_embedded_costs_nothing(paths: Paths):
    with opened(paths, second()) as library:
        assert library.search(QUESTION).found
    embedder = first()
    with opened(paths, embedder) as library:
        assert {document.state for document in library.documents()} == {State.READY}
        assert library.search(QUESTION).by_meaning
        library.sync()
        assert library.check() == []
    assert embedder.passages == []


def test_switching_back_embeds_again_what_the_other_one_has_replaced_and_no_more(paths: Paths):
    other = second()
    other.batch = 1
    with opened(paths, other):
        pass
    with closing(Catalog(paths.catalog)) as catalog:
        queue = EmbeddingQueue(catalog)
        with closing(LibraryVectors(catalog, paths.vectors, queue.embedder_id)) as vectors:
            assert PassageEmbedding(queue, vectors, other).step().by_embedder == 2
    assert sorted([*vectors_of(paths, 1), *vectors_of(paths, 2)]) == [1, 2, 3, 4]
    embedder = first()
    with opened(paths, embedder) as library:
        library.sync()
        assert sorted(embedder.passages) == sorted(other.passages)
        assert library.check() == []
    assert (len(vectors_of(paths, 1)), vectors_of(paths, 2)) == (4, {})


def test_each_embedder_decides_which_languages_it_takes(paths: Paths, folder: Path):
    (folder / "lager.md").write_text(
        "Lagret smörjs var tvåtusende drifttimme med trettio gram litiumfett, och oftare när pumpen står i värme."
    )
    with opened(paths, first()) as library:
        library.sync()
        assert {document.state for document in library.documents()} == {State.READY}
        assert not library.search("Hur ofta smörjs lagret i pumpen?").by_meaning
    swedish = second(languages=("sv",))
    with opened(paths, swedish) as library:
        # those in a language it does not know have all the embedding they can have
        states = {document.name: document.state for document in library.documents()}
        assert states == {**dict.fromkeys(TEXTS, State.READY), "lager.md": State.WORDS}
        library.sync()
        assert [text[:20] for text in swedish.passages] == ["passage: lager\nLagret"[:20]]
        assert library.search("Hur ofta smörjs lagret i pumpen?").by_meaning
        assert library.check() == []
    with opened(paths, first()) as library:
        assert {document.state for document in library.documents()} == {State.READY}
        assert library.check() == []
    # no passage of the others was embedded by the second one, so theirs are still the first one's
    assert (len(vectors_of(paths, 1)), len(vectors_of(paths, 2))) == (4, 1)


def test_a_vector_is_given_up_when_its_text_changes_while_another_embedder_is_in_use(tmp_path: Path):
    paths, page = open_paths(tmp_path / "home"), tmp_path / "page.html"
    body = f"<body><p>{TEXTS['bearing.md']}</p></body>"
    page.write_text(f"<title>Pump manual</title>{body}")
    with opened(paths, first()) as library:
        library.import_paths([page], library.create_collection("Documents"))
    page.write_text(f"<title>Handbook of the feed pump</title>{body}")
    cancelled = threading.Event()
    with opened(paths, second()) as library:
        library.sync(on_progress=lambda p: cancelled.set() if p.phase is Phase.EMBEDDING else None, cancelled=cancelled)
        assert library.documents()[0].title == "Handbook of the feed pump"
    embedder = first()
    with opened(paths, embedder) as library:
        library.sync()
        assert library.check() == []
    (text,) = embedder.passages
    assert text.startswith("passage: Handbook of the feed pump")
    with closing(VectorStore(paths.vectors)) as vectors:
        assert np.allclose(vectors.get(1, [1])[1], embedder.vector(text), atol=1e-6)


def test_what_is_removed_leaves_no_vector_of_any_embedder(paths: Paths):
    with opened(paths, second()) as library:
        library.remove_documents([library.documents()[0].id])
        library.purge_removed()
        assert len(library.documents()) == 3
    # the first one's vectors of what stays are kept
    assert (len(vectors_of(paths, 1)), vectors_of(paths, 2)) == (3, {})
    with opened(paths, second()) as library:
        library.delete_collection(library.collection_id("Documents"))
        library.purge_removed()
    assert (vectors_of(paths, 1), vectors_of(paths, 2)) == ({}, {})


def test_a_catalogue_of_the_version_before_keeps_its_vectors(tmp_path: Path):
    """Nothing is embedded again, and its vectors answer and are copied as before."""
    paths, embedder = open_paths(tmp_path / "home"), first()
    chunk = Chunk(1, 0, len(TEXTS["bearing.md"]), TEXTS["bearing.md"], (), "bearing", "en")
    words = Chunk(1, 0, 5, "Lager", (), "", "sv")
    with closing(open_file(paths.catalog, MIGRATIONS[:3], damaged=say(""), newer=say(""))) as old:
        old.execute("INSERT INTO collection (name, folded) VALUES ('Documents', 'documents')")
        old.execute(
            "INSERT INTO document (collection_id, path, name, state, pages, passages, size, changed, imported, kind) "
            "VALUES (1, '/gone/bearing.md', 'bearing.md', 'ready', 1, 2, 1, 0, 0, 'md')"
        )
        old.execute("INSERT INTO page (document_id, number, text) VALUES (1, 1, ?)", (chunk.text,))
        for made, embedded in ((chunk, 1), (words, 2)):
            row = old.execute(
                'INSERT INTO passage (document_id, page, start, "end", text, headings, context, language, digest, '
                "embedded) VALUES (1, 1, ?, ?, ?, '[]', ?, ?, ?, ?)",
                (made.start, made.end, made.text, made.context, made.language, made.digest, embedded),
            )
            old.execute("INSERT INTO passage_words (rowid, context, body) VALUES (?, '', 'bear')", (row.lastrowid,))
            old.execute("INSERT INTO passage_trigrams (rowid, body) VALUES (?, 'bearing')", (row.lastrowid,))
    with closing(VectorStore(paths.vectors)) as vectors:
        vectors.put(1, [1], [1], [embedder.vector(chunk.indexed)])
    copy = tmp_path / "bearing.md"
    copy.write_text(chunk.text)
    with opened(paths, embedder) as library:
        assert [document.state for document in library.documents()] == [State.READY]
        assert library.search(QUESTION).by_meaning
        library.import_paths([copy], library.create_collection("Copies"))
        assert library.check() == []
    assert embedder.passages == []
    with closing(sqlite3.connect(paths.catalog)) as catalog:
        assert catalog.execute("SELECT embedded, embedder_id FROM passage ORDER BY id").fetchall() == [
            (1, 1),
            (2, None),
            (1, 1),
        ]
