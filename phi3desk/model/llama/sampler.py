"""Chooses the next token, and turns tokens into text that is whole at every moment."""

from __future__ import annotations

import codecs

import numpy as np
import numpy.typing as npt

from phi3desk.model.llama.bindings import api
from phi3desk.model.llama.context import Context
from phi3desk.model.types import Sampling

#: how many of the last tokens a repeat penalty looks at
PENALTY_WINDOW = 64


class Sampler:
    """Chooses the tokens of one generation; `close` frees it.

    The likeliest token of all is found here, `is_greedy`; for anything else there is llama.cpp's sampler chain.
    """

    def __init__(self, sampling: Sampling) -> None:
        self.is_greedy = sampling.temperature <= 0 and sampling.repeat_penalty == 1.0
        self._chain = None if self.is_greedy else api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for link in () if self.is_greedy else _links(sampling):
            api.llama_sampler_chain_add(self._chain, link)

    def next(self, context: Context) -> int:
        """Return the token that follows what the context has read."""
        if self.is_greedy:
            return int(context.scores().argmax())
        return int(api.llama_sampler_sample(self._chain, context.handle, -1))

    def close(self) -> None:
        """Free the chain."""
        if self._chain:
            api.llama_sampler_free(self._chain)
            self._chain = None


def clear_choice(scores: npt.NDArray[np.float32], lead: float) -> int | None:
    """Return the token with the highest score, None where it does not lead the next one by more than `lead`."""
    best = int(scores.argmax())
    highest = scores[best]
    return best if int((scores >= highest - lead).sum()) == 1 else None


def _links(sampling: Sampling) -> list[int]:
    links = []
    if sampling.repeat_penalty != 1.0:
        links.append(api.llama_sampler_init_penalties(PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0))
    if sampling.temperature <= 0:
        return [*links, api.llama_sampler_init_greedy()]
    return [
        *links,
        api.llama_sampler_init_top_k(sampling.top_k),
        api.llama_sampler_init_top_p(sampling.top_p, 1),
        api.llama_sampler_init_temp(sampling.temperature),
        api.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF),
    ]


class TextStream:
    """Joins the bytes of tokens into text: no part of a letter is ever given out, nor space before the first word."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """Everything given out so far."""
        return "".join(self._pieces)

    def add(self, piece: bytes) -> str:
        """Take a token's bytes and return the text that is whole now, which may be empty."""
        new = self._decoder.decode(piece)
        if not self._pieces:
            new = new.lstrip()
        if new:
            self._pieces.append(new)
        return new
