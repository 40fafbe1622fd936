"""What channels get of a market that has everything one by one: a recording."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tastytrade.dxfeed import Event, EventFlags, TimeAndSale, field_names
from tastytrade.dxlink.server import Close, ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.simulator import recorded_market
from tastytrade.simulator.feed import Feed
from tastytrade.simulator.recorded_market import RecordedMarket
from tests.unit.simulator.recording import BEGAN_MS, ListRecording, candle, play, quote, received, sale
from tests.unit.simulator.test_feed import Client

BEGIN, END = int(EventFlags.SNAPSHOT_BEGIN), int(EventFlags.SNAPSHOT_END)
SNIP, REMOVE = int(EventFlags.SNAPSHOT_SNIP), int(EventFlags.REMOVE_EVENT)
MIXED = [
    received(at, sale(symbol, at)) if at % 3 else received(at, quote(symbol, at))
    for at in range(1, 3000)
    for symbol in ("SPX", "SPY", "QQQ")
]


class Player(Client):
    """A connection to a recording that is played"""

    def __init__(self, market: RecordedMarket, **options: Any) -> None:
        self.elapsed = 0.0
        self.played = market
        self.server = ServerProtocol(lambda _token: "u", ServerOptions(wants_token=False, **options), now=0.0)
        self.feed = Feed(market, self.server)
        self.text: list[bytes] = []
        self.say("SETUP", 0, version="x")

    def run(self, seconds: float, step: float = 0.05) -> None:
        end = self.elapsed + seconds
        while self.elapsed < end:
            self.elapsed += step
            play(self.played, self.elapsed, since=self.elapsed - step)
            self.feed.pump(self.elapsed)
        self.read()

    def run_out(self) -> None:
        while not self.played.is_over:
            self.run(0.1)
        self.run(1.0)


def played(*records: Any, **options: Any) -> RecordedMarket:
    return RecordedMarket(ListRecording(records), **options)


def shown(events: list[Event], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(event, field) for field in fields) for event in events]


@pytest.mark.parametrize("period", [0.0, 0.1, 2.5])
def test_a_stream_has_every_event_of_every_type_once_and_in_the_recorded_order(period: float) -> None:
    with played(*MIXED) as market:
        client = Player(market)
        client.want("STREAM", "TimeAndSale", "SPX", "SPY")
        client.say("FEED_SETUP", 1, acceptAggregationPeriod=period)
        client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Quote", "symbol": "SPX"}])
        client.run_out()
        client.run(period + 1)
    rows = [
        (row["eventType"], row["eventSymbol"], row.get("price", row.get("bidPrice"))) for row in client.rows()
    ]

    assert rows == [
        (type(event).__name__, event.eventSymbol, getattr(event, "price", getattr(event, "bidPrice", None)))
        for batch in MIXED
        for event in batch
        if event.eventSymbol == "SPX" or (event.eventSymbol == "SPY" and isinstance(event, TimeAndSale))
    ]


def test_every_recorded_value_is_the_one_that_is_sent() -> None:
    nan = float("nan")
    event = TimeAndSale(
        "SPX",
        eventTime=5,
        index=(1 << 62) + 1,
        time=7,
        price=nan,
        size=float("inf"),
        buyer=None,
        type="STRANGE",
    )
    with played(received(0, event)) as market:
        client = Player(market)
        client.want("STREAM", "TimeAndSale", "SPX")
        client.run_out()
    (row,) = client.rows()

    assert (row["price"], row["size"], row["buyer"], row["type"]) == ("NaN", "Infinity", None, "STRANGE")
    assert (row["eventTime"], row["index"]) == (5, (1 << 62) + 1)
    assert set(field_names(TimeAndSale)) <= set(row)


def test_last_values_come_when_there_are_some_and_are_conflated() -> None:
    with played(
        received(300, quote("SPX", 1)), received(301, quote("SPX", 2)), received(900, quote("SPX", 3))
    ) as market:
        client = Player(market)
        client.want("TICKER", "Quote", "SPX", "SPY")
        at_once = client.rows()
        client.run_out()

    assert at_once == []
    assert [row["bidPrice"] for row in client.rows()] == [2.0, 3.0]


def test_who_comes_later_gets_the_current_value_and_streams_from_then_on() -> None:
    with played(*(received(at, quote("SPX", at)) for at in range(3000))) as market:
        first, second = Player(market), Player(market)
        first.want("STREAM", "Quote", "SPX")
        first.run(2.0)
        second.elapsed = first.elapsed
        second.want("TICKER", "Quote", "SPX", channel=1)
        (current,) = second.rows()
        second.want("STREAM", "Quote", "SPX", channel=3)
        before = len(second.rows())
        second.say("FEED_SUBSCRIPTION", 1, remove=[{"type": "Quote", "symbol": "SPX"}])
        second.run_out()
    streamed = [row["bidPrice"] for row in second.rows()[before:]]

    assert current["bidPrice"] > 0
    assert streamed == [float(at) for at in range(int(current["bidPrice"]) + 1, 3000)]


def test_a_history_waits_for_its_recorded_snapshot_and_goes_on_from_there() -> None:
    name = "SPX{=m}"
    snapshot = [candle(name, 180_000, 3.0, BEGIN), candle(name, 120_000, 2.0), candle(name, 60_000, 1.0, END)]
    updates = [candle(name, 180_000, 3.5), candle(name, 240_000, 4.0), candle(name, 0, 0.5)]
    records = [received(100 * at, row) for at, row in enumerate([*snapshot, *updates])]
    with played(*records) as market:
        client = Player(market)
        client.want("HISTORY", "Candle", name, fromTime=60_000)
        at_once = client.rows()
        client.run_out()

    assert at_once == []
    assert [(row["close"], row["eventFlags"]) for row in client.rows()] == [
        (3.0, BEGIN),
        (2.0, 0),
        (1.0, END),
        (3.5, 0),
        (4.0, 0),
    ]


def test_a_history_that_begins_before_the_recording_is_snipped() -> None:
    with played(
        received(0, sale("SPX", 1)), received(1, sale("SPX", 2)), received(9000, sale("SPX", 3))
    ) as market:
        client = Player(market)
        client.want("HISTORY", "TimeAndSale", "SPX", fromTime=BEGAN_MS - 60_000)
        client.run_out()

    assert [(row["price"], row["eventFlags"]) for row in client.rows()] == [
        (2.0, BEGIN),
        (1.0, SNIP),
        (3.0, 0),
    ]


def test_a_history_does_not_wait_for_ever_for_what_may_come() -> None:
    with played(received(0, quote("SPX", 1)), received(60_000, sale("SPX", 3))) as market:
        client = Player(market)
        client.want("HISTORY", "TimeAndSale", "SPX", fromTime=BEGAN_MS)
        client.run(5.0)
        empty = client.rows()
        client.run_out()

    assert [row["eventFlags"] for row in empty] == [BEGIN | END | REMOVE]
    assert [(row["price"], row["eventFlags"]) for row in client.rows()[1:]] == [(3.0, 0)]


def test_who_fell_behind_is_not_served_as_if_nothing_were_missing() -> None:
    count = recorded_market.ROWS_KEPT // 1000 + 2
    many = [sale("SPX", number) for number in range(1000)]
    with played(*(received(at, *many) for at in range(count)), speed=1000) as market:
        client = Player(market)
        client.want("STREAM", "TimeAndSale", "SPX")
        client.say("FEED_SETUP", 1, acceptAggregationPeriod=30)
        while not market.is_over:
            client.run(0.5)
        client.run(31.0)

    assert client.server.closing == Close(1011, "fell behind")
    assert msgspec.json.encode(client.rows()) == b"[]"
