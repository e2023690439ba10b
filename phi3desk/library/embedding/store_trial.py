"""Tries a vector store in a process of its own, for a damaged one may end the process that opens or asks it.

Chroma reads the files of its index without looking at them: damaged ones end in a segmentation fault, in an error of
some kind, in a search that finds nothing, or in numbers that are wrong.
"""

from __future__ import annotations

import logging
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from phi3desk.library.catalog import Catalog
from phi3desk.library.embedding.kept_vectors import KeptVectors
from phi3desk.library.embedding.queue import EmbeddingQueue
from phi3desk.library.embedding.store_seal import files_of
from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.line_protocol import take_standard_output
from phi3desk.paths import worker_command, worker_environment

log = logging.getLogger(__name__)

#: seconds that a trial may take, and more for each megabyte of the store
_SECONDS, _SECONDS_A_MEGABYTE = 120.0, 1.0
#: vectors of each collection that a short trial looks at, and seconds that are spent on asking for them
_VECTORS_TRIED, _SECONDS_ASKED = 500, 1.5
_SECONDS_ASKED_IN_FULL = 6.0
_PART, _QUESTIONS = 1000, 32
#: how far a number of a vector may be from the kept one: half precision has 11 bits
_APART, _LEAST_APART = 2e-3, 1e-5
#: the distance of a vector from itself, as the index finds it
_ITSELF = 5e-3
#: share of the vectors that the index may miss when it is asked for them: it is not exact
_MISSED = 0.05
#: ended by the system or the user, and not by what the store did
_ENDED_FROM_OUTSIDE = frozenset({getattr(signal, name, None) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")})


@dataclass(frozen=True)
class TrialRequest:
    """Which store to try, with the catalogue it belongs to; `in_full` looks at every vector."""

    folder: str
    catalog: str
    in_full: bool


@dataclass(frozen=True)
class StoreReport:
    """What is wrong with a store: `problem` tells why it cannot be used, "" where it can.

    `lost` counts passages without their vector, `orphaned` vectors without their passage, `unknown` are collections
    that the catalogue does not have. `tried` is false where the trial itself could not be held.
    """

    problem: str = ""
    lost: int = 0
    orphaned: int = 0
    unknown: tuple[int, ...] = ()
    tried: bool = True


def try_store(folder: Path, catalog: Path, *, in_full: bool) -> StoreReport:
    """Open and ask a store in a process of its own; no other process may write to it meanwhile."""
    seconds = _SECONDS + _SECONDS_A_MEGABYTE * sum(path.stat().st_size for path in files_of(folder).values()) / 1e6
    request = msgspec.json.encode(TrialRequest(str(folder), str(catalog), in_full))
    try:
        ended = subprocess.run(
            worker_command("vectors"),
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=worker_environment(),
            timeout=seconds,
            # Ctrl+C stops the command; what became of the store is still to be known then
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return StoreReport("it gave no answer")
    except OSError:
        log.exception("the vector store could not be tried")
        return StoreReport(tried=False)
    if ended.returncode:
        log.warning("the trial of the vector store ended with %s", ended.returncode)
        if ended.returncode > 0 or -ended.returncode in _ENDED_FROM_OUTSIDE:
            return StoreReport(tried=False)
        return StoreReport(f"it ended the process that opened it ({-ended.returncode})")
    try:
        return msgspec.json.decode(ended.stdout, type=StoreReport)
    except msgspec.DecodeError:
        return StoreReport(tried=False)


def examine(store: VectorStore, catalog: Catalog, *, in_full: bool) -> StoreReport:
    """Compare a store with the catalogue and ask it for what it holds; raises whatever Chroma raises."""
    kept, queue = KeptVectors(catalog), EmbeddingQueue(catalog)
    collections = queue.collections()
    wanted = {vectors: queue.vector_ids(vectors) for vectors in queue.sets()}
    lost, orphaned, unknown = sum(map(len, wanted.values())), 0, []
    for vectors, stored in store.stored():
        there = {int(i) for i in stored.get(include=[])["ids"]}
        if stored.count() != len(there):
            return StoreReport("it does not hold as many vectors as it says")
        problem = _problem_of(stored, sorted(there), partial(kept.get, embedder_id=vectors.embedder_id), in_full)
        if problem:
            return StoreReport(problem)
        if vectors.collection_id not in collections:
            unknown.append(vectors.collection_id)
        elif vectors in wanted:
            # those of an embedder that the collection has done with are deleted by the next import run
            lost -= len(there & wanted[vectors])
            orphaned += len(there - wanted[vectors])
    return StoreReport("", lost, orphaned, tuple(sorted(set(unknown))))


def _problem_of(stored: Any, ids: list[int], kept: Callable[[list[int]], dict[int, Any]], in_full: bool) -> str:
    """Return what is wrong with the vectors of a Chroma collection, "" where nothing is."""
    import numpy as np

    tried = ids if in_full or len(ids) <= _VECTORS_TRIED else random.sample(ids, _VECTORS_TRIED)
    asked: list[Any] = []
    for at in range(0, len(tried), _PART):
        part = tried[at : at + _PART]
        found = stored.get(ids=[str(i) for i in part], include=["embeddings"])
        vectors = np.asarray(found["embeddings"], dtype=np.float32)
        if vectors.ndim != 2 or len(vectors) != len(part) or not np.isfinite(vectors).all():
            return "vectors of it are missing or no numbers"
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        # in the order of the answer
        for passage_id, vector in zip(found["ids"], vectors, strict=True):
            asked.append((int(passage_id), vector))
        expected = kept(part)
        if not all(np.allclose(vector, expected[i], _APART, _LEAST_APART) for i, vector in asked[at:] if i in expected):
            return "vectors of it have changed"
    return _problem_of_search(stored, [vector for _, vector in asked], in_full)


def _problem_of_search(stored: Any, vectors: list[Any], in_full: bool) -> str:
    """Ask for vectors that are there, in a random order and for some seconds at most."""
    random.shuffle(vectors)
    until = time.monotonic() + (_SECONDS_ASKED_IN_FULL if in_full else _SECONDS_ASKED)
    asked = missed = 0
    for at in range(0, len(vectors), _QUESTIONS):
        some = vectors[at : at + _QUESTIONS]
        found = stored.query(query_embeddings=some, n_results=1, include=["distances"])
        asked += len(some)
        missed += sum(not distances or distances[0] > _ITSELF for distances in found["distances"])
        if time.monotonic() > until:
            break
    return "it does not find what it holds" if missed > _MISSED * asked else ""


def _file_problem(folder: Path) -> str:
    """Return what SQLite says of the store's database, "" where it is sound or there is none."""
    file = folder / "chroma.sqlite3"
    if not file.exists():
        return "its database is gone" if files_of(folder) else ""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if said == "ok" else str(said)


def _tried(request: TrialRequest) -> StoreReport:
    folder = Path(request.folder)
    if not folder.is_dir():
        return StoreReport("it is no folder")
    problem = _file_problem(folder)
    if problem:
        return StoreReport(problem)
    with closing(Catalog(Path(request.catalog))) as catalog:
        try:
            with closing(VectorStore(folder)) as store:
                return examine(store, catalog, in_full=request.in_full)
        except BaseException as error:  # Chroma's Rust part raises a dozen kinds, panics among them
            return StoreReport(f"{type(error).__name__}: {error}"[:500])


def main() -> int:
    """Try the store that stdin names; return the exit status."""
    output = take_standard_output()
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=TrialRequest)
    import chromadb  # noqa: F401  where it is missing, that is not the store's fault

    output.write(msgspec.json.encode(_tried(request)))
    return 0
