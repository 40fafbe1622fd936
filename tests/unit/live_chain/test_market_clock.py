from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.models import Option, OptionType
from tastytrade.live_chain.market_clock import MarketClock, ends_ns
from tests.unit.instruments.options import FIRST, pairs

SECOND = 1_000_000_000


def trades(*times_ms: int, received_ns: int) -> EventBatch[Trade]:
    return EventBatch.from_events([Trade("SPX", time=time) for time in times_ms], received_ns=received_ns)


def utc(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * SECOND  # type: ignore[misc,arg-type]  # year, month, ...


def test_a_real_markets_time_is_that_of_receipt() -> None:
    clock = MarketClock(is_simulated=False)
    clock.hear(trades(99_000, received_ns=5 * SECOND))

    assert clock.moment(7 * SECOND) == 7 * SECOND


def test_before_anything_was_received_there_is_no_time() -> None:
    assert MarketClock(is_simulated=False).moment(0) is None
    assert MarketClock(is_simulated=True).moment(5 * SECOND) is None


def test_a_simulated_markets_time_is_that_of_its_newest_event_and_goes_on() -> None:
    clock = MarketClock(is_simulated=True)
    clock.hear(trades(99_000, 98_000, received_ns=5 * SECOND))
    clock.hear(trades(50_000, received_ns=6 * SECOND))
    clock.hear(trades(0, received_ns=6 * SECOND))
    clock.hear(EventBatch(Quote, {"eventSymbol": ["SPX"]}, received_ns=6 * SECOND))

    assert clock.moment(7 * SECOND) == 101 * SECOND


def test_an_event_happened_when_it_says_and_not_after_it_was_received() -> None:
    clock = MarketClock(is_simulated=False)

    assert clock.happened(3_000, received_ns=5 * SECOND) == 3 * SECOND
    assert clock.happened(9_000, received_ns=5 * SECOND) == 5 * SECOND
    assert clock.happened(0, received_ns=5 * SECOND) == 5 * SECOND


def test_an_event_of_a_simulated_market_happened_when_it_would_have_been_received() -> None:
    clock = MarketClock(is_simulated=True)
    clock.hear(trades(99_000, received_ns=5 * SECOND))

    assert clock.happened(97_000, received_ns=6 * SECOND) == 3 * SECOND


def test_options_are_over_when_the_service_says() -> None:
    assert ends_ns(Expiration(pairs([5900], day=FIRST))) == utc(2025, 1, 10, 21)


@pytest.mark.parametrize(
    ("day", "settlement", "expected"),
    [
        (date(2025, 1, 10), "PM", utc(2025, 1, 10, 21)),
        (date(2025, 7, 10), None, utc(2025, 7, 10, 20)),
        (date(2025, 1, 17), "AM", utc(2025, 1, 17, 14, 30)),
    ],
)
def test_where_it_does_not_say_it_is_new_yorks_close_or_open(
    day: date, settlement: str | None, expected: int
) -> None:
    bare = Option(
        symbol="x",
        root_symbol="SPX",
        expiration_date=day,
        strike_price=Decimal(5900),
        option_type=OptionType.CALL,
        settlement_type=settlement,
    )

    assert ends_ns(Expiration([bare])) == expected
