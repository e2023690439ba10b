"""Finds the tables among the rows of a sheet: their heads of one or two lines, titles and notes, totals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from phi3desk.library.reading.sheet_tables.totals import totals_in
from phi3desk.library.reading.sheet_tables.typed import Cell, SheetRow, TypedColumn, decimal_of, typed
from phi3desk.library.reading.tables import LOOKED_AT, Head, find_head, is_figure, joined_names
from phi3desk.library.sheets.dates import date_in, month_of
from phi3desk.library.sheets.names import column_names
from phi3desk.library.sheets.types import ColumnKind, SheetTable, TableRow

_YEAR = re.compile(r"(?:19|20)\d\d")
_DOTTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d{2})")
_LONGEST_TITLE = 300
#: cells of which the decimal sign of a table is told
_CELLS_LOOKED_AT = 5_000

#: rows without an empty one between them
_Block = list[SheetRow]


class _Table:
    """A table that is being put together: its head, and its rows so far."""

    def __init__(self, title: str, names: list[str], places: list[int], rows: Sequence[SheetRow]) -> None:
        self.title = title
        self.names = names
        self.places = places
        self.rows = list(rows)

    def goes_on(self, block: _Block) -> bool:
        """Return whether rows below an empty one belong to this table: their figures stand where its figures do."""
        first = block[0]
        filled = {place for place, cell in enumerate(first.cells) if cell.text}
        if len(filled) < 2 or not filled <= set(self.places):
            return False
        last = self.rows[-1] if self.rows else first
        figures = [place for place in self.places if is_figure(last.cell(place).text)]
        return bool(figures) and all(is_figure(first.cell(p).text) or not first.cell(p).text for p in figures)


def tables_of(sheet: str, rows: Sequence[SheetRow], decimal: str, *, whole: bool = True) -> list[SheetTable]:
    """Return the tables of a sheet; `decimal` most likely parts decimals, `whole` tells that all rows are there."""
    found: list[_Table] = []
    notes: list[str] = []
    waiting: _Block = []
    for block in _blocks(rows):
        parts = _beside_each_other(block)
        if len(parts) > 1:
            for part in parts:
                table = _headed(part, " ".join(notes))
                if table is not None:
                    found.append(table)
            notes = []
            continue
        if found and not notes and found[-1].goes_on(block):
            found[-1].rows += block
            continue
        block = [*waiting, *block]
        waiting = []
        table = _headed(block, " ".join(notes))
        if table is not None:
            found.append(table)
            notes = []
        elif len(block) == 1 and len(_texts(block[0])) > 1:
            # a head with an empty row below it
            waiting = block
        else:
            notes = [*notes, *(cell.text for row in block for cell in row.cells[:1] if cell.text)][-3:]
    made = [_made(sheet, table, decimal) for table in found]
    tables = [table for table in made if table is not None]
    if tables and not whole:
        tables[-1] = replace(tables[-1], whole=False)
    return tables


def _blocks(rows: Sequence[SheetRow]) -> list[_Block]:
    blocks: list[_Block] = []
    for row in rows:
        if not any(cell.text for cell in row.cells):
            continue
        if blocks and row.number == blocks[-1][-1].number + 1:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks


def _beside_each_other(block: _Block) -> list[_Block]:
    """Return the parts of a block that empty columns set apart, where each is a table with a head of its own."""
    width = max(len(row.cells) for row in block)
    filled = [any(row.cell(place).text for row in block) for place in range(width)]
    spans: list[tuple[int, int]] = []
    for place, is_filled in enumerate(filled):
        if is_filled and (place == 0 or not filled[place - 1]):
            spans.append((place, place + 1))
        elif is_filled:
            spans[-1] = (spans[-1][0], place + 1)
    if len(spans) < 2 or any(end - start < 2 for start, end in spans):
        return [block]
    parts = []
    for start, end in spans:
        kept = [
            SheetRow(row.number, [*[Cell("")] * start, *row.cells[start:end]])
            for row in block
            if any(cell.text for cell in row.cells[start:end])
        ]
        parts.append(kept)
    return parts if all(_headed(part, "") is not None for part in parts) else [block]


def _headed(block: _Block, notes: str) -> _Table | None:
    """Return the table that a block is, None where it has no head with a row below it."""
    texts = [[cell.text for cell in row.cells] for row in block[:LOOKED_AT]]
    head = find_head(texts)
    lines, titles = _lines_of_head(texts, head), head.titles
    if not lines:
        lines = _lines_of_periods(texts)
        titles = [" ".join(dict.fromkeys(text for text in row if text)) for row in texts[: lines.start]]
    if not lines:
        return None
    names, start = joined_names(_without_gaps([texts[at] for at in lines])), lines.stop
    places = [place for place, name in enumerate(names) if name]
    width = max(len(row.cells) for row in block)
    places += [p for p in range(width) if p not in places and any(row.cell(p).text for row in block[start:])]
    if len(places) < 2 or start >= len(block):
        return None
    title = " ".join(part for part in (notes, *titles) if part)[:_LONGEST_TITLE]
    return _Table(title, names, sorted(places), block[start:])


def _lines_of_head(texts: Sequence[Sequence[str]], head: Head) -> range:
    """Return the rows that name the columns, none where nothing does."""
    if not head.names:
        return range(0)
    last = head.rows
    one_line = joined_names(texts[last - 1 : last]) == head.names
    return range(last - 1 if one_line else max(0, last - 2), last)


def _lines_of_periods(texts: Sequence[Sequence[str]]) -> range:
    """Return the rows of a head of years, months or dates, and of what stands beneath these; none without one."""
    for at, row in enumerate(texts[:5]):
        filled = [text for text in row if text]
        periods = [text for text in filled if _is_period(text)]
        if len(periods) < 2 or any(is_figure(text) for text in filled if text not in periods):
            continue
        # a row of data may hold a year or a date, too: below a head stand figures, or words and then figures
        for last in (at + 1, at + 2):
            below = [text for text in texts[last] if text] if last < len(texts) else []
            if any(is_figure(text) for text in below):
                return range(at, last)
    return range(0)


def _without_gaps(lines: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Return the lines of a head; in the upper one a name goes on over columns that only the lower one names."""
    if len(lines) < 2:
        return list(lines)
    upper, lower = list(lines[0]), lines[1]
    for place in range(1, len(lower)):
        upper += [""] * (place + 1 - len(upper))
        if not upper[place] and lower[place] and lower[place - 1] and upper[place - 1]:
            upper[place] = upper[place - 1]
    return [upper, *lines[1:]]


def _is_period(text: str) -> bool:
    return bool(_YEAR.fullmatch(text)) or bool(month_of(text)) or date_in(text) is not None


def _made(sheet: str, table: _Table, decimal: str) -> SheetTable | None:
    """Return a table with its columns typed, and without what in it is no row: heads once more, notes, totals."""
    heads = [table.names[place] if place < len(table.names) else "" for place in table.places]
    rows = [row for row in table.rows if not _is_no_row(row, table.places, heads)]
    if not rows:
        return None
    every = [row.cell(place) for row in rows for place in table.places][:_CELLS_LOOKED_AT]
    # who writes 31.12.2024 writes 1.000,50
    own = decimal_of(every, "," if any(_DOTTED.fullmatch(cell.text) for cell in every) else decimal)
    columns = [typed(head, [row.cell(p) for row in rows], own) for head, p in zip(heads, table.places, strict=True)]
    totals = totals_in(rows, table.places, columns)
    if totals:
        # a column of texts and dates may have had figures in its totals only
        rows = [row for row in rows if row.number not in totals]
        columns = [typed(head, [row.cell(p) for row in rows], own) for head, p in zip(heads, table.places, strict=True)]
    if not rows:
        return None
    return SheetTable(
        sheet,
        table.title,
        tuple(
            replace(each.column, sql=name) for each, name in zip(columns, column_names(_spoken(columns)), strict=True)
        ),
        rows[0].number,
        rows[-1].number,
        tuple(sorted(totals)),
        rows=[
            TableRow(row.number, [row.cell(p).text for p in table.places], [each.values[at] for each in columns])
            for at, row in enumerate(rows)
        ],
    )


def _spoken(columns: Sequence[TypedColumn]) -> list[str]:
    """Return what the columns' names in queries are made of: a unit tells a model what the numbers are."""
    return [
        f"{each.column.name} {each.column.unit}" if each.column.kind is ColumnKind.NUMBER else each.column.name
        for each in columns
    ]


def _is_no_row(row: SheetRow, places: Sequence[int], heads: Sequence[str]) -> bool:
    """Return whether a row is the head once more, or a line of words over or below the rows of a wider table."""
    cells = [(head, row.cell(place)) for head, place in zip(heads, places, strict=True) if row.cell(place).text]
    if not cells or (len(cells) > 1 and all(cell.text == head for head, cell in cells)):
        return True
    alike = len({cell.text for _, cell in cells}) == 1
    return len(places) > 2 and alike and not is_figure(cells[0][1].text)


def _texts(row: SheetRow) -> list[str]:
    return [cell.text for cell in row.cells if cell.text]
