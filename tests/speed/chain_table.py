"""What a chain table costs: wall time, processor time and memory, for growing parts of SPX's chain.

    .venv/bin/python -m tests.speed.chain_table

The simulator runs in another process. Most of the time is the pace of subscribing (2,500 entries a second,
four for each option) that servers ask for; the processor's share stands beside it.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from resource import RUSAGE_SELF, getrusage

from rich.console import Console
from rich.table import Table

from tastytrade import Session, Streamer, get_option_chain
from tests.endurance.processes import variables_of

STRIKES = (50, 500, 5_000)


async def measure(variables: dict[str, str]) -> Table:
    shown = Table("strikes", "entries", "wall s", "pace s", "CPU s", "more MB", "greeks")
    async with Session.from_environment(variables=variables) as session, Streamer(session) as streamer:
        began = time.perf_counter()
        chain = await get_option_chain(session, "SPX")
        shown.title = f"SPX: {len(chain.options):,} options, chain in {time.perf_counter() - began:.2f} s"
        for strikes in STRIKES:
            options = chain.options[: 2 * strikes]
            peak, used, began = getrusage(RUSAGE_SELF).ru_maxrss, time.process_time(), time.perf_counter()
            table = await streamer.chain_table(options)
            wall, cpu = time.perf_counter() - began, time.process_time() - used
            grown = (getrusage(RUSAGE_SELF).ru_maxrss - peak) / 1024
            entries = 4 * len(options)
            greeks = 2 * table.height - table["call_delta"].null_count() - table["put_delta"].null_count()
            shown.add_row(
                *(f"{table.height:,}", f"{entries:,}", f"{wall:.1f}", f"{entries / 2500:.1f}"),
                *(f"{cpu:.2f}", f"{grown:.0f}", f"{greeks:,}"),
            )
    return shown


def main() -> None:
    command = [sys.executable, "-m", "tastytrade", "simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        told = json.loads(simulator.stdout.readline())
        try:
            Console().print(asyncio.run(measure(variables_of(told))))
        finally:
            simulator.terminate()


if __name__ == "__main__":
    main()
