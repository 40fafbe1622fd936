"""A hundred thousand symbols of every form, there and back: what a few hand-picked ones do not meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from string import ascii_uppercase

import pytest

from tastytrade.dxfeed.candle_symbols import (
    Alignment,
    CandlePrice,
    CandleSymbol,
    PeriodType,
    format_candle_symbol,
    parse_candle_symbol,
)
from tastytrade.dxfeed.future_symbols import (
    MONTHS,
    FutureOptionSymbol,
    FutureSymbol,
    format_future_option_symbol,
    format_future_symbol,
    future_option_to_streamer,
    parse_future_option_symbol,
    parse_future_symbol,
    streamer_to_future,
    streamer_to_future_option,
)
from tastytrade.dxfeed.streamer_symbols import from_streamer_symbol, to_streamer_symbol
from tastytrade.dxfeed.symbols import (
    OptionSymbol,
    OptionType,
    format_occ_symbol,
    format_option_symbol,
    parse_occ_symbol,
    parse_option_symbol,
)

COUNT = 20_000
"""Of each of the five forms."""
EXCHANGES = ["XCME", "XCBT", "XNYM", "XCEC", "XCBF", "SMFE"]


def root(random: Random) -> str:
    """One to five letters, often with a digit at an end: SPXW, BABA2, 2SPX, M2K."""
    letters = "".join(random.choices(ascii_uppercase, k=random.randint(1, 5)))
    return random.choice(
        [letters, letters, f"{letters}{random.randint(0, 9)}", f"{random.randint(1, 9)}{letters}"]
    )


def day(random: Random, *, year: int | None = None) -> date:
    first = date(year or random.randint(2000, 2099), 1, 1)
    return first + timedelta(days=random.randint(0, 364))


def strike(random: Random) -> Decimal:
    """Up to 99999.999, as often below 1 as in the thousands."""
    return Decimal(random.randrange(10 ** random.randint(1, 8))).scaleb(-3)


def option(random: Random) -> OptionSymbol:
    return OptionSymbol(root(random)[:6], day(random), random.choice([*OptionType]), strike(random))


def future(random: Random, *, year: int | None = None) -> FutureSymbol:
    year = year or random.randint(2000, 2099)
    return FutureSymbol(root(random), random.choice(MONTHS), year, random.choice(EXCHANGES))


def an_option_survives(random: Random, today: date) -> bool:
    made = option(random)
    occ, streamer = format_occ_symbol(made), format_option_symbol(made)
    return (
        parse_occ_symbol(occ) == parse_option_symbol(streamer) == made
        and to_streamer_symbol(occ, today=today) == to_streamer_symbol(streamer, today=today) == streamer
        and from_streamer_symbol(streamer) == occ
    )


def a_future_survives(random: Random, today: date) -> bool:
    made = future(random, year=today.year + random.randint(0, 9))
    streamer = format_future_symbol(made)
    spelled = streamer_to_future(streamer, year_digits=random.choice([1, 2]))
    return (
        parse_future_symbol(streamer) == made
        and to_streamer_symbol(spelled, today=today, exchange=made.exchange) == streamer
        and to_streamer_symbol(streamer, today=today) == streamer
    )


def a_future_option_survives(random: Random, today: date) -> bool:
    on = future(random)
    made = FutureOptionSymbol(
        on.root, on.month, on.year, random.choice([*OptionType]), strike(random), on.exchange
    )
    expiration = day(random, year=min(max(on.year + random.randint(-1, 1), 2000), 2099))
    streamer = format_future_option_symbol(made)
    spelled = streamer_to_future_option(
        streamer, underlying=f"/{on.root}{on.month}{on.year % 10}", expiration=expiration
    )
    return (
        parse_future_option_symbol(streamer) == made
        and parse_future_option_symbol(spelled).expiration == expiration
        and future_option_to_streamer(spelled, exchange=made.exchange) == streamer
        and to_streamer_symbol(streamer, today=today) == streamer
    )


def a_stock_or_a_cryptocurrency_survives(random: Random, today: date) -> bool:
    letters = "".join(random.choices(ascii_uppercase, k=random.randint(1, 5)))
    symbol = random.choice([letters, f"{letters}/{random.choice('ABKU')}", f"{letters}0/USD"])
    return from_streamer_symbol(to_streamer_symbol(symbol, today=today)) == symbol


def a_candle_survives(random: Random, today: date) -> bool:
    bases = [
        "SPY",
        "BRK/B",
        "BTC/USD:CXTALP",
        format_option_symbol(option(random)),
        format_future_symbol(future(random)),
    ]
    base = random.choice(bases)
    made = CandleSymbol(
        base,
        exchange=random.choice([None, *"QNZ"]) if base in {"SPY", "BRK/B"} else None,
        number=Decimal(random.choice(["1", "2", "5", "15", "1600", "0.5", "2.25"])),
        period=random.choice([*PeriodType][1:]),
        alignment=random.choice([*Alignment]),
        tho=random.choice([True, False]),
        price=random.choice([*CandlePrice]),
        level=random.choice([None, Decimal("0.1"), Decimal(-3)]),
    )
    text = format_candle_symbol(made)
    return parse_candle_symbol(text) == made and to_streamer_symbol(text, today=today) == text


@pytest.mark.parametrize(
    "survives",
    [
        an_option_survives,
        a_future_survives,
        a_future_option_survives,
        a_stock_or_a_cryptocurrency_survives,
        a_candle_survives,
    ],
)
def test_symbols_of_every_form_survive_there_and_back(survives: Callable[[Random, date], bool]) -> None:
    today = date(2026, 6, 12)

    # One generator for each symbol, so that a failing number says which symbol it was.
    lost = [number for number in range(COUNT) if not survives(Random(number), today)]

    assert lost == []
