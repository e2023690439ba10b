"""Whether the passages that were found hold the answer to a question, as judged before an answer is written.

The loaded model is asked for one word after the very prompt that the answer would follow, so that its passages are read
once for both. Small models are not asked: what their word is worth was not measured.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from phi3desk.chat.judging.fit import CERTAIN
from phi3desk.chat.judging.matter import YES_OR_NO, Judge, share_of
from phi3desk.chat.prompt import Prompt, PromptRequest, Task, is_small
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import TOKEN, key_of, language_of_words
from phi3desk.errors import Cancelled
from phi3desk.model.types import AdapterUse, Ending, Generation, Turn

ASKED = "Do the passages hold the answer to the question? Reply only yes or no."
#: How likely a model must say yes at least; below it is a no. Of 70 questions with an answer in English articles three
#: are refused then, of 70 without one on the same articles 14, of 70 about something else 54, by the search or by the
#: starter, and of twenty on the sample documents one. At .35 it is 1, 9, 50 and 1; at .55 6, 26, 63 and 2,
#: and with whole passages one of the three questions that are asked to show the program.
LEAST_LIKELY = 0.45
#: words that open a question for yes or no, folded
_OPEN_YES_OR_NO = frozenset(("ali", "чи", "oare", "αραγε"))
#: tokens of the context that stay free behind the prompt
_ROOM = 8


@dataclass(frozen=True)
class Judged:
    """How likely the passages hold the answer, 0 to 1, and what it took to find out.

    Of the `tokens` of the prompt, `reused` were in the cache.
    """

    likely: float
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
    prompt: Prompt,
    on_prefill: Callable[[int, int], None],
    cancelled: threading.Event,
) -> Judged | None:
    """Return how likely the passages in a prompt hold the answer; None where the model is not asked, or was stopped.

    It is asked where an answer from passages that were found is wanted, and these do not come close for certain.
    """
    loaded = model.loaded
    if request.task is not Task.QUESTION or not prompt.sources_read or is_small(loaded.parameters):
        return None
    if request.fit is not None and request.fit >= CERTAIN:
        return None
    if not _asks_for_something(request.question):
        # its yes or no would be its answer to the question itself
        return None
    turns = asked_after(prompt)
    if model.count_turns(turns) + _ROOM > loaded.context:
        return None
    counted: list[tuple[int, int]] = []

    def count(done: int, total: int) -> None:
        counted.append((done, total))
        on_prefill(done, total)

    began = time.perf_counter()
    try:
        ((yes, no),) = model.judge([turns], YES_OR_NO, cancelled, count, conversation=request.conversation)
    except Cancelled:
        return None
    reused, tokens = counted[0]
    return Judged(share_of(yes, no), time.perf_counter() - began, tokens, reused)


def _asks_for_something(question: str) -> bool:
    """Return whether a question asks what, who, when or how much, and not for yes or no."""
    words = WORDS.get(language_of_words(question))
    keys = [key_of(match.group()) for match in TOKEN.finditer(question)]
    asking = [key for key in keys if key not in _OPEN_YES_OR_NO]
    return words is not None and any(words.has(kind, key) for key in asking for kind in ("asking", "choosing"))


def asked_after(prompt: Prompt) -> list[Turn]:
    """Return the turns of a prompt with the question about its passages behind the last one."""
    last = prompt.turns[-1]
    return [*prompt.turns[:-1], replace(last, text=f"{last.text}\n\n{ASKED}")]


def with_judging(generation: Generation, judged: Judged) -> Generation:
    """Return the figures of a generation with the reading that was done for judging its prompt."""
    return replace(
        generation,
        reused_tokens=min(generation.reused_tokens, judged.reused),
        prefill_seconds=generation.prefill_seconds + judged.seconds,
        first_token_seconds=generation.first_token_seconds + judged.seconds,
    )


def nothing_written(judged: Judged, adapters: tuple[AdapterUse, ...]) -> Generation:
    """Return the generation of an answer that is not written."""
    return Generation("", (), Ending.STOP, judged.tokens, judged.tokens, 0.0, 0.0, 0, 0.0, adapters)
