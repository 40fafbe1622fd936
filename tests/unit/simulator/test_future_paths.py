from __future__ import annotations

from datetime import date

from tastytrade.simulator.future_paths import FuturePaths
from tastytrade.simulator.futures import Future
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.paths import Path
from tastytrade.simulator.trading_hours import ExchangeHours

LISTING = Listing(date(2025, 1, 13))


def future_paths() -> FuturePaths:
    spx = LISTING.instrument("SPX")
    assert spx is not None
    path = Path(spx, seed=1, today=LISTING.today.toordinal(), hours=ExchangeHours(), leader=None)
    return FuturePaths(LISTING.future_listing, {"SPX": path}, seed=1)


def future(symbol: str) -> Future:
    found = LISTING.future(symbol)
    assert found is not None
    return found


def test_a_path_is_made_once() -> None:
    paths = future_paths()

    assert paths.path(future("/ESH5")) is paths.path(future("/ESH5"))


def test_contracts_on_one_index_share_its_volatilities() -> None:
    paths = future_paths()

    assert paths.surface(future("/ESH5")) is paths.surface(future("/MESM5"))
    assert paths.surface(future("/ESH5")) is not paths.surface(future("/CLG5"))
