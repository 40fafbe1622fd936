"""What the aggregation period that was asked for does: events, frames, and what they cost the client.

    .venv/bin/python -m tests.speed.aggregation --symbols 2000 --speed 10 --rounds 5

The simulated market hurries, so that quotes of a busy option live 50 ms and those of a quiet one a second.
The periods take turns. Server and client have a core each.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import time
from datetime import date
from multiprocessing.connection import Connection
from statistics import median

from msgspec import Struct
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tastytrade import Quote, Session, Simulator, Streamer, get_option_chain
from tastytrade.dxlink.plan import contract_plans
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.market import Market
from tests.speed.server_process import CLIENT_CORE, SERVER_CORE, pin

TODAY = date(2025, 1, 13)
PERIODS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
SETTLING = 2.5
"""Seconds in which the first values of all symbols come, which are not measured."""


class Sample(Struct, frozen=True):
    """A second of the feed: frames and events in it, and CPU seconds that they took the client."""

    frames: float
    events: float
    cpu: float


class HurriedMarket(Market):
    """The simulated market, ``speed`` times as fast."""

    speed = 1.0

    def time_at(self, elapsed_seconds: float) -> int:
        return super().time_at(elapsed_seconds * self.speed)


def run_server(told: Connection, speed: float) -> None:
    """Serve until something is said; tells the variables by which it is reached."""
    pin(0, SERVER_CORE)
    market = HurriedMarket(Listing(TODAY))
    market.speed = speed

    async def run() -> None:
        async with Simulator(today=TODAY, market=market) as simulator:
            told.send(simulator.variables)
            await asyncio.to_thread(told.recv)

    asyncio.run(run())


async def sample(session: Session, symbols: list[str], period: float, seconds: float) -> Sample:
    async with (
        Streamer(session, plans=contract_plans(period)) as streamer,
        streamer.subscribe(Quote, symbols) as subscription,
    ):
        async for _ in subscription.batches(duration=SETTLING):
            pass
        frames = events = 0
        cpu, began = time.process_time(), time.perf_counter()
        async for batch in subscription.batches(duration=seconds):
            frames += 1
            events += len(batch)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    return Sample(frames / wall, events / wall, cpu / wall)


async def measure(variables: dict[str, str], asked: argparse.Namespace) -> Table:
    samples: dict[float, list[Sample]] = {period: [] for period in PERIODS}
    async with Session.from_environment(variables=variables) as session:
        chain = await get_option_chain(session, "SPX")
        symbols = chain.symbols[: asked.symbols]
        for turn in track(range(asked.rounds * len(PERIODS)), transient=True):
            period = PERIODS[turn % len(PERIODS)]
            samples[period].append(await sample(session, symbols, period, asked.seconds))
    table = Table(
        "period s", "events/s", "frames/s", "events a frame", "CPU us/event", "of a core", "least - most",
        title=f"Quote of {asked.symbols:,} options, market x {asked.speed:g}",
    )  # fmt: skip
    for period, found in samples.items():
        frames = median(one.frames for one in found)
        events = median(one.events for one in found)
        shares = sorted(one.cpu for one in found)
        table.add_row(
            *(f"{period:g}", f"{events:,.0f}", f"{frames:.1f}", f"{events / frames:.0f}"),
            f"{median(one.cpu / one.events for one in found) * 1e6:.1f}",
            *(f"{median(shares):.2%}", f"{shares[0]:.2%} - {shares[-1]:.2%}"),
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--symbols", type=int, default=2_000)
    parser.add_argument("--speed", type=float, default=10.0, help="how much faster than real time it moves")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0)
    asked = parser.parse_args()
    told, other = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn").Process
    server = spawn(target=run_server, args=(other, asked.speed), daemon=True)
    server.start()
    pin(0, CLIENT_CORE)
    variables: dict[str, str] = told.recv()
    Console(width=120).print(asyncio.run(measure(variables, asked)))
    told.send(None)
    server.join()


if __name__ == "__main__":
    main()
