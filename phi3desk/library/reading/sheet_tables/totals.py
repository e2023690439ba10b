"""Which rows of a table hold sums and means of the others."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set

from phi3desk.library.reading.sheet_tables.typed import SheetRow, TypedColumn
from phi3desk.library.sheets.figures import is_nothing
from phi3desk.library.sheets.types import ColumnKind
from phi3desk.library.text import fold

_SUMS = frozenset(
    fold(
        "total totals sum subtotal overall summe gesamt insgesamt zwischensumme gesamtsumme endsumme gesamtbetrag "
        "skupaj vsota σύνολο σύνολα άθροισμα υποσύνολο усього всього разом підсумок сума suma sumă summa totalt "
        "totalsumma delsumma"
    ).split()
)
_MEANS = frozenset(
    fold(
        "average mean median min max minimum maximum mittelwert durchschnitt mittel povprečje najmanj največ μέσος "
        "ελάχιστο μέγιστο середнє мінімум максимум medie media minim maxim medel medelvärde genomsnitt"
    ).split()
)
#: those of them that may be the name of a person or a department
_NAMES = frozenset(fold("max min maxim media medel mittel").split())
#: words that may stand in such a label
_MOST_WORDS = 4
_TOKEN = re.compile(r"[^\W\d_]+")
_CLOSE = 1e-6
#: rows that a sum without any words must be the sum of
_FEWEST = 3


class _Tally:
    """What the values of one column come to, since its last sum and in all."""

    def __init__(self) -> None:
        self.since = self.whole = 0.0
        self.count = 0
        self.least, self.most = math.inf, -math.inf

    def add(self, value: float) -> None:
        self.since += value
        self.whole += value
        self.count += 1
        self.least, self.most = min(self.least, value), max(self.most, value)

    def is_sum(self, value: float) -> bool:
        return _is(value, self.since) or _is(value, self.whole)

    def means(self, value: float) -> set[str]:
        """Return which of the mean, the least and the most a value is."""
        if self.count < 2:
            return set()
        known = {"mean": self.whole / self.count, "least": self.least, "most": self.most}
        return {name for name, each in known.items() if _is(value, each)}


def totals_in(rows: Sequence[SheetRow], places: Sequence[int], columns: Sequence[TypedColumn]) -> set[int]:
    """Return the numbers of the rows that are sums or means of rows above them: called so, and that is what they are.

    A row without a name counts as a sum where it is the last and all of its figures are.
    """
    tallies = {at: _Tally() for at, each in enumerate(columns) if each.column.kind is ColumnKind.NUMBER}
    heads = {token for each in columns for token in _TOKEN.findall(fold(each.column.name))}
    found: set[int] = set()
    since = 0
    figures, names = [], []
    for index, row in enumerate(rows):
        values = {at: value for at in tallies if isinstance(value := columns[at].values[index], float)}
        figures.append(values)
        names.append(
            [
                text
                for at, place in enumerate(places)
                if at not in values and not is_nothing(text := row.cell(place).text)
            ]
        )
    foot = _foot(figures, names)
    for index, (row, values, labels) in enumerate(zip(rows, figures, names, strict=True)):
        sums = [tallies[at].is_sum(value) for at, value in values.items()]
        adds_up = any(is_sum and value for is_sum, value in zip(sums, values.values(), strict=True))
        is_last = index == len(rows) - 1
        alone = len(labels) == 1
        if labels and _is_called(labels[0], _SUMS):
            largest = all(value >= tallies[at].most for at, value in values.items())
            is_sum = index > 0 and (adds_up or (is_last and alone and bool(values) and largest))
        else:
            is_sum = not labels and is_last and since >= _FEWEST and adds_up and all(sums)
        is_mean = (
            alone
            and index >= max(foot, len(rows) - _FEWEST)
            and _is_called(labels[0], _MEANS)
            and _are_means(labels[0], [(tallies[at], value) for at, value in values.items()], index - len(found), heads)
        )
        if is_sum or is_mean:
            found.add(row.number)
            if is_sum:
                since = 0
                for tally in tallies.values():
                    tally.since = 0.0
            continue
        since += 1
        for at, value in values.items():
            tallies[at].add(value)
    return found


def _foot(figures: Sequence[dict[int, float]], names: Sequence[list[str]]) -> int:
    """Return from which row on all that have figures are called sums or means: “Average” of grades is none of them."""
    at = len(figures)
    while at and (not figures[at - 1] or (names[at - 1] and _is_called(names[at - 1][0], _SUMS | _MEANS))):
        at -= 1
    return at


def _are_means(label: str, figures: Sequence[tuple[_Tally, float]], before: int, heads: Set[str]) -> bool:
    """Return whether the figures of a row are means, least or largest values of the rows `before` it.

    Of one that may be called by a name, such as Max, all of them have to be the same, and of enough rows that differ.
    """
    told = [tally.means(value) for tally, value in figures]
    tokens = set(_TOKEN.findall(fold(label)))
    if not tokens & _NAMES or tokens & (_MEANS - _NAMES):
        return any(told)
    differ = any(tally.least < tally.most for tally, _ in figures)
    return tokens <= _NAMES | heads and before >= _FEWEST and differ and bool(set.intersection(*told))


def _is(value: float, total: float) -> bool:
    return abs(value - total) <= max(_CLOSE, abs(total) * _CLOSE) or round(value, 2) == round(total, 2)


def _is_called(label: str, words: frozenset[str]) -> bool:
    tokens = _TOKEN.findall(fold(label))
    return 0 < len(tokens) <= _MOST_WORDS and (tokens[0] in words or tokens[-1] in words)
