"""Measures with how many threads a model reads and writes fastest here; a few seconds at most, given up at once.

Only that is tried out. A slice of 64 tokens is for a stop and for progress; flash attention is left to llama.cpp, which
knows where it has it; the KV cache stays at 16 bits, for at 8 a model chooses other words.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

import psutil

from phi3desk.model.llama.bindings import NativeFailure
from phi3desk.model.llama.context import Context
from phi3desk.model.llama.hardware import cores
from phi3desk.model.llama.vocabulary import Vocabulary
from phi3desk.model.types import Measured

#: after so many seconds no further number of threads is tried
ENOUGH_SECONDS = 3.0
#: tokens of the context that is made for measuring, of what is read at once, and written one by one
_LENGTH, _READ, _WRITTEN = 128, 32, 4
#: how much faster another number of threads than that of the cores must be
_FASTER = 1.1
#: percent of the processor that others may take while it is measured, and seconds for which that is looked at
_BUSY_PERCENT, _LOOK_SECONDS = 25.0, 0.2


def measure(model: int, vocabulary: Vocabulary, given_up: Callable[[], bool]) -> Measured | None:
    """Return with how many threads a model is fastest on the processor, and how fast.

    None where it was given up, where there is no memory to spare, or while others keep the processor busy.
    """
    if psutil.cpu_percent(interval=_LOOK_SECONDS) > _BUSY_PERCENT or given_up():
        return None
    try:
        context = Context(model, vocabulary.size, _LENGTH, cores(), offload=False)
    except NativeFailure:
        return None
    try:
        return _measure(context, _GivenUp(given_up), _candidates(cores(), psutil.cpu_count() or 1), vocabulary.size)
    except NativeFailure:
        return None
    finally:
        context.close()


def _measure(
    context: Context, given_up: threading.Event, candidates: Iterable[int], vocabulary_size: int
) -> Measured | None:
    tokens = [(37 * number + 11) % vocabulary_size for number in range(_READ + _WRITTEN)]
    reading: dict[int, float] = {}
    writing: dict[int, float] = {}
    began = time.perf_counter()
    # what was read from disk for the first time is not what is measured
    context.step(tokens[0])
    for threads in candidates:
        if reading and time.perf_counter() - began > ENOUGH_SECONDS:
            break
        context.use_threads(threads, threads)
        context.clear()
        started = time.perf_counter()
        if not context.read(tokens[:_READ], given_up, lambda *_: None):
            return None
        reading[threads] = _READ / (time.perf_counter() - started)
        times = []
        for token in tokens[_READ:]:
            if given_up.is_set():
                return None
            started = time.perf_counter()
            context.step(token)
            times.append(time.perf_counter() - started)
        writing[threads] = 1 / min(times)
    threads, reading_threads = _fastest(writing), _fastest(reading)
    return Measured(threads, reading_threads, writing[threads], reading[reading_threads])


def _candidates(physical: int, logical: int) -> list[int]:
    """Return the numbers of threads to try: that of the cores first, then all there is, then half, for mixed cores."""
    return list(dict.fromkeys((physical, logical, max(1, physical // 2))))


def _fastest(speeds: dict[int, float]) -> int:
    """Return the number of threads to use: the first one, unless another is clearly faster."""
    first = next(iter(speeds))
    best = max(speeds, key=speeds.__getitem__)
    return best if speeds[best] >= speeds[first] * _FASTER else first


class _GivenUp(threading.Event):
    """Set where a function says so."""

    def __init__(self, asked: Callable[[], bool]) -> None:
        super().__init__()
        self._asked = asked

    def is_set(self) -> bool:
        return self._asked()
