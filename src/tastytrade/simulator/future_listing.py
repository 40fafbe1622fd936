"""FutureListing: the futures and their options of one trading day, made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from tastytrade.dxfeed.future_symbols import MONTHS, parse_future_option_symbol
from tastytrade.errors import SymbolError
from tastytrade.simulator.future_options import (
    FutureOptionSeries,
    ListedFutureOption,
    series_of,
    strikes_of,
)
from tastytrade.simulator.future_products import FUTURE_PRODUCTS, FutureProduct
from tastytrade.simulator.futures import Future, expired_futures, instrument_of, listed_futures
from tastytrade.simulator.instrument import Instrument

_Name = tuple[str, str, int]
"""Root, letter of the month and year of a series."""
_Options = dict[tuple[Decimal, Literal["C", "P"]], ListedFutureOption]


class FutureListing:
    """What is listed on ``today``; ``instruments`` (by symbol) are those that futures may follow."""

    def __init__(self, today: date, instruments: Mapping[str, Instrument]) -> None:
        self.today = today
        self._instruments = instruments
        self._products = {product.code: product for product in FUTURE_PRODUCTS}
        self._roots = {one.root: product for product in FUTURE_PRODUCTS for one in product.option_products}
        self._futures: dict[str, list[Future]] = {}
        self._by_name: dict[str, Future] = {}
        self._contracts: dict[str, Instrument] = {}
        self._series: dict[str, list[FutureOptionSeries]] = {}
        self._named: dict[_Name, FutureOptionSeries] = {}
        self._options: dict[_Name, _Options] = {}

    def products(self) -> list[FutureProduct]:
        """Every product."""
        return list(self._products.values())

    def product(self, code: str) -> FutureProduct | None:
        """The product called ``ES`` or ``/ES``, None when there is none."""
        return self._products.get(code.removeprefix("/"))

    def futures(self, product: FutureProduct) -> list[Future]:
        """A product's contracts, by month. The list is shared: do not change it."""
        found = self._futures.get(product.code)
        if found is None:
            found = self._futures[product.code] = listed_futures(product, self.today)
        return found

    def expired(self, product: FutureProduct) -> list[Future]:
        """A product's contracts of the year before."""
        return expired_futures(product, self.today)

    def future(self, symbol: str) -> Future | None:
        """The contract called ``/ESZ6``, ``ESZ6`` or ``/ESZ26:XCME``, None when it is not listed."""
        if not self._by_name:
            for product in self.products():
                for future in self.futures(product):
                    for name in (future.symbol, future.name, future.streamer_symbol):
                        self._by_name[name] = future
        return self._by_name.get(symbol)

    def spot(self, product: FutureProduct) -> Instrument:
        """What a product's futures follow: a listed instrument, or one of their own."""
        return product.spot or self._instruments[product.leader]

    def instrument(self, future: Future) -> Instrument:
        """A contract as an instrument."""
        found = self._contracts.get(future.symbol)
        if found is None:
            found = instrument_of(future, self.spot(future.product), self.today)
            self._contracts[future.symbol] = found
        return found

    def series(self, product: FutureProduct) -> list[FutureOptionSeries]:
        """The expirations of a product's options, by date. The list is shared: do not change it."""
        found = self._series.get(product.code)
        if found is None:
            found = series_of(product, self.futures(product), self.today)
            self._series[product.code] = found
            self._named |= {_name_of(one): one for one in found}
        return found

    def options(self, series: FutureOptionSeries) -> list[ListedFutureOption]:
        """The options of a series by strike, call before put."""
        return list(self._options_of(series).values())

    def option(self, symbol: str) -> ListedFutureOption | None:
        """The option of a symbol in tastytrade's or the streamer's spelling, None when it is not listed."""
        try:
            parts = parse_future_option_symbol(symbol, today=self.today)
        except SymbolError:
            return None
        product = self._roots.get(parts.root)
        if product is None:
            return None
        self.series(product)
        series = self._named.get((parts.root, parts.month, parts.year))
        if series is None:
            return None
        option = self._options_of(series).get((parts.strike, parts.option_type.value))
        # A spelling that says a little less or another thing (one digit, no exchange) names nothing here.
        return option if option and symbol in {option.streamer_symbol, option.symbol} else None

    def _options_of(self, series: FutureOptionSeries) -> _Options:
        name = _name_of(series)
        if name not in self._options:
            underlying = self.instrument(series.future)
            self._options[name] = {
                (strike, option_type): series.option(strike, option_type)
                for strike in strikes_of(series, underlying, self.today)
                for option_type in ("C", "P")
            }
        return self._options[name]


def _name_of(series: FutureOptionSeries) -> _Name:
    return series.product.root, MONTHS[series.month - 1], series.year
