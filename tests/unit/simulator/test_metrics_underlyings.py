from datetime import date
from itertools import pairwise

import pytest

from tastytrade.simulator.market import Market
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.metrics_underlyings import expirations_of, underlying_of
from tests.unit.simulator.conftest import LISTING


@pytest.mark.parametrize(
    ("symbol", "name"), [("SPX", "SPX"), ("BRK/B", "BRK/B"), ("/ES", "/ESH25:XCME"), ("/MES", "/MESH25:XCME")]
)
def test_an_underlying_is_known_by_the_symbol_of_its_prices(symbol: str, name: str) -> None:
    underlying = underlying_of(LISTING, symbol)

    assert underlying is not None
    assert underlying.name == name
    assert (underlying.instrument is None) == symbol.startswith("/")


@pytest.mark.parametrize("symbol", ["NOPE", "BTC/USD", "/", "/NOPE", "ES", ""])
def test_what_has_no_options_is_none(symbol: str) -> None:
    assert underlying_of(LISTING, symbol) is None


@pytest.mark.parametrize("symbol", ["SPX", "/ES", "/CL"])
def test_expirations_come_once_and_by_date(symbol: str) -> None:
    underlying = underlying_of(LISTING, symbol)
    assert underlying is not None
    found = expirations_of(MarketNow(Market(LISTING)), underlying)

    assert all(one[:2] < other[:2] for one, other in pairwise(found))
    assert all(0.05 < volatility < 0.6 for day, _, volatility in found if day > date(2025, 1, 9))
