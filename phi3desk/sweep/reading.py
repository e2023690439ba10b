"""What is kept of a sweep, read beside its store: part by part, on whichever thread there is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from phi3desk.sqlite_file import connect, whole_rows
from phi3desk.sweep.plan import Row, SweptDocument
from phi3desk.sweep.store import cell_in, damaged_at, document_in, documents_in

_ROWS = """
    SELECT d.path, d.name, d.kind, d.imported, d.searchable, d.problem, d.document_id, d.gone,
        c.question, c.path, c.outcome, c.answer, c.quote, c.page, c.kind, c.label, c.seconds, c.evidence, c.problem
    FROM document d LEFT JOIN cell c ON c.sweep_id = d.sweep_id AND c.path = d.path AND c.question = ?
    WHERE d.sweep_id = ? AND d.path > ? ORDER BY d.path LIMIT ?
"""
#: columns of a document in it
_OF_DOCUMENT = 8


@dataclass(frozen=True)
class Place:
    """Where in a sweep a part begins: at a question, by its position, behind the document at a path."""

    question: int = 0
    after: str = ""


def rows_from(file: Path, sweep_id: int, place: Place, most: int) -> list[Row]:
    """Return the next rows of a question, the documents by path; fewer than `most` where these are the last."""
    with closing(connect(file, damaged=damaged_at(file), shared=True)) as db:
        found = db.execute(_ROWS, (place.question, sweep_id, place.after, most))
        with whole_rows(db):
            return [
                Row(
                    place.question,
                    document_in(row[:_OF_DOCUMENT]),
                    cell_in(row[_OF_DOCUMENT:]) if row[_OF_DOCUMENT] is not None else None,
                )
                for row in found
            ]


def documents_of(file: Path, sweep_id: int) -> list[SweptDocument]:
    """Return the documents of a sweep, by path."""
    with closing(connect(file, damaged=damaged_at(file), shared=True)) as db:
        return documents_in(db, sweep_id)
