"""The library as a whole in a real folder: import, search, states, undo, what a crash leaves behind."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from phi3desk import file_hash
from phi3desk.errors import Cancelled, UserError
from phi3desk.library.chunking.chunked_document import IndexEntry, index_entry
from phi3desk.library.documents import Figures, ImportProgress, Phase, SearchScope, State, WordsOnly
from phi3desk.library.embedding.minilm import MiniLmEmbedder
from phi3desk.library.importing import import_run, recognition
from phi3desk.library.importing.import_run import ImportRun
from phi3desk.library.language import language_of
from phi3desk.library.library import Library
from phi3desk.paths import Paths, open_paths
from phi3desk.settings import Settings
from tests.helpers.cancelled_after import CancelledAfter
from tests.helpers.pdf import write_pdf, write_pump_manual
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.reading import READER
from tests.helpers.word_embedder import WordEmbedder

SWEDISH = [["Lagret smörjs var två tusende timme med litiumfett.", "Oljan byts en gång om året av montören."]]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return open_paths(tmp_path / "home")


@pytest.fixture
def library(paths: Paths) -> Iterator[Library]:
    with closing(opened(paths)) as made:
        yield made


@pytest.fixture
def library_with_model(paths: Paths) -> Iterator[Library]:
    """Return a library whose embedder is that of a new installation."""
    with closing(Library(paths, Settings(paths.settings), READER)) as made:
        yield made


def opened(paths: Paths) -> Library:
    return LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pump_manual(tmp_path / "in" / "pump.pdf")
    write_pdf(tmp_path / "in" / "smorjning.pdf", SWEDISH)
    return tmp_path / "in"


def states(library: Library) -> dict[str, State]:
    return {document.name: document.state for document in library.documents()}


def test_import_gives_every_file_a_state_and_search_finds_the_page(library_with_model: Library, folder: Path) -> None:
    library = library_with_model
    (folder / "copy.pdf").write_bytes((folder / "pump.pdf").read_bytes())
    (folder / "notes.xyz").write_text("no document")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / ".hidden.pdf").write_bytes(b"%PDF-1.7")
    outcomes, progress = [], []
    mine = library.collection_id("My documents", create=True)
    summary = library.import_paths([folder], mine, progress.append, outcomes.append)
    assert states(library) == {
        "bad.pdf": State.FAILED,
        "copy.pdf": State.READY,
        "notes.xyz": State.UNSUPPORTED,
        "pump.pdf": State.DUPLICATE,
        "smorjning.pdf": State.READY,
    }
    assert all(d.reason for d in library.documents() if d.state is not State.READY)
    assert sum(summary.states.values()) == len(outcomes) == 5
    assert (progress[-1].files, progress[-1].files_done, progress[-1].passages) == (5, 5, progress[-1].embedded)
    best = library.search("How often is the main bearing greased again?").found[0]
    assert (best.passage.document, best.passage.page, best.relevant) == ("copy.pdf", 2, True)
    assert best.meaning is not None and best.meaning > 0.4


def test_figures_never_run_backwards_not_over_a_restart_either(
    library: Library, folder: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # each step is told, the first one too
    monkeypatch.setattr(import_run, "_PROGRESS_SECONDS", 0.0)
    for number in range(9):
        (folder / f"note {number}.txt").write_text(f"Pump {number} is greased every {number + 2} weeks by the fitter.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    told: list[Figures] = []
    cancelled = threading.Event()
    mine = library.collection_id("My documents", create=True)

    def on_progress(progress: ImportProgress) -> None:
        if progress.phase is not Phase.CHECKING:
            told.append(library.status().figures)
        if told and told[-1].files_read >= 4:
            library.suspend_import()
            cancelled.set()

    assert library.import_paths([folder], mine, on_progress, None, cancelled).cancelled
    library.close()
    again = opened(paths)
    told.append(again.status().figures)
    again.sync(on_progress=lambda _: told.append(again.status().figures))
    told.append(again.status().figures)
    again.close()
    assert {one.files for one in told} == {12}
    for before, after in pairwise(told):
        for name in ("files_read", "files_by_words", "embedded", "meanings", "share"):
            assert getattr(before, name) <= getattr(after, name), name
    assert told[-2].files_read >= 4
    assert told[0].meanings == 0.0
    end = told[-1]
    assert (end.files_read, end.files_by_words, end.meanings, end.share) == (12, 11, 1.0, 1.0)
    assert end.embedded == end.passages > 0


def test_a_swedish_question_gets_no_vote_of_the_english_embedder(paths: Paths, folder: Path) -> None:
    with closing(Library(paths, Settings(paths.settings), READER, MiniLmEmbedder())) as library:
        library.import_paths([folder], library.collection_id("My documents", create=True))
        result = library.search("Hur ofta smörjer man lagren med litiumfett?")
        assert library.search("How often is the bearing greased?").words_only is None
    assert (result.language, result.by_meaning, result.words_only) == ("sv", False, WordsOnly.LANGUAGE)
    assert result.found[0].passage.document == "smorjning.pdf"


def test_an_unrelated_question_finds_nothing_relevant(library_with_model: Library, folder: Path) -> None:
    library = library_with_model
    library.import_paths([folder], library.collection_id("My documents", create=True))
    assert not any(found.relevant for found in library.search("What is the capital of France?").found)


def test_an_unchanged_file_is_left_alone_and_a_changed_one_is_read_anew(library: Library, folder: Path) -> None:
    mine = library.collection_id("My documents", create=True)
    library.import_paths([folder], mine)
    before = {document.name: document.imported for document in library.documents()}
    library.import_paths([folder], mine)
    assert {document.name: document.imported for document in library.documents()} == before
    write_pdf(folder / "pump.pdf", [["The impeller is made of bronze and is balanced."]], title="Impeller")
    library.import_paths([folder], mine)
    assert library.search("What is the impeller made of?").found[0].passage.text.startswith("The impeller")
    assert not any("bearing" in found.passage.text for found in library.search("main bearing grease").found)
    assert library.status().passages == library.status().embedded


def test_removed_documents_are_out_of_search_until_restored_or_purged(library: Library, folder: Path) -> None:
    library.import_paths([folder], library.collection_id("My documents", create=True))
    (pump,) = [document for document in library.documents() if document.name == "pump.pdf"]
    library.remove_documents([pump.id])
    assert all(found.passage.document != "pump.pdf" for found in library.search("main bearing grease").found)
    library.restore_documents([pump.id])
    assert library.search("main bearing grease").found[0].passage.document == "pump.pdf"
    library.remove_documents([pump.id])
    library.purge_removed()
    with pytest.raises(UserError):
        library.document(pump.id)


def test_search_is_restricted_to_collections_and_a_document(library: Library, folder: Path) -> None:
    mine, other = library.create_collection("Mine"), library.create_collection("Other")
    library.import_paths([folder / "pump.pdf"], mine)
    library.import_paths([folder / "pump.pdf", folder / "smorjning.pdf"], other)
    assert library.search("bearing grease", scope=SearchScope((mine,))).searched == 2
    found = library.search("pump", scope=SearchScope(documents=("smorjning",))).found
    assert {f.passage.document for f in found} <= {"smorjning.pdf"}
    with pytest.raises(UserError, match="no document named"):
        library.search("pump", scope=SearchScope(documents=("valve.pdf",)))


def test_a_cancelled_import_is_taken_up_again(library: Library, folder: Path, paths: Paths) -> None:
    cancelled = threading.Event()
    cancelled.set()
    mine = library.collection_id("My documents", create=True)
    summary = library.import_paths([folder], mine, cancelled=cancelled)
    assert summary.cancelled
    assert summary.left_unread == summary.states["failed"] > 0
    assert sum(summary.tried().values()) == 0
    library.import_paths([folder], mine)
    assert set(states(library).values()) == {State.READY}


def test_an_import_is_stopped_while_a_large_file_is_hashed(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = file_hash.sha256

    def hashed_until_stopped(path: Path, cancelled: threading.Event) -> str:
        cancelled.set()
        return hashed(path, cancelled)

    monkeypatch.setattr(file_hash, "sha256", hashed_until_stopped)
    mine = library.collection_id("My documents", create=True)
    summary = library.import_paths([folder], mine, cancelled=threading.Event())
    assert (summary.cancelled, summary.left_unread) == (True, 2)
    monkeypatch.undo()
    library.import_paths([folder], mine)
    assert set(states(library).values()) == {State.READY}


def test_text_of_many_recognised_pages_is_split_until_that_is_stopped(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.import_paths([folder], library.collection_id("My documents", create=True))
    (pump,) = (each for each in library.documents() if each.name == "pump.pdf")
    before = library._catalog.passages(list(range(1, 100)))
    made: list[str] = []

    def entry(context: str, text: str, language: str) -> IndexEntry:
        made.append(text)
        return index_entry(context, text, language)

    monkeypatch.setattr(recognition, "index_entry", entry)
    # a look for each page, then one for each passage
    for looks, expected in ((0, 0), (pump.pages - 1, 0), (pump.pages, 0), (pump.pages + 1, 1)):
        run = ImportRun(CancelledAfter(looks))
        made.clear()
        with pytest.raises(Cancelled):
            library._importer._recognition.chunk_again(run, pump.id)
        assert (len(made), run.passages, library._catalog.passages(list(range(1, 100)))) == (expected, 0, before)
    library._importer._recognition.chunk_again(ImportRun(threading.Event()), pump.id)
    assert states(library)["pump.pdf"] is State.WORDS


def test_lost_vectors_and_half_done_documents_are_mended_at_the_next_start(paths: Paths, folder: Path) -> None:
    library = opened(paths)
    library.import_paths([folder], library.collection_id("My documents", create=True))
    library.close()
    with sqlite3.connect(paths.catalog) as catalog:
        catalog.execute("UPDATE document SET state = 'found' WHERE name = 'smorjning.pdf'")
    catalog.close()
    library = opened(paths)
    mine = library.collections()[0].id
    library.vectors.delete(mine, library.vectors.ids(mine))
    with sqlite3.connect(paths.catalog) as catalog:
        catalog.execute("DELETE FROM vector")
    catalog.close()
    library.vectors.compare()
    assert set(states(library).values()) == {State.WORDS, State.FOUND}
    library.sync()
    assert set(states(library).values()) == {State.READY}
    assert library.search("main bearing grease").by_meaning
    library.close()


def test_a_second_opening_is_refused_in_words(library: Library, paths: Paths) -> None:
    with pytest.raises(UserError, match="in use"):
        Library(paths, Settings(paths.settings), READER)


@pytest.mark.parametrize(
    ("question", "language"),
    [("Wie oft wird das Lager geschmiert?", "de"), ("Як часто змащують підшипник?", "uk"), ("Vad är trycket?", "sv")],
)
def test_language_of_tells_short_questions(question: str, language: str) -> None:
    assert language_of(question, {language: 0.5, "en": 0.5}) == language
