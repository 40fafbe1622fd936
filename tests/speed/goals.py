"""Goals: what this package wants to cost, as ratios within one run, and whether it does.

F is the bare reader: picows on uvloop and orjson.loads. Each goal has a threshold for a transport as cheap
as that, and one for the transport that is used, websockets, which costs 1.4 times as much.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tests.speed import arms as arm
from tests.speed import plans
from tests.speed.rounds import Sample, Spread, figures, ratio, spread

DEARER = 1.4
"""What websockets costs, with everything, against the cheapest transport."""


@dataclass(frozen=True)
class Ratio:
    """How many times as much ``cell`` takes as ``base``; over several plans the one that is worst counts."""

    cell: str
    base: str
    plans: tuple[str, ...]
    field: str = "cpu_us"


@dataclass(frozen=True)
class Value:
    """What ``cell`` measured."""

    cell: str
    plan: str
    field: str


@dataclass(frozen=True)
class Figure:
    """A figure that is no client's, by its name."""

    name: str


@dataclass(frozen=True)
class Goal:
    """``bare`` and ``websockets`` are the most that may be measured, or with ``is_least`` the least."""

    number: str
    text: str
    measure: Ratio | Value | Figure
    bare: float
    websockets: float
    is_least: bool = False
    unit: str = "x"

    def is_met(self, measured: float, threshold: float) -> bool:
        return measured >= threshold if self.is_least else measured <= threshold


@dataclass(frozen=True)
class Outcome:
    """A goal and what was measured for it; None when nothing was. ``where`` names the plan that counted."""

    goal: Goal
    measured: Spread | None
    where: str = ""

    def verdict(self, threshold: float) -> str:
        """In a word."""
        if self.measured is None:
            return "not measured"
        return "met" if self.goal.is_met(self.measured.middle, threshold) else "missed"


def most(
    number: str, text: str, measure: Ratio | Value | Figure, bare: float, *, dearer: bool = True
) -> Goal:
    """At most so many times as much; over websockets as much more as that costs."""
    return Goal(number, text, measure, bare, round(bare * DEARER, 2) if dearer else bare)


def least(number: str, text: str, measure: Ratio | Value | Figure, bare: float) -> Goal:
    """At least so many times as little as somebody else; over websockets fewer."""
    return Goal(number, text, measure, bare, round(bare / DEARER, 2), is_least=True)


_X100 = (plans.quotes(100).name,)
_X1 = (plans.quotes(1).name,)
_TYPES = tuple(plan.name for plan in plans.TYPES)
_DECODE = (plans.DECODE_PLAN,)
_SYMBOLS = (plans.SYMBOLS_PLAN,)
_LAGS = tuple(plan.name for plan in plans.LATENCY)
_SLOW_LAG = _LAGS[:1]
_E, _B, _T, _F = arm.EVENTS, arm.BATCHES, arm.TABLES, arm.FLOOR

GOALS = (
    most(
        "P1",
        "decoding alone to events / orjson.loads",
        Ratio(arm.DECODE_EVENTS, arm.DECODE_FLOOR, _DECODE),
        2.8,
        dearer=False,
    ),
    most(
        "P1",
        "decoding alone to batches / orjson.loads",
        Ratio(arm.DECODE_BATCHES, arm.DECODE_FLOOR, _DECODE),
        2.3,
        dearer=False,
    ),
    Goal(
        "P1",
        "tastyware decoding alone / ours to events",
        Ratio(arm.DECODE_TASTYWARE, arm.DECODE_EVENTS, _DECODE),
        26,
        26,
        is_least=True,
    ),
    Goal("P2", "Quote x100, tastyware / events", Ratio(arm.TASTYWARE, _E, _X100), 28, 20, is_least=True),
    least("P2", "Quote x100, official SDK / events", Ratio(arm.OFFICIAL, _E, _X100), 4.5),
    least("P2", "Quote x100, JavaScript / events", Ratio(arm.SCRIPT, _E, _X100), 1.2),
    Goal("P2", "Quote x100, events / F", Ratio(_E, _F, _X100), 2.6, 3.6),
    most("P3", "Quote x100, batches / F", Ratio(_B, _F, _X100), 2.2),
    least("P4", "Quote x100, tastyware to polars / ours", Ratio(arm.TASTYWARE_TABLES, _T, _X100), 35),
    least("P4", "Quote x100, official SDK to polars / ours", Ratio(arm.OFFICIAL_TABLES, _T, _X100), 10),
    most("P4", "Quote x100, polars / F", Ratio(_T, _F, _X100), 2.8),
    least("P5", "Quote x1, tastyware / events", Ratio(arm.TASTYWARE, _E, _X1), 36),
    least("P5", "Quote x1, official SDK / events", Ratio(arm.OFFICIAL, _E, _X1), 9),
    most("P5", "Quote x1, events / F", Ratio(_E, _F, _X1), 1.8),
    least("P6", "other types and mixed, tastyware / events", Ratio(arm.TASTYWARE, _E, _TYPES), 22),
    least("P6", "other types and mixed, JavaScript / events", Ratio(arm.SCRIPT, _E, _TYPES), 1.4),
    most("P6", "other types and mixed, events / F", Ratio(_E, _F, _TYPES), 2.6),
    most("P6", "other types and mixed, polars / F", Ratio(_T, _F, _TYPES), 3.2),
    most(
        "P7",
        "20,000 symbols / 500, events",
        Ratio(f"{_E} / {plans.MANY_SYMBOLS}", f"{_E} / {plans.SYMBOLS}", _SYMBOLS),
        1.2,
        dearer=False,
    ),
    most(
        "P7",
        "20,000 symbols / 500, polars",
        Ratio(f"{_T} / {plans.MANY_SYMBOLS}", f"{_T} / {plans.SYMBOLS}", _SYMBOLS),
        1.2,
        dearer=False,
    ),
    most(
        "P8", "lag p50, events / bare websockets", Ratio(_E, arm.BARE, _LAGS, "lag_p50_us"), 1.9, dearer=False
    ),
    most(
        "P8",
        "lag p50, events / official SDK",
        Ratio(_E, arm.OFFICIAL, _LAGS, "lag_p50_us"),
        0.85,
        dearer=False,
    ),
    most("P8", "lag p50, events / JavaScript", Ratio(_E, arm.SCRIPT, _LAGS, "lag_p50_us"), 1.2, dearer=False),
    most(
        "P8",
        "lag p50 at 10,000/s, events / tastyware",
        Ratio(_E, arm.TASTYWARE, _SLOW_LAG, "lag_p50_us"),
        0.3,
        dearer=False,
    ),
    most(
        "P8", "lag p99, events / bare websockets", Ratio(_E, arm.BARE, _LAGS, "lag_p99_us"), 2, dearer=False
    ),
    most(
        "P8",
        "lag p99 at 10,000/s, events / tastyware",
        Ratio(_E, arm.TASTYWARE, _SLOW_LAG, "lag_p99_us"),
        0.2,
        dearer=False,
    ),
    Goal(
        "P9",
        "memory grown by a burst, nothing kept",
        Value(_E, plans.MEMORY_PLAN, "growth_mb"),
        50,
        50,
        unit="MB",
    ),
    Goal(
        "P9",
        "memory grown by a burst, tastyware / events",
        Ratio(arm.TASTYWARE, _E, (plans.MEMORY_PLAN,), "growth_mb"),
        30,
        30,
        is_least=True,
    ),
    Goal(
        "P9", "memory grown by a burst, all rows kept / size of the table", Figure("table_growth"), 1.8, 1.8
    ),
    Goal(
        "P10",
        "slow reader that conflates, memory grown",
        Value(plans.CONFLATED, plans.SLOW_PLAN, "growth_mb"),
        20,
        20,
        unit="MB",
    ),
    Goal(
        "P10",
        "slow reader that conflates, age of what it sees, p99",
        Value(plans.CONFLATED, plans.SLOW_PLAN, "lag_p99_us"),
        150_000,
        150_000,
        unit="us",
    ),
    Goal(
        "P10",
        "slow reader that blocks, memory grown",
        Value(plans.BLOCKING, plans.SLOW_PLAN, "growth_mb"),
        60,
        60,
        unit="MB",
    ),
    Goal(
        "P10",
        "slow reader that conflates, events/s / tastyware's",
        Ratio(plans.CONFLATED, arm.TASTYWARE, (plans.SLOW_PLAN,), "events_per_s"),
        8,
        8,
        is_least=True,
    ),
    Goal(
        "P11",
        "scenarios with every value as json.loads has it",
        Figure("checked_part"),
        1,
        1,
        is_least=True,
        unit="",
    ),
    Goal("P12", "CPU time to import, ours / tastyware", Figure("import_ratio"), 0.25, 0.25),
    Goal("P12", "heavy modules loaded with the streamer", Figure("heavy_modules"), 0, 0, unit=""),
    Goal("P12", "installed without polars", Figure("installed_mb"), 12, 12, unit="MB"),
)


def outcomes(samples: Collection[Sample], single: Mapping[str, float]) -> list[Outcome]:
    """Every goal with what was measured for it."""
    return [_outcome(goal, samples, single) for goal in GOALS]


def _outcome(goal: Goal, samples: Collection[Sample], single: Mapping[str, float]) -> Outcome:
    match goal.measure:
        case Figure(name):
            value = single.get(name)
            return Outcome(goal, None if value is None else Spread(value, value, value))
        case Value(cell, plan, field):
            return Outcome(goal, spread(figures(samples, plan, cell, field).values()))
        case Ratio(cell, base, names, field):
            found = [(ratio(samples, name, cell, base, field), name) for name in names]
            measured = [(one, name) for one, name in found if one is not None]
            if not measured:
                return Outcome(goal, None)
            choose = min if goal.is_least else max
            worst, where = choose(measured, key=lambda one: one[0].middle)
            return Outcome(goal, worst, where if len(names) > 1 else "")
