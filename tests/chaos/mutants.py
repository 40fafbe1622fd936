"""Mutants: clients with a planted bug, and what must find each. A survivor is a hole in the oracle."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from tests.chaos.course import run
from tests.chaos.planted import BUGS
from tests.chaos.schedule import Fault, Schedule

MOST_SECONDS = 60.0


class Mutant(Struct, frozen=True):
    """A bug, the faults that bring it to light, and the invariants of which one must be broken by it."""

    bug: str
    found_by: frozenset[str]
    faults: list[Fault] = []


_LOSS = [Fault(1.0, "rst"), Fault(6.0, "close", {"code": 1012})]
_SILENCE = [Fault(1.0, "blackhole", {"seconds": 1.0})]
_LATE_LOSS = [Fault(6.0, "rst"), Fault(8.0, "rst")]

MUTANTS = (
    Mutant("partial_resubscribe", frozenset({"I1", "I6"}), _LOSS),
    Mutant("resurrected_symbol", frozenset({"I6", "unexpected"}), _LATE_LOSS),
    Mutant("duplicate_row", frozenset({"I5"})),
    Mutant("dropped_rows", frozenset({"I1"})),
    Mutant("gap_from_detection", frozenset({"I1"}), _SILENCE),
    Mutant("endless_gap", frozenset({"I1", "I2"}), _LOSS),
    Mutant("swapped_columns", frozenset({"corrupt"})),
    Mutant("sending_is_life", frozenset({"I1", "I3", "I6"}), _SILENCE),
    Mutant("stale_token", frozenset({"I6"}), [Fault(1.0, "expire_tokens")]),
    Mutant("swallowed_cancel", frozenset({"I10"})),
    Mutant("unbounded_queue", frozenset({"I7"}), [Fault(20.0, "config_again")]),
    Mutant("secret_in_a_log", frozenset({"I11"})),
)


async def is_found(mutant: Mutant, folder: Path) -> tuple[bool, set[str]]:
    """Run it; whether one of its invariants broke, and all that did."""
    seconds = max((fault.at for fault in mutant.faults), default=1.0) + 4.0
    shutil.rmtree(folder, ignore_errors=True)
    faults = mutant.faults or [Fault(3.0, "config_again")]
    verdict = await run(Schedule(None, seconds, faults), folder, planted=mutant.bug)
    return bool(verdict.broken & mutant.found_by), verdict.broken


async def survivors(
    mutants: Sequence[Mutant], folder: Path, *, say: Callable[[str], None] = lambda _text: None
) -> list[str]:
    """The bugs that nothing found, or too late."""
    alive: list[str] = []
    for mutant in mutants:
        began = time.monotonic()
        found, broken = await is_found(mutant, folder / mutant.bug)
        seconds = time.monotonic() - began
        if not found or seconds > MOST_SECONDS:
            alive.append(mutant.bug)
        say(
            f"{'found' if found else 'SURVIVED'} {mutant.bug} in {seconds:.0f} s"
            f" (by {', '.join(sorted(broken)) or 'nothing'})"
        )
    return alive


def unlisted() -> set[str]:
    """Bugs that nobody plants."""
    return set(BUGS) - {mutant.bug for mutant in MUTANTS}
