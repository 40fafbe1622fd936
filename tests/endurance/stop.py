"""A program that is stopped by Ctrl-C or SIGTERM at 200 random moments: how long it takes, what it lost.

    .venv/bin/python -m tests.endurance.stop [runs, 200 unless told]

The program streams, its connections are dropped every half second, and what it received it writes. At its
end it compares the two.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.progress import Progress

from tastytrade import Quote, Session, Streamer, TimeAndSale
from tastytrade.cli.running import run
from tastytrade.timeouts import Timeouts
from tests.endurance.processes import Served, served

LONGEST = 5.0
AT_ONCE = 2


async def program() -> None:
    """What a user might have written."""
    say("begun")
    async with (
        Session.from_environment() as session,
        Streamer(session, timeouts=Timeouts(backoff_cap=0.3)) as streamer,
    ):
        reader = streamer.subscribe([Quote, TimeAndSale], ["SPX", "SPY", "QQQ", "NVDA", "AAPL"])
        written = 0
        try:
            async for batch in reader.batches():
                written += len(batch)
        except asyncio.CancelledError:
            reader.close()
            async for batch in reader.batches():
                written += len(batch)
            ledger = reader.ledger()
            received = ledger.received - ledger.dropped["repeated"]  # which history brought once more
            say(json.dumps({"received": received, "written": written, "balance": ledger.balance}))
            raise


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def stopped(simulator: Served, number: signal.Signals, moment: float) -> tuple[float, int, str, str]:
    """Seconds it took, exit code, stdout and stderr of one run."""
    environment = {
        **os.environ,
        **simulator.variables,
        "PYTHONASYNCIODEBUG": "0",
        "PYTHONWARNINGS": "default",
    }
    command = [sys.executable, "-m", "tests.endurance.stop", "program"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moment)
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        return time.monotonic() - began, process.returncode, out, err


def measure(simulator: Served, runs: int) -> int:
    console = Console(width=140)
    seconds: list[float] = []
    codes: Counter[str] = Counter()
    lost, complaints = 0, []
    jobs = [(random.choice([signal.SIGINT, signal.SIGTERM]), random.uniform(0.0, 2.0)) for _ in range(runs)]
    with Progress(console=Console(stderr=True)) as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        bar = progress.add_task("stopped", total=runs)
        for (number, moment), (took, code, out, err) in zip(
            jobs, pool.map(lambda job: stopped(simulator, *job), jobs), strict=True
        ):
            progress.advance(bar)
            seconds.append(took)
            codes[f"{number.name} -> {code}"] += 1
            if out.strip():
                said = json.loads(out.splitlines()[-1])
                lost += said["received"] - said["written"] + abs(said["balance"])
            if any(word in err for word in ("never retrieved", "was destroyed", "never awaited", "Error")):
                complaints.append(f"after {moment:.3f} s, {number.name}: {err[-2000:]}")
    seconds.sort()
    console.print(
        f"{runs} runs: median {seconds[runs // 2]:.2f} s, latest {seconds[-1]:.2f} s (limit {LONGEST:.0f}); "
        f"received and not written: {lost}; exits: {dict(codes)}; complaints: {len(complaints)}"
    )
    for complaint in complaints[:3]:
        console.print(complaint)
    return int(seconds[-1] > LONGEST or lost > 0 or bool(complaints))


def main() -> int:
    if sys.argv[1:] == ["program"]:
        try:
            run(program())
        except KeyboardInterrupt:
            return 130
        return 0
    drops = '{"name": "close", "code": 1012, "at_s": 0.5, "times": null}'
    with served("--rate", "2000", "--fault", drops) as simulator:
        return measure(simulator, int(sys.argv[1]) if len(sys.argv) > 1 else 200)


if __name__ == "__main__":
    sys.exit(main())
