"""The second door: what a feed is asked once, asked of dxFeed's REST service as the simulator serves it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse

from tastytrade import Candle, Greeks, Quote, Session, Simulator, Status, Streamer, get_option_chain
from tastytrade.errors import ConfigurationError, CredentialsRejected, Incomplete
from tastytrade.oneshot import WebService
from tests.integration.rest_server import RestServer, listening

NOW = datetime.now(UTC)
MONTH = timedelta(days=30)


async def test_current_values_come_with_a_status_a_symbol(simulator: Simulator, session: Session) -> None:
    async with WebService(simulator.events_url, session) as service:
        found = await service.snapshot(Quote, ["SPX", "NOPE", "SPY"])

    assert found.status == {"SPX": Status.OK, "NOPE": Status.SILENT, "SPY": Status.OK}
    assert [quote.eventSymbol for quote in found] == ["SPX", "SPY"]
    assert found.table.height == 2


async def test_the_service_is_told_who_asks_only_when_it_wants_to_know(
    simulator: Simulator, session: Session
) -> None:
    async with WebService(simulator.events_url) as nobody:
        with pytest.raises(CredentialsRejected):
            await nobody.snapshot(Quote, ["SPX"])
    async with WebService(simulator.events_url, session) as service:
        for _ in range(3):
            await service.snapshot(Quote, ["SPX"])

    asked = sum(count for line, count in simulator.requests.items() if "events.json" in line)
    assert asked == 1 + 1 + 3


async def test_candles_are_those_of_the_feed(
    simulator: Simulator, session: Session, streamer: Streamer
) -> None:
    async with WebService(simulator.events_url, session) as service:
        by_rest = await service.candles(["SPY", "QQQ"], "1d", start=NOW - MONTH)
    by_feed = await streamer.candles(["SPY", "QQQ"], "1d", start=NOW - MONTH)

    assert [candle.index for candle in by_rest] == [candle.index for candle in by_feed]
    assert list(by_rest)[:-1][:10] == list(by_feed)[:-1][:10]  # the last one is still being made
    assert isinstance(by_rest.events[0], Candle)


async def test_many_symbols_are_asked_for_in_several_requests(simulator: Simulator, session: Session) -> None:
    chain = await get_option_chain(session, "SPX")
    symbols = chain.symbols[:450]
    async with WebService(simulator.events_url, session) as service:
        found = await service.snapshot(Greeks, symbols)

    assert [event.eventSymbol for event in found] == symbols


async def test_a_history_without_an_answer_is_an_error(simulator: Simulator, session: Session) -> None:
    async with WebService(simulator.events_url, session) as service:
        with pytest.raises(Incomplete, match="no Candle for 1 of 1 symbols"):
            await service.candles("NOPE", "1d", start=NOW - MONTH)
        with pytest.raises(ConfigurationError, match="Quote has no history"):
            await service.history(Quote, ["SPY"], start=NOW - MONTH)


async def test_a_history_is_ascending_and_within_its_range_whatever_the_service_sends() -> None:
    start = datetime(2025, 1, 13, tzinfo=UTC)
    rows = [
        {
            "eventSymbol": "SPY{=m}",
            "time": int((start + timedelta(minutes=at)).timestamp()) * 1000,
            "close": 1,
        }
        for at in (3, -1, 1, 2, 0)
    ]
    with listening() as front:
        front.app = RestServer(front.url, monotonic=time.monotonic)
        answer = JSONResponse({"status": "OK", "Candle": {"SPY{=m}": rows}})
        front.app.answers["GET /rest/events.json"].append(answer)
        async with WebService(front.url) as service:
            found = await service.candles("SPY", "1m", start=start, end=start + timedelta(minutes=2))

    assert [candle.time // 60_000 - int(start.timestamp()) // 60 for candle in found] == [0, 1, 2]
