"""Libraries that packs are taken out of and into, and what their embedder was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.minilm import MiniLmEmbedder
from phi3desk.library.library import Library
from phi3desk.library.search.all_kinds import ALL_KINDS
from phi3desk.packs.importer import import_pack
from phi3desk.packs.outcome import ImportedPack
from phi3desk.paths import Paths
from phi3desk.settings import Settings
from tests.helpers.reading import READER

PUMPS = "Pumps: north/south"


class CountingEmbedder(MiniLmEmbedder):
    """The real embedder, which counts the passages it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = 0

    def embed(self, texts: Sequence[str]) -> Any:
        self.passages += sum(text not in ALL_KINDS for text in texts)
        return super().embed(texts)


@contextmanager
def opened(paths: Paths, embedder: Embedder | None = None) -> Iterator[Library]:
    """Open a library whose default embedder is all-MiniLM, which needs no making and is soon loaded."""
    library = Library(paths, Settings(paths.settings), READER, embedder or CountingEmbedder())
    try:
        yield library
    finally:
        library.close()


def take_in(paths: Paths, pack: Path, embedder: Embedder | None = None, **options: Any) -> ImportedPack:
    with opened(paths, embedder) as library, library.transferring() as transfer:
        return import_pack(paths, transfer, pack, **options)
