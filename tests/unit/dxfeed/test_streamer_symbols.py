from datetime import date

import pytest

from tastytrade.dxfeed.streamer_symbols import from_streamer_symbol, to_streamer_symbol
from tastytrade.errors import SymbolError

TODAY = date(2026, 6, 12)

BOTH_WAYS = [
    # tastytrade's spelling, the streamer's
    ("SPY", "SPY"),
    ("AAPL", "AAPL"),
    ("BRK/B", "BRK/B"),
    ("SPX", "SPX"),
    ("VIX", "VIX"),
    ("VIX9D", "VIX9D"),
    ("SKEW", "SKEW"),
    ("BTC/USD", "BTC/USD:CXTALP"),
    ("SPY   250117C00500000", ".SPY250117C500"),
    ("SPY   250117P00502500", ".SPY250117P502.5"),
    ("XYZ   250117C00012125", ".XYZ250117C12.125"),
    ("XYZ   250117C00000050", ".XYZ250117C0.05"),
    ("XYZ   250117C00007250", ".XYZ250117C7.25"),
    ("SPXW  250113C05915000", ".SPXW250113C5915"),
    ("BABA2 251017C00145000", ".BABA2251017C145"),
    ("SPX   260320C05700000", ".SPX260320C5700"),
    ("SPXW  260318C05700000", ".SPXW260318C5700"),
    ("SPXW  260323C06570000", ".SPXW260323C6570"),
    ("AAPL  260612C00110000", ".AAPL260612C110"),
    ("AAPL  260612P00257500", ".AAPL260612P257.5"),
    ("SPY   260804P00480500", ".SPY260804P480.5"),
    ("WBA   231117P00027500", ".WBA231117P27.5"),
    ("PLTR  231117C00015000", ".PLTR231117C15"),
    ("CSCO  260402C00083000", ".CSCO260402C83"),
    ("2SPXXX240229P00000001", ".2SPXXX240229P0.001"),
]


@pytest.mark.parametrize(("symbol", "streamer"), BOTH_WAYS)
def test_a_symbol_of_tastytrade_becomes_the_streamers_and_comes_back(symbol: str, streamer: str) -> None:
    assert to_streamer_symbol(symbol, today=TODAY) == streamer
    assert from_streamer_symbol(streamer) == symbol


@pytest.mark.parametrize(
    ("symbol", "exchange", "today", "streamer"),
    [
        ("/ESU3", "XCME", date(2023, 8, 1), "/ESU23:XCME"),
        ("/ESM5", "XCME", date(2025, 1, 10), "/ESM25:XCME"),
        ("/6AM3", "XCME", date(2023, 5, 1), "/6AM23:XCME"),
        ("/ESZ6", "XCME", TODAY, "/ESZ26:XCME"),
        ("/LEQ6", "XCME", TODAY, "/LEQ26:XCME"),
        ("/ESH0", "XCME", date(2029, 12, 31), "/ESH30:XCME"),
        ("/VXX22", "XCBF", TODAY, "/VXX22:XCBF"),
        ("./ESU4 EW3N4 240719C4400", "XCME", TODAY, "./EW3N24C4400:XCME"),
        ("./ESU6 E1AN6 260706P6260", "XCME", TODAY, "./E1AN26P6260:XCME"),
        ("./ESZ6 ESZ6  261218P6300", "XCME", TODAY, "./ESZ26P6300:XCME"),
        ("./ESZ6 ESZ6  261218C100", "XCME", TODAY, "./ESZ26C100:XCME"),
        ("./ESU6 E2DQ6 260813C7975", "XCME", TODAY, "./E2DQ26C7975:XCME"),
        ("./6EM6 EUUJ6 260402C1.215", "XCME", TODAY, "./EUUJ26C1.215:XCME"),
        ("./ZBM6 OZBJ6 260327C120.5", "XCBT", TODAY, "./OZBJ26C120.5:XCBT"),
        ("./CLH6 MW4G6 260225C65.5", "XNYM", TODAY, "./MW4G26C65.5:XNYM"),
        ("./GCJ6 OGJ6  260326C5740", "XCEC", TODAY, "./OGJ26C5740:XCEC"),
    ],
)
def test_a_future_or_an_option_on_one_needs_its_exchange(
    symbol: str, exchange: str, today: date, streamer: str
) -> None:
    assert to_streamer_symbol(symbol, today=today, exchange=exchange) == streamer


STREAMER = [
    *[streamer for _, streamer in BOTH_WAYS],
    "/ESU23:XCME",
    "/ESM25:XCME",
    "./E1AN26P6260:XCME",
    "./EUUJ26C1.215:XCME",
    "AAPL&Q",
    "SPY&N",
    "SPY{=d}",
    "AAPL&Q{=d}",
    "/ESU24:XCME{=1600t}",
    ".SPXW260323C6570{=2m,price=mark}",
    "BTC/USD:CXTALP{=5m}",
]


@pytest.mark.parametrize("streamer", STREAMER)
def test_a_streamer_symbol_stays_as_it_is(streamer: str) -> None:
    assert to_streamer_symbol(streamer, today=TODAY) == streamer


@pytest.mark.parametrize(
    ("symbol", "streamer"),
    [
        ("SPY{=1d,tho=false}", "SPY{=d}"),
        ("SPY   250117C00502500{price=mark,=1m}", ".SPY250117C502.5{=m,price=mark}"),
        ("BTC/USD{=1h}", "BTC/USD:CXTALP{=h}"),
        ("AAPL&Q{=1D}", "AAPL&Q{=d}"),
        ("/ESZ26:XCME{=1t}", "/ESZ26:XCME"),
        (".SPY250117C0502.50", ".SPY250117C502.5"),
    ],
)
def test_what_has_several_spellings_gets_the_canonical_one(symbol: str, streamer: str) -> None:
    assert to_streamer_symbol(symbol, today=TODAY) == streamer


def test_a_candle_of_a_future_takes_the_exchange_too() -> None:
    assert to_streamer_symbol("/ESZ6{=5m}", today=TODAY, exchange="XCME") == "/ESZ26:XCME{=5m}"


@pytest.mark.parametrize(
    ("symbol", "why"),
    [
        ("", "not a symbol"),
        ("spy", "not a symbol: 'spy' .*in capitals"),
        ("$SPX", "not a symbol"),
        ("SPY\n", "not a symbol"),
        ("SPY\N{ARABIC-INDIC DIGIT FIVE}", "not a symbol"),
        ("ETH/BTC", "not a symbol"),
        ("SPY250117C500", "not a symbol"),
        ("ESZ6", "looks like a future without its slash .expected like /ESZ6"),
        ("EUR/USD", "pair of currencies: take its streamer symbol from /instruments/currency-pairs"),
        (" SPY", "not an OCC symbol"),
        ("SPY 250117C00500000", "not an OCC symbol.*expected 21 characters"),
        ("SPY   250117c00500000", "not an OCC symbol"),
        ("SPY   250229C00500000", "no such day: 250229"),
        (".SPY250117C", "not a streamer option symbol"),
        (".spy250117C500", "not a streamer option symbol"),
        ("/ES", "not a future symbol"),
        ("/ESZ6", "needs its exchange .streamer-exchange-code, like XCME"),
        ("./ESU6 E1AN6 260706P6260", "needs its exchange"),
        ("./ESU6 E1AN6 260732P6260", "no such day: 260732"),
        ("./ES E1AN6 260706P6260", "not a future option symbol"),
        ("BTC/USD:XXXX", "not a streamer cryptocurrency symbol"),
        ("SPY{=5q}", "candle symbol 'SPY{=5q}' .expected one of"),
        ("SPY{=1m, tho=true}", "not a candle symbol"),
        ("{=d}", "not a symbol"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_why(symbol: str, why: str) -> None:
    with pytest.raises(SymbolError, match=why):
        to_streamer_symbol(symbol, today=TODAY)


def test_another_exchange_than_the_symbol_says_is_refused() -> None:
    with pytest.raises(SymbolError, match="is a symbol of XCME, not of XCBT"):
        to_streamer_symbol("/ESZ26:XCME", today=TODAY, exchange="XCBT")
    with pytest.raises(SymbolError, match="'SPY' is no future, so it takes no exchange"):
        to_streamer_symbol("SPY", today=TODAY, exchange="XCME")


@pytest.mark.parametrize(
    ("streamer", "why"),
    [
        ("/ESZ26:XCME", "says too little .*streamer_to_future"),
        ("./E1AN26P6260:XCME", "says too little .*streamer_to_future_option"),
        ("SPY{=d}", "tastytrade has no symbol"),
        ("AAPL&Q", "tastytrade has no symbol"),
        (".NDX250117C100000", "has no OCC symbol"),
        ("spy", "in capitals"),
        ("", "not a symbol"),
    ],
)
def test_the_way_back_is_refused_where_the_text_says_too_little(streamer: str, why: str) -> None:
    with pytest.raises(SymbolError, match=why):
        from_streamer_symbol(streamer)
