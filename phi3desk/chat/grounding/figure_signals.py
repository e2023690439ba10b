"""Whether a claim's figures are those of the sentences it is compared with, and said of the same thing there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phi3desk.chat.grounding.evidence_units import Evidence, Window
from phi3desk.chat.grounding.quantities import MONTH, Quantity
from phi3desk.chat.grounding.statements import Statement, words_within

#: words are taken for the same from here on
_SAME = 0.6
#: characters in which a figure's words lose most of their hold on it; words behind it have less
_NEAR, _BEHIND = 30.0, 0.6
_CLEARLY = 1.25
#: a light word such as “lowest” tells figures apart
_LIGHTEST = 0.8
#: share of a claim that a sentence holds which says a part of it
_PART = 0.4

#: how alike each word of the claim is to each of the passage, 0 to 1
Alike = Sequence[Sequence[float]]
_Placed = Sequence[tuple[int, Quantity]]


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
    alike: Alike,
    weights: Sequence[float],
    shares: Mapping[int, float],
) -> FigureSignals:
    """Return what a window tells of a claim's figures.

    `weights` are those of the claim's words, `shares` how much of the claim each sentence of the window holds.
    """
    placed = [
        (evidence.units[unit].span[0] + quantity.span[0], quantity)
        for unit in window.units
        for quantity in evidence.statements[unit].quantities
    ]
    held = [quantity for _, quantity in placed]
    known = [*evidence.context.quantities, *question.quantities]
    missing = unit_differs = bound_differs = 0
    for quantity in claim.quantities:
        same = [other for other in held if _same_value(quantity, other)]
        if not same:
            # “in 2010”, as it was asked
            missing += not any(_same_value(quantity, other) for other in known)
        elif not any(_units_agree(quantity, other) for other in same):
            unit_differs += 1
        else:
            bound_differs += all(_bounds_differ(quantity, other) for other in same if _units_agree(quantity, other))
    return FigureSignals(
        held=len(claim.quantities) - missing - unit_differs - bound_differs,
        missing=missing,
        unit_differs=unit_differs,
        bound_differs=bound_differs,
        of_others=_of_others(claim, evidence, placed, alike, weights),
        apart=_apart(claim, evidence, window, shares) if len(window.units) > 1 and claim.words else 0,
    )


def _of_others(claim: Statement, evidence: Evidence, placed: _Placed, alike: Alike, weights: Sequence[float]) -> int:
    """Count the figures by which words of something else stand, where another of their unit is nearer to the claim's.

    “Lowest flow 180 m³/h, highest flow 780 m³/h”: the lowest flow is not 780 m³/h.
    """
    count = 0
    for quantity in claim.quantities:
        like = [(place, other) for place, other in placed if quantity.unit == other.unit and not other.is_month]
        own = [place for place, other in like if _same_value(quantity, other)]
        others = [place for place, other in like if not any(_same_value(each, other) for each in claim.quantities)]
        if not own or not others:
            continue
        places = sorted(place for place, _ in like)
        near = {
            place: _words_by(place, quantity.unit, places, placed, claim, evidence, alike, weights)
            for place in {*own, *others}
        }
        count += max(near[place] for place in others) > _CLEARLY * max(near[place] for place in own)
    return count


def _words_by(
    place: int,
    unit: str,
    places: Sequence[int],
    placed: _Placed,
    claim: Statement,
    evidence: Evidence,
    alike: Alike,
    weights: Sequence[float],
) -> float:
    """Return how much of the claim stands by a figure, in its sentence and nearer than any other of its unit."""
    before = max((other for other in places if other < place), default=-1)
    after = min((other for other in places if other > place), default=math.inf)
    passage = evidence.whole.words
    sentence = next(each for each in evidence.units if each.span[0] <= place < each.span[1])
    inside = [index for index in words_within(passage, sentence.span) if before < passage[index].span[0] < after]
    whole = 0.0
    for row, weight, word in zip(alike, weights, claim.words, strict=True):
        near = [
            row[index] * math.exp(-abs(place - start) / _NEAR) * (1.0 if start < place else _BEHIND)
            for index in inside
            if row[index] >= _SAME
            for start in (passage[index].span[0],)
        ]
        whole += max(weight, _LIGHTEST if word.light else 0.0) * max(near, default=0.0)
    for quantity in claim.quantities:
        if quantity.unit != unit:
            near = [abs(place - at) for at, other in placed if before < at < after and _same_value(quantity, other)]
            whole += max((math.exp(-distance / _NEAR) for distance in near), default=0.0)
    return whole


def _apart(claim: Statement, evidence: Evidence, window: Window, shares: Mapping[int, float]) -> int:
    """Count the figures that the window holds only in sentences that hold little else of the claim."""
    held = [quantity for unit in window.units for quantity in evidence.statements[unit].quantities]
    near = [
        quantity for unit in window.units if shares[unit] >= _PART for quantity in evidence.statements[unit].quantities
    ]
    return sum(
        any(_same_value(quantity, other) for other in held) and not any(_same_value(quantity, other) for other in near)
        for quantity in claim.quantities
    )


def _same_value(one: Quantity, other: Quantity) -> bool:
    return one.equals(other) and (one.unit == MONTH) == (other.unit == MONTH)


def _units_agree(one: Quantity, other: Quantity) -> bool:
    return not one.unit or not other.unit or one.unit == other.unit


def _bounds_differ(one: Quantity, other: Quantity) -> bool:
    return bool(one.bound) and bool(other.bound) and one.bound != other.bound
