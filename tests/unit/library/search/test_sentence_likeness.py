"""How close sentences are to a question: each by itself, in a real library."""

from pathlib import Path

import pytest

from phi3desk.library.text import sentences
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

QUESTION = "How often is the main bearing greased?"
TEXT = (
    "The pump stands in hall three. Gloves are worn by everybody. The main bearing is greased often. "
    "The red drum takes what is left over.\n\nThe hall is closed at night."
)


@pytest.fixture
def library(tmp_path: Path):
    paths = open_paths(tmp_path / "home")
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pump.txt").write_text(TEXT)
    made.import_paths([tmp_path / "in"], made.create_collection("All"))
    yield made
    made.close()


def test_each_sentence_of_a_find_has_its_likeness_and_the_one_that_answers_the_highest(library):
    (found,) = library.search(QUESTION, 1, sentences=True).found
    parts = sentences(found.passage.text)
    assert len(found.sentences) == len(parts) == 5
    best = max(range(len(parts)), key=lambda at: found.sentences[at])
    assert parts[best] == "The main bearing is greased often."
    assert all(-1 <= value <= 1 for value in found.sentences)


def test_likeness_costs_nothing_where_it_is_not_wanted(library):
    result = library.search(QUESTION, 1)
    assert result.found[0].sentences == ()
    told = library.search(QUESTION, 1, sentences=True)
    assert [each.passage for each in told.found] == [each.passage for each in result.found]


def test_no_likeness_is_told_in_a_language_that_no_embedder_knows(library):
    (found,) = library.search("Jak często smarowane jest łożysko główne pompy?", 1, sentences=True).found
    assert found.sentences == ()
