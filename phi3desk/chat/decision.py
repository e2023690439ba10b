"""What is done next for a question: the documents are searched, the model writes, or the question is refused.

The window and the command line both follow these steps: `first_step`, and after a search `step_after_search`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phi3desk.chat.answer import sources_of
from phi3desk.chat.messages import Answer, Basis, Source, Timings
from phi3desk.chat.prompt import PromptRequest
from phi3desk.chat.question import Question
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import SearchResult, SearchScope
from phi3desk.model.types import Ending, Sampling

NOTHING_FOUND = say("Nothing relevant was found in the documents.")
NOTHING_TO_SEARCH = say(
    "This expert answers from documents only, and there are none to search. "
    "Add documents, or let the expert answer without them."
)

Translate = Callable[[Sentence], str]


@dataclass(frozen=True)
class SearchStep:
    """The documents are to be searched for a text; the other fields are as in Question."""

    text: str
    passages: int
    scope: SearchScope


@dataclass(frozen=True)
class WriteStep:
    """The model is to write, from these sources or, where there are none, by itself."""

    request: PromptRequest
    sampling: Sampling
    search_seconds: float = 0.0

    @property
    def sources(self) -> tuple[Source, ...]:
        """The passages to answer from."""
        return self.request.sources


def first_step(
    question: Question, library_passages: int | None = None, translate: Translate = str
) -> SearchStep | WriteStep | Answer:
    """Return what comes first for a question; an Answer is the finished refusal.

    `library_passages` is how many passages the library holds, None where that is not known: a search tells.
    """
    if not question.mode.searches:
        return _write(question, ())
    if question.scope.collections == () or library_passages == 0:
        return _without_passages(question, translate)
    return SearchStep(question.standing_alone, question.passages, question.scope)


def step_after_search(question: Question, result: SearchResult, translate: Translate = str) -> WriteStep | Answer:
    """Return what comes after the search for a question; an Answer is the finished refusal."""
    sources = sources_of(result)
    if sources:
        return _write(question, sources, result.seconds)
    if result.searched == 0:
        return _without_passages(question, translate, result.seconds)
    if question.mode.refuses:
        return _refusal(question, translate(NOTHING_FOUND), result.seconds)
    return _write(question, (), result.seconds)


def _without_passages(question: Question, translate: Translate, seconds: float = 0.0) -> WriteStep | Answer:
    """Return what is done where there is no passage to search."""
    if question.mode.refuses:
        return _refusal(question, translate(NOTHING_TO_SEARCH), seconds)
    return _write(question, (), seconds)


def _write(question: Question, sources: tuple[Source, ...], seconds: float = 0.0) -> WriteStep:
    request = PromptRequest(
        question.instructions, sources, question.history, question.text, question.mode, question.search_text
    )
    return WriteStep(request, question.sampling, seconds)


def _refusal(question: Question, text: str, seconds: float) -> Answer:
    """Return the answer to a question that is refused; no model was asked."""
    timings = Timings(search_s=seconds)
    return Answer(text, (), (), Basis.NOTHING_FOUND, Ending.STOP, question.made_by, timings)
