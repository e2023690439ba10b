"""How likely a few words are to come next after prompts: by the scores of their tokens, without writing any."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from phi3desk.errors import Cancelled
from phi3desk.model.llama.context import Context
from phi3desk.model.llama.vocabulary import Vocabulary

#: A word with the ways it may be spelled, the likeliest first.
Spellings = Sequence[str]


class Judging:
    """Judges in a context that holds what a conversation has read; used from one thread."""

    def __init__(self, context: Context, vocabulary: Vocabulary) -> None:
        self._context, self._vocabulary = context, vocabulary

    def likelihoods(
        self,
        prompts: Sequence[Sequence[int]],
        words: Sequence[Spellings],
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None],
    ) -> tuple[tuple[float, ...], ...]:
        """Return, for each prompt, the probability of each word to come next.

        What prompts begin with alike is read once. Afterwards the context holds no more than what they all begin with,
        or the one prompt, read as a prompt is read that an answer follows. Raises Cancelled and NativeFailure.
        """
        tokens = [self._tokens(spellings) for spellings in words]
        found: dict[int, tuple[float, ...]] = {}
        order = sorted(range(len(prompts)), key=lambda index: list(prompts[index]))
        usual_slices: list[int] | None = None
        shared = self._context.length
        try:
            for index in order:
                prompt = prompts[index]
                if usual_slices is None:
                    self._context.keep(prompt)
                else:
                    shared = min(shared, self._context.branch(prompt))
                if not self._context.read(prompt, cancelled, on_prefill):
                    raise Cancelled
                usual_slices = list(self._context.cached.slices) if usual_slices is None else usual_slices
                found[index] = self._probabilities(tokens)
        finally:
            if shared < self._context.length:
                self._context.cut(max([0, *(start for start in usual_slices or () if start <= shared)]))
        return tuple(found[index] for index in range(len(prompts)))

    def beside_others(
        self,
        prompt: Sequence[int],
        word: Spellings,
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None],
    ) -> tuple[float, float]:
        """Return the probability of a word to come next after a prompt, and that of the likeliest other token.

        Raises as `likelihoods`.
        """
        ((likely,),) = self.likelihoods([prompt], [word], cancelled, on_prefill)
        scores = self._context.scores().astype(np.float64)
        others = np.delete(scores, sorted(self._tokens(word)))
        return likely, float(np.exp(others.max() - np.logaddexp.reduce(scores)))

    def _probabilities(self, words: Sequence[frozenset[int]]) -> tuple[float, ...]:
        scores = self._context.scores().astype(np.float64)
        likelihoods = np.exp(scores - scores.max())
        likelihoods /= likelihoods.sum()
        return tuple(float(likelihoods[sorted(tokens)].sum()) for tokens in words)

    def _tokens(self, spellings: Spellings) -> frozenset[int]:
        """Return the tokens that a word is written with, or begins with where no spelling is a single token."""
        written = [tokens for text in spellings for tokens in self._beginnings(text) if tokens]
        whole = {tokens[0] for tokens in written if len(tokens) == 1}
        return frozenset(whole or {tokens[0] for tokens in written[:1]})

    def _beginnings(self, text: str) -> list[list[int]]:
        """Return the tokens of a word after a space and without one; some vocabularies put a space before each text."""
        plain, after_space = self._vocabulary.tokenize(text), self._vocabulary.tokenize(f" {text}")
        if not self._vocabulary.is_spm:
            return [plain, after_space]
        line = self._vocabulary.tokenize("\n")
        after_line = self._vocabulary.tokenize(f"\n{text}")
        return [plain, after_line[len(line) :] if after_line[: len(line)] == line else []]
