"""Surface: the implied volatility of every option of an underlying, by moneyness and time to expiry.

The volatility moves with the underlying (sticky moneyness) and breathes slowly by itself. Call and put
of a strike share it, so put-call parity holds for theoretical prices.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, sqrt

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.simulator.black_scholes import DAYS_A_YEAR, Valuation, price_of, value_of
from tastytrade.simulator.draws import uniform
from tastytrade.simulator.instrument import Instrument

RATE = 0.043
"""Interest rate of all expirations, a fraction a year."""

YEAR_MS = DAYS_A_YEAR * 86_400_000.0
_BREATH_MS = 600_000
_BREATH = 0.03
"""Largest part by which volatility breathes, and how often it takes a new aim."""
_REACH = 6.0
"""Deviations from the money beyond which volatility grows no further."""
_SHORT_YEARS = 0.5 / DAYS_A_YEAR
"""Moneyness is measured in deviations of half a day at least, or the last hours' smile would explode."""


class _Smile(Struct, frozen=True):
    """Volatility relative to that at the money: ``1 + skew x + curve x^2``; over years t it goes from
    ``short`` to ``long`` times the underlying's own."""

    skew: float
    curve: float
    short: float
    long: float


_INDEX = _Smile(skew=-0.085, curve=0.020, short=0.88, long=1.15)
_EQUITY = _Smile(skew=-0.040, curve=0.020, short=1.06, long=0.95)
_VOLATILITY = _Smile(skew=0.120, curve=0.015, short=1.10, long=0.40)
_COMMODITY = _Smile(skew=-0.015, curve=0.025, short=1.05, long=0.85)


def _smile_of(instrument: Instrument) -> _Smile:
    if instrument.cycle == "volatility index":
        return _VOLATILITY
    if instrument.kind == "Future":
        return _COMMODITY
    return _EQUITY if instrument.kind == "Equity" else _INDEX


class Surface:
    """Volatilities and values of one underlying's options. ``spot`` is the underlying's price in dollars.

    ``is_of_futures``: the options are on futures that follow the instrument, and ``spot`` is the future's
    price, which is its own forward price (Black 1976).
    """

    def __init__(self, instrument: Instrument, *, seed: int, is_of_futures: bool = False) -> None:
        self._volatility = instrument.volatility
        # A future costs nothing to hold: it is valued like an asset whose dividends are the interest.
        self._dividend = RATE if is_of_futures else instrument.dividend_yield
        self._is_of_futures = is_of_futures
        self._smile = _smile_of(instrument)
        self._key = f"{seed}|{instrument.symbol}|breath"
        self._aim = lru_cache(maxsize=4096)(self._make_aim)

    def at_the_money(self, years: float, time_ms: int) -> float:
        """Volatility of an option at the money with so many years to live, at a moment."""
        smile = self._smile
        term = smile.short + (smile.long - smile.short) * years / (years + 0.4)
        return self._volatility * term * self._breath(time_ms)

    def volatility(self, spot: float, strike: float, years: float, time_ms: int) -> float:
        """Volatility of the options of a strike, a fraction a year."""
        level = self.at_the_money(years, time_ms)
        deviation = level * sqrt(max(years, _SHORT_YEARS))
        x = (log(strike / spot) - (RATE - self._dividend) * years) / deviation
        x = max(-_REACH, min(x, _REACH))
        return level * (1.0 + (self._smile.skew + self._smile.curve * x) * x)

    def price(self, spot: float, strike: float, *, expires_ms: int, time_ms: int, is_call: bool) -> float:
        """Theoretical price in dollars; from expiry on what the option is worth exercised."""
        if time_ms >= expires_ms:
            return max(spot - strike if is_call else strike - spot, 0.0)
        years = (expires_ms - time_ms) / YEAR_MS
        volatility = self.volatility(spot, strike, years, time_ms)
        return price_of(spot, strike, years, volatility, rate=RATE, dividend=self._dividend, is_call=is_call)

    def value(
        self, spot: float, strike: float, *, expires_ms: int, time_ms: int, is_call: bool
    ) -> tuple[float, Valuation]:
        """Volatility, and theoretical price with greeks."""
        years = max(expires_ms - time_ms, 0) / YEAR_MS
        volatility = self.volatility(spot, strike, years, time_ms)
        value = value_of(spot, strike, years, volatility, rate=RATE, dividend=self._dividend, is_call=is_call)
        if self._is_of_futures:
            # Interest only discounts here: it does not move the future.
            value = replace(value, rho=-years * value.price / 100.0)
        return volatility, value

    def forward(self, spot: float, years: float) -> float:
        """The underlying's forward price."""
        return spot * exp((RATE - self._dividend) * years)

    def _make_aim(self, number: int) -> float:
        return 1.0 + _BREATH * (2.0 * uniform(f"{self._key}|{number}") - 1.0)

    def _breath(self, time_ms: int) -> float:
        number, part = divmod(time_ms, _BREATH_MS)
        aim = self._aim(number)
        return aim + (self._aim(number + 1) - aim) * part / _BREATH_MS
