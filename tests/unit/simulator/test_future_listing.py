from __future__ import annotations

from datetime import date

import pytest

from tastytrade.simulator.future_listing import FutureListing
from tastytrade.simulator.listing import Listing

TODAY = date(2025, 1, 13)


@pytest.fixture(scope="module")
def listing() -> FutureListing:
    return Listing(TODAY).future_listing


def test_a_product_is_found_with_and_without_its_slash(listing: FutureListing) -> None:
    assert listing.product("ES") is listing.product("/ES")
    assert listing.product("NOPE") is None


@pytest.mark.parametrize("symbol", ["/ESH5", "ESH5", "/ESH25:XCME"])
def test_a_contract_is_found_by_each_of_its_names(listing: FutureListing, symbol: str) -> None:
    future = listing.future(symbol)

    assert future is not None
    assert future.expiration == date(2025, 3, 21)


@pytest.mark.parametrize("symbol", ["/ES", "ES", "/ESH25", "/ESH5:XCME", "/ESG5", "", "/CLG25:XCME"])
def test_what_names_no_listed_contract_is_none(listing: FutureListing, symbol: str) -> None:
    assert listing.future(symbol) is None


@pytest.mark.parametrize("symbol", ["./ESH5 EW3F5 250117C5900", "./EW3F25C5900:XCME"])
def test_an_option_is_found_by_either_of_its_symbols(listing: FutureListing, symbol: str) -> None:
    option = listing.option(symbol)

    assert option is not None
    assert (option.symbol, option.series.contract) == ("./ESH5 EW3F5 250117C5900", "EW3F5")


@pytest.mark.parametrize(
    "symbol",
    [
        "./EW3F25C5901:XCME",
        "./EW3F25C5900",
        "./EW3F5C5900:XCME",
        "./EW3F25C5900:XNYM",
        "./ESM5 EW3F5 250117C5900",
        "./ESH5 EW3F5 250118C5900",
        "./XYZF25C5900:XCME",
        "./ES",
    ],
)
def test_what_names_no_listed_option_is_none(listing: FutureListing, symbol: str) -> None:
    assert listing.option(symbol) is None


@pytest.mark.parametrize(
    ("code", "least", "most"), [("ES", 5_000, 12_000), ("CL", 1_000, 3_000), ("GC", 1_500, 4_000)]
)
def test_chains_are_of_moderate_size(listing: FutureListing, code: str, least: int, most: int) -> None:
    product = listing.product(code)
    assert product is not None

    options = [option for one in listing.series(product) for option in listing.options(one)]

    assert least < len(options) < most
    assert len({option.streamer_symbol for option in options}) == len(options)


def test_strikes_stand_around_the_price_of_their_future(listing: FutureListing) -> None:
    product = listing.product("CL")
    assert product is not None
    near = listing.series(product)[0]
    strikes = [float(option.strike) for option in listing.options(near)]
    price = listing.instrument(near.future).price

    assert min(strikes) < 0.6 * price
    assert max(strikes) > 1.4 * price
    assert sum(abs(strike - price) < 2.0 for strike in strikes) >= 14
    assert all(strike % 0.5 == 0 for strike in strikes)
