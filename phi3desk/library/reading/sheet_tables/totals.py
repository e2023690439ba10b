"""Which rows of a table hold sums and means of the others."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

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

    def is_mean(self, value: float) -> bool:
        return self.count > 1 and any(_is(value, each) for each in (self.whole / self.count, self.least, self.most))


def totals_in(rows: Sequence[SheetRow], places: Sequence[int], columns: Sequence[TypedColumn]) -> set[int]:
    """Return the numbers of the rows that are sums or means of rows above them: called so, and that is what they are.

    A row without a name counts as a sum where it is the last and all of its figures are.
    """
    tallies = {at: _Tally() for at, each in enumerate(columns) if each.column.kind is ColumnKind.NUMBER}
    found: set[int] = set()
    since = 0
    for index, row in enumerate(rows):
        values = {at: value for at in tallies if isinstance(value := columns[at].values[index], float)}
        labels = [
            text for at, place in enumerate(places) if at not in values and not is_nothing(text := row.cell(place).text)
        ]
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
            and index >= len(rows) - _FEWEST
            and _is_called(labels[0], _MEANS)
            and any(tallies[at].is_mean(value) for at, value in values.items())
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


def _is(value: float, total: float) -> bool:
    return abs(value - total) <= max(_CLOSE, abs(total) * _CLOSE) or round(value, 2) == round(total, 2)


def _is_called(label: str, words: frozenset[str]) -> bool:
    tokens = _TOKEN.findall(fold(label))
    return 0 < len(tokens) <= _MOST_WORDS and (tokens[0] in words or tokens[-1] in words)
