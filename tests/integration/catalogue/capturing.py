"""A program that captures until it is killed, and says up to which number everything is safe.

    TT_API_URL=... TT_SECRET=... TT_REFRESH=... python -m ...capturing FOLDER SHIFT SYMBOLS

Its clock is SHIFT nanoseconds ahead of this machine's. A line is a number; the first is 0, once it is open.
"""

from __future__ import annotations

import asyncio
import sys
import time

from tastytrade import Capture, Quote, Session, Streamer, TimeAndSale
from tastytrade.store import Pace
from tests.chaos.counting_market import symbols

PACE = Pace(commit_after=0.01, commit_rows=50, move_rows=150, move_after=0.1)
"""Small, so that a second has some hundred commits, moves, and with them checkpoints."""


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


async def capture(folder: str, count: int) -> None:
    async with (
        Session.from_environment() as session,
        Streamer(session) as streamer,
        Capture(streamer, folder, [Quote, TimeAndSale], symbols(count), pace=PACE) as captured,
    ):
        said = 0
        say(said)
        while True:
            await asyncio.sleep(0.002)
            if captured.committed_n > said:
                said = captured.committed_n
                say(said)


def shift_clock(by_ns: int) -> None:
    """Another machine's clock: every time of the package's is asked of it."""
    real = time.time_ns
    time.time_ns = lambda: real() + by_ns


if __name__ == "__main__":
    shift_clock(int(sys.argv[2]))
    asyncio.run(capture(sys.argv[1], int(sys.argv[3])))
