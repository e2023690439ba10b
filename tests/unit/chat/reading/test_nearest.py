"""The sentences that are shown with a refusal: the nearest ones of all that was found, whatever passage they are in."""

from dataclasses import replace

import pytest

from phi3desk.chat.answer import recorded
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.citations import shown_quotes
from phi3desk.chat.messages import Answer, Basis, MadeBy, Source, Timings
from phi3desk.chat.reading.nearest import MOST_SENTENCES, nearest_sentences
from phi3desk.library.documents import Passage
from phi3desk.library.text import sentences
from phi3desk.model.types import Ending

QUESTION = "How often is the main bearing re-greased?"
GREASED = "The main bearing is re-greased every 2,000 operating hours."
CARE = f"The hall is closed at night. {GREASED} Waste grease goes into the red drum."
OTHER = "The compressor was delivered in 1998. Its bearing takes no grease at all."


def source(n: int, text: str, close: dict[str, float]) -> Source:
    passage = Passage(n, n, f"{n}.pdf", f"/{n}.pdf", "", 3, 0, len(text), text)
    return Source(n, passage, sentences=tuple(close.get(each, 0.8) for each in sentences(text)))


SOURCES = (source(1, OTHER, {}), source(2, CARE, {GREASED: 0.92}))


def refusal(**changes) -> Answer:
    answer = Answer("The documents do not tell.", (), SOURCES, Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings())
    return replace(answer, **changes)


def test_the_nearest_sentence_comes_first_from_wherever_it_stands():
    nearest = nearest_sentences(QUESTION, SOURCES)
    assert (nearest[0].n, nearest[0].document, nearest[0].page, nearest[0].quote) == (2, "2.pdf", 3, GREASED)
    assert len(nearest) == MOST_SENTENCES
    for each in nearest:
        assert each.quote in SOURCES[each.n - 1].passage.text


def test_what_two_passages_say_is_shown_once():
    again = source(3, CARE, {GREASED: 0.92})
    assert [each.quote for each in nearest_sentences(QUESTION, (*SOURCES, again))].count(GREASED) == 1


def test_a_heading_is_shown_with_what_stands_below_it():
    text = f"Bearing, greasing\n\n{GREASED}"
    headed = source(1, text, {"Bearing, greasing": 0.95})
    assert text in [each.quote for each in nearest_sentences(QUESTION, (headed,))]


@pytest.mark.parametrize("nearer", ["Bearing, greasing", GREASED])
def test_a_sentence_is_not_shown_once_more_with_its_heading(nearer: str):
    heading = "Bearing, greasing"
    text = f"{heading}\n\n{GREASED} Waste grease goes into the red drum. The hall is closed at night."
    close = {heading: 0.9, GREASED: 0.9, nearer: 0.95}
    shown = [each.quote for each in nearest_sentences(QUESTION, (source(1, text, close),))]
    assert sum(GREASED in each for each in shown) == 1
    assert len(shown) == MOST_SENTENCES


def test_no_sentence_is_shown_where_it_is_not_known_how_close_they_come():
    assert nearest_sentences(QUESTION, (*SOURCES, replace(SOURCES[0], n=3, sentences=()))) == ()


def test_a_refusal_and_what_the_model_says_by_itself_come_with_the_nearest_sentences():
    refused = recorded(refusal(), AnswerMode.DOCUMENTS_ONLY, QUESTION)
    assert refused.refused
    assert refused.nearest == nearest_sentences(QUESTION, SOURCES)
    assert [index for _, index in shown_quotes(refused)] == [0, 1, 2]
    assert [one.n for one, _ in shown_quotes(refused)] == [one.n for one in refused.nearest]
    own = refusal(text="Once a year, as a rule.", basis=Basis.MODEL)
    assert recorded(own, AnswerMode.DOCUMENTS_FIRST, QUESTION).nearest == refused.nearest
    assert recorded(own, AnswerMode.MODEL_ALONE, QUESTION).nearest == ()


def test_an_answer_that_cites_or_is_not_there_yet_has_no_nearest_sentences():
    cited = refusal(text="Every 2,000 hours [2].", citations=nearest_sentences(QUESTION, SOURCES)[:1])
    assert recorded(cited, AnswerMode.DOCUMENTS_ONLY, QUESTION).nearest == ()
    assert cited.quoted == cited.citations
    for ended in (Ending.WRITING, Ending.CANCELLED):
        assert recorded(refusal(ended=ended), AnswerMode.DOCUMENTS_ONLY, QUESTION).nearest == ()
