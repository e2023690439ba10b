"""The answer that a sheet gives: a sentence with its figure, the rows it rests on, and the query, shown with both."""

from __future__ import annotations

from dataclasses import replace

from phi3desk.chat.catalogue_answer import shown_name
from phi3desk.chat.citations import citation_of
from phi3desk.chat.messages import Answer, Basis, Citation, MadeBy, SheetRecord, SheetRow, Source, Timings
from phi3desk.chat.question import Question
from phi3desk.chat.sheets.phrases import Said, put
from phi3desk.chat.sheets.values import shown
from phi3desk.library.sheets.question import Condition, Operation
from phi3desk.library.sheets.told import CitedRows, SheetResult, SheetsTold
from phi3desk.library.sheets.types import Column, ColumnKind, TableRow, Value
from phi3desk.model.types import Ending

KIND = "sheet"
#: decimals of a mean beyond those of its column
_MORE_DECIMALS = 2
#: decimals of values that conditions, groups and queries of a model hold
_MOST_DECIMALS = 6
_MOST_ENTITIES = 5
_LISTED = 20
_NO_VALUE = "–"
_MOST_BESIDE = 6
_SAID = {
    Operation.SUM: Said.SUM,
    Operation.AVERAGE: Said.AVERAGE,
    Operation.LARGEST: Said.LARGEST,
    Operation.SMALLEST: Said.SMALLEST,
    Operation.COUNT: Said.COUNT,
    Operation.DIFFERENT: Said.DIFFERENT,
    Operation.LIST: Said.LIST,
}
_OF_DATES = {Said.LARGEST: Said.NEWEST, Said.SMALLEST: Said.OLDEST}


def sheet_answer(question: Question, language: str, told: SheetResult, made_by: MadeBy | None = None) -> Answer:
    """Return what sheets tell as an answer in the question's language; `made_by` is the model that wrote the query.

    Where no query was made the rows that fit are the answer.
    """
    by = made_by or MadeBy(profile=question.made_by.profile, profile_id=question.made_by.profile_id)
    sources = tuple(Source(n, rows.passage) for n, rows in enumerate(told.cited, 1))
    citations = tuple(_citation(source, rows, told) for source, rows in zip(sources, told.cited, strict=True))
    marks = "".join(f"[{source.n}]" for source in sources)
    words = _words(told, language)
    lines = _lines(told, language, words, f" {marks}" if marks else "")
    record = SheetRecord(
        document=told.document,
        sheet=told.sheet,
        words=words if told.told is SheetsTold.FOUND else "",
        sql=told.sql,
        by_model=made_by is not None,
        head=(put(Said.ROW, language), *(_head(column) for column in told.columns)),
        rows=tuple(SheetRow(row.number, tuple(row.shown), _cited(row.number, told)) for row in told.rows),
        rows_in_all=told.rows_in_all,
    )
    return Answer(
        "\n".join(lines),
        citations,
        sources,
        Basis.DOCUMENTS,
        Ending.STOP,
        by,
        Timings(search_s=told.seconds),
        kind=KIND,
        mode=question.mode,
        sheet=record,
    )


def _citation(source: Source, rows: CitedRows, told: SheetResult) -> Citation:
    where = f"rows {rows.first}–{rows.last}" if rows.last > rows.first else f"row {rows.first}"
    label = f"{told.sheet}, {where}" if told.sheet else where
    return replace(citation_of(source, rows.quote), label=label)


def _cited(number: int, told: SheetResult) -> int:
    return next((n for n, rows in enumerate(told.cited, 1) if rows.first <= number <= rows.last), 0)


def _head(column: Column) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name


# what was asked, in words


def _words(told: SheetResult, language: str) -> str:
    """Return what was asked of the table in words."""
    asked = told.asked
    if asked.operation is None:
        return put(Said.RESULT, language)
    conditions = "; ".join(_condition(each, language) for each in asked.conditions)
    if asked.operation is Operation.LOOKUP or (asked.operation is Operation.LIST and asked.column is not None):
        what = _quoted(asked.column.name if asked.column else "")
    else:
        said = _SAID[asked.operation]
        if asked.column is not None and asked.column.kind is ColumnKind.DATE:
            said = _OF_DATES.get(said, said)
        what = put(said, language, column=shown_name(asked.column.name) if asked.column is not None else "")
    if asked.group:
        what = f"{what}, {put(Said.EACH, language, column=shown_name(asked.group))}"
    return f"{what} ({conditions})" if conditions else what


def _quoted(name: str) -> str:
    return f"“{shown_name(name)}”"


def _condition(condition: Condition, language: str) -> str:
    column = Column(condition.column, "", ColumnKind.DATE if condition.is_date else ColumnKind.TEXT, condition.unit)
    values = [_value(value, language, column) for value in condition.values]
    name = shown_name(condition.column)
    if condition.sign == "between":
        low, high = values
        return f"{name} {low}" if low == high else f"{name} {low} – {high}"
    sign = {">=": "≥", "<=": "≤"}.get(condition.sign, condition.sign)
    return f"{name} {sign} {', '.join(values)}"


def _value(value: Value, language: str, column: Column) -> str:
    return shown_name(shown(value, language, column, _MOST_DECIMALS))


# what came of it


def _lines(told: SheetResult, language: str, words: str, marks: str) -> list[str]:
    asked = told.asked
    if told.told is not SheetsTold.FOUND:
        lines = [f"{put(Said.NO_QUERY, language)}: {told.rows_in_all}.{marks}"]
    elif asked.operation in (None, Operation.LIST) or asked.group or (asked.operation is Operation.LOOKUP):
        lines = _several(told, language, words, marks)
    else:
        lines = [f"{words}: {_figure(told, language)}{_entities(told, language)}.{marks}"]
    notes = _notes(told, language)
    return [*lines, *([""] if notes else []), *notes]


def _notes(told: SheetResult, language: str) -> list[str]:
    """Return what was not counted."""
    asked, lines = told.asked, []
    if told.blank and asked.column is not None:
        lines.append(put(Said.BLANK, language, column=shown_name(asked.column.name), count=told.blank))
    if told.ungrouped:
        lines.append(put(Said.BLANK, language, column=shown_name(asked.group), count=told.ungrouped))
    calculated = asked.operation in (Operation.SUM, Operation.AVERAGE)
    if told.totals and calculated:
        lines.append(put(Said.TOTALS, language, count=told.totals))
    if not told.whole and told.told is SheetsTold.FOUND:
        lines.append(put(Said.PART, language, row=told.last_row))
    if told.beside and told.told is SheetsTold.FOUND:
        names = [shown_name(name) for name in told.beside[:_MOST_BESIDE]]
        lines.append(
            put(Said.BESIDE, language, names="; ".join([*names, *(["…"] if told.beside[_MOST_BESIDE:] else [])]))
        )
    return lines


def _figure(told: SheetResult, language: str) -> str:
    asked = told.asked
    value = told.result[0][0] if told.result and told.result[0] else None
    if asked.operation in (Operation.COUNT, Operation.DIFFERENT):
        return shown(value, language, None, 0)
    return shown(value, language, asked.column, _decimals(asked.operation, asked.column))


def _decimals(operation: Operation | None, column: Column | None) -> int | None:
    if column is None or column.kind is not ColumnKind.NUMBER:
        return None
    return column.decimals + _MORE_DECIMALS if operation is Operation.AVERAGE else column.decimals


def _entities(told: SheetResult, language: str) -> str:
    """Return what the rows with the largest or smallest value are called: the first column of texts."""
    asked = told.asked
    if asked.operation not in (Operation.LARGEST, Operation.SMALLEST):
        return ""
    if asked.first and len(told.rows) > 1:
        at = _place(told, asked.column)
        pairs = (f"{_name_of(row.shown, told)}: {row.shown[at]}" for row in told.rows[1:] if at >= 0)
        first = _name_of(told.rows[0].shown, told)
        return "; ".join(part for part in (f", {first}" if first else "", *pairs) if part)
    names = dict.fromkeys(name for row in told.rows[:_MOST_ENTITIES] if (name := _name_of(row.shown, told)))
    return f", {'; '.join(names)}" if names else ""


def _name_of(cells: list[str], told: SheetResult) -> str:
    """Return what a row is called: by the column that was asked for, else its first text that is no condition."""
    placed = list(zip(told.columns, cells, strict=False))
    named = told.asked.named
    asked_for = next((cell for column, cell in placed if column.name == named), "") if named else ""
    if asked_for:
        return shown_name(asked_for)
    conditions = {condition.column for condition in told.asked.conditions}
    for column, cell in placed:
        if column.kind is ColumnKind.TEXT and cell and column.name not in conditions:
            return shown_name(cell)
    return ""


def _place(told: SheetResult, column: Column | None) -> int:
    return next((at for at, each in enumerate(told.columns) if each == column), -1)


def _several(told: SheetResult, language: str, words: str, marks: str) -> list[str]:
    """Return the lines of a result of several values: groups, cells of rows, or whatever a query gave."""
    asked = told.asked
    if asked.group:
        return [f"{words}:{marks}", "", *_groups(told, language)]
    if asked.operation is None:
        return _of_query(told, language, words, marks)
    if asked.column is None or told.rows_in_all == 0:
        return [f"{words}: {told.rows_in_all}.{marks}"]
    at = _place(told, asked.column)
    cells = [row.shown[at] for row in told.rows if row.shown[at]]
    different = list(dict.fromkeys(shown_name(_with_unit(cell, asked.column, language)) for cell in cells))
    # only the first rows are there: those beyond may hold other values
    every_row = told.rows_in_all <= len(told.rows)
    if len(different) == 1 and every_row:
        return [f"{words}: {different[0]}.{marks}"]
    if not different and every_row:
        return [f"{words}: {put(Said.EMPTY, language)}.{marks}"]
    named = [_listed(row, at, told) for row in told.rows[:_LISTED]]
    left = told.rows_in_all - len(named)
    more = ["", put(Said.MORE, language, count=left)] if left > 0 else []
    return [f"{words}: {told.rows_in_all}.{marks}", "", *dict.fromkeys(named), *more]


def _listed(row: TableRow, at: int, told: SheetResult) -> str:
    """Return the line of a row in a list: its cell at a place, behind what the row is called where that is no text."""
    cell = shown_name(row.shown[at]) or _NO_VALUE
    is_text = told.columns[at].kind is ColumnKind.TEXT
    return f"- {cell}" if is_text else f"- {', '.join(part for part in (_name_of(row.shown, told), cell) if part)}"


def _with_unit(cell: str, column: Column, language: str) -> str:
    """Return a cell as the sheet shows it, with the unit of its head where it has none of its own."""
    plain = column.kind is ColumnKind.NUMBER and column.unit and not any(c.isalpha() or c in "€$£%₴" for c in cell)
    return f"{cell} {column.unit}" if plain else cell


def _groups(told: SheetResult, language: str) -> list[str]:
    asked = told.asked
    decimals = _decimals(asked.operation, asked.column)
    column = asked.column if asked.operation not in (Operation.COUNT, Operation.DIFFERENT) else None
    group = next((each for each in told.columns if each.name == asked.group), Column(asked.group, "", ColumnKind.TEXT))
    lines = [
        f"- {shown_name(shown(row[0], language, group, _MOST_DECIMALS))}: "
        f"{shown(row[1], language, column, 0 if column is None else decimals)}"
        for row in told.result[:_LISTED]
        if len(row) > 1
    ]
    return [*lines, *_further(told, len(lines), language)]


def _of_query(told: SheetResult, language: str, words: str, marks: str) -> list[str]:
    columns = told.measured or (None,) * len(told.head)
    rows = [
        ", ".join(
            shown_name(shown(value, language, column, _MOST_DECIMALS))
            for value, column in zip(row, columns, strict=False)
        )
        for row in told.result[:_LISTED]
    ]
    if len(rows) == 1:
        return [f"{words}: {rows[0]}.{marks}"]
    return [f"{words}:{marks}", "", *(f"- {row}" for row in rows), *_further(told, len(rows), language)]


def _further(told: SheetResult, listed: int, language: str) -> list[str]:
    """Return the lines that tell how many rows of a result there are beside those that are listed."""
    left = told.results_in_all - listed
    said = Said.AT_LEAST_MORE if told.more else Said.MORE
    return ["", put(said, language, count=left)] if left > 0 else []
