"""A table as a model is shown it that writes a query: its columns, and some of what stands in them."""

from __future__ import annotations

import sqlite3

from phi3desk.library.sheets.names import ROW
from phi3desk.library.sheets.plan import literal
from phi3desk.library.sheets.store import StoredTable, quoted
from phi3desk.library.sheets.types import Column, ColumnKind, Value

#: of a column with few values all are shown, of others some
_FEW, _SOME = 10, 3
_LONGEST_VALUE = 40
_MOST_COLUMNS = 40
_LONGEST_NAME = 80


def schema_of(connection: sqlite3.Connection, table: StoredTable) -> str:
    """Return the table as a CREATE TABLE with a comment on each column; texts of the sheet stand in comments only."""
    about = " ".join(part for part in (table.table.sheet, table.table.title) if part)
    lines = [f"CREATE TABLE {table.name} (" + (f" -- {_comment(about)}" if about else ""), f"  {ROW} INTEGER,"]
    for column in table.table.columns[:_MOST_COLUMNS]:
        kind = "REAL" if column.kind is ColumnKind.NUMBER else "TEXT"
        lines.append(f"  {_name(column)} {kind}, -- {_comment(_told(connection, table, column))}")
    return "\n".join([*lines, ");"])


def _name(column: Column) -> str:
    plain = column.sql.replace("_", "a").isalnum()
    return column.sql if plain else quoted(column.sql)


def _told(connection: sqlite3.Connection, table: StoredTable, column: Column) -> str:
    name = quoted(column.sql)
    values = [
        value
        for (value,) in connection.execute(
            f"SELECT DISTINCT {name} FROM {table.name} WHERE {name} IS NOT NULL LIMIT ?",  # noqa: S608
            (_FEW + 1,),
        )
    ]
    few = column.kind is ColumnKind.TEXT and len(values) <= _FEW
    shown = ", ".join(_value(value) for value in (values if few else values[:_SOME]))
    unit = f" in {column.unit}" if column.unit else ""
    kind = ", a date" if column.kind is ColumnKind.DATE else ""
    return f"{column.name[:_LONGEST_NAME]}{unit}{kind}: {shown}{'' if few else ', ...'}"


def _value(value: Value) -> str:
    return literal(value[:_LONGEST_VALUE] if isinstance(value, str) else value)


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
