"""What imports were asked to read, kept in the catalogue until they have ended, so that one that was killed goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phi3desk.library.catalog import Catalog


@dataclass(frozen=True)
class ImportRequest:
    """An import that has not come to its end."""

    id: int
    collection_id: int
    paths: tuple[Path, ...]


def keep(catalog: Catalog, collection_id: int, paths: Sequence[Path]) -> int:
    """Note what an import is to read and return the note's id; `forget` takes it away."""
    written = json.dumps([os.fsdecode(path) for path in paths])
    with catalog.writing() as connection:
        made = connection.execute(
            "INSERT INTO import_request (collection_id, paths) VALUES (?, ?)", (collection_id, written)
        )
        return int(made.lastrowid or 0)


def forget(catalog: Catalog, request_ids: Sequence[int]) -> None:
    """Take notes away: their imports have ended."""
    with catalog.writing() as connection:
        connection.executemany("DELETE FROM import_request WHERE id = ?", ((i,) for i in request_ids))


def pending(catalog: Catalog) -> list[ImportRequest]:
    """Return the imports that did not come to their end, the first one first."""
    rows = catalog.connection.execute(
        "SELECT r.id, r.collection_id, r.paths FROM import_request r JOIN collection c ON c.id = r.collection_id "
        "WHERE c.removed IS NULL ORDER BY r.id"
    )
    return [ImportRequest(int(row[0]), int(row[1]), tuple(map(Path, json.loads(row[2])))) for row in rows]
