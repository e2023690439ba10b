"""Comparisons in SQLite, each answer kept at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from phi3desk.chat.messages import Answer
from phi3desk.comparison.plan import Comparison, Outcome, Plan
from phi3desk.errors import say
from phi3desk.sqlite_file import open_file, whole_rows

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE comparison (
        id INTEGER PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        plan TEXT NOT NULL,
        created REAL NOT NULL,
        revealed INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL,
        removed REAL
    );
    CREATE TABLE answer (
        comparison_id INTEGER NOT NULL REFERENCES comparison(id) ON DELETE CASCADE,
        question TEXT NOT NULL,
        variant TEXT NOT NULL,
        answer TEXT NOT NULL,
        seconds REAL NOT NULL,
        thumb INTEGER NOT NULL DEFAULT 0 CHECK (thumb IN (-1, 0, 1)),
        problem TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (comparison_id, question, variant)
    ) WITHOUT ROWID;
    """,
)
_COMPARISON = (
    "SELECT c.id, c.plan, c.created, c.revealed,"
    " (SELECT count(*) FROM answer a WHERE a.comparison_id = c.id) FROM comparison c"
)


class ComparisonStore:
    """The comparisons of one installation; used from the window's thread only, or from one command."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises UserError where it is not such a file or is of a newer program."""
        self._db = open_file(
            path,
            MIGRATIONS,
            damaged=say(
                "The comparisons in {path} cannot be read ({problem}). Put back a copy of them: on the Settings page, "
                "or with phi3desk restore.",
                path=str(path),
                problem="",
            ),
            newer=say("These comparisons were made by a newer phi3desk. Install the newer version to open them."),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def begin(self, plan: Plan) -> Comparison:
        """Keep a new comparison."""
        cursor = self._db.execute(
            "INSERT INTO comparison (fingerprint, plan, created, total) VALUES (?, ?, ?, ?)",
            (
                plan.fingerprint,
                msgspec.json.encode(plan).decode(),
                time.time(),
                len(plan.questions) * len(plan.variants),
            ),
        )
        return self.comparison(int(cursor.lastrowid or 0))

    def begin_or_go_on(self, plan: Plan) -> Comparison:
        """Return the last comparison of the same plan where it was broken off, and a new one otherwise."""
        row = self._db.execute(
            "SELECT id FROM comparison c WHERE fingerprint = ? AND removed IS NULL"
            " AND total > (SELECT count(*) FROM answer a WHERE a.comparison_id = c.id) ORDER BY id DESC LIMIT 1",
            (plan.fingerprint,),
        ).fetchone()
        return self.begin(plan) if row is None else self.comparison(int(row[0]))

    def comparison(self, comparison_id: int) -> Comparison:
        """Return one comparison; KeyError where there is none."""
        row = self._db.execute(f"{_COMPARISON} WHERE c.id = ?", (comparison_id,)).fetchone()
        if row is None:
            raise KeyError(comparison_id)
        with whole_rows(self._db):
            return _comparison(row)

    def comparisons(self) -> list[Comparison]:
        """Return the comparisons, the newest first."""
        rows = self._db.execute(f"{_COMPARISON} WHERE c.removed IS NULL ORDER BY c.id DESC")
        with whole_rows(self._db):
            return [_comparison(row) for row in rows]

    def delete(self, comparison_id: int) -> None:
        """Take a comparison out of the list; `restore` brings it back until `forget_deleted`."""
        self._db.execute("UPDATE comparison SET removed = ? WHERE id = ?", (time.time(), comparison_id))

    def restore(self, comparison_id: int) -> None:
        """Undo `delete`."""
        self._db.execute("UPDATE comparison SET removed = NULL WHERE id = ?", (comparison_id,))

    def forget_deleted(self) -> None:
        """Delete for good what was taken out of the list; for the start of the window."""
        self._db.execute("DELETE FROM comparison WHERE removed IS NOT NULL")

    def reveal(self, comparison_id: int) -> None:
        """Show from now on which variant wrote which answer."""
        self._db.execute("UPDATE comparison SET revealed = 1 WHERE id = ?", (comparison_id,))

    def done(self, comparison_id: int) -> set[tuple[str, str]]:
        """Return question and variant of each answer there is."""
        rows = self._db.execute("SELECT question, variant FROM answer WHERE comparison_id = ?", (comparison_id,))
        return {(str(question), str(variant)) for question, variant in rows}

    def keep(self, comparison_id: int, outcome: Outcome) -> None:
        """Keep an answer."""
        self._db.execute(
            "INSERT OR REPLACE INTO answer (comparison_id, question, variant, answer, seconds, thumb, problem)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                comparison_id,
                outcome.question,
                outcome.variant,
                msgspec.json.encode(outcome.answer).decode(),
                outcome.seconds,
                outcome.thumb,
                outcome.problem,
            ),
        )

    def rate(self, comparison_id: int, question: str, variant: str, thumb: int) -> None:
        """Keep what the user thinks of an answer: 1 good, -1 not good, 0 nothing."""
        self._db.execute(
            "UPDATE answer SET thumb = ? WHERE comparison_id = ? AND question = ? AND variant = ?",
            (thumb, comparison_id, question, variant),
        )

    def outcomes(self, comparison_id: int, question: str | None = None) -> list[Outcome]:
        """Return the answers of a comparison, or those to one question."""
        rows = self._db.execute(
            "SELECT question, variant, answer, seconds, thumb, problem FROM answer"
            " WHERE comparison_id = ? AND (? IS NULL OR question = ?)",
            (comparison_id, question, question),
        )
        with whole_rows(self._db):
            return [_outcome(row) for row in rows]


def _comparison(row: Sequence[object]) -> Comparison:
    number, plan, created, revealed, answered = row
    return msgspec.convert(
        {
            "id": number,
            "plan": _plan(str(plan)),
            "created": created,
            "revealed": bool(revealed),
            "answered": answered,
        },
        type=Comparison,
    )


def _plan(text: str) -> object:
    """Return a plan as it was kept; one from before several things could be named has its `document` among them."""
    plan = msgspec.json.decode(text)
    if isinstance(plan, dict) and plan.get("document"):
        plan["named"] = [{"name": plan["document"]}]
    return plan


def _outcome(row: Sequence[object]) -> Outcome:
    question, variant, answer, seconds, thumb, problem = row
    decoded = msgspec.json.decode(str(answer), type=Answer)
    return msgspec.convert(
        {
            "question": question,
            "variant": variant,
            "answer": decoded,
            "seconds": seconds,
            "thumb": thumb,
            "problem": problem,
        },
        type=Outcome,
    )
