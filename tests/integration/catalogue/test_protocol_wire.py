"""Frames, sizes, signs of life and versions: P16 to P23 of the fault catalogue."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator

import msgspec
import pytest

from tastytrade import Quote, Trade
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.client import VERSION, ClientProtocol
from tastytrade.dxlink.messages import Contract
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ProtocolError
from tastytrade.source import State
from tastytrade.transport.websocket import MAX_MESSAGE_BYTES
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.catalogue.reading import (
    AUTHORIZED,
    QUICK,
    events_until,
    feed,
    gap_closed,
    records_until,
    resident_bytes,
    state_of,
    values_of,
)

QUOTE = Quote("SPY", bidPrice=1.0, askPrice=2.0)
TEXT, CONTINUATION, PING = 1, 0, 9
MASK = b"\x01\x02\x03\x04"


def frame(opcode: int, payload: bytes, *, fin: bool = True, reserved: int = 0, masked: bool = False) -> bytes:
    """One WebSocket frame, as it would be on the wire."""
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    size, mask_bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    else:
        head += bytes([mask_bit | 126]) + struct.pack("!H", size)
    if masked:
        payload = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))
        head += MASK
    return head + payload


def quote_text(link: Link, event: Quote = QUOTE, **more: str) -> bytes:
    """A FEED_DATA with one quote; ``more`` is what nobody knows."""
    number = link.number(Contract.TICKER)
    data = {"type": "FEED_DATA", "channel": number, "data": ["Quote", link.row(event)], **more}
    return msgspec.json.encode(data)


# P16: sizes.


async def test_p16_compression_is_not_even_offered() -> None:
    async with FeedServer() as server, feed(server):
        link = await server.link()
        offered = (
            link.connection.request.headers.get("Sec-WebSocket-Extensions") if link.connection.request else 0
        )

        assert offered is None
        assert link.connection.protocol.extensions == []


async def megabytes(count: int) -> AsyncIterator[bytes]:
    """A message that is long and yet JSON to its end."""
    yield b'{"type":"KEEPALIVE","channel":0,"padding":"'
    for _ in range(count):
        yield b"x" * (1 << 20)
    yield b'"}'


@pytest.mark.parametrize("megabyte_count", [16, 64])
async def test_p16_a_message_beyond_the_limit_ends_the_connection_and_not_the_memory(
    megabyte_count: int,
) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        await events_until(quotes, 1)
        before = resident_bytes()
        sending = asyncio.create_task(link.connection.send(megabytes(megabyte_count), text=True))
        await state_of(streamer, State.BACKOFF)
        reason = streamer.state.reason
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 1)
        after = resident_bytes()
        await asyncio.wait([sending])
        sending.exception()

    (gap,) = quotes.gaps
    assert link.connection.close_code == 1009
    assert f"the server sent a frame of over {MAX_MESSAGE_BYTES:,} bytes" in reason
    assert (gap.reason, gap.epoch_after) == (GapReason.DISCONNECT, 2)
    assert after - before < 64 << 20


async def test_p16_a_message_within_the_limit_is_read() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.connection.send(megabytes(15), text=True)
        await link.give(QUOTE)
        await events_until(quotes, 1)

    assert (quotes.gaps, len(server.links)) == ([], 1)


# P17 to P19: fragments, broken frames, pings.


async def test_p17_a_thousand_fragments_with_pings_between_are_one_message() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        text = quote_text(link, padding="x" * 1000)
        pieces = [text[place : place + 1] for place in range(999)] + [text[999:]]
        for place, piece in enumerate(pieces):
            opcode = CONTINUATION if place else TEXT
            link.octets(frame(opcode, piece, fin=place == len(pieces) - 1))
            if place % 10 == 0:
                link.octets(frame(PING, b"%d" % place))
        (event,) = await events_until(quotes, 1)

    assert event.bidPrice == 1.0
    assert (quotes.gaps, len(server.links)) == ([], 1)


async def test_p17_a_fragment_that_is_never_finished_is_silence() -> None:
    async with FeedServer(ServerOptions(keepalive_timeout=1)) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        began = time.monotonic()
        link.octets(frame(TEXT, b'{"type":"KEEPALIVE"', fin=False))
        await state_of(streamer, State.STALLED)
        stalled_after = time.monotonic() - began
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        gap = await gap_closed(quotes)

    assert (gap.reason, gap.epoch_after) == (GapReason.STALL, 2)
    assert stalled_after < 1 + QUICK.quiet_grace + 1


BROKEN = {
    "masked": frame(TEXT, b"{}", masked=True),
    "reserved bit": frame(TEXT, b"{}", reserved=4),
    "unknown opcode": frame(3, b"{}"),
    "unknown control": frame(11, b""),
    "long control": frame(PING, b"x" * 126),
    "control in pieces": frame(PING, b"x", fin=False),
    "continuation of nothing": frame(CONTINUATION, b"{}"),
    "new text amid fragments": frame(TEXT, b"{", fin=False) + frame(TEXT, b"{}"),
}


@pytest.mark.parametrize("octets", BROKEN.values(), ids=BROKEN.keys())
async def test_p18_a_frame_that_cannot_be_is_refused_as_such_and_the_feed_restored(octets: bytes) -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        await link.give(QUOTE)
        link.octets(octets)
        await (await (await server.link(2)).wants("SPY")).give(QUOTE)
        await events_until(quotes, 2)

    (gap,) = quotes.gaps
    assert link.connection.close_code == 1002
    assert (gap.reason, gap.is_open) == (GapReason.DISCONNECT, False)


async def test_p19_a_thousand_pings_are_answered_amid_a_flood_of_data() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        answers = []
        for number in range(1000):
            answers.append(await link.connection.ping(f"{number:0125d}"))
            await link.give(QUOTE, QUOTE)
        async with asyncio.timeout(5):
            await asyncio.gather(*answers, events_until(quotes, 2000))

    assert (quotes.gaps, len(server.links)) == ([], 1)


# P20: signs of life.


@pytest.mark.parametrize(
    ("promised", "quiet", "interval"),
    [(3, 3, 1), (60, 60, 20), (0, 60, 20), (None, 60, 20), (1e9, 600, 20), (-5, 1, 1), (0.001, 1, 1)],
)
def test_p20_a_keepalive_timeout_that_makes_no_sense_is_put_right(
    promised: float | None, quiet: float, interval: float
) -> None:
    protocol = ClientProtocol(quiet_grace=5.0)
    protocol.start(token=None, now=0.0)
    times = {"keepaliveTimeout": promised, "acceptKeepaliveTimeout": promised}
    setup = {"type": "SETUP", "channel": 0, "version": "0.1", **times}
    protocol.receive(msgspec.json.encode(setup), now=0.0)
    protocol.receive(AUTHORIZED.encode(), now=0.0)
    protocol.data_to_send(0.0)

    assert protocol.dead_at == quiet + 5.0
    assert protocol.next_deadline() == interval


# P21: byte by byte.


async def test_p21_a_server_that_sends_byte_by_byte_is_understood_at_no_great_cost() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        for byte in frame(TEXT, quote_text(link)):
            link.octets(bytes([byte]))
            await asyncio.sleep(0)
        await events_until(quotes, 1)
        pieces = [b"x" * 256] * 4096
        head = struct.pack("!BBQ", 0x80 | TEXT, 127, (1 << 20) + 2)
        began = time.process_time()
        for piece in (head, b'"', *pieces, b'"'):  # 1 MiB of text that is no message
            link.octets(piece)
            await asyncio.sleep(0)
        await link.give(QUOTE)
        await events_until(quotes, 1)
        spent = time.process_time() - began

    assert spent < 1.0
    assert len(server.links) == 1


# P22 and P23: versions, new types and columns.


async def refuses(link: Link, _number: int) -> bool:
    await link.say_message("SETUP", version="9.9-new")
    await link.say_message("ERROR", error="UNSUPPORTED_PROTOCOL", message="Unsupported protocol version")
    await link.connection.wait_closed()
    return False


async def test_p22_a_version_that_is_refused_is_final_and_both_versions_are_named() -> None:
    async with FeedServer(conduct=refuses) as server:
        with pytest.raises(ProtocolError, match="UNSUPPORTED_PROTOCOL") as caught:
            async with feed(server):
                pass

    assert VERSION in str(caught.value)
    assert "9.9-new" in str(caught.value)
    assert len(server.links) == 1


async def test_p22_a_server_that_comes_back_with_another_version_ends_the_feed() -> None:
    async def conduct(link: Link, number: int) -> bool:
        return await refuses(link, number) if number == 2 else True

    async with FeedServer(conduct=conduct) as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        (await (await server.link()).wants("SPY")).abort()
        with pytest.raises(ProtocolError, match=r"9\.9-new"):
            await events_until(quotes, 1)

    assert len(server.links) == 2


async def test_p23_of_new_types_and_columns_what_is_known_is_delivered_and_the_rest_kept() -> None:
    async with FeedServer(ServerOptions(extra_columns=("mood",))) as server, feed(server) as streamer:
        both = streamer.subscribe([Quote, Trade], ["SPY"])
        link = await (await server.link()).wants("SPY")
        number = link.number(Contract.TICKER)
        await link.say_message("FEED_CONFIG", number, eventFields={"Weather": ["eventSymbol", "sky"]})
        await link.say_data("Weather", ["SPY", "clear"], "Quote", link.row(QUOTE))
        (batch,) = await records_until(both, bool)
        ledger = streamer.ledger()

    assert isinstance(batch, EventBatch)
    assert batch.columns["mood"] == ["new mood"]
    assert values_of(list(batch), "bidPrice") == [1.0]
    assert ledger.quarantined == {"Weather": 1}
    assert ledger.last_quarantined[0].raw == ["SPY", "clear"]
    assert both.gaps == []
