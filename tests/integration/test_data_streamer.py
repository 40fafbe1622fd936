"""The streamer that earlier packages had, for a blocking session, against a simulator in another process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from tastytrade import DataStreamer, EventType, ProductionSession, Session, Simulator
from tastytrade.dxfeed import Candle, Event
from tastytrade.errors import ConfigurationError, StreamClosed
from tests.integration.admission import Leaves

pytestmark = pytest.mark.usefixtures("tastytrade_environment")


@pytest.fixture
async def streamer() -> AsyncIterator[DataStreamer]:
    with ProductionSession("username", "password") as session:
        async with await DataStreamer.create(session) as opened:
            yield opened


async def symbols_of(streamer: DataStreamer, event_type: EventType, wanted: set[str]) -> list[Event]:
    """Events until each of the symbols has come."""
    found: list[Event] = []
    async with asyncio.timeout(5):
        async for event in streamer.listen(event_type):
            found.append(event)
            if wanted <= {one.eventSymbol for one in found}:
                break
    return found


async def test_a_listener_hears_what_was_subscribed_to_before_and_after(streamer: DataStreamer) -> None:
    await streamer.subscribe(EventType.QUOTE, ["SPX"])
    await symbols_of(streamer, EventType.QUOTE, {"SPX"})
    await streamer.subscribe(EventType.QUOTE, ["NVDA"])

    assert await symbols_of(streamer, EventType.QUOTE, {"SPX", "NVDA"})


async def test_each_event_type_is_listened_to_by_itself(streamer: DataStreamer) -> None:
    await streamer.subscribe(EventType.QUOTE, ["SPY"])
    await streamer.subscribe(EventType.TRADE, ["SPY"])

    trades = await symbols_of(streamer, EventType.TRADE, {"SPY"})
    quotes = await symbols_of(streamer, EventType.QUOTE, {"SPY"})
    assert {type(event).__name__ for event in trades} == {"Trade"}
    assert {type(event).__name__ for event in quotes} == {"Quote"}


async def test_a_listener_may_come_before_the_first_subscription(streamer: DataStreamer) -> None:
    listening = asyncio.create_task(symbols_of(streamer, EventType.QUOTE, {"SPY"}))
    await asyncio.sleep(0)
    await streamer.subscribe(EventType.QUOTE, ["SPY"])

    assert await listening


async def test_reset_replaces_and_unsubscribe_takes_away(streamer: DataStreamer) -> None:
    await streamer.subscribe(EventType.SUMMARY, ["SPX", "NVDA"])
    await symbols_of(streamer, EventType.SUMMARY, {"SPX", "NVDA"})
    await streamer.subscribe(EventType.SUMMARY, ["SPY", "QQQ"], reset=True)
    await streamer.unsubscribe(EventType.SUMMARY, ["QQQ"])
    found = await symbols_of(streamer, EventType.SUMMARY, {"SPY"})

    assert {event.eventSymbol for event in found} == {"SPY"}


async def test_candles_come_without_the_rows_that_take_something_back(streamer: DataStreamer) -> None:
    start = datetime.now() - timedelta(days=5)  # noqa: DTZ005 - local time is what people write
    await streamer.subscribe_candle(["SPY"], "5m", start, extended_trading_hours=True)
    found = []
    async with asyncio.timeout(5):
        async for event in streamer.listen(EventType.CANDLE):
            assert isinstance(event, Candle)
            found.append(event)
            if len(found) > 1 and event.time > found[-2].time:  # the first update after the history
                break
    await streamer.unsubscribe_candle("SPY", "5m", extended_trading_hours=True)
    await streamer.unsubscribe_candle("SPY")

    assert {event.eventSymbol for event in found} == {"SPY{=5m}"}
    assert all(event.open == event.open for event in found)


async def test_what_cannot_be_meant_is_refused(streamer: DataStreamer) -> None:
    now = datetime.now()  # noqa: DTZ005
    with pytest.raises(ConfigurationError, match=r"use subscribe_candle\(\)"):
        await streamer.subscribe(EventType.CANDLE, ["SPY"])
    with pytest.raises(ConfigurationError, match="a live stream has no end"):
        await streamer.subscribe_candle(["SPY"], "5m", now, now)
    with pytest.raises(ConfigurationError, match=r"for one symbol write \['SPY'\]"):
        await streamer.subscribe(EventType.QUOTE, "SPY")


async def test_an_interval_that_is_asked_for_again_from_another_start_is_one_subscription(
    streamer: DataStreamer,
) -> None:
    now = datetime.now()  # noqa: DTZ005
    for days in (1, 3, 2):
        await streamer.subscribe_candle(["SPY"], "1h", now - timedelta(days=days))
    await streamer.unsubscribe_candle("SPY")
    await streamer.subscribe_candle(["QQQ"], "1h", now - timedelta(days=1))
    found = await symbols_of(streamer, EventType.CANDLE, {"QQQ{=h,tho=true}"})

    assert found[-1].eventSymbol == "QQQ{=h,tho=true}"


async def test_two_who_listen_to_a_type_share_its_events(streamer: DataStreamer) -> None:
    async def listen() -> list[Event]:
        return [event async for event in streamer.listen(EventType.QUOTE)]

    listeners = [asyncio.create_task(listen()) for _ in range(2)]
    await streamer.subscribe(EventType.QUOTE, ["SPX", "SPY", "QQQ", "NVDA"])
    await asyncio.sleep(0.5)
    await streamer.close()
    found = [event for heard in await asyncio.gather(*listeners) for event in heard]

    assert {event.eventSymbol for event in found} == {"SPX", "SPY", "QQQ", "NVDA"}
    assert len(found) == len({id(event) for event in found})


async def test_unsubscribing_before_subscribing_does_nothing(streamer: DataStreamer) -> None:
    await streamer.unsubscribe(EventType.QUOTE, ["SPY"])
    await streamer.unsubscribe_candle("SPY", "5m")
    await streamer.subscribe(EventType.QUOTE, ["SPY"])

    assert await symbols_of(streamer, EventType.QUOTE, {"SPY"})


async def test_what_ends_the_feed_is_told_to_every_listener(simulator: Simulator, session: Session) -> None:
    admission = Leaves(session)
    async with await DataStreamer.create(admission) as streamer:
        await streamer.subscribe(EventType.TRADE, ["SPX"])
        listeners = [
            asyncio.create_task(symbols_of(streamer, one, {"NVDA"}))
            for one in (EventType.TRADE, EventType.QUOTE)
        ]
        admission.is_closed = True
        await simulator.drop_connections()

        for listening in listeners:
            with pytest.raises(StreamClosed, match="by hand"):
                await listening


async def test_a_closed_streamer_takes_no_symbols_and_gives_no_events(streamer: DataStreamer) -> None:
    await streamer.subscribe(EventType.QUOTE, ["SPY"])
    await streamer.close()

    for event_type in (EventType.QUOTE, EventType.TRADE):
        with pytest.raises(StreamClosed):
            await streamer.subscribe(event_type, ["QQQ"])
    assert [event async for event in streamer.listen(EventType.GREEKS)] == []


async def test_closing_ends_every_listener_and_leaves_no_task(streamer: DataStreamer) -> None:
    await streamer.subscribe(EventType.QUOTE, ["SPY"])

    async def listen(event_type: EventType) -> str:
        async for _ in streamer.listen(event_type):
            pass
        return "ended"

    listeners = [asyncio.create_task(listen(one)) for one in (EventType.QUOTE, EventType.GREEKS)]
    await symbols_of(streamer, EventType.QUOTE, set())
    streamer.close()
    await streamer.close()

    async with asyncio.timeout(5):
        assert await asyncio.gather(*listeners) == ["ended", "ended"]
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("tastytrade")]
    assert streamer.gaps == []
