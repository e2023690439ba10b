"""The catalogue: the truth about collections, documents and passages, in one SQLite file.

Any thread may use it: each gets a connection of its own, writers wait for each other. A document's state moves in one
transaction together with what it stands for.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phi3desk.errors import Sentence, UserError
from phi3desk.library.chunker import Draft, PageLayout
from phi3desk.library.documents import Collection, Document, Passage, State
from phi3desk.library.migrations import migrate
from phi3desk.library.text import fold
from phi3desk.library.words import index_words

#: passage.embedded: waits for its embedding, or is in a language that the embedder does not know
_WAITING, _UNKNOWN_LANGUAGE = 0, 2

_DOCUMENT = """SELECT d.*, c.name AS collection FROM document d JOIN collection c ON c.id = d.collection_id"""
_PASSAGE = """SELECT p.*, d.name AS document, d.path AS path, d.title AS title
    FROM passage p JOIN document d ON d.id = p.document_id"""
_VARIABLES = 900


class Catalog:
    """The catalogue in one file; made where it does not exist, brought to the newest version where it does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._writing = threading.RLock()
        try:
            migrate(self.connection)
        except sqlite3.DatabaseError as error:
            self.close()
            raise UserError(
                "The library's catalogue {path} cannot be read ({problem}). Put back a copy of it, or move it away "
                "to start a new library.",
                path=str(path),
                problem=str(error),
            ) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the calling thread's own connection."""
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is None:
            # closed by close(), which another thread may call
            known = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
            known.row_factory = sqlite3.Row
            known.execute("PRAGMA journal_mode = WAL")
            known.execute("PRAGMA synchronous = NORMAL")
            known.execute("PRAGMA foreign_keys = ON")
            known.execute("PRAGMA cache_size = -32000")
            self._local.connection = known
            with self._guard:
                self._connections.append(known)
        return known

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold one write transaction: everything in it is kept, or nothing; may be nested."""
        with self._writing:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

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
            "SELECT id, name FROM collection WHERE removed IS NULL ORDER BY folded"
        ).fetchall()
        return [
            Collection(
                id=i,
                name=name,
                documents=sum(states.get(i, {}).values()),
                passages=passages[i],
                states=dict(states.get(i, {})),
            )
            for i, name in rows
        ]

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
            made = connection.execute("INSERT INTO collection (name, folded) VALUES (?, ?)", (name, fold(name)))
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
        rows = self.connection.execute(f"{_DOCUMENT} WHERE {where} ORDER BY d.name, d.path", values)
        return [_document(row) for row in rows]

    def document(self, document_id: int) -> Document | None:
        """Return one document, removed or not."""
        row = self.connection.execute(f"{_DOCUMENT} WHERE d.id = ?", (document_id,)).fetchone()
        return None if row is None else _document(row)

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

    def found(self, collection_id: int, path: Path, size: int, changed: float, sha256: str) -> int:
        """Put a file in, or one whose content changed, in the state FOUND; what it held stays until it is read anew."""
        values = (size, changed, sha256, time.time())
        with self.writing() as connection:
            known = self.by_path(collection_id, str(path))
            if known is not None:
                connection.execute(
                    "UPDATE document SET size = ?, changed = ?, sha256 = ?, imported = ?, state = 'found', "
                    "reason = NULL, removed = NULL WHERE id = ?",
                    (*values, known["id"]),
                )
                self._promote_duplicates()
                return int(known["id"])
            made = connection.execute(
                "INSERT INTO document (size, changed, sha256, imported, collection_id, path, name, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, 'found')",
                (*values, collection_id, str(path), path.name),
            )
            return int(made.lastrowid or 0)

    def touch(self, document_id: int, size: int, changed: float) -> None:
        """Note a file's new time where its content is the same; a removed document comes back."""
        with self.writing() as connection:
            connection.execute(
                "UPDATE document SET size = ?, changed = ?, removed = NULL WHERE id = ?", (size, changed, document_id)
            )

    def ended(self, document_id: int, state: State, reason: Sentence | None, pages: int = 0) -> None:
        """End a document in a state without passages."""
        with self.writing() as connection:
            self._drop_content(document_id)
            connection.execute(
                "UPDATE document SET state = ?, reason = ?, pages = ?, passages = 0 WHERE id = ?",
                (state.value, _reason_json(reason), pages, document_id),
            )

    def read(
        self,
        document_id: int,
        pages: Sequence[PageLayout],
        labels: Sequence[str],
        title: str,
        language: str,
        outline: Sequence[tuple[int, int, str]],
        reason: Sentence | None,
    ) -> None:
        """Keep what a reader read: FOUND becomes READ; passages of an earlier content go."""
        with self.writing() as connection:
            self._drop_content(document_id)
            connection.executemany(
                "INSERT INTO page (document_id, number, label, language, text, headings) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (
                        document_id,
                        page.number,
                        labels[page.number - 1] if page.number <= len(labels) else "",
                        page.language,
                        page.text,
                        json.dumps(list(page.headings)),
                    )
                    for page in pages
                ),
            )
            connection.execute(
                "UPDATE document SET state = 'read', reason = ?, title = ?, language = ?, outline = ?, "
                "pages = ?, passages = 0 WHERE id = ?",
                (_reason_json(reason), title, language, json.dumps(list(outline)), len(pages), document_id),
            )

    def layouts(self, document_id: int) -> list[PageLayout]:
        """Return a document's pages as they were read."""
        rows = self.connection.execute("SELECT * FROM page WHERE document_id = ? ORDER BY number", (document_id,))
        return [
            PageLayout(
                row["number"],
                row["text"],
                [(a, b, size) for a, b, size in json.loads(row["headings"])],
                row["language"],
            )
            for row in rows
        ]

    def outline(self, document_id: int) -> list[tuple[int, int, str]]:
        """Return a document's outline: page from 1, level from 0, title."""
        row = self.connection.execute("SELECT outline FROM document WHERE id = ?", (document_id,)).fetchone()
        return [(page, level, title) for page, level, title in json.loads(row["outline"])]

    def add_passages(self, document_id: int, drafts: Sequence[Draft], known_languages: frozenset[str]) -> int:
        """Keep a document's passages and index their words: READ becomes WORDS; return how many wait for embedding."""
        waiting = 0
        with self.writing() as connection:
            for draft in drafts:
                known = not draft.language or draft.language in known_languages
                waiting += known
                made = connection.execute(
                    'INSERT INTO passage (document_id, page, start, "end", text, headings, context, language, digest, '
                    "embedded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        document_id,
                        draft.page,
                        draft.start,
                        draft.end,
                        draft.text,
                        json.dumps(draft.headings, ensure_ascii=False),
                        draft.context,
                        draft.language,
                        draft.digest,
                        _WAITING if known else _UNKNOWN_LANGUAGE,
                    ),
                )
                connection.execute(
                    "INSERT INTO passage_words (rowid, context, body) VALUES (?, ?, ?)",
                    (
                        made.lastrowid,
                        index_words(draft.context, draft.language),
                        index_words(draft.text, draft.language),
                    ),
                )
                connection.execute(
                    "INSERT INTO passage_trigrams (rowid, body) VALUES (?, ?)", (made.lastrowid, fold(draft.indexed))
                )
            connection.execute(
                "UPDATE document SET state = 'words', passages = ? WHERE id = ?", (len(drafts), document_id)
            )
        return waiting

    def with_vectors(self, document_id: int) -> tuple[int, list[int]] | None:
        """Return a document's collection and the passages of it that have vectors, or None where it is unknown."""
        row = self.connection.execute("SELECT collection_id FROM document WHERE id = ?", (document_id,)).fetchone()
        if row is None:
            return None
        ids = self.connection.execute("SELECT id FROM passage WHERE document_id = ? AND embedded = 1", (document_id,))
        return int(row["collection_id"]), [int(i["id"]) for i in ids]

    def _drop_content(self, document_id: int) -> None:
        connection = self.connection
        ids = "SELECT id FROM passage WHERE document_id = ?"
        connection.execute(f"DELETE FROM passage_words WHERE rowid IN ({ids})", (document_id,))  # noqa: S608
        connection.execute(f"DELETE FROM passage_trigrams WHERE rowid IN ({ids})", (document_id,))  # noqa: S608
        connection.execute("DELETE FROM passage WHERE document_id = ?", (document_id,))
        connection.execute("DELETE FROM page WHERE document_id = ?", (document_id,))

    # what was left half done, removed, or is asked for

    def unfinished(self) -> list[Document]:
        """Return the documents that are on their way, in the order they were found."""
        rows = self.connection.execute(
            f"{_DOCUMENT} WHERE d.state IN ('found', 'read', 'words') AND d.removed IS NULL AND c.removed IS NULL "
            "ORDER BY d.id"
        )
        return [_document(row) for row in rows]

    def start_over(self, document_ids: Sequence[int]) -> None:
        """Put documents back to FOUND, to be read anew."""
        with self.writing() as connection:
            connection.executemany(
                "UPDATE document SET state = 'found', reason = NULL WHERE id = ?", ((i,) for i in document_ids)
            )

    def remove_documents(self, document_ids: Sequence[int], removed: bool) -> None:
        """Mark documents as removed, or take the mark off.

        A duplicate of a removed document takes its place: it goes back to FOUND.
        """
        with self.writing() as connection:
            now = time.time() if removed else None
            connection.executemany("UPDATE document SET removed = ? WHERE id = ?", ((now, i) for i in document_ids))
            if removed:
                self._promote_duplicates()

    def _promote_duplicates(self) -> None:
        self.connection.execute(
            "UPDATE document SET state = 'found', reason = NULL WHERE id IN (SELECT min(d.id) FROM document d "
            "WHERE d.state = 'duplicate' AND d.removed IS NULL AND NOT EXISTS (SELECT 1 FROM document o "
            "WHERE o.collection_id = d.collection_id AND o.sha256 = d.sha256 AND o.removed IS NULL "
            "AND o.state <> 'duplicate') GROUP BY d.collection_id, d.sha256)"
        )

    def purge(self) -> list[tuple[int, list[int]]]:
        """Delete for good what is marked as removed; return collections with the passages whose vectors must go."""
        gone = []
        with self.writing() as connection:
            rows = connection.execute(
                "SELECT d.id, d.collection_id FROM document d JOIN collection c ON c.id = d.collection_id "
                "WHERE d.removed IS NOT NULL OR c.removed IS NOT NULL"
            ).fetchall()
            for row in rows:
                ids = connection.execute("SELECT id FROM passage WHERE document_id = ?", (row["id"],)).fetchall()
                gone.append((int(row["collection_id"]), [int(i["id"]) for i in ids]))
                self._drop_content(row["id"])
                connection.execute("DELETE FROM document WHERE id = ?", (row["id"],))
            connection.execute("DELETE FROM collection WHERE removed IS NOT NULL")
        return gone

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """Return passages by their ids."""
        found = {}
        for part in parts(list(passage_ids)):
            rows = self.connection.execute(f"{_PASSAGE} WHERE p.id IN ({marks(part)})", part)
            found.update({int(row["id"]): _passage(row) for row in rows})
        return found

    def page_text(self, document_id: int, page: int) -> str:
        """Return a page's text as it was read, "" where there is none."""
        row = self.connection.execute(
            "SELECT text FROM page WHERE document_id = ? AND number = ?", (document_id, page)
        ).fetchone()
        return "" if row is None else str(row["text"])

    def totals(self) -> tuple[int, int]:
        """Return how many passages there are, and how many of them have all the embedding they can have."""
        row = self.connection.execute(
            "SELECT count(*), coalesce(sum(p.embedded <> 0), 0) FROM passage p JOIN document d ON d.id = p.document_id "
            "JOIN collection c ON c.id = d.collection_id WHERE d.removed IS NULL AND c.removed IS NULL"
        ).fetchone()
        return int(row[0]), int(row[1])

    def languages(self, collection_ids: Sequence[int] | None) -> dict[str, float]:
        """Return the share of each language among the passages of collections (None: of all)."""
        among = "" if collection_ids is None else f"AND d.collection_id IN ({marks(collection_ids)})"
        rows = self.connection.execute(
            "SELECT d.language, sum(d.passages) AS n FROM document d WHERE d.removed IS NULL AND d.passages > 0 "  # noqa: S608
            f"{among} GROUP BY d.language",
            tuple(collection_ids or ()),
        ).fetchall()
        total = sum(row["n"] for row in rows)
        return {row["language"]: row["n"] / total for row in rows if row["language"]} if total else {}


def marks(values: Sequence[Any]) -> str:
    """Return the placeholders of an SQL list."""
    return ",".join("?" * len(values))


def parts(values: list[Any]) -> Iterator[list[Any]]:
    """Return a list in parts that fit one SQL statement."""
    for at in range(0, len(values), _VARIABLES):
        yield values[at : at + _VARIABLES]


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise UserError("A collection needs a name.")
    if len(name) > 120:
        raise UserError("The name of a collection can have 120 letters at most.")
    return name


def _reason_json(reason: Sentence | None) -> str | None:
    if reason is None:
        return None
    return json.dumps({"template": reason.template, "values": reason.values}, ensure_ascii=False)


def _reason(stored: str | None) -> Sentence | None:
    if stored is None:
        return None
    found = json.loads(stored)
    return Sentence(found["template"], found["values"])


def _document(row: sqlite3.Row) -> Document:
    return Document(
        id=row["id"],
        collection_id=row["collection_id"],
        collection=row["collection"],
        path=row["path"],
        name=row["name"],
        title=row["title"] or Path(row["path"]).stem,
        state=State(row["state"]),
        reason=_reason(row["reason"]),
        pages=row["pages"],
        passages=row["passages"],
        size=row["size"],
        changed=row["changed"],
        imported=row["imported"],
        language=row["language"],
    )


def _passage(row: sqlite3.Row) -> Passage:
    return Passage(
        id=row["id"],
        document_id=row["document_id"],
        document=row["document"],
        path=row["path"],
        title=row["title"] or Path(row["path"]).stem,
        page=row["page"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        headings=tuple(json.loads(row["headings"])),
    )
