"""Conversations in SQLite, kept from the first word on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec

from phi3desk.chat.citations import keep_known_marks
from phi3desk.chat.messages import (
    DAY_SECONDS,
    DAYS_IN_BIN,
    Answer,
    Basis,
    Conversation,
    Fitted,
    Mention,
    Message,
    Reading,
)
from phi3desk.errors import say
from phi3desk.library.text import fold
from phi3desk.model.types import Ending, Role, Turn
from phi3desk.sqlite_file import open_file, roll_back, whole_rows

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE conversation (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        created REAL NOT NULL,
        changed REAL NOT NULL,
        profile_id TEXT NOT NULL DEFAULT '',
        collections TEXT NOT NULL DEFAULT '[]',
        removed REAL
    );
    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        text TEXT NOT NULL,
        created REAL NOT NULL,
        answer TEXT
    );
    CREATE INDEX message_of_conversation ON message(conversation_id, id);
    """,
    """
    ALTER TABLE message ADD COLUMN named TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE message ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE message ADD COLUMN versions INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE version (
        message_id INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        created REAL NOT NULL,
        answer TEXT,
        PRIMARY KEY (message_id, number)
    );
    """,
)
TITLE_LENGTH = 60


@dataclass(frozen=True)
class TakenOut:
    """Messages that were deleted, with those versions of them that were not in view, as rows."""

    messages: tuple[Message, ...]
    versions: tuple[tuple[object, ...], ...]


class ConversationStore:
    """The conversations of one installation; used from the window's thread only, or from one command."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises UserError where it is not a conversation file or is of a newer program."""
        self._db = open_file(
            path,
            MIGRATIONS,
            damaged=say(
                "The conversations in {path} cannot be read ({problem}). Put back a copy of them: on the Settings "
                "page, or with phi3desk restore.",
                path=str(path),
                problem="",
            ),
            newer=say("These conversations were written by a newer phi3desk. Install the newer version to open them."),
        )
        self._db.create_function("folded", 1, fold, deterministic=True)
        self._db.execute("DELETE FROM conversation WHERE removed < ?", (time.time() - DAYS_IN_BIN * DAY_SECONDS,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written in it, or nothing of it where something fails; may be nested."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            roll_back(self._db)
            raise

    def create(self, title: str = "", profile_id: str = "", collections: Sequence[int] = ()) -> Conversation:
        """Begin a conversation."""
        now = time.time()
        cursor = self._db.execute(
            "INSERT INTO conversation (title, created, changed, profile_id, collections) VALUES (?, ?, ?, ?, ?)",
            (shorten_title(title), now, now, profile_id, _json(collections)),
        )
        return self.conversation(int(cursor.lastrowid or 0))

    def conversation(self, conversation_id: int) -> Conversation:
        """Return one conversation; KeyError where there is none."""
        row = self._db.execute(
            f"SELECT {_CONVERSATION} FROM conversation WHERE id = ?",
            (conversation_id,),
        ).fetchone()
        if row is None:
            raise KeyError(conversation_id)
        with whole_rows(self._db):
            return _conversation(row)

    def conversations(self, words: str = "") -> list[Conversation]:
        """Return the conversations, the last changed first; with `words`, those whose title or messages hold them."""
        holds = (
            " AND (instr(folded(title), :words) OR EXISTS ("
            "SELECT 1 FROM message m WHERE m.conversation_id = c.id AND instr(folded(m.text), :words)))"
        )
        wanted = fold(words.strip())
        rows = self._db.execute(
            f"SELECT {_CONVERSATION} FROM conversation c WHERE removed IS NULL{holds if wanted else ''}"
            " ORDER BY changed DESC, id DESC",
            {"words": wanted},
        )
        with whole_rows(self._db):
            return [_conversation(row) for row in rows]

    def ids(self) -> list[int]:
        """Return the ids of the conversations that are not deleted."""
        return [row[0] for row in self._db.execute("SELECT id FROM conversation WHERE removed IS NULL ORDER BY id")]

    def has_any(self) -> bool:
        """Return whether there is a conversation."""
        return self._db.execute("SELECT 1 FROM conversation WHERE removed IS NULL LIMIT 1").fetchone() is not None

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a conversation another title."""
        self._db.execute("UPDATE conversation SET title = ? WHERE id = ?", (shorten_title(title), conversation_id))

    def choose(self, conversation_id: int, *, profile_id: str, collections: Sequence[int]) -> None:
        """Keep which profile and collections a conversation uses from now on."""
        self._db.execute(
            "UPDATE conversation SET profile_id = ?, collections = ? WHERE id = ?",
            (profile_id, _json(collections), conversation_id),
        )

    def delete(self, conversation_id: int) -> None:
        """Put a conversation into the bin for DAYS_IN_BIN days; `restore` brings it back."""
        self._db.execute("UPDATE conversation SET removed = ? WHERE id = ?", (time.time(), conversation_id))

    def restore(self, conversation_id: int) -> None:
        """Undo `delete`."""
        self._db.execute("UPDATE conversation SET removed = NULL WHERE id = ?", (conversation_id,))

    def bin(self) -> list[Conversation]:
        """Return the deleted conversations that can be brought back, the last deleted first."""
        rows = self._db.execute(
            f"SELECT {_CONVERSATION} FROM conversation WHERE removed IS NOT NULL ORDER BY removed DESC, id DESC"
        )
        return [_conversation(row) for row in rows]

    def delete_for_good(self, conversation_id: int) -> None:
        """Take a conversation out of the bin; nothing brings it back."""
        self._db.execute("DELETE FROM conversation WHERE id = ? AND removed IS NOT NULL", (conversation_id,))

    def messages(self, conversation_id: int) -> list[Message]:
        """Return the messages of a conversation in their order, of each answer the version in view."""
        rows = self._db.execute(
            f"SELECT {_MESSAGE} FROM message WHERE conversation_id = ? ORDER BY id", (conversation_id,)
        )
        with whole_rows(self._db):
            return [_message(row) for row in rows]

    def message(self, message_id: int) -> Message:
        """Return one message; KeyError where there is none."""
        row = self._db.execute(f"SELECT {_MESSAGE} FROM message WHERE id = ?", (message_id,)).fetchone()
        if row is None:
            raise KeyError(message_id)
        return _message(row)

    def holds(self, one: Conversation | Message) -> bool:
        """Return whether a conversation or a version of a message is there, and its id not another one's by now."""
        held = "SELECT 1 FROM message WHERE id = :id AND created = :created"
        held += " UNION SELECT 1 FROM version WHERE message_id = :id AND created = :created"
        if isinstance(one, Conversation):
            held = "SELECT 1 FROM conversation WHERE id = :id AND created = :created"
        return self._db.execute(held, {"id": one.id, "created": one.created}).fetchone() is not None

    def add(
        self,
        conversation_id: int,
        role: Role,
        text: str,
        answer: Answer | None = None,
        named: Sequence[Mention] = (),
    ) -> Message:
        """Append a message; the conversation's first question becomes its title where it has none."""
        now = time.time()
        with self.transaction():
            cursor = self._db.execute(
                "INSERT INTO message (conversation_id, role, text, created, answer, named) VALUES (?, ?, ?, ?, ?, ?)",
                (conversation_id, role, text, now, _encoded(answer), _json(named)),
            )
            self._db.execute("UPDATE conversation SET changed = ? WHERE id = ?", (now, conversation_id))
            if role is Role.USER:
                self._db.execute(
                    "UPDATE conversation SET title = ? WHERE id = ? AND title = ''",
                    (shorten_title(text), conversation_id),
                )
        return Message(int(cursor.lastrowid or 0), conversation_id, role, text, now, answer, tuple(named))

    def update(self, message_id: int, text: str, answer: Answer | None = None) -> None:
        """Replace a message's text, and its answer record: while an answer streams, and when it is complete."""
        self._db.execute("UPDATE message SET text = ?, answer = ? WHERE id = ?", (text, _encoded(answer), message_id))

    def begin_version(self, message_id: int, answer: Answer) -> Message:
        """Put the version of an answer that is in view aside for another one, which is written or begins to be."""
        with self.transaction():
            self._put_aside(message_id)
            self._db.execute(
                "UPDATE message SET text = ?, created = ?, answer = ?, version = versions + 1, versions = versions + 1"
                " WHERE id = ?",
                (answer.text, time.time(), _encoded(answer), message_id),
            )
        return self.message(message_id)

    def show_version(self, message_id: int, number: int) -> Message:
        """Have another version of an answer in view; one that does not exist changes nothing."""
        with self.transaction():
            if self._is_aside(message_id, number):
                self._put_aside(message_id)
                self._take_up(message_id, number)
        return self.message(message_id)

    def drop_version(self, message_id: int) -> Message:
        """Forget the last version of an answer, which must be in view, for the one before it."""
        with self.transaction():
            before = self.message(message_id).version - 1
            if self._is_aside(message_id, before):
                self._take_up(message_id, before)
                self._db.execute("UPDATE message SET versions = ? WHERE id = ?", (before, message_id))
        return self.message(message_id)

    def _is_aside(self, message_id: int, number: int) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM version WHERE message_id = ? AND number = ?", (message_id, number)
        ).fetchone()
        return found is not None

    def _put_aside(self, message_id: int) -> None:
        self._db.execute(
            "INSERT INTO version SELECT id, version, text, created, answer FROM message WHERE id = ?", (message_id,)
        )

    def _take_up(self, message_id: int, number: int) -> None:
        self._db.execute(
            "UPDATE message SET (text, created, answer, version) ="
            " (SELECT text, created, answer, number FROM version WHERE message_id = :id AND number = :number)"
            " WHERE id = :id",
            {"id": message_id, "number": number},
        )
        self._db.execute("DELETE FROM version WHERE message_id = ? AND number = ?", (message_id, number))

    def delete_from(self, message_id: int) -> TakenOut:
        """Delete a message and all after it in its conversation, as a question is edited; `put_back` undoes it."""
        chosen = (
            "FROM message WHERE id >= :id AND conversation_id = (SELECT conversation_id FROM message WHERE id = :id)"
        )
        at = {"id": message_id}
        with self.transaction():
            messages = [_message(row) for row in self._db.execute(f"SELECT {_MESSAGE} {chosen} ORDER BY id", at)]
            versions = self._db.execute(
                f"SELECT {_VERSION} FROM version WHERE message_id IN (SELECT id {chosen})", at
            ).fetchall()
            self._db.execute(f"DELETE {chosen}", at)
        return TakenOut(tuple(messages), tuple(tuple(row) for row in versions))

    def put_back(self, taken: TakenOut) -> None:
        """Undo `delete_from`: bring messages back as they were; those that took their place must be gone."""
        with self.transaction():
            self._db.executemany(
                f"INSERT INTO message ({_MESSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        m.id,
                        m.conversation_id,
                        m.role,
                        m.text,
                        m.created,
                        _encoded(m.answer),
                        _json(m.named),
                        m.version,
                        m.versions,
                    )
                    for m in taken.messages
                ],
            )
            self._db.executemany(f"INSERT INTO version ({_VERSION}) VALUES (?, ?, ?, ?, ?)", taken.versions)


_CONVERSATION = "id, title, created, changed, profile_id, COALESCE(removed, 0), collections"
_MESSAGE = "id, conversation_id, role, text, created, answer, named, version, versions"
_VERSION = "message_id, number, text, created, answer"


def shorten_title(text: str) -> str:
    """Return a one-line title of at most TITLE_LENGTH characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:") + "…"


def _json(values: Sequence[int] | Sequence[Mention]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _encoded(answer: Answer | None) -> str | None:
    return None if answer is None else msgspec.json.encode(answer).decode()


def _conversation(row: Sequence[object]) -> Conversation:
    *head, collections = row
    fields = dict(zip(("id", "title", "created", "changed", "profile_id", "removed"), head, strict=True))
    try:
        searched = msgspec.json.decode(str(collections), type=tuple[int, ...])
    except (msgspec.MsgspecError, RecursionError):
        # damage in this list does not take the conversation away: it searches every collection
        searched = ()
    return msgspec.convert(fields | {"collections": searched}, type=Conversation)


def _message(row: Sequence[object]) -> Message:
    *head, answer, named, version, versions = row
    fields = dict(zip(("id", "conversation_id", "role", "text", "created"), head, strict=True))
    try:
        decoded = None if answer is None else msgspec.json.decode(str(answer), type=Answer)
        mentions = msgspec.json.decode(str(named), type=tuple[Mention, ...])
    except (msgspec.MsgspecError, RecursionError):
        # the words are still there, without what made them
        decoded, mentions = None, ()
    rest = {"answer": decoded, "named": mentions, "version": version, "versions": versions}
    return msgspec.convert(fields | rest, type=Message)


def exchanges_of(messages: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    """Return every question with its answer ("" where none was found), for completing the question after them.

    A question that was searched in other words comes in these.
    """
    exchanges: list[tuple[str, str]] = []
    for message in messages:
        record = message.answer
        if message.role is Role.USER:
            exchanges.append((message.text, ""))
        elif exchanges and record is not None:
            answered = "" if record.basis is Basis.NOTHING_FOUND else keep_known_marks(message.text, ())
            exchanges[-1] = (record.searched_for or exchanges[-1][0], answered)
    return tuple(exchanges)


def exchanges_in(turns: Sequence[Turn]) -> tuple[tuple[str, str], ...]:
    """Return the questions among turns with their answers, for completing the question after them."""
    pairs = pairwise(turns)
    return tuple((a.text, b.text) for a, b in pairs if a.role is Role.USER and b.role is Role.ASSISTANT)


def turns_of(messages: list[Message]) -> tuple[Turn, ...]:
    """Return the questions that were answered, and their answers, as turns.

    Their texts are what was said, without marks; `as_read` is what the model read and wrote.
    """
    turns: list[Turn] = []
    for question, answer in pairwise(messages):
        record = answer.answer
        if (
            question.role is not Role.USER
            or answer.role is not Role.ASSISTANT
            or record is None
            or not answer.text.strip()
        ):
            continue
        if record.basis is Basis.NOTHING_FOUND or record.ended in (Ending.FAILED, Ending.WRITING):
            continue
        read = record.reading or Reading()
        said = keep_known_marks(answer.text, ())
        turns += [
            Turn(Role.USER, question.text, read.asked),
            Turn(Role.ASSISTANT, said, read.written if read.asked else "", read.tokens),
        ]
    return tuple(turns)


def fitted_of(messages: Sequence[Message]) -> Fitted:
    """Return how the history of the last answer was made to fit."""
    read = (message.answer.reading for message in reversed(messages) if message.answer is not None)
    return next((reading.fitted for reading in read if reading is not None), Fitted())


def documents_spoken_of(messages: Sequence[Message]) -> tuple[str, ...]:
    """Return the paths of the documents that a conversation is about, those that its last answer cites.

    The most cited one comes first; where more than two are cited, only one that has most of the citations counts.
    """
    for message in reversed(messages):
        if message.answer is None or not message.answer.citations:
            continue
        cited = Counter(citation.path for citation in message.answer.citations)
        ranked = cited.most_common()
        if len(ranked) <= 2:
            return tuple(path for path, _ in ranked)
        return (ranked[0][0],) if 2 * ranked[0][1] > cited.total() else ()
    return ()
