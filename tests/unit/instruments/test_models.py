from datetime import date
from decimal import Decimal

import pytest

from tastytrade.instruments.items import decode_items
from tastytrade.instruments.models import Equity, Option, OptionType, complete_option


@pytest.mark.parametrize(
    ("root", "strike", "expected"),
    [
        ("SPXW", "5900.0", ".SPXW260612C5900"),
        ("AAPL", "257.50", ".AAPL260612C257.5"),
        ("XYZ", "0.5", ".XYZ260612C0.5"),
        ("NDX", "20000", ".NDX260612C20000"),
    ],
)
def test_an_option_without_streamer_symbol_has_it_built(root: str, strike: str, expected: str) -> None:
    option = Option(
        symbol="X",
        root_symbol=root,
        expiration_date=date(2026, 6, 12),
        strike_price=Decimal(strike),
        option_type=OptionType.CALL,
    )

    assert option.streamer_symbol == expected


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [("SPXW  260612C05917500", ".SPXW260612C5917.5"), ("X", "")],
)
def test_fields_that_no_symbol_can_say_leave_it_to_the_occ_symbol(symbol: str, expected: str) -> None:
    option = Option(
        symbol=symbol,
        root_symbol="small",
        expiration_date=date(2026, 6, 12),
        strike_price=Decimal(-1),
        option_type=OptionType.CALL,
    )

    assert option.streamer_symbol == expected


def test_a_streamer_symbol_that_came_is_kept() -> None:
    option = Option(
        symbol="X",
        root_symbol="X",
        expiration_date=date(2026, 6, 12),
        strike_price=Decimal(1),
        option_type=OptionType.PUT,
        streamer_symbol=".Y260612P1",
    )

    assert option.streamer_symbol == ".Y260612P1"


def test_the_streamer_symbol_of_an_equity_is_its_symbol() -> None:
    assert Equity(symbol="BRK/B").streamer_symbol == "BRK/B"


def test_an_options_item_is_completed_from_its_symbol() -> None:
    item: dict[str, object] = {"symbol": "SPXW  250113C05917500"}
    complete_option(item)

    assert item == {
        "symbol": "SPXW  250113C05917500",
        "root-symbol": "SPXW",
        "expiration-date": "2025-01-13",
        "strike-price": "5917.500",
        "option-type": "C",
    }


def test_what_an_options_item_says_itself_is_kept() -> None:
    item = {"symbol": "SPXW  250113C05917500", "root-symbol": "SPXW", "strike-price": "5917.50"}
    complete_option(item)

    assert item["strike-price"] == "5917.50"


@pytest.mark.parametrize("symbol", ["", "AAPL", None, 3, "SPXW  259999C05917500"])
def test_a_symbol_that_says_nothing_adds_nothing(symbol: object) -> None:
    item = {"symbol": symbol}
    complete_option(item)

    assert item == {"symbol": symbol}


@pytest.mark.parametrize("strike", ["1E+99999999", "1E-99999999"])
def test_a_strike_of_a_hundred_million_digits_is_never_written_out(strike: str) -> None:
    item = {"symbol": "SPXW  260612C00110000", "root-symbol": "SPXW", "expiration-date": "2026-06-12"}
    (option,) = decode_items([item | {"strike-price": strike, "option-type": "C"}], Option)

    assert option.streamer_symbol == ".SPXW260612C110"
