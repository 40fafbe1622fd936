"""Feed health: state and reason, rates, lags, gaps, the ledger, and who reads how far behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

from tastytrade.dashboard.messages import format_said
from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import SLOWLY, Exported, Tell
from tastytrade.dxfeed import Gap
from tastytrade.ledger import Ledger
from tastytrade.meter import LAG_BOUNDS, Lags, Stats
from tastytrade.source import EventSource

LEDGER_BYTES = 1 << 20
"""What waits is decoded for the ledger to be counted: with more than this it is left as it was."""


class Measured(Protocol):
    """A source that says how much comes, as a Streamer and a Replay do."""

    def stats(self) -> Stats: ...


class HealthView:
    """Told whole each second. ``page`` gives how many clients there are, and versions they never had."""

    def __init__(self, page: Callable[[], dict[str, int]], tell: Tell) -> None:
        self._page = page
        self._tell = tell
        self._version = 0
        self._told: dict[str, Any] = {}
        self._ledger: dict[str, Any] | None = None

    @property
    def version(self) -> int:
        return self._version

    @property
    def has_something(self) -> bool:
        return bool(self._told)

    def said(self, since: int) -> list[str]:
        return [format_said("health", panel="health", **self._told)]

    def exported(self) -> Exported:
        flat = _flat("", self._told)
        return Exported(["name", "value"], sorted(flat))

    async def run(self, supply: Supply) -> None:
        while True:
            self._told = self._looked(supply)
            self._version += 1
            self._tell()
            await asyncio.sleep(SLOWLY)

    def _looked(self, supply: Supply) -> dict[str, Any]:
        source = supply.source
        state, stats = source.state, cast(Measured, source).stats()
        if sum(reader.waiting_bytes for reader in stats.readers) <= LEDGER_BYTES:
            self._ledger = _ledger(source.ledger())
        return {
            "state": state.state.value,
            "reason": state.reason,
            "since_ms": state.at_ns // 1_000_000,
            "at_ms": time.time_ns() // 1_000_000,
            "level": level_of(source),
            "sent": state.sent,
            "wanted": state.wanted,
            "frames_s": stats.frames_per_second,
            "events_s": stats.events_per_second,
            "bytes_s": stats.bytes_per_second,
            # What a replay gives was received long ago: that says nothing.
            **_lag(stats.lag if supply.player is None else Lags()),
            "gaps": [_gap(gap) for gap in supply.gaps],
            "ledger": self._ledger,
            "readers": stats.readers,
            "page": self._page(),
        }


def level_of(source: EventSource) -> str:
    """ "api" (real time), "demo" (delayed), "simulated", or "unknown"."""
    return source.feed_level or "unknown"


def _lag(lags: Lags) -> dict[str, Any]:
    """In milliseconds; the last bucket has no upper bound."""
    quantiles = {"p50": lags.p50, "p99": lags.p99, "max": lags.max}
    bounds = [*(bound * 1000 for bound in LAG_BOUNDS), None]
    return {
        "lag": {name: None if value is None else value * 1000 for name, value in quantiles.items()},
        "lag_histogram": list(zip(bounds, lags.counts, strict=True)),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "number": gap.number,
        "reason": gap.reason.value,
        "types": gap.event_types,
        "symbols": gap.symbols[:20],
        "from_ms": gap.from_ns // 1_000_000,
        "to_ms": None if gap.to_ns is None else gap.to_ns // 1_000_000,
        "healed": gap.healed.value,
        "healed_rows": gap.healed_rows,
    }


def _ledger(ledger: Ledger) -> dict[str, Any]:
    return {
        "received": ledger.received,
        "readable": ledger.readable,
        "quarantined": ledger.quarantined,
        "unclaimed": ledger.unclaimed,
        "malformed": ledger.malformed,
        "balance": ledger.balance,
    }


def _flat(before: str, value: Any) -> list[tuple[str, Any]]:
    """Everything in it, one row a number or text."""
    if isinstance(value, dict):
        return [row for name, one in value.items() for row in _flat(f"{before}.{name}".strip("."), one)]
    if isinstance(value, list | tuple):
        return [row for at, one in enumerate(value) for row in _flat(f"{before}.{at}", one)]
    fields = getattr(value, "__struct_fields__", None)
    if fields is not None:
        return _flat(before, {name: getattr(value, name) for name in fields})
    return [(before, value)]
