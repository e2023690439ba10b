"""What is done next for a question, in every mode, whatever there is to search and whatever is found."""

import re
from dataclasses import replace

import pytest

from phi3desk.chat.answer import MOST_NEAREST, finish
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.decision import (
    NOTHING_FOUND,
    NOTHING_TO_SEARCH,
    SearchStep,
    SeriesStep,
    WriteStep,
    Writing,
    first_step,
    step_after_overview,
    step_after_search,
    with_what_was_read,
)
from phi3desk.chat.languages.known import LANGUAGES
from phi3desk.chat.messages import Answer, Basis, MadeBy
from phi3desk.chat.prompt import Completion
from phi3desk.chat.question import Question
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import Document, Found, Passage, SearchResult, SearchScope, State
from phi3desk.library.overview.types import MOST_PAGES, Asked, DocumentQuestion, Entry, Overview, Told
from phi3desk.model.types import Ending, Generation, Role, Sampling, Turn

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


def test_what_the_library_tells_of_documents_is_said_in_the_language_of_the_window():
    def in_answer(asked: DocumentQuestion, overview: Overview) -> str:
        mode = AnswerMode.DOCUMENTS_ONLY
        step = step_after_overview(question(mode), asked, overview, Writing(), lambda each: german[str(each)])
        assert isinstance(step, Answer)
        return step.text

    reason = say("It needs a password.")
    german = {str(reason): "Es braucht ein Passwort.", "p. 1": "S. 1"}
    overview = pages_told(1, 1)
    (manual,) = overview.documents
    locked = Overview(Told.NO_TEXT, (replace(manual, state=State.LOCKED, reason=reason),))
    assert in_answer(DocumentQuestion(Asked.SUMMARY, "de", ("pump",)), locked).endswith(" Es braucht ein Passwort.")
    listed = Overview(Told.FOUND, entries=(Entry(manual, overview.passages[0]),), documents_in_all=1)
    assert "- pump.pdf (S. 1) [1]" in in_answer(DocumentQuestion(Asked.INVENTORY, "de", topic="grease"), listed)


def pages_told(count: int, passages_in_all: int) -> Overview:
    """Return what the catalogue tells of pages, each with one passage."""
    manual = Document(1, 1, "All", "/pump.pdf", "pump.pdf", "Pump", State.READY, None, 40, 80, 9, 0.0, 0.0)
    passages = tuple(replace(found(f"Page {n}.", relevant=True).passage, id=n, page=n) for n in range(1, count + 1))
    return Overview(
        Told.FOUND, (manual,), passages=passages, passages_in_all=passages_in_all, pages_in_all=passages_in_all
    )


@pytest.mark.parametrize(("pages", "step"), [(MOST_PAGES, WriteStep), (MOST_PAGES + 1, SeriesStep)])
def test_more_pages_than_are_read_as_they_are_are_summed_up(pages: int, step: type):
    asked = DocumentQuestion(Asked.PAGES, "en", ("pump manual",), pages=(1, pages), certain=True)
    assert isinstance(
        step_after_overview(question(AnswerMode.DOCUMENTS_ONLY), asked, pages_told(pages, pages), Writing()), step
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_from_a_part_of_the_pages_says_so(language: str):
    asked = DocumentQuestion(Asked.PAGES, language, ("how hot",), pages=(1, 40), anywhere=True)
    mode = AnswerMode.DOCUMENTS_ONLY
    for told, read, part in (
        (pages_told(8, 40), 8, ("8", "40", "1")),
        # the last passages did not fit into the prompt
        (pages_told(8, 8), 5, ("5", "8", "1")),
        (pages_told(8, 8), 8, None),
    ):
        step = step_after_overview(question(mode), asked, told, Writing())
        assert isinstance(step, WriteStep)
        written = Completion(
            Generation("Page 1 [1].", (), Ending.STOP, 1, 0, 1.0, 1.0, 1, 1.0), tuple(range(1, read + 1)), 0
        )
        answer = with_what_was_read(finish(written, "How hot?", step.sources, MADE_BY, 0.0, step.kind), step, written)
        text, _, line = answer.text.partition("\n\n")
        assert text == "Page 1 [1]."
        if part is None:
            assert line == ""
        else:
            assert re.findall(r"\d+", line)[:3] == list(part) and "pump.pdf" in line
