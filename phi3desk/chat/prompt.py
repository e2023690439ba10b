"""How a question, numbered passages, instructions and history become the turns of a prompt that fits the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phi3desk.chat.messages import Source
from phi3desk.errors import UserError
from phi3desk.model.models import Generation, Turn

WITH_PASSAGES = (
    "Answer the question from the numbered passages below and from nothing else. "
    "After each statement write the number of its passage in square brackets, like [1]. "
    "Answer in the language of the question, briefly. "
    "If the passages do not hold the answer, say that the documents do not tell."
)
WITHOUT_PASSAGES = "Answer the question briefly, in its language. Say so when you do not know."

CountTokens = Callable[[Sequence[Turn]], int]


@dataclass(frozen=True)
class PromptRequest:
    """All that an answer could be made from; what does not fit the context window is left out by `compose`."""

    instructions: str
    sources: tuple[Source, ...]
    history: tuple[Turn, ...]
    question: str


@dataclass(frozen=True)
class Prompt:
    """The turns that go to the model, and what of the request went into them."""

    turns: tuple[Turn, ...]
    sources_read: tuple[int, ...]
    history_turns: int


@dataclass(frozen=True)
class Written:
    """What the model wrote, and which numbered sources it had read for it."""

    generation: Generation
    sources_read: tuple[int, ...]
    history_turns: int


def compose(request: PromptRequest, count: CountTokens, context: int, room_for_answer: int) -> Prompt:
    """Return the prompt that fits `context` tokens and leaves room for the answer.

    Passages come first: the last (least fitting) one is dropped until the question fits with the others; then as
    many turns of the history as fit are added, newest first, always whole exchanges. Raises UserError where even
    the question alone does not fit. `count` gives the tokens of a list of turns, template included.
    """
    room = max(context - room_for_answer, context // 2)
    sources = request.sources
    while True:
        turns = _turns(request, sources, ())
        if count(turns) <= room:
            break
        if not sources:
            raise UserError(
                "The question is too long for this model, which reads {context} tokens at a time. "
                "Shorten the question or choose a larger context window in Settings.",
                context=context,
            )
        sources = sources[:-1]
    exchanges = _exchanges(request.history)
    kept: list[Turn] = []
    for exchange in reversed(exchanges):
        longer = [*exchange, *kept]
        candidate = _turns(request, sources, longer)
        if count(candidate) > room:
            break
        kept, turns = longer, candidate
    return Prompt(tuple(turns), tuple(source.n for source in sources), len(kept))


def _exchanges(history: Sequence[Turn]) -> list[list[Turn]]:
    """Group turns as question-and-answer pairs; a question that was never answered is left out."""
    pairs = []
    for asked, answered in itertools.pairwise(history):
        if asked.role == "user" and answered.role == "assistant" and answered.text.strip():
            pairs.append([asked, answered])
    return pairs


def _turns(request: PromptRequest, sources: Sequence[Source], history: Sequence[Turn]) -> list[Turn]:
    task = WITH_PASSAGES if sources else WITHOUT_PASSAGES
    system = "\n\n".join(part for part in (request.instructions.strip(), task) if part)
    return [Turn("system", system), *history, Turn("user", _question(request.question, sources))]


def _question(question: str, sources: Sequence[Source]) -> str:
    if not sources:
        return question.strip()
    passages = "\n\n".join(f"[{source.n}] {_heading(source)}\n{source.passage.text.strip()}" for source in sources)
    return f"Passages:\n\n{passages}\n\nQuestion: {question.strip()}"


def _heading(source: Source) -> str:
    passage = source.passage
    path = " > ".join(passage.headings)
    where = f"{passage.title or passage.document}, page {passage.page}"
    return f"({where}: {path})" if path else f"({where})"
