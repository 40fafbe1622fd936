"""Three tabs of the page beside a capture of 22,000 symbols, one of them stalled: what the feed notices.

.venv/bin/python -m tests.endurance.tabs [seconds for each arm, 20 unless told]

The tabs are in a process of their own. Each shows every panel; all of them look at the same things.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import connect

from tastytrade import Quote, Session, Streamer
from tastytrade.dashboard import Dashboard
from tastytrade.instruments import get_option_chain
from tastytrade.subscription import Overflow, Subscription
from tests.endurance.processes import Served, rss_mb, served
from tests.integration.page_browser import enter

RATE = 20_000
SYMBOLS = 22_000
WATCHED = ("SPX", "SPY", "QQQ", "NVDA", "AAPL")
PANELS = {
    "chain": {"underlying": "SPX", "around": 40},
    "candles": {"symbol": "SPX"},
    "smile": {"underlying": "SPX"},
    "term": {"underlying": "NVDA"},
    "exposure": {"underlying": "SPX"},
    "prints": {"symbols": WATCHED},
    "quotes": {"symbols": WATCHED},
    "health": {},
}
ARMS = {"no tab": [], "three tabs": [True] * 3, "three tabs, one takes nothing": [True, True, False]}


async def measure(simulator: Served, seconds: float) -> Table:
    shown = Table(
        "arm", "read events/s", "lag ms p50", "p99", "max", "loop blocked s", "RSS MB", "waits MB",
        "conflated", "tabs left", "told/s", title=f"{SYMBOLS:,} symbols, {RATE:,} events/s",
    )  # fmt: skip
    async with (
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
        Dashboard(streamer, runner=session) as dashboard,
    ):
        chain = await get_option_chain(session, "SPX")
        others = (await get_option_chain(session, "NVDA")).symbols
        symbols = [*WATCHED, *chain.symbols, *others][:SYMBOLS]
        capture = streamer.subscribe(Quote, symbols, overflow=Overflow.FAIL, name="capture")
        reading = asyncio.create_task(read(capture))
        await streamer.restored()
        await asyncio.sleep(5)
        for arm, tabs in ARMS.items():
            with opened(dashboard, await enter(dashboard), tabs) as process:
                await asyncio.sleep(8)  # until everything is shown
                delivered, blocked = capture.delivered, streamer.stats().loop
                capture.lag.reset()
                await asyncio.sleep(seconds)
                lag, loop = capture.lag.lags(), streamer.stats().loop
                left = dashboard.page_stats()
                told = None if process is None else await asyncio.to_thread(process.communicate, "\n")
            shown.add_row(
                arm,
                f"{(capture.delivered - delivered) / seconds:,.0f}",
                *(f"{(value or 0) * 1000:.0f}" for value in (lag.p50, lag.p99, lag.max)),
                f"{loop.blocked_count - blocked.blocked_count} x, longest {loop.longest_s:.2f}",
                f"{rss_mb():.0f}",
                f"{capture.waiting_bytes / 1e6:.1f}",
                f"{left['conflated']:,}",
                f"{left['clients']} of {len(tabs)}",
                "" if told is None else told[0].strip(),
            )
        capture.close()
        await reading
    return shown


async def read(capture: Subscription[Quote]) -> None:
    async for _ in capture.batches():
        pass


@contextmanager
def opened(dashboard: Dashboard, key: str, tabs: list[bool]) -> Iterator[subprocess.Popen[str] | None]:
    """Tabs in a process of their own, for as long as it lasts."""
    if not tabs:
        yield None
        return
    asked = json.dumps([dashboard.port, key, tabs])
    command = [sys.executable, "-m", "tests.endurance.tabs", "--tabs", asked]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def look(port: int, key: str, tabs: list[bool]) -> None:
    """Be these tabs until somebody presses return; then say how much was told a second."""
    counts = [0] * len(tabs)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    looking = [asyncio.create_task(tab(port, key, at, counts, is_reading=one)) for at, one in enumerate(tabs)]
    await asyncio.to_thread(sys.stdin.readline)
    sys.stdout.write(" ".join(f"{count / (loop.time() - begun):.0f}" for count in counts))
    for one in looking:
        one.cancel()


async def tab(port: int, key: str, at: int, counts: list[int], *, is_reading: bool) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    url = f"ws://127.0.0.1:{port}/ws"
    end = socket.socket()
    if not is_reading:  # else the system would take some megabytes for it
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.connect(("127.0.0.1", port))
    async with connect(
        url, sock=end, additional_headers=headers, max_size=None, max_queue=1, ping_interval=None
    ) as connection:
        for panel, args in PANELS.items():
            await connection.send(json.dumps({"do": "show", "panel": panel, "args": args}))
        if not is_reading:
            connection.transport.pause_reading()
            await asyncio.Event().wait()
        async for _ in connection:
            counts[at] += 1


def main() -> None:
    if sys.argv[1:2] == ["--tabs"]:
        port, key, tabs = json.loads(sys.argv[2])
        asyncio.run(look(port, key, tabs))
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with served("--rate", str(RATE)) as simulator:
        Console(width=200).print(asyncio.run(measure(simulator, seconds)))


if __name__ == "__main__":
    main()
