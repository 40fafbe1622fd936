"""50,000 subscriptions over two connections, before and after the server is killed and comes back.

    .venv/bin/python -m tests.endurance.restore

The server takes 2,500 subscriptions a second and connection, as real ones seem to, so that 25,000 of
them take ten seconds whatever we do. The last line asks for 100,000.
"""

from __future__ import annotations

import asyncio
import time

from rich.console import Console
from rich.table import Table

from tastytrade import EventType, Session, Streamer, get_option_chain
from tastytrade.errors import TooManySubscriptions
from tastytrade.timeouts import Timeouts
from tests.endurance.processes import Served, rss_mb, served

TYPES = [EventType.QUOTE, EventType.TRADE, EventType.GREEKS, EventType.SUMMARY]
OPTIONS = 12_500


async def measure(simulator: Served, console: Console) -> None:
    shown = Table(
        "", "seconds", "subscribed", "of", "messages in", "RSS MB", title=f"{4 * OPTIONS:,} subscriptions"
    )
    async with Session.from_environment(variables=simulator.variables) as session:
        chain = await get_option_chain(session, "SPX")
        symbols = [option.streamer_symbol for option in chain.options]
        before = rss_mb()
        async with Streamer(session, connections=2, timeouts=Timeouts(backoff_cap=1.0)) as streamer:
            reader = streamer.subscribe(TYPES, symbols[:OPTIONS])
            reading = asyncio.create_task(_read(reader))
            for what in ("first", "after the restart"):
                frames, began = streamer.ledger().frames, time.perf_counter()
                await streamer.restored()
                sent, wanted = streamer.progress
                shown.add_row(
                    what,
                    f"{time.perf_counter() - began:.1f}",
                    f"{sent:,}",
                    f"{wanted:,}",
                    f"{streamer.ledger().frames - frames:,}",
                    f"{rss_mb():.0f} ({before:.0f} before)",
                )
                if what == "first":
                    await asyncio.sleep(3)
                    await asyncio.to_thread(simulator.kill)
                    await asyncio.to_thread(simulator.start)
            console.print(shown)
            console.print(f"state: {streamer.state.state.value}, {streamer.state.reason}")
            for gap in reader.gaps:
                seconds = ((gap.to_ns or 0) - gap.from_ns) / 1e9
                console.print(f"gap: {seconds:.1f} s, {gap.reason}, {len(gap.symbols):,} symbols")
            console.print(f"ledger: balance {streamer.ledger().balance}")
            for connections in (2, 4):
                async with Streamer(session, connections=connections) as other:
                    try:
                        other.subscribe([*TYPES, "Profile"], symbols[:20_000])
                        await other.restored()
                        console.print(f"100,000 with connections={connections}: {other.state.reason}")
                    except TooManySubscriptions as error:
                        console.print(f"100,000 with connections={connections}: {error}")
            reader.close()
            await reading


async def _read(reader: object) -> None:
    async for _ in reader.batches():  # type: ignore[attr-defined]  # a Subscription
        pass


def main() -> None:
    with served() as simulator:
        asyncio.run(measure(simulator, Console(width=140)))


if __name__ == "__main__":
    main()
