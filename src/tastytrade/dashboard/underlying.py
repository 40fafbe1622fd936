"""The price of an underlying, by the rule of live chains: its last trade, else the middle of its quote."""

from __future__ import annotations

import asyncio
from typing import Any

from tastytrade.dashboard.last_values import LastValues
from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import newest_of
from tastytrade.dxfeed import Event, Quote, Trade
from tastytrade.dxfeed.event import NAN
from tastytrade.live_chain.spot import Spot

TYPES: tuple[type[Event], ...] = (Trade, Quote)

SOON = 0.05
_FIELDS: dict[type[Event], tuple[str, ...]] = {Trade: ("price",), Quote: ("bidPrice", "askPrice")}


def price_of(values: LastValues, symbol: str) -> float | None:
    """None while it is not known."""
    return _heard(values, symbol)[0].price


async def first_price(supply: Supply, symbol: str) -> float:
    """The first price that comes, however long that takes."""
    while True:
        price = price_of(supply.values, symbol)
        if price is not None:
            return price
        await asyncio.sleep(SOON)


def price_meta(supply: Supply, underlying: str) -> dict[str, Any]:
    """The price of the underlying and when it was received, as pages are told."""
    spot, received_ns = _heard(supply.values, underlying)
    return {"spot": spot.price, "spot_at_ms": received_ns // 1_000_000 or None}


def _heard(values: LastValues, symbol: str) -> tuple[Spot, int]:
    """What trade and quote say, and when the later of them was received (Unix ns; 0 for neither)."""
    spot, last_ns = Spot(), 0
    for cls, names in _FIELDS.items():
        newest = newest_of(values.table(cls), [symbol], ("timestamp", *names))
        received_ns = newest["timestamp"].get(symbol)
        if received_ns is None:
            continue
        prices = [NAN if newest[name][symbol] is None else newest[name][symbol] for name in names]
        if cls is Trade:
            spot.trade(Trade(symbol, price=prices[0]), at_ns=received_ns)
        else:
            spot.quote(Quote(symbol, bidPrice=prices[0], askPrice=prices[1]), at_ns=received_ns)
        last_ns = max(last_ns, received_ns)
    return spot, last_ns
