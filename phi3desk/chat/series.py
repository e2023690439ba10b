"""Answers that the model writes part by part: the requests one after the other, and how long they take together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from phi3desk.chat.grounding.grounded import Grounded, ground
from phi3desk.chat.messages import Answer, Source, Timings
from phi3desk.chat.prompt import Completion, PromptRequest
from phi3desk.model.types import Ending, Generation, LoadedModel, Sampling

#: Bytes a second that a laptop without a graphics card moves through a model while it writes, and how much faster it
#: reads: what is assumed until a model has been measured.
_BYTES_PER_SECOND = 12e9
_READS_FASTER = 4.0
_USUAL_MODEL = 2.4e9
#: tokens a second that no small model writes faster than, whatever its size
_FASTEST_GUESS = 30.0
#: bytes of UTF-8 in a token: three letters of English, one and a half of Greek or Ukrainian
BYTES_PER_TOKEN = 3.0


@dataclass(frozen=True)
class Speed:
    """How fast a model reads and writes, in tokens a second."""

    read: float
    written: float

    def seconds(self, read: float, written: float) -> float:
        """Return how long so many tokens take to read and to write."""
        return read / self.read + written / self.written


@dataclass(frozen=True)
class Progress:
    """How far a series is: parts that are written and in all, pages that are read, and seconds until it is done."""

    done: int
    total: int
    pages: int
    seconds_left: float


@dataclass(frozen=True)
class ToCheck:
    """What a model wrote for one part, the sources that must hold it and what was asked: as `ground` takes them."""

    text: str
    sources: tuple[Source, ...]
    question: str

    def by_words(self) -> Grounded:
        """Return it as checked here, without what its words mean."""
        return ground(self.text, self.sources, self.question)


class Series(Protocol):
    """An answer that is written in parts; used from one thread."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The passages that the answer is made from."""

    @property
    def text(self) -> str:
        """The answer as far as it has come."""

    @property
    def sampling(self) -> Sampling:
        """How the next part is written."""

    @property
    def progress(self) -> Progress:
        """How far it is."""

    def next(self) -> PromptRequest | None:
        """Return what the model is to write next, None where the answer is complete."""

    def to_check(self, written: Completion) -> ToCheck:
        """Return what of the part that the model was asked for last is to be checked before it is taken in."""

    def take(self, written: Completion, grounded: Grounded | None = None) -> None:
        """Take in what the model wrote, as it was checked; where it was not, its words are compared as written."""

    def answer(self, ended: Ending) -> Answer:
        """Return the answer with what there is."""


class Clock:
    """Measures how fast a model is, part by part; what it has not measured is guessed from the model's size."""

    def __init__(self, speed: Speed) -> None:
        self._guessed = speed
        self._read_tokens = self._written_tokens = 0
        self._read_seconds = self._write_seconds = self._first_token = 0.0
        self._prompt_tokens = 0

    @property
    def speed(self) -> Speed:
        """How fast the model has been so far."""
        if not self._written_tokens or self._read_seconds <= 0 or self._write_seconds <= 0:
            return self._guessed
        return Speed(self._read_tokens / self._read_seconds, self._written_tokens / self._write_seconds)

    @property
    def seconds(self) -> float:
        """How long the parts so far have taken."""
        return self._read_seconds + self._write_seconds

    def take(self, generation: Generation) -> None:
        """Count what was read and written for one part."""
        if not self._prompt_tokens:
            self._first_token = generation.first_token_seconds
        self._prompt_tokens += generation.prompt_tokens
        if generation.tokens_per_second <= 0:
            return
        self._read_tokens += max(1, generation.prompt_tokens - generation.reused_tokens)
        self._read_seconds += generation.prefill_seconds
        self._written_tokens += generation.generated_tokens
        self._write_seconds += generation.generated_tokens / generation.tokens_per_second

    def timings(self, search_seconds: float) -> Timings:
        """Return the figures of all parts together, as an answer keeps them."""
        speed = self.speed if self._written_tokens else Speed(0.0, 0.0)
        return Timings(
            search_seconds,
            self._prompt_tokens,
            self._read_seconds,
            search_seconds + self._first_token,
            self._written_tokens,
            speed.written,
        )


def speed_of(generation: Generation) -> Speed | None:
    """Return how fast a model was, None where it wrote too little to tell."""
    read = generation.prompt_tokens - generation.reused_tokens
    if (
        generation.generated_tokens < 4
        or read < 16
        or min(generation.prefill_seconds, generation.tokens_per_second) <= 0
    ):
        return None
    return Speed(read / generation.prefill_seconds, generation.tokens_per_second)


def guessed_speed(model: LoadedModel | None) -> Speed:
    """Return how fast a model will most likely be, by its size."""
    size = model.size if model is not None and model.size else _USUAL_MODEL
    written = min(_FASTEST_GUESS, _BYTES_PER_SECOND / size)
    return Speed(written * _READS_FASTER, written)


def known_speed(model: LoadedModel | None, last: Speed | None = None) -> Speed:
    """Return how fast a model is: as measured on the free machine, else as it was last, else by its size.

    What was measured once stays: the same question is then read and answered alike.
    """
    measured = model.measured if model is not None else None
    if measured is not None and min(measured.read, measured.written) > 0:
        return Speed(measured.read, measured.written)
    return last or guessed_speed(model)


def tokens_in(text: str) -> float:
    """Return about how many tokens a text has."""
    return len(text.encode("utf-8", "ignore")) / BYTES_PER_TOKEN
