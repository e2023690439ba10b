"""Which passages hold a term, read from one full-text table and kept in memory while that table stays as it is.

A library of 200,000 passages holds a common stem 100,000 times and a common trigram in every second passage.
Ranking all of them takes SQLite seconds, and they tell least. So the rare terms of a question choose the passages that
are looked at, and of the common ones only the share in a sample of the passages is known.
"""

from __future__ import annotations

import math
import random
import sqlite3
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi3desk.library.database import placeholders

if TYPE_CHECKING:
    import numpy as np

    from phi3desk.library.catalog import Catalog

    Ids = np.ndarray[Any, np.dtype[np.int64]]
    Numbers = np.ndarray[Any, np.dtype[np.float32]]
    Within = np.ndarray[Any, np.dtype[np.bool_]]

#: BM25 as FTS5 has it: how much a repeated term counts, and how much a passage's length.
K1, B = 1.2, 0.75
#: Up to this many passages every term's passages are read, for that takes some milliseconds.
_SMALL = 5000
#: Entries read for one question, unless they name fewer passages than are wanted.
_BUDGET = 20_000
_SAMPLE = 1000
#: Entries kept in memory, 12 bytes each.
_KEPT = 4_000_000
#: Records of FTS5's own: the number of rows and the tokens of each column, as SQLite's varints; and how its index is
#: made up, with a count of what was ever written, which changes where a passage gives way to one as long.
_COUNTS, _STRUCTURE = 1, 10


@dataclass(frozen=True)
class PostingList:
    """The passages that hold a term, each once, and how often each holds it (1 where that is not counted)."""

    ids: Ids
    times: Numbers


@dataclass(frozen=True)
class Statistics:
    """What a score needs to know of a table: its rows, the mean tokens of a row, and the rows that hold each term."""

    rows: int
    mean_tokens: float
    counts: Mapping[str, float]

    def weight(self, term: str) -> float:
        """Return a term's weight in BM25 (idf)."""
        count = min(self.counts[term], self.rows)
        return max(1e-6, math.log((self.rows - count + 0.5) / (count + 0.5)))


@dataclass(frozen=True)
class _Table:
    """What a table held when it was last looked at; `state` changes with every passage that comes or goes."""

    state: Mapping[int, bytes]
    rows: int
    tokens: int


@dataclass(frozen=True)
class _Sample:
    """The share of some passages, taken evenly, that holds each term."""

    rows: int
    shares: Mapping[str, float]


class Postings:
    """The terms of one full-text table; any thread may ask.

    `terms_of` takes a row's body apart as the table's tokenizer does. `counted`: it matters how often a passage holds a
    term, which takes twice as long to read.
    """

    def __init__(self, catalog: Catalog, table: str, terms_of: Callable[[str], Iterable[str]], counted: bool) -> None:
        self._catalog = catalog
        self._name = table
        self._terms_of = terms_of
        self._counted = counted
        self._turn = threading.Lock()
        self._table = _Table({}, 0, 0)
        self._sample: _Sample | None = None
        self._held: OrderedDict[str, PostingList] = OrderedDict()
        self._entries = 0

    def look(
        self, terms: Iterable[str], wanted: int, within: Within | None
    ) -> tuple[dict[str, PostingList], Statistics]:
        """Return the posting lists of the rarest of some terms, and how common all of them are.

        More common terms are added until the passages so far are `wanted` many, those counted alone whose id is true
        in `within`; and in any case until the budget of entries is used up.
        """
        with self._turn:
            self._renew()
            estimates = self._estimates(list(dict.fromkeys(terms)))
            found: dict[str, PostingList] = {}
            read = 0
            for term in sorted(estimates, key=lambda each: estimates[each]):
                enough = self._table.rows > _SMALL and read + estimates[term] > _BUDGET and found
                if enough and _named(found, within) >= wanted:
                    break
                found[term] = self._posting_list(term)
                read += len(found[term].ids)
            counts = estimates | {term: float(len(posting_list.ids)) for term, posting_list in found.items()}
            return found, Statistics(self._table.rows, self._table.tokens / max(1, self._table.rows), counts)

    def _renew(self) -> None:
        """Forget what was kept where passages have come or gone since."""
        rows = self._catalog.connection.execute(
            f"SELECT id, block FROM {self._name}_data WHERE id IN ({_COUNTS}, {_STRUCTURE})"
        )
        state = {int(number): bytes(block) for number, block in rows}
        if state != self._table.state:
            numbers = _varints(state.get(_COUNTS, b"")) or [0]
            self._table = _Table(state, numbers[0], sum(numbers[1:]))
            self._held.clear()
            self._entries = 0

    def _estimates(self, terms: list[str]) -> dict[str, float]:
        rows = self._table.rows
        if rows <= _SMALL:
            return dict.fromkeys(terms, 0.0)
        if self._sample is None or not 0.8 < self._sample.rows / rows < 1.25:
            self._sample = self._take_sample()
        return {term: self._sample.shares.get(term, 0.0) * rows for term in terms}

    def _take_sample(self) -> _Sample:
        connection = self._catalog.connection
        last = connection.execute(f"SELECT max(rowid) FROM {self._name}").fetchone()[0]
        # ids have gaps where passages were deleted; the same choice each time, so that scores are
        chosen = random.Random(last).sample(range(1, last + 1), min(last, 8 * _SAMPLE))  # noqa: S311
        held: Counter[str] = Counter()
        taken = 0
        while chosen and taken < _SAMPLE:
            part, chosen = chosen[: _SAMPLE // 2], chosen[_SAMPLE // 2 :]
            rows = connection.execute(
                f"SELECT body FROM {self._name} WHERE rowid IN ({placeholders(part)})",
                part,
            )
            for row in rows:
                held.update(set(self._terms_of(row[0])))
                taken += 1
        return _Sample(self._table.rows, {term: count / taken for term, count in held.items()})

    def _posting_list(self, term: str) -> PostingList:
        known = self._held.get(term)
        if known is None:
            known = self._read(term)
            self._held[term] = known
            self._entries += len(known.ids)
            while self._entries > _KEPT and len(self._held) > 1:
                self._entries -= len(self._held.popitem(last=False)[1].ids)
        self._held.move_to_end(term)
        return known

    def _read(self, term: str) -> PostingList:
        import numpy as np

        connection = self._catalog.connection
        # one long string instead of thousands of rows: three times as fast
        if self._counted:
            sql, value = f"SELECT group_concat(doc) FROM {self._places(connection)} WHERE term = ?", term
        else:
            sql = f"SELECT group_concat(rowid) FROM {self._name} WHERE {self._name} MATCH ?"
            value = '"' + term.replace('"', '""') + '"'
        (listed,) = connection.execute(sql, (value,)).fetchone()
        ids = np.fromstring(listed or "", dtype=np.int64, sep=",")
        if not self._counted:
            return PostingList(ids, np.ones(len(ids), dtype=np.float32))
        # the places of a passage follow each other
        first = np.flatnonzero(np.diff(ids, prepend=-1))
        return PostingList(ids[first], np.diff(first, append=len(ids)).astype(np.float32))

    def _places(self, connection: sqlite3.Connection) -> str:
        """Return the table that lists every place of a term; it is a connection's own and takes no room."""
        name = f"temp.{self._name}_places"
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5vocab ('main', '{self._name}', 'instance')"
        )
        return name


def _named(found: Mapping[str, PostingList], within: Within | None) -> int:
    """Return how many passages hold at least one of some terms."""
    import numpy as np

    named = np.zeros(1 + max(int(posting_list.ids.max(initial=0)) for posting_list in found.values()), dtype=np.bool_)
    for posting_list in found.values():
        named[posting_list.ids] = True
    return len(inside(np.flatnonzero(named), within))


def inside(ids: Ids, within: Within | None) -> Ids:
    """Return those of some passages that are true in `within`, an array by passage id; all where it is None."""
    if within is None:
        return ids
    known = ids[ids < len(within)]
    return known[within[known]]


def _varints(block: bytes) -> list[int]:
    """Return the numbers of a block of SQLite's varints: seven bits a byte, high ones first, the ninth byte whole."""
    numbers, value, length = [], 0, 0
    for byte in block:
        length += 1
        if length == 9:
            numbers.append(value << 8 | byte)
        elif byte & 0x80:
            value = value << 7 | byte & 0x7F
            continue
        else:
            numbers.append(value << 7 | byte)
        value, length = 0, 0
    return numbers
