"""Questions to the word index: which passages hold these words or trigrams, and how common each of them is."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi3desk.library.catalog import Catalog
from phi3desk.library.database import placeholders
from phi3desk.library.documents import SearchScope
from phi3desk.library.search.postings import K1, Postings, Statistics, inside
from phi3desk.library.search.scope import Scope, scope_of
from phi3desk.library.words.terms import trigrams_of

if TYPE_CHECKING:
    from phi3desk.library.search.postings import Within

#: A scope of no more passages is looked at as a whole.
FEW = 300
#: scopes that are kept in memory, each with a byte for every passage
_MOST_EXTENTS = 32


@dataclass(frozen=True)
class Extent:
    """What a scope comprises: how many passages, the share of each language among them, and which they are.

    `within` is an array of truths by passage id, None where every passage there is belongs to the scope.
    """

    passages: int
    languages: Mapping[str, float]
    within: Within | None


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
    """The FTS5 tables of a catalogue; any thread may use it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.words = Postings(catalog, "passage_words", str.split, counted=True)
        self.trigrams = Postings(catalog, "passage_trigrams", trigrams_of, counted=False)
        self._turn = threading.Lock()
        self._state: tuple[int, int, int] | None = None
        self._extents: dict[Scope, Extent] = {}

    def scope(self, wanted: SearchScope) -> Scope:
        """Return the scope of a search; UserError names what of it fits nothing."""
        return scope_of(self._catalog, wanted)

    def extent(self, scope: Scope) -> Extent:
        """Return what a scope comprises."""
        connection = self._catalog.connection
        # SQLite counts the changes of other connections and those of this one apart
        state = (
            threading.get_ident(),
            connection.execute("PRAGMA data_version").fetchone()[0],
            connection.total_changes,
        )
        with self._turn:
            if self._state != state:
                self._state = state
                self._extents.clear()
            known = self._extents.get(scope)
        if known is not None:
            return known
        made = self._measured(scope)
        with self._turn:
            if self._state == state:
                if len(self._extents) >= _MOST_EXTENTS:
                    self._extents.clear()
                self._extents[scope] = made
        return made

    def _measured(self, scope: Scope) -> Extent:
        import numpy as np

        connection = self._catalog.connection
        where, values = scope.where()
        where_passages, passage_values = scope.where_passages()
        tables = "document d JOIN collection c ON c.id = d.collection_id"
        if scope.pages:
            counted, sql, given = "count(*)", f"{tables} JOIN passage p ON p.document_id = d.id", passage_values
        else:
            counted, sql, given = "sum(d.passages)", tables, values
        languages = connection.execute(
            f"SELECT d.language, {counted} AS n FROM {sql} WHERE {where_passages} AND d.passages > 0 "
            "AND d.state IN ('words', 'ready') GROUP BY d.language",
            given,
        ).fetchall()
        passages = sum(row["n"] for row in languages)
        shares = {row["language"]: row["n"] / passages for row in languages if row["language"]}
        besides = (
            scope.pages
            or connection.execute(
                f"SELECT EXISTS (SELECT 1 FROM {tables} WHERE NOT ({where}) AND d.passages > 0)",
                values,
            ).fetchone()[0]
        )
        within = None
        if besides or passages <= FEW:
            (listed,) = connection.execute(
                f"SELECT group_concat(p.id) FROM {tables} JOIN passage p ON p.document_id = d.id "
                f"WHERE {where_passages}",
                passage_values,
            ).fetchone()
            ids = np.fromstring(listed or "", dtype=np.int64, sep=",")
            within = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.bool_)
            within[ids] = True
        return Extent(passages, shares, within)

    def look(
        self, postings: Postings, terms: Iterable[str], extent: Extent, limit: int
    ) -> tuple[list[int], Statistics]:
        """Return the passages that hold the rarest of some terms, best first, and how common the terms are."""
        import numpy as np

        found, statistics = postings.look(terms, limit, extent.within)
        last = max((int(posting_list.ids[-1]) for posting_list in found.values() if len(posting_list.ids)), default=0)
        scores = np.zeros(last + 1, dtype=np.float32)
        for term, posting_list in found.items():
            scores[posting_list.ids] += statistics.weight(term) * posting_list.times / (posting_list.times + K1)
        ids = inside(np.flatnonzero(scores), extent.within)
        if len(ids) > limit:
            ids = ids[np.argpartition(-scores[ids], limit)[:limit]]
        return [int(i) for i in ids[np.argsort(-scores[ids], kind="stable")]], statistics

    def passages_of(self, document_id: int) -> list[int]:
        """Return the passages of a document, in their order."""
        rows = self._catalog.connection.execute(
            "SELECT id FROM passage WHERE document_id = ? ORDER BY id", (document_id,)
        )
        return [int(row["id"]) for row in rows]

    def indexed(self, passage_ids: Sequence[int]) -> list[Indexed]:
        """Return passages as the index holds them."""
        rows = self._catalog.connection.execute(
            "SELECT p.id, p.document_id, p.page, p.language, w.context, w.body, t.body AS folded FROM passage p "
            "JOIN passage_words w ON w.rowid = p.id JOIN passage_trigrams t ON t.rowid = p.id "
            f"WHERE p.id IN ({placeholders(passage_ids)})",
            tuple(passage_ids),
        )
        return [Indexed(*row) for row in rows]
