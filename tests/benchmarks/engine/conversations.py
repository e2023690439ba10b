"""What a conversation costs to go on with: at its fifth turn, after another conversation, after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from phi3desk.chat.answer import finish
from phi3desk.chat.history import fitted_of, turns_of
from phi3desk.chat.messages import MadeBy, Message, Source
from phi3desk.chat.prompt import PromptRequest, is_small
from phi3desk.model.types import Ending, Role, Sampling
from tests.benchmarks.engine.bench import SHORTEST, Bench, note, sources
from tests.benchmarks.engine.program import ModelWorker, Program, Written
from tests.benchmarks.table import Row, sooner

TURNS = 5
#: characters of new passages: as much at each turn as makes 2,000 tokens of five, and a single one later
_PASSAGES, _LITTLE = 1500, 250
#: no turn has more paragraphs
_PARAGRAPHS = _PASSAGES // SHORTEST
#: the first paragraph that no turn before has
_UNUSED = (TURNS + 1) * _PARAGRAPHS
_ANSWER = Sampling(max_tokens=40)
_INSTRUCTIONS = (
    "You are the maintenance expert of a plant. Use the words of its manuals, give figures with their units, and name "
    "the step that keeps people safe before any other step."
)


class Talk:
    """A conversation as the window leads it: every answer is kept, and the next question carries what was said.

    For a small model, which is given no history beside passages, the passages are a part of the question.
    """

    def __init__(self, *, small: bool, id: int = 1) -> None:
        self._small = small
        self._id = id
        self._messages: list[Message] = []

    def request(self, question: str, passages: tuple[Source, ...]) -> PromptRequest:
        """Return what is asked of the worker for the next question."""
        if self._small:
            question = "\n\n".join([*(source.passage.text for source in passages), question])
            passages = ()
        return PromptRequest(
            _INSTRUCTIONS,
            passages,
            turns_of(self._messages),
            question,
            fitted=fitted_of(self._messages),
            conversation=self._id,
        )

    def keep(self, request: PromptRequest, written: Written) -> None:
        """Keep a question and its answer, as they are shown."""
        answer = finish(written.completion, request.question, request.sources, MadeBy(), 0.0)
        for role, text, record in ((Role.USER, request.question, None), (Role.ASSISTANT, answer.text, answer)):
            self._messages.append(Message(len(self._messages) + 1, self._id, role, text, 0.0, record))

    def ask(self, worker: ModelWorker, question: str, passages: tuple[Source, ...]) -> Written:
        """Ask the next question and keep its answer."""
        request = self.request(question, passages)
        written = worker.write(request, _ANSWER)
        self.keep(request, written)
        return written


@dataclass(frozen=True)
class _Told:
    """How soon the first text came (seconds), and what of the fifth prompt had been read before.

    `rebuilt` is the fifth question where nothing was.
    """

    fifth: float
    rebuilt: float
    prompt: int
    again: int
    back: float
    restarted: float


def rows(bench: Bench) -> Iterator[Row]:
    """Lead the same conversation with every program."""
    for program in bench.programs:
        told = _lead(bench, program)
        note(f"{told.prompt:,} tokens of the fifth prompt{program.named}")
        size = f"{told.prompt:,} tokens"
        named = program.named
        yield sooner(
            f"first token of the fifth question ({size}){named}", told.fifth, told.rebuilt, "prompt rebuilt", 5
        )
        yield Row(
            f"tokens read again for it, beside new passages and the question{named}",
            float(told.again),
            "",
            to_reach="none",
            reached=told.again == 0,
        )
        for what, seconds in (("another one", told.back), ("a restart", told.restarted)):
            yield sooner(
                f"first token back in that conversation after {what}{named}", seconds, told.rebuilt, "read again", 10
            )


def _passages_of(turn: int) -> tuple[Source, ...]:
    return sources(_PASSAGES, turn * _PARAGRAPHS)


def _lead(bench: Bench, program: Program) -> _Told:
    small = is_small(bench.info.parameters)
    talk, other = Talk(small=small), Talk(small=small, id=2)
    with bench.loaded("conversations", program) as worker:
        for number in range(TURNS - 1):
            before = talk.ask(worker, f"What does part {number + 1} say?", _passages_of(number))
        request = talk.request("What does the last part say?", _passages_of(TURNS - 1))
        fifth = worker.write(request, _ANSWER)
        with bench.loaded("rebuilt", program) as unread:
            rebuilt = unread.write(request, _ANSWER)
        talk.keep(request, fifth)
        other.ask(worker, "What is to be done first?", _passages_of(TURNS))
        back = talk.ask(worker, "What does this one say?", sources(_LITTLE, _UNUSED))
    with bench.loaded("conversations", program) as worker:
        restarted = talk.ask(worker, "And this one?", sources(_LITTLE, _UNUSED + 1))
    known = before.completion.generation
    # the token before an end by length was chosen and not read
    known_tokens = known.prompt_tokens + known.generated_tokens - (known.ended is Ending.LENGTH)
    return _Told(
        fifth=fifth.first,
        rebuilt=rebuilt.first,
        prompt=fifth.completion.generation.prompt_tokens,
        again=max(0, known_tokens - fifth.completion.generation.reused_tokens),
        back=back.first,
        restarted=restarted.first,
    )
