"""How close what was found comes to a question is on one scale for all languages, and far from it nothing is asked."""

from dataclasses import replace

import pytest

from phi3desk.chat.answer import finish, recorded
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import NOTHING_ANSWERS, WriteStep, step_after_search
from phi3desk.chat.judging.fit import EMBEDDER, fit_of, is_hopeless
from phi3desk.chat.messages import Answer, MadeBy, Source
from phi3desk.chat.prompt import Completion
from phi3desk.library.documents import Candidate, Found, Passage, SearchResult, Trace
from phi3desk.model.types import Ending, Generation
from tests.unit.chat.test_decision import question

PASSAGE = Passage(1, 1, "pump.pdf", "/pump.pdf", "Pump", 3, 0, 20, "It is hot. It is not.")


def result(*likeness: float, asked: str = "en", language: str = "en", **parts: tuple[str, ...]) -> SearchResult:
    found = Found(PASSAGE, 0.5, True, sentences=likeness)
    candidate = Candidate(PASSAGE, 0.5, True, language=language, tied_by=parts.get("tied_by", ()))
    trace = Trace("How hot?", asked, {language: 1.0}, 9, 3, (candidate,))
    return SearchResult((found,), 9, asked, 0.1, by_meaning=True, embedders=(EMBEDDER,), trace=trace)


def test_fit_is_that_of_the_best_sentence():
    assert fit_of(result(0.80, 0.88, 0.85)) == 0.88


@pytest.mark.parametrize(("asked", "language"), [("sl", "sl"), ("ro", "ro"), ("de", "en"), ("en", "uk")])
def test_other_languages_are_brought_to_the_same_scale(asked: str, language: str):
    fit = fit_of(result(0.85, asked=asked, language=language))
    assert fit is not None
    assert fit > 0.85
    across = fit_of(result(0.85, asked="de", language="en"))
    assert across is not None
    assert across >= fit


def test_fit_is_not_known_where_nothing_can_tell():
    known = result(0.9)
    assert fit_of(replace(known, embedders=("all-MiniLM-L6-v2",))) is None
    assert fit_of(result()) is None
    assert fit_of(result(0.7, tied_by=("clause",))) is None
    assert not is_hopeless(None)


@pytest.mark.parametrize("mode", [AnswerMode.DOCUMENTS_ONLY, AnswerMode.DOCUMENTS_FIRST])
def test_no_model_reads_what_does_not_come_close(mode: AnswerMode):
    far = step_after_search(question(mode), result(0.78))
    if mode is AnswerMode.DOCUMENTS_ONLY:
        assert isinstance(far, Answer)
        assert (far.text, far.refused) == (str(NOTHING_ANSWERS), True)
        assert [source.passage for source in far.sources] == [PASSAGE]
    else:
        assert isinstance(far, WriteStep)
        assert far.sources == ()
    near = step_after_search(question(mode), result(0.87))
    assert isinstance(near, WriteStep)
    assert (len(near.sources), near.request.fit) == (1, 0.87)


@pytest.mark.parametrize(("fit", "refused"), [(0.87, True), (0.95, False), (None, False)])
def test_an_answer_of_which_the_sources_hold_nothing_refuses_unless_they_come_close(fit: float | None, refused: bool):
    source = Source(1, PASSAGE)
    invented = Generation("The ship sails to Norway in winter.", (), Ending.STOP, 9, 0, 0.1, 0.1, 8, 9.0)
    held = replace(invented, text="It is hot.")
    only, first = AnswerMode.DOCUMENTS_ONLY, AnswerMode.DOCUMENTS_FIRST

    def answer(generation: Generation, mode: AnswerMode) -> Answer:
        written = Completion(generation, (1,), 0)
        return recorded(finish(written, "How hot?", (source,), MadeBy(), 0.1, fit=fit), mode)

    assert (answer(invented, only).refused, answer(invented, only).text) == (refused, invented.text)
    assert not answer(held, only).refused
    assert not answer(replace(invented, ended=Ending.CANCELLED), only).refused
    # there it is what the model says by itself
    assert not answer(invented, first).refused
