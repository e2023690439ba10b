"""Two embedders over one library: whose vectors answer, which are copied, and what a change of embedder costs."""

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from phi3desk.errors import say
from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.documents import CollectionEmbedder, ImportProgress, Phase, SearchScope, State
from phi3desk.library.embedding.embedder import FIRST_EMBEDDER, Embedder
from phi3desk.library.embedding.embedder_changes import EmbedderChanges
from phi3desk.library.embedding.library_vectors import LibraryVectors
from phi3desk.library.embedding.minilm import MiniLmEmbedder, model_folder
from phi3desk.library.embedding.passage_embedding import PassageEmbedding
from phi3desk.library.embedding.queue import EmbeddingQueue, VectorSet
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.library.importing import import_run
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
def opened(paths: Paths, *embedders: Embedder) -> Iterator[Library]:
    """Open a library that knows these embedders, the first of them by default."""
    settings = Settings(paths.settings)
    with closing(LibraryInProcess(paths, settings, embedder=embedders[0], others=embedders[1:])) as library:
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
        assert states(library) == {State.READY}
    return made


def states(library: Library) -> set[State]:
    return {document.state for document in library.documents()}


def changed_to(library: Library) -> CollectionEmbedder:
    (collection,) = library.collections()
    return collection.embedder


def vectors_of(paths: Paths, embedder_id: int) -> dict[int, int]:
    """Return the length of each vector in the store that an embedder made, by passage."""
    where = VectorSet(1, embedder_id)
    with closing(VectorStore(paths.vectors)) as vectors:
        held = sorted(vectors.ids(where)) if where in vectors.sets() else []
        return {i: len(vector) for i, vector in vectors.get(where, held).items()} if held else {}


def kept_by(paths: Paths) -> list[tuple[int, int]]:
    """Return how many vectors of each embedder the catalogue keeps."""
    with closing(sqlite3.connect(paths.catalog)) as catalog:
        return catalog.execute("SELECT embedder_id, count(*) FROM vector GROUP BY 1 ORDER BY 1").fetchall()


def meaning_of(library: Library, embedder: WordEmbedder) -> None:
    """Make sure that an embedder's vectors answer."""
    result = library.search(QUESTION)
    assert result.by_meaning
    asked = embedder.vector(f"question: {QUESTION}")
    held = embedder.vector(f"passage: bearing\n{TEXTS['bearing.md']}")
    assert result.found[0].passage.document == "bearing.md"
    nearest = dict(library.vectors.nearest(1, asked, 20))
    assert nearest[result.found[0].passage.id] == pytest.approx(float(asked @ held), abs=1e-3)


def one_step(paths: Paths, embedder: WordEmbedder) -> None:
    """Embed the first passages that wait for an embedder, and end there as a process that is killed does."""
    with closing(Catalog(paths.catalog)) as catalog, closing(LibraryVectors(catalog, paths.vectors)) as vectors:
        usable = {EmbedderChanges(catalog).record(embedder): embedder}
        step = PassageEmbedding(EmbeddingQueue(catalog), vectors, lambda: usable, lambda *_: None).step()
        assert step is not None and step.by_embedder == 2 and step.renewing == {1}


def test_the_first_embedder_is_the_one_that_is_installed():
    embedder = MiniLmEmbedder()
    installed = hashlib.sha256((model_folder() / "model.safetensors").read_bytes()).hexdigest()
    assert (embedder.name, embedder.fingerprint) == FIRST_EMBEDDER
    assert embedder.fingerprint == installed


def test_the_old_vectors_serve_until_all_new_ones_are_made(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    old, new = first(), second()
    new.batch = 1
    with opened(paths, new, old) as library:
        # another default changes nothing of what there is
        library.sync()
        assert (changed_to(library).name, changed_to(library).wanted, new.passages) == (old.name, "", [])
        meaning_of(library, old)
        library.use_embedder("second")
        assert (changed_to(library).name, changed_to(library).wanted) == (old.name, "second")
        assert (changed_to(library).done, changed_to(library).passages) == (0, 4)
        told: list[ImportProgress] = []

        def on_progress(progress: ImportProgress) -> None:
            told.append(progress)
            if changed_to(library).wanted:
                assert states(library) == {State.READY}
                meaning_of(library, old)

        monkeypatch.setattr(import_run, "_PROGRESS_SECONDS", 0.0)
        summary = library.sync(on_progress=on_progress)
        assert (summary.states, summary.cancelled) == ({}, False)
        renewing = [progress for progress in told if progress.phase is Phase.RENEWING]
        assert {progress.current for progress in renewing} == {"Documents"}
        assert [p.embedded for p in renewing if p.embedded] == sorted(p.embedded for p in renewing if p.embedded)
        assert (renewing[-1].embedded, renewing[-1].passages, renewing[-1].share) == (4, 4, 1.0)
        assert (changed_to(library).name, changed_to(library).wanted) == ("second", "")
        meaning_of(library, new)
        assert states(library) == {State.READY}
        assert library.check() == []
    assert (vectors_of(paths, 1), list(vectors_of(paths, 2).values()), kept_by(paths)) == ({}, [48] * 4, [(2, 4)])


def test_a_change_that_is_killed_goes_on_where_it_was(paths: Paths):
    old, new = first(), second()
    new.batch = 1
    with opened(paths, old, new) as library:
        library.use_embedder("second", 1)
    one_step(paths, new)
    assert kept_by(paths) == [(1, 4), (2, 2)]
    with opened(paths, old, new) as library:
        assert (changed_to(library).done, changed_to(library).passages) == (2, 4)
        assert library.check() == []
        meaning_of(library, old)
        library.sync()
        meaning_of(library, new)
        assert library.check() == []
    assert len(new.passages) == len(set(new.passages)) == 4
    assert (vectors_of(paths, 1), len(vectors_of(paths, 2)), kept_by(paths)) == ({}, 4, [(2, 4)])
    # killed between the last vector and the change, or between that and the end of its clearing
    with closing(sqlite3.connect(paths.catalog)) as catalog, catalog:
        catalog.execute("UPDATE collection SET serving_id = 1")
        catalog.execute("INSERT INTO renewal SELECT id, 1, 1 FROM passage")
        catalog.execute("INSERT INTO vector SELECT passage_id, 1, digest, numbers FROM vector")
    with opened(paths, old, new) as library:
        library.sync()
        meaning_of(library, new)
        assert library.check() == []
    assert (kept_by(paths), len(new.passages)) == ([(2, 4)], 4)


def test_a_search_under_way_while_the_vectors_are_replaced_is_no_failure(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    old, new = first(), second()
    with opened(paths, old, new) as library:
        asked = old.vector(QUESTION)
        assert library.vectors.count(1) == 4
        nearest = VectorStore.nearest

        def change_meanwhile(store: VectorStore, where: VectorSet, *rest: object) -> list[tuple[int, float]]:
            held = store._collection(where)
            library.use_embedder("second")
            library.sync()
            store._known[where] = held
            return nearest(store, where, *rest)

        with monkeypatch.context() as patched:
            patched.setattr(VectorStore, "nearest", change_meanwhile)
            assert library.vectors.nearest(1, asked, 3) == []
        meaning_of(library, new)
        assert library.vectors.take_notice() is None
        assert library.check() == []


def test_a_change_lets_an_import_that_waits_go_first(paths: Paths):
    old, new = first(), second()
    new.batch = 1
    with opened(paths, old, new) as library:
        library.use_embedder("second", 1)
        library.give_way_when(lambda: True)
        assert not library.sync().cancelled
        assert (changed_to(library).wanted, changed_to(library).done) == ("second", 2)
        meaning_of(library, old)
        library.give_way_when(lambda: False)
        # one that is held back is told as what it is, so that it can be let go on
        library.pause_imports(True)
        told: list[ImportProgress] = []
        cancelled = threading.Event()
        library.sync(
            on_progress=lambda p: told.append(p) or cancelled.set() if p.phase is Phase.PAUSED else None,
            cancelled=cancelled,
        )
        assert (told[0].renewing, told[0].share, told[0].current) == (True, 0.5, "Documents")
        library.pause_imports(False)
        assert library.sync().changed == ("Documents",)
        meaning_of(library, new)
        assert len(new.passages) == 4


def test_choosing_the_old_embedder_again_takes_a_change_back(paths: Paths):
    old, new = first(), second()
    new.batch = 1
    with opened(paths, old, new) as library:
        library.use_embedder("second", 1)
    one_step(paths, new)
    with opened(paths, old, new) as library:
        library.use_embedder(old.name, 1)
        assert (changed_to(library).name, changed_to(library).wanted) == (old.name, "")
        meaning_of(library, old)
        library.sync()
        assert library.check() == []
    assert (len(vectors_of(paths, 1)), vectors_of(paths, 2), kept_by(paths)) == (4, {}, [(1, 4)])
    assert (old.passages, len(new.passages)) == ([], 2)


def test_what_comes_in_during_a_change_gets_vectors_of_the_new_embedder(paths: Paths, folder: Path):
    old, new = first(), second()
    with opened(paths, old, new) as library:
        library.use_embedder("second", 1)
        (folder / "oil.md").write_text("The oil of the gear box is changed once a year.")
        cancelled = threading.Event()
        library.sync(on_progress=lambda p: cancelled.set() if p.phase is Phase.EMBEDDING else None, cancelled=cancelled)
        words = {document.name for document in library.documents() if document.state is State.WORDS}
        assert words == {"oil.md"}
        assert library.search("oil of the gear box").found[0].passage.document == "oil.md"
        library.remove_documents([document.id for document in library.documents() if document.name == "seal.md"])
        summary = library.sync()
        assert states(library) == {State.READY}
        assert summary.states == {"ready": 1}
        assert (old.passages, len(new.passages)) == ([], 4)
        # what was removed meanwhile is embedded when it comes back
        library.restore_documents([4])
        assert {d.name for d in library.documents() if d.state is State.WORDS} == {"seal.md"}
        library.sync()
        assert (states(library), len(new.passages)) == ({State.READY}, 5)
        assert library.check() == []


def test_each_collection_has_its_own_embedder(paths: Paths, folder: Path):
    old, new = first(), second()
    with opened(paths, new, old) as library:
        other = library.create_collection("The same again")
        library.import_paths([folder], other)
        # the texts are the same, but vectors of another embedder are not copied
        assert (len(new.passages), old.passages) == (4, [])
        by_name = {collection.name: collection.embedder.name for collection in library.collections()}
        assert by_name == {"Documents": old.name, "The same again": "second"}
        result = library.search(QUESTION, 20)
        best = [found for found in result.found if found.passage.document == "bearing.md"]
        # both have the same words and the same standing, each among the passages of its own collection
        assert len(best) == 2
        asked = {each: each.vector(f"question: {QUESTION}") for each in (old, new)}
        near = library.vectors.nearest(1, asked[old], 20) + library.vectors.nearest(other, asked[new], 20)
        expected = [float(asked[each] @ each.vector(f"passage: bearing\n{TEXTS['bearing.md']}")) for each in asked]
        assert sorted(dict(near)[found.passage.id] for found in best) == pytest.approx(sorted(expected), abs=1e-3)
        assert all(found.meaning is not None and found.meaning > 1 for found in best)
        assert set(result.embedders) == {old.name, new.name}
        serving = {each.embedder.name: each for each in library._embedders.serving()}
        assert (serving["second"].collections, serving[old.name].collections) == ((other,), (1,))
        sample = library.vectors.sample([other], serving["second"].embedder_id, 3)
        assert (sample.shape, sample.dtype, library.vectors.sample([other], 2, 3) is sample) == ((3, 48), "f4", True)
        asked = new.vector(f"question: {QUESTION}")
        nearest = dict(library.vectors.nearest(other, asked, 10, None, serving["second"].embedder_id))
        cosines = library.vectors.cosines([*nearest, 1], asked, serving["second"].embedder_id)
        assert cosines == pytest.approx(nearest, abs=1e-3)
        assert library.vectors.nearest(1, asked, 10, None, serving["second"].embedder_id) == []
        # each text is embedded once by an embedder, whatever the collection
        library.use_embedder("second", 1)
        library.sync()
        assert len(new.passages) == 4
        meaning_of(library, new)
        assert library.check() == []


def test_a_collection_without_vectors_gets_its_new_embedder_at_once(paths: Paths, folder: Path):
    swedish = second(languages=("sv",))
    (folder / "lager.md").write_text(
        "Lagret smörjs var tvåtusende drifttimme med trettio gram litiumfett, och oftare när pumpen står i värme."
    )
    asked = "Hur ofta smörjs lagret i pumpen?"
    with opened(paths, first(), swedish) as library:
        mine = library.create_collection("Lager")
        library.import_paths([folder / "lager.md"], mine)
        assert not library.search(asked, 5, SearchScope((mine,))).by_meaning
        library.use_embedder("second", mine)
        embedder = next(c.embedder for c in library.collections() if c.id == mine)
        assert (embedder.name, embedder.wanted) == ("second", "")
        assert {d.state for d in library.documents(mine)} == {State.WORDS}
        library.sync(mine)
        assert library.search(asked, 5, SearchScope((mine,))).by_meaning
        # the English ones can have no vector of it: by words from then on, and what is new has what it can have
        library.use_embedder("second", 1)
        library.sync()
        assert not library.search(QUESTION).by_meaning
        assert (states(library), library.check()) == ({State.READY}, [])
        assert [text[:20] for text in swedish.passages] == ["passage: lager\nLagret"[:20]]


def test_an_embedder_that_is_not_here_leaves_the_words(paths: Paths, folder: Path):
    with opened(paths, second()) as library:
        assert FIRST_EMBEDDER[0] in str(changed_to(library).problem)
        assert not library.search(QUESTION).by_meaning
        assert library.search(QUESTION).found[0].passage.document == "bearing.md"
        (folder / "oil.md").write_text("The oil of the gear box is changed once a year.")
        assert library.sync().states == {}
        assert {d.name for d in library.documents() if d.state is State.WORDS} == {"oil.md"}
    with opened(paths, second(), first()) as library:
        assert changed_to(library).problem is None
        library.sync()
        assert states(library) == {State.READY}
        meaning_of(library, first())
        assert library.check() == []


def test_an_embedder_of_the_same_name_and_another_fingerprint_is_another(paths: Paths):
    embedder = WordEmbedder(FIRST_EMBEDDER[0], "retrained")
    with opened(paths, embedder) as library:
        assert not library.search(QUESTION).by_meaning
        library.use_embedder(FIRST_EMBEDDER[0])
        library.sync()
        assert len(embedder.passages) == len(TEXTS)
        meaning_of(library, embedder)


def test_a_vector_is_of_the_text_that_was_embedded(tmp_path: Path):
    """A passage keeps its vector when only its title changes; no other text may be given that one."""
    paths, page = open_paths(tmp_path / "home"), tmp_path / "page.html"
    body = f"<body><p>{TEXTS['bearing.md']}</p></body>"
    page.write_text(f"<title>Pump manual</title>{body}")
    old, new = first(), second()
    with opened(paths, old, new) as library:
        library.import_paths([page], library.create_collection("Documents"))
        library.use_embedder("second")
        page.write_text(f"<title>Handbook of the feed pump</title>{body}")
        library.sync()
        (text,) = new.passages
        assert text.startswith("passage: Handbook of the feed pump")
        for title in ("Pump manual", "Handbook of the feed pump"):
            copy = tmp_path / title / "page.html"
            copy.parent.mkdir()
            copy.write_text(f"<title>{title}</title>{body}")
            library.import_paths([copy], library.create_collection(title))
        assert [text.split("\n")[0] for text in new.passages[1:]] == ["passage: Pump manual (page)"]
        assert library.check() == []


def test_what_is_removed_leaves_no_vector_of_any_embedder(paths: Paths):
    new = second()
    new.batch = 1
    with opened(paths, first(), new) as library:
        library.use_embedder("second", 1)
    one_step(paths, new)
    with opened(paths, first(), new) as library:
        library.remove_documents([document.id for document in library.documents()[:2]])
        library.purge_removed()
        assert library.check() == []
    assert sorted(vectors_of(paths, 1)) == sorted(i for i in (1, 2, 3, 4) if i in vectors_of(paths, 1))
    assert len(vectors_of(paths, 1)) == 2 and vectors_of(paths, 2).keys() <= vectors_of(paths, 1).keys()
    with opened(paths, first(), new) as library:
        library.delete_collection(library.collection_id("Documents"))
        library.purge_removed()
    assert (vectors_of(paths, 1), vectors_of(paths, 2), kept_by(paths)) == ({}, {}, [])


def test_a_damaged_store_is_made_anew_in_the_middle_of_a_change(paths: Paths):
    old, new = first(), second()
    new.batch = 1
    with opened(paths, old, new) as library:
        library.use_embedder("second", 1)
    one_step(paths, new)
    with closing(sqlite3.connect(paths.catalog)) as catalog, catalog:
        catalog.execute("DELETE FROM renewal WHERE passage_id = 4")
    shutil.rmtree(paths.vectors)
    paths.vectors.mkdir()
    (paths.vectors / "chroma.sqlite3").write_bytes(b"no database")
    with opened(paths, old, new) as library:
        meaning_of(library, old)
        assert "embedders" in [fault.kind for fault in library.repair()]
        assert library.check() == []
        assert len(library.vectors.ids(1)) == 4
        library.sync()
        meaning_of(library, new)
        assert library.check() == []
    assert (old.passages, len(new.passages)) == ([], 4)


@pytest.mark.parametrize("version", [3, 5])
def test_a_catalogue_of_an_earlier_version_keeps_its_vectors(tmp_path: Path, version: int):
    """Nothing is embedded again, and its vectors answer and are copied as before, whatever the default is by now."""
    paths, embedder = open_paths(tmp_path / "home"), first()
    chunk = Chunk(1, 0, len(TEXTS["bearing.md"]), TEXTS["bearing.md"], (), "bearing", "en")
    words = Chunk(1, 0, 5, "Lager", (), "", "sv")
    with closing(open_file(paths.catalog, MIGRATIONS[:version], damaged=say(""), newer=say(""))) as old:
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
        if version == 5:
            old.execute("UPDATE passage SET embedder_id = 1 WHERE embedded = 1")
            old.execute("INSERT INTO embedder (name, fingerprint) VALUES ('earlier', 'e')")
            half = embedder.vector(f"passage: {chunk.indexed}").astype("<f2").tobytes()
            # the second one is of an embedder that is not in use any more
            old.execute("INSERT INTO vector VALUES (1, 1, ?), (2, 2, ?)", (half, half))
            old.execute("INSERT INTO remembered VALUES ('vectors kept 1', '1')")
    with closing(VectorStore(paths.vectors)) as vectors:
        vectors.put(VectorSet(1, 1), [1], [1], [embedder.vector(f"passage: {chunk.indexed}")])
    copy = tmp_path / "bearing.md"
    copy.write_text(chunk.text)
    with opened(paths, second(), embedder) as library:
        assert [document.state for document in library.documents()] == [State.READY]
        meaning_of(library, embedder)
        copies = library.create_collection("Copies")
        library.use_embedder(embedder.name, copies)
        library.sync()
        library.import_paths([copy], copies)
        assert library.check() == []
    assert embedder.passages == []
    assert kept_by(paths) == [(1, 2)]
    with closing(sqlite3.connect(paths.catalog)) as catalog:
        assert catalog.execute("SELECT embedded FROM passage ORDER BY id").fetchall() == [(1,), (2,), (1,)]
        assert catalog.execute("SELECT serving_id, embedder_id FROM collection").fetchall() == [(1, 1), (1, 1)]
