"""What rows of the catalogue stand for: documents, passages and the sentences kept with them.

A value that is damaged reads as one that says so; the rest of its row stays readable.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from phi3desk.errors import Sentence, say
from phi3desk.library.database import stored
from phi3desk.library.documents import Document, Passage, State
from phi3desk.library.text import seen

#: selects rows for `document_in` and for `passage_in`; a condition may follow
DOCUMENT_ROWS = "SELECT d.*, c.name AS collection FROM document d JOIN collection c ON c.id = d.collection_id"
PASSAGE_ROWS = """SELECT p.*, d.name AS document, d.path AS path, d.title AS title, d.kind AS kind, g.label AS label
    FROM passage p JOIN document d ON d.id = p.document_id
    LEFT JOIN page g ON g.document_id = p.document_id AND g.number = p.page"""

_STATES = frozenset(state.value for state in State)
_UNKNOWN_STATE = say("What the library knew of this document is damaged. Have it read again.")


def stored_sentence(reason: Sentence | None, besides: Sentence | None = None) -> str | None:
    """Return a sentence as the catalogue keeps it; `besides` is as in `Finished`."""
    if reason is None:
        return None
    kept = asdict(reason)
    if besides is not None:
        kept["besides"] = asdict(besides)
    return json.dumps(kept, ensure_ascii=False)


def kept_besides(text: str | None) -> Sentence | None:
    """Return the `besides` that `stored_sentence` was given; damaged ones are none."""
    none: dict[str, Any] = {}
    besides = stored(text, dict[str, Any], none).get("besides")
    return None if besides is None else kept_sentence(json.dumps(besides))


def kept_sentence(text: str | None) -> Sentence | None:
    """Return the sentence that `stored_sentence` made."""
    if text is None:
        return None
    try:
        sentence = msgspec.json.decode(text, type=Sentence)
        str(sentence)
    except (msgspec.MsgspecError, RecursionError, LookupError, ValueError, AttributeError, TypeError):
        return say("The reason cannot be read any more.")
    return sentence


def document_in(row: sqlite3.Row) -> Document:
    """Return the document of a row of `DOCUMENT_ROWS`."""
    state = State(row["state"]) if row["state"] in _STATES else State.FAILED
    return Document(
        id=row["id"],
        collection_id=row["collection_id"],
        collection=row["collection"],
        path=row["path"],
        name=seen(row["name"]),
        title=seen(row["title"] or Path(row["path"]).stem),
        state=state,
        reason=kept_sentence(row["reason"]) if state.value == row["state"] else _UNKNOWN_STATE,
        pages=row["pages"],
        passages=row["passages"],
        size=row["size"],
        changed=row["changed"],
        imported=row["imported"],
        language=row["language"],
        kind=row["kind"],
        ocr_pages=row["ocr_pages"],
    )


def passage_in(row: sqlite3.Row) -> Passage:
    """Return the passage of a row of `PASSAGE_ROWS`."""
    return Passage(
        id=row["id"],
        document_id=row["document_id"],
        document=seen(row["document"]),
        path=row["path"],
        title=seen(row["title"] or Path(row["path"]).stem),
        page=row["page"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        headings=stored(row["headings"], tuple[str, ...], ()),
        kind=row["kind"],
        label=row["label"] or "",
    )
