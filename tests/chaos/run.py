"""``python -m tests.chaos.run``: storms against the live feed, with every part a process of its own.

    --seed 7 --seconds 40      one run of a seed
    --schedule FILE            a run of a file, such as one of tests/chaos/schedules
    --shrink                   and then look for the fewest faults that break the same
    --mutants                  the client with planted bugs: each must be found
    --long                     several seeds for minutes, the schedules that are kept, and the mutants

It ends with status 0 when nothing was found, 1 when something was, 2 when the harness itself did not work.
A schedule that found something is written to tests/chaos/schedules, to be run again and kept.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos.course import run
from tests.chaos.mutants import MUTANTS, survivors
from tests.chaos.program import ROOT, Failed
from tests.chaos.report import Run, findings_of, tables_of, write_reports
from tests.chaos.schedule import Schedule, load, make, save
from tests.chaos.shrink import shrunk

SCHEDULES = Path(__file__).parent / "schedules"
FOLDER = ROOT / "build" / "chaos"
SEEDS = (7, 21, 22)
LONG_SECONDS = 120.0

console = Console(stderr=True)


async def storms(named: Sequence[tuple[str, Schedule]], folder: Path) -> list[Run]:
    """Carry out schedules one after the other, and show how far they are."""
    runs: list[Run] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}"),
    )
    with Progress(*columns, console=console) as progress:
        for name, schedule in named:
            task = progress.add_task(name, total=schedule.seconds, now="starting")

            def tell(seconds: float, text: str, *, task=task) -> None:  # type: ignore[no-untyped-def]
                progress.update(task, completed=seconds, now=text)

            place = folder / name
            shutil.rmtree(place, ignore_errors=True)
            verdict = await run(schedule, place, tell=tell)
            runs.append(Run(name, str(place), schedule, verdict))
            progress.update(task, now="passed" if verdict.passed else "FAILED")
    return runs


async def smaller(one: Run, folder: Path) -> Run:
    """A run that found something, with the fewest faults that still do; others as they are."""
    if one.verdict.passed:
        return one
    schedule = await shrunk(one.schedule, one.verdict.broken, folder / "shrinking", say=console.print)
    return Run(one.name, one.folder, schedule, one.verdict)


def keep_failures(runs: Sequence[Run]) -> None:
    """Write the schedules of runs that found something where they can be run again."""
    for one in runs:
        if not one.verdict.passed:
            seed, seconds = one.schedule.seed, one.schedule.seconds
            path = SCHEDULES / (f"{one.name}.json" if seed is None else f"seed-{seed}-{seconds:g}s.json")
            save(one.schedule, path)
            console.print(f"[red]{one.name}[/] again: python -m tests.chaos.run --schedule {path}")


def chosen(arguments: argparse.Namespace) -> list[tuple[str, Schedule]]:
    """The schedules that the arguments ask for, with their names."""
    if arguments.schedule:
        return [(path.stem, load(path)) for path in arguments.schedule]
    if arguments.long:
        seconds = arguments.seconds or LONG_SECONDS
        seeds = [*SEEDS, random.randrange(1000, 1_000_000)]
        kept = [(path.stem, load(path)) for path in sorted(SCHEDULES.glob("*.json"))]
        return [*kept, *((f"long-{seed}", make(seed, seconds, slow=True)) for seed in seeds)]
    if arguments.mutants:
        return []
    seed = random.randrange(1000, 1_000_000) if arguments.seed is None else arguments.seed
    seconds = arguments.seconds or 40.0
    return [(f"seed-{seed}-{seconds:g}s", make(seed, seconds))]


async def main(arguments: argparse.Namespace, folder: Path) -> int:
    """Does what was asked; the status to end with."""
    status = 0
    try:
        named = chosen(arguments)
        if named:
            runs = await storms(named, folder)
            Console().print(*tables_of(runs), sep="\n")
            for one in runs:
                for text in findings_of(one):
                    console.print(f"{one.name}: {text}", markup=False)
            if arguments.shrink:
                runs = [await smaller(one, folder) for one in runs]
            keep_failures(runs)
            write_reports(runs, folder)
            console.print(f"report: {folder / 'report.md'}")
            status = int(any(not one.verdict.passed for one in runs))
        if arguments.mutants or arguments.long:
            alive = await survivors(MUTANTS, folder / "mutants", say=console.print)
            status = status or int(bool(alive))
    except Failed as error:
        console.print(f"the harness does not work: {error}", markup=False)
        return 2
    return status


def parse(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--seed", type=int, help="makes the schedule; a random one, which is said, unless given"
    )
    parser.add_argument("--seconds", type=float, help="how long a run takes; 40, or 120 with --long")
    parser.add_argument("--schedule", type=Path, nargs="+", help="run these files")
    parser.add_argument("--mutants", action="store_true", help="run the planted bugs")
    parser.add_argument("--long", action="store_true", help="everything, for minutes")
    parser.add_argument("--shrink", action="store_true", help="look for the fewest faults that break it too")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where artefacts and reports go")
    return parser.parse_args(given)


if __name__ == "__main__":
    given = parse()
    given.folder.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(given, given.folder)))
