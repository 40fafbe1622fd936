"""A chain that follows the money, over real sockets: subscribed is what the rule says, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from math import ceil
from typing import Any

import pytest

from tastytrade import Greeks, Quote, Session, Simulator, Streamer, Summary, Timeouts, Trade, get_option_chain
from tastytrade.dxfeed import Event
from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.instruments import OptionChain
from tastytrade.live_chain import ChainState, Change, LiveChain, Window, WindowRule
from tastytrade.live_chain.live import PAUSE
from tests.integration.waiting import until
from tests.integration.walking_market import WalkingMarket
from tests.integration.watched_simulator import WatchedSimulator

TODAY = date(2026, 6, 10)
TYPES = (Quote, Greeks, Summary, Trade)
START = 5815.0
AROUND = 20
OPTIONS_A_STRIKE = 2


class Walk:
    """A simulator whose SPX goes where it is told, a streamer on it, and the rule to compare with."""

    def __init__(self, simulator: WatchedSimulator, streamer: Streamer, market: WalkingMarket) -> None:
        self.simulator, self.streamer, self.market = simulator, streamer, market
        chain = simulator.listing.chain("SPX")
        self.options = [one for one in chain if one.expiration == TODAY and one.root == "SPXW"]
        self.rule = WindowRule([one.strike for one in self.options], around=AROUND, band=0.25)
        self.window: Window | None = None

    def expect(self, price: float) -> set[tuple[str, str]]:
        """What must be subscribed when the price has gone there from where it was."""
        window = self.window = self.rule.follow(self.window, price)
        symbols = [one.streamer_symbol for one in self.options if one.strike in window.strikes]
        return {(cls.__name__, symbol) for cls in TYPES for symbol in symbols} | {
            ("Trade", "SPX"),
            ("Quote", "SPX"),
        }

    async def go(self, chain: LiveChain, price: float) -> set[tuple[str, str]]:
        """Go to a price and wait for what must come of it."""
        self.market.walk(price)
        expected = self.expect(price)
        await until(lambda: chain.spot == price and self.simulator.subscriptions() == expected)
        return expected

    @property
    def told(self) -> list[dict[str, Any]]:
        """The subscription messages that the simulator has heard."""
        return [one for one in self.simulator.heard if one["type"] == "FEED_SUBSCRIPTION"]


@asynccontextmanager
async def walking(types: Iterable[type[Event]] = (Trade, Quote)) -> AsyncIterator[Walk]:
    symbols = [one.streamer_symbol for one in Simulator(today=TODAY).listing.chain("SPX")]
    # 10:00 in New York.
    market = WalkingMarket("SPX", symbols, START, began_ms=1_781_100_000_000, types=tuple(types))
    quick = Timeouts(backoff_base=0.05)
    async with (
        WatchedSimulator(today=TODAY, market=market) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session, timeouts=quick) as streamer,
    ):
        yield Walk(simulator, streamer, market)


@pytest.fixture
async def walk() -> AsyncIterator[Walk]:
    async with walking() as one:
        yield one


def entries(message: dict[str, Any]) -> int:
    return len(message.get("add", ())) + len(message.get("remove", ()))


def ours() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks() if task.get_name() == "tastytrade-live-chain"}


async def test_at_every_step_of_a_walk_the_subscribed_set_is_the_rules_set(walk: Walk) -> None:
    steps = [5817.0, 5824.0, 5826.5, 5831.0, 5820.0, 5803.0, 5950.0, 5400.0, 5815.0]
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        sets = [(await walk.go(chain, price), walk.simulator.subscriptions()) for price in steps]

        assert all(expected == subscribed for expected, subscribed in sets)
        assert chain.window == walk.window
        assert chain.recentred >= 4


async def test_never_more_is_wanted_than_the_windows_options_and_the_underlying(walk: Walk) -> None:
    most = AROUND * OPTIONS_A_STRIKE * len(TYPES) + 2
    wanted = []
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        await chain.centred(timeout=3)
        walk.market.walk(*[START + 7 * step for step in range(1, 40)], every_ms=20)
        async for _ in chain.changes(per_second=100):
            wanted.append(walk.streamer.progress[1])
            if chain.spot == START + 7 * 39:
                break

    assert max(wanted) == most


async def test_however_fast_the_price_walks_the_messages_stay_within_the_budget(walk: Walk) -> None:
    loop = asyncio.get_running_loop()
    end = START + 5 * 60
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        await walk.go(chain, START)
        before, began = len(walk.told), loop.time()
        walk.market.walk(*[START + 5 * step for step in range(1, 61)], every_ms=20)
        expected = walk.expect(end)
        await until(lambda: chain.spot == end)
        centre = next(one for one in walk.rule.strikes if one == end)
        await until(lambda: chain.window is not None and abs(chain.window.centre - centre) <= 10)
        await until(lambda: len(walk.simulator.subscriptions()) == len(expected))
        moves = ceil((loop.time() - began) / PAUSE) + 1
        told = walk.told[before:]

    assert 2 <= chain.recentred <= moves
    assert len(told) <= 2 * chain.recentred
    assert sum(map(entries, told)) <= chain.recentred * 2 * AROUND * OPTIONS_A_STRIKE * len(TYPES)


async def test_a_price_that_moves_within_the_band_sends_nothing(walk: Walk) -> None:
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        await walk.go(chain, START)
        before = len(walk.told)
        for price in (START + 10, START - 10, START + 9.9, START - 4):
            await walk.go(chain, price)

        assert walk.told[before:] == []
        assert chain.recentred == 0


async def test_after_closing_nothing_is_subscribed_and_no_task_is_left(walk: Walk) -> None:
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        await walk.go(chain, 5950.0)
        table = chain.table
    await until(lambda: walk.simulator.subscriptions() == set())

    assert walk.streamer.progress == (0, 0)
    assert ours() == set()
    assert chain.state is ChainState.CLOSED
    assert chain.table["strike_price"].to_list() == table["strike_price"].to_list()
    await chain.aclose()


async def test_what_others_are_subscribed_to_stays_theirs(walk: Walk) -> None:
    other = walk.options[0].streamer_symbol
    async with walk.streamer.subscribe([Quote, Trade], ["SPX", other]):
        async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
            await chain.centred(timeout=3)
        await until(lambda: len(walk.simulator.subscriptions()) == 4)

        assert walk.streamer.progress[1] == 4


async def test_a_lost_connection_is_restored_with_the_windows_set_and_leaves_a_gap(walk: Walk) -> None:
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        changes: list[Change] = []

        async def look() -> None:
            async for change in chain.changes():
                changes.append(change)  # noqa: PERF401 - they are looked at while it goes on

        looking = asyncio.create_task(look())
        await walk.go(chain, 5950.0)
        await walk.simulator.drop_connections()
        await walk.go(chain, 6020.0)
        await until(lambda: bool(chain.gaps) and not chain.gaps[0].is_open)
        await until(lambda: any(gap.to_ns for change in changes for gap in change.gaps))
        await chain.aclose()
        await looking

    assert {gap.reason for gap in chain.gaps} == {GapReason.DISCONNECT}
    assert changes[-1].state is ChainState.CLOSED


async def test_the_table_has_a_row_a_strike_with_ages(walk: Walk) -> None:
    async with walk.streamer.live_chain("SPX", dte=0, around=6) as chain:
        await chain.centred(timeout=3)
        await until(lambda: len(chain.table.drop_nulls("put_trade_age")) == 6)
        table = chain.table

    assert table.height == 6
    assert table["call_bidPrice"].to_list() == [4.75] * 6
    assert all(0 < age.total_seconds() < 60 for age in table["call_quote_age"])
    assert chain.window is not None
    assert table["strike_price"].to_list() == list(chain.window.strikes)


async def test_strikes_that_come_back_have_their_last_values_until_new_ones_come(walk: Walk) -> None:
    async with walk.streamer.live_chain("SPX", dte=0, around=6) as chain:
        await until(lambda: chain.window is not None and not chain.table["call_bidPrice"].has_nulls())
        walk.market.walk(6000.0)
        await until(lambda: chain.window is not None and chain.window.lowest > 5900)
        await until(lambda: not chain.table["call_bidPrice"].has_nulls())
        asked = walk.market.asked
        walk.market.walk(START)
        await until(lambda: chain.window is not None and chain.window.highest < 5900)
        back = chain.table
        await until(lambda: walk.market.asked >= asked + 6 * 2 * 4)
        oldest = min(back["call_quote_age"])
        await until(lambda: max(chain.table["call_quote_age"]) < oldest)

    assert not back["call_bidPrice"].has_nulls()


async def test_a_change_says_what_is_new_and_no_more_often_than_asked(walk: Walk) -> None:
    loop = asyncio.get_running_loop()
    async with walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        walk.market.walk(*[START + step for step in range(1, 100)], every_ms=10)
        began, found = loop.time(), []
        async for change in chain.changes(per_second=5):
            found.append(change)
            if change.spot == START + 99:
                break
        took = loop.time() - began

    assert found[0].window is not None
    assert found[0].came == found[0].window.strikes
    assert 2 <= len(found) <= took * 5 + 1
    assert 1 <= sum(change.recentred for change in found) <= chain.recentred
    assert all(len(change.came) == len(change.went) for change in found[1:])
    assert {symbol for change in found for symbol in change.symbols} <= {
        one.streamer_symbol for one in walk.options
    }


async def test_of_an_index_without_trades_the_middle_of_its_quote_is_followed() -> None:
    async with (
        walking([Quote]) as walk,
        walk.streamer.live_chain("SPX", dte=0, around=AROUND) as chain,
    ):
        expected = await walk.go(chain, 5950.0)

        assert walk.simulator.subscriptions() == expected


async def test_an_underlying_without_a_price_has_no_window_and_says_so() -> None:
    async with walking([Summary]) as walk, walk.streamer.live_chain("SPX", dte=0) as chain:
        is_centred = await chain.centred(timeout=0.3)

        assert not is_centred
        assert (chain.state, chain.spot, chain.window) == (ChainState.WAITING, None, None)
        assert chain.table.height == 0
        assert walk.simulator.subscriptions() == {("Trade", "SPX"), ("Quote", "SPX")}


async def test_options_that_are_given_are_not_asked_for(walk: Walk) -> None:
    async with Session.from_environment(variables=walk.simulator.variables) as session:
        whole = await get_option_chain(session, "SPX")
    asked = len(walk.simulator.asked)
    few = whole.expiration(dte=0, root="SPXW").around(START, strikes=5)
    options = []
    for given in (few, OptionChain("SPX", few)):
        async with walk.streamer.live_chain(given, around=20) as chain:
            await chain.centred(timeout=3)
            options.append(chain.options)

    assert options == [few, few]
    assert len(walk.simulator.asked) == asked


async def test_options_that_are_over_end_it_and_nothing_stays_subscribed(
    simulator: Simulator, streamer: Streamer
) -> None:
    async with streamer.live_chain("SPX", dte=0, around=AROUND) as chain:
        await chain.centred(timeout=3)
        simulator.advance(6 * 3600 + 60, market=True)
        changes = [change async for change in chain.changes()]
        await until(lambda: simulator.subscriptions() == set())

        assert changes[-1].state is chain.state is ChainState.EXPIRED
        assert "has expired" in chain.reason
        assert chain.table.height == AROUND


async def test_it_rolls_over_to_the_next_expiration_when_asked(
    simulator: Simulator, streamer: Streamer
) -> None:
    async with streamer.live_chain("SPX", dte=0, around=AROUND, roll=True) as chain:
        await chain.centred(timeout=3)
        first = chain.expiration
        simulator.advance(6 * 3600 + 60, market=True)
        await until(lambda: chain.expiration.date > first.date and chain.window is not None)
        expected = {one.streamer_symbol for one in chain.options} | {"SPX"}
        await until(lambda: {symbol for _, symbol in simulator.subscriptions()} == expected)
        change = await anext(aiter(chain.changes()))

        assert chain.state is ChainState.FOLLOWING
        assert change.expiration == chain.expiration.date
        assert chain.expiration.root == first.root


async def test_the_end_of_the_feed_is_told_to_whoever_looks(session: Session) -> None:
    streamer = Streamer(session)
    await streamer.open()
    async with streamer.live_chain("SPX", dte=0) as chain:
        await chain.centred(timeout=3)
        await streamer.aclose()
        changes = [change async for change in chain.changes()]

        assert changes[-1].state is ChainState.CLOSED
        assert changes[-1].reason == "the source is over"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"dte": 4000}, "no SPX option expires in 4000 days"),
        ({"root": "XSP"}, "no SPX option of root 'XSP'"),
        ({"around": 0}, "around is a number of strikes"),
        ({"around": 2.5}, "around is a number of strikes"),
        ({"band": 2}, "band is a share"),
        ({"pause": -1}, "pause is a number of seconds"),
        ({"pause": float("nan")}, "pause is a number of seconds"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_a_sentence(
    streamer: Streamer, asked: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        await streamer.live_chain("SPX", **asked).open()
    assert streamer.progress[1] == 0


async def test_a_bare_feed_asks_for_the_options() -> None:
    options = ServerOptions(wants_token=False)
    async with (
        Simulator(dxlink_options=options) as simulator,
        Streamer(url=simulator.dxlink_url) as streamer,
    ):
        with pytest.raises(ConfigurationError, match="no session to ask"):
            await streamer.live_chain("SPX").open()


async def test_before_it_is_open_it_says_so(streamer: Streamer) -> None:
    chain = streamer.live_chain("SPX")

    with pytest.raises(StreamClosed, match="async with"):
        _ = chain.table
    assert (chain.window, chain.options, chain.gaps, chain.recentred) == (None, [], [], 0)
