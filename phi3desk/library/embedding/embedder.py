"""What an embedder is to the library, and which one the library works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.embedding.encoder import ReadWord
    from phi3desk.library.embedding.local_model import EmbedderDescription
    from phi3desk.settings import Settings

    Vectors = np.ndarray[Any, np.dtype[np.float32]]

#: Name and fingerprint of the embedder that made the vectors of every catalogue and every pack that names no
#: fingerprint.
FIRST_EMBEDDER = ("all-MiniLM-L6-v2", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")


@runtime_checkable
class WordReader(Protocol):
    """An embedder that can tell how it reads each word of a text; thread-safe."""

    @property
    def question_prefix(self) -> str:
        """What is to be put before a question."""

    @property
    def passage_prefix(self) -> str:
        """What is to be put before a passage."""

    def read_words(self, texts: Sequence[str]) -> list[list[ReadWord]] | None:
        """Return the words of each text as the model reads them, None where it cannot be asked that; loads it."""


class Embedder(Protocol):
    """Turns texts into vectors of length 1, whose cosine is their semantic similarity; thread-safe.

    Vectors can be compared where the fingerprints of their embedders are equal, and not otherwise.
    """

    @property
    def name(self) -> str:
        """What the embedder is called, for the user too."""

    @property
    def fingerprint(self) -> str:
        """What changes with whatever changes the vectors, such as the hash of the model's file."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""

    @property
    def megabytes(self) -> int:
        """How large its model is on the disk."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text it reads; what comes after them does not count."""

    @property
    def languages(self) -> frozenset[str]:
        """The codes of the languages it knows; passages and questions in others are searched by words only."""

    @property
    def question_prefix(self) -> str:
        """What is to be put before a question that is embedded."""

    @property
    def passage_prefix(self) -> str:
        """What is to be put before a passage that is embedded."""

    @property
    def batch(self) -> int:
        """How many texts it works on at a time."""

    @property
    def loaded(self) -> bool:
        """Whether its model is in memory."""

    def load(self) -> None:
        """Load the model where that has not been done; may take seconds. UserError where it is missing."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, shape (texts, dimensions), float32, in their order; loads the model."""

    def embed_question(self, question: str) -> Vectors:
        """Return the vector of one text, shape (dimensions,), without waiting for what else is being embedded."""

    def release_when_idle(self, seconds: float | None) -> None:
        """Unload the model once it was not used for so long; None keeps it. The next use loads it again."""

    def release(self) -> None:
        """Unload the model, unless it is in use just now."""


def open_embedder(
    settings: Settings | None = None,
    kept_in: Path | None = None,
    on_making: Callable[[int], None] | None = None,
) -> Embedder:
    """Return the embedder of collections for which no other was chosen; its model is loaded when it is first used.

    That is multilingual-e5-small, or all-MiniLM where the package of the first is not installed. `kept_in` is the
    folder in which what is made of models for this machine is kept; `on_making` is told how much of that is done, in
    per cent, where the first use has to make it.
    """
    from phi3desk.library.embedding import e5_small
    from phi3desk.library.embedding.minilm import MiniLmEmbedder

    place = e5_small.made_folder(kept_in)
    if place is None and e5_small.package_file() is None:
        return MiniLmEmbedder()
    return _e5_embedder(kept_in or e5_small.INSTALLED, on_making)


def open_described(
    description: EmbedderDescription, kept_in: Path | None = None, on_making: Callable[[int], None] | None = None
) -> Embedder:
    """Return the embedder of a description (see `local_model.describe`); its model is loaded when it is first used.

    `kept_in` and `on_making` as with `open_embedder`. UserError from its methods where the model cannot be loaded.
    """
    from phi3desk.library.embedding import e5_small
    from phi3desk.library.embedding.local_embedder import LocalEmbedder
    from phi3desk.library.embedding.local_encoder import open_local
    from phi3desk.library.embedding.minilm import MiniLmEmbedder

    if (description.name, description.fingerprint) == FIRST_EMBEDDER:
        return MiniLmEmbedder()
    if description.fingerprint == e5_small.FINGERPRINT:
        return _e5_embedder(kept_in or e5_small.INSTALLED, on_making)
    return LocalEmbedder(description, partial(open_local, description, kept_in or e5_small.INSTALLED, on_making))


def _e5_embedder(kept_in: Path, on_making: Callable[[int], None] | None) -> Embedder:
    from phi3desk.library.embedding import e5_small
    from phi3desk.library.embedding.local_embedder import LocalEmbedder
    from phi3desk.library.embedding.local_encoder import open_e5

    folder = e5_small.made_folder(kept_in) or kept_in / e5_small.NAME
    return LocalEmbedder(e5_small.description(folder), partial(open_e5, kept_in, on_making))
