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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from phi3desk.chat.judging.fit import is_certain
from phi3desk.chat.judging.found import found_in
from phi3desk.chat.messages import Found, ReadPassage
from phi3desk.chat.prompt import CountTokens, Prompt, PromptRequest, Task, is_small
from phi3desk.chat.reading.extracts import GAP
from phi3desk.chat.reading.nearest import Near, nearest_of_all
from phi3desk.chat.wording.function_words import WORDS
from phi3desk.chat.wording.tokens import TOKEN, key_of, language_of_words
from phi3desk.errors import Cancelled, say
from phi3desk.foreign_text import quoted
from phi3desk.model.types import AdapterUse, Ending, Extract, Generation, LoadedModel, Role, Turn

_TASK = "You answer questions from passages."
UNANSWERABLE = "unanswerable"
_ASKED = f"Reply only with the words of the passages that answer the question, copied exactly, or with: {UNANSWERABLE}"
ONLY_NEAREST = say("Only the sentences that come nearest to the question were read.")
#: sentences that are read; more of them, or whole passages, tell less
_SENTENCES = 5
#: letters of each that are read: a row may have thousands
_LONGEST = 400
NO_WORDS = (UNANSWERABLE, UNANSWERABLE.capitalize())
#: tokens that are copied at most
_MOST_COPIED = 48
#: How likely the passages must hold the answer at least. Of 34 questions with an answer in English articles two are
#: refused then, of 34 without one on the same articles 18, of 34 about something else 30, by the search or by the
#: starter; of 25 on the sample documents three, which it does not answer either where it is to.
LEAST_LIKELY = 0.55
#: The same for a model that has a reader, where none is likelier than the likeliest other words: of 34 questions with
#: an answer 6 are refused then, of 34 without one 24, of 34 about something else 31.
LEAST_LIKELY_TRAINED = 0.5
#: The same where the question is in another language than the sentences, or these are mostly rows of tables, of which
#: no reader was taught much: of 24 German questions on English articles 3 are refused, of 15 about something else all,
#: of 25 on the sample documents 5.
LEAST_LIKELY_ELSEWHERE = 0.12
#: share of the sentences that end as such, below which they are rows
_SENTENCES_END, _ENDS = 0.8, (".", "!", "?", "…", ";", ":")
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

    Of the `tokens` of the `prompt`, `reused` were in the cache. `found` are the words that answer; None where the model
    says that there are none, or has no reader for that (`LoadedModel.has_reader`). They hold it where it is as likely
    as `least`.
    """

    likely: float
    prompt: Prompt
    seconds: float
    tokens: int
    reused: int
    found: Found | None = None
    least: float = LEAST_LIKELY

    @property
    def holds_answer(self) -> bool:
        """Whether an answer is to be written from the passages."""
        return self.likely >= self.least


class Extractor(Protocol):
    """What judging before writing needs of a loaded model."""

    @property
    def loaded(self) -> LoadedModel:
        """What is loaded."""

    def count_turns(self, turns: Sequence[Turn]) -> int:
        """Return the tokens of a prompt."""

    def extract(
        self,
        turns: Sequence[Turn],
        none: Sequence[str],
        most: int,
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None] = ...,
    ) -> Extract:
        """Return how likely a prompt is answered with `none`, in several spellings, and the words of another answer.

        Of these there are `most` tokens at most. `on_prefill` gets how many tokens of the prompt are read, and in all.
        What was read of a conversation before stays as it is.
        """


def judged_before(
    model: Extractor,
    request: PromptRequest,
    on_prefill: Callable[[int, int], None],
    cancelled: threading.Event,
) -> Judged | None:
    """Return how likely the passages of a request hold the answer; None where the model is not asked, or was stopped.

    It is asked where an answer from passages that were found is wanted, and these do not come close for certain, or it
    has a reader, which finds the words that answer in them, too.
    """
    loaded = model.loaded
    if request.task is not Task.QUESTION or not request.sources or is_small(loaded.parameters):
        return None
    if is_certain(request.fit) and not loaded.has_reader:
        return None
    if not _asks_for_something(request.question):
        # what it copies would be its answer to the question itself
        return None
    nearest = sentences_before(request)
    prompt = nearest_before(request, nearest, model.count_turns)
    if model.count_turns(prompt.turns) + _ROOM > loaded.context:
        return None
    counted: list[tuple[int, int]] = []

    def count(done: int, total: int) -> None:
        counted.append((done, total))
        on_prefill(done, total)

    began = time.perf_counter()
    try:
        most = _MOST_COPIED if loaded.has_reader else 0
        extract = model.extract(prompt.turns, NO_WORDS, most, cancelled, count)
    except Cancelled:
        return None
    reused, tokens = counted[0]
    likely = likely_of(extract, request.fit, trained=loaded.has_reader)
    found = found_in(extract.words, nearest, request.sources)
    return Judged(
        likely, prompt, time.perf_counter() - began, tokens, reused, found, least_of(request, nearest, loaded)
    )


def least_of(request: PromptRequest, nearest: Sequence[Near], loaded: LoadedModel) -> float:
    """Return how likely a model must say that the nearest sentences hold an answer, for one to be written."""
    if not loaded.has_reader:
        return LEAST_LIKELY
    asked = language_of_words(request.whole_question)
    read = language_of_words(" ".join(one.text for one in nearest))
    ended = sum(one.text.rstrip('"”’») \n').endswith(_ENDS) for one in nearest)
    is_elsewhere = (asked and read and asked != read) or ended < _SENTENCES_END * len(nearest)
    return LEAST_LIKELY_ELSEWHERE if is_elsewhere else LEAST_LIKELY_TRAINED


def likely_of(extract: Extract, fit: float | None, *, trained: bool) -> float:
    """Return how likely sentences hold an answer, of what a model says of them; `trained` is whether it has a reader.

    `fit` is how close they come to the question (`chat.judging.fit`), None where that is not known. Where they come
    close for certain it is not doubted.
    """
    if is_certain(fit):
        return 1.0
    if trained:
        return extract.other / max(extract.other + extract.none, 1e-9)
    closer = math.exp(_CLOSER * (_ALIKE - fit)) if fit is not None else 1.0
    return max(0.0, 1.0 - extract.none * closer)


def _asks_for_something(question: str) -> bool:
    """Return whether a question asks what, who, when or how much, and not for yes or no."""
    words = WORDS.get(language_of_words(question))
    keys = [key_of(match.group()) for match in TOKEN.finditer(question)]
    asking = [key for key in keys if key not in _OPEN_YES_OR_NO]
    return words is not None and any(words.has(kind, key) for key in asking for kind in ("asking", "choosing"))


def sentences_before(request: PromptRequest) -> list[Near]:
    """Return the sentences that a model is asked about, the nearest to the question first."""
    return nearest_of_all(request.whole_question, request.sources, _SENTENCES)


def nearest_before(request: PromptRequest, nearest: Sequence[Near], count: CountTokens) -> Prompt:
    """Return the prompt that puts sentences and a question before a model, in the order of the passages.

    `count` is as in `chat.prompt.compose`.
    """
    nearest = sorted(nearest, key=lambda one: (one.source, one.place))
    parts = [_part(one.text) for one in nearest]
    turns = turns_before([one.text for one in nearest], request.whole_question)
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
    return Prompt(turns, numbers, 0, request.fitted, tuple(read[n] for n in sorted(read)))


def turns_before(sentences: Sequence[str], question: str) -> tuple[Turn, ...]:
    """Return the turns that put sentences and a question before a model, to copy the words that answer it."""
    passages = "\n".join(f"[{n}] {_part(each)}" for n, each in enumerate(sentences, 1))
    asked = f"Passages:\n\n{passages}\n\nQuestion: {question.strip()}\n\n{_ASKED}"
    return Turn(Role.SYSTEM, _TASK), Turn(Role.USER, asked)


def _part(sentence: str) -> str:
    return quoted(sentence[:_LONGEST])


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
