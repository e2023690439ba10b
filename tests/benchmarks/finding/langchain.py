"""LangChain's plain pipeline beside the program; each step runs in a process of `langchain_store`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.benchmarks.finding.pipelines import (
    Answer,
    Documents,
    Imported,
    Kept,
    Watched,
    json_file,
    question_file,
)
from tests.benchmarks.finding.questions import Asked, Place
from tests.benchmarks.processes import measured

_PACKAGES = ("langchain_chroma", "langchain_community", "langchain_text_splitters")
_STORE = "finding.langchain_store"


def is_installed() -> bool:
    """Tell whether LangChain is here: the extra `bench` brings it."""
    return all(importlib.util.find_spec(package) for package in _PACKAGES)


class LangChain:
    """The nearest passages of a Chroma store, by the program's embedder."""

    name = "LangChain"
    completes_questions = False

    def __init__(self, stores: Path) -> None:
        self._kept = Kept(stores)

    def build(self, documents: Documents) -> Imported:
        """Make a store of PDFs."""
        earlier = self._kept.imported(documents.library)
        if earlier is not None:
            return earlier
        store = self._kept.begin(Documents(documents.library, documents.paths))
        known = self._kept.places() if documents.begins_as else []
        given = {"files": [str(file) for file in documents.files], "known": [str(place) for place in known]}
        with json_file(given) as file:
            imported = Imported(**measured(_STORE, "build", store, file))
        return self._kept.keep_import(documents.library, imported)

    def ask(self, library: str, asked: Sequence[Asked]) -> dict[str, Answer]:
        """Return the nearest passages of each question."""
        with question_file(asked) as file:
            told = measured(_STORE, "ask", self._kept.place(library), file)
        return {
            name: Answer(tuple(Place(Path(document).name, page) for document, page in found))
            for name, found in told["found"].items()
        }

    def watch(self, library: str, asked: Sequence[Asked]) -> Watched:
        """Time questions."""
        with question_file(asked) as file:
            return Watched(tuple(measured(_STORE, "ask", self._kept.place(library), file)["seconds"]))

    def fill(self, library: str, passages: int, evidence: Iterable[Place]) -> int:
        """Add made passages beside the real ones."""
        given = {"passages": passages, "evidence": sorted(evidence)}
        with self._kept.filling(library) as filled, json_file(given) as file:
            if not filled:
                filled.update(measured(_STORE, "fill", self._kept.place(library), file))
        return int(filled["passages"])
