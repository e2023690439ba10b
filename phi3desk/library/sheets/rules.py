"""Makes a query of a question by rules: its words name columns and values of a table, and every one of them is used.

A word that names nothing may be a condition that the table cannot tell: then no query is made. So a wrong figure is
rarer than none, which a model, or the rows themselves, may still give.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from phi3desk.library.sheets.doubts import agree, is_cut_short, is_part, is_refused, may_be_paid
from phi3desk.library.sheets.matching import (
    BESIDE,
    ColumnMatch,
    TableIndex,
    ValueMatch,
    behind_marks,
    column_counted,
    columns_named,
    is_alike,
    is_asked_for,
    parts_of,
    values_beside,
    values_named,
    values_partly_named,
)
from phi3desk.library.sheets.names import YEARS
from phi3desk.library.sheets.plan import Filter, Plan
from phi3desk.library.sheets.question import AskedWord, Comparison, Operation, Role, SheetQuestion
from phi3desk.library.sheets.ranking import by_age, without_ranking
from phi3desk.library.sheets.store import StoredTable
from phi3desk.library.sheets.types import Column, ColumnKind
from phi3desk.library.sheets.units import canonical, factor, is_currency, is_known
from phi3desk.library.sheets.years import of_years

_RUNNING = frozenset(
    ("no", "nr", "id", "number", "nummer", "pos", "position", "st", "stevilka", "номер", "numar", "num", "α/α", "αα")
)
_EXTREMES = (Operation.LARGEST, Operation.SMALLEST)


@dataclass(frozen=True)
class Fit:
    """How a table fits a question: the query that the rules make, where they do, and how much of it is named there.

    `filters` are the conditions that were understood, `certain` tells that rows that fit them may be shown where there
    is no query: none of them is turned round, and no other one that was seen is left out.
    """

    plan: Plan | None
    score: float
    filters: tuple[Filter, ...] = ()
    named: int = 0
    certain: bool = True


def fit(question: SheetQuestion, table: StoredTable, index: TableIndex, known: Collection[str] = ()) -> Fit:
    """Return how a table fits a question; `known` are folded words that name the document or the sheet."""
    return _Binding(question, table, index, known).fit()


class _Binding:
    """The words of one question tied to one table."""

    def __init__(self, question: SheetQuestion, table: StoredTable, index: TableIndex, known: Collection[str]) -> None:
        self._question = question = without_ranking(question, index.heads)
        self._table = table
        self._index = index
        self._known = {*known, *parts_of(table.table.title), *parts_of(table.table.sheet)}
        self._words = question.words
        self._used: set[int] = set()
        self._sure = True
        self._columns: list[ColumnMatch] = []
        self._has_loose_number = False

    def fit(self) -> Fit:
        """Bind values, then columns, then comparisons, and see what is left."""
        question = self._question
        values = values_named(self._index, self._words, question.language)
        exact = frozenset(at for each in values if each.exact for at in each.words)
        periods = self._periods_in_words()
        refusing = question.refusing
        self._columns = self._chosen(
            columns_named(self._index, self._words, question.language, exact, periods, refusing)
        )
        named = frozenset(at for each in self._columns for at in each.words)
        # a word that is like a value, and names a column outright, is the column
        values = [each for each in values if each.exact or not each.words & named]
        values += values_beside(self._index, self._words, self._columns, values)
        values += self._partly_named(values)
        filters = self._filters(values)
        compared, left = self._compared(filters)
        filters += compared
        chosen = {each.column for each in self._columns}
        names = [parts for column, parts in self._index.heads if column in chosen]
        # numbers that are merged over rows are not known of all of them
        whole = not any(each.column.repeats for each in filters)
        certain = self._sure and whole and not is_refused(question, names) and not left
        plan = self._plan(tuple(filters)) if certain else None
        missing = [at for at, word in enumerate(self._words) if word.role is Role.WORD and not self._is_used(at)]
        if missing:
            plan = None
        score = sum(2.0 for each in values if each.exact) + sum(1.0 for each in values if not each.exact)
        score += sum(each.share for each in self._columns) + len(compared) - len(missing) * 0.5
        about = sum(1 for word in self._words if word.role is Role.WORD and self._names_document(word))
        tied = {at for each in values for at in each.words} | {at for each in self._columns for at in each.words}
        measured = sum(1 for each in compared if each.column.kind is ColumnKind.NUMBER)
        doubtful = self._has_loose_number or any(
            is_cut_short(question, each, missing) or is_part(question, each, missing) for each in question.comparisons
        )
        return Fit(plan, score + 0.5 * about, tuple(filters), about + len(tied) + measured, certain and not doubtful)

    def _periods_in_words(self) -> list[frozenset[int]]:
        """Return the words of each period that is told without a number, such as “last year”."""
        dated = [frozenset(each.places) for each in self._question.comparisons if each.is_date]
        return [each for each in dated if not any(self._words[at].key[0].isdigit() for at in each)]

    def _names_document(self, word: AskedWord) -> bool:
        language = self._question.language
        return all(any(is_alike(part, known, language) for known in self._known) for part in parts_of(word.text))

    def _partly_named(self, values: Sequence[ValueMatch]) -> list[ValueMatch]:
        """Return the values of which words are parts that name nothing else."""
        taken = {at for each in values for at in each.words} | {at for each in self._columns for at in each.words}
        found = []
        for at, word in enumerate(self._words):
            if word.role is not Role.WORD or at in taken or self._names_document(word) or self._unit_column(at):
                continue
            match = values_partly_named(self._index, word, at, self._question.language)
            if match is not None:
                found.append(match)
        return found

    def _unit_column(self, at: int) -> Column | None:
        """Return the only column whose unit a word is."""
        unit = canonical(self._words[at].text)
        columns = [column for column in self._table.table.columns if column.unit and canonical(column.unit) == unit]
        return columns[0] if len(columns) == 1 else None

    def _is_used(self, at: int) -> bool:
        if at in self._used:
            return True
        if self._names_document(self._words[at]):
            return True
        text = self._words[at].text
        is_noun = self._words[at].noun and not is_known(text)
        if is_noun and self._question.operation is not Operation.SUM and not self._is_told_before(at):
            # what the rows stand for need not be named in the table; a unit is measured
            return True
        return any(column.unit and canonical(column.unit) == canonical(text) for column in self._table.table.columns)

    def _is_told_before(self, at: int) -> bool:
        """Return whether a word right before tells what the rows stand for: “pumps broken”."""
        named = {place for each in self._columns for place in each.words}
        while at and self._words[at - 1].role is Role.WORD:
            at -= 1
            if at in named:
                return True
        return False

    def _chosen(self, matches: Sequence[ColumnMatch]) -> list[ColumnMatch]:
        """Return the columns that are meant, of those that share their words the best named one."""
        chosen: list[ColumnMatch] = []
        for match in matches:
            rivals = [other for other in chosen if other.words & match.words]
            if any(match.words <= other.words for other in rivals):
                tie = next(
                    (o for o in rivals if o.words == match.words and o.share == match.share and o.exact == match.exact),
                    None,
                )
                is_each = match.share == 1 and not match.words.isdisjoint(behind_marks(self._words))
                if tie is not None or is_each:
                    # two columns that are named alike, or “cost per year” beside “Year” and “Cost per year”: which one
                    # is meant cannot be told
                    self._sure = False
                continue
            chosen.append(match)
        return chosen

    def _filters(self, values: Sequence[ValueMatch]) -> list[Filter]:
        by_words: dict[frozenset[int], list[ValueMatch]] = {}
        for each in values:
            by_words.setdefault(each.words, []).append(each)
        of_column: dict[str, list[ValueMatch]] = {}
        for words, matches in by_words.items():
            if len(matches) > 1:
                named = [m for m in matches if any(column.column == m.column for column in self._columns)]
                if len(named) != 1:
                    self._sure = False
                matches = named or matches
            self._used |= words
            of_column.setdefault(matches[0].column.sql, []).append(matches[0])
        return [
            Filter(matches[0].column, tuple(dict.fromkeys(value for match in matches for value in match.values)))
            for matches in of_column.values()
        ]

    def _compared(self, filters: Sequence[Filter]) -> tuple[list[Filter], int]:
        """Return the conditions of comparisons, and how many could not be tied to a column."""
        of_column: dict[str, list[Filter]] = {}
        left = 0
        of_columns = {at for each in self._columns for at in each.words}
        for comparison in self._question.comparisons:
            if of_columns.intersection(comparison.places):
                # the column of that year
                continue
            if comparison.alone and self._used.issuperset(comparison.places[:1]):
                continue
            found = self._dated(comparison) if comparison.is_date else self._measured(comparison)
            if found is None:
                left += 1
            else:
                of_column.setdefault(found.column.sql, []).append(found)
        made: list[Filter] = []
        for column, conditions in of_column.items():
            if agree([*(each for each in filters if each.column.sql == column), *conditions]):
                made += conditions
            else:
                left += len(conditions)
        return made, left

    def _dated(self, comparison: Comparison) -> Filter | None:
        if comparison.part and self._used.issuperset(comparison.part):
            comparison = replace(comparison, low=comparison.whole[0], high=comparison.whole[1])
        dates = [column for column in self._table.table.columns if column.kind is ColumnKind.DATE]
        named = [each for each in self._columns if each.column.kind is ColumnKind.DATE]
        if named or len(dates) == 1:
            column = self._nearest(named, comparison.at) if named else dates[0]
            self._use(column)
            self._used |= set(comparison.part)
            return Filter(column, (comparison.low, comparison.high), range=True, strict=comparison.strict)
        return None if dates else of_years(self._table.table.columns, self._index, comparison)

    def _measured(self, comparison: Comparison) -> Filter | None:
        numbers = [column for column in self._table.table.columns if column.kind is ColumnKind.NUMBER]
        unit = canonical(comparison.unit) if comparison.unit else ""
        if unit:
            numbers = [c for c in numbers if c.unit and factor(unit, canonical(c.unit)) is not None]
        named = [each for each in self._columns if each.column in numbers]
        if comparison.alone and not unit:
            # a number says what a column has to be only beside its name
            named = [each for each in named if min(abs(comparison.at - at) for at in each.words) <= BESIDE]
            numbers = []
        column = self._nearest(named, comparison.at) if named else numbers[0] if len(numbers) == 1 else None
        if column is None:
            return None
        times = factor(unit, canonical(column.unit)) if unit else 1.0
        low, high = (
            bound * (times or 1.0) if isinstance(bound, float) else None for bound in (comparison.low, comparison.high)
        )
        self._use(column)
        if comparison.alone:
            self._has_loose_number |= not unit and self._is_loose(column, comparison)
            self._used |= set(comparison.places)
            if low == high:
                return Filter(column, (low,))
        return Filter(column, (low, high), range=True, strict=comparison.strict)

    def _is_loose(self, column: Column, comparison: Comparison) -> bool:
        """Return whether a number may be one of rows and not what a column is: “the total price of 5 bolts”."""
        places = {at for each in self._columns if each.column == column for at in each.words}
        first = min(places)
        is_wanted = first > 0 and self._words[first - 1].role is Role.OPERATION
        return is_wanted or comparison.at - 1 not in places

    def _nearest(self, matches: Sequence[ColumnMatch], at: int) -> Column:
        """Return the column whose words stand nearest before a place, or nearest behind it."""
        return min(matches, key=lambda each: min(at - w if w < at else 3 * (w - at) for w in each.words)).column

    def _use(self, column: Column) -> None:
        for each in self._columns:
            if each.column == column:
                self._used |= each.words

    # the query

    def _plan(self, filters: tuple[Filter, ...]) -> Plan | None:
        question, operation = self._question, self._question.operation
        filtered = {each.column.sql for each in filters}
        free = [each for each in self._columns if each.column.sql not in filtered]
        group = self._group(free)
        if group is not None and group.repeats:
            return None
        if group is not None:
            free = [each for each in free if each.column != group]
            self._use(group)
        elif self._is_for_each_unknown():
            return None
        plan = Plan(self._table, operation or Operation.LOOKUP, filters=filters, group=group, first=question.first)
        for each in self._columns:
            if each.column.sql in filtered:
                self._used |= each.words
        if operation is None:
            return self._looked_up(plan, free)
        if operation is Operation.LIST:
            return self._listed(plan, free)
        if operation in (Operation.COUNT, Operation.DIFFERENT):
            return self._counted(plan, free)
        return self._calculated(plan, free)

    def _group(self, free: Sequence[ColumnMatch]) -> Column | None:
        """Return the column behind “per”."""
        marks = [at for at, word in enumerate(self._words) if word.role is Role.GROUP]
        for mark in marks:
            for each in free:
                if min(each.words) > mark and min(each.words) - mark <= 2:
                    return each.column
        return None

    def _is_for_each_unknown(self) -> bool:
        """Return whether the word right behind “per” names nothing: “per month”, where there is no column of months."""
        named = {at for each in self._columns for at in each.words} | self._used
        roles = [word.role for word in self._words] + [Role.FUNCTION]
        # “by the customer Kos”: the next word has to be found
        return any(
            at not in named
            and (
                roles[at] is Role.WORD
                or (roles[at] in (Role.FUNCTION, Role.NEUTRAL) and roles[at + 1] is not Role.WORD)
            )
            for at in behind_marks(self._words)
        )

    def _figures(self, free: Sequence[ColumnMatch], *, dates: bool = False) -> list[ColumnMatch]:
        wanted = {ColumnKind.DATE} if dates else {ColumnKind.NUMBER}
        return [each for each in free if each.column.kind in wanted and each.column.sql not in self._index.unique]

    def _only(self, kind: ColumnKind, filters: Sequence[Filter]) -> Column | None:
        """Return the only column of a kind that is no condition, no year and no running number."""
        taken = {each.column.sql for each in filters} | self._index.unique
        columns = [
            c
            for c in self._table.table.columns
            if c.kind is kind and c.sql not in taken and not set(parts_of(c.name)) & (YEARS | _RUNNING)
        ]
        return columns[0] if len(columns) == 1 else None

    def _calculated(self, plan: Plan, free: Sequence[ColumnMatch]) -> Plan | None:
        question = self._question
        dates = question.newest
        figures = self._figures(free, dates=dates)
        if not figures and plan.operation in _EXTREMES and not dates:
            figures = self._figures(free, dates=True)
        texts = [c for c in free if c.column.kind is ColumnKind.TEXT or c.column.sql in self._index.unique]
        asked_for = self._asked_for(figures) if plan.operation in _EXTREMES and not dates else None
        if asked_for is not None and asked_for.column.repeats:
            return None
        if asked_for is not None:
            figures.remove(asked_for)
            texts.append(asked_for)
        nouns = [at for at, word in enumerate(self._words) if word.noun]
        if not figures and plan.operation is Operation.SUM and nouns:
            return self._counted(replace(plan, operation=Operation.COUNT), free)
        if not figures and question.money and not dates:
            return self._priced(plan, texts)
        if len(figures) > 1 or (not figures and any(each.column.sql in self._index.figures for each in texts)):
            return None
        if figures:
            column: Column | None = figures[0].column
            self._use(figures[0].column)
        elif self._has_loose_number:
            # the column that is wanted was taken for a condition
            return None
        else:
            column = self._only(ColumnKind.DATE if dates else ColumnKind.NUMBER, plan.filters)
        if column is not None and not dates and not may_be_paid(question, column, figures):
            return None
        numbered = not figures and not dates and any(each.column.kind is ColumnKind.NUMBER for each in texts)
        if numbered and (column is None or not {word.key for word in self._words} & {*parts_of(column.name)}):
            # “the largest invoice”: by its number or by what another column holds
            return None
        aged = by_age(question, replace(plan, column=column), self._table.table.columns) if not figures else None
        plan = aged or replace(plan, column=column)
        if (aged is None and not figures) or plan.column is None:
            return None
        if plan.column.repeats and plan.operation in _EXTREMES:
            return None
        column = plan.column
        for each in texts:
            self._used |= each.words
        if plan.operation not in _EXTREMES:
            if plan.operation is Operation.AVERAGE and len(texts) == 1 and plan.group is None:
                return None if texts[0].column.sql not in self._index.unique else plan
            return plan if not texts or plan.group is not None else self._of_rows(plan, texts)
        repeated = [each for each in texts if each.column.sql not in self._index.unique]
        if question.most and repeated and plan.group is None and column.kind is ColumnKind.NUMBER:
            return replace(plan, operation=Operation.SUM, group=repeated[0].column, ranked=plan.operation)
        # “which month”: of a column of dates that is named beside the figures, though it may be a condition, too
        named = [each for each in self._columns if each in free or is_asked_for(each.column, self._words)]
        days = [each for each in named if each.column.kind is ColumnKind.DATE and each.column != column]
        for each in days:
            self._used |= each.words
        if question.most and days:
            return None
        return replace(plan, named=_only_of(texts or days))

    def _asked_for(self, figures: Sequence[ColumnMatch]) -> ColumnMatch | None:
        """Return the column of numbers that is told beside the others: “which version has the highest bugs”."""
        asked = [
            each
            for each in figures
            if is_asked_for(each.column, self._words) or any(self._words[at].noun for at in each.words)
        ]
        return asked[0] if len(asked) == 1 and len(figures) > 1 else None

    def _priced(self, plan: Plan, texts: Sequence[ColumnMatch]) -> Plan | None:
        """Return the query for the dearest or the cheapest: by the only column of a currency."""
        prices = [column for column in self._table.table.columns if is_currency(column.unit)]
        if len(prices) != 1 or plan.operation not in _EXTREMES:
            return None
        for each in texts:
            self._used |= each.words
        return replace(plan, column=prices[0], named=_only_of(texts))

    def _of_rows(self, plan: Plan, texts: Sequence[ColumnMatch]) -> Plan | None:
        """Return the query where a column of texts says what the rows are: “the cost of all pumps”."""
        return (
            plan
            if all(each.column.sql in self._index.unique or self._is_first(each.column) for each in texts)
            else None
        )

    def _is_first(self, column: Column) -> bool:
        texts = [each for each in self._table.table.columns if each.kind is ColumnKind.TEXT]
        return bool(texts) and texts[0] == column

    def _counted(self, plan: Plan, free: Sequence[ColumnMatch]) -> Plan | None:
        named = [each for each in free if any(self._words[at].noun for at in each.words)]
        named = [each for each in named if each.column.kind is not ColumnKind.DATE]
        others = [each for each in free if each not in named and each.column.kind is ColumnKind.NUMBER]
        nouns = [at for at, word in enumerate(self._words) if word.noun]
        counted = column_counted(self._index, self._words)
        if counted is not None and not _RUNNING & {*parts_of(counted.name)} and plan.operation is Operation.COUNT:
            # “Anzahl der Schrauben” of a column “Anzahl”; whether rows are meant by “Anzahl der Artikel” is not told
            return (
                None
                if free or not self._used.issuperset(nouns)
                else replace(plan, operation=Operation.SUM, column=counted)
            )
        of_unit = next((column for at in nouns if (column := self._unit_column(at)) is not None), None)
        if of_unit is not None and not named and plan.operation is Operation.COUNT and not others:
            # “how many kg”
            for each in free:
                self._used |= each.words
            return replace(plan, operation=Operation.SUM, column=of_unit)
        names_rows = bool(named) and named[0].column.sql in self._index.unique
        if named and named[0].column.kind is ColumnKind.NUMBER and plan.operation is Operation.COUNT and not names_rows:
            # “how many units”: they are counted in the column
            for each in free:
                self._used |= each.words
            return None if others else replace(plan, operation=Operation.SUM, column=named[0].column)
        if len(free) == 1 and free[0].column.kind is ColumnKind.NUMBER and not named:
            return None
        for each in free:
            self._used |= each.words
        if named and (plan.operation is Operation.DIFFERENT or named[0].column.sql not in self._index.unique):
            if plan.operation is Operation.COUNT and self._is_first(named[0].column) and plan.filters:
                return plan
            return replace(plan, operation=Operation.DIFFERENT, column=named[0].column)
        if plan.operation is Operation.DIFFERENT:
            return replace(plan, column=free[0].column) if len(free) == 1 else None
        # a column that is named beside the rows stands for a condition that was not understood: “low priority”
        told = [each for each in free if each not in named and each.column.kind is ColumnKind.TEXT]
        return replace(plan, operation=Operation.COUNT) if not others and not told else None

    def _listed(self, plan: Plan, free: Sequence[ColumnMatch]) -> Plan | None:
        for each in free:
            self._used |= each.words
        if plan.group is not None:
            return None
        others = [each for each in free if not any(self._words[at].noun for at in each.words)]
        if not plan.filters:
            return None
        if len(free) == 1 and not others and any(not f.range for f in plan.filters):
            # “which site has the pump CP 40”: a cell of one row
            return replace(plan, operation=Operation.LIST, column=free[0].column)
        return replace(plan, operation=Operation.LIST, column=free[0].column if len(free) == 1 else None)

    def _looked_up(self, plan: Plan, free: Sequence[ColumnMatch]) -> Plan | None:
        if not plan.filters or plan.group is not None:
            return None
        if all(each.range for each in plan.filters):
            return None
        if not free:
            return None
        if len(free) > 1:
            figures = [each for each in free if each.column.kind is not ColumnKind.TEXT]
            keys = [each for each in free if each.column.kind is ColumnKind.TEXT and self._is_first(each.column)]
            if len(free) - len(keys) != 1:
                return None
            free = [each for each in free if each not in keys] or figures
        for each in self._columns:
            self._used |= each.words
        return replace(plan, column=free[0].column)


def _only_of(matches: Sequence[ColumnMatch]) -> Column | None:
    return matches[0].column if len(matches) == 1 else None
