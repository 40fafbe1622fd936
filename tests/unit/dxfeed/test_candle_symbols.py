from decimal import Decimal, localcontext

import pytest

from tastytrade.dxfeed.candle_symbols import (
    Alignment,
    CandlePrice,
    CandleSymbol,
    PeriodType,
    canonical_candle_symbol,
    format_candle_symbol,
    parse_candle_symbol,
)
from tastytrade.errors import SymbolError


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("X{=1m}", "X{=m}"),
        ("X{=1m,tho=true}", "X{=m,tho=true}"),
        ("X{=5m,tho=false,a=m}", "X{=5m}"),
        ("X{=h,tho=true,a=s}", "X{=h,a=s,tho=true}"),
        ("X{=1d,price=last}", "X{=d}"),
        ("X{=1t}", "X"),
        ("SPY{=1d}", "SPY{=d}"),
        ("AAPL&Q{=1D}", "AAPL&Q{=d}"),
        ("AAPL&Q{=t}", "AAPL&Q"),
        ("/ESU24:XCME{=1600t}", "/ESU24:XCME{=1600t}"),
        (".SPXW260323C6570{price=mark,=2m}", ".SPXW260323C6570{=2m,price=mark}"),
        ("X{tho=TRUE,price=MARK,=1Mo}", "X{=mo,price=mark,tho=true}"),
        ("X{=2days}", "X{=2d}"),
        ("X{=1min}", "X{=m}"),
        ("X{=1.50m}", "X{=1.5m}"),
        ("X{=10m}", "X{=10m}"),
        ("X{=d,dt=RTH,a=midnight}", "X{=d,dt=rth}"),
        ("X{=d,dt=}", "X{=d}"),
        ("X{=d,pl=0.10}", "X{=d,pl=0.1}"),
        ("X{=d,price=settlement}", "X{=d,price=s}"),
    ],
)
def test_a_candle_symbol_gets_the_spelling_the_server_answers_with(asked: str, answered: str) -> None:
    assert canonical_candle_symbol(asked) == answered


@pytest.mark.parametrize("symbol", ["SPX", "AAPL&Q", ".SPXW250113C5915", "/ESU23:XCME", "BTC/USD:CXTALP", ""])
def test_a_symbol_without_braces_is_its_own_canonical_form(symbol: str) -> None:
    assert canonical_candle_symbol(symbol) is symbol


UNREADABLE = [
    "X{}",
    "X{=5q}",
    "X{=0m}",
    "X{=-1m}",
    "X{=1e9m}",
    "X{=\N{ARABIC-INDIC DIGIT FIVE}m}",
    "X{=}",
    "X{d}",
    "X{=d",
    "X{=d}Y",
    "X{=d}{=1t}",
    "{=d}",
    "X{=d,=m}",
    "X{=d,tho=yes}",
    "X{=d,price=}",
    "X{=d,price=middle}",
    "X{=d,a=noon}",
    "X{=d,pl=high}",
    "X{=0.0m}",
    "X{=1m, tho=true}",
    "S PY{=d}",
]


@pytest.mark.parametrize("symbol", UNREADABLE)
def test_what_cannot_be_read_is_left_as_it_is_by_the_canonical_form(symbol: str) -> None:
    assert canonical_candle_symbol(symbol) == symbol


@pytest.mark.parametrize("symbol", [*UNREADABLE, "SPX"])
def test_what_cannot_be_read_is_refused_with_the_symbol_and_what_was_expected(symbol: str) -> None:
    with pytest.raises(SymbolError, match=r"candle symbol.*expected") as refusal:
        parse_candle_symbol(symbol)

    assert repr(symbol) in str(refusal.value)


def test_every_attribute_of_a_candle_symbol_is_read() -> None:
    candle = parse_candle_symbol("AAPL&Q{=1.5h,a=s,dt=rth,pl=-2.5,price=bid,tho=true}")

    assert candle == CandleSymbol(
        base="AAPL",
        exchange="Q",
        number=Decimal("1.5"),
        period=PeriodType.HOUR,
        alignment=Alignment.SESSION,
        tho=True,
        price=CandlePrice.BID,
        level=Decimal("-2.5"),
        others=(("dt", "rth"),),
    )


@pytest.mark.parametrize(("period", "text"), [(period, period.value) for period in PeriodType])
def test_every_period_type_is_written_as_the_wire_has_it(period: PeriodType, text: str) -> None:
    candle = CandleSymbol("X", number=Decimal(3), period=period)

    assert format_candle_symbol(candle) == f"X{{=3{text}}}"


def test_a_whole_number_of_periods_is_written_without_a_fraction_or_an_exponent() -> None:
    candle = CandleSymbol("X", number=Decimal("1000.0"), period=PeriodType.TICK)

    assert format_candle_symbol(candle) == "X{=1000t}"


def test_no_decimal_context_rounds_a_period() -> None:
    with localcontext() as context:
        context.prec = 2

        assert canonical_candle_symbol("AAPL{=12345v,pl=123.450}") == "AAPL{=12345v,pl=123.45}"


@pytest.mark.parametrize(
    "wrong", [{"number": Decimal(0)}, {"number": Decimal("NaN")}, {"level": Decimal("Infinity")}]
)
def test_a_number_that_no_candle_symbol_can_say_is_refused(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(SymbolError, match="would be no symbol"):
        format_candle_symbol(CandleSymbol("X", **wrong))  # type: ignore[arg-type]  # by name, any of them
