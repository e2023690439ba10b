"""A query as the rules make it: what is asked of a table, and the SQL that asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phi3desk.library.sheets.names import ROW
from phi3desk.library.sheets.question import Condition, Operation
from phi3desk.library.sheets.store import StoredTable, quoted
from phi3desk.library.sheets.types import Column, ColumnKind, Value

_AGGREGATES = {
    Operation.SUM: "SUM({column})",
    Operation.AVERAGE: "AVG({column})",
    Operation.LARGEST: "MAX({column})",
    Operation.SMALLEST: "MIN({column})",
    Operation.COUNT: "COUNT(*)",
    Operation.DIFFERENT: "COUNT(DISTINCT {column})",
}


@dataclass(frozen=True)
class Filter:
    """A condition on a column: equal to one of the values, or from the first to the second, one of them may be None."""

    column: Column
    values: tuple[Value, ...]
    range: bool = False
    strict: bool = False

    def sql(self) -> str:
        """Return the condition in SQL."""
        name = quoted(self.column.sql)
        if not self.range:
            values = ", ".join(literal(value) for value in self.values)
            return f"{name} = {values}" if len(self.values) == 1 else f"{name} IN ({values})"
        low, high = self.values
        name = f"substr({name}, 1, 10)" if self.column.kind is ColumnKind.DATE else name
        if low is not None and high is not None:
            return f"{name} BETWEEN {literal(low)} AND {literal(high)}"
        same = "" if self.strict else "="
        return f"{name} >{same} {literal(low)}" if low is not None else f"{name} <{same} {literal(high)}"

    def told(self) -> Condition:
        """Return the condition as it is told."""
        is_date = self.column.kind is ColumnKind.DATE
        unit = self.column.unit
        if not self.range:
            return Condition(self.column.name, "=", self.values, unit, is_date)
        low, high = self.values
        if low is not None and high is not None:
            return Condition(self.column.name, "between", self.values, unit, is_date)
        sign = ("<" if low is None else ">") + ("" if self.strict else "=")
        return Condition(self.column.name, sign, (high if low is None else low,), unit, is_date)


@dataclass(frozen=True)
class Plan:
    """What is asked of a table. `column` is what is added up, compared or told, `group` what it is asked for each of.

    With `ranked` the group with the most, or the least, is wanted: rows that are in none are left out. `first` rows at
    most, 0 for all. `named` is the column that was asked for (“which customer has …”): rows are told by its cells.
    """

    table: StoredTable
    operation: Operation
    column: Column | None = None
    filters: tuple[Filter, ...] = ()
    group: Column | None = None
    ranked: Operation | None = None
    first: int = 0
    named: Column | None = None

    @property
    def where(self) -> str:
        """The conditions in SQL, with what leads to them, "" where there are none."""
        conditions = [each.sql() for each in self.filters]
        if self.group is not None and self.ranked is not None:
            conditions.append(f"{quoted(self.group.sql)} IS NOT NULL")
        return _where(conditions)

    def sql(self) -> str:
        """Return the query that is run and shown."""
        table, where = self.table.name, self.where
        column = quoted(self.column.sql) if self.column is not None else ""
        if self.operation in (Operation.LIST, Operation.LOOKUP) or (self._is_extreme and self.group is None):
            order = ""
            if self._is_extreme:
                where = f"{where} {'AND' if where else 'WHERE'} {column} IS NOT NULL"
                order = f" ORDER BY {column} {'DESC' if self.operation is Operation.LARGEST else 'ASC'}"
            limit = f" LIMIT {self.first}" if self.first else ""
            return f"SELECT {column + ', ' if column else ''}{ROW} FROM {table}{where}{order}{limit}"  # noqa: S608
        what = _AGGREGATES[self.operation].format(column=column)
        if self.group is None:
            return f"SELECT {what} FROM {table}{where}"  # noqa: S608
        group = quoted(self.group.sql)
        order = group
        if self.ranked is not None:
            order = f"{what} {'DESC' if self.ranked is Operation.LARGEST else 'ASC'}"
        return f"SELECT {group}, {what} FROM {table}{where} GROUP BY {group} ORDER BY {order}"  # noqa: S608

    @property
    def _is_extreme(self) -> bool:
        return self.operation in (Operation.LARGEST, Operation.SMALLEST)

    def rows_sql(self) -> str:
        """Return the query for the numbers of the rows that the result rests on, in the order of the sheet."""
        return f"SELECT {ROW} FROM {self.table.name}{self.where} ORDER BY {ROW}"  # noqa: S608

    def blank_sql(self) -> str:
        """Return the query that counts rows that fit without a value in the column, "" where none is asked for."""
        if self.column is None or self.operation is Operation.LOOKUP:
            return ""
        where = f"{self.where} {'AND' if self.where else 'WHERE'} {quoted(self.column.sql)} IS NULL"
        return f"SELECT COUNT(*) FROM {self.table.name}{where}"  # noqa: S608

    def ungrouped_sql(self) -> str:
        """Return the query that counts rows that fit and are in no group, "" where they are not left out."""
        if self.group is None or self.ranked is None:
            return ""
        where = _where([*(each.sql() for each in self.filters), f"{quoted(self.group.sql)} IS NULL"])
        return f"SELECT COUNT(*) FROM {self.table.name}{where}"  # noqa: S608


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def literal(value: Value) -> str:
    """Return a value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
