from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.dashboard.past import Past
from tastytrade.dxfeed import Candle, Quote, TimeAndSale
from tastytrade.store import Store
from tests.integration.recorded_day import BEGAN_NS, CANDLES, SYMBOLS

AT_NS = BEGAN_NS + 3_000_000_000


@pytest.fixture
def past(day: Path) -> Past:
    return Past(Store(day), lambda: AT_NS)


async def test_the_newest_events_are_those_from_before(day: Path, past: Past) -> None:
    batches = await past.latest(Quote, SYMBOLS)
    found = {event.eventSymbol: (event.bidPrice, batch.received_ns) for batch in batches for event in batch}
    expected = Store(day).latest(Quote, at=AT_NS - 1)

    assert found == {
        symbol: (bid, received)
        for symbol, bid, received in zip(
            expected["eventSymbol"], expected["bidPrice"], expected["timestamp"].dt.epoch("ns"), strict=True
        )
    }
    assert max(received for _, received in found.values()) < AT_NS


async def test_the_last_prints_are_in_their_order(past: Past) -> None:
    batches = await past.events(TimeAndSale, ["SPY"], last=5)

    assert [event.size for batch in batches for event in batch] == [295.0, 296.0, 297.0, 298.0, 299.0]


async def test_candles_end_at_the_moment(day: Path, past: Past) -> None:
    made = await past.candles("SPY", "1s")

    assert made.equals(Store(day).candles("SPY", "1s", end=AT_NS).head(3))


async def test_candles_are_of_prints_where_there_are_some(past: Past) -> None:
    assert past.made_of("SPY") == "prints"
    assert past.made_of("NOTHING") == "prints"
    assert past.has(Candle, CANDLES)
    assert not past.has(Candle, "SPY{=m}")


async def test_captured_candles_come_with_their_flags(past: Past) -> None:
    batches = await past.captured_candles(CANDLES)

    assert [event.close for batch in batches for event in batch] == [0.0, 1.0, 2.0]
    assert await past.captured_candles("SPY{=m}") == []
