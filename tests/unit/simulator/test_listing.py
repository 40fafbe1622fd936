from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tastytrade.errors import SymbolError
from tastytrade.simulator.listing import Listing


@pytest.fixture(scope="module")
def listing() -> Listing:
    return Listing(date(2025, 1, 13), extra=["AMD"])


def test_today_is_rolled_forward_to_a_trading_day() -> None:
    assert Listing(date(2025, 1, 18)).today == date(2025, 1, 21)


def test_an_instrument_is_found_by_either_of_its_symbols(listing: Listing) -> None:
    bitcoin = listing.instrument("BTC/USD")

    assert bitcoin is not None
    assert listing.instrument("BTC/USD:CXTALP") is bitcoin


def test_extra_names_are_listed_last_and_have_chains(listing: Listing) -> None:
    assert listing.instruments()[-1].symbol == "AMD"
    assert listing.chain("AMD")


def test_an_extra_name_that_is_listed_already_changes_nothing() -> None:
    again = Listing(date(2025, 1, 13), extra=["SPX"])

    assert again.instruments() == Listing(date(2025, 1, 13)).instruments()


def test_one_string_of_extra_names_is_a_mistake() -> None:
    with pytest.raises(SymbolError, match="list of names"):
        Listing(date(2025, 1, 13), extra="AMD")


def test_an_option_is_found_by_its_streamer_symbol(listing: Listing) -> None:
    option = listing.option(".SPXW250113C5915")

    assert option is not None
    assert (option.underlying, option.strike, option.option_type) == ("SPX", Decimal(5915), "C")


@pytest.mark.parametrize(
    "symbol", ["SPX", "", ".SPXW250113C5916", ".NOPE250113C10", ".BTC250113C10", ".SPXW250113C59.15.1"]
)
def test_what_is_no_listed_option_is_none(listing: Listing, symbol: str) -> None:
    assert listing.option(symbol) is None


def test_what_is_not_listed_has_an_empty_chain(listing: Listing) -> None:
    assert listing.chain("NOPE") == []
    assert listing.chain("ETH/USD") == []


def test_a_chain_is_made_once(listing: Listing) -> None:
    assert listing.chain("AAPL") is listing.chain("AAPL")
