"""A chain that follows the money of a recorded day: the same windows at any speed, however others read."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Overflow, Quote, Trade
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.errors import ConfigurationError
from tastytrade.live_chain import ChainState, LiveChain, Window, WindowRule
from tastytrade.replaying import Replay, Speed
from tastytrade.store import Store, StoreWriter

DAY, NEXT = date(2026, 6, 10), date(2026, 6, 11)
STRIKES = range(5600, 6000, 5)
WALK = [5800.0 + 3 * (step % 40) - 2 * (step % 7) for step in range(200)]
OVER_NS = int(datetime(2026, 6, 10, 20, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
BEGAN_NS = OVER_NS - 2_000_000_000
"""The first of 200 prices, 10 ms apart, is received two seconds before the options are over."""
LOST = Gap(
    number=1,
    reason=GapReason.DISCONNECT,
    scope=GapScope.CONNECTION,
    event_types=("Quote", "Trade"),
    from_ns=BEGAN_NS,
    to_ns=BEGAN_NS + 1,
    detected_ns=BEGAN_NS,
    epoch_before=1,
    epoch_after=2,
)


def symbol(day: date, side: str, strike: int) -> str:
    return f".SPXW{day:%y%m%d}{side}{strike}"


def kept_chain() -> dict[str, Any]:
    expirations = [
        {
            "expiration-date": str(day),
            "days-to-expiration": number,
            "settlement-type": "PM",
            "strikes": [
                {
                    "strike-price": f"{strike}.0",
                    "call": f"SPXW  {day:%y%m%d}C{strike * 1000:08}",
                    "put": f"SPXW  {day:%y%m%d}P{strike * 1000:08}",
                    "call-streamer-symbol": symbol(day, "C", strike),
                    "put-streamer-symbol": symbol(day, "P", strike),
                }
                for strike in STRIKES
            ],
        }
        for number, day in enumerate((DAY, NEXT))
    ]
    return {
        "data": {"items": [{"root-symbol": "SPXW", "underlying-symbol": "SPX", "expirations": expirations}]}
    }


def batch(number: int, events: list[Any]) -> EventBatch[Any]:
    return EventBatch.from_events(events, received_ns=BEGAN_NS + number * 10_000_000)


def quotes(more: float) -> list[Quote]:
    return [
        Quote(symbol(one, side, strike), bidPrice=strike + more, askPrice=strike + 1.0)
        for one in (DAY, NEXT)
        for strike in STRIKES
        for side in "CP"
    ]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The price walks for two seconds; every option is quoted before, and once more in the middle."""
    path = tmp_path_factory.mktemp("walked") / "day"
    with StoreWriter(path, feed_level="api", source="test", event_types=(), symbols=("SPX",)) as writer:
        writer.append(batch(0, quotes(0.0)))
        writer.append(LOST)
        for number, price in enumerate(WALK):
            writer.append(batch(number, [Trade("SPX", price=price, size=1.0)]))
            if number == len(WALK) // 2:
                writer.append(batch(number, quotes(0.5)))
        writer.append(batch(250, [Trade("SPX", price=5900.0, size=1.0)]))
        writer.commit()
        writer.keep_chain("SPX", kept_chain())
    return path


def expected() -> tuple[Window, int]:
    rule = WindowRule(map(Decimal, STRIKES), around=10, band=0.25)
    window, moves = rule.around(WALK[0]), 0
    for price in WALK[1:]:
        after = rule.follow(window, price)
        moves += after.strikes != window.strikes
        window = after
    return window, moves


async def end_of(path: Path, *, speed: Speed, end: int | None = None, **options: Any) -> LiveChain:
    """The live chain of a replay, when that has come to its end."""
    when = BEGAN_NS + 1_999_000_000 if end is None else end
    async with (
        Replay(Store(path), speed=speed, end=when) as source,
        source.live_chain("SPX", dte=0, around=10, **options) as chain,
    ):
        async for _ in chain.changes():
            pass
    return chain


@pytest.mark.parametrize("speed", ["max", 10])
async def test_at_any_speed_the_window_has_moved_as_often_and_is_where_it_must_be(
    day: Path, speed: Speed
) -> None:
    chain = await end_of(day, speed=speed)
    window, moves = expected()

    assert (chain.window, chain.recentred) == (window, moves)
    assert moves > 10
    assert (chain.state, chain.reason) == (ChainState.CLOSED, "the source is over")


async def test_what_was_quoted_before_a_strike_came_into_the_window_is_known(day: Path) -> None:
    chain = await end_of(day, speed="max")
    table = chain.table

    assert table["call_bidPrice"].to_list() == [float(strike) + 0.5 for strike in table["strike_price"]]
    assert {age.total_seconds() for age in table["put_quote_age"]} == {0.99}


async def test_what_may_be_missing_from_the_recording_is_a_gap(day: Path) -> None:
    chain = await end_of(day, speed="max")

    assert [gap.reason for gap in chain.gaps] == [GapReason.DISCONNECT]


async def test_a_reader_who_holds_up_the_replay_changes_nothing(day: Path) -> None:
    source = Replay(Store(day), speed="max", end=BEGAN_NS + 1_999_000_000)
    async with source, source.live_chain("SPX", dte=0, around=10) as chain:
        slow = source.subscribe(Trade, ["SPX"], limit_events=3, overflow=Overflow.BLOCK)

        async def read() -> None:
            async for _ in slow.batches():
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            async for _ in chain.changes(per_second=1000):
                await asyncio.sleep(0)

    assert (chain.window, chain.recentred) == expected()


async def test_the_options_of_a_recorded_day_are_over_at_the_recorded_time(day: Path) -> None:
    chain = await end_of(day, speed="max", end=BEGAN_NS + 3_000_000_000)

    assert chain.state is ChainState.EXPIRED
    assert chain.expiration.date == DAY


async def test_a_recorded_day_rolls_over_at_the_recorded_time(day: Path) -> None:
    chain = await end_of(day, speed="max", end=BEGAN_NS + 3_000_000_000, roll=True)

    assert chain.state is ChainState.CLOSED
    assert chain.expiration.date == NEXT
    assert chain.window is not None
    assert chain.window.centre == 5900


async def test_the_chain_must_have_been_kept(day: Path) -> None:
    async with Replay(Store(day)) as source:
        with pytest.raises(ConfigurationError, match=r"has no option chain of SPY \(there are: SPX\)"):
            await source.live_chain("SPY").open()
