"""Chooses the next token, and turns tokens into text that is whole at every moment."""

from __future__ import annotations

import codecs

from phi3desk.model.llama.bindings import api
from phi3desk.model.types import Sampling

#: how many of the last tokens a repeat penalty looks at
PENALTY_WINDOW = 64


class Sampler:
    """llama.cpp's sampler chain for one generation; `close` frees it."""

    def __init__(self, sampling: Sampling) -> None:
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for link in _links(sampling):
            api.llama_sampler_chain_add(self._chain, link)

    def next(self, context: int) -> int:
        """Return the token that follows what the context has read."""
        return int(api.llama_sampler_sample(self._chain, context, -1))

    def close(self) -> None:
        """Free the chain."""
        if self._chain:
            api.llama_sampler_free(self._chain)
            self._chain = None


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
