"""Has an answer in parts written by a function in place of a model."""

from __future__ import annotations

from collections.abc import Callable

from phi3desk.chat.prompt import Completion, PromptRequest, compose
from phi3desk.chat.series import Series
from phi3desk.model.types import Ending, Generation, Turn


def count_words(turns: list[Turn]) -> int:
    return sum(len(turn.text.split()) for turn in turns)


def run(series: Series, write: Callable[[PromptRequest], str], context: int = 4000) -> list[PromptRequest]:
    """Have a series written by a function in place of a model, each prompt cut to the context as a model's is."""
    requests: list[PromptRequest] = []
    while (request := series.next()) is not None:
        requests.append(request)
        prompt = compose(request, count_words, context, series.sampling.max_tokens)
        text = write(request)
        generation = Generation(text, (), Ending.STOP, count_words(prompt.turns), 0, 1.0, 1.0, len(text.split()), 50.0)
        series.take(Completion(generation, prompt.sources_read, 0))
    return requests
