from datetime import date
from decimal import Decimal

import pytest

from tastytrade.dxfeed.future_symbols import (
    FutureOptionSymbol,
    FutureSymbol,
    format_future_option_symbol,
    format_future_symbol,
    future_option_to_streamer,
    future_to_streamer,
    parse_future_option_symbol,
    parse_future_symbol,
    streamer_to_future,
    streamer_to_future_option,
)
from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import SymbolError


@pytest.mark.parametrize(
    ("text", "future"),
    [
        ("/ESU23:XCME", FutureSymbol("ES", "U", 2023, "XCME")),
        ("/6AM23:XCME", FutureSymbol("6A", "M", 2023, "XCME")),
        ("/M2KH05:XCME", FutureSymbol("M2K", "H", 2005, "XCME")),
        ("/VXX22", FutureSymbol("VX", "X", 2022)),
    ],
)
def test_a_future_symbol_with_two_digits_of_the_year_is_read_as_it_stands(
    text: str, future: FutureSymbol
) -> None:
    assert parse_future_symbol(text) == future


@pytest.mark.parametrize(
    ("text", "today", "year"),
    [
        ("/ESZ6", date(2026, 7, 1), 2026),
        ("/ESU6", date(2026, 12, 31), 2026),
        ("/ESH5", date(2026, 7, 1), 2035),
        ("/ESH0", date(2029, 7, 1), 2030),
    ],
)
def test_one_digit_of_the_year_means_the_first_such_year_from_today_on(
    text: str, today: date, year: int
) -> None:
    assert parse_future_symbol(text, today=today).year == year


def test_a_month_of_this_year_that_is_past_is_not_ten_years_ahead() -> None:
    assert parse_future_symbol("/ESH6", today=date(2026, 12, 31)).year == 2026


@pytest.mark.parametrize("text", ["/ESZ6", "/ESU6:XCME"])
def test_one_digit_of_the_year_without_a_date_is_refused(text: str) -> None:
    with pytest.raises(SymbolError, match=r"which decade .* is not known: pass today"):
        parse_future_symbol(text)


@pytest.mark.parametrize(
    "text", ["ESZ26", "/ES", "/ESA26", "/ESZ026", "/ESZ26:", "/ESZ26:XCME{=d}", "BTC/USD", ""]
)
def test_what_is_no_future_symbol_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SymbolError, match=r"not a future symbol.*expected like /ESZ26:XCME"):
        parse_future_symbol(text)


def test_a_future_of_tastytrade_becomes_the_streamer_symbol_and_comes_back() -> None:
    streamer = future_to_streamer("/ESZ6", exchange="XCME", today=date(2026, 11, 22))

    assert streamer == "/ESZ26:XCME"
    assert streamer_to_future(streamer) == "/ESZ6"


def test_a_contract_listed_with_two_digits_keeps_them() -> None:
    assert streamer_to_future("/VXX22:XCBF", year_digits=2) == "/VXX22"


def test_a_streamer_symbol_of_a_future_without_an_exchange_is_refused() -> None:
    with pytest.raises(SymbolError, match="needs its exchange"):
        format_future_symbol(FutureSymbol("ES", "Z", 2026))


@pytest.mark.parametrize("digits", [0, 3, -1])
def test_a_number_of_year_digits_that_no_symbol_has_is_refused(digits: int) -> None:
    with pytest.raises(SymbolError, match="1 or 2 digits of the year"):
        streamer_to_future("/ESZ26:XCME", year_digits=digits)


@pytest.mark.parametrize(
    "future",
    [
        FutureSymbol("es", "Z", 2026, "XCME"),
        FutureSymbol("", "Z", 2026, "XCME"),
        FutureSymbol("ES", "A", 2026, "XCME"),
        FutureSymbol("ES", "Z", 1999, "XCME"),
        FutureSymbol("ES", "Z", 2026, ""),
        FutureSymbol("ES", "Z", 2026, "xcme"),
    ],
)
def test_a_future_that_no_symbol_can_say_is_refused(future: FutureSymbol) -> None:
    with pytest.raises(SymbolError, match="no symbol"):
        format_future_symbol(future)


@pytest.mark.parametrize("strike", ["-5", "NaN", "1E+15"])
def test_an_option_on_a_future_with_an_impossible_strike_is_refused(strike: str) -> None:
    with pytest.raises(SymbolError, match="no symbol"):
        format_future_option_symbol(
            FutureOptionSymbol("E1A", "N", 2026, OptionType.PUT, Decimal(strike), "XCME")
        )


def test_a_future_option_in_the_streamers_spelling_with_one_digit_is_read_from_today_on() -> None:
    streamer = future_option_to_streamer("./E1AN6P6260", exchange="XCME", today=date(2026, 6, 12))

    assert streamer == "./E1AN26P6260:XCME"


def test_an_expiration_in_another_decade_than_the_contract_is_refused() -> None:
    with pytest.raises(SymbolError, match="does not expire on 2016-07-06"):
        streamer_to_future_option("./E1AN26P6260:XCME", underlying="/ESU6", expiration=date(2016, 7, 6))


@pytest.mark.parametrize(
    ("tastytrade", "streamer", "exchange"),
    [
        ("./ESU4 EW3N4 240719C4400", "./EW3N24C4400:XCME", "XCME"),
        ("./ESU6 E1AN6 260706P6260", "./E1AN26P6260:XCME", "XCME"),
        ("./ESZ6 ESZ6  261218P6300", "./ESZ26P6300:XCME", "XCME"),
        ("./6EM6 EUUJ6 260402C1.215", "./EUUJ26C1.215:XCME", "XCME"),
        ("./ZBM6 OZBJ6 260327C120.5", "./OZBJ26C120.5:XCBT", "XCBT"),
        ("./CLF0 LOF0  191216C60", "./LOF20C60:XNYM", "XNYM"),
    ],
)
def test_a_future_option_is_spelled_either_way(tastytrade: str, streamer: str, exchange: str) -> None:
    option = parse_future_option_symbol(tastytrade)
    assert option.underlying is not None
    assert option.expiration is not None

    assert future_option_to_streamer(tastytrade, exchange=exchange) == streamer
    assert (
        streamer_to_future_option(streamer, underlying=option.underlying, expiration=option.expiration)
        == tastytrade
    )


def test_the_expiration_settles_the_decade_of_a_future_option() -> None:
    option = parse_future_option_symbol("./CLF0 LOF0  191216C60")

    assert option == FutureOptionSymbol(
        "LO",
        "F",
        2020,
        OptionType.CALL,
        Decimal(60),
        underlying="/CLF0",
        expiration=date(2019, 12, 16),
    )


def test_the_streamer_symbol_of_a_future_option_says_neither_underlying_nor_expiration() -> None:
    option = parse_future_option_symbol("./MW4G26C65.5:XNYM")

    assert option == FutureOptionSymbol("MW4", "G", 2026, OptionType.CALL, Decimal("65.5"), exchange="XNYM")


@pytest.mark.parametrize(
    "text",
    [
        "/ESZ26:XCME",
        "./E1AN26:XCME",
        "./E1AN26P:XCME",
        "./ESU6 E1AN6 P6260",
        "./ES E1AN6 260706P6260",
        "./ESU6 E1AN6 260706p6260",
        ".SPY250117C500",
        "./ESU6",
        "",
    ],
)
def test_what_is_no_future_option_symbol_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SymbolError, match=r"not a future option symbol.*expected like ./E1AN26P6260:XCME"):
        parse_future_option_symbol(text)


def test_a_streamer_symbol_of_a_future_option_with_one_digit_of_the_year_is_refused() -> None:
    with pytest.raises(SymbolError, match=r"which decade"):
        parse_future_option_symbol("./E1AN6P6260:XCME")


def test_a_streamer_symbol_of_a_future_option_without_an_exchange_is_refused() -> None:
    option = parse_future_option_symbol("./ESU6 E1AN6 260706P6260")

    with pytest.raises(SymbolError, match="needs its exchange"):
        format_future_option_symbol(option)


@pytest.mark.parametrize("underlying", ["ESU6", "/ESU26:XCME", "/ES"])
def test_an_underlying_that_is_no_future_of_tastytrade_is_refused(underlying: str) -> None:
    with pytest.raises(SymbolError, match="expected like /ESU6"):
        streamer_to_future_option("./E1AN26P6260:XCME", underlying=underlying, expiration=date(2026, 7, 6))
