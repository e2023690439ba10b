"""Sweeps in SQLite, each cell kept as soon as it is there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from phi3desk.chat.messages import Answer
from phi3desk.chat.reading.wait import Wait
from phi3desk.errors import Sentence, say
from phi3desk.sqlite_file import FileConnection, open_file, roll_back, whole_rows
from phi3desk.sweep.plan import Answered, Cell, Changes, Outcome, Row, Sweep, SweepPlan, SweptDocument

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sweep (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        plan TEXT NOT NULL,
        questions INTEGER NOT NULL,
        created REAL NOT NULL,
        removed REAL
    );
    CREATE TABLE document (
        sweep_id INTEGER NOT NULL REFERENCES sweep(id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        imported REAL NOT NULL,
        searchable INTEGER NOT NULL,
        problem TEXT NOT NULL,
        PRIMARY KEY (sweep_id, path)
    ) WITHOUT ROWID;
    CREATE TABLE cell (
        sweep_id INTEGER NOT NULL REFERENCES sweep(id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        question INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        answer TEXT NOT NULL,
        quote TEXT NOT NULL,
        page INTEGER NOT NULL,
        kind TEXT NOT NULL,
        label TEXT NOT NULL,
        seconds REAL NOT NULL,
        problem TEXT NOT NULL,
        evidence TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (sweep_id, path, question)
    ) WITHOUT ROWID;
    """,
    # what was read alike is looked for before each answer is written
    """
    CREATE INDEX cell_read ON cell (sweep_id, question, evidence);
    """,
    """
    ALTER TABLE document ADD COLUMN document_id INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE document ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
    """,
)
_SWEEP = (
    "SELECT s.id, s.plan, s.created,"
    " (SELECT count(*) FROM document d WHERE d.sweep_id = s.id AND NOT d.gone),"
    # a cell counts with its document only; SQLite would begin with all cells of the sweep
    " (SELECT count(*) FROM document d CROSS JOIN cell c ON c.sweep_id = d.sweep_id AND c.path = d.path"
    " WHERE d.sweep_id = s.id AND d.searchable),"
    " (SELECT count(*) FROM document d WHERE d.sweep_id = s.id AND d.searchable) * s.questions FROM sweep s"
)
_DOCUMENTS = "SELECT path, name, kind, imported, searchable, problem, document_id, gone FROM document"
_WITHOUT_ALL_CELLS = "(SELECT count(*) FROM cell c WHERE c.sweep_id = d.sweep_id AND c.path = d.path) < ?"
_CELLS = "SELECT question, path, outcome, answer, quote, page, kind, label, seconds, evidence, problem FROM cell"


def damaged_at(path: Path) -> Sentence:
    """Return what is told of a file of sweeps that cannot be read."""
    return say(
        "The sweeps in {path} cannot be read ({problem}). Put back a copy of them: on the Settings page, or with "
        "phi3desk restore.",
        path=str(path),
        problem="",
    )


class SweepStore:
    """The sweeps of one installation; used from the window's thread only, or from one command."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises UserError where it is not such a file or is of a newer program."""
        self.path = path
        self._db = open_file(
            path,
            MIGRATIONS,
            damaged=damaged_at(path),
            newer=say("These sweeps were made by a newer phi3desk. Install the newer version to open them."),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # sweeps

    def begin(self, plan: SweepPlan, documents: Iterable[SweptDocument]) -> Sweep:
        """Keep a new sweep of these documents."""
        cursor = self._db.execute(
            "INSERT INTO sweep (fingerprint, plan, questions, created) VALUES (?, ?, ?, ?)",
            (plan.fingerprint, msgspec.json.encode(plan).decode(), len(plan.questions), time.time()),
        )
        sweep_id = int(cursor.lastrowid or 0)
        self.take_up(sweep_id, documents)
        return self.sweep(sweep_id)

    def take_up(self, sweep_id: int, documents: Iterable[SweptDocument]) -> None:
        """Add documents to a sweep; what was answered from an earlier state of them is asked again."""
        self.bring_up_to_date(sweep_id, Changes(tuple(documents)))

    def bring_up_to_date(self, sweep_id: int, changes: Changes) -> None:
        """Have what is new asked, what was moved under its path of now, and what is gone asked no more.

        What could not be answered from what is gone is no record, and forgotten.
        """
        failed = Outcome.FAILED.value
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "DELETE FROM cell WHERE sweep_id = ? AND path = ? AND outcome = ?",
                [(sweep_id, each.path, failed) for each in changes.gone],
            )
            for path, document in changes.kept:
                self._move(sweep_id, path, document)
            self._db.executemany(
                "DELETE FROM cell WHERE sweep_id = ? AND path = ?", [(sweep_id, each.path) for each in changes.new]
            )
            self._put(sweep_id, [*changes.gone, *(each for _, each in changes.kept), *changes.new])
            self._number(sweep_id, changes.numbered)
            self._db.execute("COMMIT")
        except BaseException:
            roll_back(self._db)
            raise

    def _number(self, sweep_id: int, documents: Iterable[SweptDocument]) -> None:
        """Keep the numbers of documents that are as they were."""
        self._db.executemany(
            "UPDATE document SET document_id = ? WHERE sweep_id = ? AND path = ? AND imported = ?",
            [(each.id, sweep_id, each.path, each.imported) for each in documents],
        )

    def _move(self, sweep_id: int, path: str, document: SweptDocument) -> None:
        """Have the cells of a document under its path of now, and the passages in their answers, too."""
        at = (sweep_id, path)
        if path == document.path:
            return
        known = self._db.execute("SELECT name FROM document WHERE sweep_id = ? AND path = ?", at).fetchone()
        if known is None:
            # another process brought the sweep up to date meanwhile
            return
        self._db.execute(
            "UPDATE OR REPLACE cell SET path = ?, record = replace(replace(record, ?, ?), ?, ?)"
            " WHERE sweep_id = ? AND path = ?",
            (
                document.path,
                *(_field("path", each) for each in (path, document.path)),
                *(_field("document", each) for each in (known[0], document.name)),
                *at,
            ),
        )
        self._db.execute("DELETE FROM document WHERE sweep_id = ? AND path = ?", at)

    def _put(self, sweep_id: int, documents: Iterable[SweptDocument]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO document"
            " (sweep_id, path, name, kind, imported, searchable, problem, document_id, gone)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    sweep_id,
                    each.path,
                    each.name,
                    each.kind,
                    each.imported,
                    each.searchable,
                    _kept(each.problem),
                    each.id,
                    each.gone,
                )
                for each in documents
            ],
        )

    def last_of(self, plan: SweepPlan, wait: Wait | None = None) -> Sweep | None:
        """Return the newest sweep of the same plan, read so long where `wait` is given; None where there is none."""
        rows = self._db.execute(
            f"{_SWEEP} WHERE s.fingerprint = ? AND s.removed IS NULL ORDER BY s.id DESC", (plan.fingerprint,)
        )
        with whole_rows(self._db):
            return next((each for each in map(_sweep, rows) if wait in (None, each.plan.wait)), None)

    def sweep(self, sweep_id: int) -> Sweep:
        """Return one sweep; KeyError where there is none."""
        row = self._db.execute(f"{_SWEEP} WHERE s.id = ?", (sweep_id,)).fetchone()
        if row is None:
            raise KeyError(sweep_id)
        with whole_rows(self._db):
            return _sweep(row)

    def sweeps(self) -> list[Sweep]:
        """Return the sweeps, the newest first."""
        rows = self._db.execute(f"{_SWEEP} WHERE s.removed IS NULL ORDER BY s.id DESC")
        with whole_rows(self._db):
            return [_sweep(row) for row in rows]

    def delete(self, sweep_id: int) -> None:
        """Take a sweep out of the list; `restore` brings it back until `forget_deleted`."""
        self._db.execute("UPDATE sweep SET removed = ? WHERE id = ?", (time.time(), sweep_id))

    def restore(self, sweep_id: int) -> None:
        """Undo `delete`."""
        self._db.execute("UPDATE sweep SET removed = NULL WHERE id = ?", (sweep_id,))

    def forget_deleted(self) -> None:
        """Delete for good what was taken out of the list; for the start of the window."""
        self._db.execute("DELETE FROM sweep WHERE removed IS NOT NULL")

    # documents and cells

    def documents(self, sweep_id: int) -> list[SweptDocument]:
        """Return the documents of a sweep, by path."""
        return documents_in(self._db, sweep_id)

    def open_cells(self, sweep_id: int, after: str = "", most: int = -1) -> list[tuple[int, SweptDocument]]:
        """Return what is still to be asked, document by document: questions by their position, with the document.

        Of a long sweep the next documents are enough: behind the one at the path `after`, `most` of them (-1: all).
        """
        questions = len(self.sweep(sweep_id).plan.questions)
        rows = self._db.execute(
            f"{_DOCUMENTS} d WHERE sweep_id = ? AND path > ? AND searchable AND {_WITHOUT_ALL_CELLS}"
            " ORDER BY path LIMIT ?",
            (sweep_id, after, questions, most),
        )
        with whole_rows(self._db):
            documents = [document_in(row) for row in rows]
        if not documents:
            return []
        rows = self._db.execute(
            "SELECT path, question FROM cell WHERE sweep_id = ? AND path BETWEEN ? AND ?",
            (sweep_id, documents[0].path, documents[-1].path),
        )
        done = {(str(path), int(question)) for path, question in rows}
        return [(n, each) for each in documents for n in range(questions) if (each.path, n) not in done]

    def keep(self, sweep_id: int, answered: Answered) -> bool:
        """Keep a cell with the answer it was made from; False where its document is gone or has another path."""
        cell = answered.cell
        # another process may have brought the sweep up to date while it was asked
        kept = self._db.execute(
            "INSERT OR REPLACE INTO cell (sweep_id, question, path, outcome, answer, quote, page, kind, label, seconds,"
            " evidence, problem, record) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            " WHERE EXISTS (SELECT 1 FROM document WHERE sweep_id = ? AND path = ? AND NOT gone)",
            (
                sweep_id,
                cell.question,
                cell.path,
                cell.outcome.value,
                cell.text,
                cell.quote,
                cell.page,
                cell.kind,
                cell.label,
                cell.seconds,
                cell.evidence,
                _kept(cell.problem),
                msgspec.json.encode(answered.answer).decode(),
                sweep_id,
                cell.path,
            ),
        )
        return kept.rowcount > 0

    def read_alike(self, sweep_id: int, question: int, evidence: str) -> Answered | None:
        """Return what was answered to a question from the very same words, None where nothing was."""
        row = self._db.execute(
            # SQLite takes the sweep's first cells to be few, and would go through all of them
            f"{_CELLS} INDEXED BY cell_read WHERE sweep_id = ? AND question = ? AND evidence = ? AND outcome != ?"
            " LIMIT 1",
            (sweep_id, question, evidence, Outcome.FAILED.value),
        ).fetchone()
        if row is None or not evidence:
            return None
        with whole_rows(self._db):
            cell = cell_in(row)
        return Answered(cell, self.answer(sweep_id, question, cell.path))

    def answer(self, sweep_id: int, question: int, path: str) -> Answer | None:
        """Return the answer that a cell was made from, None where there is none."""
        row = self._db.execute(
            "SELECT record FROM cell WHERE sweep_id = ? AND question = ? AND path = ?", (sweep_id, question, path)
        ).fetchone()
        if row is None:
            return None
        with whole_rows(self._db):
            return _answer(row[0])

    def forget_cells(self, sweep_id: int, outcome: Outcome) -> None:
        """Have asked again what ended so."""
        self._db.execute("DELETE FROM cell WHERE sweep_id = ? AND outcome = ?", (sweep_id, outcome.value))

    def rows(self, sweep_id: int) -> list[Row]:
        """Return the lines of the table, question by question, the documents of each by path."""
        questions = len(self.sweep(sweep_id).plan.questions)
        found = self._db.execute(f"{_CELLS} WHERE sweep_id = ?", (sweep_id,))
        with whole_rows(self._db):
            cells = {(cell.question, cell.path): cell for cell in map(cell_in, found)}
        documents = self.documents(sweep_id)
        return [Row(n, each, cells.get((n, each.path))) for n in range(questions) for each in documents]


def _field(name: str, text: str) -> str:
    """Return a field as it stands in a record."""
    # no text of the record can be taken for it: in those quotation marks are escaped
    return f'"{name}":{msgspec.json.encode(text).decode()}'


def _kept(problem: Sentence | None) -> str:
    return "" if problem is None else msgspec.json.encode(problem).decode()


def _problem(kept: object) -> Sentence | None:
    return msgspec.json.decode(str(kept), type=Sentence) if kept else None


def _answer(kept: object) -> Answer | None:
    return msgspec.json.decode(str(kept), type=Answer | None)


def _sweep(row: Sequence[object]) -> Sweep:
    number, plan, created, documents, answered, total = row
    made = {"id": number, "plan": msgspec.json.decode(str(plan)), "created": created}
    return msgspec.convert({**made, "documents": documents, "answered": answered, "total": total}, type=Sweep)


def documents_in(db: FileConnection, sweep_id: int) -> list[SweptDocument]:
    """Return the documents of a sweep, by path, on any connection to its file."""
    rows = db.execute(f"{_DOCUMENTS} WHERE sweep_id = ? ORDER BY path", (sweep_id,))
    with whole_rows(db):
        return [document_in(row) for row in rows]


def document_in(row: Sequence[object]) -> SweptDocument:
    """Return the document of a row of _DOCUMENTS."""
    path, name, kind, imported, searchable, problem, document_id, gone = row
    made = {"path": path, "name": name, "kind": kind, "imported": imported, "searchable": bool(searchable)}
    made |= {"id": document_id, "gone": bool(gone)}
    return msgspec.convert({**made, "problem": _problem(problem)}, type=SweptDocument, from_attributes=True)


def cell_in(row: Sequence[object]) -> Cell:
    """Return the cell of a row: its question, path, outcome, answer, quote, place, seconds, evidence and problem."""
    question, path, outcome, text, quote, page, kind, label, seconds, evidence, problem = row
    made = {"question": question, "path": path, "outcome": outcome, "text": text, "quote": quote, "page": page}
    made |= {"kind": kind, "label": label, "seconds": seconds, "evidence": evidence, "problem": _problem(problem)}
    return msgspec.convert(made, type=Cell, from_attributes=True)
