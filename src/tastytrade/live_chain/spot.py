"""Spot: where the underlying is, from its trades and quotes.

The last trade, else the middle of the quote. Indices are not traded but have a Trade, mostly; some have a
Quote alone. A trade is no longer where the underlying is when quotes have gone on without one for a while.
"""

from __future__ import annotations

from math import isfinite

from tastytrade.dxfeed import Quote, Trade
from tastytrade.dxfeed.event import NAN

STALE_AFTER_NS = 60_000_000_000
"""So long after a trade a quote says more."""
WIDE = 0.1
"""A quote whose sides are so far apart, as a share of its middle, says nothing where there was a trade."""


class Spot:
    """The underlying's price, as far as it was heard. Moments are Unix nanoseconds, all by one clock."""

    def __init__(self) -> None:
        self._trade = self._middle = NAN
        self._traded_ns = self._quoted_ns = 0
        self._is_wide = False

    def trade(self, trade: Trade, *, at_ns: int) -> None:
        """It was traded at a moment. One without a price changes nothing."""
        if isfinite(trade.price) and trade.price > 0:
            self._trade, self._traded_ns = trade.price, at_ns

    def quote(self, quote: Quote, *, at_ns: int) -> None:
        """It was quoted at a moment. With one side alone there is no middle."""
        bid, ask = quote.bidPrice, quote.askPrice
        middle = (bid + ask) / 2
        if not isfinite(middle) or bid <= 0 or ask <= 0:
            self._middle = NAN
            return
        self._middle, self._quoted_ns = middle, at_ns
        self._is_wide = abs(ask - bid) > WIDE * middle

    @property
    def price(self) -> float | None:
        """The price; None before the first."""
        has_trade, has_middle = isfinite(self._trade), isfinite(self._middle)
        is_stale = self._quoted_ns - self._traded_ns > STALE_AFTER_NS and not self._is_wide
        if has_trade and not (has_middle and is_stale):
            return self._trade
        return self._middle if has_middle else None
