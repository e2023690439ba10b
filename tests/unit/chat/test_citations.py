"""Marks become citations; what no passage says gets none."""

import pytest

from phi3desk.chat.citations import cite, keep_known_marks
from phi3desk.chat.messages import Source
from phi3desk.library.documents import Passage


def source(n: int, text: str, page: int = 1, document: str = "pump.pdf") -> Source:
    return Source(n, Passage(n, 1, document, f"/m/{document}", "Pump manual", page, 0, len(text), text, ()))


BEARING = source(
    1,
    "The main bearing is lubricated with grease. It must be re-greased every 2,000 operating hours with 30 g of "
    "lithium complex grease. Do not over-grease.",
    12,
)
SAFETY = source(2, "Wear eye protection at all times. Keep hands away from the coupling.", 3)
SOURCES = [BEARING, SAFETY]


def test_mark_of_the_model_quotes_the_sentence_that_says_it():
    text, citations = cite("It must be re-greased every 2,000 hours [1].", SOURCES)
    assert text == "It must be re-greased every 2,000 hours [1]."
    assert [(c.n, c.page, c.by_model) for c in citations] == [(1, 12, True)]
    assert citations[0].quote.startswith("It must be re-greased every 2,000 operating hours")


@pytest.mark.parametrize("mark", ["[7]", "[0]", "[12, 99]", "[999]"])
def test_mark_of_no_passage_is_dropped(mark):
    shown, citations = cite(f"Every two thousand hours {mark}.", SOURCES)
    assert shown == "Every two thousand hours."
    assert all(c.n in (1, 2) for c in citations)


def test_several_numbers_in_one_mark_become_single_marks():
    assert keep_known_marks("Both say so [1, 2; 9].", {1, 2}) == "Both say so [1][2]."


def test_unmarked_sentence_gets_the_mark_of_its_source():
    text, citations = cite("Re-grease the bearing every 2000 operating hours with 30 g of lithium grease.", SOURCES)
    assert text.endswith("lithium grease [1].")
    assert [(c.n, c.by_model) for c in citations] == [(1, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Bananas are yellow and grow in warm countries.",
        "The main bearing must be re-greased every 500 operating hours.",
        "Yes.",
        "The documents do not tell.",
    ],
)
def test_sentence_that_no_passage_says_gets_no_mark(text):
    shown, citations = cite(text, SOURCES)
    assert (shown, citations) == (text, ())


def test_short_answer_is_tied_to_the_sentence_that_speaks_of_the_question():
    question = "What grease is used for the main bearing?"
    text, citations = cite("Lithium complex grease.", SOURCES, question)
    assert text == "Lithium complex grease [1]."
    assert "lithium complex grease" in citations[0].quote
    assert cite("Grease.", SOURCES, "Who wrote Faust?")[1] == ()


def test_inflected_ukrainian_answer_finds_its_sentence():
    passages = [source(1, "Підшипник змащують кожні 2000 годин роботи. Насос зупиняють перед оглядом.")]
    text, citations = cite("Підшипники треба змащувати кожні 2000 годин.", passages)
    assert text.endswith("[1].")
    assert citations[0].quote == "Підшипник змащують кожні 2000 годин роботи."


def test_lists_and_line_breaks_stay_as_written():
    answer = "Two things:\n\n- Wear eye protection at all times.\n- Use 30 g of lithium complex grease. [1]\n"
    text, citations = cite(answer, SOURCES)
    assert text == "Two things:\n\n- Wear eye protection at all times [2].\n- Use 30 g of lithium complex grease. [1]"
    assert {c.n for c in citations} == {1, 2}


def test_answer_without_sources_keeps_no_mark():
    assert cite("As all know [1].", []) == ("As all know.", ())


@pytest.mark.parametrize("order", [1, -1])
def test_figure_that_the_cited_passage_does_not_hold_is_named(order):
    claims = ["The bearing is re-greased every 500 operating hours [1].", "It is re-greased with 30 g of grease [1]."]
    _, citations = cite(" ".join(claims[::order]), SOURCES)
    assert [(citation.n, citation.missing) for citation in citations] == [(1, ("500",))]
