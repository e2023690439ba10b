"""What tells whether sentences of a passage support a claim: shared words and figures, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from phi3desk.chat.grounding.evidence_units import Evidence, Window
from phi3desk.chat.grounding.opposites import is_condition, is_role, turned
from phi3desk.chat.grounding.quantities import MONTH, Quantity
from phi3desk.chat.grounding.statements import Statement, likeness, words_within
from phi3desk.chat.messages import Why

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float64]]

#: A word that the question holds, too, says little about its answer.
_ASKED = 0.25
_CODE = 1.5
_LIGHT = 0.2
_IN_CONTEXT = 0.8
#: words are taken for the same from here on
_SAME = 0.6
#: share of a clause's words that a window must hold to say anything about them
_HELD = 0.5
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Signals:
    """What a window tells about a claim; shares and likenesses are 0 to 1, the others count."""

    covered: float = 0.0
    covered_by_letters: float = 0.0
    uncovered: float = 0.0
    asked_covered: float = 1.0
    new_words: int = 0
    figures: int = 0
    figures_missing: int = 0
    figures_elsewhere: int = 0
    unit_differs: int = 0
    bound_differs: int = 0
    denied: int = 0
    opposite: int = 0
    condition: int = 0
    roles: int = 0
    name_missing: int = 0
    order: float = 0.0
    sentences: int = 1
    likeness: float = 0.0

    @property
    def why(self) -> Why:
        """What speaks against the claim most, SUPPORTED where nothing does."""
        if self.unit_differs:
            return Why.UNIT
        if self.figures_missing:
            return Why.FIGURE
        if self.denied or self.opposite:
            return Why.NEGATION
        if self.bound_differs or self.condition:
            return Why.CONDITION
        return Why.NAME if self.name_missing or self.roles else Why.SUPPORTED

    def numbers(self) -> list[float]:
        """Return all of them as numbers, in the order of the fields."""
        return [float(getattr(self, field.name)) for field in fields(self)]


class Comparison:
    """A claim beside a passage: what does not depend on the window is computed once.

    `meaning` is the likeness of each of the claim's words to each of the passage's by what they mean (0 to 1, shape
    (claim words, passage words)), None where that is not known.
    """

    def __init__(
        self, claim: Statement, question: Statement, evidence: Evidence, meaning: Matrix | None = None
    ) -> None:
        self._claim, self._question, self._evidence = claim, question, evidence
        self._asked = [max((likeness(word, asked) for asked in question.words), default=0.0) for word in claim.words]
        passage = evidence.whole.words
        self._letters = [[likeness(word, other) for other in passage] for word in claim.words]
        self._alike = [
            [max(letters, float(meaning[i, j])) if meaning is not None else letters for j, letters in enumerate(row)]
            for i, row in enumerate(self._letters)
        ]
        self._context = [
            max((likeness(word, other) for other in evidence.context.words), default=0.0) for word in claim.words
        ]
        self._unit_words = [words_within(passage, unit.span) for unit in evidence.units]

    def signals(self, window: Window, similarity: float = 0.0) -> Signals:
        """Return what a window tells; `similarity` is the cosine of claim and window, where it is known."""
        inside = [index for unit in window.units for index in self._unit_words[unit]]
        found = [self._best(row, inside, at) for at, row in enumerate(self._alike)]
        by_letters = [self._best(row, inside, at) for at, row in enumerate(self._letters)]
        weights = [self._weight(at) for at in range(len(found))]
        new = [at for at in range(len(found)) if self._asked[at] < _SAME]
        asked = [found[at] for at in range(len(found)) if self._asked[at] >= _SAME]
        missing, elsewhere, unit_differs, bound_differs = self._figures(window)
        denied, opposite, condition, roles = self._stances(window, inside)
        return Signals(
            covered=_mean(found, weights),
            covered_by_letters=_mean(by_letters, weights),
            uncovered=sum(self._lacking(at, found[at]) for at in range(len(found))),
            asked_covered=sum(asked) / len(asked) if asked else _mean(found, weights),
            new_words=len(new),
            figures=len(self._claim.quantities),
            figures_missing=missing,
            figures_elsewhere=elsewhere,
            unit_differs=unit_differs,
            bound_differs=bound_differs,
            denied=denied,
            opposite=opposite,
            condition=condition,
            roles=roles,
            name_missing=self._names_missing(inside),
            order=self._order(inside),
            sentences=len(window.units) + window.gap,
            likeness=similarity,
        )

    def _lacking(self, at: int, found: float) -> float:
        """Return how much of a word that the question does not hold is not found, 0 to 1."""
        return 0.0 if self._asked[at] >= _SAME or self._claim.words[at].light else max(0.0, 1.0 - found / _SAME)

    def _weight(self, at: int) -> float:
        word = self._claim.words[at]
        weight = _CODE if word.code else _LIGHT if word.light else 1.0
        return weight * (_ASKED + (1 - _ASKED) * (1.0 - self._asked[at]))

    def _best(self, row: Sequence[float], inside: Sequence[int], at: int) -> float:
        within = max((row[index] for index in inside), default=0.0)
        return max(within, _IN_CONTEXT * self._context[at])

    def _figures(self, window: Window) -> tuple[int, int, int, int]:
        """Count the claim's figures that are not in the window, that are elsewhere, with another unit or bound."""
        held = [quantity for unit in window.units for quantity in self._evidence.statements[unit].quantities]
        around = [*self._evidence.context.quantities]
        everywhere = self._evidence.whole.quantities
        missing = elsewhere = unit_differs = bound_differs = 0
        for quantity in self._claim.quantities:
            same = [other for other in held if _same_value(quantity, other)]
            if not same:
                if any(_same_value(quantity, other) for other in around):
                    continue
                missing += 1
                elsewhere += any(_same_value(quantity, other) for other in everywhere)
            elif not any(_units_agree(quantity, other) for other in same):
                unit_differs += 1
            elif all(_bounds_differ(quantity, other) for other in same if _units_agree(quantity, other)):
                bound_differs += 1
        return missing, elsewhere, unit_differs, bound_differs

    def _stances(self, window: Window, inside: Sequence[int]) -> tuple[int, int, int, int]:
        """Count the claim's clauses that the window denies, and the opposites, conditions and roles that differ."""
        denied = opposite = condition = roles = 0
        claim = self._claim
        for clause in claim.clauses:
            words = words_within(claim.words, clause.span)
            said = self._denied_where_held(window, words) if words else None
            negated = sum(self._turned(at, inside) for at in words)
            if said is not None:
                # a word that is turned round turns its clause
                denied += (clause.stance.denied != said) != (negated % 2 == 1)
            elif negated:
                opposite += 1
        main = max(window.units, key=lambda unit: self._held(self._unit_words[unit]))
        pair = claim.stance.contradicts(self._evidence.statements[main].stance)
        if pair:
            condition += is_condition(pair)
            roles += is_role(pair)
            opposite += not (is_condition(pair) or is_role(pair))
        return denied, opposite, condition, roles

    def _held(self, indexes: Sequence[int]) -> float:
        """Return how many of the claim's words some words of the passage hold."""
        return sum(max((row[index] for index in indexes), default=0.0) for row in self._alike)

    def _turned(self, at: int, inside: Sequence[int]) -> bool:
        """Return whether the window holds a word of the claim only with a prefix that makes it the opposite."""
        passage = self._evidence.whole.words
        key = self._claim.words[at].key
        found = any(turned(key, passage[index].key) for index in inside)
        return found and max((self._letters[at][index] for index in inside), default=0.0) < 1.0

    def _denied_where_held(self, window: Window, words: Sequence[int]) -> bool | None:
        """Return whether the clauses of the window that hold some words are denied, None where none holds half of them.

        Those are the fewest clauses side by side that hold nearly all that any of them hold.
        """
        passage = self._evidence.whole.words
        clauses: list[tuple[bool, list[float]]] = []
        for unit in window.units:
            start = self._evidence.units[unit].span[0]
            for clause in self._evidence.statements[unit].clauses:
                span = (start + clause.span[0], start + clause.span[1])
                indexes = words_within(passage, span)
                held = [max((self._alike[at][index] for index in indexes), default=0.0) for at in words]
                clauses.append((clause.stance.denied, held))
        most = _held_by(clauses, 0, len(clauses))
        if most < _HELD * len(words):
            return None
        for length in range(1, len(clauses) + 1):
            runs = [(_held_by(clauses, at, at + length), at) for at in range(len(clauses) - length + 1)]
            best, at = max(runs, key=lambda run: (run[0], -run[1]))
            if best >= _NEARLY_ALL * most:
                return any(denied for denied, _ in clauses[at : at + length])
        return None

    def _names_missing(self, inside: Sequence[int]) -> int:
        """Count the claim's names and codes that neither question nor window nor context hold."""
        return sum(
            (word.name or word.code)
            and self._asked[at] < _SAME
            and max((self._letters[at][index] for index in inside), default=0.0) < _SAME
            and self._context[at] < _SAME
            for at, word in enumerate(self._claim.words)
        )

    def _order(self, inside: Sequence[int]) -> float:
        """Return the share of pairs of the claim's words that stand the other way round in the window."""
        places = []
        for row in self._letters:
            best = max(inside, key=lambda index: row[index], default=None)
            if best is not None and row[best] >= 0.85:
                places.append(best)
        pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :] if a != b]
        return sum(a > b for a, b in pairs) / len(pairs) if pairs else 0.0


def _held_by(clauses: Sequence[tuple[bool, list[float]]], start: int, end: int) -> float:
    """Return how many of the words some clauses hold together."""
    return sum(map(max, zip(*(held for _, held in clauses[start:end]), strict=True))) if start < end else 0.0


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    whole = sum(weights)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole if whole else 1.0


def _same_value(one: Quantity, other: Quantity) -> bool:
    return one.equals(other) and (one.unit == MONTH) == (other.unit == MONTH)


def _units_agree(one: Quantity, other: Quantity) -> bool:
    return not one.unit or not other.unit or one.unit == other.unit


def _bounds_differ(one: Quantity, other: Quantity) -> bool:
    return bool(one.bound) and bool(other.bound) and one.bound != other.bound
