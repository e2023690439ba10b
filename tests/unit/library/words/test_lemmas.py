"""Base forms of Slovenian and Ukrainian words, as the word index and its questions meet in them."""

from pathlib import Path

import pytest

from phi3desk.errors import UserError
from phi3desk.library.text import fold
from phi3desk.library.words.lemmas import lemma
from phi3desk.library.words.terms import stem
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder


class NoVote(WordEmbedder):
    """An embedder whose model cannot be loaded for a question: what is found is found by its words."""

    def embed_question(self, question: str) -> None:
        raise UserError("The model is missing.")


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        # what no endings tell: other stems, other vowels, other consonants
        (("človek", "ljudi", "ljudem"), "sl"),
        (("pes", "psa"), "sl"),
        (("ura", "ur"), "sl"),
        (("otroci", "otrok"), "sl"),
        (("люди", "людей"), "uk"),
        (("ніч", "ночі"), "uk"),
        (("кінець", "кінця"), "uk"),
        # with marks and without, and with each apostrophe
        (("črpalke", "črpalka", "crpalko"), "sl"),
        (("Ljubljani", "Ljubljana"), "sl"),
        (("країни", "країна"), "uk"),
        (("об'єкт", "об’єкту", "обʼєкта"), "uk"),
        # what the dictionaries do not hold is stemmed by its endings
        (("підшипник", "підшипників"), "uk"),
        (("transformatorja", "transformatorju"), "sl"),
    ],
)
def test_forms_of_a_word_meet_in_one_stem(forms: tuple[str, ...], language: str):
    assert len({stem(fold(form), language) for form in forms}) == 1


@pytest.mark.parametrize("word", ["qx17", "xyzzy", "", "a-b"])
def test_what_is_no_word_stays_as_it_is(word: str):
    assert lemma(word, "uk") == lemma(word, "sl") == word


def test_long_words_have_no_more_spellings_than_are_looked_up():
    assert lemma("сз" * 40, "sl") == "сз" * 40
    assert lemma("csz" * 40, "sl") == "csz" * 40


def test_a_question_finds_another_form_of_its_word(tmp_path: Path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in (("ljudje.txt", "Ljudje ob stroju nosijo čelado."), ("psi.txt", "Vrata hale so zaprta.")):
        (folder / name).write_text(text, encoding="utf-8")
    paths = open_paths(tmp_path / "home")
    library = LibraryInProcess(paths, Settings(paths.settings), embedder=NoVote())
    library.import_paths([folder], library.collection_id("Made", create=True), None, None)
    found = library.search("človek", 1).found
    assert found[0].relevant
    assert found[0].passage.document == "ljudje.txt"
    # as an earlier version wrote it
    catalog = library._catalog
    with catalog.writing() as connection:
        connection.execute("UPDATE passage_words SET body = 'ljudj ob stroj nosij' WHERE body LIKE '%clovek%'")
        catalog.remember("terms", "[2, -1]")
    library._renew_index()
    words = {word for (body,) in catalog.connection.execute("SELECT body FROM passage_words") for word in body.split()}
    assert {"clovek", "celad"} <= words
    assert "ljudj" not in words
    library.close()
