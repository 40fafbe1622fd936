"""Asking once, over real sockets: snapshots, histories, chain tables."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tastytrade import (
    Candle,
    EventType,
    Greeks,
    Quote,
    Session,
    Simulator,
    Status,
    Streamer,
    Summary,
    TimeAndSale,
    Trade,
    get_option_chain,
)
from tastytrade.dxfeed import EventFlags
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError, Incomplete, SymbolError
from tastytrade.oneshot import Progress
from tests.integration.waiting import until

NOW = datetime.now(UTC)
MONTH = timedelta(days=30)


async def test_a_snapshot_has_an_event_and_a_status_a_symbol(streamer: Streamer) -> None:
    found = await streamer.snapshot(Quote, ["SPX", "SPY", "NOPE"], timeout=0.5)

    assert found.status == {"SPX": Status.OK, "SPY": Status.OK, "NOPE": Status.SILENT}
    assert [quote.eventSymbol for quote in found] == ["SPX", "SPY"]
    assert found.table.height == 2
    assert repr(found) == "<Snapshot of 2 Quote: 2 ok, 1 not entitled or unknown>"


async def test_a_snapshot_can_be_required_to_be_whole(streamer: Streamer) -> None:
    found = await streamer.snapshot("Quote", ["SPY", "NOPE"], timeout=0.3)

    with pytest.raises(
        Incomplete, match=r"no Quote for 1 of 2 symbols \(NOPE: not entitled or unknown\)"
    ) as e:
        found.require()
    assert e.value.partial is found


async def test_a_snapshot_leaves_no_subscription_behind(streamer: Streamer) -> None:
    await streamer.snapshot(EventType.QUOTE, ["SPX", "SPY"])
    await until(lambda: streamer.progress == (0, 0))

    assert streamer.progress == (0, 0)


async def test_a_snapshot_asked_for_again_at_once_is_answered_again(streamer: Streamer) -> None:
    found = [await streamer.snapshot(Summary, ["SPX", "SPY", "NVDA"], timeout=2) for _ in range(5)]

    assert [len(one) for one in found] == [3] * 5


async def test_snapshots_that_overlap_are_all_whole(streamer: Streamer, session: Session) -> None:
    symbols = (await get_option_chain(session, "SPX")).symbols
    parts = (symbols[:900], symbols[:1500], symbols[600:1800])
    found = [await streamer.snapshot(Quote, part) for part in parts]

    assert [len(one) for one in found] == [len(part) for part in parts]


async def test_a_snapshot_of_what_somebody_listens_to_disturbs_nobody(streamer: Streamer) -> None:
    async with streamer.subscribe(Trade, ["SPX"]) as listening:
        found = await streamer.snapshot(Trade, ["SPX"])
        events = [event async for event in listening.events(duration=0.5)]

    assert found.status == {"SPX": Status.OK}
    assert events
    assert listening.gaps == []


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda feed: feed.snapshot(Quote, "SPX"), "for one symbol write"),
        (lambda feed: feed.snapshot(Quote, []), "the list of symbols is empty"),
        (lambda feed: feed.snapshot("Quotes", ["SPX"]), "unknown event type Quotes"),
        (lambda feed: feed.snapshot(TimeAndSale, ["SPX"]), "a stream without a current value"),
        (lambda feed: feed.snapshot("Order", ["SPX"]), "give source='NTV'"),
        (lambda feed: feed.snapshot(Quote, ["SPX"], source="NTV"), "has no order sources"),
        (lambda feed: feed.snapshot(Quote, ["SPX"], timeout=0), "positive number of seconds"),
        (lambda feed: feed.history(Quote, ["SPX"], start=NOW), "Quote has no history"),
        (lambda feed: feed.candles("SPX", "5m", start=NOW.replace(tzinfo=None)), "has no time zone"),
        (lambda feed: feed.candles("SPX", "5m", start=NOW + MONTH), "is in the future"),
        (lambda feed: feed.candles("SPX", "5m", start=NOW - MONTH, timeout=-1), "positive number of seconds"),
        (lambda feed: feed.snapshot(Quote, ["SPX"], timeout=float("nan")), "positive number of seconds"),
        (lambda feed: feed.snapshot(Quote, ["SPX"], timeout="3"), "positive number of seconds, not '3'"),
        (lambda feed: feed.chain_table([]), "there are no options"),
        (lambda feed: feed.chain_table("SPX", strike=6), "not narrowed by strike; there are: dte, exp"),
        (lambda feed: feed.chain_table("SPX", dte=4000), "no SPX option"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_a_sentence(
    streamer: Streamer, ask: Callable[[Streamer], object], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        await ask(streamer)  # type: ignore[misc]  # whatever is asked can be awaited


@pytest.mark.parametrize("interval", ["5x", "", "m5", "0d", "5m,tho=maybe"])
async def test_an_unknown_interval_is_refused_with_a_sentence(streamer: Streamer, interval: str) -> None:
    with pytest.raises(SymbolError, match="not an interval"):
        await streamer.candles("SPY", interval, start=NOW - MONTH)


async def test_candles_are_whole_ascending_and_one_an_index(streamer: Streamer) -> None:
    told: list[Progress] = []
    found = await streamer.candles(["SPY", "QQQ"], "1d", start=NOW - MONTH, progress=told.append)

    assert found.status == {"SPY": Status.OK, "QQQ": Status.OK}
    for symbol in ("SPY", "QQQ"):
        indexes = [candle.index for candle in found[symbol]]
        assert indexes == sorted(set(indexes))
        assert 18 <= len(indexes) <= 24
    assert {candle.eventFlags for candle in found} == {0}
    assert told[-1].done == told[-1].symbols == 2


async def test_candles_of_many_symbols_stay_within_what_a_server_allows() -> None:
    async with (
        Simulator(seed=7, dxlink_options=ServerOptions(candle_limit=16)) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        symbols = [
            f"{symbol}{{={interval}}}"
            for symbol in ("SPY", "QQQ", "NVDA", "AAPL")
            for interval in ("1m", "2m", "3m", "5m", "10m", "15m", "30m", "1h", "2h", "1d")
        ]
        found = await streamer.history(Candle, symbols, start=NOW - timedelta(days=4))

    assert set(found.status.values()) == {Status.OK}


async def test_a_history_longer_than_the_server_keeps_says_that_it_is_cut(streamer: Streamer) -> None:
    found = await streamer.candles("SPY", "1m", start=NOW - timedelta(days=90))

    assert found.status == {"SPY": Status.CUT}
    assert len(found) == 8000


async def test_an_unknown_symbol_is_an_error_that_keeps_what_the_others_gave(streamer: Streamer) -> None:
    with pytest.raises(Incomplete, match="no Candle for 1 of 2 symbols") as caught:
        await streamer.candles(["SPY", "NOPE"], "1d", start=NOW - MONTH, timeout=0.3)

    assert len(caught.value.partial["SPY"]) > 15


async def test_two_who_ask_for_one_history_from_different_starts_both_get_their_own(
    streamer: Streamer,
) -> None:
    long, short = await asyncio.gather(
        streamer.candles("SPY", "1d", start=NOW - 3 * MONTH),
        streamer.candles("SPY", "1d", start=NOW - timedelta(days=12)),
    )

    assert len(long) > 55
    assert 5 <= len(short) <= 11
    assert list(long)[-len(short) :] == list(short)


async def test_a_history_is_whole_while_somebody_listens_to_its_beginning(streamer: Streamer) -> None:
    since = NOW - timedelta(days=8)
    async with streamer.subscribe(Candle, ["SPY{=1d}"], from_time=since):
        found = await streamer.candles("SPY", "1d", start=NOW - MONTH)

    assert found.status == {"SPY": Status.OK}
    assert len(found) >= 18


async def test_a_history_survives_the_loss_of_its_connection(
    simulator: Simulator, streamer: Streamer
) -> None:
    asking = asyncio.create_task(streamer.candles("SPY", "1m", start=NOW - timedelta(days=20)))
    await simulator.drop_connections()
    found = await asking

    assert found.status == {"SPY": Status.OK}


async def test_without_history_on_auto_channels_ours_still_come() -> None:
    async with (
        Simulator(seed=7, dxlink_options=ServerOptions(auto_candle_history=False)) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        found = await streamer.candles("SPY", "1d", start=NOW - MONTH)

    assert found.status == {"SPY": Status.OK}


async def test_prints_are_a_history_too(streamer: Streamer) -> None:
    found = await streamer.history(TimeAndSale, ["SPY"], start=NOW - timedelta(days=4))

    indexes = [event.index for event in found]
    assert indexes == sorted(set(indexes))
    assert not any(event.eventFlags & EventFlags.REMOVE_EVENT for event in found)


async def test_a_chain_table_has_a_row_a_strike_with_both_sides(streamer: Streamer) -> None:
    table = await streamer.chain_table("SPX", strikes=6)

    assert table.height == 6
    assert table["strike_price"].is_sorted()
    for column in ("call_bidPrice", "put_askPrice", "call_delta", "put_volatility", "put_openInterest"):
        assert table[column].null_count() == 0
    assert (table["call_delta"] > 0).all()
    assert (table["put_delta"] < 0).all()
    assert (table["call_quote_age"].dt.total_seconds() < 5).all()


async def test_a_chain_table_is_of_the_options_it_is_given(streamer: Streamer, session: Session) -> None:
    chain = await get_option_chain(session, "SPY")
    first, second = chain.expirations[:2]
    narrow = chain.expiration(second).around(580, strikes=3)

    of_list = await streamer.chain_table(narrow)
    of_chain = await streamer.chain_table(chain, expiration=first, points=5, price=580)
    assert of_list["expiration_date"].unique().to_list() == [second]
    assert of_list.height == 3
    assert of_chain["expiration_date"].unique().to_list() == [first]
    assert of_chain["strike_price"].is_between(575, 585).all()


async def test_a_streamer_without_a_session_takes_options_for_a_chain_table(
    simulator: Simulator, session: Session
) -> None:
    chain = await get_option_chain(session, "SPY")
    token = await session.quote_token()
    async with Streamer(url=token.dxlink_url, token=token.token.reveal()) as streamer:
        table = await streamer.chain_table(chain.nearest_expiration().around(580, strikes=2))
        with pytest.raises(ConfigurationError, match="no session to ask for a chain"):
            await streamer.chain_table("SPY")

    assert table.height == 2


async def test_deltas_are_found_once_greeks_are_there(streamer: Streamer, session: Session) -> None:
    chain = await get_option_chain(session, "SPX")
    expiration = chain.expiration(chain.expirations[5])
    greeks = await streamer.snapshot(Greeks, expiration.symbols)
    call, put = expiration.delta(0.25, greeks)

    deltas = {event.eventSymbol: event.delta for event in greeks}
    assert deltas[call.streamer_symbol] == pytest.approx(0.25, abs=0.05)
    assert deltas[put.streamer_symbol] == pytest.approx(-0.25, abs=0.05)


async def test_a_server_that_refuses_histories_is_no_word_about_the_symbol() -> None:
    async with (
        Simulator(seed=7, dxlink_options=ServerOptions(candle_limit=1)) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
        streamer.subscribe(Candle, ["QQQ{=1d}"], from_time=NOW - MONTH) as live,
    ):
        await anext(live.events())
        with pytest.raises(Incomplete, match="SPY: too many subscriptions") as caught:
            await streamer.candles("SPY", "1d", start=NOW - MONTH, timeout=0.5)

    assert caught.value.partial.status == {"SPY": Status.REFUSED}


async def test_a_chain_table_tells_how_far_it_is(streamer: Streamer) -> None:
    told: list[Progress] = []
    table = await streamer.chain_table("SPX", strikes=6, price=5830, progress=told.append)

    assert told[-1].symbols == 4 * 2 * table.height
    assert told[-1].done == told[-1].symbols
    assert [one.done for one in told] == sorted(one.done for one in told)


async def test_a_history_does_not_wait_for_a_long_snapshot_asked_for_before(
    streamer: Streamer, session: Session
) -> None:
    chain = await get_option_chain(session, "SPX")
    long = asyncio.create_task(streamer.snapshot(Quote, chain.symbols[:6000]))
    await until(lambda: streamer.progress[1] > 1000)
    found = await streamer.candles("SPY", "1d", start=NOW - MONTH, timeout=3)
    was_done = long.done()
    await long

    assert found.status == {"SPY": Status.OK}
    assert not was_done
