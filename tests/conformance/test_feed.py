"""What any tastytrade feed answers over DXLink."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tastytrade import (
    Candle,
    Greeks,
    Profile,
    Quote,
    Session,
    Status,
    Streamer,
    Summary,
    Trade,
    get_option_chain,
)
from tastytrade.dxfeed import Event, time_of
from tastytrade.source import State

MONTH = timedelta(days=30)


async def test_a_feed_is_live_once_everything_is_asked_for(streamer: Streamer) -> None:
    assert streamer.state.state is State.LIVE
    assert streamer.feed_level


@pytest.mark.parametrize("event_class", [Quote, Trade, Summary, Profile])
async def test_an_equity_has_current_values(streamer: Streamer, event_class: type[Event]) -> None:
    found = await streamer.snapshot(event_class, ["SPY"], timeout=5)

    assert found.status == {"SPY": Status.OK}


async def test_an_unknown_symbol_is_met_with_silence(streamer: Streamer) -> None:
    found = await streamer.snapshot(Quote, ["SPY", "NOSUCHTHING"], timeout=1)

    assert found.status == {"SPY": Status.OK, "NOSUCHTHING": Status.SILENT}


async def test_options_have_greeks_within_their_bounds(session: Session, streamer: Streamer) -> None:
    chain = await get_option_chain(session, "SPY")
    near = chain.expiration(chain.expirations[3])
    symbols = [option.streamer_symbol for option in near.around(strikes=4)]
    found = await streamer.snapshot(Greeks, symbols, timeout=5)

    assert found.events
    assert all(-1 <= greeks.delta <= 1 and greeks.gamma >= 0 for greeks in found)


async def test_daily_candles_are_whole_and_ascending(streamer: Streamer) -> None:
    found = await streamer.candles(["SPY", "QQQ"], "1d", start=datetime.now(UTC) - MONTH)

    assert set(found.status.values()) == {Status.OK}
    for symbol in ("SPY", "QQQ"):
        times = [candle.time for candle in found[symbol]]
        assert times == sorted(set(times))
        assert 18 <= len(times) <= 24
    assert all(time_of(candle.index) == candle.time for candle in found)
    assert all(candle.low <= candle.open <= candle.high for candle in found)


async def test_a_candle_symbol_comes_back_in_its_canonical_form(streamer: Streamer) -> None:
    start = datetime.now(UTC) - MONTH
    found = await streamer.history(Candle, ["SPY{=1d,price=last}"], start=start)

    assert {candle.eventSymbol for candle in found} == {"SPY{=d}"}
