from __future__ import annotations

from datetime import date

from tastytrade.dxfeed.future_symbols import MONTHS
from tastytrade.simulator.future_products import FUTURE_PRODUCTS
from tastytrade.simulator.listing import Listing

PRODUCTS = {product.code: product for product in FUTURE_PRODUCTS}


def test_every_product_follows_either_something_listed_or_prices_of_its_own() -> None:
    listing = Listing(date(2025, 1, 13))

    for product in FUTURE_PRODUCTS:
        assert (product.spot is None) == (listing.instrument(product.leader) is not None)


def test_roots_of_options_are_unique_over_all_products() -> None:
    roots = [option.root for product in FUTURE_PRODUCTS for option in product.option_products]

    assert len(roots) == len(set(roots))


def test_active_months_are_listed_months() -> None:
    for product in FUTURE_PRODUCTS:
        assert set(product.active_months) <= set(product.listed_months) <= set(MONTHS)


def test_the_letters_of_weekly_roots_say_the_weekday_and_their_number_the_week() -> None:
    options = {option.root: option for option in PRODUCTS["ES"].option_products}

    assert (options["E1A"].weekday, options["E1A"].week) == (0, 1)
    assert (options["E5D"].weekday, options["E5D"].week) == (3, 5)
    assert (options["EW3"].weekday, options["EW3"].week) == (4, 3)
    assert options["EW"].cycle == "month end"
    assert options["ES"].is_am_settled
    assert not options["EW3"].is_am_settled


def test_a_price_step_is_the_inverse_of_a_whole_number() -> None:
    # Prices are whole ticks inside, divided by this number to be shown.
    for product in FUTURE_PRODUCTS:
        assert round(1 / product.tick_size) == 1 / product.tick_size
