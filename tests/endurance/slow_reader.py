"""A reader that never reads beside one that reads everything: memory, the policy at work, nothing lost.

.venv/bin/python -m tests.endurance.slow_reader [seconds for each policy, 20 unless told]
"""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console
from rich.table import Table

from tastytrade import Overflow, Quote, Session, Streamer
from tastytrade.errors import SlowReader
from tastytrade.timeouts import Timeouts
from tests.endurance.processes import Served, rss_mb, served

RATE = 20_000
LIMIT_BYTES = 4 << 20


async def measure(simulator: Served, seconds: float) -> Table:
    shown = Table(
        "policy", "RSS MB at 1/4, 2/4, 3/4, 4/4", "came for it", "conflated", "dropped", "waits MB", "gaps",
        "then", "the other read", "its lag p99 s", "lost",
        title=f"a reader that never reads, {RATE:,} events/s",
    )  # fmt: skip
    for policy in Overflow:
        async with (
            Session.from_environment(variables=simulator.variables) as session,
            Streamer(session, timeouts=Timeouts(block=2.0)) as streamer,
        ):
            symbols = ["SPX", "SPY", "QQQ", "NVDA", "AAPL"]
            idle = streamer.subscribe(Quote, symbols, overflow=policy, limit_bytes=LIMIT_BYTES)
            busy = streamer.subscribe(Quote, symbols, name="busy")
            reading = asyncio.create_task(_read(busy))
            memory = []
            for _ in range(4):
                await asyncio.sleep(seconds / 4)
                memory.append(rss_mb())
            ledger = streamer.ledger()
            mine, other = idle.ledger(), busy.ledger()
            then = "reads on"
            try:
                async for _ in idle.batches(duration=0.1):
                    pass
            except SlowReader as error:
                then = str(error)[:60] + "..."
            shown.add_row(
                policy.value,
                " ".join(f"{one:.0f}" for one in memory),
                *(f"{mine.received:,}", f"{mine.conflated:,}", f"{mine.dropped['overflow']:,}"),
                *(f"{idle.waiting_bytes / 1e6:.1f}", f"{len(idle.gaps)}", then, f"{other.delivered:,}"),
                f"{busy.lag.quantile(0.99)}",
                f"{sum(ledger.readable.values()) - other.received} (balance {ledger.balance})",
            )
            busy.close()
            await reading
    return shown


async def _read(reader: object) -> None:
    async for _ in reader.batches():  # type: ignore[attr-defined]  # a Subscription
        pass


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with served("--rate", str(RATE)) as simulator:
        Console(width=200).print(asyncio.run(measure(simulator, seconds)))


if __name__ == "__main__":
    main()
