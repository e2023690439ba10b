"""What the program finds for the questions of a set; kept in a file, for importing and asking take minutes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from phi3desk.library.documents import Found, Rules
from phi3desk.library.library import DEFAULT_COLLECTION, Library
from phi3desk.paths import open_paths
from phi3desk.settings import Settings
from tests.benchmarks.finding.questions import Asked, QuestionSet, paths_of

Kept = dict[str, list[Found]]


class Searches:
    """Searches libraries that lie in a folder, each made where it is first needed, and keeps what was found."""

    def __init__(self, folder: Path, passages: int) -> None:
        self._folder = folder
        self._passages = passages

    def found(self, each: QuestionSet, asked: Sequence[Asked]) -> Kept:
        """Return what was found for some questions of a set, by their ids, best first."""
        file = self._folder / f"{each.name.replace(', ', '-')}.{self._passages}.json"
        kept = msgspec.json.decode(file.read_bytes(), type=Kept) if file.exists() else {}
        left = [one for one in asked if one.id not in kept]
        if left:
            paths = open_paths(self._folder / each.library)
            with closing(Library(paths, Settings(paths.settings))) as library:
                self._import(library, each.library)
                library.load_embedder()
                for one in left:
                    kept[one.id] = list(library.search(one.text, self._passages, sentences=True).found)
            file.write_bytes(msgspec.json.encode(kept))
        return {one.id: kept[one.id] for one in asked}

    def _import(self, library: Library, name: str) -> None:
        collection = library.collection_id(DEFAULT_COLLECTION, create=True)
        library.set_rules(collection, Rules(ocr=False))
        summary = library.import_paths(list(paths_of(name)), collection)
        print(f"{name}: {dict(summary.states)} in {summary.seconds:.0f} s", file=sys.stderr, flush=True)
