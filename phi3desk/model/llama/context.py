"""A model's context: the KV cache and what is in it, reading tokens in slices, and logits."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from phi3desk.model.llama.bindings import NativeFailure, api

#: tokens read in one go: few enough for progress and a quick stop, many enough for speed
SLICE_CPU = 64
SLICE_GPU = 512

_ABORTED = 2


class Context:
    """One KV cache over a loaded model; used from one thread.

    Tokens are read in slices that begin at whole multiples of the slice, and a prompt read again keeps whole slices
    only, so it gives bit-equal logits whether or not its beginning was in the cache. Only a prompt that goes on from
    the last answer keeps more, the answer, for speed.
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
        self.tokens: list[int] = []
        self._prompt_length = 0
        self._whole_slices = 0
        #: whether a decode was broken off, or gave scores that are no numbers, since the bytes were last written over
        self._tainted = False

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
        self.tokens.clear()
        self._prompt_length = self._whole_slices = 0

    def set_adapters(self, adapters: Sequence[Any], scales: Sequence[float]) -> None:
        """Attach exactly these adapters and forget what was read with others; raises NativeFailure."""
        handles = (api.llama_adapter_lora_p_ctypes * len(adapters))(*adapters) if adapters else None
        factors = (ctypes.c_float * len(scales))(*scales) if adapters else None
        status = api.llama_set_adapters_lora(self.handle, handles, len(adapters), factors)
        self.clear()
        if status != 0:
            raise NativeFailure("the adapters could not be attached")

    def keep(self, prompt: Sequence[int]) -> int:
        """Drop what the cache holds beyond its common beginning with `prompt`; return how many tokens stay.

        A prompt that goes on from the last answer keeps that answer; any other keeps whole slices. At least the last
        token is read again, for its logits.
        """
        common = 0
        for old, new in zip(self.tokens, prompt, strict=False):
            if old != new:
                break
            common += 1
        common = min(common, len(prompt) - 1)
        if common <= self._prompt_length:
            common = min(common, self._whole_slices)
            common -= common % self.slice
        self._drop_from(common)
        return len(self.tokens)

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
                if cancelled.is_set() or not self._decode(prompt[start:end]):
                    self._drop_from(start)
                    return False
                if start == self._whole_slices and end - start == self.slice:
                    self._whole_slices = end
                on_read(end, total)
        finally:
            self._cancelled = None
            # the callback takes the interpreter's lock at every step of the graph: too dear for single tokens
            api.llama_set_abort_callback(self.handle, self._no_abort, None)
        self._prompt_length = total
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
        self.tokens += tokens
        self._tainted = self._tainted or not np.isfinite(self.scores()).all()
        return True

    def _drop_from(self, position: int) -> None:
        if position <= 0 or not self._memory or not api.llama_memory_seq_rm(self._memory, 0, position, -1):
            self.clear()
            return
        del self.tokens[position:]
        self._prompt_length = min(self._prompt_length, position)
        self._whole_slices = min(self._whole_slices, position)

    def _should_abort(self, _: Any) -> bool:
        return self._cancelled is not None and self._cancelled.is_set()
