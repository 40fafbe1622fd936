"""Conventions: everything that two desks do differently, as one value with a default for each."""

from __future__ import annotations

from math import isfinite
from typing import Literal, get_args

from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.market_time import MarketHolidays

DayCount = Literal["calendar", "trading"]
Price = Literal["mid", "bid", "ask", "mark"]
Forward = Literal["parity", "carry"]
Origin = Literal["feed", "ours"]
PerTime = Literal["day", "year"]
PerPoint = Literal["point", "unit"]
Position = Literal["long", "short"]
Move = Literal["percent", "point"]

_CHOICES = {
    "day_count": DayCount,
    "price": Price,
    "forward": Forward,
    "greeks": Origin,
    "theta_per": PerTime,
    "vega_per": PerPoint,
    "rho_per": PerPoint,
    "dealers_calls": Position,
    "dealers_puts": Position,
    "exposure_per": Move,
}


class Conventions(Struct, frozen=True, kw_only=True):
    """What numbers mean. Each is explained, with its formula, in docs/analytics.md.

    rate, dividend_yield  continuous, fractions a year
    day_count             "calendar": days of 365; "trading": hours of the exchange, days of 252
    holidays              days and half days that count as such, where they count
    price                 what an option is worth: the mid, the bid, the ask, or the mid else the last trade
    zero_bid              whether the middle of nothing and an ask is a mid
    forward               from put-call parity near the money, or from spot, rate and dividend yield
    reach                 deviations from the money beyond which there is no implied volatility of ours
    greeks                whose Greeks are taken where there are both
    theta_per, vega_per, rho_per   units of Greeks of ours; a day and a point (0.01) are the feed's. Charm
                          has theta's unit of time, vanna vega's unit of volatility
    shares_per_contract   of options that do not say it themselves
    dealers_calls, dealers_puts    what dealers are of the open interest: "long" or "short"
    exposure_per          a move of the underlying by 1 percent, or by 1 point
    straddle_share        the part of the straddle's price that is the expected move

    Raises ConfigurationError for a word that is none of these, or a number that cannot be meant.
    """

    rate: float = 0.0
    dividend_yield: float = 0.0
    day_count: DayCount = "calendar"
    holidays: MarketHolidays = MarketHolidays()
    price: Price = "mid"
    zero_bid: bool = False
    forward: Forward = "parity"
    reach: float = 3.0
    greeks: Origin = "feed"
    theta_per: PerTime = "day"
    vega_per: PerPoint = "point"
    rho_per: PerPoint = "point"
    shares_per_contract: float = 100.0
    dealers_calls: Position = "long"
    dealers_puts: Position = "short"
    exposure_per: Move = "percent"
    straddle_share: float = 0.85

    def __post_init__(self) -> None:
        for name, choice in _CHOICES.items():
            if (value := getattr(self, name)) not in get_args(choice):
                raise ConfigurationError(
                    f"Conventions({name}={value!r}) is not known; there are: {', '.join(get_args(choice))}"
                )
        # A rate of 5 is a percentage that was meant as 0.05.
        for name in ("rate", "dividend_yield"):
            if not abs(value := getattr(self, name)) < 1:
                raise ConfigurationError(
                    f"Conventions({name}={value!r}) must be a fraction a year, like 0.043 for 4.3 percent"
                )
        for name in ("reach", "shares_per_contract", "straddle_share"):
            if not (isfinite(value := getattr(self, name)) and value > 0):
                raise ConfigurationError(f"Conventions({name}={value!r}) must be a number greater than 0")

    @property
    def days_a_year(self) -> float:
        """How many of its days a year has: 365, or 252 trading days."""
        return 365.0 if self.day_count == "calendar" else 252.0

    def dealers(self, side: str) -> int:
        """1 if dealers are long the open interest of a "call" or a "put", -1 if they are short."""
        return 1 if (self.dealers_calls if side == "call" else self.dealers_puts) == "long" else -1


DEFAULT = Conventions()
