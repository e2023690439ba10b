"""A plain LangChain pipeline with the program's embedder: python -m tests.benchmarks.finding.langchain_store STEP ...

As LangChain's own guides put it together: PyPDFLoader, RecursiveCharacterTextSplitter 1,000 / 200 characters, Chroma,
the nearest passages to the question. The prefixes that the embedder wants are put before each text. STEP is build STORE
GIVEN, ask STORE QUESTIONS, or fill STORE GIVEN; GIVEN is a file of JSON, see there.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phi3desk.library.embedding.embedder import Embedder, open_embedder
from tests.benchmarks.filler import PASSAGES_OF_A_DOCUMENT, Seed, spliced
from tests.benchmarks.processes import Memory, tell

if TYPE_CHECKING:
    from langchain_chroma import Chroma

_CHUNK, _OVERLAP = 1000, 200
_FOUND = 10
_WARM_UP = 5
_PART = 2000


class OwnEmbeddings:
    """The program's embedder as LangChain wants one; vectors that are known already are not made again."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.known: dict[str, Any] = {}
        self.seconds = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a passage."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        began = time.perf_counter()
        vectors = self.embedder.embed([self.embedder.passage_prefix + text for text in new])
        self.seconds += time.perf_counter() - began
        self.known.update(zip(new, vectors, strict=True))
        return [self.known[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        vector: list[float] = self.embedder.embed_question(self.embedder.question_prefix + text).tolist()
        return vector


def build(store: Path, given: dict[str, Any]) -> None:
    """Read "files" into a store; vectors that the stores "known" hold are used again."""
    # langchain-community tells at every import that it is no longer developed
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    from langchain_community.document_loaders import PyPDFLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    # pypdf warns of every oddity in a file; those lines would cost time that is not the pipeline's
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    embeddings = OwnEmbeddings(open_embedder())
    for known in given["known"]:
        for part in _parts(opened(Path(known), embeddings)):
            embeddings.known.update(zip(part["documents"], part["embeddings"], strict=True))
    embeddings.embedder.load()
    memory = Memory()
    began = time.perf_counter()
    pages, failed = [], 0
    for file in given["files"]:
        try:
            pages += PyPDFLoader(file).load()
        except Exception:  # pypdf raises what it likes; a user would leave such a file out
            failed += 1
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP)
    passages = splitter.split_documents(pages)
    made = opened(store, embeddings)
    for at in range(0, len(passages), _PART):
        made.add_documents(passages[at : at + _PART])
    tell(
        pages=len(pages),
        passages=len(passages),
        seconds=time.perf_counter() - began,
        megabytes=memory.peak(),
        embedder=embeddings.embedder.name,
        embedder_seconds=embeddings.seconds,
        states={"ready": len(given["files"]) - failed, "failed": failed},
    )


def ask(store: Path, questions: Path) -> None:
    """Ask each question of a file; tell what was found for each by its id, and the seconds in the file's order."""
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    embeddings = OwnEmbeddings(open_embedder())
    embeddings.embedder.load()
    made = opened(store, embeddings)
    for row in rows[:_WARM_UP]:
        made.similarity_search(row["question"], k=_FOUND)
    seconds: list[float] = []
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        began = time.perf_counter()
        documents = made.similarity_search(row["question"], k=_FOUND)
        seconds.append(time.perf_counter() - began)
        found[row["id"]] = [(each.metadata["source"], each.metadata["page"] + 1) for each in documents]
    tell(seconds=seconds, found=found)


def fill(store: Path, given: dict[str, Any]) -> None:
    """Add made passages until there are "passages"; none is made of a page of "evidence" (document, number)."""
    made = opened(store, OwnEmbeddings(open_embedder()))
    evidence = {tuple(place) for place in given["evidence"]}
    seeds: list[Seed] = []
    held = 0
    for part in _parts(made):
        held += len(part["documents"])
        for text, vector, where in zip(part["documents"], part["embeddings"], part["metadatas"], strict=True):
            if (Path(where["source"]).name, where["page"] + 1) not in evidence:
                seeds.append(Seed(text, "", "", np.asarray(vector)))
    assert seeds, "every passage holds an answer: there is nothing to make others of"
    noise = np.random.default_rng(1)
    for first in range(held, given["passages"], _PART):
        chosen = noise.integers(len(seeds), size=(min(_PART, given["passages"] - first), 2))
        new = [spliced(seeds[one], seeds[other], noise) for one, other in chosen]
        made._collection.add(
            ids=[f"made-{first + number}" for number in range(len(new))],
            documents=[seed.text for seed in new],
            embeddings=[seed.vector for seed in new],
            metadatas=[
                {"source": f"/made/{(first + number) // PASSAGES_OF_A_DOCUMENT}.pdf", "page": 0}
                for number in range(len(new))
            ],
        )
    tell(passages=made._collection.count(), real=held, seeds=len(seeds))


def opened(store: Path, embeddings: OwnEmbeddings) -> Chroma:
    """Open a store."""
    from langchain_chroma import Chroma

    return Chroma(embedding_function=embeddings, persist_directory=str(store))


def _parts(made: Chroma) -> Iterator[dict[str, Any]]:
    """Yield all that a store holds, some of it at a time."""
    ids: Sequence[str] = made._collection.get(include=[])["ids"]
    remaining = iter(ids)
    while part := list(islice(remaining, _PART)):
        yield made._collection.get(ids=part, include=["documents", "embeddings", "metadatas"])


def main() -> None:
    """Do one step."""
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", LANGSMITH_TRACING="false")
    step, store, file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if step == "ask":
        ask(store, file)
    else:
        {"build": build, "fill": fill}[step](store, json.loads(file.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
