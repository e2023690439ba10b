"""Fills a library with made passages, for nobody has 10,000 documents at hand.

Each made passage is the first half of one real passage and the second half of another of its language, so that words
are as common as in the documents they come from, and its vector is the mean of the two with a little noise. Vectors of
random numbers would not do: they have no neighbours, and an index of neighbours looks bad on them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from phi3desk.library.catalog import Catalog
from phi3desk.library.chunking.chunked_document import index_entry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.content import EMBEDDED, WORDS_ONLY, add_passage
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.paths import Paths

PASSAGES_OF_A_DOCUMENT = 20
_PASSAGES_OF_A_PAGE = 2
_SHORTEST = 100
_NOISE = 0.3
_PART = 2000


@dataclass(frozen=True)
class Seed:
    """A real passage that others are made of; `vector` is None where its language has none."""

    text: str
    context: str
    language: str
    vector: Any


def seeds_of(paths: Paths) -> list[Seed]:
    """Return the passages of a library that others can be made of."""
    with closing(Catalog(paths.catalog)) as catalog, closing(filled_store(paths)) as vectors:
        rows = catalog.connection.execute(
            "SELECT p.id, p.text, p.context, p.language, d.collection_id FROM passage p "
            "JOIN document d ON d.id = p.document_id WHERE length(p.text) > ? ORDER BY p.id",
            (_SHORTEST,),
        ).fetchall()
        known: dict[int, Any] = {}
        for collection in {row["collection_id"] for row in rows}:
            where = EmbeddingQueue(catalog).serving(collection)
            known |= vectors.get(where, [row["id"] for row in rows if row["collection_id"] == collection])
    return [Seed(row["text"], row["context"], row["language"], known.get(row["id"])) for row in rows]


def fill(paths: Paths, seeds: Sequence[Seed], passages: int) -> None:
    """Write documents of so many made passages together into a collection of their own, some thousand at a time."""
    chance, noise = random.Random(1), np.random.default_rng(1)
    of_language: dict[str, list[Seed]] = {}
    for seed in seeds:
        of_language.setdefault(seed.language, []).append(seed)
    languages = [seed.language for seed in seeds]
    with closing(Catalog(paths.catalog)) as catalog, closing(filled_store(paths)) as vectors:
        collection = catalog.create_collection("Made")
        where = EmbeddingQueue(catalog).serving(collection)
        for first in range(0, passages, _PART):
            made: list[tuple[int, int, Any]] = []
            with catalog.writing():
                for number in range(first, min(first + _PART, passages), PASSAGES_OF_A_DOCUMENT):
                    same = of_language[chance.choice(languages)]
                    document = _add_document(catalog, collection, number, same[0].language)
                    for place in range(PASSAGES_OF_A_DOCUMENT):
                        seed = spliced(chance.choice(same), chance.choice(same), noise)
                        passage = _add_passage(catalog, document, 1 + place // _PASSAGES_OF_A_PAGE, seed)
                        if seed.vector is not None:
                            made.append((passage, document, seed.vector))
            vectors.put(where, *([each[part] for each in made] for part in range(3)))


def spliced(first: Seed, second: Seed, noise: np.random.Generator) -> Seed:
    """Return a made passage: half of one and half of another."""
    words, others = first.text.split(), second.text.split()
    text = " ".join([*words[: len(words) // 2], *others[len(others) // 2 :]])
    if first.vector is None or second.vector is None:
        return Seed(text, first.context, first.language, None)
    strange = noise.standard_normal(len(first.vector))
    vector = first.vector + second.vector + _NOISE * strange / np.linalg.norm(strange)
    return Seed(text, first.context, first.language, (vector / np.linalg.norm(vector)).astype(np.float32))


def filled_store(paths: Paths) -> VectorStore:
    """Open the store of a library's vectors."""
    return VectorStore(paths.vectors)


def _add_document(catalog: Catalog, collection: int, number: int, language: str) -> int:
    pages = PASSAGES_OF_A_DOCUMENT // _PASSAGES_OF_A_PAGE
    made = catalog.connection.execute(
        "INSERT INTO document (collection_id, path, name, language, state, pages, passages, size, changed, imported) "
        "VALUES (?, ?, ?, ?, 'ready', ?, ?, 1, 0, 0)",
        (collection, f"/made/{number}.pdf", f"{number}.pdf", language, pages, PASSAGES_OF_A_DOCUMENT),
    )
    return int(made.lastrowid or 0)


def _add_passage(catalog: Catalog, document: int, page: int, seed: Seed) -> int:
    chunk = Chunk(page, 0, len(seed.text), seed.text, (), seed.context, seed.language)
    embedded = WORDS_ONLY if seed.vector is None else EMBEDDED
    entry = index_entry(seed.context, seed.text, seed.language)
    return add_passage(catalog.connection, document, chunk, embedded, entry)
