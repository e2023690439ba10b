"""Copies the words out of a prompt that answer it, or tells how likely it is that none do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing

from phi3desk.errors import Cancelled
from phi3desk.model.llama.judging import Judging, Spellings
from phi3desk.model.llama.sampler import Sampler
from phi3desk.model.llama.writing import Writer, Writing
from phi3desk.model.types import Ending, Extract, Sampling


class Extracting:
    """Extracts in a context that holds nothing else; used from one thread."""

    def __init__(self, judging: Judging, writer: Writer, *, can_go_back: bool) -> None:
        self._judging, self._writer, self._can_go_back = judging, writer, can_go_back

    def extract(
        self,
        prompt: Sequence[int],
        none: Spellings,
        most: int,
        cancelled: threading.Event,
        on_prefill: Callable[[int, int], None],
    ) -> Extract:
        """Return how likely a prompt is answered with `none`, and what else, greedily, of `most` tokens at most.

        Nothing else is written where `none` is likelier. Raises Cancelled and NativeFailure.
        """
        likely, other = self._judging.beside_others(prompt, none, cancelled, on_prefill)
        if likely >= other or not most:
            return Extract(likely, other)
        writing = Writing(lambda _: None, self._writer.drafter(prompt, self._can_go_back))
        with closing(Sampler(Sampling())) as sampler:
            if self._writer.write(sampler, writing, most, cancelled) is Ending.CANCELLED:
                raise Cancelled
        return Extract(likely, other, writing.stream.text.strip())
