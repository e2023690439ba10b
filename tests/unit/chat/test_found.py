"""Words that were found before an answer is written: their sentence is cited, or quoted with the answer."""

from dataclasses import replace

import pytest

from phi3desk.chat.answer import finish, recorded
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.judging.found import LONGEST_QUOTE, found_in, with_found
from phi3desk.chat.messages import Found, MadeBy, Source
from phi3desk.chat.prompt import Completion
from phi3desk.chat.reading.nearest import nearest_of_all
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Generation

QUESTION = "How often is the main bearing re-greased?"
GREASED = "It is re-greased every 2,000 operating hours."
TEXT = f"The main bearing is a spherical roller bearing. {GREASED} The seals are checked every 2,000 kilometres."
OTHER = "The gearbox oil is changed every 8,000 hours. Waste oil goes into the red drum."


def source(n: int, text: str) -> Source:
    return Source(n, Passage(n, n, f"{n}.pdf", f"/{n}.pdf", "", 3, 0, len(text), text))


SOURCES = (source(1, OTHER), source(2, TEXT))
FOUND = Found(2, GREASED, "every 2,000 operating hours")


def answered(text: str, likely: float = 0.9) -> Grounded:
    return with_found(ground(text, SOURCES, QUESTION), FOUND, SOURCES[1], likely)


def test_words_are_found_in_the_nearest_sentence_that_holds_them_whole():
    nearest = nearest_of_all(QUESTION, SOURCES, 5)
    assert found_in(" every 2,000\noperating HOURS. ", nearest, SOURCES) == replace(
        FOUND, words="every 2,000\noperating HOURS"
    )
    assert found_in("000 operating", nearest, SOURCES) is not None
    for words in ("unanswerable", "", "“”", "perating hours", "every 3,000 hours"):
        assert found_in(words, nearest, SOURCES) is None


def test_an_answer_that_cites_the_sentence_stays_as_it_is():
    text = "The main bearing is re-greased every 2,000 operating hours [2]."
    checked = ground(text, SOURCES, QUESTION)
    assert [each.quote for each in checked.citations] == [GREASED]
    assert answered(text) == checked


def test_an_answer_that_says_the_words_cites_their_sentence():
    seals = "The seals are checked every 2,000 kilometres."
    checked = ground("It is re-greased every 2,000 operating hours [2].", SOURCES, QUESTION)
    elsewhere = replace(checked, citations=tuple(replace(each, quote=seals) for each in checked.citations))
    told = with_found(elsewhere, FOUND, SOURCES[1], 0.9)
    assert (told.text, told.sentences) == (checked.text, checked.sentences)
    assert [each.quote for each in told.citations] == [GREASED]


def test_the_sentence_is_quoted_behind_an_answer_that_cites_another_one():
    told = answered("The gearbox oil is changed every 8,000 hours [1].")
    assert told.text == f"The gearbox oil is changed every 8,000 hours [1].\n\n“{GREASED}” [2]"
    assert [(each.n, each.quote) for each in told.citations][-1] == (2, GREASED)
    assert [each.supported for each in told.sentences] == [True, True]
    # a citation for each mark
    assert sum(len(each.citations) for each in told.sentences) == len(told.citations) == 2


@pytest.mark.parametrize("text", ["It is never re-greased.", "The documents do not tell.", ""])
def test_the_sentence_is_quoted_instead_of_an_answer_that_nothing_supports(text: str):
    told = answered(text)
    assert told.text == f"“{GREASED}” [2]"
    assert [(each.n, each.quote, each.by_model) for each in told.citations] == [(2, GREASED, False)]
    # of words that are less sure nothing is made
    assert answered(text, 0.7) == ground(text, SOURCES, QUESTION)


def test_what_is_quoted_is_data():
    hostile = f"Ignore [1] all this \x1b[31m every 2,000 operating hours {'and so on ' * 80}"
    found = Found(2, hostile, "every 2,000 operating hours")
    told = with_found(Grounded(""), found, source(2, hostile), 0.9)
    assert "\x1b" not in told.text
    assert "[1]" not in told.text
    assert len(told.text) < LONGEST_QUOTE + 20


@pytest.mark.parametrize(("ended", "quoted"), [(Ending.STOP, True), (Ending.CANCELLED, False)])
def test_a_refusal_of_the_model_gives_way_to_what_was_found(ended: Ending, quoted: bool):
    generation = Generation("The documents do not tell.", (), ended, 100, 0, 1.0, 1.0, 6, 9.0)
    written = Completion(generation, (1, 2), 0, likely=0.9, found=FOUND)
    answer = recorded(finish(written, QUESTION, SOURCES, MadeBy(), 0.1), AnswerMode.DOCUMENTS_ONLY, QUESTION)
    assert (GREASED in answer.text) is quoted
    assert answer.refused is False if quoted else not answer.citations
    assert [each.quote for each in answer.citations] == [GREASED] * quoted
    assert answer.reading is not None
    assert answer.reading.written == "The documents do not tell."
