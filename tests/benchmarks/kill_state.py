"""What a library holds, in a form that can be compared with another's, without the ids that may differ."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from phi3desk.library.embedding.vector_store import VectorStore
from phi3desk.library.library import Library
from phi3desk.paths import Paths

#: Other texts in the same batch change the last bits of a vector; one that was made before a kill is taken up again as
#: the catalogue keeps it, in half precision.
_TOLERANCE = 3e-4
_ITSELF = 0.9999


class State(TypedDict):
    """The content of a library; a passage is named by its document, page, range and text."""

    documents: dict[str, list[Any]]
    passages: list[list[Any]]
    vectors: list[tuple[list[Any], list[float]]]
    faults: list[str]


def state_of(library: Library, paths: Paths, folder: Path) -> State:
    """Return what a library holds, paths from the folder on; the library is closed by it."""
    root = folder.resolve()
    documents = {
        str(Path(document.path).relative_to(root)): [
            document.state.value,
            str(document.reason or ""),
            document.kind,
            document.pages,
            document.passages,
            document.ocr_pages,
        ]
        for document in library.documents()
    }
    # an open store is looked at in this process, another one in a process of its own
    library.vectors.open()
    faults = [f"{fault.kind}: {fault.count}" for fault in library.check()]
    library.purge_removed()
    library.close()
    catalog = sqlite3.connect(paths.catalog)
    rows = catalog.execute(
        'SELECT p.id, d.collection_id, p.embedded, d.path, p.page, p.start, p."end", p.text FROM passage p '
        "JOIN document d ON d.id = p.document_id ORDER BY d.path, p.page, p.start"
    ).fetchall()
    catalog.close()
    passages = {row[0]: [str(Path(row[3]).relative_to(root)), *row[4:]] for row in rows}
    vectors = VectorStore(paths.vectors)
    held: list[tuple[list[Any], list[float]]] = []
    for where in sorted(vectors.sets()):
        wanted = {row[0] for row in rows if row[1] == where.collection_id and row[2] == 1}
        there = vectors.ids(where)
        if wanted != there:
            faults.append(f"{len(wanted - there)} vectors missing, {len(there - wanted)} too many")
        for passage_id, vector in sorted(vectors.get(where, sorted(wanted & there)).items()):
            held.append((passages[passage_id], [float(number) for number in vector]))
            if vectors.nearest(where, vector, 1)[0][1] < _ITSELF:
                faults.append(f"the vector of a passage of {passages[passage_id][0]} is not found")
    vectors.close()
    return State(documents=documents, passages=list(passages.values()), vectors=held, faults=faults)


def differences(allowed: Sequence[State], found: State) -> list[str]:
    """Return in words what a state has otherwise than the first one allowed.

    A passage is embedded with its document's title, which may be the file's name: where it came out under more than one
    name, its vector may be that of any state allowed.
    """
    expected = allowed[0]
    wrong = [f"fault: {fault}" for fault in found["faults"]]
    for path in sorted({*expected["documents"], *found["documents"]}):
        should, does = expected["documents"].get(path), found["documents"].get(path)
        if should != does:
            wrong.append(f"{path} is {does} and should be {should}")
    should_have = Counter(map(str, expected["passages"]))
    has = Counter(map(str, found["passages"]))
    wrong += [f"passage lost: {passage[:80]}" for passage in (should_have - has).elements()]
    wrong += [f"passage too many: {passage[:80]}" for passage in (has - should_have).elements()]
    return wrong + _vector_differences(allowed, found)


def _vector_differences(allowed: Sequence[State], found: State) -> list[str]:
    each = [{str(passage): vector for passage, vector in state["vectors"]} for state in allowed]
    should = each[0]
    does = {str(passage): vector for passage, vector in found["vectors"]}
    wrong = [f"vector lost: {passage[:80]}" for passage in sorted(should.keys() - does.keys())]
    wrong += [f"vector too many: {passage[:80]}" for passage in sorted(does.keys() - should.keys())]
    for passage in sorted(should.keys() & does.keys()):
        apart = min(_distance(vectors[passage], does[passage]) for vectors in each if passage in vectors)
        if apart > _TOLERANCE:
            wrong.append(f"vector {apart:.1e} away from the undisturbed one: {passage[:80]}")
    return wrong


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))
