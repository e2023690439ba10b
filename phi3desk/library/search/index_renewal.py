"""Writes passages into the word index anew that an earlier version of the program cut into words otherwise."""

from __future__ import annotations

import json
from sqlite3 import Row

from phi3desk.library.catalog import Catalog
from phi3desk.library.content import Content
from phi3desk.library.words.lemmas import LANGUAGES
from phi3desk.library.words.terms import TERMS_VERSION, has_pieces

_KEY = "terms"
#: Passages looked at in one step; those that are written anew take a millisecond each.
_A_STEP = 500


class IndexRenewal:
    """The renewal of one library's word index, step by step; what was done is kept over a restart."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._content = Content(catalog)

    def step(self) -> bool:
        """Look at some passages and write those anew that need it; return whether there are more."""
        version, last = self._reached()
        if version == TERMS_VERSION and last < 0:
            return False
        with self._catalog.writing() as connection:
            rows = connection.execute(
                "SELECT id, context, text, language FROM passage WHERE id > ? ORDER BY id LIMIT ?",
                (last if version == TERMS_VERSION else 0, _A_STEP),
            ).fetchall()
            self._content.index_anew(row["id"] for row in rows if _is_cut_otherwise(row))
            self._catalog.remember(_KEY, json.dumps([TERMS_VERSION, rows[-1]["id"] if rows else -1]))
        return bool(rows)

    def _reached(self) -> tuple[int, int]:
        """Return for which version the index is being written, and the last passage that was; -1 is all of them."""
        kept = self._catalog.remembered(_KEY)
        if not kept:
            return 1, -1
        version, last = json.loads(kept)
        return int(version), int(last)


def _is_cut_otherwise(row: Row) -> bool:
    """Return whether an earlier version gave a passage other words: whole ones of what is cut now, or no lemmas."""
    return row["language"] in LANGUAGES or has_pieces(f"{row['context']}\n{row['text']}")
