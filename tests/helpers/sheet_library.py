"""A library of sheets that are written for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from phi3desk.library.library import Library
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.helpers.readers_in_process import LibraryInProcess
from tests.helpers.word_embedder import WordEmbedder


@contextmanager
def sheet_library(place: Path, texts: Mapping[str, str], *write: Callable[[Path], object]) -> Iterator[Library]:
    """Write files by their names, and whatever else is written into their folder, and open a library of them."""
    folder = place / "sheets"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    for each in write:
        each(folder)
    paths = open_paths(place / "home")
    with closing(LibraryInProcess(paths, Settings(paths.settings), embedder=WordEmbedder())) as made:
        made.import_paths([folder], made.create_collection("Sheets"))
        yield made
