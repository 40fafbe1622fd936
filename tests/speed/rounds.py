"""Rounds: how samples of interleaved runs become figures. A ratio is the median of the ratios of each round.

The machine's speed moves while a benchmark runs; what ran side by side in one round moved together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from statistics import median

from msgspec import Struct

TOO_SLOW = 1.6
"""A round whose floor took so many times its own median was disturbed, and does not count."""


class Sample(Struct, frozen=True):
    """What one client measured in one round of a plan, or why it did not."""

    plan: str
    cell: str
    round: int
    values: dict[str, float] = {}
    error: str = ""


class Spread(Struct, frozen=True):
    """The median, the least and the most of some figures."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{figure(self.middle)} ({figure(self.least)} to {figure(self.most)})"


def figure(value: float) -> str:
    """A number with three digits that say something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(values: Iterable[float]) -> Spread | None:
    """None where there are no figures."""
    found = list(values)
    return Spread(median(found), min(found), max(found)) if found else None


def figures(samples: Iterable[Sample], plan: str, cell: str, field: str = "cpu_us") -> dict[int, float]:
    """What a cell of a plan measured, by round."""
    return {
        sample.round: sample.values[field]
        for sample in samples
        if sample.plan == plan and sample.cell == cell and field in sample.values
    }


def ratio(
    samples: Collection[Sample], plan: str, cell: str, base: str, field: str = "cpu_us"
) -> Spread | None:
    """How many times as much a cell took as another, round by round. None where no round has both."""
    mine, other = figures(samples, plan, cell, field), figures(samples, plan, base, field)
    return spread(mine[number] / other[number] for number in mine.keys() & other.keys() if other[number])


def disturbed(floor: dict[int, float]) -> set[int]:
    """The rounds that do not count, by what the floor took in each."""
    if not floor:
        return set()
    limit = TOO_SLOW * median(floor.values())
    return {number for number, value in floor.items() if value > limit}
