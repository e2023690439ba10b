"""One line of the table of figures, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = ("what", "beside it", "phi3desk", "ratio", "to reach", "reached")


@dataclass(frozen=True)
class Row:
    """A measured figure; `beside` is what it is compared with and `beside_is` says whose it is.

    `reached` is None for a figure that has nothing to reach, and where it could not be measured (`ours` is None).
    `as_share` has the ratio be ours as a share of the other, above or below 1.
    """

    what: str
    ours: float | None
    unit: str
    beside: float | None = None
    beside_is: str = ""
    to_reach: str = ""
    reached: bool | None = None
    as_share: bool = False

    @property
    def ratio(self) -> float | None:
        """Return how many times the other figure goes into ours, or ours into the other, whichever is over 1."""
        if not self.ours or not self.beside:
            return None
        if self.as_share:
            return self.ours / self.beside
        return max(self.ours / self.beside, self.beside / self.ours)

    def cells(self) -> tuple[str, ...]:
        """Return the row as the table shows it."""
        beside = "" if self.beside is None else f"{self.beside_is} {shown(self.beside)} {self.unit}".strip()
        ours = "not measured" if self.ours is None else f"{shown(self.ours)} {self.unit}".strip()
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        reached = "" if self.reached is None else "yes" if self.reached else "NO"
        return self.what, beside, ours, ratio, self.to_reach, reached


def at_most(what: str, ours: float, unit: str, limit: float) -> Row:
    """Return a row whose figure must stay below a limit."""
    return Row(what, ours, unit, to_reach=f"under {limit:g} {unit}".strip(), reached=ours < limit)


def at_least(what: str, ours: float, unit: str, limit: float) -> Row:
    """Return a row whose figure must come up to a limit."""
    return Row(what, ours, unit, to_reach=f"at least {limit:g} {unit}".strip(), reached=ours >= limit)


def sooner(what: str, ours: float, theirs: float, whose: str, times: float) -> Row:
    """Return a row of seconds that must be so many times shorter than another's."""
    return Row(what, ours, "s", theirs, whose, f"{times:g} times sooner", theirs >= times * ours)


def share(what: str, ours: float, unit: str, beside: float, whose: str, least: float) -> Row:
    """Return a row whose figure must come up to a share of another's."""
    reached = ours >= least * beside
    return Row(what, ours, unit, beside, whose, f"at least {least:g} of it", reached, as_share=True)


def within(what: str, ours: float, limit: float, whose: str, times: float) -> Row:
    """Return a row of seconds that must be so many times as long as the limit's at most."""
    return Row(what, ours, "s", limit, whose, f"at most {times:g} times as long", ours <= times * limit)


def shown(value: float) -> str:
    """Return a figure with three places that count."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def line(cells: tuple[str, ...]) -> str:
    """Return one line of the table."""
    return f"| {' | '.join(cells)} |"
