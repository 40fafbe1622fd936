"""Shrinking: the fewest faults of a schedule that still break one of the same invariants."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from tests.chaos.course import run
from tests.chaos.schedule import Schedule

MOST_RUNS = 20


async def shrunk(
    schedule: Schedule,
    broken: set[str],
    folder: Path,
    *,
    say: Callable[[str], None] = lambda _text: None,
) -> Schedule:
    """The schedule without what can be left out: halves first, then quarters, down to single faults.

    Times stay as they are, but for what follows the last fault. Stops after so many runs.
    """
    size, runs = max(len(schedule.faults) // 2, 1), 0
    while True:
        for start in range(0, len(schedule.faults), size):
            if runs == MOST_RUNS or len(schedule.faults) == 1:
                return schedule
            kept = [*schedule.faults[:start], *schedule.faults[start + size :]]
            if not kept:
                continue
            runs += 1
            shutil.rmtree(folder, ignore_errors=True)
            seconds = max(fault.at + fault.seconds for fault in kept) + 1.0
            smaller = structs.replace(schedule, seed=None, seconds=seconds, faults=kept)
            is_enough = bool((await run(smaller, folder)).broken & broken)
            say(f"{len(kept)} faults {'are enough' if is_enough else 'are not enough'}")
            if is_enough:
                schedule = smaller
                break
        else:
            if size == 1:
                return schedule
            size //= 2
