"""Pages that ask for too much or take nothing: Z9 and Z10 of the fault catalogue."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tastytrade import Quote, Simulator, Streamer
from tastytrade.dashboard import Dashboard
from tastytrade.dashboard.limits import Limits
from tastytrade.replaying import replay
from tastytrade.subscription import Subscription
from tests.integration.page_browser import enter, page_of, raw, request_of, upgrade_of
from tests.integration.recorded_day import keep_day
from tests.integration.waiting import until

QUICK = Limits(request_timeout=0.2, patience=0.3, send_bytes=4096, connections=40, clients=3)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("web") / "day")


@pytest.fixture
async def dashboard(day: Path) -> AsyncIterator[Dashboard]:
    async with replay(day, paused=True) as source, Dashboard(source, limits=QUICK) as opened:
        yield opened


@asynccontextmanager
async def dialled(dashboard: Dashboard, count: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many connections that say nothing."""
    found = [await asyncio.open_connection("127.0.0.1", dashboard.port) for _ in range(count)]
    try:
        yield [reader for reader, _ in found]
    finally:
        for _, writer in found:
            writer.close()


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """Whether the other side ends the connection, sooner or later, with or without an answer."""
    try:
        async with asyncio.timeout(5):
            await reader.read()
    except ConnectionError:
        pass
    return True


async def test_z9_a_thousand_sockets_are_hung_up_on_and_the_page_answers_again(dashboard: Dashboard) -> None:
    async with dialled(dashboard, 400) as first:
        ended = [await hung_up(reader) for reader in first]
    async with dialled(dashboard, 600) as second:
        ended += [await hung_up(reader) for reader in second]
    status, _ = await raw(dashboard, request_of(dashboard))

    assert ended == [True] * 1000
    assert status == 401


async def test_z9_requests_that_never_end_are_let_go(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    begun = [
        b"",
        b"G",
        b"\r\n",
        b"GET / HTTP/1.1\r\nHost: 127",
        request_of(dashboard, authorization=f"Bearer {key}", connection="keep-alive", content_length="9"),
        request_of(dashboard, authorization=f"Bearer {key}", connection="keep-alive") + b"GET /",
    ]
    ended = []
    for text in begun:
        reader, writer = await asyncio.open_connection("127.0.0.1", dashboard.port)
        writer.write(text)
        ended.append(await hung_up(reader))
        writer.close()

    assert ended == [True] * len(begun)


async def test_z9_headers_and_bodies_without_end_are_not_read(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    long_header, _ = await raw(dashboard, request_of(dashboard, x=10**6 * "x"))
    _, writer = await asyncio.open_connection("127.0.0.1", dashboard.port)
    size = 100_000_000
    writer.write(
        request_of(dashboard, method="POST", authorization=f"Bearer {key}", content_length=str(size))
    )
    sent = 0
    try:
        async with asyncio.timeout(5):
            while sent < size:
                writer.write(bytes(1 << 20))
                await writer.drain()
                sent += 1 << 20
    except ConnectionError:
        pass
    writer.transport.abort()

    assert long_header in {0, 400}
    assert sent < size


async def test_z9_a_message_that_is_too_long_ends_the_page_alone(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    async with page_of(dashboard, key) as other, page_of(dashboard, key) as page:
        await page.connection.send("x" * (QUICK.message_bytes + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await page.hear("never")
        await other.show("health")
        health = await other.hear("health")

    assert closed.value.sent is not None
    assert closed.value.sent.code == 1009
    assert health["state"] == "live"


async def test_z9_one_page_too_many_is_refused(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    async with page_of(dashboard, key), page_of(dashboard, key), page_of(dashboard, key) as page:
        await page.hear("hello")
        status, _ = await raw(dashboard, upgrade_of(dashboard, authorization=f"Bearer {key}"))
    await until(lambda: dashboard.page_stats()["clients"] == 0)
    async with page_of(dashboard, key) as again:
        hello = await again.hear("hello")

    assert status == 503
    assert hello["version"]


NONSENSE = [
    "",
    "{",
    "[]",
    '"show"',
    '{"do": "fly"}',
    '{"do": "show"}',
    '{"do": "show", "panel": "sql"}',
    '{"do": "show", "panel": "chain", "args": {"underlying": 5}}',
    '{"do": "show", "panel": "quotes", "args": {"symbols": []}}',
    '{"do": "show", "panel": "quotes", "args": {"symbols": ["\\u202eX"]}}',
    '{"do": "show", "panel": "candles", "args": {"symbol": "X{=m}"}}',
    '{"do": "show", "panel": "candles", "args": {"symbol": "X", "period": "0m"}}',
    '{"do": "seek", "to_ms": 1e99}',
    '{"do": "speed", "speed": -1}',
    '{"do": "show", "panel": "health", "args": ' + "[" * 8000 + "}",
]


async def test_z9_whatever_a_page_asks_it_is_answered_in_words(dashboard: Dashboard) -> None:
    async with page_of(dashboard, await enter(dashboard)) as page:
        for text in NONSENSE:
            await page.connection.send(text)
        await page.connection.send(b"\x00")
        notes = [await page.hear("note") for _ in range(len(NONSENSE) + 1)]

    assert {note["level"] for note in notes} == {"error"}
    assert max(len(note["text"]) for note in notes) <= 500
    assert notes[-1]["text"] == "a page speaks in texts"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(seed=7, rate=2_000) as running:
        yield running


async def test_z10_a_page_that_takes_nothing_is_let_go_and_nobody_waits_for_it(
    simulator: Simulator, streamer: Streamer
) -> None:
    around = {"underlying": "SPX", "around": 200}
    async with (
        Dashboard(streamer, runner=streamer._runner, limits=QUICK) as dashboard,
        streamer.subscribe(Quote, ["SPX", "NVDA"]) as capture,
    ):
        key = await enter(dashboard)
        with stalled(dashboard, key) as tab:
            async with page_of(dashboard, key) as other:
                await until(lambda: dashboard.page_stats()["clients"] == 2)
                tab.sendall(masked(json.dumps({"do": "show", "panel": "chain", "args": around})))
                await other.show("chain", **around)
                await other.hear("table", "chain")
                reading = asyncio.create_task(read(capture))
                await other.hear_until(lambda _: dashboard.page_stats()["clients"] == 1)
                rows = await other.hear("rows", "chain")
                stats, ledger = capture.stats(), capture.ledger()
        capture.close()
        taken = await reading

    assert rows["rows"]
    assert taken == ledger.received
    assert (ledger.conflated, ledger.dropped["overflow"]) == (0, 0)
    assert stats.waiting_bytes < capture.limit_bytes / 10


async def read(capture: Subscription[Any]) -> int:
    """Everything, as a capture does; how many events."""
    taken = 0
    async for batch in capture.batches():
        taken += len(batch)
    return taken


@contextmanager
def stalled(dashboard: Dashboard, key: str) -> Iterator[socket.socket]:
    """A page that has opened its WebSocket and reads nothing."""
    with socket.socket() as tab:
        tab.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        tab.connect(("127.0.0.1", dashboard.port))
        tab.sendall(upgrade_of(dashboard, authorization=f"Bearer {key}"))
        yield tab


def masked(text: str) -> bytes:
    """A short text frame of a client, with a mask of zeros."""
    data = text.encode()
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0" + data
