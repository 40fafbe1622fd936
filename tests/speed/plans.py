"""Plans: which arms run side by side in one round, and with which scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.speed import arms as arm
from tests.speed.clients import Extra
from tests.speed.scenario import MIXED, Scenario

SYMBOLS = 500
MANY_SYMBOLS = 20_000
BURST = 2_000_000
SLOW_RATE, SLOW_SECONDS, BUSY_US = 50_000, 12.0, 60.0
LAG_SECONDS = 3.0

SYMBOLS_PLAN = "number of symbols"
DECODE_PLAN = "decoding alone, Quote x100"
MEMORY_PLAN = f"burst of {BURST:,} Quotes x100"
SLOW_PLAN = f"slow reader: {BUSY_US:g} us an event, {SLOW_RATE:,} events/s"


@dataclass(frozen=True)
class Cell:
    """An arm with a scenario; ``events`` of the scenario is 0 where the arm's speed decides. ``label`` is
    its name among others of the plan."""

    label: str
    arm: str
    scenario: Scenario
    extra: Extra = field(default_factory=Extra)


@dataclass(frozen=True)
class Plan:
    """What is measured side by side; what happened to ``floor`` says which rounds are repeated."""

    name: str
    cells: tuple[Cell, ...]
    floor: str | None = arm.FLOOR
    is_once: bool = False


def side_by_side(scenario: Scenario, *names: str) -> Plan:
    """Arms with one scenario; those that it cannot be given to are left out."""
    takes = (name for name in names if arm.ARMS[name].takes(scenario))
    return Plan(scenario.name, tuple(Cell(name, name, scenario) for name in takes))


def lags(rate: int, frame: int, *names: str) -> Plan:
    """Arms with paced Quotes, to see how old each is when the reader has it."""
    scenario = Scenario("Quote", frame, SYMBOLS, round(rate * LAG_SECONDS / frame) * frame, rate)
    cells = tuple(
        Cell(
            name,
            name,
            scenario,
            Extra("lag" if arm.ARMS[name].environment in {"ours", "tastyware"} else None),
        )
        for name in names
    )
    return Plan(scenario.name, cells, floor=None)


def quotes(frame: int, symbols: int = SYMBOLS) -> Scenario:
    return Scenario("Quote", frame, symbols)


OURS = (arm.EVENTS, arm.BATCHES, arm.TABLES, arm.LATEST)
FLOORS = (arm.FLOOR, arm.BARE)
PEERS = (arm.TASTYWARE, arm.OFFICIAL, arm.SCRIPT)

QUICK = tuple(side_by_side(quotes(frame), *FLOORS, *OURS) for frame in (1, 10, 100))
TYPES = tuple(
    side_by_side(Scenario(kind, 100, SYMBOLS), arm.FLOOR, arm.EVENTS, arm.TABLES, *PEERS)
    for kind in ("Trade", "Greeks", "TimeAndSale", "Candle", MIXED)
)
_MANY = (1, SYMBOLS, MANY_SYMBOLS)
THROUGHPUT = (
    side_by_side(quotes(100), *FLOORS, *OURS, *PEERS, arm.TASTYWARE_TABLES, arm.OFFICIAL_TABLES),
    side_by_side(quotes(1), *FLOORS, arm.EVENTS, arm.BATCHES, *PEERS),
    side_by_side(quotes(10), *FLOORS, arm.EVENTS, arm.BATCHES, *PEERS),
    side_by_side(quotes(1000), *FLOORS, arm.EVENTS, arm.BATCHES, *PEERS),
    *TYPES,
    Plan(
        SYMBOLS_PLAN,
        (
            Cell(arm.FLOOR, arm.FLOOR, quotes(100)),
            *(
                Cell(f"{name} / {count}", name, quotes(100, count))
                for name in (arm.EVENTS, arm.TABLES)
                for count in _MANY
            ),
        ),
    ),
    Plan(
        DECODE_PLAN,
        tuple(
            Cell(name, name, quotes(100))
            for name in (arm.DECODE_FLOOR, arm.DECODE_EVENTS, arm.DECODE_BATCHES, arm.DECODE_TASTYWARE)
        ),
        floor=arm.DECODE_FLOOR,
    ),
)
LATENCY = (
    lags(10_000, 10, *FLOORS, arm.EVENTS, *PEERS),
    lags(50_000, 10, *FLOORS, arm.EVENTS, arm.OFFICIAL, arm.SCRIPT),
)
_BURST = Scenario("Quote", 100, SYMBOLS, BURST)
MEMORY = (
    Plan(
        MEMORY_PLAN,
        tuple(
            Cell(name, name, _BURST)
            for name in (arm.FLOOR, arm.EVENTS, arm.TABLES, arm.OFFICIAL, arm.SCRIPT, arm.TASTYWARE)
        ),
        floor=None,
        is_once=True,
    ),
)
_SLOW = Scenario("Quote", 100, SYMBOLS, round(2 * SLOW_RATE * SLOW_SECONDS), SLOW_RATE)
CONFLATED, CONFLATED_LATE = "ours, conflate 1,000", "ours, conflate 8 MiB"
BLOCKING = "ours, block 8 MiB"
SLOW = (
    Plan(
        SLOW_PLAN,
        tuple(
            Cell(label, name, _SLOW, Extra(mode, BUSY_US, SLOW_SECONDS))
            for label, name, mode in (
                (CONFLATED, arm.EVENTS, "conflated"),
                (CONFLATED_LATE, arm.EVENTS, "conflated_late"),
                (BLOCKING, arm.EVENTS, "blocking"),
                (arm.TASTYWARE, arm.TASTYWARE, "lag"),
            )
        ),
        floor=None,
        is_once=True,
    ),
)
