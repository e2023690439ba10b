"""The figures of a comparison: of each variant, and of each two variants on the same questions."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phi3desk.comparison.grading import Judged, judge
from phi3desk.comparison.plan import Comparison, Outcome, Variant
from phi3desk.comparison.statistics import UNLIKELY, Mean, Share, holm, mean_of, p_value_of, share_of
from phi3desk.errors import Sentence, Value, say

PAGE, CONTAINED, REFUSED_RIGHT, REFUSED_WRONG, GOOD = "page", "held", "refused_right", "refused_wrong", "good"
#: what is counted, and in which of them less is better
MEASURES = (PAGE, CONTAINED, REFUSED_RIGHT, REFUSED_WRONG, GOOD)
LESS_IS_BETTER = frozenset({REFUSED_WRONG})
MEASURE_NAMES: dict[str, Sentence] = {
    PAGE: say("Right page cited"),
    CONTAINED: say("Reference answer contained"),
    REFUSED_RIGHT: say("Refused what cannot be answered"),
    REFUSED_WRONG: say("Refused what can be answered"),
    GOOD: say("Judged good by you"),
}


@dataclass(frozen=True)
class VariantFigures:
    """What one variant reached; a share of no question has `of` 0. `problems` counts answers that failed."""

    variant: Variant
    answered: int
    problems: int
    shares: Mapping[str, Share]
    seconds: Mean


@dataclass(frozen=True)
class PairFigures:
    """Two variants on the same questions, by one measure.

    `both`, `only_first`, `only_second` and `neither` count the questions with that result; `chance` is the probability
    that a difference so large comes by chance, corrected for the number of pairs looked at.
    """

    first: Variant
    second: Variant
    measure: str
    both: int
    only_first: int
    only_second: int
    neither: int
    p_value: float

    @property
    def questions(self) -> int:
        """How many questions both answered."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def says(self) -> Sentence:
        """The difference in plain words."""
        names: dict[str, Value] = {
            "first": self.first.name,
            "second": self.second.name,
            "count": self.questions,
            "more": max(self.only_first, self.only_second),
            "fewer": min(self.only_first, self.only_second),
        }
        if self.only_first == self.only_second and self.questions == 1:
            return say("“{first}” and “{second}”: no difference in one question.", **names)
        if self.only_first == self.only_second:
            return say("“{first}” and “{second}”: no difference in {count} questions.", **names)
        leads = self.only_first > self.only_second
        if leads == (self.measure in LESS_IS_BETTER):
            names |= {"first": self.second.name, "second": self.first.name}
        if self.p_value < UNLIKELY:
            return say(
                "“{first}” did better than “{second}” in {more} of {count} questions and worse in {fewer}. "
                "That is unlikely to be chance.",
                **names,
            )
        if self.questions == 1:
            return say("“{first}” did better than “{second}” in one question, which may be chance.", **names)
        return say(
            "“{first}” did better than “{second}” in {more} of {count} questions and worse in {fewer}. "
            "With {count} questions this difference may be chance.",
            **names,
        )


@dataclass(frozen=True)
class SecondsFigures:
    """How much longer the first variant took than the second on the same questions, in seconds."""

    first: Variant
    second: Variant
    difference: Mean

    @property
    def says(self) -> Sentence:
        """The difference in plain words."""
        gap = self.difference
        slower, faster = (self.first, self.second) if gap.value > 0 else (self.second, self.first)
        names: dict[str, Value] = {
            "slower": slower.name,
            "faster": faster.name,
            "seconds": f"{abs(gap.value):.1f}",
            "count": gap.of,
        }
        if gap.of == 1:
            return say(
                "“{slower}” took {seconds} s longer than “{faster}” for one question, which may be chance.", **names
            )
        if gap.of < 2 or gap.low <= 0 <= gap.high:
            return say(
                "“{slower}” took {seconds} s longer than “{faster}” on average. "
                "With {count} questions this difference may be chance.",
                **names,
            )
        return say("“{slower}” took {seconds} s longer than “{faster}” on average.", **names)


@dataclass(frozen=True)
class Figures:
    """All figures of a comparison, as far as it has come."""

    variants: tuple[VariantFigures, ...]
    pairs: tuple[PairFigures, ...]
    seconds: tuple[SecondsFigures, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures for which there is any question."""
        return tuple(name for name in MEASURES if any(one.shares[name].of for one in self.variants))


GradedOutcomes = Mapping[tuple[str, str], tuple[Judged, Outcome]]
_Held = Callable[[Judged, Outcome, bool], bool | None]
_HOLDS: dict[str, _Held] = {
    PAGE: lambda judged, _, __: judged.page,
    CONTAINED: lambda judged, _, __: judged.contained,
    REFUSED_RIGHT: lambda judged, _, answerable: None if answerable else judged.refused,
    REFUSED_WRONG: lambda judged, _, answerable: judged.refused if answerable else None,
    GOOD: lambda _, outcome, __: outcome.thumb == 1 if outcome.thumb else None,
}


def judged(comparison: Comparison, outcomes: Sequence[Outcome]) -> dict[tuple[str, str], tuple[Judged, Outcome]]:
    """Return what the program found in each answer, by question and variant."""
    expected = {asked.id: asked.expected for asked in comparison.plan.questions}
    return {
        (outcome.question, outcome.variant): (judge(expected[outcome.question], outcome.answer), outcome)
        for outcome in outcomes
        if outcome.question in expected
    }


def figures(comparison: Comparison, outcomes: Sequence[Outcome]) -> Figures:
    """Return the figures of the answers there are; what a question does not tell is not counted."""
    found = judged(comparison, outcomes)
    results = {
        (variant.key, measure): _results(comparison, found, variant, measure)
        for variant in comparison.plan.variants
        for measure in MEASURES
    }
    return Figures(
        tuple(_of_variant(variant, found, results) for variant in comparison.plan.variants),
        _pairs(comparison, results),
        _seconds(comparison, found),
    )


def _results(comparison: Comparison, found: GradedOutcomes, variant: Variant, measure: str) -> dict[str, bool]:
    results = {}
    for asked in comparison.plan.questions:
        known = found.get((asked.id, variant.key))
        if known is not None:
            result = _HOLDS[measure](*known, asked.expected.answerable)
            if result is not None:
                results[asked.id] = result
    return results


def _of_variant(
    variant: Variant, found: GradedOutcomes, results: Mapping[tuple[str, str], Mapping[str, bool]]
) -> VariantFigures:
    outcomes = [outcome for (_, key), (_, outcome) in found.items() if key == variant.key]
    shares = {
        measure: share_of(sum(results[variant.key, measure].values()), len(results[variant.key, measure]))
        for measure in MEASURES
    }
    problems = sum(1 for outcome in outcomes if outcome.problem)
    seconds = mean_of([outcome.seconds for outcome in outcomes if not outcome.problem])
    # the interval of a few times that differ much begins below 0, where no time is
    seconds = dataclasses.replace(seconds, low=max(0.0, seconds.low))
    return VariantFigures(variant, len(outcomes), problems, shares, seconds)


def _pairs(comparison: Comparison, results: Mapping[tuple[str, str], Mapping[str, bool]]) -> tuple[PairFigures, ...]:
    made: list[PairFigures] = []
    for measure in MEASURES:
        tables = []
        for first, second in itertools.combinations(comparison.plan.variants, 2):
            one, other = results[first.key, measure], results[second.key, measure]
            both = [(one[question], other[question]) for question in one if question in other]
            if both:
                tables.append((first, second, both))
        chances = holm([p_value_of(both.count((True, False)), both.count((False, True))) for _, _, both in tables])
        for (first, second, both), p_value in zip(tables, chances, strict=True):
            counts = [both.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))]
            made.append(PairFigures(first, second, measure, counts[0], counts[1], counts[2], counts[3], p_value))
    return tuple(made)


def _seconds(comparison: Comparison, found: GradedOutcomes) -> tuple[SecondsFigures, ...]:
    made = []
    for first, second in itertools.combinations(comparison.plan.variants, 2):
        gaps = []
        for asked in comparison.plan.questions:
            one, other = found.get((asked.id, first.key)), found.get((asked.id, second.key))
            if one and other and not one[1].problem and not other[1].problem:
                gaps.append(one[1].seconds - other[1].seconds)
        if gaps:
            made.append(SecondsFigures(first, second, mean_of(gaps)))
    return tuple(made)
