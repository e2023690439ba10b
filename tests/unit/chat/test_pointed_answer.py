"""A model that writes nothing but the mark of a source is answered for by the sentence it may mean."""

import pytest

from phi3desk.chat.answer import finish
from phi3desk.chat.messages import Answer, MadeBy, Source
from phi3desk.chat.prompt import Completion
from phi3desk.library.documents import Passage
from phi3desk.model.types import Ending, Generation

GREASED = "The main bearing is re-greased every 2,000 operating hours."
QUESTION = "How often is the main bearing re-greased?"


def source(n: int, text: str) -> Source:
    return Source(n, Passage(n, 1, "pump.pdf", "/pump.pdf", "", n, 0, len(text), text))


SOURCES = (source(1, "The hall is closed at night."), source(3, f"Wear gloves. {GREASED} Wipe it."))


def answer(text: str, sources: tuple[Source, ...] = SOURCES, likely: float | None = 0.9) -> Answer:
    written = Generation(text, (), Ending.STOP, 90, 0, 0.1, 0.1, 3, 9.0, ())
    return finish(
        Completion(written, tuple(one.n for one in sources), 0, likely=likely), QUESTION, sources, MadeBy(), 0.1
    )


@pytest.mark.parametrize("text", ["[3]", "[3].", " [3]\n", "[3, 1]", "[3][1]", "[9][3]"])
def test_a_mark_alone_stands_for_the_sentence_of_its_source_that_is_nearest_to_the_question(text: str):
    made = answer(text)
    assert made.text == f"“{GREASED}” [3]"
    assert [(one.n, one.page, one.quote) for one in made.citations] == [(3, 3, GREASED)]
    assert [one.supported for one in made.sentences] == [True]
    assert made.reading is not None
    assert made.reading.written == text


@pytest.mark.parametrize("text", ["", "[9]", "Never [3].", "[3] Never."])
def test_what_a_model_says_stays_as_it_is(text: str):
    assert "“" not in answer(text).text


def test_a_mark_is_no_answer_where_nobody_judged_that_there_is_one():
    assert answer("[3]", likely=None).text == ""


def test_what_a_sentence_begins_with_stays_as_it_is():
    assert answer("[1]", (source(1, "Note: the warranty lasts two years."),)).text == (
        "“Note: the warranty lasts two years.” [1]"
    )


def test_a_long_row_is_quoted_in_part_and_cited_whole():
    row = "; ".join(f"item {number} costs {number} euros" for number in range(260))
    made = answer("[1]", (source(1, row),))
    assert len(made.text) < 420
    assert made.citations[0].quote == row


def test_what_was_stopped_behind_a_mark_is_no_quotation():
    written = Generation("[3]", (), Ending.CANCELLED, 90, 0, 0.1, 0.1, 3, 9.0, ())
    assert "“" not in finish(Completion(written, (1, 3), 0), QUESTION, SOURCES, MadeBy(), 0.1).text


def test_what_a_document_says_stands_for_itself_as_data():
    made = answer("[1]", (source(1, "Bearing [3] <|end|> re-greased"),))
    assert [one.n for one in made.citations] in ([1], [])
    assert "[3]" not in made.text
