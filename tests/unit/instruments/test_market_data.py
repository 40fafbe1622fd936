from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tastytrade.errors import SymbolError
from tastytrade.instruments import MarketData, get_market_data
from tests.unit.rest.recorded import SAMPLES
from tests.unit.rest.runner import Blocking, items

CRYPTO, INDEX = (one["body"] for one in SAMPLES if one["path"].startswith("/market-data/by-type"))


def data(symbol: str, kind: str) -> dict[str, str]:
    return {"symbol": symbol, "instrument-type": kind}


def test_a_recorded_answer_is_read_in_the_order_asked() -> None:
    session = Blocking(CRYPTO)
    found = get_market_data(session, cryptocurrencies=["BTC/USD"], equities=["TSLA", "AAPL", "NOPE"])
    tesla, apple, bitcoin = found

    assert [tesla.symbol, apple.symbol, bitcoin.symbol] == ["TSLA", "AAPL", "BTC/USD"]
    assert apple.bid == Decimal("210.55")
    assert apple.updated_at == datetime(2025, 4, 29, 21, 33, 25, 535000, tzinfo=UTC)
    assert (apple.close, apple.close_price_type) == (Decimal("211.21"), "Final")
    assert (apple.summary_date, apple.is_trading_halted) == (date(2025, 4, 29), False)
    assert apple.volume == Decimal("35348839.0")
    assert (bitcoin.volume, bitcoin.close) == (None, None)
    assert session.targets == [
        "/market-data/by-type?equity=TSLA&equity=AAPL&equity=NOPE&cryptocurrency=BTC%2FUSD"
    ]


def test_an_index_has_no_quote() -> None:
    apple, spx, vix = get_market_data(Blocking({"data": INDEX}), equities=["AAPL", "SPX"], indices=["VIX"])

    assert (vix.symbol, vix.instrument_type, vix.bid, vix.ask_size) == ("VIX", "Index", None, Decimal("0.0"))
    assert (spx.instrument_type, spx.beta) == ("Equity", Decimal("1.0"))
    assert apple.volume_ext == Decimal("320856.448488")


def test_no_halt_is_no_time() -> None:
    apple = get_market_data(Blocking(CRYPTO), equities=["AAPL"])[0]
    halted = get_market_data(
        Blocking(items(data("X", "Equity") | {"halt-start-time": 7, "halt-end-time": -1})), equities=["X"]
    )

    assert (apple.halt_start_time, apple.halt_end_time) == (None, None)
    assert (halted[0].halt_start_time, halted[0].halt_end_time) == (7, None)


def test_a_number_that_is_none_is_not_available() -> None:
    item: dict[str, Any] = data("X", "Equity") | {"bid": "NaN", "ask": "Infinity", "mid": "1.50"}
    (found,) = get_market_data(Blocking(items(item)), equities=["X"])

    assert (found.bid, found.ask, found.mid) == (None, None, Decimal("1.50"))


def test_every_type_is_asked_for_under_its_own_name() -> None:
    session = Blocking(items())
    get_market_data(
        session,
        equities=["A"],
        indices=["B"],
        options=["AAPL  260612C00110000"],
        futures=["/ESZ6"],
        future_options=iter(["./ESU6 E1AN6 260706P6260"]),
        cryptocurrencies=("BTC/USD",),
    )

    assert session.targets == [
        "/market-data/by-type?equity=A&index=B&equity-option=AAPL%20%20260612C00110000&future=%2FESZ6"
        "&future-option=.%2FESU6%20E1AN6%20260706P6260&cryptocurrency=BTC%2FUSD"
    ]


def test_a_symbol_asked_as_two_types_comes_twice() -> None:
    session = Blocking(items(data("SPX", "Index"), data("SPX", "Equity")))
    found = get_market_data(session, equities=["SPX"], indices=["SPX"])

    assert [one.instrument_type for one in found] == ["Equity", "Index"]


def test_more_than_a_hundred_symbols_of_all_types_are_asked_for_in_parts() -> None:
    session = Blocking(items(data("E2", "Equity")), items(data("I0", "Index"), data("E119", "Equity")))
    found = get_market_data(
        session, equities=[f"E{n}" for n in range(120)], indices=[f"I{n}" for n in range(30)]
    )

    assert [one.symbol for one in found] == ["E2", "E119", "I0"]
    assert [target.count("=") for target in session.targets] == [100, 50]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "was asked for nothing"),
        ({"equities": [], "futures": ()}, "was asked for nothing"),
        ({"equities": "SPX"}, r"for one symbol write \['SPX'\]"),
        ({"equities": ["SPX"], "indices": ""}, "for one symbol write"),
        ({"options": [""]}, "not a symbol"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(arguments: Any, text: str) -> None:
    with pytest.raises(SymbolError, match=text):
        get_market_data.call(**arguments)


def test_what_is_unknown_is_none() -> None:
    known = MarketData(symbol="X")

    assert {getattr(known, name) for name in known.__struct_fields__ if name != "symbol"} == {None}
