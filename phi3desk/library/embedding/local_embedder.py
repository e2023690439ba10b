"""An embedder whose model lies in a folder of this machine: loaded when first used, let go when idle."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from phi3desk.library.embedding.idle_release import IdleRelease

if TYPE_CHECKING:
    from phi3desk.library.embedding.embedder import Vectors
    from phi3desk.library.embedding.encoder import Encoder, ReadWord
    from phi3desk.library.embedding.local_model import EmbedderDescription

#: Passages at a time: batches of 8 to 16, sorted by length, are faster on a processor than large ones.
BATCH = 16


class LocalEmbedder:
    """Turns texts into vectors of length 1; loaded when first used, thread-safe.

    Passages are embedded one batch at a time; a question is embedded beside a batch and does not wait for it.
    """

    batch = BATCH

    def __init__(self, description: EmbedderDescription, open_encoder: Callable[[], Encoder]) -> None:
        self.description = description
        self._open_encoder = open_encoder
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._users = 0
        self._idle = IdleRelease(self.release, lambda: self.loaded)

    @property
    def name(self) -> str:
        """Return what the embedder is called."""
        return self.description.name

    @property
    def fingerprint(self) -> str:
        """Return what changes with whatever changes the vectors."""
        return self.description.fingerprint

    @property
    def dimensions(self) -> int:
        """Return how many numbers a vector has."""
        return self.description.dimensions

    @property
    def megabytes(self) -> int:
        """Return how large the model is on the disk."""
        return self.description.megabytes

    @property
    def max_tokens(self) -> int:
        """Return how many tokens of a text the model reads."""
        return self.description.max_tokens

    @property
    def languages(self) -> frozenset[str]:
        """Return the codes of the languages the model knows."""
        return self.description.languages

    @property
    def question_prefix(self) -> str:
        """Return what is to be put before a question."""
        return self.description.question_prefix

    @property
    def passage_prefix(self) -> str:
        """Return what is to be put before a passage."""
        return self.description.passage_prefix

    @property
    def loaded(self) -> bool:
        """Return whether the model is in memory."""
        return self._encoder is not None

    def load(self) -> None:
        """Load the model where that has not been done."""
        with self._in_use():
            pass

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, shape (texts, dimensions), float32, in their order."""
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        with self._in_use() as encoder:
            tokens = encoder.tokens(texts)
            order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
            for at in range(0, len(order), BATCH):
                batch = order[at : at + BATCH]
                with self._turn:
                    vectors[batch] = encoder.vectors([tokens[index] for index in batch])
        return vectors

    def embed_question(self, question: str) -> Vectors:
        """Return the vector of one text, shape (dimensions,), at once, whatever else is being embedded."""
        with self._in_use() as encoder:
            vector: Vectors = encoder.vectors(encoder.tokens([question]))[0]
            return vector

    def read_words(self, texts: Sequence[str]) -> list[list[ReadWord]] | None:
        """Return the words of each text as the model reads them, None where it cannot be asked that; loads it."""
        with self._in_use() as encoder:
            return encoder.words(texts)

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload the model once it was not used for so long; None keeps it. The next use loads it again."""
        self._idle.after(seconds)

    def release(self) -> None:
        """Unload the model, unless it is in use just now."""
        with self._loading, self._guard:
            if self._users or self._encoder is None:
                return
            self._encoder = None
        gc.collect()
        give_back_memory()

    @contextmanager
    def _in_use(self) -> Iterator[Encoder]:
        """Hold the model, loaded where it was not."""
        with self._loading:
            if self._encoder is None:
                self._encoder = self._open_encoder()
            encoder = self._encoder
            with self._guard:
                self._users += 1
        try:
            yield encoder
        finally:
            with self._guard:
                self._users -= 1
            self._idle.was_used()


def give_back_memory() -> None:
    """Have the C library hand unused memory back to the system, where it would keep it (Linux's glibc)."""
    if sys.platform != "linux":
        return
    import ctypes

    trim: Any = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
