"""How a question, numbered passages, instructions and history become the turns of a prompt that fits the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import WHOLE, Fitted, Found, Opinion, ReadPassage, Source, Spent
from phi3desk.chat.reading.excerpts import excerpts
from phi3desk.chat.reading.extracts import NO_TIME, Extract, extracts, whole
from phi3desk.errors import UserError, say
from phi3desk.model.types import Generation, LoadedModel, Role, Turn

WITH_PASSAGES = (
    "Answer the question from the numbered passages below and from nothing else. "
    "After each statement write the number of its passage in square brackets, like [1]. "
    "Answer in the language of the question, briefly. "
    "If the passages do not hold the answer, say that the documents do not tell."
)
PASSAGES_FIRST = (
    "Answer the question from the numbered passages below where they hold the answer. "
    "After each statement taken from a passage write its number in square brackets, like [1]. "
    "Answer in the language of the question, briefly. "
    "If the passages do not hold the answer, say that the documents do not tell, and answer from what you know."
)
FROM_EXCERPTS = "Answer from the passages only, in one full sentence. Put the number of the passage after it, like [1]."
REFUSAL = "The documents do not tell."
FROM_EXCERPTS_OR_REFUSE = f"{FROM_EXCERPTS} If they do not hold the answer, write: {REFUSAL}"
EXAMPLE = (
    Turn(
        Role.USER,
        "Passages:\n\n[1] The valve opens at 6 bar. Filters are changed every 500 hours."
        "\n\nQuestion: When are the filters changed?",
    ),
    Turn(Role.ASSISTANT, "The filters are changed every 500 hours [1]."),
)
NO_PASSAGES = "No passage was found for this question. Answer from what you know."
WITHOUT_PASSAGES = "Answer the question briefly, in its language. Say so when you do not know."


class Task(StrEnum):
    """What the model is to do with the passages.

    QUESTION: answer from those that were found. PAGE: answer from all of a page. NOTES: say what a part of a document
    says. SUMMARY: make a summary of such notes. DIFFERENCE: say in what two passages differ. CELL: answer briefly from
    one document among many that are asked the same.
    """

    QUESTION = "question"
    PAGE = "page"
    NOTES = "notes"
    SUMMARY = "summary"
    DIFFERENCE = "difference"
    CELL = "cell"


_TASKS = {
    Task.CELL: (
        "Answer the question from the numbered passages below and from nothing else, in one short sentence, in the "
        "language of the question. Write the number of the passage after it in square brackets, like [1]. "
        f"If the passages do not hold the answer, write only: {REFUSAL}"
    ),
    Task.PAGE: (
        "The numbered passages below are the whole text of the page that the question is about. Answer from them and "
        "from nothing else; where the question asks what is on the page, say it part by part. "
        "After each statement write the number of its passage in square brackets, like [1]. "
        "Answer in the language of the question, briefly."
    ),
    Task.NOTES: (
        "The numbered passages below are a part of a longer document. Write in one or two sentences what matters most "
        "in them, with their figures, and nothing that they do not say. "
        "After each sentence write the number of its passage in square brackets, like [1]. "
        "Write in the language of the question."
    ),
    Task.SUMMARY: (
        "The numbered notes below were taken of a document, in its order. Write a summary of the document from them, "
        "in five to ten sentences, and from nothing else. Keep the figures as they are. "
        "After each sentence write the numbers of its notes in square brackets, like [1]. "
        "Write in the language of the question."
    ),
    Task.DIFFERENCE: (
        "The two numbered passages below say the same thing in two documents, but not in the same words or figures. "
        "Write one sentence that tells what the first says and what the second says instead, "
        "with the number of each passage after it in square brackets, like [1]. "
        "Write in the language of the question."
    ),
}
_TASKS_OF_SMALL_MODELS = {
    Task.NOTES: (
        "Repeat the most important fact of the passage in one full sentence. Put its number after it, like [1]."
    ),
    Task.DIFFERENCE: "Say in one full sentence what differs between the two passages.",
}

# Below this size a model loses the thread in long prompts: of fourteen questions on the sample documents the starter
# answered none from two whole passages, and four from one excerpt after an example.
SMALL_MODEL = 1_000_000_000

NO_ROOM = say("It does not fit into what the model reads at a time.")
TOO_MANY = say("With this adapter the model reads fewer passages.")

CountTokens = Callable[[Sequence[Turn]], int]


@dataclass(frozen=True)
class PromptFormat:
    """How passages are put before a model: how many at most, whole or as excerpts, after which example exchange.

    Excerpts have `excerpt_words` words or more where a passage has them.
    Without `history` each question stands alone, a follow-up completed: a small model repeats its last answer. With
    `question_first` the question stands before the passages, too, so that the model reads them knowing what is asked.
    """

    most_passages: int | None = None
    excerpts: bool = False
    excerpt_words: int = 0
    task: str = WITH_PASSAGES
    task_documents_first: str = PASSAGES_FIRST
    example: tuple[Turn, ...] = ()
    history: bool = True
    question_first: bool = False


USUAL = PromptFormat()
FOR_SMALL_MODELS = PromptFormat(
    most_passages=1,
    excerpts=True,
    task=FROM_EXCERPTS,
    task_documents_first=FROM_EXCERPTS,
    example=EXAMPLE,
    history=False,
)
#: for a small model whose adapter has taught it to choose among passages, and to refuse
WITH_REFUSAL = PromptFormat(
    most_passages=3,
    excerpts=True,
    excerpt_words=50,
    task=FROM_EXCERPTS_OR_REFUSE,
    task_documents_first=FROM_EXCERPTS_OR_REFUSE,
    history=False,
    question_first=True,
)
#: the forms of prompt that an adapter may say it was trained on (`GgufInfo.prompt`)
FORMS = {"question, three excerpts": WITH_REFUSAL}


@dataclass(frozen=True)
class PromptRequest:
    """All that an answer could be made from; what does not fit the context window is left out by `compose`.

    `standing_alone` is the question with what it takes from the history, "" where it takes nothing. `fitted` is how
    the history was made to fit for the question before, `conversation` the id of the conversation, 0 for none.
    `budget_s` is how many seconds the passages may be read for, 0 where all of them are read. `fit` is how close the
    sources come to the question (`chat.judging.fit`), None where that is not known.
    """

    instructions: str
    sources: tuple[Source, ...]
    history: tuple[Turn, ...]
    question: str
    mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
    standing_alone: str = ""
    task: Task = Task.QUESTION
    fitted: Fitted = WHOLE
    conversation: int = 0
    budget_s: float = 0.0
    fit: float | None = None

    @property
    def whole_question(self) -> str:
        """The question as it is understood by itself."""
        return self.standing_alone or self.question


@dataclass(frozen=True)
class Prompt:
    """The turns that go to the model, and what of the request went into them; `read` tells it source by source."""

    turns: tuple[Turn, ...]
    sources_read: tuple[int, ...]
    history_turns: int
    fitted: Fitted = WHOLE
    read: tuple[ReadPassage, ...] = ()


@dataclass(frozen=True)
class Completion:
    """What the model wrote, and which numbered sources it had read for it.

    `asked` is the last turn of the prompt, the question with its passages, `context` how many tokens the model reads at
    a time, `spent` what was spent on the passages. `likely` is how likely the passages hold the answer, as was judged
    before, None where it was not; `refused` says that they do not, and what is written then is not from them. Of the
    tokens read `judging_tokens` were read for that, and do not stay; `found` are the words that answer, where they were
    looked for, `opinions` what the model says afterwards of what it wrote. `model` is what wrote it as it was loaded
    then, None where a caller has the model itself.
    """

    generation: Generation
    sources_read: tuple[int, ...]
    history_turns: int
    asked: str = ""
    fitted: Fitted = WHOLE
    context: int = 0
    spent: Spent | None = None
    likely: float | None = None
    refused: bool = False
    judging_tokens: int = 0
    found: Found | None = None
    opinions: tuple[Opinion, ...] = ()
    model: LoadedModel | None = None


@dataclass(frozen=True)
class Exchange:
    """A question of the conversation with its answer, as turns of a prompt."""

    asked: Turn
    answered: Turn

    @property
    def whole(self) -> tuple[Turn, Turn]:
        """What the model read and wrote then, word for word."""
        if not self.asked.as_read or not self.answered.as_read:
            return self.briefly
        answered = Turn(Role.ASSISTANT, self.answered.as_read, tokens=self.answered.tokens)
        return Turn(Role.USER, self.asked.as_read), answered

    @property
    def without_passages(self) -> bool:
        """Whether what the model read then was the question alone."""
        return self.asked.as_read in ("", self.asked.text.strip())

    @property
    def bare(self) -> Exchange:
        """The exchange without what the model read then."""
        return Exchange(*self.briefly)

    @property
    def briefly(self) -> tuple[Turn, Turn]:
        """What was asked and answered, without passages and marks."""
        return Turn(Role.USER, self.asked.text), Turn(Role.ASSISTANT, self.answered.text)


def prompt_format_for(parameters: int, form: str = "") -> PromptFormat:
    """Return how passages are put before a model of that many parameters (0: unknown).

    `form` is the form of prompt that its adapters were trained on, "" where they do not say; an unknown form counts
    as none.
    """
    return FORMS.get(form) or (FOR_SMALL_MODELS if is_small(parameters) else USUAL)


def is_small(parameters: int) -> bool:
    """Return whether a model of that many parameters (0: unknown) loses the thread in long prompts."""
    return 0 < parameters < SMALL_MODEL


def _for_task(prompt_format: PromptFormat, task: Task) -> PromptFormat:
    """Return how passages are put where something else is asked of the model than an answer from what was found.

    They are put whole then: a page, or a part of a document, is to be read as it is.
    """
    if task is Task.QUESTION or (task is Task.CELL and prompt_format.excerpts):
        return prompt_format
    small = prompt_format.excerpts
    words = _TASKS_OF_SMALL_MODELS.get(task, _TASKS[task]) if small else _TASKS[task]
    most = 1 if small and task is Task.NOTES else None
    return PromptFormat(most, task=words, task_documents_first=words, history=False)


def compose(
    request: PromptRequest,
    count: CountTokens,
    context: int,
    room_for_answer: int,
    prompt_format: PromptFormat = USUAL,
    most_tokens: int = 0,
) -> Prompt:
    """Return the prompt that fits `context` tokens and leaves room for the answer.

    The prompt grows at its end: instructions, what was said before as it was read then, the new passages and question.
    Passages of the question come first: of those that an answer is made from, no more than `most_tokens` are read (0:
    all that fit), the best sentences of them; of others the last (least fitting) one is dropped until the question fits
    with the rest. Then what was said before is added, see `_remembered`. Raises UserError where even the question alone
    does not fit, or, for an expert that answers from documents only, no passage beside it. `count` gives the tokens of
    a list of turns, template included.
    """
    prompt_format = _for_task(prompt_format, request.task)
    room = max(context - room_for_answer, context // 2)
    chosen = _chosen(request, count, room, context, prompt_format, most_tokens)
    taken = [each for each in chosen if each.left_out is None]
    turns = _turns(request, taken, (), prompt_format)
    if request.sources and not taken and request.mode is AnswerMode.DOCUMENTS_ONLY:
        raise UserError(
            "No passage fits beside the question into this model, which reads {context} tokens at a time. "
            "Shorten the question or choose a larger context window in Settings.",
            context=context,
        )
    numbers = tuple(sorted(each.source.n for each in taken))
    read = _read(chosen, count)
    if not prompt_format.history and taken:
        return Prompt(tuple(turns), numbers, 0, request.fitted, read)
    history, fitted = _remembered(
        request, lambda before: count(_turns(request, taken, before, prompt_format)), count, room, context
    )
    return Prompt(tuple(_turns(request, taken, history, prompt_format)), numbers, len(history), fitted, read)


def _chosen(
    request: PromptRequest,
    count: CountTokens,
    room: int,
    context: int,
    prompt_format: PromptFormat,
    most_tokens: int,
) -> list[Extract]:
    """Return what is read of the sources, in the order in which it is read, and why others are not.

    UserError where the question alone does not fit.
    """
    if count(_turns(request, (), (), prompt_format)) > room:
        raise UserError(
            "The question is too long for this model, which reads {context} tokens at a time. "
            "Shorten the question or choose a larger context window in Settings.",
            context=context,
        )
    most = prompt_format.most_passages
    sources = request.sources[:most]
    if prompt_format.excerpts:
        chosen = excerpts(_asked(request, prompt_format), request.sources, most, prompt_format.excerpt_words)
    elif most_tokens and sources and request.task is Task.QUESTION:
        left = room - count(_turns(request, (Extract(sources[0]),), (), prompt_format))
        chosen = _best_sentences(request, count, min(most_tokens, left), prompt_format)
        if left < most_tokens:
            chosen = [replace(each, left_out=NO_ROOM) if each.left_out is NO_TIME else each for each in chosen]
    else:
        chosen = list(whole(sources))
    taken = [each for each in chosen if each.left_out is None]
    while taken and count(_turns(request, taken, (), prompt_format)) > room:
        last = taken.pop()
        chosen[chosen.index(last)] = Extract(last.source, whole=False, left_out=NO_ROOM)
    if prompt_format.excerpts:
        chosen.sort(key=lambda each: each.source.n)
    numbers = {each.source.n for each in chosen}
    others = (one for one in request.sources if one.n not in numbers)
    return [*chosen, *(Extract(one, whole=False, left_out=TOO_MANY) for one in others)]


def _best_sentences(
    request: PromptRequest, count: CountTokens, most_tokens: int, prompt_format: PromptFormat
) -> list[Extract]:
    """Return the best sentences of the sources that are read in so many tokens."""
    sources = request.sources[: prompt_format.most_passages]
    every = "".join(each.text for each in whole(sources))
    a_byte = count([Turn(Role.USER, every)]) / max(1, len(every.encode("utf-8", "ignore")))

    def tokens(text: str) -> float:
        return a_byte * len(text.encode("utf-8", "ignore"))

    return list(extracts(request.whole_question, sources, most_tokens, tokens))


def _read(chosen: Sequence[Extract], count: CountTokens) -> tuple[ReadPassage, ...]:
    """Return what was read of each source, by number, and why another was not."""
    empty = count([Turn(Role.USER, "")])

    def told(each: Extract) -> ReadPassage:
        if each.left_out is not None:
            return ReadPassage(each.source.n, left_out=each.left_out)
        tokens = count([Turn(Role.USER, _numbered(each))]) - empty
        return ReadPassage(each.source.n, tokens, text="" if each.whole else each.body)

    return tuple(told(each) for each in sorted(chosen, key=lambda each: each.source.n))


def opening(
    request: PromptRequest, count: CountTokens, context: int, room_for_answer: int, prompt_format: PromptFormat = USUAL
) -> list[Turn]:
    """Return the turns that the prompt for the next question begins with, whatever is asked; none where that varies.

    Where what was said before will not fit beside a question like the last one, it is made to fit as `compose` will.
    """
    before_all = _opening(request, request.mode.searches, [], prompt_format)
    if not prompt_format.history:
        # what it begins with depends on whether passages are found
        return [] if request.history else before_all
    last = next((turn for turn in reversed(request.history) if turn.role is Role.USER), None)
    likely = count([Turn(Role.USER, last.as_read or last.text)]) if last is not None else 0
    history, _ = _remembered(
        request,
        lambda before: count([*before_all, *before, Turn(Role.USER, "")]) + likely,
        count,
        max(context - room_for_answer, context // 2),
        context,
    )
    return [*before_all, *history]


def _remembered(
    request: PromptRequest,
    with_history: CountTokens,
    count: CountTokens,
    room: int,
    context: int,
) -> tuple[list[Turn], Fitted]:
    """Return the turns of what was said before that fit into the prompt, and how they were made to.

    They stay as the question before had them while they fit, so that nothing of them is read again. Where they do not,
    the oldest exchanges give up their passages, then the oldest leave, until half of the room for them is free: the
    questions to come then find room, too. The last exchange stays where it fits.
    """
    exchanges = _exchanges(request.history)
    if not request.mode.searches:
        # an answer from the model alone is made without the passages of earlier ones
        exchanges = [each if each.without_passages else each.bare for each in exchanges]
    total = len(exchanges)
    before = request.fitted if request.fitted.context == context else Fitted(context=context)
    left_out = min(before.left_out, total)
    shortened = min(before.shortened, total - left_out)
    if with_history(_history(exchanges, left_out, shortened)) > room:
        alone_tokens = with_history([])
        aim = alone_tokens + (room - alone_tokens) // 2
        whole = [count([Turn(Role.USER, "".join(turn.text for turn in each.whole))]) for each in exchanges]
        brief = [count([Turn(Role.USER, "".join(turn.text for turn in each.briefly))]) for each in exchanges]

        def estimate() -> int:
            kept = left_out + shortened
            return alone_tokens + sum(brief[left_out:kept]) + sum(whole[kept:])

        while left_out + shortened < total and estimate() > aim:
            shortened += 1
        while left_out < total - 1 and estimate() > aim:
            left_out, shortened = left_out + 1, shortened - 1
        while left_out < total and with_history(_history(exchanges, left_out, shortened)) > room:
            left_out, shortened = left_out + 1, max(0, shortened - 1)
    if all(each.without_passages for each in exchanges[left_out : left_out + shortened]):
        shortened = 0
    passages_kept_back = not request.mode.searches and not all(each.without_passages for each in exchanges)
    fitted = request.fitted if passages_kept_back else Fitted(left_out, shortened, context)
    return _history(exchanges, left_out, shortened), fitted


def _history(exchanges: Sequence[Exchange], left_out: int, shortened: int) -> list[Turn]:
    brief = (turn for each in exchanges[left_out : left_out + shortened] for turn in each.briefly)
    whole = (turn for each in exchanges[left_out + shortened :] for turn in each.whole)
    return [*brief, *whole]


def _exchanges(history: Sequence[Turn]) -> list[Exchange]:
    """Group turns as question-and-answer pairs; a question that was never answered is left out."""
    return [
        Exchange(asked, answered)
        for asked, answered in itertools.pairwise(history)
        if asked.role is Role.USER and answered.role is Role.ASSISTANT and answered.text.strip()
    ]


def _turns(
    request: PromptRequest, taken: Sequence[Extract], history: Sequence[Turn], prompt_format: PromptFormat
) -> list[Turn]:
    question = _question(_asked(request, prompt_format), taken, prompt_format)
    if not taken and _has_one_task(request, prompt_format):
        question = f"{NO_PASSAGES}\n\nQuestion: {question}"
    return [*_opening(request, bool(taken), history, prompt_format), Turn(Role.USER, question)]


def _asked(request: PromptRequest, prompt_format: PromptFormat) -> str:
    return request.question if prompt_format.history else request.whole_question


def _has_one_task(request: PromptRequest, prompt_format: PromptFormat) -> bool:
    """Return whether questions with and without passages are asked under the same words.

    What follows them in a conversation then need not be read again.
    """
    return request.mode is AnswerMode.DOCUMENTS_FIRST and prompt_format.history and request.task is Task.QUESTION


def _opening(
    request: PromptRequest, with_sources: bool, history: Sequence[Turn], prompt_format: PromptFormat
) -> list[Turn]:
    first = request.mode is AnswerMode.DOCUMENTS_FIRST
    with_passages = prompt_format.task_documents_first if first else prompt_format.task
    task = with_passages if with_sources or _has_one_task(request, prompt_format) else WITHOUT_PASSAGES
    example = prompt_format.example if with_sources else ()
    system = "\n\n".join(part for part in (request.instructions.strip(), task) if part)
    return [Turn(Role.SYSTEM, system), *example, *history]


def _question(question: str, taken: Sequence[Extract], prompt_format: PromptFormat) -> str:
    if not taken:
        return question.strip()
    passages = "\n\n".join(map(_numbered, taken))
    asked = f"Question: {question.strip()}"
    return "\n\n".join((*((asked,) if prompt_format.question_first else ()), "Passages:", passages, asked))


def _numbered(extract: Extract) -> str:
    return f"[{extract.source.n}] {extract.text}"
