from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tastytrade.dxfeed import Quote, Trade
from tastytrade.errors import ConfigurationError, FeedStalled, ServiceUnavailable, StreamClosed
from tastytrade.instruments.chain import OptionChain
from tastytrade.live_chain import ChainState, Change, LiveChain
from tests.integration.waiting import until
from tests.unit.instruments.options import FIRST, SECOND, pairs
from tests.unit.live_chain.source import HandSource

STRIKES = range(5800, 6000, 10)
CHAIN = OptionChain("SPX", [*pairs(STRIKES, day=FIRST), *pairs(STRIKES, day=SECOND)])
NOON = int(datetime(2025, 1, 10, 17, tzinfo=UTC).timestamp()) * 1_000_000_000
OVER = NOON + 4 * 3600 * 1_000_000_000
FAR = pairs(STRIKES, day=datetime.now(UTC).date() + timedelta(days=30))


@pytest.fixture
def source() -> HandSource:
    """As a recording has it: its time is that of what it gives."""
    return HandSource(CHAIN, origin="a hand")


@pytest.fixture
async def chain(source: HandSource) -> AsyncIterator[LiveChain]:
    async with source.live_chain("SPX", dte=0, around=4, roll=True) as opened:
        yield opened


def spx(price: float) -> Trade:
    return Trade("SPX", price=price)


def wanted(chain: LiveChain) -> set[str]:
    return {option.streamer_symbol for option in chain.options} | {"SPX"}


async def test_what_is_wanted_is_the_underlying_and_then_its_window(
    source: HandSource, chain: LiveChain
) -> None:
    before = source.wanted
    source.give(spx(5901.0), at_ns=NOON)
    await chain.centred(timeout=3)

    assert before == {"SPX"}
    assert source.wanted == wanted(chain)
    assert len(chain.options) == 8
    assert repr(chain) == "<LiveChain of SPX, 5890 to 5920: around 5900>"


async def test_a_live_window_moves_at_once_and_then_not_before_the_pause_is_over() -> None:
    source = HandSource(CHAIN)
    async with source.live_chain(FAR, around=4, pause=0.2) as chain:
        now = asyncio.get_running_loop().time
        source.give(spx(5850.0), spx(5900.0), at_ns=NOON)
        await until(lambda: chain.recentred == 1)
        moved_at = now()
        source.give(spx(5950.0), at_ns=NOON)
        await until(lambda: chain.spot == 5950.0)
        early = chain.window
        await until(lambda: chain.recentred == 2)
        took = now() - moved_at

    assert early is not None
    assert early.centre == 5900
    assert took >= 0.19


async def test_several_who_look_are_told_each_at_a_pace_of_their_own(
    source: HandSource, chain: LiveChain
) -> None:
    found: dict[float, list[Change]] = {1: [], 1000: []}

    async def look(per_second: float) -> None:
        async for change in chain.changes(per_second=per_second):
            found[per_second].append(change)

    async with asyncio.TaskGroup() as group:
        for pace in found:
            group.create_task(look(pace))
        for step in range(20):
            source.give(spx(5850.0 + 5 * step), at_ns=NOON)
            await until(lambda step=step: chain.spot == 5850.0 + 5 * step)  # type: ignore[misc]  # a bool
            seen = len(found[1000])
            source.give(Quote(chain.options[0].streamer_symbol, bidPrice=1.0), at_ns=NOON)
            await until(lambda seen=seen: len(found[1000]) > seen)  # type: ignore[misc]  # a bool
        await chain.aclose()

    assert len(found[1]) == 2
    assert len(found[1000]) >= 20
    assert {changes[-1].spot for changes in found.values()} == {5945.0}
    assert {sum(one.recentred for one in changes) for changes in found.values()} == {chain.recentred}


async def test_whoever_does_not_look_has_nothing_waiting(source: HandSource, chain: LiveChain) -> None:
    changes = chain.changes(per_second=1000)
    source.give(spx(5900.0), at_ns=NOON)
    await anext(changes)
    for number in range(500):
        source.give(spx(5900.0 + number % 90), at_ns=NOON)
    await until(lambda: chain.spot == 5900.0 + 499 % 90)
    change = await anext(changes)
    await changes.aclose()

    assert change.recentred == chain.recentred
    assert set(change.came).isdisjoint(change.went)


async def test_the_next_expiration_is_of_the_chain_as_it_was_when_it_cannot_be_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = HandSource(CHAIN, ServiceUnavailable("down for a while"), origin="a hand")
    with caplog.at_level(logging.WARNING):
        async with source.live_chain("SPX", dte=0, around=4, roll=True) as chain:
            source.give(spx(5900.0), at_ns=NOON)
            source.give(spx(5905.0), at_ns=OVER)
            await until(lambda: chain.expiration.date == SECOND)

            assert source.wanted == wanted(chain)
    assert "as it was is used on: down for a while" in caplog.text


async def test_new_strikes_of_the_next_expiration_are_asked_for() -> None:
    later = OptionChain("SPX", pairs(range(5800, 6000, 5), day=SECOND))
    source = HandSource(CHAIN, later, origin="a hand")
    async with source.live_chain("SPX", dte=0, around=4, roll=True) as chain:
        source.give(spx(5900.0), at_ns=NOON)
        source.give(spx(5905.0), at_ns=OVER)
        await until(lambda: chain.expiration.date == SECOND)

        assert chain.window is not None
        assert [int(strike) for strike in chain.window.strikes] == [5900, 5905, 5910, 5915]


async def test_after_the_last_expiration_it_has_ended(source: HandSource, chain: LiveChain) -> None:
    source.give(spx(5900.0), at_ns=NOON)
    source.give(spx(5905.0), at_ns=OVER + 8 * 24 * 3600 * 1_000_000_000)
    changes = [change async for change in chain.changes()]

    assert changes[-1].state is ChainState.EXPIRED
    assert "was the last there is" in chain.reason
    assert source.has_left


async def test_options_that_were_over_before_it_began_end_it_at_once() -> None:
    source = HandSource(CHAIN)
    async with source.live_chain("SPX", dte=0, around=4) as chain:
        with pytest.raises(StreamClosed, match="has expired; with roll=True"):
            await chain.centred(timeout=3)

        assert chain.state is ChainState.EXPIRED


async def test_what_ended_the_source_is_raised_to_whoever_looks_or_waits(
    source: HandSource, chain: LiveChain
) -> None:
    assert source.subscription is not None
    source.subscription.end(FeedStalled("nothing came"))
    with pytest.raises(FeedStalled):
        await chain.centred(timeout=3)
    changes = chain.changes()
    last = await anext(changes)
    with pytest.raises(FeedStalled):
        await anext(changes)

    assert (last.state, last.reason) == (ChainState.FAILED, "nothing came")


async def test_it_is_opened_once(chain: LiveChain) -> None:
    with pytest.raises(ConfigurationError, match="open already"):
        await chain.open()


async def test_changes_come_at_a_pace_that_can_be_kept(chain: LiveChain) -> None:
    with pytest.raises(ConfigurationError, match="per_second is a positive number"):
        await anext(chain.changes(per_second=0))
