"""Values, symbols and times that servers send: D1 to D7, D13 and D15 to D17 of the fault catalogue."""

from __future__ import annotations

import json
from math import copysign, inf, isnan
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastytrade import Candle, Quote, Trade
from tastytrade.dxfeed import Event, EventBatch, Order, Summary, TimeAndSale
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.compact import decode_data
from tastytrade.dxlink.encoding import encode_compact
from tastytrade.dxlink.messages import Contract
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.catalogue.reading import events_until, feed, records_until, values_of
from tests.integration.waiting import until

WIRE = [("NaN", "nan"), ("Infinity", inf), ("-Infinity", -inf), (None, "nan"), (0, 0.0), (-0.0, -0.0)]


async def one_row(link: Link, event: Event, **changes: Any) -> None:
    """One event as it would be sent, but for some fields, whose values go over the wire as they are."""
    name = type(event).__name__
    contract = Contract.STREAM if isinstance(event, TimeAndSale) else Contract.TICKER
    columns = link.protocol.channels[link.number(contract)].columns(name)
    values = dict(zip(columns, link.row(event), strict=True)) | changes
    await link.say_data(name, [values[column] for column in columns], contract=contract)


@pytest.mark.parametrize(("value", "expected"), WIRE)
async def test_d1_what_is_no_number_is_none_afterwards_and_costs_no_row(value: Any, expected: Any) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await one_row(link, Quote("SPY", bidPrice=1.0, askPrice=2.0), bidPrice=value)
        (event,) = await events_until(quotes, 1)

    assert event.askPrice == 2.0
    if expected == "nan":
        assert isnan(event.bidPrice)
    else:
        assert (event.bidPrice, copysign(1, event.bidPrice)) == (expected, copysign(1, expected))


async def test_d1_what_is_missing_is_not_zero() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.say_data({"eventType": "Quote", "eventSymbol": "SPY", "askPrice": 2.0})
        (event,) = await events_until(quotes, 1)

    assert (isnan(event.bidPrice), isnan(event.bidSize), event.askPrice) == (True, True, 2.0)


async def test_d1_an_empty_text_in_place_of_a_number_is_kept_aside_as_it_came() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await one_row(link, Quote("SPY", askPrice=2.0), bidPrice="")
        await link.give(Quote("SPY", bidPrice=7.0))
        events = await events_until(quotes, 1)
        (bad,) = streamer.ledger().last_quarantined

    assert values_of(events, "bidPrice") == [7.0]
    assert bad.reason == "bidPrice cannot be ''"
    assert bad.raw["askPrice"] == 2.0


EDGES = [1e308, -1e308, 5e-324, -1.5, 0.1 + 0.2, 2**53 + 1.0, 1 / 3]
INDEXES = [2**53 + 1, 2**63 - 1, -(2**63), 0, -1]


async def test_d2_numbers_at_the_edges_come_through_unchanged() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await until(lambda: len(link.subscribed) == 2)
        await link.give(*(Quote("SPY", bidPrice=value, bidSize=value) for value in EDGES))
        await link.give(*(TimeAndSale("SPY", index=index) for index in INDEXES))
        events, sold = await events_until(quotes, len(EDGES)), await events_until(prints, len(INDEXES))

    assert values_of(events, "bidPrice") == EDGES
    assert values_of(events, "bidSize") == EDGES
    assert values_of(sold, "index") == INDEXES


@given(
    price=st.floats(),
    size=st.floats(allow_nan=False),
    index=st.integers(-(2**63), 2**63 - 1),
    symbol=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)
def test_d2_every_double_and_every_64_bit_integer_survives_the_wire(
    price: float, size: float, index: int, symbol: str
) -> None:
    event = TimeAndSale(symbol, index=index, price=price, size=size)
    columns = {"TimeAndSale": ("eventSymbol", "index", "price", "size")}
    text = encode_compact([EventBatch.from_events([event])], columns)
    (batch,) = decode_data(msgspec.json.decode(text), columns).batches
    found: Any = next(iter(batch))

    assert (found.eventSymbol, found.index, found.size) == (symbol, index, size)
    assert found.price == price or (isnan(found.price) and isnan(price))
    assert copysign(1, found.size) == copysign(1, size)


async def test_d3_fractions_are_sizes_volumes_and_open_interest_too() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        events = streamer.subscribe([Quote, Trade, Summary, Candle], ["SPY"])
        link = await (await server.link()).wants("SPY")
        await until(lambda: len(link.subscribed) == 4)
        await one_row(link, Quote("SPY"), bidSize=0.25)
        await one_row(link, Trade("SPY"), size=0.5, dayVolume=123.456)
        await one_row(link, Summary("SPY"), openInterest=10.5, prevDayVolume=1.5)
        quote, trade, summary = await events_until(events, 3)
        quarantined = streamer.ledger().quarantined

    assert (quote.bidSize, trade.size, trade.dayVolume) == (0.25, 0.5, 123.456)
    assert (summary.openInterest, summary.prevDayVolume) == (10.5, 1.5)
    assert quarantined == {}


@pytest.mark.parametrize("wrong", ["many", True, [1.0], {"a": 1}, "1.5"])
async def test_d4_a_value_of_a_wrong_type_costs_its_row_and_no_other(wrong: Any) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        good, bad = link.row(Quote("SPY", bidPrice=1.0)), link.row(Quote("SPY", bidPrice=2.0))
        bad[bad.index(2.0)] = wrong
        await link.say_data("Quote", [*good, *bad, *good])
        events = await events_until(quotes, 2)
        ledger = streamer.ledger()

    assert values_of(events, "bidPrice") == [1.0, 1.0]
    assert (ledger.received, ledger.quarantined) == ({"Quote": 3}, {"Quote": 1})
    assert ledger.last_quarantined[0].reason == f"bidPrice cannot be {wrong!r}"
    (gap,) = quotes.gaps
    assert (gap.reason, gap.scope, gap.lost_count) == (GapReason.DECODE_ERROR, GapScope.TYPE, 1)


async def test_d5_crossed_and_locked_quotes_and_bids_of_nothing_are_delivered() -> None:
    pairs = [(2.0, 1.0), (1.0, 1.0), (0.0, 1.0), (-1.0, 0.0)]
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(*(Quote("SPY", bidPrice=bid, askPrice=ask) for bid, ask in pairs))
        events = await events_until(quotes, len(pairs))

    assert [(event.bidPrice, event.askPrice) for event in events] == pairs


async def trades_at(times: list[int]) -> list[EventBatch[Any]]:
    """What a reader gets of trades with these times, each in a message of its own."""
    async with FeedServer() as server, feed(server) as streamer:
        trades = streamer.subscribe(Trade, ["SPY"])
        link = await (await server.link()).wants("SPY")
        for price, moment in enumerate(times):
            await link.give(Trade("SPY", price=float(price), time=moment, sequence=0))
        records = await records_until(trades, lambda found: sum(map(len, batches_of(found))) == len(times))
    return batches_of(records)


def batches_of(records: list[EventBatch[Any] | Gap]) -> list[EventBatch[Any]]:
    return [record for record in records if isinstance(record, EventBatch)]


async def test_d6_where_the_server_gives_no_time_we_do() -> None:
    batches = await trades_at([0, 0, 0])

    numbers = [number for batch in batches for number in batch.numbers]
    received = [batch.received_ns for batch in batches]
    assert values_of([event for batch in batches for event in batch], "price") == [0.0, 1.0, 2.0]
    assert numbers == sorted(set(numbers))
    assert received == sorted(received)
    assert received[0] > 10**18


@pytest.mark.parametrize("times", [[3000, 2000, 1000], [5, 5, 5], [1, 2**62, 3]])
async def test_d7_whatever_times_say_the_order_is_that_of_coming(times: list[int]) -> None:
    events = [event for batch in await trades_at(times) for event in batch]

    assert values_of(events, "price") == [0.0, 1.0, 2.0]
    assert values_of(events, "time") == times


async def test_d13_corrections_and_indexes_out_of_order_are_kept_as_they_come() -> None:
    rows = [(5, "NEW"), (7, "NEW"), (6, "NEW"), (5, "CORRECTION"), (7, "CANCEL"), (5, "CORRECTION")]
    async with FeedServer() as server, feed(server) as streamer:
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        for index, kind in rows:
            await link.give(TimeAndSale("SPY", index=index, type=kind))
        events = await events_until(prints, len(rows))

    assert [(event.index, event.type) for event in events] == rows


SYMBOLS = [
    "ÄÖÜ-ß",
    "日経225",
    "\U0001f4c8",
    'quo"te',
    "back\\slash",
    "{curly}",
    "a b  c",
    "<script>",
    "a,b;c",
    "$SPX.X",
    "spy",
    "SPY",
    "x" * 10_000,
]


async def test_d15_symbols_of_any_text_go_there_and_come_back() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, SYMBOLS)
        link = await (await server.link()).wants(*SYMBOLS)
        await link.give(*(Quote(symbol, bidPrice=float(place)) for place, symbol in enumerate(SYMBOLS)))
        events = await events_until(quotes, len(SYMBOLS))

    assert values_of(events, "eventSymbol") == SYMBOLS
    assert values_of(events, "bidPrice") == [float(place) for place in range(len(SYMBOLS))]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), min_size=1, max_size=5))
def test_d15_any_symbol_survives_both_formats(symbols: list[str]) -> None:
    columns = {"Quote": ("eventSymbol", "bidPrice")}
    batch = EventBatch.from_events([Quote(symbol, bidPrice=1.0) for symbol in symbols])
    text = encode_compact([batch], columns)
    (found,) = decode_data(json.loads(text), columns).batches

    assert list(found.symbols) == symbols


@pytest.mark.parametrize(
    ("asked", "confirmed"),
    [("SPY{=1d}", "SPY{=d}"), ("SPY{tho=true,=5m}", "SPY{=5m,tho=true}"), ("SPY{=1m}", "SPY{=m}")],
)
async def test_d15_a_candle_symbol_that_the_server_writes_otherwise_is_the_same(
    asked: str, confirmed: str
) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        candles = streamer.subscribe(Candle, [asked], from_time=0)
        link = await (await server.link()).wants(confirmed)
        await link.give(Candle(confirmed, index=1, close=5.0), contract=Contract.HISTORY)
        (event,) = await events_until(candles, 1)

    assert (event.eventSymbol, event.close) == (confirmed, 5.0)


async def test_d16_symbols_of_which_nothing_comes_are_named() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe([Quote, Trade], ["SPY", "NOSUCH"])
        link = await (await server.link()).wants("SPY", "NOSUCH")
        await streamer.restored(timeout=2)
        before = streamer.unanswered()
        await link.give(Quote("SPY", bidPrice=1.0))
        await events_until(quotes, 1)
        after = streamer.unanswered()

    assert before == {"Quote": ["NOSUCH", "SPY"], "Trade": ["NOSUCH", "SPY"]}
    assert after == {"Quote": ["NOSUCH"], "Trade": ["NOSUCH", "SPY"]}


async def test_d17_of_two_starts_of_one_history_the_server_is_asked_for_the_earlier() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        late = streamer.subscribe(Candle, ["SPY{=d}"], from_time=2_000)
        early = streamer.subscribe(Candle, ["SPY{=d}"], from_time=1_000)
        link = await (await server.link()).wants("SPY{=d}")
        await link.give(Candle("SPY{=d}", index=1), contract=Contract.HISTORY)
        both = await events_until(late, 1), await events_until(early, 1)
        asked = link.entries(Contract.HISTORY)["SPY{=d}"].from_time
        early.close()
        late.close()
        await until(lambda: not link.subscribed)

    assert asked == 1_000
    assert both[0] == both[1]


async def test_d17_a_history_and_what_comes_live_are_two_streams_that_do_not_mix() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        live = streamer.subscribe(TimeAndSale, ["SPY"])
        history = streamer.subscribe(TimeAndSale, ["SPY"], from_time=0)
        link = await server.link()
        await until(lambda: {len(link.entries(one)) for one in (Contract.STREAM, Contract.HISTORY)} == {1})
        await link.give(TimeAndSale("SPY", index=1), contract=Contract.HISTORY)
        await link.give(TimeAndSale("SPY", index=2), contract=Contract.STREAM)
        await link.give(TimeAndSale("SPY", index=3), contract=Contract.HISTORY)
        await link.give(TimeAndSale("SPY", index=4), contract=Contract.STREAM)
        read = await events_until(live, 2), await events_until(history, 2)

    assert [values_of(events, "index") for events in read] == [[2, 4], [1, 3]]


async def test_d17_order_books_of_two_sources_do_not_mix() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        one = streamer.subscribe(Order, ["SPY"], source="NTV")
        other = streamer.subscribe(Order, ["SPY"], source="DEX")
        link = await server.link()
        await until(lambda: sum(len(channel.entries) for channel in link.protocol.channels.values()) == 2)
        rows = [("NTV", 1), ("DEX", 2), ("NTV", 3), ("DEX", 4)]
        for source, index in rows:
            await link.give(Order("SPY", index=index, source=source), contract=Contract.HISTORY)
        read = await events_until(one, 2), await events_until(other, 2)

    assert [values_of(events, "index") for events in read] == [[1, 3], [2, 4]]
