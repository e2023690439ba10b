"""Whether a claim's figures are those of the sentences it is compared with, and said of the same thing there."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phi3desk.chat.grounding.dates import misdated
from phi3desk.chat.grounding.evidence_units import Evidence, Window
from phi3desk.chat.grounding.quantities import HALVES_OF_DAY, Quantity
from phi3desk.chat.grounding.quantity_words import AT_A, EITHER_UNIT
from phi3desk.chat.grounding.statements import Statement, Word, words_within
from phi3desk.chat.grounding.units import unit_of
from phi3desk.chat.wording.word_lists import is_listed
from phi3desk.library.text import Span, fold

#: words are taken for the same from here on
_SAME = 0.6
#: characters in which a figure's words lose most of their hold on it, how much further those behind it are, and what
#: a comma between adds
_NEAR, _BEHIND, _APART = 30.0, 1.6, 20.0
_PARTED = re.compile(r"[,;|]\s|\s\|")
_CLEARLY, _LEAST = 1.2, 0.05
_KINDS = {
    unit: kind
    for kind, units in {
        "mass": "ng µg mg g kg t lb oz",
        "length": "µm mm cm m km in ft mi",
        "volume": "mm³ cm³ ml l m³",
        "time": "s min h day week month year",
        # times of day are figures without a unit to most
        "": "a.m. p.m.",
        "pressure": "mPa Pa hPa mbar bar kPa MPa psi",
    }.items()
    for unit in units.split()
} | {"pound": "£"}
#: the word before a figure, and its letters at most
_WORD_BEFORE, _LONGEST_BEFORE = re.compile(r"(?<!\w)(?P<word>[^\W\d_]+)[\s-]+$"), 12
_WORD_BEHIND = re.compile(r"\s(?P<word>[^\W\d_]+)")
#: a light word such as “lowest” tells figures apart
_LIGHT = 0.8
#: share of a claim that a sentence holds which says a part of it
_PART = 0.4

_Placed = Sequence[tuple[int, Quantity]]
#: words, each with how alike it is to each of the passage, 0 to 1
_Words = Sequence[tuple[Word, Sequence[float]]]


@dataclass(frozen=True)
class SaidOf:
    """What a claim's figures are said of: words of its own, those that a short reply was asked about, and figures."""

    own: _Words
    asked: _Words
    figures: tuple[Quantity, ...]


@dataclass(frozen=True)
class Standing:
    """How much of what a claim's figure is said of stands by each of the passage's figures of its kind.

    `groups` are those figures by their places, `best` tells it of each group, `others` are the places of other values.
    """

    quantity: Quantity
    groups: Mapping[int, int]
    best: Mapping[int, float]
    others: tuple[int, ...]


@dataclass(frozen=True)
class FigureSignals:
    """How many of a claim's figures the window holds, does not hold, or holds otherwise.

    `of_others` stand by words of something else there, `apart` only in sentences that hold little of the claim.
    """

    held: int = 0
    missing: int = 0
    unit_differs: int = 0
    bound_differs: int = 0
    of_others: int = 0
    apart: int = 0


def figure_signals(
    claim: Statement,
    question: Statement,
    evidence: Evidence,
    window: Window,
    standings: Sequence[Standing],
    shares: Mapping[int, float],
) -> FigureSignals:
    """Return what a window tells of a claim's figures; `shares` tells how much of the claim each sentence holds."""
    placed = [
        (evidence.units[unit].span[0] + quantity.span[0], quantity)
        for unit in window.units
        for quantity in evidence.statements[unit].quantities
    ]
    held = [quantity for _, quantity in placed]
    known = [*(each for unit in window.units for each in evidence.contexts[unit].quantities), *question.quantities]
    missing = unit_differs = bound_differs = 0
    read = (evidence.statements[unit] for unit in window.units)
    wrong = misdated(claim, read, [*(evidence.contexts[unit] for unit in window.units), question])
    for quantity in claim.figures:
        if quantity.span in wrong:
            missing += 1
            continue
        same = [other for other in held if _same_value(quantity, other)]
        if not same:
            # “in 2010”, as it was asked
            missing += not any(_same_value(quantity, other) for other in known)
        elif not any(_units_agree(quantity, other) for other in same):
            unit_differs += 1
        else:
            bound_differs += all(_bounds_differ(quantity, other) for other in same if _units_agree(quantity, other))
    ones = sum(
        _is_another_one(quantity, claim, (*evidence.whole.quantities, *known))
        for quantity in claim.quantities
        if quantity.optional
    )
    return FigureSignals(
        held=len(claim.figures) - missing - unit_differs - bound_differs,
        missing=missing + ones,
        unit_differs=unit_differs,
        bound_differs=bound_differs,
        of_others=_of_others(standings, placed),
        apart=_apart(claim, evidence, window, shares) if len(window.units) > 1 and claim.words else 0,
    )


def share_a_bound(claim: Statement, sentence: Statement) -> bool:
    """Return whether a claim has a figure with the bound that a sentence sets it."""
    return any(
        bool(one.bound) and one.bound == other.bound and _same_value(one, other) and _units_agree(one, other)
        for one in claim.figures
        for other in sentence.quantities
    )


def _is_another_one(one: Quantity, claim: Statement, told: Sequence[Quantity]) -> bool:
    """Return whether an article of a claim counts what another figure does in a passage: “ein Jahr”, “zwei Jahre”.

    Not where the passage has the one as well or the claim the other figure, and neither in “2 Tabletten an einem Tag”
    nor in “ein gutes Jahr”.
    """
    counted = _WORD_BEHIND.match(claim.text, one.span[1])
    is_one = one.optional and bool(one.unit) and one.values == {1.0}
    if not is_one or counted is None or not _is_unit(counted["word"], one):
        return False
    same = [other for other in told if other.unit == one.unit]
    others = [other for other in same if not any(other.equals(own) for own in claim.figures)]
    before = _WORD_BEFORE.search(claim.text, max(0, one.span[0] - _LONGEST_BEFORE), one.span[0])
    is_rate = before is not None and is_listed(fold(before["word"]), AT_A)
    return bool(others) and len(others) == len(same) and not is_rate and not any(map(one.equals, same))


def _is_unit(word: str, figure: Quantity) -> bool:
    # “un an”
    return unit_of(word) == figure.unit or (word == "an" and figure.unit == "year")


def standings_of(claim: Statement, evidence: Evidence, said_of: SaidOf) -> list[Standing]:
    """Return how those of a claim's figures stand that the passage has others of their kind beside."""
    everywhere = [
        (unit.span[0] + quantity.span[0], quantity)
        for unit, statement in zip(evidence.units, evidence.statements, strict=True)
        for quantity in statement.quantities
    ]
    found = []
    for quantity in claim.figures:
        like = [each for each in everywhere if _kind(each[1].unit) == _kind(quantity.unit) and not each[1].is_month]
        like = [each for each in like if not each[1].optional or _same_value(quantity, each[1])]
        others = tuple(place for place, other in like if not _same_value(quantity, other))
        if not others:
            continue
        places = [place for place, _ in like]
        held = _words_by(places, evidence, _words_of(quantity, claim, said_of.own))
        for place, near in _words_by(places, evidence, said_of.asked, apart=True).items():
            held[place] += near
        _add_labels(held, quantity, said_of.figures, everywhere)
        groups = _groups(places, evidence)
        best = {group: max(held[place] for place in held if groups[place] == group) for group in groups.values()}
        found.append(Standing(quantity, groups, best, others))
    return found


def _of_others(standings: Sequence[Standing], placed: _Placed) -> int:
    """Count the figures by which words of something else stand, where another of their kind is nearer to the claim's.

    “Lowest flow 180 m³/h, highest flow 780 m³/h”: the lowest flow is not 780 m³/h.
    """
    count = 0
    for each in standings:
        own = [
            place
            for place, other in placed
            if _same_value(each.quantity, other) and _kind(other.unit) == _kind(each.quantity.unit)
        ]
        if own:
            mine = {each.groups[place] for place in own}
            of_others = [each.best[each.groups[place]] for place in each.others if each.groups[place] not in mine]
            count += max(of_others, default=0.0) > _CLEARLY * max(each.best[group] for group in mine) + _LEAST
    return count


def _words_of(quantity: Quantity, claim: Statement, words: _Words) -> _Words:
    """Return the words that one of a claim's figures is said of: of several of its kind each has those of its clause.

    “Pump A gets 20 g and pump B 30 g.” Where one clause holds several, a word belongs to the nearest.
    """
    places = [each.span[0] for each in claim.figures if _kind(each.unit) == _kind(quantity.unit)]
    if len(places) == 1:
        return words
    spans = [clause.span for clause in claim.clauses]
    inside = {place: next((span for span in spans if span[0] <= place < span[1]), (0, 0)) for place in places}
    own = inside[quantity.span[0]]
    if len(set(inside.values())) == len(places):
        return [pair for pair in words if own[0] <= pair[0].span[0] < own[1]]
    return [
        pair
        for pair in words
        if quantity.span[0] == min(places, key=lambda place: _distance(claim.text, pair[0].span, place))
    ]


def _groups(places: Sequence[int], evidence: Evidence) -> dict[int, int]:
    """Return for each figure the first of those that it stands together with, no word between: a row of a table."""
    starts = [word.span[0] for word in evidence.whole.words]
    ends = [unit.span[0] for unit in evidence.units]
    groups: dict[int, int] = {}
    for before, place in itertools.pairwise([-1, *sorted(set(places))]):
        parted = any(before < start < place for start in (*starts, *ends))
        groups[place] = place if before < 0 or parted else groups[before]
    return groups


def _words_by(places: Sequence[int], evidence: Evidence, words: _Words, *, apart: bool = False) -> dict[int, float]:
    """Return how much of some words stands by each of some figures of one kind: a word stands by the nearest.

    Words of other sentences stand by none, those behind a figure or parted from it by a comma are further from it.
    With `apart` only words count that tell the figures apart: they stand by one of them and nowhere else.
    """
    held = dict.fromkeys(places, 0.0)
    for word, row in words:
        by = _word_by(places, evidence, row)
        found = [place for place, near in by.items() if near > 0]
        if not apart or (len(found) == 1 and _stands_only_by(found[0], evidence, row)):
            for place in found:
                held[place] += (_LIGHT if word.light else 1.0) * by[place]
    return held


def _word_by(places: Sequence[int], evidence: Evidence, row: Sequence[float]) -> dict[int, float]:
    """Return how near a word stands to each of some figures, 0 to 1."""
    passage = evidence.whole.words
    best = dict.fromkeys(places, 0.0)
    for unit in evidence.units:
        inside = [place for place in places if unit.span[0] <= place < unit.span[1]]
        for index in words_within(passage, unit.span) if inside else ():
            if row[index] < _SAME:
                continue
            distances = {place: _distance(evidence.text, passage[index].span, place) for place in inside}
            nearest = min(inside, key=lambda place: distances[place])
            best[nearest] = max(best[nearest], row[index] * math.exp(-distances[nearest] / _NEAR))
    return best


def _stands_only_by(place: int, evidence: Evidence, row: Sequence[float]) -> bool:
    """Return whether a word stands in no other sentence than that of a figure."""
    unit = next(unit for unit in evidence.units if unit.span[0] <= place < unit.span[1])
    return all(
        unit.span[0] <= word.span[0] < unit.span[1]
        for word, likeness in zip(evidence.whole.words, row, strict=True)
        if likeness >= _SAME
    )


def _distance(text: str, word: Span, place: int) -> float:
    """Return how far a word is from a figure, in characters and what makes it further."""
    if word[0] < place:
        return place - word[1] + _APART * len(_PARTED.findall(text, word[1], place))
    return _BEHIND * (word[0] - place) + _APART * len(_PARTED.findall(text, place, word[0]))


def _add_labels(held: dict[int, float], quantity: Quantity, labels: Sequence[Quantity], everywhere: _Placed) -> None:
    """Add to each figure the claim's figures of another kind that stand by it: after “up to two years” 30 days."""
    for label in labels:
        if _kind(label.unit) == _kind(quantity.unit):
            continue
        at = [place for place, other in everywhere if _same_value(label, other) and not _bounds_differ(label, other)]
        for place in held:
            nearest = min((abs(place - other) for other in at), default=math.inf)
            held[place] += math.exp(-nearest / _NEAR)


def _kind(unit: str) -> str:
    """Return what a unit measures, where several do."""
    return _KINDS.get(unit, unit)


def _apart(claim: Statement, evidence: Evidence, window: Window, shares: Mapping[int, float]) -> int:
    """Count the figures that the window holds only in sentences that hold little else of the claim."""
    held = [quantity for unit in window.units for quantity in evidence.statements[unit].quantities]
    near = [
        quantity for unit in window.units if shares[unit] >= _PART for quantity in evidence.statements[unit].quantities
    ]
    return sum(
        any(_same_value(quantity, other) for other in held) and not any(_same_value(quantity, other) for other in near)
        for quantity in claim.figures
    )


def _same_value(one: Quantity, other: Quantity) -> bool:
    if one.equals(other):
        return one.is_month == other.is_month
    # “at 3” may be 3 p.m., which 3:00 is not
    return one.text == other.text and any(
        hour.unit in HALVES_OF_DAY and not bare.unit and not bare.has_minutes
        for hour, bare in ((one, other), (other, one))
    )


def _units_agree(one: Quantity, other: Quantity) -> bool:
    if not one.unit or not other.unit or one.unit == other.unit:
        return True
    (unit, _, by), (other_unit, _, other_by) = one.unit.partition("/"), other.unit.partition("/")
    either = other_unit in EITHER_UNIT.get(unit, ()) or unit in EITHER_UNIT.get(other_unit, ())
    return either and by == other_by


def _bounds_differ(one: Quantity, other: Quantity) -> bool:
    return bool(one.bound) and bool(other.bound) and one.bound != other.bound
