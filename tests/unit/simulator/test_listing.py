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


@pytest.mark.parametrize(
    ("symbol", "streamer_symbol"),
    [
        ("SPX", "SPX"),
        ("AMD", "AMD"),
        ("BTC/USD", "BTC/USD:CXTALP"),
        ("SPXW  250113C05915000", ".SPXW250113C5915"),
        ("/ESH5", "/ESH25:XCME"),
        ("CLG5", "/CLG25:XNYM"),
        ("./ESH5 EW3F5 250117C5900", "./EW3F25C5900:XCME"),
    ],
)
def test_whatever_is_listed_has_a_streamer_symbol(
    listing: Listing, symbol: str, streamer_symbol: str
) -> None:
    assert listing.streamer_symbol(symbol) == streamer_symbol


@pytest.mark.parametrize(
    "symbol",
    ["NOPE", "", "SPXW  250113C05916000", "/ES", "/ESG5", "./ESH5 EW3F5 250117C5901", "./", "DOGE/USD"],
)
def test_what_is_not_listed_has_no_streamer_symbol(listing: Listing, symbol: str) -> None:
    assert listing.streamer_symbol(symbol) is None


def test_futures_are_given_by_product_or_all(listing: Listing) -> None:
    of_gold = listing.futures("GC")

    assert of_gold == listing.futures("/GC")
    assert {future.symbol for future in of_gold} < {future.symbol for future in listing.futures()}
    assert listing.futures("NOPE") == []


def test_a_future_chain_is_ordered_like_a_chain(listing: Listing) -> None:
    chain = listing.future_chain("CL")

    assert [option.option_type for option in chain[:4]] == ["C", "P", "C", "P"]
    assert chain[0].strike == chain[1].strike < chain[2].strike
    assert listing.future_option(chain[0].symbol) is listing.future_option(chain[0].streamer_symbol)
    assert listing.future_chain("NOPE") == []


def test_the_streamer_symbol_of_a_future_names_it_too(listing: Listing) -> None:
    assert listing.future("/ESH25:XCME") == listing.future("/ESH5")
