"""What documents hold: pages as they were read, the passages they were split into, and the word index of those."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phi3desk.errors import Sentence, say, until
from phi3desk.library.catalog import Catalog
from phi3desk.library.catalog_rows import kept_besides, stored_sentence
from phi3desk.library.chunking.chunked_document import ChunkedDocument, IndexEntry, index_entry
from phi3desk.library.chunking.chunker import Chunk
from phi3desk.library.database import placeholders, stored
from phi3desk.library.documents import Box, Heading, OutlineEntry, Page, State

#: passage.embedded: see the catalogue's migrations
WAITING, EMBEDDED, WORDS_ONLY = 0, 1, 2
#: page.scan: see the catalogue's migrations
OWN_TEXT, PICTURE, RECOGNISED, NOTHING_RECOGNISED = 0, 1, 2, 3


@dataclass(frozen=True)
class NewContent:
    """What a reader read of a document, and the passages made of it."""

    kind: str
    pages: Sequence[Page]
    chunked: ChunkedDocument
    outline: Sequence[OutlineEntry] = ()
    reason: Sentence | None = None
    #: see `Finished`
    besides: Sentence | None = None


class Content:
    """Pages and passages of a catalogue; any thread may read, writers wait for each other."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._catalog.connection

    def replace(
        self,
        document_id: int,
        content: NewContent,
        await_ocr: bool,
        cancelled: threading.Event,
    ) -> None:
        """Put a document's new content in place of its old one, in one transaction.

        Passages that are the same as before stay, with their vectors. The document becomes WORDS, or READ where it has
        no passages yet but pages that wait for text recognition, or else EMPTY. `await_ocr`: its scanned pages wait.
        Cancelled, at any passage, leaves everything as it was.
        """
        with self._catalog.writing() as connection:
            connection.execute("DELETE FROM page WHERE document_id = ?", (document_id,))
            connection.executemany(
                "INSERT INTO page (document_id, number, label, language, text, headings, boxes, scan) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        document_id,
                        page.number,
                        page.label,
                        page.language,
                        page.text,
                        json.dumps(list(page.headings)),
                        _stored_boxes(page),
                        PICTURE if page.pictures else OWN_TEXT,
                    )
                    for page in until(cancelled, content.pages)
                ),
            )
            waiting = sum(page.pictures for page in content.pages) if await_ocr else 0
            connection.execute(
                "UPDATE document SET reason = ?, title = ?, language = ?, outline = ?, pages = ?, kind = ?, "
                "ocr_waiting = ?, ocr_pages = 0 WHERE id = ?",
                (
                    stored_sentence(content.reason, content.besides),
                    content.chunked.title,
                    content.chunked.language,
                    json.dumps(list(content.outline)),
                    len(content.pages),
                    content.kind,
                    waiting,
                    document_id,
                ),
            )
            self.replace_passages(document_id, content.chunked.chunks, content.chunked.index, cancelled)

    def replace_passages(
        self,
        document_id: int,
        chunks: Sequence[Chunk],
        index: Sequence[IndexEntry],
        cancelled: threading.Event,
    ) -> None:
        """Put passages in place of a document's old ones; those of the same text and headings stay as they are.

        Cancelled, at any passage, leaves everything as it was.
        """
        with self._catalog.writing() as connection:
            known_languages = self._catalog.embedder_languages(document_id)[0]
            old: dict[tuple[str, str], list[sqlite3.Row]] = {}
            for row in connection.execute("SELECT * FROM passage WHERE document_id = ? ORDER BY id", (document_id,)):
                old.setdefault((row["text"], row["headings"]), []).append(row)
            for chunk, entry in until(cancelled, zip(chunks, index, strict=True)):
                known = old.get((chunk.text, _headings_json(chunk)))
                if known:
                    self._keep_passage(known.pop(0), chunk)
                else:
                    add_passage(
                        connection, document_id, chunk, embedded_at_first(chunk.language, known_languages), entry
                    )
            self._drop_passages(until(cancelled, [row["id"] for rows in old.values() for row in rows]))
            self._await_renewal(document_id)
            row = connection.execute("SELECT ocr_waiting FROM document WHERE id = ?", (document_id,)).fetchone()
            state = State.WORDS if chunks else State.READ if row["ocr_waiting"] else State.EMPTY
            connection.execute(
                "UPDATE document SET state = ?, passages = ? WHERE id = ?", (state.value, len(chunks), document_id)
            )

    def _keep_passage(self, row: sqlite3.Row, chunk: Chunk) -> None:
        if (row["page"], row["start"], row["end"]) != (chunk.page, chunk.start, chunk.end):
            self._connection.execute(
                'UPDATE passage SET page = ?, start = ?, "end" = ? WHERE id = ?',
                (chunk.page, chunk.start, chunk.end, row["id"]),
            )
        if row["context"] != chunk.context:
            # the digest is that of the text whose vector the passage has
            self._connection.execute(
                "UPDATE passage SET context = ?, digest = CASE WHEN embedded = 1 THEN digest ELSE ? END WHERE id = ?",
                (chunk.context, chunk.digest, row["id"]),
            )
            self.index_anew([row["id"]])

    def _await_renewal(self, document_id: int) -> None:
        """Have a document's new passages wait for the embedder that their collection is being changed to, if it is."""
        wanted = self._catalog.embedder_languages(document_id)[1]
        if wanted is None:
            return
        known = sorted(wanted)
        self._connection.execute(
            "INSERT OR IGNORE INTO renewal (passage_id, collection_id, state) SELECT p.id, d.collection_id, "
            f"CASE WHEN p.language = '' OR p.language IN ({placeholders(known)}) THEN 0 ELSE 2 END "
            "FROM document d JOIN passage p ON p.document_id = d.id WHERE d.id = ?",
            (*known, document_id),
        )

    def index_anew(self, passage_ids: Iterable[int]) -> None:
        """Write the words of passages into the index again, in place of what it holds of them."""
        with self._catalog.writing() as connection:
            for passage_id in passage_ids:
                self._unindex(passage_id)
                row = connection.execute("SELECT * FROM passage WHERE id = ?", (passage_id,)).fetchone()
                if row is not None:
                    _index(connection, passage_id, index_entry(row["context"], row["text"], row["language"]))

    def _unindex(self, passage_id: int) -> None:
        self._connection.execute("DELETE FROM passage_words WHERE rowid = ?", (passage_id,))
        self._connection.execute("DELETE FROM passage_trigrams WHERE rowid = ?", (passage_id,))

    def _drop_passages(self, passage_ids: Iterable[int]) -> None:
        """Delete passages and note that their vectors have to go, too."""
        for passage_id in passage_ids:
            self._connection.execute(
                "INSERT OR IGNORE INTO vector_debt (passage_id, collection_id) SELECT p.id, d.collection_id "
                "FROM passage p JOIN document d ON d.id = p.document_id "
                "WHERE p.id = ? AND (p.embedded <> 2 OR EXISTS (SELECT 1 FROM renewal r WHERE r.passage_id = p.id))",
                (passage_id,),
            )
            self._unindex(passage_id)
            self._connection.execute("DELETE FROM passage WHERE id = ?", (passage_id,))

    def drop(self, document_id: int) -> None:
        """Delete a document's pages and passages."""
        with self._catalog.writing() as connection:
            rows = connection.execute("SELECT id FROM passage WHERE document_id = ?", (document_id,)).fetchall()
            self._drop_passages(row["id"] for row in rows)
            connection.execute("DELETE FROM page WHERE document_id = ?", (document_id,))

    def ended(
        self,
        document_id: int,
        state: State,
        reason: Sentence | None,
        pages: int = 0,
        kind: str = "",
        besides: Sentence | None = None,
    ) -> None:
        """End a document in a state without passages; where it needs text recognition, its pages are noted."""
        with self._catalog.writing() as connection:
            self.drop(document_id)
            connection.execute(
                "UPDATE document SET state = ?, reason = ?, pages = ?, passages = 0, kind = ?, ocr_waiting = 0, "
                "ocr_pages = 0 WHERE id = ?",
                (state.value, stored_sentence(reason, besides), pages, kind, document_id),
            )
            if state is State.NEEDS_OCR:
                connection.executemany(
                    "INSERT INTO page (document_id, number, text, scan) VALUES (?, ?, '', ?)",
                    ((document_id, number, PICTURE) for number in range(1, pages + 1)),
                )

    def duplicate(self, document_id: int, name: str) -> None:
        """Let a document hold nothing itself, for another one, called `name`, holds the same content."""
        reason = say("The same content is in the collection as {name}.", name=name)
        self.ended(document_id, State.DUPLICATE, reason)

    def pages(self, document_id: int) -> list[Page]:
        """Return a document's pages as they were read."""
        rows = self._connection.execute("SELECT * FROM page WHERE document_id = ? ORDER BY number", (document_id,))
        return [
            Page(
                row["number"],
                row["text"],
                row["scan"] == PICTURE,
                stored(row["headings"], list[Heading], []),
                row["label"],
                stored(row["boxes"], list[Box], []),
                row["language"],
            )
            for row in rows
        ]

    def outline(self, document_id: int) -> list[OutlineEntry]:
        """Return a document's outline."""
        row = self._connection.execute("SELECT outline FROM document WHERE id = ?", (document_id,)).fetchone()
        return stored(row["outline"], list[OutlineEntry], [])

    def page(self, document_id: int, number: int) -> tuple[str, str]:
        """Return a page's text as it was read and its label, "" where there is none."""
        row = self._connection.execute(
            "SELECT text, label FROM page WHERE document_id = ? AND number = ?", (document_id, number)
        ).fetchone()
        return ("", "") if row is None else (str(row["text"]), str(row["label"]))

    def boxes(self, document_id: int, number: int, start: int, end: int) -> list[Box]:
        """Return where words within a text range stand on a page, as far as the page's own text does not tell it."""
        row = self._connection.execute(
            "SELECT boxes FROM page WHERE document_id = ? AND number = ?", (document_id, number)
        ).fetchone()
        boxes: list[Box] = [] if row is None else stored(row["boxes"], list[Box], [])
        return [box for box in boxes if box.start < end and box.end > start]

    # text recognition

    def await_ocr(self, collection_id: int) -> int:
        """Have scanned pages wait for text recognition that did not when they were read; return how many documents.

        Their reasons say no more that pictures are not read.
        """
        with self._catalog.writing() as connection:
            rows = connection.execute(
                "SELECT id, reason FROM document WHERE collection_id = ? AND removed IS NULL "
                "AND state IN ('ready', 'needs_ocr') AND EXISTS "
                "(SELECT 1 FROM page p WHERE p.document_id = document.id AND p.scan = ?)",
                (collection_id, PICTURE),
            ).fetchall()
            for row in rows:
                besides = kept_besides(row["reason"])
                connection.execute(
                    "UPDATE document SET ocr_waiting = (SELECT count(*) FROM page p WHERE p.document_id = document.id "
                    "AND p.scan = ?), state = CASE WHEN passages > 0 THEN 'words' ELSE 'read' END, reason = ? "
                    "WHERE id = ?",
                    (PICTURE, stored_sentence(besides, besides), row["id"]),
                )
            return len(rows)

    def besides(self, document_id: int) -> Sentence | None:
        """Return what is to be said of a document besides that pictures of it are not read, None where nothing is."""
        row = self._connection.execute("SELECT reason FROM document WHERE id = ?", (document_id,)).fetchone()
        return None if row is None else kept_besides(row["reason"])

    def ocr_pages(self, document_id: int) -> list[int]:
        """Return the pages of a document that wait for text recognition."""
        rows = self._connection.execute(
            "SELECT p.number FROM page p JOIN document d ON d.id = p.document_id "
            "WHERE p.document_id = ? AND p.scan = ? AND d.ocr_waiting > 0 ORDER BY p.number",
            (document_id, PICTURE),
        )
        return [int(row["number"]) for row in rows]

    def recognised(self, document_id: int, pages: Iterable[Page]) -> int:
        """Keep the text recognised on pages; return how many of the document's still wait.

        A page without text keeps what it had. One with `pictures` has text of its own, but none was recognised.
        """
        with self._catalog.writing() as connection:
            for page in pages:
                connection.execute(
                    "UPDATE page SET scan = ? WHERE document_id = ? AND number = ?",
                    (NOTHING_RECOGNISED, document_id, page.number),
                )
                if not page.text:
                    continue
                connection.execute(
                    "UPDATE page SET text = ?, language = ?, boxes = ?, headings = ?, scan = ? "
                    "WHERE document_id = ? AND number = ?",
                    (
                        page.text,
                        page.language,
                        _stored_boxes(page),
                        json.dumps(list(page.headings)),
                        OWN_TEXT if page.pictures else RECOGNISED,
                        document_id,
                        page.number,
                    ),
                )
            connection.execute(
                "UPDATE document SET ocr_waiting = (SELECT count(*) FROM page WHERE document_id = document.id "
                "AND scan = ?), ocr_pages = (SELECT count(*) FROM page WHERE document_id = document.id AND scan = ?) "
                "WHERE id = ?",
                (PICTURE, RECOGNISED, document_id),
            )
            row = connection.execute("SELECT ocr_waiting FROM document WHERE id = ?", (document_id,)).fetchone()
            return int(row["ocr_waiting"])

    def without_ocr(self, document_id: int) -> None:
        """Have no page of a document wait for text recognition any more: there is none, or it is not wanted."""
        with self._catalog.writing() as connection:
            connection.execute("UPDATE document SET ocr_waiting = 0 WHERE id = ?", (document_id,))

    def scans(self, document_id: int) -> dict[int, int]:
        """Return how many pages of a document are in each condition: OWN_TEXT, PICTURE, RECOGNISED, ..."""
        rows = self._connection.execute(
            "SELECT scan, count(*) AS n FROM page WHERE document_id = ? GROUP BY scan", (document_id,)
        )
        return {int(row["scan"]): int(row["n"]) for row in rows}


def embedded_at_first(language: str, known_languages: frozenset[str]) -> int:
    """Return whether a new passage waits for its embedding or cannot have one, by its language ("" is any)."""
    return WAITING if not language or language in known_languages else WORDS_ONLY


def add_passage(
    connection: sqlite3.Connection, document_id: int, chunk: Chunk, embedded: int, entry: IndexEntry
) -> int:
    """Write a passage and its words in the connection's transaction; return its id."""
    made = connection.execute(
        'INSERT INTO passage (document_id, page, start, "end", text, headings, context, language, digest, embedded) '
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document_id,
            chunk.page,
            chunk.start,
            chunk.end,
            chunk.text,
            _headings_json(chunk),
            chunk.context,
            chunk.language,
            chunk.digest,
            embedded,
        ),
    )
    passage_id = int(made.lastrowid or 0)
    _index(connection, passage_id, entry)
    return passage_id


def _index(connection: sqlite3.Connection, passage_id: int, entry: IndexEntry) -> None:
    connection.execute(
        "INSERT INTO passage_words (rowid, context, body) VALUES (?, ?, ?)", (passage_id, entry.context, entry.body)
    )
    connection.execute("INSERT INTO passage_trigrams (rowid, body) VALUES (?, ?)", (passage_id, entry.folded))


def _headings_json(chunk: Chunk) -> str:
    return json.dumps(chunk.headings, ensure_ascii=False)


def _stored_boxes(page: Page) -> str:
    return json.dumps([[start, end, *(round(edge, 1) for edge in edges)] for start, end, *edges in page.boxes])
