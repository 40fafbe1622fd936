from datetime import UTC, date, datetime
from typing import Any

import pytest

from tastytrade.errors import ConfigurationError, ServiceUnavailable
from tastytrade.instruments import SymbolMatch, search_instruments, search_symbols
from tests.unit.rest.recorded import recorded
from tests.unit.rest.runner import Blocking, items

MATCH = {
    "symbol": "AAPL",
    "description": "Apple Inc.",
    "listed-market": "XNAS",
    "price-increments": "$0.01",
    "trading-hours": "9:30-16:00",
    "options": True,
    "instrument-type": "Equity",
}


def test_symbols_are_found_by_a_part_of_them() -> None:
    session = Blocking(items(MATCH))

    assert search_symbols(session, "A/A P") == [
        SymbolMatch(
            symbol="AAPL",
            description="Apple Inc.",
            instrument_type="Equity",
            listed_market="XNAS",
            price_increments="$0.01",
            trading_hours="9:30-16:00",
            options=True,
        )
    ]
    assert session.targets == ["/symbols/search/A%2FA%20P"]


@pytest.mark.parametrize("answer", [404, items()])
def test_nothing_found_is_an_empty_list(answer: Any) -> None:
    assert search_symbols(Blocking(answer), "ZZZZ") == []


def test_a_service_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ServiceUnavailable):
        search_symbols(Blocking(502), "AAP")


def test_the_recorded_instruments_are_read() -> None:
    session = Blocking({"data": recorded("/instruments/search")})
    crude = search_instruments(session, "August 2027")[0]

    assert (crude.symbol, crude.instrument_type, crude.exchange) == ("/CLQ7", "Future", "CME")
    assert crude.stops_trading_at == datetime(2027, 7, 20, 18, 30, tzinfo=UTC)
    assert session.targets == ["/instruments/search?query=August%202027&limit=25"]


def test_a_search_can_be_narrowed() -> None:
    session = Blocking(items())
    search_instruments(
        session,
        "corn",
        categories=["a"],
        exchanges=["CME", "CFE"],
        instrument_types=iter(["Future"]),
        from_date=date(2026, 1, 1),
        limit=100,
    )

    assert session.targets == [
        "/instruments/search?query=corn&category=a&exchange=CME%2CCFE&type=Future&from-date=2026-01-01&limit=100"
    ]


@pytest.mark.parametrize(
    "arguments", [{"limit": 0}, {"limit": 101}, {"exchanges": "CME"}, {"categories": [""]}, {"query": ""}]
)
def test_what_cannot_be_searched_for_is_refused(arguments: Any) -> None:
    with pytest.raises(ConfigurationError):
        search_instruments.call(**{"query": "corn"} | arguments)
