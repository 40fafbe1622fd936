"""One listed instrument and what its simulation needs; how one is made up from a name alone."""

from __future__ import annotations

import re
from datetime import date
from hashlib import blake2b
from typing import Literal

from msgspec import Struct, convert

from tastytrade.errors import SymbolError

NAN = float("nan")

InstrumentKind = Literal["Equity", "ETF", "Index", "Cryptocurrency", "Future"]
Cycle = Literal["daily", "weekly", "monthly", "volatility index", "none"]
Ticks = tuple[tuple[float | None, float], ...]
PENNIES: Ticks = ((None, 0.01),)
PENNIES_AND_NICKELS: Ticks = ((3.0, 0.01), (None, 0.05))
NICKELS_AND_DIMES: Ticks = ((3.0, 0.05), (None, 0.10))


class Instrument(Struct, frozen=True, kw_only=True):
    """One listed equity, ETF, index, cryptocurrency or future, and what its simulation needs.

    price            dollars, near which the market's first day opens
    volatility       of a year, as a fraction (0.15 is 15 %)
    growth           usual log return of a year, as a fraction
    spread           usual distance of bid and ask, dollars
    average_volume   shares (crypto: coins) of a usual day; nan for indices
    average_trades   trades (indices: published values) of a usual day
    lot              smallest traded quantity, shares or coins
    leader, correlation   whose moves it shares, and how much of them (-1..1)
    is_quoted        whether it has a bid and an ask
    cycle            which option expirations it has
    strike_steps     (reach, step) pairs: within ``reach``, a fraction of the price, strikes stand
                     at multiples of ``step`` dollars
    lowest_strike    no strike is below, dollars
    option_ticks     (below this price, tick) pairs, None for the last: the grid of option prices
    option_volume    contracts a day of its busiest option
    open_interest    contracts of a future
    """

    symbol: str
    streamer_symbol: str
    kind: InstrumentKind
    description: str
    price: float
    volatility: float
    listed_market: str = ""
    exchange_code: str = ""
    listed_since: date = date(2005, 1, 3)
    tick_size: float = 0.01
    growth: float = 0.08
    spread: float = 0.01
    average_volume: float = NAN
    average_trades: int = 20_000
    lot: float = 1.0
    leader: str = ""
    correlation: float = 0.0
    is_quoted: bool = True
    dividend_yield: float = 0.0
    dividend_frequency: float = NAN
    beta: float = NAN
    earnings_per_share: float = NAN
    shares: float = NAN
    cycle: Cycle = "none"
    root: str = ""
    daily_root: str = ""
    strike_steps: tuple[tuple[float, float], ...] = ()
    lowest_strike: float = 0.5
    option_ticks: Ticks = PENNIES
    option_volume: float = 5_000.0
    open_interest: int = 0

    @property
    def is_index(self) -> bool:
        return self.kind == "Index"

    @property
    def is_etf(self) -> bool:
        return self.kind == "ETF"

    @property
    def is_crypto(self) -> bool:
        return self.kind == "Cryptocurrency"

    @property
    def has_options(self) -> bool:
        return self.cycle != "none"


_USUAL: dict[InstrumentKind, dict[str, object]] = {
    "Index": {"average_trades": 23_400, "option_ticks": NICKELS_AND_DIMES},
    "ETF": {
        "listed_market": "ARCX",
        "exchange_code": "P",
        "leader": "SPX",
        "dividend_yield": 0.013,
        "dividend_frequency": 4.0,
    },
    "Equity": {
        "listed_market": "XNAS",
        "exchange_code": "Q",
        "growth": 0.11,
        "leader": "SPX",
        "correlation": 0.6,
        "cycle": "weekly",
        "option_ticks": PENNIES_AND_NICKELS,
    },
    "Cryptocurrency": {"growth": 0.25, "lot": 0.0001},
    "Future": {},
}


def listed(
    kind: InstrumentKind, symbol: str, description: str, price: float, volatility: float, **more: object
) -> Instrument:
    """An instrument with what is usual for its kind, but for what ``more`` says."""
    values: dict[str, object] = {
        "kind": kind,
        "symbol": symbol,
        "streamer_symbol": symbol,
        "description": description,
        "price": price,
        "volatility": volatility,
        "root": symbol.replace("/", ""),
        **_USUAL[kind],
    }
    if kind == "Cryptocurrency":
        values |= {"streamer_symbol": f"{symbol}:CXTALP", "root": "", "spread": round(price * 0.007, 2)}
    return convert(values | more, Instrument)


_NAME = re.compile(r"[A-Z]{1,5}(?:[./][A-Z]{1,2})?")
_PAIR = re.compile(r"([A-Z]{2,6})/USD")


def invented(name: str) -> Instrument:
    """A plausible equity (for ``XXX/USD`` a cryptocurrency) made up from its name; always the same.

    Raises SymbolError for what cannot be the symbol of one.
    """
    symbol = name.strip().upper()
    draws = blake2b(symbol.encode(), digest_size=8).digest()
    price = round(12.0 * 1.022 ** (draws[0] / 1.5), 2)
    volatility = 0.22 + draws[1] / 600
    pair = _PAIR.fullmatch(symbol)
    if pair is not None:
        return listed(
            "Cryptocurrency", symbol, pair[1].title(), price, 2.2 * volatility, average_volume=1_000_000.0
        )
    if not _NAME.fullmatch(symbol):
        raise SymbolError(f"cannot list {name!r}: expected a symbol like AMD, BRK/B or SOL/USD")
    step = next(step for limit, step in ((30, 0.5), (120, 1.0), (250, 2.5), (1e9, 5.0)) if price < limit)
    listed_market, exchange_code = (("XNAS", "Q"), ("XNYS", "N"))[draws[2] & 1]
    return listed(
        "Equity",
        symbol,
        f"{symbol} Inc",
        price,
        volatility,
        listed_market=listed_market,
        exchange_code=exchange_code,
        average_volume=float(2_000_000 + 60_000 * draws[3]),
        average_trades=8_000 + 80 * draws[3],
        correlation=0.35 + draws[4] / 700,
        beta=round(0.6 + draws[5] / 200, 2),
        earnings_per_share=round(price / (12 + draws[6] / 10), 2),
        shares=float(50_000_000 + 4_000_000 * draws[7]),
        strike_steps=((0.15, step), (0.50, 4 * step), (0.80, 10 * step)),
        option_volume=2_000.0,
    )
