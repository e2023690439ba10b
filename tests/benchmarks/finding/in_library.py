"""What is measured inside a library's own process: python -P in_library.py STEP HOME ... (PYTHONPATH: a checkout)

STEP is prepare, ask (FILE), embedder, or fill (EVIDENCE PASSAGES). It runs in the checkout that PYTHONPATH names, an
older one too: it uses what every version of the library has.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

#: Searches before a clock begins to run: the first ones read what later ones find in memory.
_WARM_UP = 5
_MOST_EMBEDDED = 3000


def prepare(home: Path) -> dict[str, Any]:
    """Make the library that `import` reads into, with no text recognised from pictures."""
    from phi3desk.library.documents import Rules
    from phi3desk.library.library import DEFAULT_COLLECTION, Library
    from phi3desk.paths import open_paths
    from phi3desk.settings import Settings

    paths = open_paths(home)
    with closing(Library(paths, Settings(paths.settings))) as library:
        library.set_rules(library.collection_id(DEFAULT_COLLECTION, create=True), Rules(ocr=False))
    return {}


def ask(home: Path, questions: Path) -> dict[str, Any]:
    """Time each question of a file, and tell whether anything relevant was found for it; both in the file's order."""
    from phi3desk.library.library import Library
    from phi3desk.paths import open_paths
    from phi3desk.settings import Settings

    texts = [json.loads(line)["question"] for line in questions.read_text(encoding="utf-8").splitlines()]
    paths = open_paths(home)
    seconds: list[float] = []
    relevant: list[bool] = []
    with closing(Library(paths, Settings(paths.settings))) as library:
        library.load_embedder()
        for text in texts[:_WARM_UP]:
            library.search(text, 10)
        for text in texts:
            began = time.perf_counter()
            result = library.search(text, 10)
            seconds.append(time.perf_counter() - began)
            relevant.append(any(found.relevant for found in result.found))
    return {"seconds": seconds, "relevant": relevant}


def embedder(home: Path) -> dict[str, Any]:
    """Load the embedder, and embed the texts of a library that have a vector, each once, with nothing beside it."""
    from phi3desk.library.embedding.embedder import open_embedder
    from phi3desk.paths import Paths

    with closing(sqlite3.connect(Paths(home).catalog)) as catalog:
        rows = catalog.execute("SELECT context, text FROM passage WHERE embedded = 1 GROUP BY digest").fetchall()
    alone = open_embedder()
    texts = [alone.passage_prefix + (f"{context}\n{text}" if context else text) for context, text in rows]
    began = time.perf_counter()
    alone.load()
    loaded = time.perf_counter() - began
    # a part of a large library tells the speed
    some = texts[:: -(-len(texts) // _MOST_EMBEDDED)] if texts else []
    began = time.perf_counter()
    alone.embed(some)
    took = time.perf_counter() - began
    return {"name": alone.name, "passages": len(texts), "seconds": loaded + took * len(texts) / max(1, len(some))}


def fill(home: Path, evidence: Path, passages: int) -> dict[str, Any]:
    """Fill a library up to so many passages; what answers a question is in none of those that are made.

    EVIDENCE is a JSON list of the pages that answer one, each as the name of its document and its number.
    """
    from phi3desk.library.library import Library
    from phi3desk.paths import open_paths
    from phi3desk.settings import Settings

    paths = open_paths(home)
    answering = {tuple(place) for place in json.loads(evidence.read_text(encoding="utf-8"))}
    with closing(sqlite3.connect(paths.catalog)) as catalog:
        rows = catalog.execute("SELECT d.name, p.page, p.text FROM passage p JOIN document d ON d.id = p.document_id")
        held, answers = 0, set()
        for name, page, text in rows:
            held += 1
            if (name, page) in answering:
                answers.add(text)
    seeds_of, write = _filler()
    seeds = [seed for seed in seeds_of(paths) if seed.text not in answers]
    assert seeds, "every passage holds an answer: there is nothing to make others of"
    write(paths, seeds, passages - held)
    # the library compares its store with what it knows when it is first opened: that is no part of a search
    with closing(Library(paths, Settings(paths.settings))) as library:
        library.load_embedder()
        library.search("?", 1)
        there = library.status().passages
    return {"passages": there, "real": held, "seeds": len(seeds)}


def _filler() -> tuple[Any, Any]:
    """Return what gives the passages that others are made of, and what makes and writes them."""
    try:
        from tests.benchmarks import filler
    except ImportError:
        # an older checkout has both where it measures its large library
        from tests.benchmarks import scale

        older: Any = scale
        return older._seeds, older._build
    return filler.seeds_of, filler.fill


STEPS: dict[str, Callable[..., dict[str, Any]]] = {"prepare": prepare, "ask": ask, "embedder": embedder, "fill": fill}


def main() -> None:
    """Do one step, and hand its figures to the process that started this one."""
    step, *given = sys.argv[1:]
    print(json.dumps(STEPS[step](*(int(each) if each.isdecimal() else Path(each) for each in given))), flush=True)


if __name__ == "__main__":
    main()
