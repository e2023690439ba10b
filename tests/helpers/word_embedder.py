"""A second embedder, small and without a model: texts that share words are near each other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from phi3desk.library.search.all_kinds import ALL_KINDS


class WordEmbedder:
    """An Embedder whose vectors count words; it notes which passages and questions it embedded."""

    question_prefix = "question: "
    passage_prefix = "passage: "
    batch = 4
    megabytes = 1
    loaded = True
    max_tokens = 512

    def __init__(
        self, name: str = "words", fingerprint: str = "1", dimensions: int = 64, languages: Sequence[str] = ("en",)
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimensions = dimensions
        self.languages = frozenset(languages)
        self.passages: list[str] = []
        self.questions: list[str] = []

    def load(self) -> None:
        """Do nothing: there is no model."""

    def embed(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.passages += [text for text in texts if text.removeprefix(self.passage_prefix) not in ALL_KINDS]
        return np.array([self.vector(text) for text in texts], dtype=np.float32)

    def embed_question(self, question: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.questions.append(question)
        return self.vector(question)

    def vector(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the vector of a text: the name is part of it, so that no two embedders agree."""
        vector = np.full(self.dimensions, 1e-3, dtype=np.float32)
        for word in re.findall(r"\w+", text.casefold()):
            digest = hashlib.sha256(f"{self.name} {self.fingerprint} {word}".encode()).digest()
            vector[int.from_bytes(digest[:4], "little") % self.dimensions] += 1
        return vector / np.linalg.norm(vector)

    def release_when_idle(self, seconds: float | None) -> None:
        """Do nothing: there is no model."""

    def release(self) -> None:
        """Do nothing: there is no model."""
