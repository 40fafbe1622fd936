"""Listing: every instrument, future and option the simulated market knows on one trading day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tastytrade.dxfeed.symbols import occ_to_streamer, parse_option_symbol
from tastytrade.errors import SymbolError
from tastytrade.simulator.catalogue import BUILT_IN
from tastytrade.simulator.future_listing import FutureListing
from tastytrade.simulator.future_options import ListedFutureOption
from tastytrade.simulator.futures import Future
from tastytrade.simulator.instrument import Instrument, InstrumentKind, invented
from tastytrade.simulator.option_series import ListedOption, build_chain
from tastytrade.simulator.trading_days import next_trading_day

__all__ = ["Future", "Instrument", "InstrumentKind", "ListedFutureOption", "ListedOption", "Listing"]


class Listing:
    """What is listed on ``today``, rolled forward to a trading day; ``extra`` names further equities.

    Chains are made when first asked for (SPX has some 20,000 options) and kept.
    Raises SymbolError for an extra name that cannot be a symbol.
    """

    def __init__(self, today: date, extra: Iterable[str] = ()) -> None:
        if isinstance(extra, str):
            raise SymbolError(f"extra symbols must be a list of names, not the one string {extra!r}")
        self.today = next_trading_day(today)
        listed = {instrument.symbol: instrument for instrument in BUILT_IN}
        for name in extra:
            instrument = invented(name)
            listed.setdefault(instrument.symbol, instrument)
        self._instruments = listed
        self._by_name = {
            name: instrument
            for instrument in listed.values()
            for name in (instrument.symbol, instrument.streamer_symbol)
        }
        self._by_root: dict[str, str] = {}
        for instrument in filter(lambda one: one.has_options, listed.values()):
            for root in filter(None, (instrument.root, instrument.daily_root)):
                self._by_root.setdefault(root, instrument.symbol)
        self.future_listing = FutureListing(self.today, listed)
        self._chains: dict[str, list[ListedOption]] = {}
        self._options: dict[str, dict[str, ListedOption]] = {}

    def instrument(self, symbol: str) -> Instrument | None:
        """The instrument of a tastytrade or streamer symbol, None when it is not listed."""
        return self._by_name.get(symbol)

    def instruments(self) -> list[Instrument]:
        """All instruments, those asked for as ``extra`` last."""
        return list(self._instruments.values())

    def streamer_symbol(self, symbol: str) -> str | None:
        """The streamer symbol of what tastytrade calls ``symbol``; None when it is not listed.

        Takes ``SPY``, ``BTC/USD``, the 21 characters of an option, ``/ESZ6`` (also without its slash) and
        ``./ESZ6 E1AN6 260706P6260``.
        """
        instrument = self._instruments.get(symbol)
        if instrument is not None:
            return instrument.streamer_symbol
        if symbol.startswith("./"):
            future_option = self.future_option(symbol)
            return future_option.streamer_symbol if future_option else None
        future = self.future(symbol)
        if future is not None:
            return future.streamer_symbol
        try:
            name = occ_to_streamer(symbol)
        except SymbolError:
            return None
        return name if self.option(name) is not None else None

    def chain(self, underlying: str) -> list[ListedOption]:
        """The options of an underlying (tastytrade symbol) by expiration, root, strike, C before P.

        Empty when there are none or the underlying is not listed. The list is shared: do not change it.
        """
        chain = self._chains.get(underlying)
        if chain is None:
            instrument = self._instruments.get(underlying)
            if instrument is None:
                return []
            chain = self._chains[underlying] = build_chain(instrument, self.today)
        return chain

    def option(self, streamer_symbol: str) -> ListedOption | None:
        """The listed option of a streamer symbol such as ``.SPXW250113C5915``, else None."""
        try:
            underlying = self._by_root.get(parse_option_symbol(streamer_symbol).root)
        except SymbolError:
            return None
        if underlying is None:
            return None
        options = self._options.get(underlying)
        if options is None:
            options = {option.streamer_symbol: option for option in self.chain(underlying)}
            self._options[underlying] = options
        return options.get(streamer_symbol)

    # Futures --------------------------------------------------------------------------------------

    def futures(self, product_code: str | None = None) -> list[Future]:
        """The futures contracts of a product (``ES`` or ``/ES``), of all without one; by month.

        Empty when there is no such product.
        """
        known = self.future_listing
        products = known.products() if product_code is None else [known.product(product_code)]
        return [future for product in products if product for future in known.futures(product)]

    def future(self, symbol: str) -> Future | None:
        """The contract called ``/ESZ6``, ``ESZ6`` or ``/ESZ26:XCME``, None when it is not listed."""
        return self.future_listing.future(symbol)

    def future_chain(self, product_code: str) -> list[ListedFutureOption]:
        """The options on a product's futures by expiration, root, strike, call before put.

        Empty when there is no such product.
        """
        known = self.future_listing
        product = known.product(product_code)
        series = known.series(product) if product else []
        return [option for one in series for option in known.options(one)]

    def future_option(self, symbol: str) -> ListedFutureOption | None:
        """The option on a future called ``./ESU6 E1AN6 260706P6260`` or ``./E1AN26P6260:XCME``, else None."""
        return self.future_listing.option(symbol)
