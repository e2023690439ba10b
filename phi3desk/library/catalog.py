"""The catalogue: the truth about collections, documents and passages, in one SQLite file.

Any thread may use it. A document's state moves in one transaction together with what it stands for.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import msgspec

from phi3desk.errors import Sentence, UserError
from phi3desk.library.catalog_rows import DOCUMENT_ROWS, PASSAGE_ROWS, document_in, passage_in, stored_sentence
from phi3desk.library.database import Database, batches, placeholders, stored
from phi3desk.library.documents import FINAL_STATES, Collection, Document, Figures, Passage, Rules, State
from phi3desk.library.text import fold, seen

_THERE = "d.removed IS NULL AND c.removed IS NULL"
#: how many files and bytes the library will hold when what is on its way has come
_EXPECTED = "expected"


class Catalog(Database):
    """Collections and documents; their pages and passages are `Content`'s, their folders `Sources`'."""

    # collections

    def collections(self) -> list[Collection]:
        """Return the collections with their counts, by name."""
        states: dict[int, Counter[str]] = {}
        passages: Counter[int] = Counter()
        for row in self.connection.execute(
            "SELECT collection_id, state, count(*) AS n, sum(passages) AS passages FROM document "
            "WHERE removed IS NULL GROUP BY collection_id, state"
        ):
            states.setdefault(row["collection_id"], Counter())[row["state"]] = row["n"]
            passages[row["collection_id"]] += row["passages"]
        rows = self.connection.execute(
            "SELECT id, name, rules FROM collection WHERE removed IS NULL ORDER BY folded"
        ).fetchall()
        return [
            Collection(
                id=row["id"],
                name=row["name"],
                documents=sum(states.get(row["id"], {}).values()),
                passages=passages[row["id"]],
                states=dict(states.get(row["id"], {})),
                rules=self.rules_in(row),
            )
            for row in rows
        ]

    def rules_in(self, row: sqlite3.Row) -> Rules:
        """Return the rules in a collection's row; DamagedFile where they are none, for others read other files."""
        try:
            return msgspec.json.decode(row["rules"], type=Rules)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise self.damaged("the rules of a collection are damaged") from error

    def collection_ids(self) -> list[int]:
        """Return the ids of all collections."""
        return [int(row["id"]) for row in self.connection.execute("SELECT id FROM collection WHERE removed IS NULL")]

    def has_collection(self, collection_id: int) -> bool:
        """Return whether a collection is there and not removed."""
        found = self.connection.execute("SELECT removed FROM collection WHERE id = ?", (collection_id,)).fetchone()
        return found is not None and found["removed"] is None

    def collection_id(self, name: str) -> int | None:
        """Return the id of a collection by its name (case and marks do not matter), or None."""
        row = self.connection.execute(
            "SELECT id FROM collection WHERE folded = ? AND removed IS NULL", (fold(name.strip()),)
        ).fetchone()
        return None if row is None else int(row["id"])

    def create_collection(self, name: str) -> int:
        """Make a collection; UserError where the name is empty, too long or taken."""
        name = _checked_name(name)
        with self.writing() as connection:
            if self.collection_id(name) is not None:
                raise UserError("There is a collection named “{name}” already.", name=name)
            made = connection.execute(
                "INSERT INTO collection (name, folded, embedder_id, serving_id) SELECT ?, ?, id, id FROM embedder "
                "WHERE in_use = 1",
                (name, fold(name)),
            )
            return int(made.lastrowid or 0)

    def rename_collection(self, collection_id: int, name: str) -> None:
        """Give a collection another name; UserError where it is empty, too long or taken."""
        name = _checked_name(name)
        with self.writing() as connection:
            other = self.collection_id(name)
            if other is not None and other != collection_id:
                raise UserError("There is a collection named “{name}” already.", name=name)
            connection.execute(
                "UPDATE collection SET name = ?, folded = ? WHERE id = ?", (name, fold(name), collection_id)
            )

    def remove_collection(self, collection_id: int, removed: bool) -> None:
        """Mark a collection as removed, or take the mark off; UserError where its name was taken meanwhile."""
        with self.writing() as connection:
            try:
                connection.execute(
                    "UPDATE collection SET removed = ? WHERE id = ?", (time.time() if removed else None, collection_id)
                )
            except sqlite3.IntegrityError:
                raise UserError("A collection of the same name has been made since. Rename that one first.") from None

    # documents

    def documents(self, collection_id: int | None = None) -> list[Document]:
        """Return the documents of one collection or of all, by name."""
        where = "d.removed IS NULL AND c.removed IS NULL" + (
            " AND d.collection_id = ?" if collection_id is not None else ""
        )
        values = () if collection_id is None else (collection_id,)
        rows = self.connection.execute(f"{DOCUMENT_ROWS} WHERE {where} ORDER BY d.name, d.path", values)
        return [document_in(row) for row in rows]

    def document(self, document_id: int) -> Document | None:
        """Return one document, removed or not."""
        row = self.connection.execute(f"{DOCUMENT_ROWS} WHERE d.id = ?", (document_id,)).fetchone()
        return None if row is None else document_in(row)

    def by_path(self, collection_id: int, path: str) -> sqlite3.Row | None:
        """Return the row of a file in a collection, removed or not."""
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM document WHERE collection_id = ? AND path = ?", (collection_id, path)
        ).fetchone()
        return row

    def same_content(self, collection_id: int, sha256: str, besides: int | None) -> sqlite3.Row | None:
        """Return another document of the collection that holds the same bytes and is not itself a duplicate."""
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT * FROM document WHERE collection_id = ? AND sha256 = ? AND id IS NOT ? AND removed IS NULL "
            "AND state <> 'duplicate' ORDER BY id LIMIT 1",
            (collection_id, sha256, besides),
        ).fetchone()
        return row

    def originals(self, document_id: int) -> set[int]:
        """Return the documents of the same collection that hold the content of a duplicate."""
        rows = self.connection.execute(
            "SELECT o.id FROM document d JOIN document o ON o.collection_id = d.collection_id AND o.sha256 = d.sha256 "
            "WHERE d.id = ? AND d.sha256 <> '' AND o.removed IS NULL AND o.passages > 0",
            (document_id,),
        )
        return {int(row[0]) for row in rows}

    def twins(self, collection_id: int) -> list[tuple[int, str]]:
        """Return the documents that hold what another one of the collection holds, too, and the name of that one.

        An undo brings such about: while the one was removed, another took its place. Of them the first with passages
        is left out, or the first.
        """
        rows = self.connection.execute(
            "SELECT id, name, sha256 FROM document WHERE collection_id = ? AND removed IS NULL "
            "AND state <> 'duplicate' AND sha256 IN (SELECT sha256 FROM document WHERE collection_id = ? "
            "AND removed IS NULL AND state <> 'duplicate' AND sha256 <> '' GROUP BY sha256 HAVING count(*) > 1) "
            "ORDER BY sha256, passages = 0, id",
            (collection_id, collection_id),
        ).fetchall()
        return [
            (int(row["id"]), str(first["name"]))
            for _, (first, *others) in groupby(rows, key=lambda row: row["sha256"])
            for row in others
        ]

    def found(self, collection_id: int, path: str, size: int, changed: float, sha256: str) -> int:
        """Put a file in, or one whose content changed, in the state FOUND; what it held stays until it is read again.

        Where another file has the content that this one had, that file's document takes what was read of it.
        """
        now = time.time()
        values = (size, changed, sha256, now, now)
        with self.writing() as connection:
            known = self.by_path(collection_id, path)
            if known is not None and (known["removed"] is not None or not self._handed_over(known)):
                connection.execute(
                    "UPDATE document SET size = ?, changed = ?, sha256 = ?, imported = ?, checked = ?, "
                    "state = 'found', reason = NULL, removed = NULL, ocr_waiting = 0 WHERE id = ?",
                    (*values, known["id"]),
                )
                self.promote_duplicates()
                return int(known["id"])
            made = connection.execute(
                "INSERT INTO document (size, changed, sha256, imported, checked, collection_id, path, name, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'found')",
                (*values, collection_id, path, seen(Path(path).name)),
            )
            return int(made.lastrowid or 0)

    def _handed_over(self, known: sqlite3.Row) -> bool:
        """Have a duplicate take over a document's content with its row; return whether there was one."""
        if known["state"] == State.DUPLICATE or not known["passages"]:
            return False
        heir = self.connection.execute(
            "SELECT * FROM document WHERE collection_id = ? AND sha256 = ? AND state = 'duplicate' "
            "AND removed IS NULL AND id <> ? ORDER BY id LIMIT 1",
            (known["collection_id"], known["sha256"], known["id"]),
        ).fetchone()
        if heir is None:
            return False
        self.connection.execute("DELETE FROM document WHERE id = ?", (heir["id"],))
        self._place(known["id"], heir["path"], heir["size"], heir["changed"])
        return True

    def _place(self, document_id: int, path: str, size: int, changed: float) -> None:
        self.connection.execute(
            "UPDATE document SET path = ?, name = ?, size = ?, changed = ?, checked = ?, removed = NULL WHERE id = ?",
            (path, seen(Path(path).name), size, changed, time.time(), document_id),
        )

    def move(self, document_id: int, path: str, size: int, changed: float) -> None:
        """Note that a document's file has another name or place now; a removed document comes back."""
        with self.writing() as connection:
            row = connection.execute("SELECT collection_id FROM document WHERE id = ?", (document_id,)).fetchone()
            connection.execute(
                "DELETE FROM document WHERE collection_id = ? AND path = ? AND id <> ?",
                (row["collection_id"], path, document_id),
            )
            self._place(document_id, path, size, changed)

    def gone(self, document_ids: Iterable[int]) -> None:
        """Take documents out of sight whose files are gone; a duplicate takes over what was read of one of them."""
        now = time.time()
        with self.writing() as connection:
            rows = [connection.execute("SELECT * FROM document WHERE id = ?", (i,)).fetchone() for i in document_ids]
            # duplicates first, so that none of them takes over anything
            for row in sorted(filter(None, rows), key=lambda row: row["state"] != State.DUPLICATE):
                if not self._handed_over(row):
                    connection.execute("UPDATE document SET removed = ? WHERE id = ?", (now, row["id"]))
            self.promote_duplicates()

    def sha256(self, document_id: int) -> str:
        """Return the hash of a document's content, "" where there is none."""
        row = self.connection.execute("SELECT sha256 FROM document WHERE id = ?", (document_id,)).fetchone()
        return "" if row is None else str(row["sha256"])

    def hashed(self, document_id: int, sha256: str) -> None:
        """Note the hash of a document's content; all else stays as it is."""
        with self.writing() as connection:
            connection.execute("UPDATE document SET sha256 = ? WHERE id = ?", (sha256, document_id))

    def contents(self, kinds: Sequence[str]) -> set[str]:
        """Return the hashes of the contents of all documents of some kinds, removed ones too."""
        rows = self.connection.execute(
            f"SELECT DISTINCT sha256 FROM document WHERE kind IN ({placeholders(kinds)})", tuple(kinds)
        )
        return {str(row["sha256"]) for row in rows if row["sha256"]}

    def place_of(self, document_id: int) -> tuple[str, bool]:
        """Return a document's path and whether it is marked as removed; an empty path where there is no document."""
        row = self.connection.execute("SELECT path, removed FROM document WHERE id = ?", (document_id,)).fetchone()
        return ("", True) if row is None else (str(row["path"]), row["removed"] is not None)

    def describe(self, document_id: int, reason: Sentence | None, besides: Sentence | None, language: str) -> None:
        """Change what is to be said of a document's state, and the language it is in."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE document SET reason = ?, language = ? WHERE id = ?",
                (stored_sentence(reason, besides), language, document_id),
            )

    def files(self, collection_id: int) -> list[sqlite3.Row]:
        """Return what is known of every file of a collection, removed ones too."""
        return self.connection.execute(
            "SELECT id, path, size, changed, checked, sha256, state, reason, pages, passages, removed FROM document "
            "WHERE collection_id = ?",
            (collection_id,),
        ).fetchall()

    def touch(self, document_id: int, size: int, changed: float) -> None:
        """Note a file's new time where its content is the same; a removed document comes back."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE document SET size = ?, changed = ?, checked = ?, removed = NULL WHERE id = ?",
                (size, changed, time.time(), document_id),
            )
            self.promote_duplicates()

    # what was left half done, removed, or is asked for

    def unfinished(self) -> list[Document]:
        """Return the documents that are on their way, in the order they were found."""
        rows = self.connection.execute(
            f"{DOCUMENT_ROWS} WHERE d.state IN ('found', 'read', 'words') AND d.removed IS NULL AND c.removed IS NULL "
            "ORDER BY d.id"
        )
        return [document_in(row) for row in rows]

    def start_over(self, document_ids: Sequence[int]) -> None:
        """Put documents back to FOUND, to be read again."""
        with self.writing() as connection:
            connection.executemany(
                "UPDATE document SET state = 'found', reason = NULL, ocr_waiting = 0 WHERE id = ?",
                ((i,) for i in document_ids),
            )

    def remove_documents(self, document_ids: Sequence[int], removed: bool) -> None:
        """Mark documents as removed, or take the mark off.

        A duplicate of a removed document takes its place: it goes back to FOUND.
        """
        with self.writing() as connection:
            now = time.time() if removed else None
            connection.executemany("UPDATE document SET removed = ? WHERE id = ?", ((now, i) for i in document_ids))
            if removed:
                self.promote_duplicates()

    def promote_duplicates(self) -> None:
        """Have a duplicate whose original is gone be read in its place; within a transaction of the caller."""
        self.connection.execute(
            "UPDATE document SET state = 'found', reason = NULL WHERE id IN (SELECT min(d.id) FROM document d "
            "WHERE d.state = 'duplicate' AND d.removed IS NULL AND NOT EXISTS (SELECT 1 FROM document o "
            "WHERE o.collection_id = d.collection_id AND o.sha256 = d.sha256 AND o.removed IS NULL "
            "AND o.state <> 'duplicate') GROUP BY d.collection_id, d.sha256)"
        )

    def removed_documents(self) -> list[int]:
        """Return the documents that are marked as removed, themselves or with their collection."""
        rows = self.connection.execute(
            "SELECT d.id FROM document d JOIN collection c ON c.id = d.collection_id "
            "WHERE d.removed IS NOT NULL OR c.removed IS NOT NULL"
        )
        return [int(row["id"]) for row in rows]

    def removed_collections(self) -> list[int]:
        """Return the collections that are marked as removed."""
        rows = self.connection.execute("SELECT id FROM collection WHERE removed IS NOT NULL")
        return [int(row["id"]) for row in rows]

    def forget_removed(self) -> None:
        """Delete for good the rows of all that is marked as removed; its content must have been dropped before."""
        with self.writing() as connection:
            connection.execute(
                "DELETE FROM document WHERE removed IS NOT NULL OR collection_id IN "
                "(SELECT id FROM collection WHERE removed IS NOT NULL)"
            )
            connection.execute("DELETE FROM source WHERE removed IS NOT NULL")
            connection.execute("DELETE FROM collection WHERE removed IS NOT NULL")

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by their ids."""
        found = {}
        for part in batches(list(passage_ids)):
            rows = self.connection.execute(f"{PASSAGE_ROWS} WHERE p.id IN ({placeholders(part)})", part)
            found.update({int(row["id"]): passage_in(row) for row in rows})
        names = self._names_of_duplicates({passage.document_id for passage in found.values()})
        return {i: replace(p, also=names[p.document_id]) if p.document_id in names else p for i, p in found.items()}

    def _names_of_duplicates(self, document_ids: set[int]) -> dict[int, tuple[str, ...]]:
        names: dict[int, tuple[str, ...]] = {}
        for part in batches(sorted(document_ids)):
            rows = self.connection.execute(
                "SELECT o.id, d.name FROM document o JOIN document d ON d.collection_id = o.collection_id "
                "AND d.sha256 = o.sha256 AND d.state = 'duplicate' AND d.removed IS NULL "
                f"WHERE o.id IN ({placeholders(part)}) AND o.sha256 <> '' ORDER BY d.name",
                part,
            )
            for row in rows:
                names[row["id"]] = (*names.get(row["id"], ()), row["name"])
        return names

    def figures(self) -> Figures:
        """Return how far the library is, with the files that `expect` told of."""
        states: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        passages: Counter[str] = Counter()
        for row in self.connection.execute(
            "SELECT d.state, count(*) AS n, sum(d.size) AS size, sum(d.passages) AS passages FROM document d "
            f"JOIN collection c ON c.id = d.collection_id WHERE {_THERE} GROUP BY d.state"
        ):
            states[row["state"]], sizes[row["state"]] = row["n"], row["size"]
            passages[row["state"]] = row["passages"]
        embedded, by_meaning = passages[State.READY], float(sizes[State.READY])
        for row in self.connection.execute(
            "SELECT d.state, d.size, count(*) AS n, sum(p.embedded <> 0) AS embedded FROM passage p "
            "JOIN document d ON d.id = p.document_id JOIN collection c ON c.id = d.collection_id "
            f"WHERE d.state <> 'ready' AND {_THERE} GROUP BY d.id"
        ):
            embedded += row["embedded"]
            if row["state"] == State.WORDS:
                by_meaning += row["size"] * row["embedded"] / row["n"]
        expected = json.loads(self.remembered(_EXPECTED) or "[0, 0]")
        without_text = sum(sizes[state] for state in FINAL_STATES - {State.READY})
        whole = max(expected[1], sizes.total()) - without_text
        return Figures(
            files=max(expected[0], states.total()),
            files_read=states.total() - states[State.FOUND],
            files_by_words=states[State.WORDS] + states[State.READY],
            passages=passages.total(),
            embedded=embedded,
            meanings=min(1.0, by_meaning / whole) if whole > 0 else 1.0,
        )

    def expect(self, files: int, size: int) -> None:
        """Count as many files more, of so many bytes, as on their way; until `expect_nothing`, over a restart too."""
        row = self.connection.execute(
            "SELECT count(*) AS n, coalesce(sum(d.size), 0) AS size FROM document d "
            f"JOIN collection c ON c.id = d.collection_id WHERE {_THERE}"
        ).fetchone()
        before = json.loads(self.remembered(_EXPECTED) or "[0, 0]")
        expected = [max(before[0], row["n"] + files), max(before[1], row["size"] + size)]
        if expected != before:
            self.remember(_EXPECTED, json.dumps(expected))

    def expect_nothing(self) -> None:
        """Count what is in the library only."""
        if self.remembered(_EXPECTED):
            self.remember(_EXPECTED, "")

    def embedder_languages(self, document_id: int) -> tuple[frozenset[str], frozenset[str] | None]:
        """Return the languages that the embedder of a document's collection knows, and those of one it is changed to.

        None for the latter where nothing is changed.
        """
        row = self.connection.execute(
            "SELECT s.languages AS serving, CASE WHEN c.embedder_id <> c.serving_id THEN w.languages END AS wanted "
            "FROM document d JOIN collection c ON c.id = d.collection_id JOIN embedder s ON s.id = c.serving_id "
            "JOIN embedder w ON w.id = c.embedder_id WHERE d.id = ?",
            (document_id,),
        ).fetchone()
        if row is None:
            return frozenset(), None
        none: list[str] = []
        wanted = None if row["wanted"] is None else frozenset(stored(row["wanted"], list[str], none))
        return frozenset(stored(row["serving"], list[str], none)), wanted

    def languages(self, collection_ids: Sequence[int] | None) -> dict[str, float]:
        """Return the share of each language among the passages of collections (None: of all)."""
        among = "" if collection_ids is None else f"AND d.collection_id IN ({placeholders(collection_ids)})"
        rows = self.connection.execute(
            "SELECT d.language, sum(d.passages) AS n FROM document d WHERE d.removed IS NULL AND d.passages > 0 "
            f"{among} GROUP BY d.language",
            tuple(collection_ids or ()),
        ).fetchall()
        total = sum(row["n"] for row in rows)
        return {row["language"]: row["n"] / total for row in rows if row["language"]} if total else {}


def _checked_name(name: str) -> str:
    name = " ".join(seen(name).split())
    if not name:
        raise UserError("A collection needs a name.")
    if len(name) > 120:
        raise UserError("The name of a collection can have 120 letters at most.")
    return name
