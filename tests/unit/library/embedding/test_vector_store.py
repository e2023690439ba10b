"""Vectors, the embedder and the word index in real stores: the same numbers, and found again."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from phi3desk.library.embedding.embedder import Embedder
from phi3desk.library.embedding.minilm import MiniLmEmbedder, model_folder
from phi3desk.library.embedding.queue import VectorSet
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.library.search.features import _times

ONE = VectorSet(1, 1)
TEXTS = ["How often is the bearing greased?", "", "Змащувати ÄÖÜ ﬁ", "grease " * 400, "The pump delivers 12 m³/h."]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return MiniLmEmbedder()


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[VectorStore]:
    opened = VectorStore(tmp_path / "chroma")
    yield opened
    opened.close()


def test_the_embedder_computes_what_sentence_transformers_computes(embedder: Embedder) -> None:
    transformers = pytest.importorskip("sentence_transformers")
    model = transformers.SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    theirs = model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    assert np.abs(embedder.embed(TEXTS) - theirs).max() < 1e-5
    assert np.abs(embedder.embed_question(TEXTS[0]) - theirs[0]).max() < 1e-5


def test_an_idle_embedder_is_let_go_and_comes_back(embedder: Embedder) -> None:
    before = embedder.embed_question(TEXTS[0])
    embedder.release_when_idle(0.05)
    until = time.monotonic() + 30
    while embedder.loaded and time.monotonic() < until:
        time.sleep(0.02)
    assert not embedder.loaded
    embedder.release_when_idle(None)
    assert np.array_equal(embedder.embed_question(TEXTS[0]), before)


def test_vectors_finds_the_nearest_of_thousands_and_stays_within_documents(vectors: VectorStore) -> None:
    chance = np.random.default_rng(1)
    many = chance.standard_normal((2000, 384)).astype(np.float32)
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    assert vectors.nearest(ONE, many[0], 5) == [] and not vectors.filled(ONE)
    vectors.put(ONE, range(1, 2001), [i // 20 for i in range(2000)], many)
    assert vectors.filled(ONE)
    for row in (0, 777, 1999):
        exact = set((np.argsort(-(many @ many[row]))[:10] + 1).tolist())
        assert {i for i, _ in vectors.nearest(ONE, many[row], 10)} == exact
    assert {i for i, _ in vectors.nearest(ONE, many[777], 50, [3])} == set(range(61, 81))
    vectors.delete(ONE, range(1, 2001))
    assert not vectors.filled(ONE)


def test_pieces_are_counted_as_they_stand_in_each_text() -> None:
    texts = ["grease the pump, pump it", "", "ab", "змащують 😀 насос", "mpum"]
    pieces = ["pum", "ump", "нас", "zzz", "mpu"]
    counted = [[sum(text[i : i + 3] == piece for i in range(len(text))) for piece in pieces] for text in texts]
    assert _times(texts, pieces).tolist() == counted
