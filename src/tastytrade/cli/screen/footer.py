"""What is said of a feed below a table: its state and level, how much comes, how late, what was lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tastytrade.cli.replay_board import recorded_time
from tastytrade.dxfeed import Gap
from tastytrade.ledger import Ledger
from tastytrade.meter import Stats
from tastytrade.source import State, StateChange

LEVELS = {"api": "real time", "demo": "DELAYED", "simulated": "SIMULATED"}
LONGEST = 40
"""Characters of a state and its reason."""


class Told(Protocol):
    """A source that says how it is."""

    @property
    def feed_level(self) -> str | None: ...

    @property
    def state(self) -> StateChange: ...

    def stats(self) -> Stats: ...

    def ledger(self) -> Ledger: ...


def footer_text(source: Told, gaps: Iterable[Gap], *, now_ns: int, recorded_ns: int | None = None) -> str:
    """One line, the most important first, so that what a narrow terminal cuts off is the least.

    ``recorded_ns`` is the moment of a replay, which has no lag.
    """
    state, stats, ledger = source.state, source.stats(), source.ledger()
    known = list(gaps)
    opened = [gap for gap in known if gap.is_open]
    level = LEVELS.get(source.feed_level or "", source.feed_level or "unknown level")
    dropped = sum(sum(reader.dropped.values()) for reader in ledger.readers)
    conflated = sum(reader.conflated for reader in ledger.readers)
    said = state.state.value if state.state is State.LIVE else f"{state.state.value}: {state.reason}"
    parts = [
        level if recorded_ns is None else f"REPLAY ({level}) {recorded_time(recorded_ns)}",
        said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…",
        f"{stats.events_per_second:,.0f}/s",
        *([f"lag {_lag(stats.lag.p50)}/{_lag(stats.lag.p99)}"] if recorded_ns is None else []),
        f"gaps {len(opened)} open {len(known) - len(opened)} closed" if known else "no gaps",
        f"dropped {dropped:,} conflated {conflated:,}",
    ]
    if opened:
        parts.insert(2, f"MISSING for {(now_ns - min(gap.from_ns for gap in opened)) / 1e9:.0f} s")
    return " · ".join(parts)


def _lag(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * 1_000:.0f}ms" if seconds < 10 else f"{seconds:,.0f}s"
