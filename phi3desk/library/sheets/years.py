"""The condition that a period makes on a column of years: it has to be whole years, or begin or end with one."""

from __future__ import annotations

from collections.abc import Sequence

from phi3desk.library.sheets.matching import TableIndex
from phi3desk.library.sheets.names import names_years
from phi3desk.library.sheets.plan import Filter
from phi3desk.library.sheets.question import Comparison
from phi3desk.library.sheets.types import Column, ColumnKind

_FIRST_DAY, _LAST_DAY = "-01-01", "-12-31"


def of_years(columns: Sequence[Column], index: TableIndex, comparison: Comparison) -> Filter | None:
    """Return the condition on the only column of years, None where that cannot tell the period."""
    named = [column for column in columns if names_years(column.name)]
    if len(named) != 1:
        return None
    column = named[0]
    low, high = (str(bound or "") for bound in (comparison.low, comparison.high))
    first, last = low[:4], high[:4]
    if low and high:
        if not (low.endswith(_FIRST_DAY) and high.endswith(_LAST_DAY)):
            return None
        if column.kind is ColumnKind.NUMBER:
            bounds = (float(first), float(last)) if last > first else (float(first),)
            return Filter(column, bounds, range=last > first)
        is_there = column.sql in index.values.get((first,), {})
        return Filter(column, (first,)) if first == last and is_there else None
    # “after 2023” begins behind its last day, “since 2023” with its first one; so they end with “before” and “until”
    is_whole = low.endswith(_LAST_DAY if comparison.strict else _FIRST_DAY) or high.endswith(
        _FIRST_DAY if comparison.strict else _LAST_DAY
    )
    if column.kind is not ColumnKind.NUMBER or not is_whole:
        return None
    return Filter(
        column,
        (float(first) if low else None, float(last) if high else None),
        range=True,
        strict=comparison.strict,
    )
