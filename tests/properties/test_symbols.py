"""What holds for every symbol: text read and written again is the same text, whatever the symbol."""

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.dxfeed.candle_symbols import (
    Alignment,
    CandlePrice,
    CandleSymbol,
    PeriodType,
    canonical_candle_symbol,
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
    streamer_to_future_option,
)
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

roots = st.from_regex(r"[A-Z]{1,5}[0-9]?", fullmatch=True)
exchanges = st.from_regex(r"X[A-Z]{3}", fullmatch=True)
dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))
strikes = st.integers(0, 10**8 - 1).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
option_types = st.sampled_from(OptionType)
months = st.sampled_from(MONTHS)
options = st.builds(OptionSymbol, roots, dates, option_types, strikes)
futures = st.builds(FutureSymbol, roots, months, st.integers(2000, 2099), exchanges)
future_options = st.builds(
    FutureOptionSymbol,
    roots,
    months,
    st.integers(2000, 2099),
    option_types,
    strikes,
    exchanges,
)
bases = st.one_of(
    roots,
    options.map(format_option_symbol),
    futures.map(format_future_symbol),
    roots.map(lambda root: crypto_to_streamer(f"{root}/USD")),
)
candles = st.builds(
    CandleSymbol,
    base=bases,
    exchange=st.none() | st.sampled_from("QNZ"),
    number=st.integers(1, 10**6).map(lambda hundredths: Decimal(hundredths) / 100),
    period=st.sampled_from(PeriodType),
    alignment=st.sampled_from(Alignment),
    tho=st.booleans(),
    price=st.sampled_from(CandlePrice),
    level=st.none() | st.integers(-(10**6), 10**6).map(lambda tenths: Decimal(tenths) / 10),
    others=st.sampled_from([(), (("dt", "rth"),), (("dt", "all"), ("zone", "utc"))]),
)


@given(options)
def test_an_option_survives_the_streamer_spelling(option: OptionSymbol) -> None:
    assert parse_option_symbol(format_option_symbol(option)) == option


@given(options)
def test_an_option_survives_the_occ_spelling(option: OptionSymbol) -> None:
    text = format_occ_symbol(option)

    assert len(text) == 21
    assert parse_occ_symbol(text) == option
    assert streamer_to_occ(occ_to_streamer(text)) == text


@given(futures)
def test_a_future_survives_the_streamer_spelling(future: FutureSymbol) -> None:
    assert parse_future_symbol(format_future_symbol(future)) == future


@given(future_options)
def test_a_future_option_survives_the_streamer_spelling(option: FutureOptionSymbol) -> None:
    assert parse_future_option_symbol(format_future_option_symbol(option)) == option


@given(future_options, st.integers(-4, 5), futures)
def test_a_future_option_survives_tastytrades_spelling(
    option: FutureOptionSymbol, years_before: int, future: FutureSymbol
) -> None:
    streamer = format_future_option_symbol(option)
    expiration = date(min(max(option.year - years_before, 2000), 2099), 6, 15)
    underlying = f"/{future.root}{future.month}{future.year % 10}"

    text = streamer_to_future_option(streamer, underlying=underlying, expiration=expiration)

    assert future_option_to_streamer(text, exchange=str(option.exchange)) == streamer


@given(roots, roots)
def test_a_cryptocurrency_survives_the_streamer_spelling(base: str, quote: str) -> None:
    symbol = f"{base}/{quote}"

    assert streamer_to_crypto(crypto_to_streamer(symbol)) == symbol


@given(candles)
def test_what_a_candle_symbol_says_survives_its_text(candle: CandleSymbol) -> None:
    text = format_candle_symbol(candle)

    assert canonical_candle_symbol(text) == text
    if "{" in text:
        assert parse_candle_symbol(text) == candle


@given(candles, st.randoms(use_true_random=False))
def test_every_spelling_of_a_candle_symbol_has_the_same_canonical_form(
    candle: CandleSymbol, random: Random
) -> None:
    spelled = [
        f"={candle.number}{candle.period.name}",
        f"a={candle.alignment.name}",
        f"tho={candle.tho}",
        f"price={candle.price.upper()}",
        *(f"{key}={value.upper()}" for key, value in candle.others),
    ]
    if candle.level is not None:
        spelled.append(f"pl={candle.level}0" if candle.level % 1 else f"pl={candle.level:.1f}")
    random.shuffle(spelled)
    base = candle.base if candle.exchange is None else f"{candle.base}&{candle.exchange}"

    assert canonical_candle_symbol(f"{base}{{{','.join(spelled)}}}") == format_candle_symbol(candle)


@given(st.text() | st.text(alphabet="AX&{}=,.01smdtho-"))
def test_canonicalising_any_text_twice_is_canonicalising_it_once(text: str) -> None:
    once = canonical_candle_symbol(text)

    assert canonical_candle_symbol(once) == once
