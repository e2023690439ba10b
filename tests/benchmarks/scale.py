"""Measures search in a library of 200,000 passages: python -m tests.benchmarks.scale FOLDER [--home HOME]

They are made of fewer real ones, see `filler`. The folder is used again where it holds such a library already.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil

from phi3desk.library.catalog import Catalog
from phi3desk.library.embedding.embedder import open_embedder
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.library import Library
from phi3desk.paths import Paths, open_paths, resource
from phi3desk.settings import Settings
from tests.benchmarks.filler import fill, filled_store, seeds_of
from tests.benchmarks.material import pages_of
from tests.benchmarks.table import Row, at_least, at_most

_SEED_PAGES = 600
_QUESTIONS = 200
_PART = 2000


def rows(folder: Path, passages: int = 200_000, home: Path | None = None) -> Iterator[Row]:
    """Measure opening, search, recall and memory; `home` is a data folder whose library the passages are made of."""
    paths = open_paths(folder / "large")
    if not paths.catalog.exists():
        fill(paths, seeds_of(open_paths(home) if home else _imported(folder)), passages)
    began = time.perf_counter()
    library = Library(paths, Settings(paths.settings))
    yield at_most(f"a library of {passages:,} passages opened", time.perf_counter() - began, "s", 2)
    library.load_embedder()
    with closing(library):
        questions = _questions(paths)
        first = [_milliseconds(library, question) for question in questions]
        yield Row("search, each question for the first time, 95 %", statistics.quantiles(first, n=20)[-1], "ms")
        warm = [_milliseconds(library, question) for question in questions]
        yield Row("search, warm, median", statistics.median(warm), "ms")
        yield at_most("search, warm, 95 %", statistics.quantiles(warm, n=20)[-1], "ms", 60)
        memory = psutil.Process().memory_info().rss / 1e9
        yield at_most("memory at 200,000 passages, embedder loaded", memory, "GB", 1.5)
    yield from _recall_rows(paths, questions)


def _milliseconds(library: Library, question: str) -> float:
    began = time.perf_counter()
    library.search(question, 10)
    return 1000 * (time.perf_counter() - began)


def _recall_rows(paths: Paths, questions: Sequence[str]) -> Iterator[Row]:
    """Compare the index of neighbours with the exact search, and what letting go of the embedder gives back."""
    embedder = open_embedder()
    asked = np.array([embedder.embed_question(question) for question in questions])
    with closing(Catalog(paths.catalog)) as catalog, closing(filled_store(paths)) as vectors:
        (collection,) = (EmbeddingQueue(catalog).serving(found.id) for found in catalog.collections())
        ids = np.array(sorted(vectors.ids(collection)))
        best = np.full((len(asked), 10), -2.0)
        named = np.zeros((len(asked), 10), dtype=np.int64)
        for at in range(0, len(ids), _PART):
            part = vectors.get(collection, ids[at : at + _PART].tolist())
            scores = np.hstack([best, asked @ np.array(list(part.values())).T])
            names = np.hstack([named, np.tile(np.array(list(part)), (len(asked), 1))])
            order = np.argsort(-scores, axis=1)[:, :10]
            best, named = np.take_along_axis(scores, order, 1), np.take_along_axis(names, order, 1)
        found = [{i for i, _ in vectors.nearest(collection, vector, 100)[:10]} for vector in asked]
        shares = [len(near & set(exact.tolist())) / 10 for near, exact in zip(found, named, strict=True)]
        yield at_least("recall@10 of the vectors beside exact search", statistics.mean(shares), "", 0.98)
        began = time.perf_counter()
        for vector in asked:
            vectors.nearest(collection, vector, 100)
        yield Row("of a search: the nearest vectors", 1000 * (time.perf_counter() - began) / len(asked), "ms")
    before = psutil.Process().memory_info().rss
    embedder.release()
    yield Row("memory that an idle embedder gives back", (before - psutil.Process().memory_info().rss) / 1e6, "MB")


def _questions(paths: Paths) -> list[str]:
    """Return the questions about the sample documents, and runs of words from passages of the library."""
    chance = random.Random(2)
    lines = (resource("samples") / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    with closing(Catalog(paths.catalog)) as catalog:
        (last,) = catalog.connection.execute("SELECT max(id) FROM passage").fetchone()
        while len(questions) < _QUESTIONS:
            row = catalog.connection.execute("SELECT text FROM passage WHERE id = ?", (chance.randint(1, last),))
            words = row.fetchone()[0].split()
            start = chance.randrange(max(1, len(words) - 12))
            questions.append(" ".join(words[start : start + chance.randint(4, 12)]))
    return [question for question in questions if any(letter.isalpha() for letter in question)]


def _imported(folder: Path) -> Paths:
    """Import PDFs, the real ones where they are, into a library that the large one is made of."""
    paths = open_paths(folder / "seed")
    with closing(Library(paths, Settings(paths.settings))) as library:
        material = pages_of(folder / "pdf", _SEED_PAGES)
        library.import_paths([material.folder], library.collection_id("Seed", create=True))
    return paths


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure search in a large library.")
    parser.add_argument("folder", type=Path, help="where the library is made, or lies already")
    parser.add_argument("--passages", type=int, default=200_000)
    parser.add_argument("--home", type=Path, help="a data folder with documents that it is made of")
    chosen = parser.parse_args()
    for row in rows(chosen.folder, chosen.passages, chosen.home):
        print(f"| {' | '.join(row.cells())} |", flush=True)


if __name__ == "__main__":
    main()
