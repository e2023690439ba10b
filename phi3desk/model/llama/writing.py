"""An answer written token by token, several at once where they could be guessed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence

from phi3desk.model.llama.context import Context
from phi3desk.model.llama.drafting import Drafter, Pace
from phi3desk.model.llama.sampler import Sampler, TextStream, clear_choice
from phi3desk.model.llama.vocabulary import Vocabulary
from phi3desk.model.repetition import RepetitionWatch
from phi3desk.model.types import Ending

#: Scores by which a token must lead where several were read at once. The lead of the best one over the next changed by
#: .43 at most, by .06 mostly, in 400 tokens of SmolLM2 and Qwen2.5 that were read by 2 to 16 at once and alone.
CLEAR_LEAD = 0.5


class Writing:
    """The tokens and the text of an answer that is being written.

    `in_doubt` tells that guesses are not to be read with the next token, for the choice after it would not be clear.
    """

    def __init__(self, on_text: Callable[[str], None], drafter: Drafter | None) -> None:
        self.tokens: list[int] = []
        self.stream = TextStream()
        self.repetition = RepetitionWatch()
        self.first = 0.0
        self.in_doubt = False
        self._text = ""
        self._drafter = drafter
        self._on_text = on_text

    def add(self, token: int, piece: bytes) -> None:
        """Take in a token and the bytes of text that it stands for."""
        if not self.tokens:
            self.first = time.perf_counter()
        self.tokens.append(token)
        if self._drafter is not None:
            self._drafter.add(token)
        self._text += self.stream.add(piece)

    def give_out(self) -> None:
        """Tell the text that is new: of tokens that came together at once."""
        text, self._text = self._text, ""
        if text:
            self._on_text(text)

    def draft(self, most: int) -> list[int]:
        """Return guesses at the next tokens, `most` at most."""
        in_doubt, self.in_doubt = self.in_doubt, False
        return [] if in_doubt or self._drafter is None else self._drafter.draft(most)


class Writer:
    """Writes answers in a context whose prompt was read; used from one thread.

    Nothing is written after one of the tokens `stops`; `pace` knows what reading several tokens at once costs here.
    """

    def __init__(self, context: Context, vocabulary: Vocabulary, stops: Collection[int], pace: Pace) -> None:
        self._context, self._vocabulary = context, vocabulary
        self._stops, self._pace = frozenset(stops), pace

    def drafter(self, prompt: Sequence[int], can_go_back: bool) -> Drafter | None:
        """Return what guesses at the answer; None for a model whose state cannot go back over a wrong guess."""
        return Drafter(prompt, self._vocabulary.guarded | self._stops, self._pace) if can_go_back else None

    def write(self, sampler: Sampler, writing: Writing, limit: int, cancelled: threading.Event) -> Ending:
        """Read the token before, choose the next and give it out, until the end; return how it ended."""
        # tokens that are chosen and not given out yet; of these and the one given out last, all but the last are read
        chosen: deque[int] = deque()
        try:
            while len(writing.tokens) < limit:
                if cancelled.is_set():
                    return Ending.CANCELLED
                if not chosen:
                    if writing.tokens and len(self._context.tokens) + 1 >= self._context.length:
                        return Ending.CONTEXT
                    chosen += self._choose(sampler, writing, limit - len(writing.tokens))
                token = chosen.popleft()
                if token in self._stops:
                    return Ending.STOP
                writing.add(token, b"" if token in self._vocabulary.guarded else self._vocabulary.piece(token))
                if writing.repetition.add(token):
                    return Ending.REPEATED
                if not chosen:
                    writing.give_out()
            return Ending.LENGTH
        finally:
            self._context.take_back(len(chosen))
            writing.give_out()

    def _choose(self, sampler: Sampler, writing: Writing, room: int) -> list[int]:
        """Read the last token and return those that follow: one, or several that were guessed rightly."""
        if not writing.tokens:
            return [sampler.next(self._context)]
        last = writing.tokens[-1]
        room = min(room, self._context.length - len(self._context.tokens) - 1) - 1
        guesses = writing.draft(min(room, self._context.slice - 1))
        began = time.perf_counter()
        self._context.step(last, guesses)
        self._pace.took(1 + len(guesses), time.perf_counter() - began)
        if not guesses:
            return [sampler.next(self._context)]
        chosen = self._verified(guesses)
        self._context.take_back(1 + len(guesses) - len(chosen))
        if not chosen:
            self._context.step(last)
            return [sampler.next(self._context)]
        writing.in_doubt = chosen == guesses[: len(chosen)]
        return chosen

    def _verified(self, guesses: Sequence[int]) -> list[int]:
        """Return the guesses that the model chooses itself, and its own choice after them.

        Tokens that are read together get scores that differ a little from those of tokens read alone. Where that could
        decide, the answer goes on from there token by token.
        """
        chosen: list[int] = []
        for index in range(len(guesses) + 1):
            token = clear_choice(self._context.scores(index), CLEAR_LEAD)
            if token is None:
                break
            chosen.append(token)
            if index == len(guesses) or token != guesses[index]:
                break
        return chosen
