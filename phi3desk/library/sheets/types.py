"""What a sheet holds as data: tables of typed columns and numbered rows. Nothing heavy is loaded with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

#: what a cell is for a query: a number, a text (of a date column: 2024-05-31, perhaps with 14:30 behind it), or nothing
Value = float | str | None


class ColumnKind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """A column: its head as it is written, without its unit, and its name in queries.

    `unit` is that of all its numbers, "%" for percentages, "" where they have none. `decimals` are those that its
    numbers have at most in that unit. It `repeats` where numbers are merged over rows: they stand in the first alone.
    """

    name: str
    sql: str
    kind: ColumnKind
    unit: str = ""
    decimals: int = 0
    repeats: bool = False


class TableRow(NamedTuple):
    """A row: its number in the sheet, its cells as they are shown, and as values, a place for each column."""

    number: int
    shown: list[str]
    values: list[Value]


@dataclass(frozen=True)
class SheetTable:
    """A table of a sheet.

    `sheet` is "" for a file that has none. `totals` are the rows of sums and means that stand in it: they are no rows
    of its own, so that nothing is counted twice. `whole` is false where the sheet has rows beyond that were not kept.
    """

    sheet: str
    title: str
    columns: tuple[Column, ...]
    first_row: int
    last_row: int
    totals: tuple[int, ...] = ()
    whole: bool = True
    rows: list[TableRow] = field(default_factory=list)

    @property
    def has_figures(self) -> bool:
        """Whether anything in it can be added up or compared."""
        return any(column.kind is not ColumnKind.TEXT for column in self.columns)
