"""MarketData: the newest quote, trade and day of any instrument, asked once over REST.

    found = await get_market_data(session, equities=["AAPL", "SPX"], indices=["VIX"])

Source: developer.tastytrade.com "Market data", and answers recorded from the service.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import force_setattr

from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.errors import SymbolError
from tastytrade.instruments.items import clear_what_is_no_number
from tastytrade.instruments.listing import items_call
from tastytrade.instruments.models import Moment
from tastytrade.rest.call import Steps, path
from tastytrade.rest.paging import chunks, gathered, in_order
from tastytrade.rest.resource import resource

MOST = 100
"""The most symbols of one request, over all types."""


class MarketData(Struct, frozen=True, rename="kebab", kw_only=True):
    """What is known of one instrument; what the service does not know of it is None.

    ``last_mkt`` and ``last_ext`` are the last prices in regular and in extended hours. The price types of the
    closes are "Unknown", "Regular", "Indicative", "Preliminary" or "Final". Halt times are the service's
    numbers: it does not say what they count.
    """

    symbol: str
    instrument_type: str | None = None
    updated_at: Moment | None = None
    bid: Decimal | None = None
    bid_size: Decimal | None = None
    ask: Decimal | None = None
    ask_size: Decimal | None = None
    mid: Decimal | None = None
    mark: Decimal | None = None
    last: Decimal | None = None
    last_mkt: Decimal | None = None
    last_ext: Decimal | None = None
    beta: Decimal | None = None
    dividend_amount: Decimal | None = None
    dividend_frequency: Decimal | None = None
    open: Decimal | None = None
    day_high_price: Decimal | None = None
    day_low_price: Decimal | None = None
    close: Decimal | None = None
    close_price_type: str | None = None
    prev_close: Decimal | None = None
    prev_close_price_type: str | None = None
    summary_date: date | None = None
    prev_close_date: date | None = None
    low_limit_price: Decimal | None = None
    high_limit_price: Decimal | None = None
    is_trading_halted: bool | None = None
    trading_halted_reason: str | None = None
    halt_start_time: int | None = None
    halt_end_time: int | None = None
    year_low_price: Decimal | None = None
    year_high_price: Decimal | None = None
    volume: Decimal | None = None
    volume_ext: Decimal | None = None
    open_interest: Decimal | None = None

    def __post_init__(self) -> None:
        clear_what_is_no_number(self)
        for name in ("halt_start_time", "halt_end_time"):
            if getattr(self, name) == -1:  # no halt
                force_setattr(self, name, None)


@resource
def get_market_data(
    *,
    equities: Iterable[str] = (),
    indices: Iterable[str] = (),
    options: Iterable[str] = (),
    futures: Iterable[str] = (),
    future_options: Iterable[str] = (),
    cryptocurrencies: Iterable[str] = (),
) -> Steps[list[MarketData]]:
    """The newest data of instruments by tastytrade's symbols (options: OCC symbols), in the order asked.

    Asked in parts of 100 symbols. A symbol the service does not know is absent. Raises SymbolError when none
    is asked for.
    """
    kinds = {
        "equity": equities,
        "index": indices,
        "equity-option": options,
        "future": futures,
        "future-option": future_options,
        "cryptocurrency": cryptocurrencies,
    }
    asked = [pair for kind, symbols in kinds.items() for pair in _pairs(kind, symbols)]
    if not asked:
        raise SymbolError("get_market_data() was asked for nothing; name at least one, like equities=['SPY']")
    where = path("market-data", "by-type")
    calls = (items_call(where, MarketData, query=part) for part in chunks(asked, limit=MOST))
    found = yield from gathered(calls, identity=_identity)
    return in_order(found, asked, _identity)


def _pairs(kind: str, symbols: Iterable[str]) -> list[tuple[str, str]]:
    wanted = symbols if isinstance(symbols, str) else list(symbols)
    return [(kind, symbol) for symbol in symbol_list(wanted)] if wanted or wanted == "" else []


def _identity(data: MarketData) -> Hashable:
    """Kind and symbol: SPX may be asked as an equity and as an index at once."""
    return (data.instrument_type or "").lower().replace(" ", "-"), data.symbol
