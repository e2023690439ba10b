"""How one question is answered from one document: searched within it, read in a few sentences, asked, checked.

The window and the command line both follow these steps: `search_for`, and after the search `step_after_search`; where
that is a `CellWriting`, the model writes and `cell_of` makes the cell of what it wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from phi3desk.chat.answer import finish
from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.citations import best_sentence, citation_of, keep_known_marks, with_numbers
from phi3desk.chat.decision import SearchStep
from phi3desk.chat.grounding.grounded import Grounded
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, Source, Timings
from phi3desk.chat.prompt import Completion, PromptRequest, Task
from phi3desk.chat.reading.extracts import extracts
from phi3desk.chat.reading.nearest import with_next
from phi3desk.chat.reading.wait import tokens_within
from phi3desk.chat.refusal import only_refuses, refuses
from phi3desk.chat.series import Speed, known_speed, tokens_in
from phi3desk.errors import Sentence
from phi3desk.library.documents import Found, SearchResult, SearchScope
from phi3desk.library.text import line_ends, sentence_spans
from phi3desk.model.types import Ending, LoadedModel, Sampling
from phi3desk.sweep.plan import Answered, Cell, Outcome, SweepPlan, SweptDocument

#: passages that a document is searched for, all of which the sentences that are read may come from
SEARCHED = 3
#: characters of a sentence that are shown as the answer
MOST_SHOWN = 300
#: tokens that an answer has at most: a sentence or two
LONGEST_ANSWER = 96
# A document in which nothing is called relevant is asked all the same where its best passage stands out so far by its
# meaning, in deviations: on the sample documents that finds four more of 25 answers, and asks two documents of a
# hundred in vain; the model can still say that there is nothing.
STANDS_OUT = 2.75


@dataclass(frozen=True)
class CellWriting:
    """What the model is to write for a cell; `evidence` is what it reads of the document, out of `sources`."""

    question: int
    document: SweptDocument
    request: PromptRequest
    sources: tuple[Source, ...]
    evidence: str
    search_seconds: float


def search_for(plan: SweepPlan, question: int, document: SweptDocument) -> SearchStep:
    """Return the search for a question within a document."""
    return SearchStep(plan.questions[question], SEARCHED, SearchScope(None, (document.path,)))


def room_to_read(plan: SweepPlan, model: LoadedModel | None, last: Speed | None) -> int:
    """Return how many tokens of a document a model reads in the time of a plan; `last` is how fast it was last."""
    return tokens_within(plan.wait.seconds, known_speed(model, last).read)


def step_after_search(
    plan: SweepPlan, question: int, document: SweptDocument, result: SearchResult, room: Callable[[], int] | None
) -> Answered | CellWriting:
    """Return what comes after the search within a document: what the model is to write, or the cell without it.

    `room` tells how many tokens the model may read (`room_to_read`), and is asked only where there is something to be
    read; None where no model is to be asked.
    """
    text = plan.questions[question]
    sources = _sources(result.found)
    if not sources:
        return Answered(Cell(question, document.path, Outcome.NOT_FOUND, seconds=result.seconds))
    if room is None:
        return _quoted(question, document, text, sources[0], result.seconds)
    read = _best_sentences(sources, text, room())
    evidence = "\n\n".join(source.passage.text for source in read)
    request = PromptRequest(
        plan.instructions,
        read,
        (),
        text,
        AnswerMode.DOCUMENTS_ONLY,
        task=Task.CELL,
        budget_s=plan.wait.seconds,
    )
    return CellWriting(question, document, request, sources, evidence, result.seconds)


def sampling_of(usual: Sampling) -> Sampling:
    """Return how a cell is written: briefly, otherwise as usual."""
    return replace(usual, max_tokens=min(usual.max_tokens, LONGEST_ANSWER))


def cell_of(
    writing: CellWriting, written: Completion, made_by: MadeBy, seconds: float, grounded: Grounded | None = None
) -> Answered:
    """Return the cell of what the model wrote; `seconds` is how long all of it took, `grounded` as in `finish`."""
    question = writing.request.question
    answer = finish(written, question, writing.sources, made_by, writing.search_seconds, grounded=grounded)
    outcome = outcome_of(answer)
    cited = None if outcome is Outcome.NOT_FOUND else _citation(answer, question)
    text = "" if outcome is Outcome.NOT_FOUND else " ".join(keep_known_marks(answer.text, ()).split())
    cell = Cell(writing.question, writing.document.path, outcome, text, seconds=seconds, evidence=writing.evidence)
    return Answered(_at(cell, cited), answer)


def failed_cell(question: int, document: SweptDocument, problem: Sentence, seconds: float = 0.0) -> Answered:
    """Return the cell of a question that could not be answered."""
    return Answered(Cell(question, document.path, Outcome.FAILED, seconds=seconds, problem=problem))


def same_as(known: Answered, wanted: CellWriting) -> Answered | None:
    """Return the cell of a document in which the very same words were found as in another one.

    Its answer cites this document. None where that does not hold a sentence that the other's cites.
    """
    answer = _cited_from(known.answer, wanted.sources) if known.answer is not None else None
    if answer is None:
        return None
    outcome, text = known.cell.outcome, known.cell.text
    cell = Cell(wanted.question, wanted.document.path, outcome, text, evidence=wanted.evidence)
    cited = None if outcome is Outcome.NOT_FOUND else _citation(answer, wanted.request.question)
    return Answered(_at(cell, cited), answer)


def outcome_of(answer: Answer) -> Outcome:
    """Return what became of a question that the model answered."""
    if not answer.text.strip() or answer.refused or only_refuses(answer):
        return Outcome.NOT_FOUND
    supported = all(each.supported for each in answer.sentences) if answer.sentences else answer.grounded
    # what says that something is not known is not compared with the documents
    return Outcome.FOUND if supported and answer.citations and not refuses(answer) else Outcome.TO_CHECK


def source_of(answer: Answer, cell: Cell) -> Source | None:
    """Return the source that a cell quotes, None where it quotes none."""
    return next(
        (source for source in answer.sources if cell.quote and cell.quote in source.passage.text), None
    ) or next((source for source in answer.sources if source.passage.page == cell.page), None)


def _sources(found: Sequence[Found]) -> tuple[Source, ...]:
    """Return the passages that may hold the answer."""
    asked = [each for each in found if each.relevant] or [each for each in found[:1] if _stands_out(each)]
    return tuple(Source(n, each.passage, each.words, each.meaning) for n, each in enumerate(asked, 1))


def _best_sentences(sources: Sequence[Source], question: str, room: int) -> tuple[Source, ...]:
    """Return the sources cut down to the sentences that speak most of a question, in so many tokens."""
    read = (each for each in extracts(question, sources, room, tokens_in) if each.left_out is None)
    return tuple(replace(each.source, passage=replace(each.source.passage, text=each.body)) for each in read)


def _stands_out(found: Found) -> bool:
    return found.meaning is not None and found.meaning >= STANDS_OUT


def _cut(text: str, room: int) -> str:
    """Return so many characters of a text at most, up to the end of a word."""
    return text if len(text) <= room else text[:room].rsplit(None, 1)[0] if room > 0 else ""


def _quoted(question: int, document: SweptDocument, text: str, source: Source, seconds: float) -> Answered:
    """Return the cell of the sentence that speaks most of a question; no model is asked."""
    quote = _with_next(best_sentence(source, text), source.passage.text)
    shown = _shortened(" ".join(quote.split()))
    citation = citation_of(source, quote)
    answer = Answer(shown, (citation,), (source,), Basis.DOCUMENTS, Ending.STOP, MadeBy(), Timings(search_s=seconds))
    cell = Cell(question, document.path, Outcome.QUOTE, shown, seconds=seconds)
    return Answered(_at(cell, citation), answer)


def _with_next(sentence: str, text: str) -> str:
    """Return a sentence of a text, a heading with the sentence below it."""
    spans = sentence_spans(text, line_ends(text))
    at = next((n for n, (start, end) in enumerate(spans) if text[start:end].strip() == sentence.strip()), len(spans))
    return with_next(text, spans, at) if at < len(spans) else sentence


def _shortened(text: str) -> str:
    """Return a text that a cell has room for."""
    return text if len(text) <= MOST_SHOWN else f"{_cut(text, MOST_SHOWN)} …"


def _citation(answer: Answer, question: str) -> Citation | None:
    """Return the citation to show: that of the answer, or the nearest sentence where it has none."""
    if answer.citations:
        return answer.citations[0]
    return citation_of(answer.sources[0], best_sentence(answer.sources[0], question)) if answer.sources else None


def _cited_from(answer: Answer, sources: tuple[Source, ...]) -> Answer | None:
    """Return an answer as it would cite these sources; None where they do not hold each of those it cites.

    What was read for it is left out: that was another document.
    """
    own: dict[int, Source] = {}
    for n in dict.fromkeys(citation.n for citation in answer.citations):
        quotes = [citation.quote for citation in answer.citations if citation.n == n]
        holding = (source for source in sources if all(quote in source.passage.text for quote in quotes))
        found = next((source for source in holding if source not in own.values()), None)
        if found is None:
            return None
        own[n] = found
    numbers = {n: source.n for n, source in own.items()}
    return replace(
        answer,
        text=with_numbers(answer.text, numbers),
        citations=tuple(citation_of(own[each.n], each.quote, by_model=each.by_model) for each in answer.citations),
        sources=sources,
        sentences=tuple(
            replace(each, citations=tuple(numbers[n] for n in each.citations if n in numbers))
            for each in answer.sentences
        ),
        reading=None,
        spent=None,
    )


def _at(cell: Cell, cited: Citation | None) -> Cell:
    """Return a cell with the place and the words that it rests on."""
    if cited is None:
        return cell
    quote = " ".join(cited.quote.split())
    return replace(cell, quote=quote, page=cited.page, kind=cited.kind, label=cited.label)
