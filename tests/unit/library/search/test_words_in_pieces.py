"""What finds a passage though its words are not set apart, and clauses by their number."""

from collections.abc import Iterator
from typing import NoReturn

import pytest
from docx import Document

from phi3desk.errors import UserError
from phi3desk.library.search.clauses import clause_numbers, leads_with
from phi3desk.library.words.terms import index_words, question_words, words_of
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder

TEXTS = {
    "zh.txt": "安 全 规 定\n进入车间必须佩戴护目镜。\n\n液压油每运行两千小时更换一次。",
    "ja.txt": "主軸の軸受は半年ごとに給油する。\n\nガスバルブは毎日点検する。",
    "ko.txt": "윤활유를 이천 시간마다 교환한다.",
    "th.txt": "เปลี่ยนน้ำมันเครื่องทุกสองพันชั่วโมง",
    "en.txt": "W A R N I N G\n\nThe drum turns.",
    "table.txt": "A B C D E F\n\nx x x x",
}


class NoVote(WordEmbedder):
    """An embedder whose model cannot be loaded for a question: what is found is found by its words."""

    def embed_question(self, question: str) -> NoReturn:
        raise UserError("The model is missing.")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibraryInProcess]:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    document = Document()
    for text, level in (("4.1 Packaging", 2), ("4.2 Penalties", 2), ("5 Warranty", 1)):
        document.add_heading(text, level)
        document.add_paragraph({"4": "Oak pallets.", "5": "Under clause 4.2 clause 4.2 is capped."}[text[0]])
    document.save(str(folder / "contract.docx"))
    paths = open_paths(tmp_path_factory.mktemp("home"))
    made = LibraryInProcess(paths, Settings(paths.settings), embedder=NoVote())
    made.import_paths([folder], made.collection_id("Made", create=True), None, None)
    yield made
    made.close()


def _first(library: LibraryInProcess, question: str) -> str:
    found = library.search(question, 1).found
    return found[0].passage.document if found and found[0].relevant else ""


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("液压", "zh.txt"),
        ("液压油多久更换一次？", "zh.txt"),
        ("安全规定", "zh.txt"),
        ("軸受の給油", "ja.txt"),
        ("ガスの点検", "ja.txt"),
        ("윤활유 교환", "ko.txt"),
        ("น้ำมัน", "th.txt"),
        ("warning", "en.txt"),
        ("W A R N I N G", "en.txt"),
        ("电机", ""),
    ],
)
def test_words_of_two_letters_and_spaced_words_find_their_passage(library: LibraryInProcess, question, document):
    assert _first(library, question) == document


def test_a_clause_is_found_by_its_number_before_what_refers_to_it(library: LibraryInProcess):
    found = library.search("What does clause 4.2 say?", 3).found
    assert found[0].passage.text.splitlines()[0] in ("4.1 Packaging", "4.2 Penalties")
    assert "4.2 Penalties" in found[0].passage.text


def test_an_index_of_an_earlier_version_is_written_anew(library: LibraryInProcess):
    catalog = library._catalog
    with catalog.writing() as connection:
        for row in connection.execute("SELECT id, text FROM passage").fetchall():
            # as it was: a run of letters is one word
            connection.execute("UPDATE passage_words SET body = ? WHERE rowid = ?", (row["text"].lower(), row["id"]))
        connection.execute("DELETE FROM remembered WHERE key = 'terms'")
    assert _first(library, "液压") == ""
    library._renew_index()
    assert _first(library, "液压") == "zh.txt"
    state = catalog.connection.total_changes
    library._renew_index()
    assert catalog.connection.total_changes == state


def test_other_scripts_are_cut_as_they_are_written():
    assert words_of("Pump CP40型ポンプ 3.5 bar") == ["pump", "cp40", "型ポ", "ポン", "ンプ", "3x5", "3", "5", "bar"]
    assert words_of("A B C D and x x x x and o f e r t a")[-1] == "oferta"
    assert "abcd" not in index_words("A B C D E", "en")
    assert question_words("軸受の給油", "") == ["軸受", "給油"]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("clause 4.2", ("4.2",)),
        ("Kaj pravi člen 12?", ("12",)),
        ("Was steht in Abschnitt 4.2.1 und § 5?", ("4.2.1", "5")),
        ("第4条は何ですか", ("4",)),
        ("How long is 4.2 m?", ()),
        ("Article 47113", ()),
        ("What is particle 5?", ()),
        ("Яка доза для дітей старше 14 років понад 3 дні?", ()),
        ("Що каже п. 4.2 і стаття 7?", ("4.2", "7")),
    ],
)
def test_clause_numbers_of_a_question(question, numbers):
    assert clause_numbers(question) == numbers


@pytest.mark.parametrize(
    ("folded", "share"),
    [
        ("contract › 4 delivery\n4.2 penalties\nlate", 1.0),
        ("4.2 penalties", 1.0),
        ("clen 4.2\nkazni", 1.0),
        ("contract › 4.2 penalties\nlate", 0.9),
        ("contract\n4.2.1 exceptions", 0.0),
        ("contract\n4.25 m of pipe", 0.0),
        ("contract\nsee 4.2", 0.0),
        ("contract\n14.2 other", 0.0),
    ],
)
def test_only_the_clause_itself_leads_with_its_number(folded, share):
    assert leads_with(folded, "4.2") == share
