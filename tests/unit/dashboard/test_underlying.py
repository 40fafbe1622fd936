from __future__ import annotations

from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.underlying import first_price, price_meta, price_of
from tastytrade.dxfeed import Event, EventBatch, Quote, Trade


def come(supply: Supply, event: Event, *, at_s: int) -> None:
    supply.values.fill(type(event), EventBatch.from_events([event], received_ns=at_s * 1_000_000_000))


async def test_the_last_trade_is_the_price(supply: Supply) -> None:
    come(supply, Trade("SPX", price=5910.0), at_s=1)
    come(supply, Quote("SPX", bidPrice=5908.0, askPrice=5909.0), at_s=2)

    assert price_of(supply.values, "SPX") == await first_price(supply, "SPX") == 5910.0
    assert price_meta(supply, "SPX") == {"spot": 5910.0, "spot_at_ms": 2000}


async def test_without_a_trade_it_is_the_middle_of_the_quote(supply: Supply) -> None:
    come(supply, Quote("SPX", bidPrice=5908.0, askPrice=5909.0), at_s=2)

    assert price_of(supply.values, "SPX") == 5908.5


async def test_half_a_quote_is_no_price(supply: Supply) -> None:
    come(supply, Quote("SPX", bidPrice=5908.0), at_s=2)

    assert price_of(supply.values, "SPX") is None
    assert price_meta(supply, "SPY") == {"spot": None, "spot_at_ms": None}
