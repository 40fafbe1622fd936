"""Stopwatch: what every client that is measured does the same way. Only the standard library is needed.

A client reads its order from standard input, imports what it needs, and prints one line of JSON in the end.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

STAMP_BASE = 10**12
"""As in ``frames``, which other people's environments cannot import."""
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Order:
    """What a client is to do.

    arm            which of its ways to read
    url            where, with the scenario in it
    events         how many come; ``warm`` of them before the clock starts
    subscriptions  event type -> symbols
    columns        event type -> the columns to ask for
    is_stamped     the events carry the time they were sent
    busy_us        work that the reader does for each event
    seconds        stop after so long, however many have come; 0: when all have
    """

    arm: str
    url: str
    events: int
    warm: int
    subscriptions: dict[str, list[str]]
    columns: dict[str, list[str]]
    is_stamped: bool
    busy_us: float
    seconds: float


def read_order() -> Order:
    """The order that was given on standard input."""
    return Order(**json.load(sys.stdin))


class Stopwatch:
    """Counts events from the first that is delivered, which starts the clock, to the last."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.count = 0
        self.lags_us = array("q")
        self.extra: dict[str, Any] = {}
        self._imported_rss = rss()
        self._cpu = self._wall = 0.0
        self._busy_s = order.busy_us / 1e6

    def start(self) -> None:
        """The first event that counts has been delivered."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def saw(self, stamp: float) -> None:
        """An event of a paced scenario is with the reader now, and the reader's work on it is done."""
        self.lags_us.append(time.monotonic_ns() // 1000 - (int(stamp) - STAMP_BASE))
        if self._busy_s:
            end = time.perf_counter() + self._busy_s
            while time.perf_counter() < end:
                pass

    def stop(self, count: int) -> NoReturn:
        """The last event has been delivered: say what was measured and end the process at once."""
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        timed = count - self.order.warm
        self.say(
            {
                "events": count,
                "cpu_us": cpu / timed * 1e6,
                "wall_s": wall,
                "imported_mb": self._imported_rss / 1e6,
                "peak_mb": peak_rss() / 1e6,
                "final_mb": rss() / 1e6,
                **self._lags(),
                **self.extra,
            }
        )

    def say(self, found: dict[str, Any]) -> NoReturn:
        """Print the result and end the process, whatever threads and connections it still has."""
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        os._exit(0)

    def _lags(self) -> dict[str, float]:
        # What was late because things were still warming up does not count.
        lags = sorted(self.lags_us[len(self.lags_us) // 10 :])
        if not lags:
            return {}
        return {
            "lag_p50_us": lags[len(lags) // 2],
            "lag_p99_us": lags[len(lags) * 99 // 100],
            "lag_min_us": lags[0],
        }


def rss() -> int:
    """Resident memory in bytes; where the system does not tell, the most it has been."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return peak_rss()
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_rss() -> int:
    """The most resident memory that this program has had, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
    # ru_maxrss would count what the process was before it became this program.
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
