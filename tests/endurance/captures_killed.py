"""A capture that is killed at 200 random moments, and goes on each time: what is left in its stores.

    .venv/bin/python -m tests.endurance.captures_killed [kills, 200 unless told] [seed]

Every tenth kill is of a capture that has hardly begun to open its store; ten kills make a store, in which a
day ends. What each capture said was safe must be there, once, and a gap must cover all the rest.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.integration.catalogue.killing import (
    Findings,
    counting_simulator,
    judge,
    killed,
    shift_to_midnight,
)

KILLS_OF_A_STORE = 10
AT_ONCE = 2
LONGEST = 1.0
"""Seconds a capture lives at most."""
OPENING = (0.2, 0.9)
"""Seconds after its start in which a program opens its store."""


async def one_store(folder: Path, kills: int, chosen: random.Random, progress: Progress) -> list[Findings]:
    """Kill captures to one folder, one after the other; gives what was found after each."""
    (bar,) = progress.task_ids
    found = []
    async with counting_simulator() as (simulator, market):
        shift_ns = shift_to_midnight()
        for number in range(kills):
            is_early = number % KILLS_OF_A_STORE == 0
            after = chosen.uniform(*OPENING) if is_early else chosen.uniform(0.0, LONGEST)
            ended = await killed(simulator, folder, shift_ns=shift_ns, after=after, is_early=is_early)
            found.append(await asyncio.to_thread(judge, folder, market, ended))
            progress.advance(bar)
    return found


async def measure(kills: int, seed: int, folder: Path) -> list[Findings]:
    """The findings of all stores, some at a time."""
    stores = -(-kills // KILLS_OF_A_STORE)
    free = asyncio.Semaphore(AT_ONCE)
    with Progress(console=Console(stderr=True)) as progress:
        progress.add_task("captures killed", total=kills)

        async def one(number: int) -> list[Findings]:
            async with free:
                count = min(KILLS_OF_A_STORE, kills - number * KILLS_OF_A_STORE)
                path = folder / f"store-{number}"
                return await one_store(path, count, random.Random(f"{seed} {number}"), progress)

        return [one for found in await asyncio.gather(*map(one, range(stores))) for one in found]


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(kills, seed, Path(folder)))
    console = Console(width=140)
    for note in [note for one in found if one.faults for note in one.notes][:20]:
        console.print(note)
    names = ("lost", "duplicate", "unreadable", "wrong", "uncovered", "misplaced_gaps", "open_gaps")
    sums = ", ".join(f"{name.replace('_', ' ')} {sum(getattr(one, name) for one in found)}" for name in names)
    console.print(
        f"{len(found)} kills in {time.monotonic() - began:.0f} s, seed {seed}: {sums}; "
        f"{max((one.rows for one in found), default=0):,} rows in the largest store, "
        f"{sum(one.days > 1 for one in found)} looks at two days or more"
    )
    return int(any(one.faults for one in found))


if __name__ == "__main__":
    sys.exit(main())
