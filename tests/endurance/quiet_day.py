"""A day and a night of symbols that hardly ever trade: the connection must not be taken for dead.

    .venv/bin/python -m tests.endurance.quiet_day [hours, 24 unless told]

A loop whose clock jumps over every wait makes a day of a minute; the sockets, the client and the server's
end of DXLink are the real ones. One quote comes every 97 minutes.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections import Counter

from rich.console import Console
from websockets.asyncio.server import ServerConnection, serve
from websockets.protocol import State

from tastytrade import EventBatch, Quote, Streamer
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions

QUIET = 97 * 60.0
SHORT = 0.2
"""Waits up to this are passed over blindly: what has arrived is found after the next."""


class JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing: what would be waited for passes at once, when nothing has arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found and timeout and timeout > SHORT:
            found = super().select(0.001)  # loopback is quick, but not so quick as no time at all
        if not found and timeout:
            self.ahead += timeout
        return found


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return super().time() + self._jumping.ahead


async def speak(connection: ServerConnection) -> None:
    """A server that has a quote now and then, and keeps its word in between."""
    now = asyncio.get_running_loop().time
    server = ServerProtocol(lambda _: None, ServerOptions(wants_token=False), now=now())
    due = now() + QUIET
    reading = asyncio.create_task(connection.recv(decode=False))
    while connection.state is State.OPEN:
        await asyncio.wait([reading], timeout=max(0.0, min(due, server.next_deadline()) - now()))
        if reading.done() and reading.exception() is not None:
            return
        if reading.done():
            server.receive(reading.result(), now=now())
            reading = asyncio.create_task(connection.recv(decode=False))
        if now() >= due:
            due = now() + QUIET
            for number in server.channels:
                server.send(number, [EventBatch(Quote, {"eventSymbol": ["RARE"], "bidPrice": [1.0]})])
        server.tick(now())
        for text in server.data_to_send(now()):
            await connection.send(text, text=True)
        if server.closing is not None:
            await connection.close(server.closing.code, server.closing.reason)
            return


async def day(hours: float) -> tuple[Counter[str], int, int]:
    """States that were entered, quotes, and gaps."""
    states: Counter[str] = Counter()
    quotes = 0
    async with serve(speak, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with Streamer(url=f"ws://127.0.0.1:{port}") as streamer:

            async def watch() -> None:
                async for change in streamer.states():
                    states[change.state.value] += 1

            watching = asyncio.create_task(watch())
            reader = streamer.subscribe(Quote, ["RARE"])
            async for batch in reader.batches(duration=hours * 3600):
                quotes += len(batch)
            gaps = len(reader.gaps)
        await watching
    return states, quotes, gaps


def main() -> int:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
    began = time.monotonic()
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        states, quotes, gaps = runner.run(day(hours))
    connections = states["connecting"]
    Console().print(
        f"{hours:g} hours in {time.monotonic() - began:.0f} s: {quotes} quotes, {gaps} gaps, "
        f"states {dict(states)}"
    )
    return int(gaps > 0 or states["stalled"] > 0 or states["backoff"] > 0 or connections > 2)


if __name__ == "__main__":
    sys.exit(main())
