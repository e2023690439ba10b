"""A model's context: the KV cache and what is in it, reading tokens in slices, and logits."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from phi3desk.model.llama.bindings import NativeFailure, api, encode_path
from phi3desk.model.memory import SLICE_CPU, SLICE_GPU

_ABORTED = 2
#: share of the memory that is free that the cells which wait there may take
_SHARE_ASIDE = 0.25


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two sequences have in common at their beginning."""
    length = min(len(one), len(other))
    differs = np.nonzero(np.array(one[:length]) != np.array(other[:length]))[0]
    return int(differs[0]) if len(differs) else length


@dataclass
class CachedTokens:
    """The tokens that a cache holds, and how they came there.

    `slices` are the places where reading a slice began, `answers` the stretches that were written, one token at a
    time, in between; what follows `prompt_length` is the last of them, still growing.
    """

    tokens: list[int] = field(default_factory=list)
    slices: list[int] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
    prompt_length: int = 0

    def common(self, prompt: Sequence[int]) -> int:
        """Return how many tokens at the beginning of a prompt are those of the cache."""
        return common_length(self.tokens, prompt)

    def reusable(self, prompt: Sequence[int]) -> int:
        """Return how many tokens of a prompt need not be read again.

        Reading goes on where a slice began, or in an answer: so it makes the slices that it made before. At least the
        last token is read again, for its logits.
        """
        common = min(self.common(prompt), len(prompt) - 1)
        slices = [start for start in self.slices if start <= common]
        answers = [*self.answers, (self.prompt_length, len(self.tokens))]
        in_answers = [min(common, end) for start, end in answers if start < min(common, end)]
        return max([0, *slices, *in_answers])

    def copy(self) -> CachedTokens:
        """Return the same once more."""
        return CachedTokens(list(self.tokens), list(self.slices), list(self.answers), self.prompt_length)

    def cut(self, position: int) -> None:
        """Forget all from a position on."""
        if len(self.tokens) > self.prompt_length and position > self.prompt_length:
            self.answers.append((self.prompt_length, min(position, len(self.tokens))))
        del self.tokens[position:]
        self.slices = [start for start in self.slices if start <= position]
        self.answers = [(start, min(end, position)) for start, end in self.answers if start < position]
        self.prompt_length = position


class Context:
    """One KV cache over a loaded model; used from one thread.

    Tokens are read in slices that end at whole multiples of the slice, and a prompt that was read before is read again
    from where one of its slices began: it gives bit-equal logits whether or not its beginning was in the cache. An
    answer stays as it was written, token by token; reading it in slices would give the same scores to rounding.
    """

    def __init__(self, model: int, vocabulary_size: int, length: int, threads: int, offload: bool) -> None:
        self.slice = SLICE_GPU if offload else SLICE_CPU
        self._cancelled: threading.Event | None = None
        self._abort = api.ggml_abort_callback(self._should_abort)
        self._no_abort = api.ggml_abort_callback()
        parameters = api.llama_context_default_params()
        parameters.n_ctx = length
        parameters.n_batch = parameters.n_ubatch = self.slice
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.no_perf = True
        handle = api.llama_init_from_model(model, parameters)
        if not handle:
            raise NativeFailure("no memory for the context")
        self.handle = int(handle)
        self._memory = api.llama_get_memory(self.handle)
        self._vocabulary_size = vocabulary_size
        self.length = int(api.llama_n_ctx(self.handle))
        # llama.cpp makes a batch no larger than the context, and ends the process over one that is
        self.slice = min(self.slice, int(api.llama_n_batch(self.handle)))
        self.cached = CachedTokens()
        #: what the bytes of the cache depend on beside the model, its adapters and the tokens
        self.made_with = tuple(
            int(value)
            for value in (
                self.length,
                self.slice,
                parameters.type_k,
                parameters.type_v,
                parameters.flash_attn_type,
                parameters.offload_kqv,
                parameters.swa_full,
                parameters.kv_unified,
            )
        )
        #: whether a decode was broken off, or gave scores that are no numbers, since the bytes were last written over
        self._tainted = False

    @property
    def tokens(self) -> list[int]:
        """The tokens that the cache holds."""
        return self.cached.tokens

    def close(self) -> None:
        """Free the context."""
        if self.handle:
            api.llama_free(self.handle)
            self.handle = 0

    def clear(self) -> None:
        """Forget everything that was read.

        The cache's bytes, gigabytes of them, are written over only where they may hold something that is no number:
        what is masked counts with a factor of 0, which takes any number away and nothing else.
        """
        if self._memory:
            api.llama_memory_clear(self._memory, self._tainted)
            self._tainted = False
        self.cached = CachedTokens()

    def set_adapters(self, adapters: Sequence[Any], scales: Sequence[float]) -> None:
        """Attach exactly these adapters and forget what was read with others; raises NativeFailure."""
        handles = (api.llama_adapter_lora_p_ctypes * len(adapters))(*adapters) if adapters else None
        factors = (ctypes.c_float * len(scales))(*scales) if adapters else None
        status = api.llama_set_adapters_lora(self.handle, handles, len(adapters), factors)
        self.clear()
        if status != 0:
            raise NativeFailure("the adapters could not be attached")

    def keep(self, prompt: Sequence[int]) -> int:
        """Drop what the cache holds beyond its common beginning with `prompt`; return how many tokens stay."""
        self._drop_from(self.cached.reusable(prompt))
        return len(self.tokens)

    def branch(self, prompt: Sequence[int]) -> int:
        """Drop what is not `prompt`'s, wherever it begins in a slice; return how many tokens stay.

        What is read from there has other scores, to rounding, than what `keep` has read: it is not to stay.
        """
        self._drop_from(min(self.cached.common(prompt), len(prompt) - 1))
        return len(self.tokens)

    def cut(self, position: int) -> None:
        """Forget all from a position on."""
        if position < len(self.tokens):
            self._drop_from(position)

    def read(self, prompt: Sequence[int], cancelled: threading.Event, on_read: Callable[[int, int], None]) -> bool:
        """Read the rest of a prompt after `keep`; False where it was stopped. Raises NativeFailure."""
        total = len(prompt)
        on_read(len(self.tokens), total)
        self._cancelled = cancelled
        api.llama_set_abort_callback(self.handle, self._abort, None)
        try:
            while len(self.tokens) < total:
                start = len(self.tokens)
                end = min(total, start - start % self.slice + self.slice)
                if self.cached.slices[-1:] != [start]:
                    self.cached.slices.append(start)
                if cancelled.is_set() or not self._decode(prompt[start:end]):
                    self._drop_from(start)
                    return False
                self.cached.prompt_length = end
                if end % self.slice == 0:
                    self.cached.slices.append(end)
                on_read(end, total)
        finally:
            self._cancelled = None
            # the callback takes the interpreter's lock at every step of the graph: too dear for single tokens
            api.llama_set_abort_callback(self.handle, self._no_abort, None)
        return True

    def step(self, token: int, guesses: Sequence[int] = ()) -> None:
        """Read one generated token, and guesses at what follows; `scores` then has those after each of them.

        Raises NativeFailure.
        """
        self._decode([token, *guesses], all_scores=True)

    def take_back(self, count: int) -> None:
        """Drop the last tokens that `step` read; raises NativeFailure."""
        if count <= 0:
            return
        position = len(self.tokens) - count
        if not api.llama_memory_seq_rm(self._memory, 0, position, -1):
            self.clear()
            raise NativeFailure("the cache cannot go back")
        del self.tokens[position:]

    def use_threads(self, writing: int, reading: int) -> None:
        """Compute with so many threads from now on."""
        api.llama_set_n_threads(self.handle, writing, reading)

    @property
    def state_size(self) -> int:
        """How many bytes `state` gives."""
        return int(api.llama_state_seq_get_size(self.handle, 0))

    def state(self) -> npt.NDArray[np.uint8] | None:
        """Return a copy of the cache's bytes, for `restore`; None where llama.cpp gives none."""
        size = self.state_size
        data = np.empty(size, np.uint8)
        got = int(api.llama_state_seq_get_data(self.handle, _bytes_of(data), size, 0)) if size else 0
        return data if got and got == size else None

    def restore(self, data: npt.NDArray[np.uint8], cached: CachedTokens) -> bool:
        """Put what `state` gave into the cache, in place of what it holds; False where it is empty now instead."""
        self.clear()
        done = int(api.llama_state_seq_set_data(self.handle, _bytes_of(data), len(data), 0))
        return self._take_over(done == len(data), cached)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Have what the cache holds in it again afterwards; it waits in memory, where that has ample room for it.

        Without room the cache is empty afterwards. Of Phi-3-mini a token takes 384 KB, of models that share keys among
        heads a tenth of that.
        """
        has_room = bool(self.tokens) and self.state_size < psutil.virtual_memory().available * _SHARE_ASIDE
        cached, cells = self.cached.copy(), self.state() if has_room else None
        try:
            yield
        finally:
            # a context that failed on a graphics card is closed by then
            if self.handle and (cells is None or not self.restore(cells, cached)):
                self.clear()

    def save_file(self, path: Path) -> bool:
        """Write the cache's bytes with its tokens into a file; False where llama.cpp could not."""
        tokens = (api.llama_token * len(self.tokens))(*self.tokens)
        return bool(api.llama_state_seq_save_file(self.handle, encode_path(path), 0, tokens, len(self.tokens)))

    def load_file(self, path: Path, cached: CachedTokens) -> bool:
        """Put what `save_file` wrote into the cache, in place of what it holds; False where it is empty now instead."""
        self.clear()
        tokens, count = (api.llama_token * self.length)(), ctypes.c_size_t()
        read = api.llama_state_seq_load_file(
            self.handle, encode_path(path), 0, tokens, self.length, ctypes.byref(count)
        )
        return self._take_over(bool(read) and list(tokens[: count.value]) == cached.tokens, cached)

    def _take_over(self, done: bool, cached: CachedTokens) -> bool:
        """Go on with cells that were put into the cache, where they are all there; forget them otherwise.

        llama.cpp can take a state without putting anything into the cache, and not say so.
        """
        first, last = (
            int(ask(self._memory, 0)) for ask in (api.llama_memory_seq_pos_min, api.llama_memory_seq_pos_max)
        )
        if not done or (first, last) != (0, len(cached.tokens) - 1):
            self.clear()
            return False
        self.cached = cached.copy()
        return True

    def logits(self) -> npt.NDArray[np.float32]:
        """Return a copy of the scores of every token to come next."""
        return self.scores().copy()

    def scores(self, index: int = -1) -> npt.NDArray[np.float32]:
        """Return the scores of every token to come after what was read, or after token `index` of the last step.

        They are llama.cpp's own, valid until it reads again.
        """
        pointer = api.llama_get_logits_ith(self.handle, index)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def _decode(self, tokens: Sequence[int], *, all_scores: bool = False) -> bool:
        array = (api.llama_token * len(tokens))(*tokens)
        batch = api.llama_batch_get_one(array, len(tokens))
        if all_scores:
            batch.logits = (ctypes.c_int8 * len(tokens))(*(1,) * len(tokens))
        status = int(api.llama_decode(self.handle, batch))
        if status != 0:
            self._tainted = True
        if status == _ABORTED:
            return False
        if status != 0:
            self.clear()
            raise NativeFailure(f"llama_decode returned {status}")
        self.tokens.extend(tokens)
        self._tainted = self._tainted or not np.isfinite(self.scores()).all()
        return True

    def _drop_from(self, position: int) -> None:
        if position <= 0 or not self._memory or not api.llama_memory_seq_rm(self._memory, 0, position, -1):
            self.clear()
            return
        self.cached.cut(position)

    def _should_abort(self, _: Any) -> bool:
        return self._cancelled is not None and self._cancelled.is_set()


def _bytes_of(data: npt.NDArray[np.uint8]) -> Any:
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
