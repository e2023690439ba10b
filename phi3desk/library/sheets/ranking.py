"""What a question ranks rows by: “first” that is a part of a name, and what is old by its age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from phi3desk.library.sheets.matching import parts_of, places_of_name
from phi3desk.library.sheets.plan import Plan
from phi3desk.library.sheets.question import Operation, Role, SheetQuestion
from phi3desk.library.sheets.types import Column, ColumnKind
from phi3desk.library.text import fold

#: beginnings of words for what has the greatest age, and of those for the least, folded
_OLDEST = tuple(fold("oldest ältest najstarejš παλαιότερ παλιότερ найстаріш vechi veche äldst").split())
_YOUNGEST = tuple(fold("youngest jüngst najmlajš νεότερ наймолодш yngst").split())
_AGES = frozenset(fold("age alter starost ηλικία вік vârsta vârstă ålder").split())
#: beginnings of words in the heads of dates by which a person is old in the house, not in years
_JOINED = tuple(
    fold(
        "join hire employ entry entered enrol start member eintritt einstell angestellt beginn mitglied zaposl vstop "
        "včlan začet προσληψ πρόσληψ εγγραφ έναρξ прийнят вступ початок найм angaj înscri început anställ inträd börja"
    ).split()
)
_TURNED = {Operation.LARGEST: Operation.SMALLEST, Operation.SMALLEST: Operation.LARGEST}


def without_ranking(question: SheetQuestion, heads: Iterable[tuple[Column, tuple[str, ...]]]) -> SheetQuestion:
    """Return a question as it is where “first” or “last” is a part of the whole name of a column: “first name”.

    The last date of a column called “Last service” is one of it, too.
    """
    if not question.newest or not question.ranking:
        return question
    for column, parts in heads:
        places = places_of_name(parts, question.words, question.language)
        if column.kind is not ColumnKind.DATE and places > set(question.ranking):
            words = tuple(
                replace(word, role=Role.WORD, noun=False) if at in places else word
                for at, word in enumerate(question.words)
            )
            listed = any(word.role is Role.OPERATION for word in words)
            return replace(question, words=words, operation=Operation.LIST if listed else None, newest=False)
    return question


def by_age(question: SheetQuestion, plan: Plan, columns: Iterable[Column]) -> Plan | None:
    """Return the query for the oldest by the column of ages; without one by dates of birth or making.

    None where neither tells who is the oldest. A plan for anything but the oldest or the youngest is returned as it is.
    """
    words = [word.key for word in question.words if word.role is Role.OPERATION]
    if not question.newest or not any(key.startswith(_OLDEST + _YOUNGEST) for key in words):
        return plan
    ages = [each for each in columns if each.kind is ColumnKind.NUMBER and set(parts_of(each.name)) & _AGES]
    if ages:
        turned = _TURNED.get(plan.operation)
        return replace(plan, column=ages[0], operation=turned) if len(ages) == 1 and turned is not None else None
    named = parts_of(plan.column.name) if plan.column is not None else ()
    return None if any(part.startswith(_JOINED) for part in named) else plan
