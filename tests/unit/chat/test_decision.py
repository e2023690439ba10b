"""What is done next for a question, in every mode, whatever there is to search and whatever is found."""

import pytest

from phi3desk.chat.answer import MOST_NEAREST
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import (
    NOTHING_FOUND,
    NOTHING_TO_SEARCH,
    SearchStep,
    WriteStep,
    first_step,
    step_after_search,
)
from phi3desk.chat.messages import Answer, Basis, MadeBy
from phi3desk.chat.question import Question
from phi3desk.errors import Sentence
from phi3desk.library.documents import Found, Passage, SearchResult, SearchScope
from phi3desk.model.types import Ending, Role, Sampling, Turn

MADE_BY = MadeBy("phi3", "/m/phi3.gguf", "ab12", "Pump expert", "p1")
HISTORY = (Turn(Role.USER, "Which pump?"), Turn(Role.ASSISTANT, "The big one."))
SEARCHING = [mode for mode in AnswerMode if mode is not AnswerMode.MODEL_ALONE]


def question(mode: AnswerMode, collections: tuple[int, ...] | None = None) -> Question:
    scope = SearchScope(collections, ("pump.pdf",))
    return Question("How hot?", "Be brief.", HISTORY, scope, 4, Sampling(temperature=0.3), MADE_BY, mode)


def found(text: str, *, relevant: bool) -> Found:
    passage = Passage(1, 1, "pump.pdf", "/pump.pdf", "Pump", 3, 0, len(text), text)
    return Found(passage, 0.5, relevant, ("hot",), 0.7)


def result(*passages: Found, searched: int) -> SearchResult:
    return SearchResult(passages, searched, "en", 0.25, by_meaning=True)


def assert_refused(step: object, sentence: Sentence, seconds: float, *nearest: Found) -> None:
    assert isinstance(step, Answer)
    assert (step.text, step.basis, step.ended) == (str(sentence), Basis.NOTHING_FOUND, Ending.STOP)
    assert (step.refused, step.mode) == (True, AnswerMode.DOCUMENTS_ONLY)
    assert [source.passage for source in step.sources] == [each.passage for each in nearest]
    assert (step.citations, step.made_by) == ((), MADE_BY)
    assert step.timings.search_s == seconds


def assert_written_alone(step: object, asked: Question, seconds: float) -> None:
    assert isinstance(step, WriteStep)
    assert step.sources == ()
    assert step.request.question == "How hot?"
    assert step.request.instructions == "Be brief."
    assert step.request.history == HISTORY
    assert step.request.mode is asked.mode
    assert (step.sampling, step.search_seconds) == (Sampling(temperature=0.3), seconds)


@pytest.mark.parametrize("mode", SEARCHING)
@pytest.mark.parametrize("collections", [None, (3,), (3, 5)])
@pytest.mark.parametrize("library_passages", [None, 1, 5000])
def test_first_step_searches_what_there_is(mode, collections, library_passages):
    step = first_step(question(mode, collections), library_passages)
    assert step == SearchStep("How hot?", 4, SearchScope(collections, ("pump.pdf",)), sentences=True)


@pytest.mark.parametrize("collections", [None, (), (3,)])
@pytest.mark.parametrize("library_passages", [None, 0, 5000])
def test_first_step_of_the_model_alone_writes(collections, library_passages):
    asked = question(AnswerMode.MODEL_ALONE, collections)
    assert_written_alone(first_step(asked, library_passages), asked, 0.0)


@pytest.mark.parametrize("mode", [AnswerMode.DOCUMENTS_FIRST])
@pytest.mark.parametrize(("collections", "library_passages"), [((), None), ((), 0), ((), 9), (None, 0), ((3,), 0)])
def test_first_step_writes_where_there_is_nothing_to_search(mode, collections, library_passages):
    asked = question(mode, collections)
    assert_written_alone(first_step(asked, library_passages), asked, 0.0)


@pytest.mark.parametrize(("collections", "library_passages"), [((), None), ((), 0), ((), 9), (None, 0), ((3,), 0)])
def test_first_step_of_documents_only_refuses_where_there_is_nothing_to_search(collections, library_passages):
    step = first_step(question(AnswerMode.DOCUMENTS_ONLY, collections), library_passages)
    assert_refused(step, NOTHING_TO_SEARCH, 0.0)


@pytest.mark.parametrize("mode", SEARCHING)
def test_step_after_search_writes_from_what_is_relevant(mode):
    hot, cold = found("It is hot.", relevant=True), found("Cold.", relevant=False)
    step = step_after_search(question(mode), result(cold, hot, searched=9))
    assert isinstance(step, WriteStep)
    assert [(source.n, source.passage.text) for source in step.sources] == [(1, "It is hot.")]
    assert (step.request.mode, step.search_seconds) == (mode, 0.25)


@pytest.mark.parametrize("mode", [AnswerMode.DOCUMENTS_ONLY])
@pytest.mark.parametrize("passages", [(), (found("Cold.", relevant=False),)])
def test_step_after_search_refuses_where_nothing_is_relevant(mode, passages):
    assert_refused(step_after_search(question(mode), result(*passages, searched=9)), NOTHING_FOUND, 0.25, *passages)


def test_a_refusal_names_the_few_nearest_passages():
    passages = [found(f"Cold {n}.", relevant=False) for n in range(9)]
    step = step_after_search(question(AnswerMode.DOCUMENTS_ONLY), result(*passages, searched=9))
    assert_refused(step, NOTHING_FOUND, 0.25, *passages[:MOST_NEAREST])


def test_step_after_search_of_documents_first_writes_where_nothing_is_relevant():
    asked = question(AnswerMode.DOCUMENTS_FIRST)
    cold = found("Cold.", relevant=False)
    step = step_after_search(asked, result(cold, searched=9))
    assert_written_alone(step, asked, 0.25)
    assert isinstance(step, WriteStep)
    assert [source.passage for source in step.nearest] == [cold.passage]


@pytest.mark.parametrize("mode", [AnswerMode.DOCUMENTS_FIRST])
def test_step_after_search_of_nothing_writes(mode):
    asked = question(mode)
    assert_written_alone(step_after_search(asked, result(searched=0)), asked, 0.25)


def test_step_after_search_of_nothing_refuses_documents_only():
    assert_refused(step_after_search(question(AnswerMode.DOCUMENTS_ONLY), result(searched=0)), NOTHING_TO_SEARCH, 0.25)


def test_refusals_are_said_in_the_language_of_the_window():
    told = []

    def translate(sentence: Sentence) -> str:
        told.append(sentence)
        return "Nichts."

    nothing = step_after_search(question(AnswerMode.DOCUMENTS_ONLY), result(searched=9), translate)
    nowhere = first_step(question(AnswerMode.DOCUMENTS_ONLY, ()), None, translate)
    assert isinstance(nothing, Answer)
    assert isinstance(nowhere, Answer)
    assert (nothing.text, nowhere.text) == ("Nichts.", "Nichts.")
    assert told == [NOTHING_FOUND, NOTHING_TO_SEARCH]
