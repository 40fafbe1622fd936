"""What is cut out of the bytes is what the library would have given, however they are cut into reads."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from tastytrade.errors import ConnectionLost
from tastytrade.transport.websocket import MAX_MESSAGE_BYTES, open_websocket
from tastytrade.transport.wire import HIGH_WATER_BYTES, Arrival
from tests.integration.waiting import until
from tests.unit.transport.test_websocket import next_of

TEXTS = [b"", b"a", b"x" * 125, b"y" * 126, b"z" * 65_535, b"w" * 65_536, b'{"type":"KEEPALIVE","channel":0}']
CLOSE = Frame(Opcode.CLOSE, b"\x03\xe8", fin=True).serialize(mask=False)


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin=fin).serialize(mask=False)


def text(data: bytes) -> bytes:
    return frame(Opcode.TEXT, data)


@asynccontextmanager
async def server_writing(*pieces: bytes, behind: bytes = b"") -> AsyncIterator[str]:
    """A server that upgrades, with bytes right ``behind`` its answer, and writes each piece by itself."""
    served: list[asyncio.Task[None]] = []

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        writer.write(b"".join(protocol.data_to_send()) + behind)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read(4096)  # the client has seen the end, or has enough
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.create_task(write(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    await asyncio.gather(*served, return_exceptions=True)


async def received(*pieces: bytes, behind: bytes = b"") -> tuple[list[bytes], int]:
    """The messages that come of some bytes, and the code that ended the connection."""
    found: list[bytes] = []
    async with (
        server_writing(*pieces, behind=behind) as url,
        open_websocket(url, user_agent="a-test/1", close_timeout=0.05) as door,
    ):
        try:
            while True:
                found += (await next_of(door)).texts
        except ConnectionLost as error:
            return found, error.code


def cut(data: bytes, sizes: Callable[[], int]) -> list[bytes]:
    pieces, at = [], 0
    while at < len(data):
        size = sizes()
        pieces.append(data[at : at + size])
        at += size
    return pieces


@pytest.mark.parametrize("seed", range(6))
async def test_messages_are_the_same_however_the_bytes_are_cut(seed: int) -> None:
    chance = random.Random(seed)
    sent = [chance.choice(TEXTS) for _ in range(12)]
    stream = b"".join(map(text, sent)) + CLOSE

    found, code = await received(*cut(stream, lambda: chance.choice([1, 2, 3, 127, 5_000, 70_000])))

    assert (found, code) == (sent, 1000)


async def test_a_message_in_fragments_with_a_ping_in_between_is_one_message() -> None:
    stream = b"".join(
        [
            text(b"before"),
            frame(Opcode.TEXT, b"one ", fin=False),
            frame(Opcode.PING, b"?"),
            frame(Opcode.CONT, b"two ", fin=False),
            frame(Opcode.CONT, b"three"),
            text(b"after"),
            CLOSE,
        ]
    )

    assert await received(stream) == ([b"before", b"one two three", b"after"], 1000)


async def test_what_comes_right_behind_the_upgrade_is_not_lost() -> None:
    whole = text(b"first") + text(b"second")

    assert await received(whole[9:], CLOSE, behind=whole[:9]) == ([b"first", b"second"], 1000)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (b"\x83\x00", 1006),  # an opcode that there is not
        (b"\xc1\x01a", 1006),  # compressed, which was not agreed
        (b"\x81\x81abcd" + b"e", 1006),  # masked
        (b"\x01\x01a" + b"\x81\x01b", 1006),  # a message within a message
        (b"\x80\x01a", 1006),  # the end of a message that has not begun
        (b"\x81\x7f" + (MAX_MESSAGE_BYTES + 1).to_bytes(8), 1009),
    ],
    ids=["opcode", "compressed", "masked", "within", "continued", "too large"],
)
async def test_what_breaks_the_rules_ends_the_connection_after_what_came_before(
    wrong: bytes, code: int
) -> None:
    found, ended = await received(text(b"good") + wrong + text(b"never"))

    assert found == [b"good"]
    assert ended in {code, 1002}


async def test_nothing_comes_after_a_close_frame() -> None:
    assert await received(text(b"a") + CLOSE + text(b"b")) == ([b"a"], 1000)


async def test_messages_of_one_read_come_together_and_have_one_time() -> None:
    async with (
        server_writing(text(b"a") * 100) as url,
        open_websocket(url, user_agent="a-test/1", close_timeout=0.05) as door,
    ):
        arrival = await next_of(door)

    assert arrival.texts == [b"a"] * 100
    assert arrival.size_bytes == 100
    assert arrival.received_ns > 0


async def test_a_server_waits_for_whoever_does_not_receive_and_nothing_is_lost() -> None:
    block = text(b"x" * 100_000)
    count = 40 * HIGH_WATER_BYTES // len(block)
    async with (
        server_writing(*[block] * count, CLOSE) as url,
        open_websocket(url, user_agent="a-test/1", close_timeout=0.05) as door,
    ):
        wire = door._connection
        await until(lambda: wire.is_held)
        most = wire.waiting_bytes
        total = 0
        with suppress(ConnectionLost):
            while True:
                total += sum(map(len, (await next_of(door)).texts))
                most = max(most, wire.waiting_bytes)

    assert total == count * 100_000
    assert most <= 2 * HIGH_WATER_BYTES


async def test_others_have_their_turn_while_a_lot_comes() -> None:
    block = text(b"x" * 100) * 5_000
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with (
        server_writing(*[block] * 20, CLOSE) as url,
        open_websocket(url, user_agent="a-test/1", close_timeout=0.05) as door,
    ):
        task = asyncio.create_task(others())
        with suppress(ConnectionLost):
            while True:
                await next_of(door)
        task.cancel()

    assert turns > 20


async def test_what_goes_wrong_with_a_message_is_told_to_whoever_waits_for_it() -> None:
    def refuse(_: Arrival) -> bool:
        raise ValueError("not this one")

    async with (
        server_writing(b"", text(b"a"), text(b"b")) as url,
        open_websocket(url, user_agent="a-test/1", close_timeout=0.05) as door,
    ):
        with pytest.raises(ValueError, match="not this one"):
            await door.deliver(refuse)


async def test_whoever_stops_waiting_loses_nothing() -> None:
    async with serve(echo, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with open_websocket(url, user_agent="a-test/1") as door:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await next_of(door)
            await door.send(b"a")
            arrival = await next_of(door)

    assert arrival.texts == [b"a"]


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)
