"""The feed of a simulated market, driven by numbers instead of a clock."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from tastytrade.dxfeed import Candle, EventFlags
from tastytrade.dxfeed.index import index_of
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.simulator.feed import Feed
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market

TODAY = date(2025, 1, 13)


class Client:
    """A connection to a simulated market whose clock is ``elapsed``."""

    def __init__(self, *, seed: int = 1, rate: int | None = None, **options: Any) -> None:
        self.elapsed = 0.0
        self.market = Market(Listing(TODAY), seed=seed)
        switches = {"wants_token": False, **options}
        self.server = ServerProtocol(lambda _token: "u", ServerOptions(**switches), now=0.0)
        self.feed = Feed(self.market, self.server, rate=rate)
        self.text: list[bytes] = []
        self.say("SETUP", 0, version="x")

    def say(self, kind: str, channel: int, **rest: Any) -> None:
        message = msgspec.json.encode({"type": kind, "channel": channel, **rest})
        self.feed.apply(self.server.receive(message, now=self.elapsed), self.elapsed)

    def want(self, contract: str, kind: str, *symbols: str, channel: int = 1, **rest: Any) -> None:
        self.say("CHANNEL_REQUEST", channel, service="FEED", parameters={"contract": contract})
        self.say("FEED_SETUP", channel, acceptDataFormat="COMPACT", acceptAggregationPeriod=0.1)
        add = [{"type": kind, "symbol": symbol, **rest} for symbol in symbols]
        self.say("FEED_SUBSCRIPTION", channel, add=add)

    def run(self, seconds: float, step: float = 0.05) -> None:
        end = self.elapsed + seconds
        while self.elapsed < end:
            self.elapsed += step
            self.feed.pump(self.elapsed)
        self.read()

    def read(self) -> list[dict[str, Any]]:
        said = self.server.data_to_send(self.elapsed)
        self.text += said
        return [msgspec.json.decode(text) for text in said]

    def rows(self) -> list[dict[str, Any]]:
        """Every row that was sent, by column name."""
        self.read()
        fields: dict[str, list[str]] = {}
        rows = []
        for message in map(msgspec.json.decode, self.text):
            fields |= message.get("eventFields", {})
            data = message.get("data", [])
            for kind, values in zip(data[::2], data[1::2], strict=True):
                columns = fields[kind]
                starts = range(0, len(values), len(columns))
                rows += [dict(zip(columns, values[at : at + len(columns)], strict=True)) for at in starts]
        return rows


def test_the_same_seed_and_clock_send_the_same_bytes() -> None:
    sent = []
    for seed in (3, 3, 4):
        client = Client(seed=seed)
        client.want("TICKER", "Quote", "SPX", "NVDA", ".SPXW250113C5915", "BTC/USD:CXTALP")
        client.want("STREAM", "TimeAndSale", "SPY", channel=3)
        client.want("HISTORY", "Candle", "SPY{=m}", channel=5, fromTime=client.market.start_ms - 3_600_000)
        client.run(20.0)
        sent.append(client.text)

    assert sent[0] == sent[1]
    assert sent[0] != sent[2]


def test_a_last_value_comes_at_once_and_moves_from_then_on() -> None:
    client = Client()
    client.want("TICKER", "Quote", "NVDA")
    at_once = client.rows()
    client.run(30.0)

    assert [row["eventSymbol"] for row in at_once] == ["NVDA"]
    assert len({row["bidPrice"] for row in client.rows()}) > 2


def test_one_batch_of_last_values_has_a_symbol_once() -> None:
    client = Client()
    client.want("TICKER", "Quote", "NVDA", "SPY", "AAPL")
    client.run(10.0)
    frames = [message["data"] for message in map(msgspec.json.decode, client.text) if "data" in message]
    width = len(client.server.channels[1].columns("Quote"))

    for _, values in frames:
        symbols = values[1::width]
        assert len(symbols) == len(set(symbols))


def test_prints_have_no_first_value_and_none_is_lost_or_repeated() -> None:
    client = Client()
    client.want("STREAM", "TimeAndSale", "SPY")
    before = client.rows()
    client.run(30.0)
    indexes = [row["index"] for row in client.rows()]
    told = client.market.prints(["SPY"], client.market.start_ms, client.market.time_at(client.elapsed))

    assert before == []
    assert told is not None
    assert indexes == told.columns["index"][: len(indexes)]
    assert len(told) - len(indexes) <= 3
    assert all(before < after for before, after in pairwise(indexes))


def test_symbols_that_are_unknown_or_have_no_such_event_stay_silent() -> None:
    client = Client()
    client.want("TICKER", "Greeks", "SPX", "NOSUCH", ".NOSUCH250113C1", "SPX{=")
    client.run(20.0)

    assert client.rows() == []


def history(client: Client, **rest: Any) -> list[dict[str, Any]]:
    client.want("HISTORY", "Candle", "SPY{=1d}", **rest)
    return client.rows()


def test_a_history_begins_with_the_newest_and_ends_with_a_synthetic_row_at_its_start() -> None:
    start = 1_733_100_000_000  # in the middle of a day
    rows = history(Client(), fromTime=start)
    flags = [EventFlags(row["eventFlags"]) for row in rows]
    times = [row["time"] for row in rows]

    assert flags[0] == EventFlags.SNAPSHOT_BEGIN
    assert set(flags[1:-1]) == {EventFlags(0)}
    assert flags[-1] == EventFlags.SNAPSHOT_END | EventFlags.REMOVE_EVENT
    assert times == sorted(times, reverse=True)
    assert (rows[-1]["time"], rows[-1]["index"], rows[-1]["close"]) == (start, index_of(start), "NaN")
    assert {row["eventSymbol"] for row in rows} == {"SPY{=d}"}


def test_a_history_whose_start_is_an_event_ends_with_that_event() -> None:
    first = history(Client(), fromTime=1_733_100_000_000)[-2]["time"]
    rows = history(Client(), fromTime=first)

    assert rows[-1]["eventFlags"] == EventFlags.SNAPSHOT_END
    assert rows[-1]["time"] == first
    assert rows[-1]["close"] > 0


def test_a_history_without_events_is_the_explicit_empty_snapshot() -> None:
    (row,) = history(Client(), fromTime=1_900_000_000_000)

    assert row["eventFlags"] == 0x0E


def test_auto_can_hide_a_candle_history_as_it_has_been_seen_to() -> None:
    client = Client(auto_candle_history=False)
    client.want("AUTO", "Candle", "SPY{=1d}", fromTime=0)

    assert [row["eventFlags"] for row in client.rows()] == [0x0E]


def test_a_history_over_the_limit_is_snipped_where_it_was_cut() -> None:
    client = Client()
    client.want("HISTORY", "Candle", "SPY{=m}", fromTime=0)
    rows = client.rows()

    assert len(rows) == 8000
    assert rows[-1]["eventFlags"] == EventFlags.SNAPSHOT_SNIP


def test_the_current_candle_is_updated_and_a_closed_one_is_sent_as_it_closed() -> None:
    client = Client()
    client.want("HISTORY", "Candle", "SPY{=m}", fromTime=client.market.start_ms - 600_000)
    client.run(130.0, step=0.5)
    start = client.market.start_ms - 600_000
    now = client.market.time_at(client.elapsed)
    told, _ = client.market.history(Candle, "SPY{=m}", start, now)
    latest = {row["index"]: row for row in client.rows() if not row["eventFlags"] & EventFlags.REMOVE_EVENT}

    assert told is not None
    closed = dict(zip(told.columns["index"][:-1], told.columns["close"][:-1], strict=True))
    assert {index: latest[index]["close"] for index in closed} == closed


@pytest.mark.parametrize("symbols", [["SPY"], ["SPX", "SPY", "NVDA", "AAPL"]])
def test_under_load_so_many_events_come_as_were_asked_for(symbols: list[str]) -> None:
    client = Client(rate=2000)
    client.want("TICKER", "Quote", *symbols)
    client.run(5.0)

    assert len(client.rows()) == pytest.approx(10_000, rel=0.02)


def test_under_load_a_symbol_without_such_events_takes_no_share() -> None:
    client = Client(rate=1000)
    client.want("TICKER", "Greeks", "SPX", "SPY", ".SPXW250113C5830")
    client.run(5.0)
    rows = client.rows()

    assert len(rows) == pytest.approx(5000, rel=0.02)
    assert {row["eventSymbol"] for row in rows} == {".SPXW250113C5830"}


@pytest.mark.parametrize("mixed", [True, False])
def test_types_share_a_frame_only_when_told_to(mixed: bool) -> None:
    client = Client(mixed_types=mixed)
    client.want("TICKER", "Quote", "SPY", "NVDA")
    client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Trade", "symbol": "SPY"}])
    client.run(20.0)
    frames = [message["data"] for message in map(msgspec.json.decode, client.text) if "data" in message]

    assert any(len(data) > 2 for data in frames) is mixed
    assert {row["eventSymbol"] for row in client.rows()} == {"SPY", "NVDA"}


def test_what_a_subscription_began_with_is_not_told_again() -> None:
    """It comes in the middle of an aggregation period, and the market has moved in the first half of it."""
    client = Client()
    client.want("TICKER", "Trade", "QQQ", channel=1)
    client.want("STREAM", "TimeAndSale", "QQQ", channel=3)
    client.want("HISTORY", "TimeAndSale", "QQQ", channel=5, fromTime=client.market.start_ms)
    for channel in (1, 3, 5):
        client.say("FEED_SETUP", channel, acceptAggregationPeriod=60)
    client.run(50.0)
    wanted_ms = client.market.time_at(client.elapsed)
    for channel, kind in ((1, "Trade"), (3, "TimeAndSale"), (5, "TimeAndSale")):
        entry = {"type": kind, "symbol": "SPY", "fromTime": client.market.start_ms}
        client.say("FEED_SUBSCRIPTION", channel, add=[entry])
    client.run(61.0)
    told: dict[int, list[dict[str, Any]]] = {1: [], 3: [], 5: []}
    for message in map(msgspec.json.decode, client.text):
        for kind, values in zip(*[iter(message.get("data", []))] * 2, strict=True):
            columns = client.server.channels[message["channel"]].columns(kind)
            rows = [
                dict(zip(columns, values[at : at + len(columns)], strict=True))
                for at in range(0, len(values), len(columns))
            ]
            told[message["channel"]] += [row for row in rows if row["eventSymbol"] == "SPY"]
    volumes = [row["dayVolume"] for row in told[1]]
    history = [row["index"] for row in told[5]]

    assert len(volumes) == len(set(volumes)) >= 2
    assert len(history) == len(set(history)) > 50
    assert min(row["time"] for row in told[3]) > wanted_ms


def test_what_happened_while_nobody_was_authorized_is_not_delivered_later() -> None:
    client = Client(wants_token=True)
    client.say("AUTH", 0, token="t")
    client.want("STREAM", "TimeAndSale", "SPY")
    client.run(5.0)
    before = client.rows()
    client.server.expire_token()
    client.run(20.0)
    since_ms = client.market.time_at(client.elapsed)
    client.say("AUTH", 0, token="t")
    client.run(5.0)
    after = client.rows()[len(before) :]

    assert before
    assert after
    assert min(row["time"] for row in after) > since_ms - 100


def test_a_snapshot_has_so_many_rows_and_says_that_it_was_cut() -> None:
    client = Client(history_limit=3)
    client.want("HISTORY", "Candle", "SPY{=m}", fromTime=client.market.start_ms - 3_600_000)

    assert [row["eventFlags"] for row in client.rows()] == [4, 0, 16]
