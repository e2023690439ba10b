"""Our import, one measurement a process: python -m tests.benchmarks.imports STEP HOME FOLDER [RENAMED]

STEP is first, fill, share, again, renamed or searches. No text is recognised from pictures.
The library is open when a clock begins to run, and the embedder is not loaded but for `searches`.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi3desk.library.chunking.chunker import indexed_text
from phi3desk.library.embedding.embedder import open_embedder
from phi3desk.paths import open_paths
from tests.benchmarks.processes import Memory, tell

if TYPE_CHECKING:
    from phi3desk.library.library import Library

_THINKING_SECONDS = 0.1
_LOOK_SECONDS = 0.05
_QUESTION_WORDS = 9
_LAST_WORDS = 40
_TEXTS_AT_A_TIME = 128


def first(home: Path, folder: Path) -> None:
    """Import a folder; tell when the first question about all of it could be asked, and when all was embedded."""
    memory = Memory()
    library, collection = opened(home)
    started = time.perf_counter()
    files = sum(1 for _ in folder.rglob("*.pdf"))

    def ask() -> float:
        while not all_is_read(library, files):
            time.sleep(_LOOK_SECONDS)
        ask_about_the_last(library)
        return time.perf_counter() - started

    thread = ThreadPoolExecutor(1)
    asking = thread.submit(ask)
    summary = library.import_paths([folder], collection)
    embedded = time.perf_counter() - started
    asked = asking.result()
    megabytes = memory.peak()
    status, documents = library.status(), library.documents()
    library.close()
    tell(
        asked=asked,
        embedded=embedded,
        states=summary.states,
        passages=status.passages,
        pages=sum(document.pages for document in documents),
        megabytes=megabytes,
    )


def all_is_read(library: Library, files: int) -> bool:
    """Tell whether every one of so many files can be searched by its words, or has another end."""
    documents = library.documents()
    return len(documents) == files and not any(document.state in ("found", "read") for document in documents)


def ask_about_the_last(library: Library) -> None:
    """Find the last document that was read by words of its last page; AssertionError where it is not found."""
    last = max((document for document in library.documents() if document.passages), key=lambda document: document.id)
    text = " ".join(library.page_text(last.id, page) for page in range(1, last.pages + 1)).split()
    found = library.search(" ".join(text[-_LAST_WORDS:]), 5)
    assert last.id in {each.passage.document_id for each in found.found}, "the last page was not found"


def fill(home: Path, folder: Path) -> None:
    """Import a folder for a measurement that comes after it."""
    library, collection = opened(home)
    summary = library.import_paths([folder], collection)
    library.close()
    assert set(summary.states) == {"ready"}, summary.states
    tell(states=summary.states)


def share(home: Path, folder: Path) -> None:
    """Tell how long the import of a folder takes beside what embedding the same passages alone takes."""
    library, collection = opened(home)
    library.load_embedder()
    started = time.perf_counter()
    library.import_paths([folder], collection)
    imported = time.perf_counter() - started
    library.close()
    with closing(sqlite3.connect(home / "catalog.db")) as catalog:
        rows = catalog.execute("SELECT context, text FROM passage WHERE embedded = 1 GROUP BY digest").fetchall()
    embedder = open_embedder(kept_in=open_paths(home).embedders)
    texts = [embedder.passage_prefix + indexed_text(context, text) for context, text in rows]
    embedder.load()
    started = time.perf_counter()
    for at in range(0, len(texts), _TEXTS_AT_A_TIME):
        embedder.embed(texts[at : at + _TEXTS_AT_A_TIME])
    alone = time.perf_counter() - started
    tell(passages=len(texts), imported=imported, alone=alone, ratio=round(imported / alone, 3))


def again(home: Path, folder: Path) -> None:
    """Import an unchanged folder once more."""
    unchanged(home, folder, lambda library, collection: library.import_paths([folder], collection))


def renamed(home: Path, folder: Path, other: Path) -> None:
    """Rename a bound folder while the program is closed, and have the library follow."""
    folder.rename(other)
    unchanged(home, other, lambda library, collection: library.sync(collection))


def unchanged(home: Path, folder: Path, work: Callable[[Library, int], object]) -> None:
    """Tell how long work on an open library takes, and what of the folder it opened, read or embedded."""
    opens = OpenedFiles(folder)
    mark = home.with_name(f"{home.name}-reader-started")
    started = time.perf_counter()
    library, collection = opened(home, [sys.executable, "-c", f"open({str(mark)!r}, 'w')"])
    opening = time.perf_counter() - started
    work(library, collection)
    seconds = time.perf_counter() - started - opening
    documents = library.documents()
    there = {str(path.resolve()) for path in folder.rglob("*.pdf")}
    assert {document.path for document in documents} == there, "the library does not show the folder"
    embedded = library.status().embedder_loaded
    library.close()
    tell(
        seconds=seconds,
        opening=opening,
        files=len(documents),
        opened=opens.count,
        reader_started=mark.exists(),
        embedder_loaded=embedded,
        ready=sum(document.state == "ready" for document in documents),
    )


class OpenedFiles:
    """Counts the files of a folder that this process opens, for as long as it lives."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self._within = str(folder.resolve()) + os.sep
        sys.addaudithook(self._see)

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(self._within):
            self.count += 1


def searches(home: Path, folder: Path) -> None:
    """Ask one question after the other while a folder is imported; the embedder is loaded ahead, as in the window."""
    library, collection = opened(home)
    library.load_embedder()
    thread = ThreadPoolExecutor(1)
    importing = thread.submit(library.import_paths, [folder], collection)
    seconds: list[float] = []
    while not importing.done():
        questions = some_questions(library)
        for question in questions:
            began = time.perf_counter()
            library.search(question, 5)
            seconds.append(time.perf_counter() - began)
            time.sleep(_THINKING_SECONDS)
            if importing.done():
                break
        if not questions:
            time.sleep(_THINKING_SECONDS)
    importing.result()
    thread.shutdown()
    library.close()
    tell(seconds=seconds)


def some_questions(library: Library) -> list[str]:
    """Return words of some documents that are searchable by now."""
    documents = [document for document in library.documents() if document.passages]
    texts = [library.page_text(document.id, 1 + document.pages // 2).split() for document in documents]
    middles = [text[len(text) // 2 :][:_QUESTION_WORDS] for text in texts]
    return [" ".join(words) for words in middles if words]


def opened(home: Path, reader_command: list[str] | None = None) -> tuple[Library, int]:
    """Open the library and return it with its collection."""
    from phi3desk.library.documents import Rules
    from phi3desk.library.library import DEFAULT_COLLECTION, Library
    from phi3desk.settings import Settings

    paths = open_paths(home)
    library = Library(paths, Settings(paths.settings), reader_command)
    collection = library.collection_id(DEFAULT_COLLECTION, create=True)
    library.set_rules(collection, Rules(ocr=False))
    return library, collection


if __name__ == "__main__":
    steps: dict[str, Callable[..., None]] = {
        "first": first,
        "fill": fill,
        "share": share,
        "again": again,
        "renamed": renamed,
        "searches": searches,
    }
    steps[sys.argv[1]](*map(Path, sys.argv[2:]))
