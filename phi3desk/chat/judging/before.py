"""Whether the passages that were found hold the answer to a question, as judged before an answer is written.

The loaded model is given the sentences that come nearest to the question, and is to copy the words that answer it or to
say that there are none: how likely it says that tells. A yes or no about the same sentences tells far less, and so does
the same behind the instructions that an answer is written by. Small models are not asked: what their word is worth was
not measured.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from phi3desk.chat.judging.fit import is_certain
from phi3desk.chat.judging.matter import Judge
from phi3desk.chat.messages import ReadPassage
from phi3desk.chat.prompt import CountTokens, Prompt, PromptRequest, Task, is_small
from phi3desk.chat.reading.extracts import GAP
from phi3desk.chat.reading.nearest import nearest_of_all
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import TOKEN, key_of, language_of_words
from phi3desk.errors import Cancelled, say
from phi3desk.foreign_text import quoted
from phi3desk.model.types import AdapterUse, Ending, Generation, Role, Turn

_TASK = "You answer questions from passages."
_ASKED = "Reply only with the words of the passages that answer the question, copied exactly, or with: unanswerable"
ONLY_NEAREST = say("Only the sentences that come nearest to the question were read.")
#: sentences that are read; more of them, or whole passages, tell less
_SENTENCES = 5
#: letters of each that are read: a row may have thousands
_LONGEST = 400
NO_WORDS = (("unanswerable", "Unanswerable"),)
#: How likely the passages must hold the answer at least. Of 34 questions with an answer in English articles two are
#: refused then, of 34 without one on the same articles 18, of 34 about something else 30, by the search or by the
#: starter; of 25 on the sample documents three, which it does not answer either where it is to.
LEAST_LIKELY = 0.55
#: That nothing answers is believed less where the sentences come close to the question, elsewhere more: by so much in a
#: logarithm, and as it is said where they come as close as this.
_CLOSER, _ALIKE = 10.0, 0.88
#: words that open a question for yes or no, folded
_OPEN_YES_OR_NO = frozenset(("ali", "чи", "oare", "αραγε"))
#: tokens of the context that stay free behind the prompt
_ROOM = 8


@dataclass(frozen=True)
class Judged:
    """How likely the passages hold the answer, 0 to 1, and what it took to find out.

    Of the `tokens` of the `prompt`, `reused` were in the cache.
    """

    likely: float
    prompt: Prompt
    seconds: float
    tokens: int
    reused: int

    @property
    def holds_answer(self) -> bool:
        """Whether an answer is to be written from the passages."""
        return self.likely >= LEAST_LIKELY


def judged_before(
    model: Judge,
    request: PromptRequest,
    on_prefill: Callable[[int, int], None],
    cancelled: threading.Event,
) -> Judged | None:
    """Return how likely the passages of a request hold the answer; None where the model is not asked, or was stopped.

    It is asked where an answer from passages that were found is wanted, and these do not come close for certain.
    """
    loaded = model.loaded
    if request.task is not Task.QUESTION or not request.sources or is_small(loaded.parameters):
        return None
    if is_certain(request.fit):
        return None
    if not _asks_for_something(request.question):
        # what it copies would be its answer to the question itself
        return None
    prompt = nearest_before(request, model.count_turns)
    if model.count_turns(prompt.turns) + _ROOM > loaded.context:
        return None
    counted: list[tuple[int, int]] = []

    def count(done: int, total: int) -> None:
        counted.append((done, total))
        on_prefill(done, total)

    began = time.perf_counter()
    try:
        ((none,),) = model.judge([prompt.turns], NO_WORDS, cancelled, count, aside=True)
    except Cancelled:
        return None
    reused, tokens = counted[0]
    return Judged(likely_of(none, request.fit), prompt, time.perf_counter() - began, tokens, reused)


def likely_of(none: float, fit: float | None) -> float:
    """Return how likely sentences hold an answer, of which a model says so likely that there is `none`.

    `fit` is how close they come to the question (`chat.judging.fit`), None where that is not known.
    """
    closer = math.exp(_CLOSER * (_ALIKE - fit)) if fit is not None else 1.0
    return max(0.0, 1.0 - none * closer)


def _asks_for_something(question: str) -> bool:
    """Return whether a question asks what, who, when or how much, and not for yes or no."""
    words = WORDS.get(language_of_words(question))
    keys = [key_of(match.group()) for match in TOKEN.finditer(question)]
    asking = [key for key in keys if key not in _OPEN_YES_OR_NO]
    return words is not None and any(words.has(kind, key) for key in asking for kind in ("asking", "choosing"))


def nearest_before(request: PromptRequest, count: CountTokens) -> Prompt:
    """Return the prompt that puts the sentences nearest to a question before a model, in the order of the passages.

    `count` is as in `chat.prompt.compose`.
    """
    question = request.standing_alone or request.question
    nearest = sorted(nearest_of_all(question, request.sources, _SENTENCES), key=lambda one: (one.source, one.place))
    parts = [quoted(one.text[:_LONGEST]) for one in nearest]
    passages = "\n".join(f"[{n}] {part}" for n, part in enumerate(parts, 1))
    asked = f"Passages:\n\n{passages}\n\nQuestion: {question.strip()}\n\n{_ASKED}"
    empty = count([Turn(Role.USER, "")])
    read: dict[int, ReadPassage] = {
        source.n: ReadPassage(source.n, left_out=ONLY_NEAREST) for source in request.sources
    }
    for one, part in zip(nearest, parts, strict=True):
        n = request.sources[one.source].n
        before = read[n]
        text = f"{before.text} {GAP} {part}" if before.text else part
        read[n] = ReadPassage(n, before.tokens + count([Turn(Role.USER, part)]) - empty, text=text)
    numbers = tuple(sorted(n for n, each in read.items() if each.left_out is None))
    turns = (Turn(Role.SYSTEM, _TASK), Turn(Role.USER, asked))
    return Prompt(turns, numbers, 0, request.fitted, tuple(read[n] for n in sorted(read)))


def with_judging(generation: Generation, judged: Judged) -> Generation:
    """Return the figures of a generation with the reading that was done before it, to judge."""
    return replace(
        generation,
        prompt_tokens=generation.prompt_tokens + judged.tokens,
        reused_tokens=generation.reused_tokens + judged.reused,
        prefill_seconds=generation.prefill_seconds + judged.seconds,
        first_token_seconds=generation.first_token_seconds + judged.seconds,
    )


def nothing_written(judged: Judged, adapters: tuple[AdapterUse, ...]) -> Generation:
    """Return the generation of an answer that is not written."""
    return Generation(
        "", (), Ending.STOP, judged.tokens, judged.reused, judged.seconds, judged.seconds, 0, 0.0, adapters
    )
