"""What it costs to keep a day, and to ask it questions: our store, plain Parquet files, and a DuckDB file.

    .venv/bin/python -m tests.speed.stores [--events 5000000] [--rounds 5]

All three are given the same batches in a process of its own each, of which making the batches is taken off,
and all are asked the same three questions, in turns. The answers must be equal. Our store commits every
20,000 rows to its journal, from which nothing is lost when the process is killed; so does the DuckDB file;
the Parquet files have what waits for the next 100,000 rows in memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tastytrade.store.disk import size_of
from tests.speed.day import batches, symbols_of
from tests.speed.stopwatch import peak_rss, rss
from tests.speed.store_arms import ARMS

COMMIT_ROWS = 20_000
SYMBOLS = 1_000
QUESTIONS = (
    "last value of each symbol",
    "1-minute candles of every symbol",
    "one symbol's quotes of an hour",
)


def write(arm: str, folder: Path, events: int) -> dict[str, Any]:
    """Write the day; what that took without making it."""
    making = time.process_time()
    for _ in batches(events, SYMBOLS):
        pass
    making = time.process_time() - making
    made_mb = rss() / 1e6
    began, cpu = time.perf_counter(), time.process_time()
    writer, waiting = ARMS[arm].writer(folder), 0
    slowest = 0.0
    for batch in batches(events, SYMBOLS):
        writer.append(batch)
        waiting += len(batch)
        if waiting >= COMMIT_ROWS:
            committing = time.perf_counter()
            writer.commit()
            slowest, waiting = max(slowest, time.perf_counter() - committing), 0
    writer.close()
    cpu = time.process_time() - cpu - making
    return {
        "cpu_us": cpu / events * 1e6,
        "events_per_cpu_s": events / cpu,
        "wall_s": time.perf_counter() - began,
        "slowest_s": slowest,
        "peak_mb": peak_rss() / 1e6,
        "before_mb": made_mb,
        "bytes": size_of(folder) / events,
    }


def ask(arm: str, folder: Path, rounds: int) -> dict[str, Any]:
    """Ask the questions; seconds each, and what came out."""
    asked = ARMS[arm].questions(folder, symbols_of(SYMBOLS)[SYMBOLS // 2])
    taken: dict[str, list[float]] = {question: [] for question in QUESTIONS}
    answers: dict[str, list[float]] = {}
    for _ in range(rounds):
        for question, answer in zip(QUESTIONS, asked, strict=True):
            began = time.perf_counter()
            found = answer()
            taken[question].append(time.perf_counter() - began)
            answers[question] = found
    return {
        "first_s": {question: times[0] for question, times in taken.items()},
        "seconds": {question: median(times[1:]) for question, times in taken.items()},
        "answers": answers,
    }


def main() -> None:
    """Run everything and show it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "ARM", "FOLDER"))
    given = parser.parse_args()
    if given.child:
        what, arm, folder = given.child
        done = (
            write(arm, Path(folder), given.events)
            if what == "write"
            else ask(arm, Path(folder), given.rounds)
        )
        sys.stdout.write(json.dumps(done))
        return
    console = Console()
    with tempfile.TemporaryDirectory(prefix="stores-") as place:
        folders = {arm: Path(place) / arm.replace(" ", "-") for arm in ARMS}
        run = _runner(given.events, given.rounds)
        written = {arm: run("write", arm, folder) for arm, folder in folders.items()}
        asked = {arm: run("ask", arm, folder) for arm, folder in folders.items()}
    _check(asked)
    console.print(_write_table(written, given.events))
    console.print(_ask_table(asked))
    if given.json:
        given.json.write_text(
            json.dumps({"events": given.events, "written": written, "asked": asked}, indent=1)
        )


def _runner(events: int, rounds: int) -> Callable[[str, str, Path], dict[str, Any]]:
    def run(what: str, arm: str, folder: Path) -> dict[str, Any]:
        command = [
            sys.executable,
            "-m",
            "tests.speed.stores",
            "--events",
            str(events),
            "--rounds",
            str(rounds),
        ]
        done = subprocess.run(
            [*command, "--child", what, arm, str(folder)], check=True, capture_output=True, text=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


def _check(asked: dict[str, dict[str, Any]]) -> None:
    for question in QUESTIONS:
        answers = {
            json.dumps([round(value, 4) for value in one["answers"][question]]) for one in asked.values()
        }
        if len(answers) != 1:
            raise SystemExit(f"{question}: the answers differ: {answers}")


def _write_table(written: dict[str, dict[str, Any]], events: int) -> Table:
    table = Table("", *written, title=f"{events:,} events written")
    rows: list[tuple[str, str, str]] = [
        ("CPU, us an event", "cpu_us", ".2f"),
        ("events a CPU second", "events_per_cpu_s", ",.0f"),
        ("slowest commit, s", "slowest_s", ".3f"),
        ("bytes an event on disk", "bytes", ".1f"),
        ("peak RSS, MB", "peak_mb", ".0f"),
        ("RSS before the first, MB", "before_mb", ".0f"),
    ]
    for name, key, form in rows:
        table.add_row(name, *(format(one[key], form) for one in written.values()))
    return table


def _ask_table(asked: dict[str, dict[str, Any]]) -> Table:
    table = Table("", *asked, title="questions: seconds, the first time and then")
    for question in QUESTIONS:
        cells = (f"{one['first_s'][question]:.3f}  {one['seconds'][question]:.3f}" for one in asked.values())
        table.add_row(question, *cells)
    return table


if __name__ == "__main__":
    main()
