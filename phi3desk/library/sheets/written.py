"""What a query that a model wrote asks, as far as it is plain enough to be told in words; and the rows it rests on."""

from __future__ import annotations

import re

from phi3desk.library.sheets.names import ROW
from phi3desk.library.sheets.plan import Filter
from phi3desk.library.sheets.question import Condition, Operation
from phi3desk.library.sheets.store import StoredTable
from phi3desk.library.sheets.told import Asked
from phi3desk.library.sheets.types import Column, ColumnKind, Value

_BLOCK = re.compile(r"```(?:sql|sqlite)?\s*(.*?)(?:```|$)", re.DOTALL | re.IGNORECASE)
_FIRST = re.compile(r"\b(?:select|with)\b.*", re.DOTALL | re.IGNORECASE)
_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d]\w*)'
_AGGREGATE = re.compile(rf"select\s+(sum|avg|max|min|count)\s*\(\s*(distinct\s+)?(\*|{_NAME})\s*\)", re.IGNORECASE)
_TAIL = re.compile(r"\s+(?:group\s+by|order\s+by|limit|having)\b.*$", re.DOTALL | re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b(.*)$", re.DOTALL | re.IGNORECASE)
_NESTED = re.compile(r"\b(?:union|join|with|intersect|except)\b|\(\s*select\b|;", re.IGNORECASE)
_CONDITION = re.compile(rf"({_NAME})\s*(=|<=|>=|<|>)\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?)")
_SELECTED = re.compile(r"select\s+(?:distinct\s+)?(.*?)\s+from\b", re.DOTALL | re.IGNORECASE)
_ALIAS = re.compile(rf"(.+?[\w)\"])\s+(?:as\s+)?{_NAME}", re.DOTALL | re.IGNORECASE)
_ROUNDED = re.compile(r"round\s*\((.+?)(?:,\s*\d+\s*)?\)", re.DOTALL | re.IGNORECASE)
_MEASURED = re.compile(rf"(?:sum|avg|max|min|total)\s*\(\s*({_NAME})\s*\)", re.IGNORECASE)
_OPERATIONS = {
    "sum": Operation.SUM,
    "avg": Operation.AVERAGE,
    "max": Operation.LARGEST,
    "min": Operation.SMALLEST,
    "count": Operation.COUNT,
}


def query_in(text: str) -> str:
    """Return the query in what a model wrote: from the first SELECT to the end of its statement, "" without one."""
    block = _BLOCK.search(text)
    match = _FIRST.search(block.group(1) if block else text)
    if match is None:
        return ""
    statement = _statement(match.group())
    return " ".join(statement.split()) if "'" not in statement and "--" not in statement else statement.strip()


def _statement(text: str) -> str:
    """Return a text up to the first semicolon that stands in no text of it, and to the first empty line."""
    quoted = ""
    for at, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign == ";" or text.startswith("\n\n", at):
            return text[:at]
    return text


def rows_query(sql: str, table: StoredTable, beside: Filter | None = None) -> str:
    """Return the query for the rows that a query rests on: those that fit its conditions; "" where it is not plain.

    With `beside` they fit that, too.
    """
    condition = _conditions(sql)
    if condition is None:
        return ""
    if beside is not None:
        condition = f"({condition}) AND {beside.sql()}" if condition else beside.sql()
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT {ROW} FROM {table.name}{where} ORDER BY {ROW}"  # noqa: S608 - run as the query itself is


def asked_of(sql: str, table: StoredTable) -> Asked:
    """Return what a query asks, without an operation where it is not plain enough to be told."""
    condition = _conditions(sql)
    match = _AGGREGATE.search(sql)
    if condition is None or match is None or "," in sql[: match.start()] or re.search(r"\bgroup\s+by\b", sql, re.I):
        return Asked()
    if not re.match(r"\s*(?:as\s+\w+\s+)?from\b", sql[match.end() :], re.I):
        return Asked()
    conditions: list[Condition] = []
    for part in re.split(r"\band\b", condition, flags=re.I) if condition else []:
        found = _CONDITION.fullmatch(part.strip())
        column = _column(found.group(1), table) if found else None
        if found is None or column is None:
            return Asked()
        is_date = column.kind is ColumnKind.DATE
        conditions.append(Condition(column.name, found.group(2), (_value(found.group(3)),), column.unit, is_date))
    column = None if match.group(3) == "*" else _column(match.group(3), table)
    operation = _OPERATIONS[match.group(1).lower()]
    if operation is Operation.COUNT and match.group(2):
        operation = Operation.DIFFERENT
    elif match.group(2) or (operation is Operation.COUNT and match.group(3) != "*"):
        # no words tell that each value counts once, or that rows without one do not
        return Asked()
    if column is None and operation is not Operation.COUNT:
        return Asked()
    return Asked(operation, column, tuple(conditions))


def columns_of(sql: str, table: StoredTable) -> tuple[Column | None, ...]:
    """Return the column whose values each column of a query's result holds, None for one that is calculated of others.

    It is empty where a query is not plain enough to tell.
    """
    match = _SELECTED.match(sql.strip())
    if _conditions(sql) is None or match is None or "*" in match.group(1) or "'" in match.group(1):
        return ()
    parts: list[str] = []
    depth = 0
    for part in match.group(1).split(","):
        parts = [*parts[:-1], f"{parts[-1]},{part}"] if depth else [*parts, part]
        depth += part.count("(") - part.count(")")
    return tuple(_measured(part.strip(), table) for part in parts)


def _measured(expression: str, table: StoredTable) -> Column | None:
    """Return the column whose values an expression holds, in its unit: itself, its sum, its largest one."""
    alias = _ALIAS.fullmatch(expression)
    bare = alias.group(1).strip() if alias is not None else expression
    rounded = _ROUNDED.fullmatch(bare)
    bare = rounded.group(1).strip() if rounded is not None else bare
    measured = _MEASURED.fullmatch(bare)
    return _column(measured.group(1) if measured is not None else bare, table)


def _conditions(sql: str) -> str | None:
    """Return what stands behind WHERE, "" where nothing does, None where a query is made of several."""
    if len(re.findall(r"\bselect\b", sql, re.I)) != 1 or _NESTED.search(sql.rstrip("; \n")):
        return None
    bare = _TAIL.sub("", sql.strip().rstrip(";"))
    match = _WHERE.search(bare)
    return match.group(1).strip() if match else ""


def _column(name: str, table: StoredTable) -> Column | None:
    plain = name.strip('"').lower()
    return next((column for column in table.table.columns if column.sql.lower() == plain), None)


def _value(written: str) -> Value:
    return written[1:-1].replace("''", "'") if written.startswith("'") else float(written)
