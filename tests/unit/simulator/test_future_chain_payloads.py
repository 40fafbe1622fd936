from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tastytrade.simulator.future_chain_payloads import future_option_items, nested_chains, unsorted_items
from tastytrade.simulator.listing import Listing
from tests.unit.rest.recorded import recorded

LISTING = Listing(date(2026, 6, 12))
CHAIN = LISTING.future_chain("ES")


@pytest.fixture(scope="module")
def nested() -> dict[str, Any]:
    listing = LISTING.future_listing
    product = listing.product("ES")
    assert product is not None
    chains = map(listing.options, listing.series(product))
    found = nested_chains(product, listing.futures(product), chains, listing.today, unnamed=True)
    return msgspec.to_builtins(found)  # type: ignore[no-any-return]  # untyped by its nature


@pytest.mark.parametrize("item", recorded("/futures-option-chains/ES")["items"])
def test_an_option_is_the_recorded_one_but_for_its_strike_and_number(item: dict[str, Any]) -> None:
    root, own = item["option-root-symbol"], {"security-id", "streamer-symbol"}
    option = next(
        one
        for one in CHAIN
        if one.series.product.root == root and one.expiration.isoformat() == item["expiration-date"]
    )
    [found] = msgspec.to_builtins(
        future_option_items(
            [option.series.option(Decimal(6300 if root == "ES" else 6260), "P")], LISTING.today
        )
    )

    assert [key for key in found if key not in own] == [key for key in item if key not in own]
    assert {key: value for key, value in found.items() if key not in own} == {
        key: value for key, value in item.items() if key not in own
    }
    assert ("security-id" in found) == ("security-id" in item)


def test_the_detailed_form_is_unsorted() -> None:
    found = unsorted_items(CHAIN, LISTING.today)
    days = [item.expiration_date for item in found]

    assert days != sorted(days)
    assert {item.symbol for item in found} == {option.symbol for option in CHAIN}
    assert all(item.streamer_symbol for item in found)


def test_the_detailed_form_may_begin_without_a_streamer_symbol() -> None:
    found = unsorted_items(CHAIN, LISTING.today, unnamed=True)

    assert not found[0].streamer_symbol
    assert 0 < sum(not item.streamer_symbol for item in found) < len(found) / 20


def test_the_nested_form_has_the_recorded_keys_and_values(nested: dict[str, Any]) -> None:
    expected = recorded("/futures-option-chains/ES/nested")
    [chain], [expected_chain] = nested["option-chains"], expected["option-chains"]
    found = {one["option-contract-symbol"]: one for one in chain["expirations"]}

    assert list(nested) == list(expected)
    assert nested["futures"][0] == expected["futures"][0]
    assert list(chain) == list(expected_chain)
    for expiration in expected_chain["expirations"]:
        mine = found[expiration["option-contract-symbol"]]
        assert list(mine) == list(expiration)
        assert mine | {"strikes": []} == expiration | {"strikes": []}


def test_a_strike_has_both_streamer_symbols_or_neither(nested: dict[str, Any]) -> None:
    strikes = [
        strike for expiration in nested["option-chains"][0]["expirations"] for strike in expiration["strikes"]
    ]
    whole = ["strike-price", "call", "call-streamer-symbol", "put", "put-streamer-symbol"]

    assert {tuple(strike) for strike in strikes} == {tuple(whole), ("strike-price", "call", "put")}


def test_expirations_and_strikes_are_unsorted_but_always_in_the_same_way(nested: dict[str, Any]) -> None:
    expirations = nested["option-chains"][0]["expirations"]
    days = [expiration["expiration-date"] for expiration in expirations]
    strikes = [float(strike["strike-price"]) for strike in expirations[0]["strikes"]]
    again = unsorted_items(CHAIN, LISTING.today)

    assert days != sorted(days)
    assert strikes != sorted(strikes)
    assert again == unsorted_items(CHAIN, LISTING.today)


def test_both_forms_hold_the_same_options(nested: dict[str, Any]) -> None:
    symbols = {
        strike[side]
        for expiration in nested["option-chains"][0]["expirations"]
        for strike in expiration["strikes"]
        for side in ("call", "put")
    }

    assert symbols == {item.symbol for item in unsorted_items(CHAIN, LISTING.today)}
