"""FuturePaths: the paths and surfaces of futures, made when first asked for."""

from __future__ import annotations

from collections.abc import Mapping

from tastytrade.simulator.future_listing import FutureListing
from tastytrade.simulator.future_path import FuturePath
from tastytrade.simulator.future_products import FutureProduct
from tastytrade.simulator.futures import Future
from tastytrade.simulator.paths import Path
from tastytrade.simulator.surface import Surface
from tastytrade.simulator.trading_hours import ExchangeHours


class FuturePaths:
    """Paths of a listing's contracts. ``paths`` (by symbol) are those of the instruments they may follow."""

    def __init__(self, listing: FutureListing, paths: Mapping[str, Path], *, seed: int) -> None:
        self._listing = listing
        self._paths = paths
        self._seed = seed
        self._spots: dict[str, Path] = {}
        self._surfaces: dict[str, Surface] = {}
        self._futures: dict[str, FuturePath] = {}

    def path(self, future: Future) -> FuturePath:
        """The path of one contract."""
        path = self._futures.get(future.symbol)
        if path is None:
            instrument = self._listing.instrument(future)
            path = FuturePath(future, instrument, spot=self._spot(future.product), seed=self._seed)
            self._futures[future.symbol] = path
        return path

    def surface(self, future: Future) -> Surface:
        """The volatilities of the options on a product's contracts: one surface for all of them."""
        instrument = self._listing.spot(future.product)
        surface = self._surfaces.get(instrument.symbol)
        if surface is None:
            surface = Surface(instrument, seed=self._seed, is_of_futures=True)
            self._surfaces[instrument.symbol] = surface
        return surface

    def _spot(self, product: FutureProduct) -> Path:
        """What a product's contracts follow: a listed instrument's path, or one that is not listed."""
        if product.spot is None:
            return self._paths[product.leader]
        path = self._spots.get(product.code)
        if path is None:
            today = self._listing.today.toordinal()
            path = Path(product.spot, seed=self._seed, today=today, hours=ExchangeHours(), leader=None)
            self._spots[product.code] = path
        return path
