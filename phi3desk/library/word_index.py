"""Questions to the word index: which passages hold these words or pieces of words, and how common each of them is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phi3desk.errors import UserError
from phi3desk.library.catalog import Catalog, marks
from phi3desk.library.documents import Document, State
from phi3desk.library.text import fold


@dataclass(frozen=True)
class Scope:
    """What is searched: collections (None: all), and documents where the search is restricted to some."""

    collections: tuple[int, ...] | None = None
    documents: tuple[int, ...] | None = None

    def where(self) -> tuple[str, tuple[int, ...]]:
        """Return the SQL condition on `d` (document) and `c` (collection), and its values."""
        sql = "d.removed IS NULL AND c.removed IS NULL"
        values: tuple[int, ...] = ()
        if self.collections is not None:
            sql += f" AND d.collection_id IN ({','.join('?' * len(self.collections))})"
            values = self.collections
        if self.documents is not None:
            sql += f" AND d.id IN ({','.join('?' * len(self.documents))})"
            values = (*values, *self.documents)
        return sql, values


@dataclass(frozen=True)
class Indexed:
    """A passage as the index holds it: stems of its context and body, and all of its text folded."""

    id: int
    document_id: int
    page: int
    language: str
    context: str
    body: str
    folded: str


class WordIndex:
    """The FTS5 tables of a catalogue."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def scope(self, collections: Sequence[int] | None, document: str | None) -> Scope:
        """Return the scope of a search; UserError where no document has that name (or title, or path)."""
        ids = None if collections is None else tuple(collections)
        if document is None:
            return Scope(ids)
        wanted = fold(document.strip())
        known = [d for d in self._catalog.documents() if ids is None or d.collection_id in ids]
        for matches in (
            [d for d in known if document == d.path or wanted in (fold(d.name), fold(d.title))],
            [d for d in known if wanted and (wanted in fold(d.name) or wanted in fold(d.title))],
        ):
            if matches:
                return Scope(ids, self._searchable(matches[:500]))
        raise UserError("There is no document named “{name}” in the library.", name=document)

    def _searchable(self, documents: Sequence[Document]) -> tuple[int, ...]:
        """Return the ids to search; a duplicate stands for the document whose content it holds.

        UserError where none of them has text.
        """
        ids = {d.id for d in documents if d.passages}
        for document in documents:
            if document.state is State.DUPLICATE:
                ids |= self._catalog.originals(document.id)
        if not ids:
            first = documents[0]
            raise UserError(
                "“{name}” has no text that could be searched: {reason}", name=first.name, reason=str(first.reason or "")
            )
        return tuple(ids)

    def by_words(self, terms: Iterable[str], scope: Scope, limit: int) -> list[tuple[int, float]]:
        """Return passages that hold any of the stems, best first, with their BM25 score (higher is better)."""
        return self._ranked("passage_words", "bm25(passage_words, 0.6, 1.0)", terms, scope, limit)

    def by_trigrams(self, pieces: Iterable[str], scope: Scope, limit: int) -> list[tuple[int, float]]:
        """Return passages that hold any of the three-letter pieces, best first, with their BM25 score."""
        return self._ranked("passage_trigrams", "bm25(passage_trigrams)", pieces, scope, limit)

    def _ranked(
        self, table: str, score: str, terms: Iterable[str], scope: Scope, limit: int
    ) -> list[tuple[int, float]]:
        match = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        if not match:
            return []
        where, values = scope.where()
        rows = self._catalog.connection.execute(
            f"SELECT f.rowid AS id, {score} AS score FROM {table} f JOIN passage p ON p.id = f.rowid "  # noqa: S608
            "JOIN document d ON d.id = p.document_id JOIN collection c ON c.id = d.collection_id "
            f"WHERE {table} MATCH ? AND {where} ORDER BY score LIMIT ?",
            (match, *values, limit),
        )
        return [(int(row["id"]), -float(row["score"])) for row in rows]

    def word_counts(self, terms: Iterable[str]) -> dict[str, int]:
        """Return how many passages hold each stem."""
        return self._counts("word_counts", terms)

    def trigram_counts(self, pieces: Iterable[str]) -> dict[str, int]:
        """Return how many passages hold each three-letter piece."""
        return self._counts("trigram_counts", pieces)

    def _counts(self, table: str, terms: Iterable[str]) -> dict[str, int]:
        found = {}
        for term in set(terms):
            row = self._catalog.connection.execute(f"SELECT doc FROM {table} WHERE term = ?", (term,)).fetchone()  # noqa: S608
            found[term] = int(row[0]) if row is not None else 0
        return found

    def searched(self, scope: Scope) -> int:
        """Return how many passages a search of this scope looks through."""
        where, values = scope.where()
        row = self._catalog.connection.execute(
            "SELECT coalesce(sum(d.passages), 0) FROM document d JOIN collection c ON c.id = d.collection_id "  # noqa: S608
            f"WHERE {where} AND d.state IN ('words', 'ready')",
            values,
        ).fetchone()
        return int(row[0])

    def allowed(self, passage_ids: Sequence[int], scope: Scope) -> set[int]:
        """Return those of the passages that are within a scope."""
        where, values = scope.where()
        rows: Iterable[sqlite3.Row] = self._catalog.connection.execute(
            "SELECT p.id FROM passage p JOIN document d ON d.id = p.document_id "  # noqa: S608
            f"JOIN collection c ON c.id = d.collection_id WHERE p.id IN ({marks(passage_ids)}) AND {where}",
            (*passage_ids, *values),
        )
        return {int(row["id"]) for row in rows}

    def indexed(self, passage_ids: Sequence[int]) -> list[Indexed]:
        """Return passages as the index holds them."""
        rows = self._catalog.connection.execute(
            "SELECT p.id, p.document_id, p.page, p.language, w.context, w.body, t.body AS folded FROM passage p "  # noqa: S608
            "JOIN passage_words w ON w.rowid = p.id JOIN passage_trigrams t ON t.rowid = p.id "
            f"WHERE p.id IN ({marks(passage_ids)})",
            tuple(passage_ids),
        )
        return [Indexed(*row) for row in rows]
