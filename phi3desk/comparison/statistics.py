"""How far figures from few questions can be trusted: intervals of shares and means, and tests of paired answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

#: the two-sided 95 % point of the normal distribution
Z = 1.959963984540054
#: below this probability a difference is called unlikely to be chance
UNLIKELY = 0.05
_T_POINTS = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
    2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """So many `count` of `of`, and the 95 % interval of the share behind it, 0 to 1."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Mean:
    """The mean of `of` values and its 95 % interval."""

    value: float
    of: int
    low: float
    high: float


def share_of(count: int, of: int) -> Share:
    """Return a share with its Wilson score interval (Wilson 1927), which holds for few trials and for 0 and all."""
    if of == 0:
        return Share(0, 0, 0.0, 1.0)
    observed, squared = count / of, Z * Z
    scale = 1 + squared / of
    middle = (observed + squared / (2 * of)) / scale
    half = Z * math.sqrt(observed * (1 - observed) / of + squared / (4 * of * of)) / scale
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == of else min(1.0, middle + half)
    return Share(count, of, low, high)


def mean_of(values: Sequence[float]) -> Mean:
    """Return a mean with Student's t interval; of a single value nothing is known about how far it lies off."""
    if not values:
        return Mean(0.0, 0, 0.0, 0.0)
    count = len(values)
    value = math.fsum(values) / count
    if count == 1:
        return Mean(value, 1, value, value)
    deviation = math.sqrt(math.fsum((one - value) ** 2 for one in values) / (count - 1))
    half = _t_point(count - 1) * deviation / math.sqrt(count)
    return Mean(value, count, value - half, value + half)


def _t_point(freedom: int) -> float:
    """Return the two-sided 95 % point of Student's t (a table, and Abramowitz and Stegun 26.7.5 beyond it)."""
    if freedom <= len(_T_POINTS):
        return _T_POINTS[freedom - 1]
    return Z + (Z**3 + Z) / (4 * freedom) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * freedom**2)


def p_value_of(only_first: int, only_second: int) -> float:
    """Return the two-sided exact probability that pairs which differ are split so unevenly by chance alone.

    McNemar's exact test, which is the sign test of the pairs that differ: Binomial(n, 1/2).
    """
    differing = only_first + only_second
    tail = sum(math.comb(differing, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, float(Fraction(2 * tail, 2**differing)))


def holm(chances: Sequence[float]) -> list[float]:
    """Return probabilities corrected for having been looked at together (Holm 1979), in the same order."""
    corrected = [1.0] * len(chances)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[index]))
        corrected[index] = largest
    return corrected
