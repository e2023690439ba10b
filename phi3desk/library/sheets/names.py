"""Names of columns for queries: short, without marks that would have to be quoted, each once in its table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phi3desk.library.text import fold

_OTHER = re.compile(r"[\W_]+")
_LONGEST = 40
#: the number of a row in its sheet, a column of every table
ROW = "sheet_row"
#: what columns of years are called, folded
YEARS = frozenset(("year", "jahr", "leto", "etos", "ετος", "χρονος", "рік", "an", "anul", "ar"))
#: words that SQLite would read as something else
_KEPT = frozenset(
    """
    abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case
    cast check collate column commit conflict constraint create cross current current_date current_time
    current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape
    except exclude exclusive exists explain fail filter first following for foreign from full generated glob group
    groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key
    last left like limit match materialized natural no not nothing notnull null nulls of offset on or order others outer
    over partition plan pragma preceding primary query raise range recursive references regexp reindex release rename
    replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to
    transaction trigger unbounded union unique update using vacuum values view virtual when where window with without
    rowid oid _rowid_ sheet_row true false
    """.split()  # noqa: SIM905
)


def names_years(head: str) -> bool:
    """Return whether a column is called nothing but years; “cost per year” is none of them."""
    return _OTHER.sub("", fold(head)) in YEARS


def column_names(heads: Sequence[str]) -> list[str]:
    """Return a name for each column's head: its letters and digits in small letters."""
    names: list[str] = []
    for place, head in enumerate(heads, 1):
        name = _OTHER.sub("_", head.lower()).strip("_")[:_LONGEST].strip("_")
        if not name:
            name = f"column_{place}"
        elif name[0].isdigit():
            name = f"c_{name}"
        elif name in _KEPT:
            name = f"{name}_"
        base, number = name, 2
        while name in names:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names
