"""Statistics of daily closes and volatilities over the year before today: beta, correlation, volatility."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from math import isnan, log, sqrt
from statistics import StatisticsError, correlation, covariance, stdev, variance

from msgspec import Struct

from tastytrade.dxfeed import Candle
from tastytrade.dxfeed.event import NAN
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.trading_hours import DAY_MS, midnight_ms

REFERENCE = "SPX"
"""What beta and correlation are measured against."""
TRADING_YEAR = 252

_YEAR = timedelta(days=366)


class _Year(Struct, frozen=True):
    """Closes by day (days since 1970) before today, and implied volatilities up to today, oldest first."""

    closes: dict[int, float]
    volatilities: list[float]


class DailyStatistics:
    """Statistics of streamer symbols in one market, as fractions; nan or nothing where days are too few.

    A year is gathered once a day and symbol.
    """

    def __init__(self, market: MarketNow) -> None:
        self._market = market
        self._gathered = lru_cache(maxsize=256)(self._gather)

    def beta(self, symbol: str) -> float:
        """How much of the reference's daily moves a symbol makes."""
        ours, theirs = self._paired(symbol)
        try:
            return covariance(ours, theirs) / variance(theirs)
        except StatisticsError:
            return NAN

    def correlation(self, symbol: str, days: int) -> float:
        """How much daily moves resemble the reference's over so many days, -1 to 1."""
        ours, theirs = self._paired(symbol)
        try:
            return correlation(ours[-days:], theirs[-days:])
        except StatisticsError:
            return NAN

    def historical_volatility(self, symbol: str, days: int) -> float:
        """Deviation of the daily moves of so many days, of a year."""
        moves = _moves(list(self._year(symbol).closes.values()))[-days:]
        return stdev(moves) * sqrt(TRADING_YEAR) if len(moves) > 1 else NAN

    def implied_volatilities(self, symbol: str) -> list[float]:
        """The 30-day implied volatility of each day of the year up to today; empty without options."""
        return self._year(symbol).volatilities

    def _paired(self, symbol: str) -> tuple[list[float], list[float]]:
        ours, theirs = self._year(symbol).closes, self._year(REFERENCE).closes
        days = sorted(ours.keys() & theirs.keys())
        return _moves([ours[day] for day in days]), _moves([theirs[day] for day in days])

    def _year(self, symbol: str) -> _Year:
        return self._gathered(symbol, self._market.now.date())

    def _gather(self, symbol: str, today: date) -> _Year:
        from_ms = midnight_ms((today - _YEAR).toordinal())
        candles = self._market.history(Candle, f"{symbol}{{=d}}", from_ms)
        if candles is None:
            return _Year({}, [])
        days = [time // DAY_MS for time in candles.columns["time"]]
        closes = dict(zip(days, candles.columns["close"], strict=True))
        closes.pop(midnight_ms(today.toordinal()) // DAY_MS, None)
        return _Year(closes, [one for one in candles.columns["impVolatility"] if not isnan(one)])


def _moves(closes: list[float]) -> list[float]:
    return [log(close / before) for before, close in pairwise(closes)]
