"""Which symbols are asked, what kind each is, and which event types such an instrument always has."""

from __future__ import annotations

from msgspec import Struct

from tastytrade.errors import ConfigurationError, RequestError
from tastytrade.instruments import get_cryptocurrencies, get_futures, get_option_chain
from tastytrade.session import Session

EVENT_TYPES = (
    "Quote",
    "Trade",
    "TradeETH",
    "Summary",
    "Profile",
    "Greeks",
    "TheoPrice",
    "Underlying",
    "TimeAndSale",
    "Candle",
)
"""Those that are asked for: what a table has rows of."""

# What a server has a last value of, also while the market is closed. Indexes need have no quotes.
_EXPECTED = {
    "stock or index": ("Trade", "Summary", "Profile", "Candle"),
    "option": ("Quote", "Summary", "Greeks"),
    "future": ("Quote", "Trade", "Summary", "Candle"),
    "option on a future": ("Quote", "Summary", "Greeks"),
    "cryptocurrency": ("Quote", "Trade", "Candle"),
}
STOCKS = ("SPY", "SPX")
FUTURE, PAIR, OPTIONS_OF = "ES", "BTC/USD", "SPX"
"""Of which one is asked, where no symbols are given."""


class Sample(Struct, frozen=True):
    """A streamer symbol, and what kind of instrument it is."""

    symbol: str
    kind: str

    @property
    def expected(self) -> frozenset[str]:
        """The event types that it has a value of at any time."""
        return frozenset(_EXPECTED[self.kind])


def sample(symbol: str) -> Sample:
    """What kind a streamer symbol is, by its form."""
    if symbol.startswith("./"):
        return Sample(symbol, "option on a future")
    if symbol.startswith("."):
        return Sample(symbol, "option")
    if symbol.startswith("/"):
        return Sample(symbol, "future")
    is_pair = ":" in symbol or symbol.endswith("/USD")
    return Sample(symbol, "cryptocurrency" if is_pair else "stock or index")


async def samples(session: Session | None, symbols: tuple[str, ...]) -> tuple[list[Sample], list[str]]:
    """Those asked for, else one of each kind; and why some are left out.

    ``/ES`` and ``BTC/USD`` are looked up where there is a session; an address alone can look up nothing.
    """
    wanted = symbols or (*STOCKS, *((f"/{FUTURE}", PAIR) if session is not None else ()))
    found: list[Sample] = []
    left_out: list[str] = []
    for symbol in wanted:
        try:
            found.append(sample(await _streamer_symbol(session, symbol)))
        except (RequestError, LookupError, ConfigurationError) as error:
            left_out.append(f"{symbol} ({error})")
    if session is not None and not symbols:
        try:
            found.insert(len(STOCKS), sample(await _nearest_option(session)))
        except (RequestError, LookupError, ConfigurationError) as error:
            left_out.append(f"an option on {OPTIONS_OF} ({error})")
    return found, left_out


async def _streamer_symbol(session: Session | None, symbol: str) -> str:
    if session is None or ":" in symbol:
        return symbol
    if symbol.startswith("/"):
        code = symbol.lstrip("/")
        futures = await get_futures(session, product_codes=[code])
        active = [one for one in futures if one.active_month] or futures
        named = next((one.streamer_symbol for one in active if one.streamer_symbol), None)
        if named is None:
            raise LookupError(f"no future is listed of {code}")
        return named
    if symbol.endswith("/USD"):
        pairs = {one.symbol: one.streamer_symbol for one in await get_cryptocurrencies(session)}
        return pairs.get(symbol) or f"{symbol}:CXTALP"
    return symbol


async def _nearest_option(session: Session) -> str:
    """A call in the middle of the strikes of the nearest expiration."""
    chain = await get_option_chain(session, OPTIONS_OF)
    calls = [one.streamer_symbol for one in chain.nearest_expiration().calls if one.streamer_symbol]
    if not calls:
        raise LookupError("none is listed")
    return calls[len(calls) // 2]
