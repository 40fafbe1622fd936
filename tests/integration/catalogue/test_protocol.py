"""The server breaks DXLink, or speaks it as nobody does: P1 to P9 of the fault catalogue."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastytrade import Quote, Trade
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.dxlink.client import Received
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, DataFormat, Entry, Unknown, Unreadable
from tastytrade.dxlink.server_options import ServerOptions
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.catalogue.reading import (
    AUTHORIZED,
    SETUP,
    events_in,
    events_until,
    feed,
    ready_protocol,
    records_until,
    values_of,
)
from tests.integration.waiting import until

QUOTE = Quote("SPY", bidPrice=1.0, askPrice=2.0)
UNAUTHORIZED = '{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}'


def quote(number: int, symbol: str = "SPY") -> Quote:
    return Quote(symbol, bidPrice=float(number), askPrice=number + 1.0)


# P1: the handshake.


async def test_p1_a_server_that_wants_no_token_is_taken_at_its_word() -> None:
    async with FeedServer(ServerOptions(wants_token=False)) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        await (await (await server.link()).wants("SPY")).give(QUOTE)
        await events_until(quotes, 1)

    assert "AUTH" not in server.links[0].asked


async def test_p1_an_authorization_that_is_said_again_changes_nothing() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        for _ in range(3):
            await link.say(AUTHORIZED)
        await link.give(QUOTE)
        await events_until(quotes, 1)

    assert quotes.gaps == []
    assert link.asked.count("CHANNEL_REQUEST") == 1
    assert link.asked.count("FEED_SUBSCRIPTION") == 1


@pytest.mark.parametrize(
    "said",
    [
        [UNAUTHORIZED, SETUP],
        [AUTHORIZED, SETUP],
        ["[]"],
        [SETUP, '{"type":"ERROR","channel":0,"error":"UNKNOWN","message":"no"}'],
    ],
)
async def test_p1_a_handshake_in_another_order_is_given_up_and_begun_anew(said: list[str]) -> None:
    async def conduct(link: Link, number: int) -> bool:
        if number != 2:
            return True
        for text in said:
            await link.say(text)
        await link.connection.wait_closed()
        return False

    async with FeedServer(conduct=conduct) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        await (await (await server.link()).wants("SPY")).give(QUOTE)
        server.links[0].abort()
        await (await (await server.link(3)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 2)

    (gap,) = quotes.gaps
    assert (gap.epoch_before, gap.epoch_after) == (1, 2)


# P2 to P4: what is no message, or none that we know.


@pytest.mark.parametrize("channel", [0, 1, 99])
async def test_p2_a_message_of_an_unknown_type_is_counted_and_shown(channel: int) -> None:
    seen: list[Received] = []
    async with FeedServer() as server, feed(server, on_message=seen.append) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        await link.say_message("WEATHER", channel, sky="clear")
        await link.give(QUOTE)
        await events_until(quotes, 2)
        counted = streamer.ledger().unknown
        await until(lambda: all(not gap.is_open for gap in quotes.gaps))

    (unknown,) = (one for one in seen if isinstance(one, Unknown))
    assert msgspec.json.decode(unknown.raw)["sky"] == "clear"
    assert (counted, len(server.links)) == (1, 1)
    # On a service channel it may have been data; on the connection itself it cannot.
    assert [gap.reason for gap in quotes.gaps] == ([GapReason.PROTOCOL_ERROR] if channel else [])


MALFORMED = {
    "broken": b'{"type":"KEEPALIVE","channel":0',
    "empty": b"",
    "array": b'[{"type":"KEEPALIVE","channel":0}]',
    "number": b"42",
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "deep inside": b'{"type":"SETUP","channel":0,"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "no UTF-8": b'{"type":"KEEP\xff\xfeALIVE","channel":0}',
    "null channel": b'{"type":"KEEPALIVE","channel":null}',
    "huge channel": b'{"type":"KEEPALIVE","channel":1e400}',
    "surrogate": b'{"type":"\\ud800","channel":0}',
    "NUL": b"\x00" * 100,
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_p3_a_text_that_is_no_message_is_counted_and_skipped(text: bytes) -> None:
    protocol = ready_protocol()
    (received,) = protocol.receive(text, now=1.0)

    assert isinstance(received, Unreadable)
    assert protocol.malformed == 1
    assert protocol.is_ready


@pytest.mark.parametrize(("first", "malformed"), [("KEEPALIVE", 0), ("WEATHER", 1)])
def test_p3_a_key_may_come_twice_if_it_says_the_same(first: str, malformed: int) -> None:
    protocol = ready_protocol()
    twice = f'{{"type":"{first}","channel":0,"type":"KEEPALIVE","channel":0}}'
    protocol.receive(twice.encode(), now=1.0)

    assert (protocol.malformed, protocol.unknown) == (malformed, 0)


def test_p3_what_nobody_reads_may_be_no_utf8() -> None:
    protocol = ready_protocol()
    protocol.receive(b'{"type":"KEEPALIVE","channel":0,"x":"\xff\xfe"}', now=1.0)

    assert protocol.malformed == 0


async def test_p3_data_that_are_no_utf8_are_kept_out_and_their_beginning_is_kept() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.say(b'{"type":"FEED_DATA","channel":1,"data":["Quote",["S\xffY"%s]]}' % (b",1.0" * 5000))
        await link.give(QUOTE)
        await events_until(quotes, 1)
        (bad,) = streamer.ledger().last_quarantined

    assert bad.reason.startswith("not readable JSON")
    assert len(bad.raw) < 4200
    assert [(gap.reason, gap.lost_count) for gap in quotes.gaps] == [(GapReason.DECODE_ERROR, None)]
    assert len(server.links) == 1


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_p3_whatever_comes_the_protocol_takes_it_or_says_that_it_is_none(text: bytes) -> None:
    protocol = ready_protocol()
    received = protocol.receive(text, now=1.0)

    assert len(received) + protocol.stray == 1


@pytest.mark.parametrize("text", [MALFORMED["broken"], MALFORMED["no UTF-8"], MALFORMED["deep"]])
async def test_p3_more_than_ten_unreadable_messages_end_the_connection(text: bytes) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        for _ in range(9):
            await link.say(text)
        await link.give(QUOTE)
        await events_until(quotes, 2)
        few = len(server.links)
        for _ in range(2):
            await link.say(text)
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 1)
        counted = streamer.ledger().malformed

    assert few == 1
    assert counted in {10, 11}
    assert {gap.reason for gap in quotes.gaps} == {GapReason.PROTOCOL_ERROR}
    assert all(not gap.is_open for gap in quotes.gaps)


async def test_p4_a_binary_frame_is_read_as_if_it_were_text() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.connection.send(b"\xff\x00\x01")
        await link.connection.send(b'{"type":"KEEPALIVE","channel":0}')
        await link.give(QUOTE)
        await events_until(quotes, 1)
        counted = streamer.ledger().malformed

    assert (counted, len(server.links)) == (1, 1)


# P5 to P9: data, and what announces it.


@pytest.mark.parametrize(("cut", "whole", "lost"), [(-1, 1, 1), (1, 2, 1), (None, 0, 0)])
async def test_p5_complete_rows_of_a_message_that_does_not_come_out_even_are_delivered(
    cut: int | None, whole: int, lost: int
) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(quote(0))
        values = link.row(quote(1)) + link.row(quote(2))
        values = [] if cut is None else values[:cut] if cut < 0 else values + values[:cut]
        await link.say_data("Quote", values)
        await link.give(quote(3))
        records = await records_until(
            quotes, lambda found: values_of(events_in(found), "bidPrice")[-1:] == [3.0]
        )
        ledger = streamer.ledger()

    assert values_of(events_in(records), "bidPrice") == [0.0, *map(float, range(1, 1 + whole)), 3.0]
    assert sum(ledger.quarantined.values()) == lost
    assert [(gap.reason, gap.scope, gap.event_types, gap.lost_count) for gap in quotes.gaps] == (
        [(GapReason.DECODE_ERROR, GapScope.TYPE, ("Quote",), 1)] if lost else []
    )
    assert [bad.reason for bad in ledger.last_quarantined] == (
        [f"{len(values)} values are not rows of {len(link.row(QUOTE))} columns"] if lost else []
    )


FIELDS = ["eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize", "bidTime"]


@given(
    columns=st.permutations([*FIELDS, "mood", "eventType"]),
    without=st.sets(st.sampled_from([*FIELDS[1:], "mood", "eventType"])),
)
def test_p6_whatever_the_order_of_columns_events_are_the_same(columns: list[str], without: set[str]) -> None:
    wanted: dict[str, Any] = {
        "eventSymbol": "A",
        "bidPrice": 1.5,
        "askPrice": 2.5,
        "bidSize": 3,
        "askSize": 4,
        "bidTime": 5,
    }
    columns = [name for name in columns if name not in without]
    protocol = ready_protocol()
    protocol.want(Entry("Quote", "A"))
    protocol.data_to_send(0.0)
    protocol.receive(b'{"type":"CHANNEL_OPENED","channel":1,"service":"FEED","parameters":{}}', now=0.0)
    config = {"type": "FEED_CONFIG", "channel": 1, "eventFields": {"Quote": columns}}
    protocol.receive(msgspec.json.encode(config), now=0.0)
    values = [{**wanted, "mood": "sunny", "eventType": "Quote"}[name] for name in columns]
    data = {"type": "FEED_DATA", "channel": 1, "data": ["Quote", values]}
    (frame,) = protocol.receive(msgspec.json.encode(data), now=0.0)

    assert isinstance(frame, Frame)
    (batch,) = frame.decode().batches
    assert next(iter(batch)) == Quote(**{name: wanted[name] for name in FIELDS if name not in without})
    assert batch.columns.get("mood") == (None if "mood" in without else ["sunny"])


async def test_p6_columns_that_are_reversed_missing_or_new_are_read_by_their_names() -> None:
    options = ServerOptions(
        column_order="reversed", dropped_columns=frozenset({"askPrice"}), extra_columns=("mood",)
    )
    async with FeedServer(options) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        await (await (await server.link()).wants("SPY")).give(quote(7))
        (event,) = await events_until(quotes, 1)

    assert event.bidPrice == 7.0
    assert event.askPrice != event.askPrice


async def test_p7_every_pair_of_a_message_is_delivered_in_order() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        both = streamer.subscribe([Quote, Trade], ["SPY"])
        link = await (await server.link()).wants("SPY")
        trade = Trade("SPY", price=5.0, size=1.0)
        await link.say_data(
            "Quote", link.row(quote(1)), "Trade", link.row(trade), "Quote", link.row(quote(2))
        )
        events = await events_until(both, 3)

    assert [type(event) for event in events] == [Quote, Trade, Quote]
    assert [events[0].bidPrice, events[1].price, events[2].bidPrice] == [1.0, 5.0, 2.0]


async def test_p8_a_format_that_turns_in_mid_stream_is_followed_and_each_event_counted_once() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        number = link.number(Contract.TICKER)
        for turn, data_format in enumerate([DataFormat.COMPACT, DataFormat.FULL] * 2):
            link.protocol.turn_to(number, data_format)
            await link.give(quote(2 * turn), quote(2 * turn + 1))
        # Not even announced.
        await link.say_data({"eventType": "Quote", "eventSymbol": "SPY", "bidPrice": 8.0})
        events = await events_until(quotes, 9)
        received = streamer.ledger().received

    assert values_of(events, "bidPrice") == [float(n) for n in range(9)]
    assert received == {"Quote": 9}
    assert quotes.gaps == []


async def test_p9_data_of_unknown_columns_are_not_guessed_at() -> None:
    async def conduct(link: Link, _number: int) -> bool:
        link.protocol.change_options(ServerOptions(config_repeats=0))  # says no FEED_CONFIG by itself
        return True

    async with FeedServer(conduct=conduct) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.say_data("Quote", link.row(quote(1)))
        link.protocol.repeat_config(link.number(Contract.TICKER), 1, with_fields=True)
        await link.give(quote(2))
        link.protocol.repeat_config(link.number(Contract.TICKER), 1, with_fields=False)
        await link.give(quote(3))
        events = await events_until(quotes, 2)
        ledger = streamer.ledger()

    assert values_of(events, "bidPrice") == [2.0, 3.0]
    assert ledger.quarantined == {"Quote": 1}
    assert ledger.last_quarantined[0].reason == "no FEED_CONFIG has announced the columns of 'Quote'"
    assert [gap.reason for gap in quotes.gaps] == [GapReason.DECODE_ERROR]


async def test_p9_columns_change_from_one_message_to_the_next() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        for number, order in enumerate(["asked", "reversed", "asked"]):
            link.protocol.change_options(msgspec.convert({"column_order": order}, ServerOptions))
            await link.give(quote(number))
        # All three wait undecoded, each with the columns of its moment.
        await until(lambda: streamer.ledger().frames == 3)
        events = await events_until(quotes, 3)

    assert values_of(events, "bidPrice") == [0.0, 1.0, 2.0]
