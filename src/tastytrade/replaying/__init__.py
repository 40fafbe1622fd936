"""Replay: a captured day, once more, through the same subscriptions as the live feed.

The same range gives the same batches and gaps in the same order each time. It waits for readers, at any
speed: nothing is left out unless a subscription's own policy says so.
"""

from __future__ import annotations

from pathlib import Path

from tastytrade.replaying.clock import Speed
from tastytrade.replaying.source import Replay
from tastytrade.store import Store
from tastytrade.store.moment import Moment

__all__ = ["Replay", "Speed", "replay"]


def replay(
    path: str | Path | Store,
    *,
    speed: Speed = 1.0,
    start: Moment | None = None,
    end: Moment | None = None,
    paused: bool = False,
) -> Replay:
    """A source that gives what was captured, at so many times the pace, or "max": as fast as it is read.

    start, end  received from ``start`` on and before ``end``: aware datetimes, or Unix nanoseconds
    paused      wait for ``resume()``, or ``step()``

    ``async with replay("captured", speed=10) as source``: it begins with the first subscription, so make
    all of them before you wait for anything; while nobody reads, it waits. A gap is given as soon as what
    came before it has been. What is captured after it has begun is not in it. Raises StoreError when there
    is no store.
    """
    store = path if isinstance(path, Store) else Store(path)
    return Replay(store, speed=speed, start=start, end=end, paused=paused)
