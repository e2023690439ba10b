"""The cells of a sheet as its reader hands them on, and what is taken of them within the limits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from phi3desk.errors import Sentence, say, say_both
from phi3desk.library.reading.blocks import one_line
from phi3desk.library.reading.sheet_tables.found import tables_of
from phi3desk.library.reading.sheet_tables.typed import Cell, SheetRow
from phi3desk.library.sheets.types import SheetTable, Value

#: what of a file is kept as tables
MOST_ROWS = 100_000
MOST_CELLS = 500_000
MOST_COLUMNS = 200
MOST_TABLES = 100
_LONGEST_CELL = 2_000


@dataclass
class SheetCells:
    """Takes the rows of a file's sheets while they are read, and finds the tables in them at the end of each sheet.

    `decimal` is what most likely parts decimals where no cell tells.
    """

    decimal: str = "."
    _rows: list[SheetRow] = field(default_factory=list)
    _tables: list[SheetTable] = field(default_factory=list)
    _sheet: str = ""
    _taken_rows: int = 0
    _taken_cells: int = 0
    _full: bool = False
    _broken_off: bool = False
    _stopped: bool = False
    _narrowed: bool = False

    def begin(self, sheet: str) -> None:
        """Go on with another sheet."""
        self._end()
        self._sheet = sheet

    def add(
        self, number: int, texts: list[str], raw: Mapping[int, Value] | None = None, own: Collection[int] | None = None
    ) -> None:
        """Take a row: its cells as they are shown, and by column (from 1) the values behind them, where they are known.

        Cells that are not among the columns of `own` (None: all are) repeat what is merged into them.
        """
        if self._full or self._stopped:
            return
        self._narrowed = self._narrowed or len(texts) > MOST_COLUMNS
        cells = [
            Cell(
                one_line(text[:_LONGEST_CELL]), (raw or {}).get(column), repeated=own is not None and column not in own
            )
            for column, text in enumerate(texts[:MOST_COLUMNS], 1)
        ]
        self._taken_rows += 1
        self._taken_cells += len(cells)
        if self._taken_rows > MOST_ROWS or self._taken_cells > MOST_CELLS:
            self._full = True
            return
        self._rows.append(SheetRow(number, cells))

    def broken_off(self) -> None:
        """Note that the file ends before its sheets do, of which a reason tells."""
        self._broken_off = True

    def stop(self) -> None:
        """Take no more rows of the file: where one ends cannot be told any more, of which a reason tells."""
        self._broken_off = self._stopped = True

    def tables(self) -> Iterator[SheetTable]:
        """Yield the tables that were found."""
        self._end()
        yield from self._tables[:MOST_TABLES]

    def limit(self) -> Sentence | None:
        """Return what is to be said where not all that was read of the file can be calculated with."""
        self._end()
        rows = columns = tables = None
        if self._full:
            rows = say(
                "Only the first {rows} rows can be calculated with; the file has more.", rows=self._taken_rows - 1
            )
        if self._narrowed:
            columns = say(
                "Only the first {columns} columns can be calculated with; the file has more.", columns=MOST_COLUMNS
            )
        if len(self._tables) > MOST_TABLES:
            tables = say(
                "Only the first {tables} tables can be calculated with; the file has more.", tables=MOST_TABLES
            )
        return say_both(say_both(rows, columns), tables)

    def _end(self) -> None:
        rows, self._rows = self._rows, []
        # one beyond those that are kept tells that there are more
        if rows and len(self._tables) <= MOST_TABLES:
            self._tables += tables_of(self._sheet, rows, self.decimal, whole=not (self._full or self._broken_off))
