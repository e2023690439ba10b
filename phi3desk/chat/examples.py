"""Answers the user judged, kept with their passages so that a model can be trained on them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from phi3desk.chat.answer_mode import AnswerMode
from phi3desk.chat.messages import Basis, MadeBy, Message, Source
from phi3desk.errors import say
from phi3desk.model.types import Turn
from phi3desk.sqlite_file import open_file, whole_rows

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE example (
        id INTEGER PRIMARY KEY,
        origin TEXT NOT NULL UNIQUE,
        verdict TEXT NOT NULL CHECK (verdict IN ('good', 'corrected', 'rejected')),
        question TEXT NOT NULL,
        answer TEXT NOT NULL,
        correction TEXT NOT NULL DEFAULT '',
        asked TEXT NOT NULL,
        changed REAL NOT NULL,
        removed REAL
    );
    """,
    """
    ALTER TABLE example ADD COLUMN chosen TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE example ADD COLUMN profile_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE example ADD COLUMN standing TEXT NOT NULL DEFAULT '';
    UPDATE example SET standing = question,
        profile_id = CASE WHEN json_valid(asked) THEN COALESCE(json_extract(asked, '$.made_by.profile_id'), '')
            ELSE '' END;
    CREATE INDEX corrected ON example(profile_id, standing) WHERE verdict = 'corrected' AND removed IS NULL;
    """,
)
_COLUMNS = "id, origin, verdict, question, answer, correction, asked, changed, chosen"


class Verdict(StrEnum):
    """What the user thinks of an answer; `corrected` says what it should have been."""

    GOOD = "good"
    CORRECTED = "corrected"
    REJECTED = "rejected"


@dataclass(frozen=True)
class AskedWith:
    """What stood beside the question in its prompt; `basis` is the answer's.

    `standing` is the question as it can be understood alone, with what it was restricted to; "" is the question.
    `searched_for` is as in Answer: what a model that is asked without history was asked. `also_standing` says it as
    `standing` says the question, where it is another text than the rules make of that: the user or a model wrote it.
    `as_typed` says so the question itself where the rules make nothing of it, but something else was searched for it:
    elsewhere it may mean another thing.
    """

    instructions: str = ""
    mode: AnswerMode = AnswerMode.DOCUMENTS_ONLY
    sources: tuple[Source, ...] = ()
    history: tuple[Turn, ...] = ()
    basis: Basis = Basis.MODEL
    made_by: MadeBy = field(default_factory=MadeBy)
    standing: str = ""
    searched_for: str = ""
    also_standing: str = ""
    as_typed: str = ""


@dataclass(frozen=True)
class Chosen:
    """A sentence that a correction rests on, and the source in which it stands."""

    source: Source
    quote: str


@dataclass(frozen=True)
class Example:
    """A judged answer: `correction` is what it should have said, `origin` the message, `changed` seconds since 1970.

    `chosen` are the sentences that the correction rests on, of sources that were found or others.
    """

    id: int
    origin: str
    verdict: Verdict
    question: str
    answer: str
    correction: str
    asked: AskedWith
    changed: float
    chosen: tuple[Chosen, ...] = ()

    @property
    def wanted(self) -> str:
        """What a model should learn to say; empty for a rejected answer."""
        return {Verdict.GOOD: self.answer, Verdict.CORRECTED: self.correction}.get(self.verdict, "")

    @property
    def standing_alone(self) -> str:
        """The question as it can be understood without what was said before it."""
        return self.asked.searched_for or self.question


class ExampleStore:
    """The examples of one installation, in a file of their own: they stay when their conversation is deleted.

    Used from the window's thread only.
    """

    def __init__(self, path: Path, *, tidy: bool = True) -> None:
        """Open or make the file; raises UserError where it is not such a file or is of a newer program.

        Without `tidy` what was removed stays: another process may still bring it back.
        """
        self._db = open_file(
            path,
            MIGRATIONS,
            damaged=say(
                "The examples in {path} cannot be read ({problem}). Put back a copy of them: on the Settings page, or "
                "with phi3desk restore.",
                path=str(path),
                problem="",
            ),
            newer=say("These examples were made by a newer phi3desk. Install the newer version to open them."),
        )
        if tidy:
            self._db.execute("DELETE FROM example WHERE removed IS NOT NULL")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def judge(
        self,
        question: str,
        answer: Message,
        asked: AskedWith,
        verdict: Verdict,
        correction: str = "",
        chosen: Sequence[Chosen] = (),
    ) -> Example:
        """Keep what the user thinks of an answer; a second judgement of the same message replaces the first.

        Of a corrected answer that is corrected anew the correction is worded anew, rather than kept beside the first.
        """
        own = self._own(answer, verdict)
        if own is not None:
            self.change(own.id, verdict, correction, chosen)
            return self.example(own.id)
        origin = _origin(answer)
        self._db.execute(
            "INSERT INTO example (origin, verdict, question, answer, correction, asked, changed, chosen, profile_id,"
            " standing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " verdict = excluded.verdict, answer = excluded.answer, correction = excluded.correction,"
            " asked = excluded.asked, changed = excluded.changed, chosen = excluded.chosen,"
            " profile_id = excluded.profile_id, standing = excluded.standing, removed = NULL",
            (
                origin,
                verdict.value,
                question.strip(),
                answer.text.strip(),
                correction.strip(),
                msgspec.json.encode(asked).decode(),
                time.time(),
                _encoded(chosen),
                asked.made_by.profile_id,
                asked.standing or asked.searched_for or question.strip(),
            ),
        )
        row = self._db.execute(f"SELECT {_COLUMNS} FROM example WHERE origin = ?", (origin,)).fetchone()
        with whole_rows(self._db):
            return _example(row)

    def put_back(self, before: Example) -> None:
        """Have an example as it was before it was judged otherwise, with the answer that was judged then."""
        asked = before.asked
        self._db.execute(
            "UPDATE example SET verdict = ?, answer = ?, correction = ?, asked = ?, changed = ?, chosen = ?,"
            " profile_id = ?, standing = ? WHERE id = ?",
            (
                before.verdict.value,
                before.answer,
                before.correction,
                msgspec.json.encode(asked).decode(),
                before.changed,
                _encoded(before.chosen),
                asked.made_by.profile_id,
                asked.standing or before.standing_alone,
                before.id,
            ),
        )

    def before(self, answer: Message, verdict: Verdict) -> Example | None:
        """Return the example that a judgement of an answer would replace, None where it is the first."""
        return self._own(answer, verdict) or self.of_answer(answer)

    def _own(self, answer: Message, verdict: Verdict) -> Example | None:
        """Return the correction that a corrected answer shows and that another one takes the place of."""
        record = answer.answer
        if record is None or record.corrected is None or not record.is_own or verdict is not Verdict.CORRECTED:
            return None
        number = record.corrected.example
        row = self._db.execute("SELECT 1 FROM example WHERE id = ? AND removed IS NULL", (number,)).fetchone()
        return self.example(number) if row is not None else None

    def of_answer(self, answer: Message) -> Example | None:
        """Return what the user thinks of an answer so far, None where it was not judged."""
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM example WHERE origin = ? AND removed IS NULL",
            (_origin(answer),),
        ).fetchone()
        with whole_rows(self._db):
            return _example(row) if row is not None else None

    def examples(self) -> list[Example]:
        """Return the examples, the last judged first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM example WHERE removed IS NULL ORDER BY changed DESC, id DESC")
        with whole_rows(self._db):
            return [_example(row) for row in rows]

    def example(self, example_id: int) -> Example:
        """Return one example; KeyError where there is none."""
        row = self._db.execute(f"SELECT {_COLUMNS} FROM example WHERE id = ?", (example_id,)).fetchone()
        if row is None:
            raise KeyError(example_id)
        with whole_rows(self._db):
            return _example(row)

    def change(
        self, example_id: int, verdict: Verdict, correction: str, chosen: Sequence[Chosen] | None = None
    ) -> None:
        """Judge an example otherwise, or word its correction anew; without `chosen` it rests on what it rested on."""
        self._db.execute(
            "UPDATE example SET verdict = ?, correction = ?, changed = ?, chosen = COALESCE(?, chosen) WHERE id = ?",
            (
                verdict.value,
                correction.strip(),
                time.time(),
                None if chosen is None else _encoded(chosen),
                example_id,
            ),
        )

    def corrected_questions(self, profile_id: str) -> list[tuple[int, str]]:
        """Return the questions whose answers were corrected with an expert, as they stand alone, the newest first.

        Each comes after the number of its example, twice where other words were searched for it.
        """
        return self._corrected(profile_id, "also_standing", "standing")

    def corrected_as_typed(self, profile_id: str) -> list[tuple[int, str]]:
        """Return those that other words were searched for as they were typed, the newest first: see `as_typed`."""
        return self._corrected(profile_id, "as_typed")

    def _corrected(self, profile_id: str, field: str, *columns: str) -> list[tuple[int, str]]:
        """Return the texts that columns and a field of `asked` hold of each correction, after its number."""
        texts = ", ".join((*columns, f"CASE WHEN json_valid(asked) THEN json_extract(asked, '$.{field}') END"))
        rows = self._db.execute(
            f"SELECT id, {texts} FROM example WHERE profile_id = ? AND verdict = 'corrected' AND removed IS NULL"
            " ORDER BY changed DESC, id DESC",
            (profile_id,),
        )
        with whole_rows(self._db):
            return [(int(row[0]), str(text)) for row in rows for text in row[1:] if text]

    def remove(self, example_id: int) -> None:
        """Take an example out of the list; `restore` brings it back until the program starts anew."""
        self._db.execute("UPDATE example SET removed = ? WHERE id = ?", (time.time(), example_id))

    def restore(self, example_id: int) -> None:
        """Undo `remove`."""
        self._db.execute("UPDATE example SET removed = NULL WHERE id = ?", (example_id,))


def _origin(answer: Message) -> str:
    return f"{answer.id}@{answer.created!r}"


def _encoded(chosen: Sequence[Chosen]) -> str:
    return msgspec.json.encode(list(chosen)).decode()


def _example(row: Sequence[object]) -> Example:
    number, origin, verdict, question, answer, correction, asked, changed, chosen = row
    return Example(
        int(str(number)),
        str(origin),
        Verdict(str(verdict)),
        str(question),
        str(answer),
        str(correction),
        msgspec.json.decode(str(asked), type=AskedWith),
        float(str(changed)),
        msgspec.json.decode(str(chosen), type=tuple[Chosen, ...]),
    )
