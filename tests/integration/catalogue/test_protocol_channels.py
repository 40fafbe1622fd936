"""Errors of the server, and its channels: P10 to P15 of the fault catalogue."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tastytrade import Quote
from tastytrade.dxfeed import EventBatch, TimeAndSale
from tastytrade.dxfeed.gap import GapReason, GapScope, Healed
from tastytrade.dxlink.channel import Opening
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ProtocolError
from tastytrade.source import State
from tests.integration.catalogue.feed_server import TOKEN, FeedServer
from tests.integration.catalogue.reading import (
    events_in,
    events_until,
    feed,
    gap_closed,
    ready_protocol,
    records_until,
    state_of,
    values_of,
)
from tests.integration.waiting import until

QUOTE = Quote("SPY", bidPrice=1.0, askPrice=2.0)


def quote(number: int) -> Quote:
    return Quote("SPY", bidPrice=float(number), askPrice=number + 1.0)


async def test_p10_a_channel_told_to_slow_down_asks_again_and_others_do_not_notice() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await until(lambda: len(link.subscribed) == 2)
        await link.give(QUOTE)
        number = link.number(Contract.TICKER)
        link.protocol.complain(number, "BAD_ACTION", "Your subscription rate is too high")
        before = len(link.said("FEED_SUBSCRIPTION"))
        for index in range(20):
            await link.give(TimeAndSale("SPY", index=index))
        gap = await gap_closed(quotes)
        printed = await events_until(prints, 20)

    again = link.said("FEED_SUBSCRIPTION")[before:]
    assert [(one["channel"], [entry["symbol"] for entry in one["add"]]) for one in again] == [
        (number, ["SPY"])
    ]
    assert (gap.reason, gap.scope) == (GapReason.SUBSCRIPTION_CHANGE, GapScope.CHANNEL)
    assert values_of(printed, "index") == list(range(20))
    assert prints.gaps == []
    assert len(server.links) == 1


async def test_p10_what_a_full_server_refuses_late_is_known_to_be_missing() -> None:
    async with FeedServer(ServerOptions(subscription_limit=2)) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY", "QQQ"])
        link = await (await server.link()).wants("SPY", "QQQ")
        link.slowness = 0.05
        streamer.subscribe(Quote, ["IWM"])
        await until(lambda: streamer.refusals(quotes) == 1)
        async with asyncio.timeout(0.5):
            await state_of(streamer, State.DEGRADED)


async def test_p11_errors_of_the_connection_say_what_becomes_of_it() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        await link.say_message("ERROR", error="UNKNOWN", message="just so you know")
        await link.say_message("ERROR", error="SOMETHING_NEW", message="likewise")
        await link.give(QUOTE)
        await events_until(quotes, 2)
        still = len(server.links)
        await link.say_message("ERROR", error="TIMEOUT", message="60 seconds")
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 1)

    (gap,) = quotes.gaps
    assert still == 1
    assert (gap.reason, gap.epoch_after) == (GapReason.PROTOCOL_ERROR, 2)


async def test_p11_a_server_that_cannot_read_us_is_tried_once_more_and_then_left() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        for number in (1, 2):
            link = await (await server.link(number)).wants("SPY")
            await link.give(QUOTE)
            await link.say_message("ERROR", error="INVALID_MESSAGE", message=f"bad: {TOKEN}")
        with pytest.raises(ProtocolError, match="INVALID_MESSAGE") as caught:
            await streamer.wait_closed()
        with pytest.raises(ProtocolError):
            await events_until(quotes, 99)

    assert TOKEN not in str(caught.value)
    assert len(server.links) == 2
    assert streamer.state.state is State.FAILED


async def test_p12_a_channel_closed_by_the_server_is_opened_anew() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY", "QQQ"])
        prints = streamer.subscribe(TimeAndSale, ["SPY"])
        link = await (await server.link()).wants("SPY", "QQQ")
        await until(lambda: len(link.subscribed) == 3)
        await link.give(QUOTE)
        old = link.number(Contract.TICKER)
        link.protocol.close_channel(old)
        await link.flush()
        await link.wants("QQQ")
        await link.give(quote(2))
        await link.give(TimeAndSale("SPY", index=1))
        records = await records_until(quotes, lambda found: len(events_in(found)) == 2)
        await gap_closed(quotes)
        await events_until(prints, 1)

    assert link.number(Contract.TICKER) not in {old, link.number(Contract.STREAM)}
    assert set(link.entries(Contract.TICKER)) == {"SPY", "QQQ"}
    assert not isinstance(records[1], EventBatch), "the gap stands between what was before it and after"
    (gap,) = quotes.gaps
    assert (gap.reason, gap.scope) == (GapReason.SERVER_CHANNEL_CLOSED, GapScope.CHANNEL)
    assert (gap.epoch_before, gap.epoch_after, gap.healed) == (1, 1, Healed.NONE)
    assert prints.gaps == []


async def test_p13_data_for_a_channel_that_is_not_open_are_counted_and_ignored() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        old = link.number(Contract.TICKER)
        await link.say_message("FEED_DATA", 99_999, data=["Quote", ["X", 1.0]])
        await link.say_message("FEED_CONFIG", 77, dataFormat="COMPACT")
        await link.say_message("CHANNEL_CLOSED", 55)
        link.protocol.close_channel(old)
        await link.flush()
        await link.wants("SPY")
        await link.say_message("FEED_DATA", old, data=["Quote", link.row(QUOTE)])
        await link.give(quote(2))
        events = await events_until(quotes, 1)
        stray = streamer.ledger().stray

    assert (stray, len(server.links)) == (4, 1)
    assert values_of(events, "bidPrice") == [2.0]


async def test_p14_an_opening_said_twice_or_for_another_channel_is_one_channel() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        number = link.number(Contract.TICKER)
        for channel in (number, number, 41):
            await link.say_message(
                "CHANNEL_OPENED", channel, service="FEED", parameters={"contract": "TICKER"}
            )
        text = f"Channel with id {number} already exists"
        await link.say_message("ERROR", error="BAD_ACTION", message=text)
        await link.give(QUOTE)
        await events_until(quotes, 1)
        await asyncio.sleep(0)

    assert link.asked[-3:] == ["CHANNEL_REQUEST", "FEED_SETUP", "FEED_SUBSCRIPTION"]
    assert (quotes.gaps, len(server.links)) == ([], 1)


async def test_p14_a_channel_the_server_does_not_know_ends_the_connection() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        await link.say_message("ERROR", error="BAD_ACTION", message="Channel with id 1 not exists")
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 2)

    assert [gap.epoch_after for gap in quotes.gaps] == [2]


def test_p15_a_thousand_channels_have_odd_numbers_each_its_own() -> None:
    plans = [ChannelPlan(Contract.TICKER, frozenset({f"T{number}"})) for number in range(1000)]
    protocol = ready_protocol(plans)
    protocol.open_all()
    asked = [msgspec.json.decode(text) for text in protocol.data_to_send(0.0)]
    numbers = [one["channel"] for one in asked if one["type"] == "CHANNEL_REQUEST"]

    assert len(set(numbers)) == 1000
    assert all(number % 2 for number in numbers)


def test_p15_a_channel_closed_again_and_again_never_has_a_number_twice() -> None:
    protocol = ready_protocol()
    protocol.want(Entry("Quote", "A"))
    numbers, now = [], 0.0
    for _ in range(50):
        now += 60.0
        asked = [msgspec.json.decode(text) for text in protocol.data_to_send(now)]
        numbers += [one["channel"] for one in asked if one["type"] == "CHANNEL_REQUEST"]
        opened = {"type": "CHANNEL_OPENED", "channel": numbers[-1], "service": "FEED", "parameters": {}}
        protocol.receive(msgspec.json.encode(opened), now=now)
        protocol.receive(b'{"type":"CHANNEL_CLOSED","channel":%d}' % numbers[-1], now=now)

    assert numbers == list(range(1, 100, 2))
    assert protocol.channels[0].opening is Opening.CLOSED
