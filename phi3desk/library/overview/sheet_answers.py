"""Answers questions from the tables of sheets: which table fits, the query of the rules or of a model, and its rows."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from phi3desk.errors import until
from phi3desk.library.catalog import Catalog
from phi3desk.library.documents import Document, SearchScope, State
from phi3desk.library.kinds import SHEETS
from phi3desk.library.overview.sheet_places import cited_rows
from phi3desk.library.search.retriever import Retriever
from phi3desk.library.search.scope import documents_in
from phi3desk.library.sheets.guarded import MOST_ROWS, QueryResult, RefusedQuery, run
from phi3desk.library.sheets.matching import TableIndex, index_of, parts_of
from phi3desk.library.sheets.names import ROW
from phi3desk.library.sheets.plan import Filter, Plan
from phi3desk.library.sheets.question import Operation, Role, SheetQuestion, WrittenQuery
from phi3desk.library.sheets.rules import Fit, fit
from phi3desk.library.sheets.schema import schema_of
from phi3desk.library.sheets.store import DamagedTables, SheetStore, StoredTable, shown_rows
from phi3desk.library.sheets.told import ORDINARY, Asked, CitedRows, SheetResult, SheetsTold
from phi3desk.library.sheets.types import TableRow
from phi3desk.library.sheets.written import asked_of, columns_of, rows_query

#: with more sheets the search says which of them are looked at
_MOST_SHEETS = 30
_PASSAGES_LOOKED_AT = 30
#: a sheet is found where it is among the documents of so many first passages
_FIRST_PASSAGES = 5
_SHOWN_ROWS = 25
_SHOWN_RESULTS = 50
_MOST_CITED = 6
_KEPT_INDEXES = 16
_EXTREMES = (Operation.LARGEST, Operation.SMALLEST)


@dataclass(frozen=True)
class _Candidate:
    document: Document
    table: StoredTable
    fit: Fit
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the table is called: its sheet and its document."""
        sheet = self.table.table.sheet
        return f"{sheet}, {self.document.name}" if sheet else self.document.name

    def told_beside(self, other: _Candidate) -> str:
        """Return what the table is called, with its rows where that is what the other one is called, too."""
        rows = f"{self.table.table.first_row}–{self.table.table.last_row}"
        return f"{self.name}, {rows}" if self.name == other.name else self.name


class SheetAnswers:
    """Asks the tables of a library; any thread may."""

    def __init__(self, catalog: Catalog, retriever: Retriever, store: SheetStore) -> None:
        self._catalog = catalog
        self._retriever = retriever
        self._store = store
        self._indexes: dict[tuple[str, int], TableIndex] = {}

    def tell(
        self,
        question: SheetQuestion,
        scope: SearchScope,
        written: WrittenQuery | None = None,
        cancelled: threading.Event | None = None,
    ) -> SheetResult:
        """Return what the sheets of a scope tell to a question, by the rules or by a query that a model wrote.

        Cancelled once that is set: a table of many texts takes seconds where it was not asked before.
        """
        started = time.monotonic()
        told = self._told(question, scope, written, cancelled or threading.Event())
        return replace(told, seconds=time.monotonic() - started)

    def _told(
        self, question: SheetQuestion, scope: SearchScope, written: WrittenQuery | None, cancelled: threading.Event
    ) -> SheetResult:
        every = documents_in(self._catalog, scope)
        sheets = self._with_tables(every)
        if not sheets or scope.pages:
            return ORDINARY
        only_sheets = len(sheets) == sum(1 for document in every if document.passages)
        found: list[str] | None = None
        if len(sheets) > _MOST_SHEETS or not only_sheets:
            found = self._found(question, scope)
        if len(sheets) > _MOST_SHEETS:
            sheets = [pair for pair in sheets if pair[1] in (found or ())]
        best = self._best(question, sheets, written, found or [], cancelled)
        if best is None:
            return ORDINARY
        if written is not None:
            return self._run_written(question, best, written, cancelled)
        is_first = (
            found is None or best.table.sha256 in found[:_FIRST_PASSAGES] or self._is_named(question, best.document)
        )
        if not is_first:
            return ORDINARY
        if best.fit.plan is not None:
            return self._run_plan(best, best.fit.plan, cancelled)
        return self._open(question, best, cancelled)

    def _with_tables(self, documents: Sequence[Document]) -> list[tuple[Document, str]]:
        """Return the documents whose tables are there, each content once."""
        found: dict[str, Document] = {}
        for document in documents:
            if document.kind in SHEETS or document.state is State.DUPLICATE:
                sha256 = self._catalog.sha256(document.id)
                if sha256 not in found and self._store.has(sha256):
                    original = min(self._catalog.originals(document.id), default=document.id)
                    found[sha256] = self._catalog.document(original) or document
        return [(document, sha256) for sha256, document in found.items()]

    def _found(self, question: SheetQuestion, scope: SearchScope) -> list[str]:
        """Return the contents of the passages that a search for the question finds, the best first."""
        result = self._retriever.search(question.text, _PASSAGES_LOOKED_AT, scope)
        return [self._catalog.sha256(each.passage.document_id) for each in result.found]

    def _is_named(self, question: SheetQuestion, document: Document) -> bool:
        """Return whether a question names a document."""
        names = {*parts_of(document.name), *parts_of(document.title)}
        said = [part for word in question.words if word.role is Role.WORD for part in parts_of(word.text)]
        return any(len(part) > 3 and part in names for part in said)

    def _best(
        self,
        question: SheetQuestion,
        sheets: Sequence[tuple[Document, str]],
        written: WrittenQuery | None,
        found: Sequence[str],
        cancelled: threading.Event,
    ) -> _Candidate | None:
        """Return the table that fits best, None where none is named in the question at all."""
        candidates: list[_Candidate] = []
        for document, sha256 in sheets:
            if written is not None and sha256 != written.sha256:
                continue
            try:
                candidates += self._candidates(question, document, sha256, cancelled)
            except DamagedTables:
                # they are made anew with the next sync
                self._store.forget(sha256)
        if written is not None:
            return next((each for each in candidates if each.table.number == written.table), None)
        order = {sha256: at for at, sha256 in reversed(list(enumerate(found)))}
        fitting = [each for each in candidates if each.fit.named and each.fit.score > 0]
        best = max(
            fitting,
            key=lambda each: (each.fit.plan is not None, each.fit.score, -order.get(each.table.sha256, len(order))),
            default=None,
        )
        if best is None or best.fit.plan is None:
            return best
        alike = [each for each in fitting if each.fit.plan is not None and each.fit.score == best.fit.score]
        return replace(best, beside=tuple(each.told_beside(best) for each in alike if each is not best))

    def _candidates(
        self, question: SheetQuestion, document: Document, sha256: str, cancelled: threading.Event
    ) -> list[_Candidate]:
        known = {*parts_of(document.name), *parts_of(document.title)}
        with self._store.opened(sha256) as connection:
            return [
                _Candidate(document, table, fit(question, table, self._index(connection, table, cancelled), known))
                for table in until(cancelled, self._store.tables(sha256))
            ]

    def _index(self, connection: sqlite3.Connection, table: StoredTable, cancelled: threading.Event) -> TableIndex:
        key = (table.sha256, table.number)
        known = self._indexes.get(key)
        if known is None:
            known = index_of(connection, table, cancelled)
            while len(self._indexes) >= _KEPT_INDEXES:
                self._indexes.pop(next(iter(self._indexes)), None)
            self._indexes[key] = known
        return known

    # the query of the rules

    def _run_plan(self, best: _Candidate, plan: Plan, cancelled: threading.Event) -> SheetResult:
        sql = plan.sql()
        try:
            with self._store.opened(best.table.sha256) as connection:
                result = run(connection, sql, [best.table.name], cancelled=cancelled)
                if plan.group is None and plan.operation in _EXTREMES and not plan.first:
                    result = _of_the_extreme(result)
                rows = self._rows_of_plan(connection, plan, result, cancelled)
                blank = self._count(connection, best.table, plan.blank_sql(), cancelled)
                ungrouped = self._count(connection, best.table, plan.ungrouped_sql(), cancelled)
                if not rows and plan.operation not in (Operation.COUNT, Operation.LIST, Operation.DIFFERENT):
                    return ORDINARY
                asked = Asked(
                    plan.operation,
                    plan.column,
                    tuple(each.told() for each in plan.filters),
                    plan.group.name if plan.group is not None else "",
                    plan.ranked,
                    plan.first,
                    plan.named.name if plan.named is not None else "",
                )
                told = self._result(connection, best, sql, result, rows, asked)
                return replace(told, blank=blank, ungrouped=ungrouped)
        except (RefusedQuery, DamagedTables):
            return ORDINARY

    def _rows_of_plan(
        self, connection: sqlite3.Connection, plan: Plan, result: QueryResult, cancelled: threading.Event
    ) -> list[int]:
        """Return the numbers of the rows that a result rests on: of a largest value all that have it."""
        if plan.group is not None or not (plan.first or plan.operation in _EXTREMES):
            return self._numbers(connection, plan.table, plan.rows_sql(), cancelled)
        if plan.first or plan.column is None or not result.rows:
            return [int(row[-1]) for row in result.rows if isinstance(row[-1], float)]
        those = replace(plan, filters=(*plan.filters, Filter(plan.column, (result.rows[0][0],))))
        return self._numbers(connection, plan.table, those.rows_sql(), cancelled)

    def _numbers(
        self, connection: sqlite3.Connection, table: StoredTable, sql: str, cancelled: threading.Event
    ) -> list[int]:
        # all rows of a table may count: they are numbers only
        result = run(connection, sql, [table.name], most_rows=1_000_000, cancelled=cancelled)
        return [int(row[-1]) for row in result.rows if isinstance(row[-1], float)]

    def _count(self, connection: sqlite3.Connection, table: StoredTable, sql: str, cancelled: threading.Event) -> int:
        value = run(connection, sql, [table.name], cancelled=cancelled).rows[0][0] if sql else 0.0
        return int(value) if isinstance(value, float) else 0

    def _result(
        self,
        connection: sqlite3.Connection,
        best: _Candidate,
        sql: str,
        result: QueryResult,
        numbers: Sequence[int],
        asked: Asked,
    ) -> SheetResult:
        shown = shown_rows(connection, best.table, numbers[:_SHOWN_ROWS])
        return replace(
            self._about(best),
            told=SheetsTold.FOUND,
            asked=asked,
            sql=sql,
            head=result.names,
            result=result.rows[:_SHOWN_RESULTS],
            results_in_all=len(result.rows),
            more=result.more,
            rows=tuple(shown),
            rows_in_all=len(numbers),
            cited=tuple(self._cited(connection, best, numbers)),
        )

    def _cited(self, connection: sqlite3.Connection, best: _Candidate, numbers: Sequence[int]) -> list[CitedRows]:
        rows: list[TableRow] = shown_rows(connection, best.table, sorted(numbers)[:MOST_ROWS])
        return cited_rows(self._catalog, best.document.id, best.table.table.sheet, rows, _MOST_CITED)

    def _about(self, best: _Candidate) -> SheetResult:
        table = best.table.table
        return SheetResult(
            SheetsTold.ORDINARY,
            best.document.name,
            best.document.path,
            table.sheet,
            table.columns,
            totals=len(table.totals),
            whole=table.whole,
            last_row=table.last_row,
            beside=best.beside,
            sha256=best.table.sha256,
            table=best.table.number,
        )

    # where a model has to write the query

    def _open(
        self, question: SheetQuestion, best: _Candidate, cancelled: threading.Event, error: str = ""
    ) -> SheetResult:
        """Return what a model needs to write a query, and the rows that fit as far as that is certain."""
        if question.operation is None and not best.fit.filters:
            return ORDINARY
        if best.fit.score < 1 and not error:
            return ORDINARY
        try:
            with self._store.opened(best.table.sha256) as connection:
                opened = replace(
                    self._about(best),
                    told=SheetsTold.FAILED if error else SheetsTold.OPEN,
                    schema=schema_of(connection, best.table),
                    error=error,
                )
                if not best.fit.filters or not best.fit.certain:
                    return opened
                plan = Plan(best.table, Operation.LIST, filters=best.fit.filters)
                numbers = self._numbers(connection, best.table, plan.rows_sql(), cancelled)
                return replace(
                    opened,
                    asked=Asked(Operation.LIST, conditions=tuple(each.told() for each in best.fit.filters)),
                    sql=plan.sql(),
                    rows=tuple(shown_rows(connection, best.table, numbers[:_SHOWN_ROWS])),
                    rows_in_all=len(numbers),
                    cited=tuple(self._cited(connection, best, numbers)),
                )
        except (RefusedQuery, DamagedTables):
            return ORDINARY

    def _run_written(
        self, question: SheetQuestion, best: _Candidate, written: WrittenQuery, cancelled: threading.Event
    ) -> SheetResult:
        try:
            with self._store.opened(best.table.sha256) as connection:
                result = run(connection, written.sql, [best.table.name], cancelled=cancelled)
                if not any(value is not None for row in result.rows for value in row):
                    raise RefusedQuery("the query finds no rows: compare the values in WHERE with those of the table")
                asked = asked_of(written.sql, best.table)
                if ROW in result.names:
                    at = result.names.index(ROW)
                    numbers = [int(value) for row in result.rows if isinstance(value := row[at], float)]
                else:
                    # as with a query of the rules, only the rows that have the largest or smallest value are told
                    extreme = asked.column if asked.operation in _EXTREMES else None
                    beside = Filter(extreme, (result.rows[0][0],)) if extreme is not None else None
                    numbers = self._rows_of(connection, best, written.sql, beside, cancelled)
                told = self._result(connection, best, written.sql, result, numbers, asked)
                measured = columns_of(written.sql, best.table)
                return replace(told, measured=measured if len(measured) == len(result.names) else ())
        except RefusedQuery as error:
            return self._open(question, best, cancelled, str(error))
        except DamagedTables:
            return ORDINARY

    def _rows_of(
        self,
        connection: sqlite3.Connection,
        best: _Candidate,
        sql: str,
        beside: Filter | None,
        cancelled: threading.Event,
    ) -> list[int]:
        """Return the rows that a query rests on, as far as that can be told."""
        query = rows_query(sql, best.table, beside)
        try:
            return self._numbers(connection, best.table, query, cancelled) if query else []
        except RefusedQuery:
            return []


def _of_the_extreme(result: QueryResult) -> QueryResult:
    """Return of a result in order the rows that have its first value."""
    rows = tuple(row for row in result.rows if row[0] == result.rows[0][0])
    return replace(result, rows=rows, more=result.more and len(rows) == len(result.rows))
