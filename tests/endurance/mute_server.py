"""A hundred servers fall silent at different moments, their connections open: how soon each is found out.

    .venv/bin/python -m tests.endurance.mute_server [keepalive timeout, 60 unless told]

What a server promises is its keepalive timeout; five seconds more are granted. They run side by side, so
that it takes little longer than one of them.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

from rich.console import Console
from rich.progress import Progress
from websockets.asyncio.server import ServerConnection, serve

from tastytrade import Quote, Streamer
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.source import State

RUNS = 100


async def speak(connection: ServerConnection, keepalive_timeout: float, mute_at: dict[object, float]) -> None:
    """Be a server that keeps its word until the connection's hour has come, and then says nothing more."""
    now = asyncio.get_running_loop().time
    options = ServerOptions(wants_token=False, keepalive_timeout=keepalive_timeout)
    server = ServerProtocol(lambda _: None, options, now=now())
    until = now() + random.uniform(0.5, 5.0)
    reading = asyncio.create_task(connection.recv(decode=False))
    while now() < until:
        await asyncio.wait([reading], timeout=0.05)
        if reading.done():
            server.receive(reading.result(), now=now())
            reading = asyncio.create_task(connection.recv(decode=False))
        server.tick(now())
        for text in server.data_to_send(now()):
            await connection.send(text, text=True)
            mute_at[connection] = time.monotonic()
    reading.cancel()
    await connection.wait_closed()  # the connection lives on, and pings are answered


async def one(number: int, keepalive_timeout: float) -> float:
    """Seconds from the server's last word until the state is STALLED."""
    mute_at: dict[object, float] = {}
    async with serve(
        lambda connection: speak(connection, keepalive_timeout, mute_at), "127.0.0.1", 0
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with Streamer(url=f"ws://127.0.0.1:{port}") as streamer:
            streamer.subscribe(Quote, [f"S{number}"])
            async for change in streamer.states():
                if change.state is State.STALLED:
                    return time.monotonic() - max(mute_at.values())
    raise RuntimeError("the silence was never found")


async def measure(keepalive_timeout: float) -> list[float]:
    found = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("silent servers found", total=RUNS)
        for run in asyncio.as_completed([one(number, keepalive_timeout) for number in range(RUNS)]):
            found.append(await run)
            progress.advance(bar)
    return sorted(found)


def main() -> None:
    keepalive_timeout = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    found = asyncio.run(measure(keepalive_timeout))
    limit = keepalive_timeout + 5
    late = sum(seconds > limit + 1 for seconds in found)
    Console().print(
        f"{len(found)} of {RUNS} found; soonest {found[0]:.2f} s, median {found[RUNS // 2]:.2f} s, "
        f"latest {found[-1]:.2f} s; the limit is {limit:.0f} s; {late} later than a second past it"
    )
    sys.exit(bool(late or len(found) < RUNS))


if __name__ == "__main__":
    main()
