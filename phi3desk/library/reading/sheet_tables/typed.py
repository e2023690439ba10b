"""What the cells of a column are: numbers with their unit, dates, or texts; and their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from phi3desk.library.sheets.dates import WrittenDate, date_in, month_first
from phi3desk.library.sheets.figures import Figure, decimal_sign, figure_in, is_nothing, without_footnote
from phi3desk.library.sheets.types import Column, ColumnKind, Value
from phi3desk.library.sheets.units import canonical, factor, parted

#: the share of the cells of a column that are numbers, or dates, where it is one of those
_MOST = 0.8
_MOST_DECIMALS = 10
#: the digits that tell of a number with more decimals than are kept
_TELLING = 5


class Cell(NamedTuple):
    """A cell: its text as it is shown, the value behind it where it is known, and whether it repeats a merged one."""

    text: str
    raw: Value = None
    repeated: bool = False


class SheetRow(NamedTuple):
    """A row that holds anything, with its number in the sheet, from 1."""

    number: int
    cells: list[Cell]

    def cell(self, place: int) -> Cell:
        """Return a cell by its place, from 0; an empty one beyond the last."""
        return self.cells[place] if place < len(self.cells) else Cell("")


@dataclass(frozen=True)
class TypedColumn:
    """A column with the values of its cells."""

    column: Column
    values: list[Value]


def decimal_of(cells: Sequence[Cell], otherwise: str) -> str:
    """Return what parts the decimals in the cells of a table that are written as texts."""
    return decimal_sign((figure for cell in cells if (figure := _written(cell))), otherwise)


def typed(head: str, cells: Sequence[Cell], decimal: str) -> TypedColumn:
    """Return a column with its values. `decimal` parts decimals where its own cells do not tell.

    What a column of numbers or dates holds beside these is no value: None. So is a number that repeats a merged cell.
    """
    name, unit = parted(head)
    texts, cells = cells, _without_footnotes(cells)
    told = [cell for cell in cells if not is_nothing(cell.text) and not cell.repeated]
    column = Column(head, "", ColumnKind.TEXT)
    if told:
        if sum(1 for cell in told if _date_of(cell)) >= _MOST * len(told):
            dates = _dates(cells)
            if dates is not None:
                return TypedColumn(replace(column, kind=ColumnKind.DATE), dates)
        if sum(1 for cell in told if _is_number(cell)) >= _MOST * len(told):
            repeats = any(cell.repeated and figure_in(cell.text) is not None for cell in cells)
            numbers = _numbers(replace(column, name=name, unit=unit, repeats=repeats), cells, decimal)
            if numbers is not None:
                return numbers
    return TypedColumn(column, [cell.text or None for cell in texts])


def _without_footnotes(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return cells without the marks of footnotes; where half of them or more have one, it is none: “4*” of a hotel."""
    bare = [without_footnote(cell.text) for cell in cells]
    marked = sum(text != cell.text.strip() for text, cell in zip(bare, cells, strict=True))
    if not marked or 2 * marked >= sum(bool(text) for text in bare):
        return cells
    return [cell._replace(text=text) for cell, text in zip(cells, bare, strict=True)]


def _date_of(cell: Cell) -> WrittenDate | None:
    if isinstance(cell.raw, float):
        return None
    return date_in(cell.raw or cell.text)


def _dates(cells: Sequence[Cell]) -> list[Value] | None:
    written = [_date_of(cell) for cell in cells]
    first = month_first([date for date in written if date is not None])
    if first is None:
        return None
    return [date.iso(month_first=first) or None if date is not None else None for date in written]


def _is_number(cell: Cell) -> bool:
    return isinstance(cell.raw, float) or _written(cell) is not None


def _written(cell: Cell) -> Figure | None:
    """Return the number in a cell that is written as a text, None for a date, a version or another thing."""
    if cell.raw is not None or cell.repeated:
        return None
    figure = figure_in(cell.text)
    return None if figure is None or not figure.is_number or date_in(cell.text) else figure


def _numbers(column: Column, cells: Sequence[Cell], decimal: str) -> TypedColumn | None:
    """Return a column of numbers, all in one unit; None where their units cannot be made one."""
    written = [_written(cell) for cell in cells]
    own = decimal_sign((figure for figure in written if figure), decimal)
    pairs: list[tuple[float, str] | None] = []
    for cell, figure in zip(cells, written, strict=True):
        if cell.repeated:
            pairs.append(None)
        elif isinstance(cell.raw, float):
            shown = figure_in(cell.text)
            unit = shown.unit if shown else ""
            # 0.07 is 7 % and not 7.000000000000001 %
            known = round(cell.raw * 100, _MOST_DECIMALS) if unit == "%" else cell.raw
            pairs.append((known, unit))
        else:
            value = figure.value(own) if figure else None
            pairs.append((value, figure.unit) if figure and value is not None else None)
    units = Counter(canonical(unit) for pair in pairs if pair and (unit := pair[1]))
    if not units:
        values = [pair[0] if pair else None for pair in pairs]
        decimals = max((_decimals(value) for value in values if value is not None), default=0)
        return TypedColumn(_of_numbers(column, decimals), list(values))
    unit = canonical(column.unit) if column.unit else units.most_common(1)[0][0]
    values, decimals = [], 0
    for pair in pairs:
        times = factor(canonical(pair[1]) if pair[1] else unit, unit) if pair else 1.0
        if times is None:
            return None
        value = pair[0] * times if pair else None
        values.append(value)
        if value is not None:
            decimals = max(decimals, _decimals(value, converted=times != 1.0))
    shown_unit = column.unit or next(pair[1] for pair in pairs if pair and pair[1] and canonical(pair[1]) == unit)
    return TypedColumn(_of_numbers(replace(column, unit=shown_unit), decimals), list(values))


def _of_numbers(column: Column, decimals: int) -> Column:
    return replace(column, kind=ColumnKind.NUMBER, decimals=decimals)


def _decimals(value: float, *, converted: bool = False) -> int:
    """Return how many decimals of a number are kept: of 1/3 ten, of 0.0000000000123456 those of five digits.

    A number that was made one of another unit has as many as that unit asks for: 20 min are 0.33333 h.
    """
    # a sheet counts with fifteen digits
    decimals = _decimals_in(f"{value:.15g}")
    if decimals <= _MOST_DECIMALS:
        return decimals
    telling = _decimals_in(f"{value:.{_TELLING}g}")
    return telling if converted else max(telling, _MOST_DECIMALS)


def _decimals_in(text: str) -> int:
    exponent = Decimal(text).as_tuple().exponent
    # it is none of infinity
    return max(0, -exponent) if isinstance(exponent, int) else 0
