from datetime import date
from decimal import Decimal, localcontext

import pytest

from tastytrade.dxfeed.symbols import (
    OptionSymbol,
    OptionType,
    crypto_to_streamer,
    format_occ_symbol,
    format_option_symbol,
    occ_to_streamer,
    parse_occ_symbol,
    parse_option_symbol,
    streamer_to_crypto,
    streamer_to_occ,
)
from tastytrade.errors import SymbolError

PAIRS = [
    ("SPY   250117C00500000", ".SPY250117C500"),
    ("SPY   250117P00502500", ".SPY250117P502.5"),
    ("XYZ   250117C00012125", ".XYZ250117C12.125"),
    ("XYZ   250117C00000050", ".XYZ250117C0.05"),
    ("XYZ   250117C00007250", ".XYZ250117C7.25"),
    ("XYZ   250117C99999999", ".XYZ250117C99999.999"),
    ("SPXW  250113C05915000", ".SPXW250113C5915"),
    ("BABA2 251017C00145000", ".BABA2251017C145"),
    ("2SPXXX240229P00000001", ".2SPXXX240229P0.001"),
]


@pytest.mark.parametrize(("occ", "streamer"), PAIRS)
def test_an_occ_symbol_becomes_the_streamer_symbol(occ: str, streamer: str) -> None:
    assert occ_to_streamer(occ) == streamer


@pytest.mark.parametrize(("occ", "streamer"), PAIRS)
def test_a_streamer_symbol_becomes_the_occ_symbol(occ: str, streamer: str) -> None:
    assert streamer_to_occ(streamer) == occ


def test_a_root_that_ends_in_a_digit_is_told_from_the_expiration() -> None:
    option = parse_option_symbol(".BABA2251017C145")

    assert option == OptionSymbol("BABA2", date(2025, 10, 17), OptionType.CALL, Decimal(145))


def test_a_fractional_strike_is_exact() -> None:
    option = parse_occ_symbol("WBA   231117P00027500")

    assert option == OptionSymbol("WBA", date(2023, 11, 17), OptionType.PUT, Decimal("27.5"))


def test_a_strike_without_a_leading_zero_is_read() -> None:
    assert parse_option_symbol(".XYZ250117C.05").strike == Decimal("0.05")


def test_a_strike_is_written_without_trailing_zeros_or_an_exponent() -> None:
    option = OptionSymbol("NDX", date(2026, 12, 18), OptionType.CALL, Decimal("2.500E4"))

    assert format_option_symbol(option) == ".NDX261218C25000"


@pytest.mark.parametrize(
    "text",
    [
        "SPY",
        "SPY250117C500",
        ".SPY250117C",
        ".SPY250117C.",
        ".SPY250117C5.",
        ".SPY250117X500",
        ".250117C500",
        ".SPY250117C500{=d}",
        ".SPY250117C5e2",
        "./E1AN26P6260:XCME",
        "SPY   250117C00500000",
        ".SPY250117C\N{ARABIC-INDIC DIGIT FIVE}",
        ".SPY250117C500\n",
        "",
    ],
)
def test_what_is_no_streamer_option_symbol_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SymbolError, match=r"not a streamer option symbol.*expected like .SPY250117C500"):
        parse_option_symbol(text)


@pytest.mark.parametrize(
    "text",
    [
        "SPY 250117C00500000",
        "SPY   250117C0050000",
        "SPY   250117C005000000",
        "SPY   250117C00500000\n",
        "SPY   250117C0050000\N{ARABIC-INDIC DIGIT FIVE}",
        "spy   250117C00500000",
        "SPY   250117c00500000",
        "SPY\t\t\t250117C00500000",
        "  SPY 250117C00500000",
        "S P Y 250117C00500000",
        "      250117C00500000",
        "SPY   250117C-0500000",
        ".SPY250117C500",
        "SPY",
        "",
    ],
)
def test_what_is_no_occ_symbol_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SymbolError, match=r"not an OCC symbol.*expected 21 characters"):
        parse_occ_symbol(text)


@pytest.mark.parametrize(
    "text", [".SPY250230C500", ".SPY251301C500", ".SPY250100C500", ".SPY230229C500", ".SPY000000C500"]
)
def test_a_day_that_never_comes_is_refused(text: str) -> None:
    with pytest.raises(SymbolError, match="no such day"):
        parse_option_symbol(text)


@pytest.mark.parametrize(("occ", "streamer"), PAIRS)
def test_no_decimal_context_rounds_a_strike(occ: str, streamer: str) -> None:
    with localcontext() as context:
        context.prec = 2

        assert occ_to_streamer(occ) == streamer
        assert streamer_to_occ(streamer) == occ


def test_a_leap_day_is_a_day() -> None:
    assert parse_option_symbol(".SPY240229C500").expiration == date(2024, 2, 29)


@pytest.mark.parametrize(
    "option",
    [
        OptionSymbol("", date(2025, 1, 17), OptionType.CALL, Decimal(5)),
        OptionSymbol("spy", date(2025, 1, 17), OptionType.CALL, Decimal(5)),
        OptionSymbol("SP Y", date(2025, 1, 17), OptionType.CALL, Decimal(5)),
        OptionSymbol("SPY", date(1999, 1, 17), OptionType.CALL, Decimal(5)),
        OptionSymbol("SPY", date(2125, 1, 17), OptionType.CALL, Decimal(5)),
        OptionSymbol("SPY", date(2025, 1, 17), OptionType.CALL, Decimal(-5)),
        OptionSymbol("SPY", date(2025, 1, 17), OptionType.CALL, Decimal("NaN")),
        OptionSymbol("SPY", date(2025, 1, 17), OptionType.CALL, Decimal("Infinity")),
        OptionSymbol("SPY", date(2025, 1, 17), OptionType.CALL, Decimal("1E+15")),
    ],
)
def test_what_no_symbol_can_say_is_refused_in_either_spelling(option: OptionSymbol) -> None:
    with pytest.raises(SymbolError, match="no symbol"):
        format_option_symbol(option)
    with pytest.raises(SymbolError, match=r"no symbol can say|no OCC symbol"):
        format_occ_symbol(option)


@pytest.mark.parametrize("text", [".TOOLONG250117C500", ".NDX250117C100000", ".XYZ250117C0.0001"])
def test_an_option_without_room_in_an_occ_symbol_is_refused(text: str) -> None:
    with pytest.raises(SymbolError, match="has no OCC symbol"):
        format_occ_symbol(parse_option_symbol(text))


def test_a_cryptocurrency_gets_and_loses_its_venue() -> None:
    streamer = crypto_to_streamer("BTC/USD")

    assert streamer == "BTC/USD:CXTALP"
    assert streamer_to_crypto(streamer) == "BTC/USD"


@pytest.mark.parametrize("text", ["BTC", "BTC/USD:CXTALP", "/ESZ6", ""])
def test_what_is_no_cryptocurrency_symbol_is_refused(text: str) -> None:
    with pytest.raises(SymbolError, match="expected like BTC/USD"):
        crypto_to_streamer(text)


@pytest.mark.parametrize("text", ["BTC/USD", "BTC:CXTALP", "/ESZ26:XCME", ""])
def test_what_is_no_streamer_cryptocurrency_symbol_is_refused(text: str) -> None:
    with pytest.raises(SymbolError, match="expected like BTC/USD:CXTALP"):
        streamer_to_crypto(text)
