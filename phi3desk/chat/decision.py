"""What is done next for a question: the documents are searched, the model writes, or the question is refused.

The window and the command line both follow these steps: `first_step`, after a look into the catalogue
`step_after_overview`; before a search `sheet_step`, `step_after_sheets` and `step_after_query`, and after it
`step_after_search`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from phi3desk.chat.answer import NOTHING_ANSWERS, nearest_of, recorded, sources_of, sources_read
from phi3desk.chat.catalogue_answer import Wanted, catalogue_answer, wanted_of
from phi3desk.chat.correcting.corrections import answer_of
from phi3desk.chat.document_comparison import DocumentComparison
from phi3desk.chat.intent import intent_of
from phi3desk.chat.judging.fit import fit_of, is_hopeless, is_near
from phi3desk.chat.messages import Answer, Basis, Source, Timings
from phi3desk.chat.prompt import Completion, PromptRequest, Task, is_small
from phi3desk.chat.question import Question
from phi3desk.chat.series import Series, Speed, guessed_speed
from phi3desk.chat.sheets.answer import sheet_answer
from phi3desk.chat.sheets.asking import may_be_answered, sheet_question
from phi3desk.chat.sheets.query_model import QueryRequest, may_write
from phi3desk.chat.summary import Summary
from phi3desk.errors import Sentence, say
from phi3desk.library.documents import SearchResult, SearchScope
from phi3desk.library.overview.types import MOST_PAGES, Asked, DocumentQuestion, Overview, Told, Within
from phi3desk.library.sheets.question import SheetQuestion, WrittenQuery
from phi3desk.library.sheets.told import SheetResult, SheetsTold
from phi3desk.model.types import Ending, LoadedModel, Sampling

#: queries that a model may write for one question
MOST_QUERIES = 2
NOTHING_FOUND = say("Nothing relevant was found in the documents.")
NOTHING_TO_SEARCH = say(
    "This expert answers from documents only, and there are none to search. "
    "Add documents, or let the expert answer without them."
)

Translate = Callable[[Sentence], str]


@dataclass(frozen=True)
class SearchStep:
    """The documents are to be searched for a text; passages and scope are as in Question.

    With `sentences` it is wanted, too, how close each sentence that is found is to the question.
    """

    text: str
    passages: int
    scope: SearchScope
    sentences: bool = False


@dataclass(frozen=True)
class OverviewStep:
    """The catalogue is to be asked about documents as wholes."""

    asked: DocumentQuestion
    within: Within


@dataclass(frozen=True)
class SeriesStep:
    """The model is to write, part by part; `needs_model` is false where the answer is complete without it, too."""

    series: Series
    needs_model: bool


@dataclass(frozen=True)
class SheetStep:
    """Sheets are to be asked, by rules or, where those made no query, by the one that was `written` last."""

    asked: SheetQuestion
    scope: SearchScope
    written: tuple[WrittenQuery, ...] = ()


@dataclass(frozen=True)
class QueryStep:
    """The model is to write a query for a question to a sheet; `step` and `told` are what led to it."""

    request: QueryRequest
    step: SheetStep
    told: SheetResult


@dataclass(frozen=True)
class Writing:
    """What writes: the model that is loaded, where one is, how fast it was last, and how long it may take (seconds)."""

    model: LoadedModel | None = None
    speed: Speed | None = None
    seconds: float = 180.0


@dataclass(frozen=True)
class WriteStep:
    """The model is to write, from these sources or, where there are none, by itself.

    `kind` is as in Answer, `nearest` are passages that are named beside what the model writes by itself. `wanted` is
    what was asked for of a document, where the sources are its pages.
    """

    request: PromptRequest
    sampling: Sampling
    search_seconds: float = 0.0
    kind: str = ""
    nearest: tuple[Source, ...] = ()
    wanted: Wanted | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The passages to answer from."""
        return self.request.sources


def first_step(
    question: Question,
    library_passages: int | None = None,
    translate: Translate = str,
) -> SearchStep | OverviewStep | WriteStep | Answer:
    """Return what comes first for a question; an Answer is finished: a refusal, or what a person put right before.

    `library_passages` is how many passages the library holds, None where that is not known: a search tells.
    """
    if question.known is not None and question.is_answered:
        return answer_of(question.known, question.made_by, question.mode)
    if not question.mode.searches:
        return _write(question, ())
    if question.scope.collections == () or library_passages == 0:
        return _without_passages(question, translate)
    asked = intent_of(question.standing_alone)
    within = Within(question.scope, question.spoken_of)
    return OverviewStep(asked, within) if asked is not None else search_step(question)


def with_offer(question: Question, answer: Answer) -> Answer:
    """Return an answer with the one that a person gave to a question like this one, to be offered beside it."""
    if question.known is None or question.is_answered or answer.corrected is not None:
        return answer
    return replace(answer, corrected=question.known.corrected)


def search_step(question: Question) -> SearchStep:
    """Return the search for a question; whether it can be answered is told by the sentences that are found."""
    return SearchStep(question.standing_alone, question.passages, question.scope, sentences=True)


def answered_without_model(text: str) -> bool:
    """Return whether a question can be answered while no model is loaded."""
    asked = intent_of(text)
    return asked is not None and asked.asked not in (Asked.PAGES, Asked.SUMMARY)


def step_after_overview(
    question: Question, asked: DocumentQuestion, overview: Overview, writing: Writing, translate: Translate = str
) -> SearchStep | WriteStep | SeriesStep | Answer:
    """Return what comes after the catalogue was asked; an Answer needs no model.

    A small model, which loses the thread over a whole page, takes notes of it passage by passage; any model does where
    all that stands on more pages is asked for than are read as they are.
    """
    if overview.told is Told.ORDINARY:
        return search_step(question)
    if overview.told is not Told.FOUND:
        return catalogue_answer(asked, overview, question.made_by, translate)
    speed = writing.speed or guessed_speed(writing.model)
    small = writing.model is not None and is_small(writing.model.parameters)
    if asked.asked is Asked.PAGES and not small and (asked.anywhere or overview.pages_in_all <= MOST_PAGES):
        return _page(question, asked, overview)
    if asked.asked in (Asked.SUMMARY, Asked.PAGES):
        summary = Summary(question, asked, overview, speed=speed, seconds=writing.seconds, small=small)
        return SeriesStep(summary, needs_model=True)
    if asked.asked is Asked.COMPARISON:
        comparison = DocumentComparison(question, asked, overview, speed=speed, seconds=writing.seconds)
        return SeriesStep(comparison, needs_model=False)
    return catalogue_answer(asked, overview, question.made_by, translate)


def _page(question: Question, asked: DocumentQuestion, overview: Overview) -> WriteStep:
    """Return the writing of an answer from all of a page."""
    sources = tuple(Source(n, passage) for n, passage in enumerate(overview.passages, 1))
    request = replace(_request(question, sources), task=Task.PAGE)
    wanted = wanted_of(asked, overview)
    return WriteStep(request, question.sampling, overview.seconds, Asked.PAGES.value, wanted=wanted)


def with_what_was_read(answer: Answer, step: WriteStep, written: Completion) -> Answer:
    """Return an answer from pages that tells which part of them was read, where that is not all that was asked for."""
    told = step.wanted.told(sources_read(written, step.sources)) if step.wanted is not None else ""
    return replace(answer, text=f"{answer.text}\n\n{told}") if told and answer.text else answer


def sheet_step(question: Question) -> SheetStep | None:
    """Return the step that asks sheets before documents are searched, None for a question that is none to them."""
    if not question.mode.searches or intent_of(question.standing_alone) is not None:
        return None
    asked = sheet_question(question.standing_alone)
    return SheetStep(asked, question.scope) if asked is not None and may_be_answered(asked) else None


def step_after_sheets(
    question: Question, step: SheetStep, told: SheetResult, writing: Writing
) -> SearchStep | QueryStep | Answer:
    """Return what comes after sheets were asked.

    A model that is loaded writes a query where the rules make none, twice at most; then the rows that fit are shown,
    or the documents are searched where none do.
    """
    if told.told is SheetsTold.ORDINARY:
        return search_step(question)
    if told.told is SheetsTold.FOUND:
        return sheet_answer(question, step.asked.language, told, question.made_by if step.written else None)
    model = writing.model
    if model is not None and may_write(model.parameters) and len(step.written) < MOST_QUERIES:
        failed = step.written[-1].sql if step.written else ""
        request = QueryRequest(question.standing_alone, told.schema, failed, told.error)
        return QueryStep(request, step, told)
    return sheet_answer(question, step.asked.language, told) if told.rows else search_step(question)


def step_after_query(step: QueryStep, sql: str) -> SheetStep:
    """Return the step that asks the sheet with the query that the model wrote."""
    written = WrittenQuery(step.told.sha256, step.told.table, sql)
    return replace(step.step, written=(*step.step.written, written))


def step_after_search(question: Question, result: SearchResult, translate: Translate = str) -> WriteStep | Answer:
    """Return what comes after the search for a question; an Answer is the finished refusal."""
    fit = fit_of(result)
    sources = sources_of(result) or sources_of(result, untied=is_near(fit))
    if sources and not is_hopeless(fit):
        step = _write(question, sources, result.seconds)
        return replace(step, request=replace(step.request, fit=fit))
    if result.searched == 0:
        return _without_passages(question, translate, result.seconds)
    nearest = nearest_of(result)
    if question.mode.refuses:
        told = NOTHING_ANSWERS if sources else NOTHING_FOUND
        return _refusal(question, translate(told), result.seconds, nearest)
    return replace(_write(question, (), result.seconds), nearest=nearest)


def _without_passages(question: Question, translate: Translate, seconds: float = 0.0) -> WriteStep | Answer:
    """Return what is done where there is no passage to search."""
    if question.mode.refuses:
        return _refusal(question, translate(NOTHING_TO_SEARCH), seconds)
    return _write(question, (), seconds)


def _write(question: Question, sources: tuple[Source, ...], seconds: float = 0.0) -> WriteStep:
    return WriteStep(_request(question, sources), question.sampling, seconds)


def request_ahead(question: Question) -> PromptRequest:
    """Return what can be read of a question before it is asked, for `chat.prompt.opening`."""
    return _request(question, ())


def _request(question: Question, sources: tuple[Source, ...]) -> PromptRequest:
    return PromptRequest(
        question.instructions,
        sources,
        question.history,
        question.text,
        question.mode,
        question.search_text,
        fitted=question.fitted,
        conversation=question.conversation,
        budget_s=question.wait.seconds if question.wait is not None else 0.0,
    )


def _refusal(question: Question, text: str, seconds: float, nearest: tuple[Source, ...] = ()) -> Answer:
    """Return the answer to a question that is refused; no model was asked."""
    timings = Timings(search_s=seconds)
    refusal = Answer(text, (), nearest, Basis.NOTHING_FOUND, Ending.STOP, question.made_by, timings)
    return recorded(refusal, question.mode)
