"""Which words of a question name a column of a table, or a value that stands in it."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from phi3desk.errors import until
from phi3desk.library.sheets.figures import figure_in
from phi3desk.library.sheets.names import ROW, names_years
from phi3desk.library.sheets.question import AskedWord, Role
from phi3desk.library.sheets.store import StoredTable, quoted
from phi3desk.library.sheets.types import Column, ColumnKind
from phi3desk.library.sheets.units import is_known
from phi3desk.library.text import fold
from phi3desk.library.words.terms import stem

_TOKEN = re.compile(r"[^\W_]+")
_OF_DIGITS = re.compile(r"[\d.,:/-]+")
#: of a column of texts so many different values are looked at, which are no longer than so many letters
_MOST_VALUES = 20_000
_LONGEST_VALUE = 80
#: letters of a word's beginning that two forms of it share, and those that may follow
_SHARED, _ENDING = 4, 3
#: values are looked up by so many letters
_INDEXED = 3
#: values that a word may be a part of
_MOST_PARTLY = 50
#: the least number of orders and the like that do not follow each other
_LEAST_NUMBER = 100
#: letters of a word that may stand at the end of a compound one: Verkaufspreis
_COMPOUND = 5
#: words between the name of a column and a number, or a word of no other meaning, that it has to be
BESIDE = 2
#: letters of little words such as articles, which are values only where capitals tell: see `values_named`
_LITTLE = 2


@dataclass(frozen=True)
class ColumnMatch:
    """Words that name a column: their places in the question; the more `share` of its head they are the better."""

    column: Column
    words: frozenset[int]
    share: float
    exact: bool


@dataclass(frozen=True)
class ValueMatch:
    """Words that name values of a column: their places; `exact` where they stand there letter for letter."""

    column: Column
    values: tuple[str, ...]
    words: frozenset[int]
    exact: bool


@dataclass(frozen=True)
class TableIndex:
    """The words of a table's columns, and of the values of its columns of texts, in order of their length.

    `unique` are the columns of which each row has a value of its own: of texts, and one of numbers that name the rows.
    `figures` are the columns of texts that are figures and could not be made numbers, such as those of several units.
    """

    heads: tuple[tuple[Column, tuple[str, ...]], ...]
    values: dict[tuple[str, ...], dict[str, set[str]]]
    columns: dict[str, Column]
    by_first: dict[str, list[tuple[str, ...]]]
    unique: frozenset[str]
    figures: frozenset[str] = frozenset()


def parts_of(text: str) -> tuple[str, ...]:
    """Return the folded words and numbers of a text."""
    return tuple(_TOKEN.findall(fold(text)))


def index_of(connection: sqlite3.Connection, table: StoredTable, cancelled: threading.Event) -> TableIndex:
    """Return the words of a table; Cancelled once that is set. Takes seconds for ten columns of many texts."""
    values: dict[tuple[str, ...], dict[str, set[str]]] = {}
    unique: set[str] = set()
    figures: set[str] = set()
    rows = int(connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0])  # noqa: S608
    for column in until(cancelled, table.table.columns):
        if column.kind is not ColumnKind.TEXT:
            continue
        name = quoted(column.sql)
        found = connection.execute(
            f"SELECT DISTINCT {name} COLLATE BINARY FROM {table.name} WHERE length({name}) <= ? LIMIT ?",  # noqa: S608
            (_LONGEST_VALUE, _MOST_VALUES),
        ).fetchall()
        if len(found) == rows:
            unique.add(column.sql)
        if 2 * sum(_is_figure(str(text)) for (text,) in found) >= len(found) > 0:
            figures.add(column.sql)
        for (text,) in found:
            parts = parts_of(str(text))
            if parts:
                values.setdefault(parts, {}).setdefault(column.sql, set()).add(str(text))
    if _names_rows(connection, table, bool(unique)):
        unique.add(table.table.columns[0].sql)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for parts in values:
        by_first.setdefault(parts[0][:_INDEXED], []).append(parts)
    return TableIndex(
        tuple((column, parts_of(column.name)) for column in table.table.columns),
        values,
        {column.sql: column for column in table.table.columns},
        by_first,
        frozenset(unique),
        frozenset(figures),
    )


def _is_figure(text: str) -> bool:
    """Return whether a text is a figure with a unit or without one; “10A” is the name of a room, “1.2.3” a version."""
    figure = figure_in(text)
    if figure is None or not figure.is_number:
        return False
    is_letter = len(figure.unit) == 1 and figure.unit.isalpha() and text.strip()[-2:-1].isdigit()
    return not figure.unit or (is_known(figure.unit) and not is_letter)


def _names_rows(connection: sqlite3.Connection, table: StoredTable, has_names: bool) -> bool:
    """Return whether the first column holds whole numbers that name the rows: those of orders, invoices or rooms.

    They have three digits or more, and all as many, or follow each other without a gap: other ones may be measured.
    Where a column of texts may name the rows, too, the numbers have to rise or fall: they may be quantities.
    """
    first = table.table.columns[0]
    if first.kind is not ColumnKind.NUMBER or first.unit or first.decimals:
        return False
    found = connection.execute(f"SELECT {quoted(first.sql)} FROM {table.name} ORDER BY {ROW}")  # noqa: S608
    numbers = [number for (number,) in found]
    if len(numbers) < 2 or None in numbers or len(set(numbers)) < len(numbers):
        return False
    low, high = min(numbers), max(numbers)
    is_alike_long = low >= _LEAST_NUMBER and len(str(int(low))) == len(str(int(high)))
    if not is_alike_long and high - low >= len(numbers):
        return False
    return not has_names or numbers in (sorted(numbers), sorted(numbers, reverse=True))


def values_named(index: TableIndex, words: Sequence[AskedWord], language: str) -> list[ValueMatch]:
    """Return the values that a question names, the longest first; no word names two of them."""
    spelled = [(at, part) for at, word in enumerate(words) for part in parts_of(word.text)]
    found: list[ValueMatch] = []
    for start in range(len(spelled)):
        for parts in index.by_first.get(spelled[start][1][:_INDEXED], ()):
            span = spelled[start : start + len(parts)]
            if len(span) < len(parts) or _is_cut(words, spelled, start, start + len(parts)):
                continue
            exact = tuple(part for _, part in span) == parts
            if not exact and not all(
                is_inflected(said, kept, language) for (_, said), kept in zip(span, parts, strict=True)
            ):
                continue
            places = frozenset(at for at, _ in span)
            if any(words[at].role not in (Role.WORD, Role.NEUTRAL, Role.FUNCTION) for at in places):
                continue
            says_something = any(words[at].role is Role.WORD for at in places) or all(
                _is_value(words[at], said, kept) for (at, said), kept in zip(span, parts, strict=True)
            )
            # a word that says nothing is a value only where it is written as one: “US”, “IT”; every first word is so
            # written that is one letter: “A”
            if not says_something and not (
                exact and all(words[at].text.isupper() and (at or len(words[at].text) > 1) for at in places)
            ):
                continue
            for column, texts in index.values[parts].items():
                found.append(ValueMatch(index.columns[column], tuple(sorted(texts)), places, exact))
    found = _with_forms(found, language)
    found.sort(key=lambda each: (-len(each.words), not each.exact, -sum(len(value) for value in each.values[:1])))
    kept: list[ValueMatch] = []
    for each in found:
        others = [other for other in kept if other.words & each.words]
        # the same words in another column, or forms of other values, are told apart by whoever asks; shorter ones are
        # parts of the longer
        if all(other.words == each.words and other.exact == each.exact for other in others):
            kept.append(each)
        elif not each.exact:
            continue
    return kept


def _with_forms(found: Sequence[ValueMatch], language: str) -> list[ValueMatch]:
    """Return matches with the forms of one value as one: “modrih” names all of “moder”, “modra” and “modro”.

    What begins with a capital letter may be a name: of Petrov and Petrovi none is a form of the other.
    """
    together: dict[tuple[object, ...], ValueMatch] = {}
    for each in found:
        stems = tuple(stem(part, language) for part in parts_of(each.values[0]))
        is_name = any(value[:1].isupper() for value in each.values)
        key = (each.column.sql, each.words, each.exact, each.values if each.exact or is_name else stems)
        values = {*each.values, *(together[key].values if key in together else ())}
        together[key] = replace(each, values=tuple(sorted(values)))
    return list(together.values())


def _is_cut(words: Sequence[AskedWord], spelled: Sequence[tuple[int, str]], start: int, stop: int) -> bool:
    """Return whether a span of parts begins or ends within a number, a version or an address: 1.1 of 1.1.7."""
    ends = [at for at in (start, stop) if 0 < at < len(spelled) and spelled[at - 1][0] == spelled[at][0]]
    return any(_OF_DIGITS.fullmatch(words[spelled[at][0]].text) for at in ends)


def _is_value(word: AskedWord, said: str, kept: str) -> bool:
    """Return whether a word that says nothing for its beginning alone is a value: the two share more than that."""
    return bool(word.beginning) and kept.startswith(said[: len(word.beginning) + 1])


def values_partly_named(index: TableIndex, word: AskedWord, at: int, language: str) -> ValueMatch | None:
    """Return the values that a word is a part of, where it is one in a single column: “filters” of “Filter FM 10”."""
    if len(word.key) < _SHARED or not word.key.isalpha():
        return None
    found: dict[str, set[str]] = {}
    for parts, columns in index.values.items():
        if len(parts) > 1 and any(is_inflected(word.key, part, language) for part in parts):
            for name, texts in columns.items():
                found.setdefault(name, set()).update(texts)
    if len(found) != 1:
        return None
    ((name, texts),) = found.items()
    if len(texts) > _MOST_PARTLY:
        return None
    return ValueMatch(index.columns[name], tuple(sorted(texts)), frozenset((at,)), exact=False)


def values_beside(
    index: TableIndex, words: Sequence[AskedWord], columns: Sequence[ColumnMatch], values: Sequence[ValueMatch]
) -> list[ValueMatch]:
    """Return further values that are words of no meaning elsewhere, beside the names of columns: “high” of a priority.

    Their words stand beside what names their column, or beside each other: “high” of “how high is the cost with low
    priority” is none.
    """
    taken = {at for each in values for at in each.words}
    found: list[ValueMatch] = []
    for at, word in enumerate(words):
        texts = index.values.get(parts_of(word.text), {})
        if word.role not in (Role.NEUTRAL, Role.FUNCTION) or at in taken or len(word.key) <= _LITTLE:
            continue
        named = [each.column for each in columns if each.column.sql in texts]
        # “are” is not the country ARE
        if len(named) == 1 and (word.role is Role.NEUTRAL or word.text in texts[named[0].sql]):
            kept = tuple(sorted(texts[named[0].sql]))
            found.append(ValueMatch(named[0], kept, frozenset((at,)), exact=True))
    told: list[ColumnMatch | ValueMatch] = [*columns, *values]
    places = {(each.column.sql, at) for each in told for at in each.words}
    beside: list[ValueMatch] = []

    def is_beside(value: ValueMatch) -> bool:
        return any(name == value.column.sql and abs(at - min(value.words)) <= BESIDE for name, at in places)

    while near := [each for each in found if each not in beside and is_beside(each)]:
        beside += near
        places |= {(each.column.sql, at) for each in near for at in each.words}
    return [each for each in found if each in beside]


def columns_named(
    index: TableIndex,
    words: Sequence[AskedWord],
    language: str,
    taken: frozenset[int],
    periods: Collection[frozenset[int]] = (),
    refusing: Collection[int] = (),
) -> list[ColumnMatch]:
    """Return the columns that the words name which are not taken, the best first; none for words that say nothing.

    All the words of one of the `periods` may name one, too: “Last year”, those that are `refusing` elsewhere, and a
    word behind “per” whatever it is elsewhere: “month”. What is calculated with may be called by words of no meaning
    that are all of its name: “total cost”.
    """
    found = []
    each_of = {at for at in behind_marks(words) if words[at].role in (Role.FUNCTION, Role.NEUTRAL)}
    for column, parts in index.heads:
        meant = {*each_of, 1} if is_asked_for(column, words) else each_of
        is_figure = column.kind is ColumnKind.NUMBER and column.sql not in index.unique
        # “är”, is, is no year
        is_figure = is_figure and not names_years(column.name)
        named: set[int] = set()
        matched: set[int] = set()
        exact = True
        for place, part in enumerate(parts):
            for at, word in enumerate(words):
                if at in taken or (word.role in (Role.FUNCTION, Role.GROUP) and at not in {*refusing, *meant}):
                    continue
                is_form = is_figure and word.names and len(parts) == 1
                if word.role is not Role.WORD and word.key != part and not is_form and at not in meant:
                    continue
                for said in {word.key, *parts_of(word.text)}:
                    if is_alike(said, part, language):
                        matched.add(place)
                        named.add(at)
                        exact = exact and said == part
                        break
        heads = [part for part in parts if len(part) > 1 or part.isdigit()] or list(parts)
        says_something = any(words[at].role is Role.WORD or at in meant for at in named)
        says_something |= named in periods
        says_something |= is_figure and len(matched) == len(parts) and all(words[at].names for at in named)
        if matched and says_something:
            found.append(ColumnMatch(column, frozenset(named), len(matched) / max(1, len(heads)), exact))
    found.sort(key=lambda each: (-each.share * len(each.words), -each.share, not each.exact))
    return found


def is_asked_for(column: Column, words: Sequence[AskedWord]) -> bool:
    """Return whether the word behind “which” is the name of a column whatever it says elsewhere: “month”."""
    is_which = len(words) > 1 and words[0].role is Role.OPERATION and not words[0].counts
    return is_which and parts_of(column.name) == (words[1].key,)


def column_counted(index: TableIndex, words: Sequence[AskedWord]) -> Column | None:
    """Return the column of numbers that is called by a word that counts, perhaps with its article: “Antal”, antalet."""
    said = [word.key for word in words if word.counts]
    for column, parts in index.heads:
        is_number = column.kind is ColumnKind.NUMBER and column.sql not in index.unique
        # πόσους, how many, is no form of ποσό, an amount
        if is_number and len(parts) == 1 and len(parts[0]) > _SHARED and any(key.startswith(parts[0]) for key in said):
            return column
    return None


def behind_marks(words: Sequence[AskedWord]) -> list[int]:
    """Return the places of the words right behind “per” and the like."""
    return [
        at + 1 for at, word in enumerate(words[:-1]) if word.role is Role.GROUP and words[at + 1].role is not word.role
    ]


def places_of_name(parts: Sequence[str], words: Sequence[AskedWord], language: str) -> frozenset[int]:
    """Return the places of words that are the whole name of a column, one behind the other, where they are there."""
    spelled = [(at, part) for at, word in enumerate(words) for part in parts_of(word.text)]
    for start in range(len(spelled) - len(parts) + 1):
        span = spelled[start : start + len(parts)]
        if all(is_alike(said, kept, language) for (_, said), kept in zip(span, parts, strict=True)):
            return frozenset(at for at, _ in span)
    return frozenset()


def is_alike(said: str, kept: str, language: str) -> bool:
    """Return whether two folded words are forms of one, or the first a compound that ends with the other."""
    if said == kept:
        return True
    if said.isdigit() or kept.isdigit():
        return False
    if is_inflected(said, kept, language):
        return True
    return len(kept) >= _COMPOUND and len(said) > len(kept) + 2 and said.endswith(kept)


def is_inflected(said: str, kept: str, language: str) -> bool:
    """Return whether two folded words are forms of one."""
    if said == kept:
        return True
    if not (said.isalpha() and kept.isalpha()) or min(len(said), len(kept)) < _SHARED:
        return False
    if stem(said, language) == stem(kept, language):
        return True
    shared = next((at for at, (a, b) in enumerate(zip(said, kept, strict=False)) if a != b), min(len(said), len(kept)))
    longest = max(len(said), len(kept))
    return shared >= max(_SHARED, longest - _ENDING) and shared * 3 >= 2 * min(len(said), len(kept))
