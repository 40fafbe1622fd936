"""Histories asked of a feed that is played by hand."""

from __future__ import annotations

from typing import Any

from tastytrade.dxfeed import Candle, Event, index_of
from tastytrade.dxfeed.flags import EventFlags
from tastytrade.oneshot.history import Range, histories
from tastytrade.oneshot.progress import Progress
from tastytrade.oneshot.room import Room
from tastytrade.oneshot.snapshot import Snapshot
from tastytrade.subscription import Subscription
from tests.unit.oneshot.hand_feed import HandFeed

MINUTE = 60_000
START = 1_736_778_600_000
BEGIN, END, REMOVE = EventFlags.SNAPSHOT_BEGIN, EventFlags.SNAPSHOT_END, EventFlags.REMOVE_EVENT


def candle(minutes: float, flags: int = 0, close: float = 1.0, symbol: str = "SPY{=m}") -> Candle:
    at = START + int(minutes * MINUTE)
    return Candle(symbol, eventFlags=int(flags), index=index_of(at), time=at, close=close)


async def ask(
    feed: HandFeed,
    *symbols: str,
    within: Range | None = None,
    event_class: type[Event] = Candle,
    silence: float = 0.2,
    at_once: int = 16,
    told: list[Progress] | None = None,
) -> Snapshot[Any]:
    return await histories(
        feed,
        event_class,
        {symbol: symbol for symbol in symbols or ("SPY{=1m}",)},
        within or Range(START),
        room=Room(at_once),
        timeout=silence,
        progress=None if told is None else told.append,
    )


def says(*frames: list[Event]) -> HandFeed:
    """A feed that sends these frames to whoever comes."""

    def answer(feed: HandFeed, _subscription: Subscription[Any]) -> None:
        for frame in frames:
            feed.send(*frame)

    return HandFeed(answer)
