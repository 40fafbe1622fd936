"""What permessage-deflate saves on the wire and costs both ends, at frames of 1 to 1,000 quotes.

    .venv/bin/python -m tests.speed.compression --rounds 7

Quotes are those of the simulated market for 2,000 options, as they change, in no order of their names. The
server has them encoded before the clock starts, and runs in a process of its own on another core; the client
reads frames and parses their JSON. The ways take turns, so what counts is the difference within one run.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import chain, cycle, islice
from multiprocessing.connection import Connection
from random import Random
from statistics import median

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from tastytrade import EventBatch, Quote
from tastytrade.dxfeed.registry import field_names
from tastytrade.dxlink.encoding import encode_compact
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tests.speed.server_process import CLIENT_CORE, SERVER_CORE, pin

COLUMNS = field_names(Quote)
DIFFERENT_QUOTES = 20_000
"""They come again after that, a megabyte later: no window of deflate reaches back so far."""
SIZES = (1, 10, 100, 1_000)
RATES = (10_000, 50_000)
STEP = 0.1


class Way(Struct, frozen=True):
    """How frames travel: plain, or by deflate, whose window is kept from frame to frame or begun anew."""

    name: str
    deflate: bool = False
    keeps_window: bool = True
    window_bits: int = 15
    memory_level: int = 8

    def extensions(self) -> list[ServerPerMessageDeflateFactory] | None:
        if not self.deflate:
            return None
        return [
            ServerPerMessageDeflateFactory(
                server_no_context_takeover=not self.keeps_window,
                server_max_window_bits=self.window_bits,
                compress_settings={"memLevel": self.memory_level},
            )
        ]


WAYS = (
    Way("plain"),
    Way("deflate", deflate=True),
    Way("small window", deflate=True, window_bits=12, memory_level=5),
    Way("no takeover", deflate=True, keeps_window=False),
)


class Cost(Struct, frozen=True):
    """Of one event: bytes on the wire, CPU microseconds of the client and of the server."""

    size: float
    client: float
    server: float


# The server's process.


def quotes() -> list[EventBatch[Quote]]:
    """So many quotes, each another one than the symbol's before it."""
    listing = Listing(date(2025, 1, 13))
    market = Market(listing)
    symbols = [option.streamer_symbol for option in listing.chain("SPX")[:2_000]]
    found: list[EventBatch[Quote]] = []
    elapsed, shuffle = 0.0, Random(1).shuffle
    while sum(map(len, found)) < DIFFERENT_QUOTES:
        before, elapsed = elapsed, elapsed + STEP
        now_ms = market.time_at(elapsed)
        changed = market.changed(Quote, symbols, market.time_at(before), now_ms)
        shuffle(changed)
        batch = market.snapshot(Quote, changed, now_ms)
        if batch is not None:
            found.append(batch)
    return found


def frames(batches: list[EventBatch[Quote]], size: int) -> list[bytes]:
    """FEED_DATA of so many quotes each."""
    columns = {name: list(chain.from_iterable(batch.columns[name] for batch in batches)) for name in COLUMNS}
    whole = EventBatch(Quote, {name: column[:DIFFERENT_QUOTES] for name, column in columns.items()})
    return [
        b'{"type":"FEED_DATA","channel":1,"data":%b}' % encode_compact([part], {"Quote": COLUMNS})
        for part in whole.parts(size)
    ]


def run_server(told: Connection) -> None:
    """Serve each way on a port of its own; a client says how large its frames and how many its events be."""
    pin(0, SERVER_CORE)
    batches = quotes()
    texts = {size: frames(batches, size) for size in SIZES}

    async def answer(connection: ServerConnection) -> None:
        size, events = map(int, (await connection.recv()).split())
        began = time.process_time()
        for text in islice(cycle(texts[size]), events // size):
            await connection.send(text, text=True)
        await connection.send(str(time.process_time() - began))
        await connection.wait_closed()

    async def run() -> None:
        servers = [
            await serve(answer, "127.0.0.1", 0, compression=None, extensions=way.extensions()) for way in WAYS
        ]
        told.send([next(iter(server.sockets)).getsockname()[1] for server in servers])
        await asyncio.to_thread(told.recv)

    asyncio.run(run())


# The client's.


class Counting(ClientConnection):
    """A connection that knows how many bytes came."""

    received = 0

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        super().data_received(data)


@asynccontextmanager
async def connected(port: int, way: Way) -> AsyncIterator[Counting]:
    opening = connect(
        f"ws://127.0.0.1:{port}",
        compression="deflate" if way.deflate else None,
        max_size=1 << 24,
        ping_interval=None,
        proxy=None,
        create_connection=Counting,
    )
    async with opening as connection:
        assert isinstance(connection, Counting)
        yield connection


async def read(port: int, way: Way, size: int, events: int) -> Cost:
    async with connected(port, way) as connection:
        await connection.send(f"{size} {events}")
        came, began, got = connection.received, time.process_time(), 0
        while got < events:
            got += len(msgspec.json.decode(await connection.recv(decode=False))["data"][1]) // len(COLUMNS)
        client = time.process_time() - began
        server = float(await connection.recv())
        return Cost((connection.received - came) / got, client / got * 1e6, server / got * 1e6)


def sizes_and_events(events: int) -> Iterator[tuple[int, int]]:
    """Frame sizes, with fewer events where each is dear."""
    for size in SIZES:
        yield size, max(events // (10 if size == 1 else 1) // size, 1) * size


def measure(ports: list[int], events: int, rounds: int) -> tuple[Table, Table]:
    costs = Table(
        "quotes a frame", "way", "bytes each", "client us", "server us", "client", "server", "bytes"
    )
    lines = Table("quotes a frame", "way", *(f"{rate:,}/s: Mbit/s" for rate in RATES), "client of a core")
    for size, number in sizes_and_events(events):
        found: dict[str, list[Cost]] = {way.name: [] for way in WAYS}
        for _ in range(rounds):
            for way, port in zip(WAYS, ports, strict=True):
                found[way.name].append(asyncio.run(read(port, way, size, number)))
        plain = found["plain"]
        for name, mine in found.items():
            middle = {part: median(getattr(one, part) for one in mine) for part in Cost.__struct_fields__}
            ratios = (
                median(
                    getattr(one, part) / getattr(other, part) for one, other in zip(mine, plain, strict=True)
                )
                for part in ("client", "server", "size")
            )
            costs.add_row(
                *(f"{size:,}", name, f"{middle['size']:.1f}"),
                *(f"{middle['client']:.2f}", f"{middle['server']:.2f}"),
                *(f"x {ratio:.2f}" for ratio in ratios),
            )
            lines.add_row(
                *(f"{size:,}", name, *(f"{middle['size'] * 8 * rate / 1e6:.2f}" for rate in RATES)),
                " / ".join(f"{middle['client'] * rate / 1e6:.1%}" for rate in RATES),
            )
    return costs, lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--events", type=int, default=200_000)
    asked = parser.parse_args()
    told, other = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=run_server, args=(other,), daemon=True)
    server.start()
    pin(0, CLIENT_CORE)
    ports = told.recv()
    for table in measure(ports, asked.events, asked.rounds):
        Console(width=120).print(table)
    told.send(None)
    server.join()


if __name__ == "__main__":
    main()
