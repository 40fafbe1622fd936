"""What a simulator under load costs at its own end: events a second on one socket, and CPU time for each.

    .venv/bin/python -m tests.speed.simulator_rate --rates 50000 200000 400000
    .venv/bin/python -m tests.speed.simulator_rate --beside ../before/src

A bare reader takes the frames off one socket and counts the events in them. Server and reader have a core
each. What other programs do to the machine is in the figures: with ``--beside`` another tree of the package
is measured in turns with this one, and what counts is the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect

from tastytrade import Session, get_option_chain
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.messages import Entry
from tests.speed.server_process import CLIENT_CORE, ServerProcess, pin, serving

OPTION = b'".'
"""How an option's symbol begins in JSON, and nothing else that a Quote holds."""
WARM_UP = 1.5
CLOSE_TIMEOUT = 0.1
"""Nobody reads any more when it closes, and so nobody would see the answer."""


class Sample(Struct, frozen=True):
    """One stretch of reading: events a second, frames of how many events, CPU microseconds an event."""

    rate: float
    events_per_frame: float
    cost: float
    load: float


async def read(connection: ClientConnection, seconds: float) -> tuple[int, int]:
    """Read for so long; gives frames and events."""
    loop, frames, events = asyncio.get_running_loop(), 0, 0
    end = loop.time() + seconds
    while loop.time() < end:
        events += (await connection.recv(decode=False)).count(OPTION)
        frames += 1
    return frames, events


async def converse(connection: ClientConnection, protocol: ClientProtocol, seconds: float) -> None:
    """Speak DXLink for so long: what is wanted is subscribed, and the server has warmed up."""
    loop = asyncio.get_running_loop()
    protocol.start(token=None, now=loop.time())
    end = loop.time() + seconds
    while loop.time() < end:
        for text in protocol.data_to_send(loop.time()):
            await connection.send(text, text=True)
        protocol.receive(await connection.recv(decode=False), now=loop.time())


async def sample(server: ServerProcess, symbols: int, seconds: float) -> Sample:
    async with Session.from_environment(variables=server.variables) as session:
        chain = await get_option_chain(session, "SPX")
    protocol = ClientProtocol(pace=0.0)
    for symbol in chain.symbols[:symbols]:
        protocol.want(Entry("Quote", symbol))
    opening = connect(
        server.told["dxlink_url"],
        compression=None,
        proxy=None,
        max_size=1 << 24,
        close_timeout=CLOSE_TIMEOUT,
    )
    async with opening as connection:
        await converse(connection, protocol, WARM_UP)
        cpu, began = server.cpu_seconds(), time.perf_counter()
        frames, events = await read(connection, seconds)
        cpu, wall = server.cpu_seconds() - cpu, time.perf_counter() - began
    return Sample(events / wall, events / frames, cpu / events * 1e6, cpu / wall)


def measure(rate: int, sources: dict[str, Path | None], asked: argparse.Namespace) -> dict[str, list[Sample]]:
    """Samples of each tree, taken in turns."""
    options = ("--rate", str(rate), "--dxlink", "wants_token=false")
    samples: dict[str, list[Sample]] = {name: [] for name in sources}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(*options, source=src)) for name, src in sources.items()}
        for _ in range(asked.rounds):
            for name, server in servers.items():
                samples[name].append(asyncio.run(sample(server, asked.symbols, asked.seconds)))
    return samples


def show(table: Table, rate: int, samples: dict[str, list[Sample]]) -> None:
    for name, found in samples.items():
        costs = sorted(one.cost for one in found)
        table.add_row(
            *(f"{rate:,}", name, f"{median(one.rate for one in found):,.0f}"),
            f"{median(one.events_per_frame for one in found):.0f}",
            *(f"{median(costs):.2f}", f"{median(one.load for one in found):.0%}"),
            f"{costs[0]:.2f} - {costs[-1]:.2f}",
        )
    if len(samples) > 1:
        here, beside = samples.values()
        ratios = sorted(mine.cost / other.cost for mine, other in zip(here, beside, strict=True))
        spread = f"{ratios[0]:.2f} - {ratios[-1]:.2f}"
        table.add_row("", "here / beside", "", "", f"x {median(ratios):.2f}", "", spread)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rates", type=int, nargs="+", default=[50_000, 200_000, 400_000])
    parser.add_argument("--symbols", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--beside", type=Path, help="the src folder of another tree of the package")
    asked = parser.parse_args()
    sources: dict[str, Path | None] = {"here": None}
    if asked.beside is not None:
        sources["beside"] = asked.beside.resolve()
    pin(0, CLIENT_CORE)
    table = Table("asked /s", "tree", "got /s", "events a frame", "CPU us/event", "of a core", "least - most")
    for rate in asked.rates:
        show(table, rate, measure(rate, sources, asked))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
