"""What a streamed event costs: our reader beside a bare one, in turns, against one simulator under load.

    .venv/bin/python tests/speed/stream_rate.py --rate 200000 --symbols 2000 --rounds 5

The bare reader takes the same frames off the same kind of socket and only parses their JSON. The machine's
speed varies, so what counts is the ratio of CPU time per event within one run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

import msgspec

from tastytrade import Quote, Session, Streamer, TableBuilder, get_option_chain
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.transport.websocket import open_websocket

Arm = Callable[[Session, list[str], float], Awaitable[int]]
COLUMNS = 12


async def bare(session: Session, symbols: list[str], seconds: float) -> int:
    quote_token = await session.quote_token()
    protocol = ClientProtocol(pace=0.0)
    for symbol in symbols:
        protocol.want(Entry("Quote", symbol))
    loop, count = asyncio.get_running_loop(), 0
    async with open_websocket(quote_token.dxlink_url, user_agent="speed/1") as door:
        protocol.start(token=quote_token.token.reveal(), now=loop.time())
        end = loop.time() + seconds
        while loop.time() < end:
            for text in protocol.data_to_send(loop.time()):
                await door.send(text)
            text = await door.receive()
            if any(isinstance(one, Frame) for one in protocol.receive(text, now=loop.time())):
                count += len(msgspec.json.decode(text)["data"][1]) // COLUMNS
    return count


async def batches(session: Session, symbols: list[str], seconds: float) -> int:
    async with Streamer(session) as streamer, streamer.subscribe(Quote, symbols) as subscription:
        return sum([len(batch) async for batch in subscription.batches(duration=seconds)])


async def events(session: Session, symbols: list[str], seconds: float) -> int:
    count = 0
    async with Streamer(session) as streamer, streamer.subscribe(Quote, symbols) as subscription:
        async for _ in subscription.events(duration=seconds):
            count += 1
    return count


async def table(session: Session, symbols: list[str], seconds: float) -> int:
    builder = TableBuilder(Quote, last=100_000)
    async with Streamer(session) as streamer, streamer.subscribe(Quote, symbols) as subscription:
        async for batch in subscription.batches(duration=seconds):
            builder.append(batch)
    return builder.appended if builder.table.height else 0


async def measure(server: dict[str, str], count: int, rounds: int, seconds: float) -> None:
    variables = {"TT_API_URL": server["api_url"], "TT_USER": server["login"], "TT_PASS": server["password"]}
    arms: dict[str, Arm] = {"bare": bare, "batches": batches, "events": events, "table": table}
    costs: dict[str, list[float]] = {name: [] for name in arms}
    counts: dict[str, list[int]] = {name: [] for name in arms}
    async with Session.from_environment(variables=variables) as session:
        chain = await get_option_chain(session, "SPX")
        symbols = [str(option.streamer_symbol) for option in chain.options[:count]]
        for number in range(rounds):
            for name, arm in arms.items():
                cpu = time.process_time()
                got = await arm(session, symbols, seconds)
                costs[name].append((time.process_time() - cpu) / got * 1e6)
                counts[name].append(got)
            print(f"round {number + 1} of {rounds}", file=sys.stderr)  # noqa: T201 - progress of a program
    print(f"{'reader':10}{'events':>12}{'CPU us/event':>14}{'x bare':>8}")  # noqa: T201 - its result
    for name in arms:
        ratio = median(mine / base for mine, base in zip(costs[name], costs["bare"], strict=True))
        line = f"{name:10}{median(counts[name]):12,.0f}{median(costs[name]):14.2f}{ratio:8.2f}"
        print(line)  # noqa: T201 - its result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=200_000)
    parser.add_argument("--symbols", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "tastytrade", "simulator", "--rate", str(asked.rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            asyncio.run(measure(json.loads(line), asked.symbols, asked.rounds, asked.seconds))
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
