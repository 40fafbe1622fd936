"""``python -m tests.speed.run``: what an event costs, side by side with other people's clients.

    --only quick        ours and the bare readers, Quotes in frames of 1, 10 and 100; about a minute
    --only throughput   every client, event type and frame size
    --only latency      how old a Quote is when the reader has it, at 10,000 and 50,000 a second
    --only memory       a burst of two million Quotes, imports, and installed size
    --only slow         readers with work to do, at 50,000 a second
    --only all          everything, as ``make bench``

Clients that are not ours are installed, pinned, into environments of their own under build/bench. Results:
tables here, build/bench/result.json and result.md; ``--publish`` keeps the picture and the figures in docs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.speed import plans
from tests.speed.bench import Bench, environments_of
from tests.speed.clients import open_server
from tests.speed.environments import BUILD, ROOT, Unavailable, program_of
from tests.speed.figures import import_figures, memory_figures
from tests.speed.goals import outcomes
from tests.speed.machine import this_machine
from tests.speed.picture import picture_of
from tests.speed.plans import Plan
from tests.speed.report import Result, show, write
from tests.speed.rounds import Sample

SECTIONS: dict[str, tuple[Plan, ...]] = {
    "throughput": plans.THROUGHPUT,
    "latency": plans.LATENCY,
    "memory": plans.MEMORY,
    "slow": plans.SLOW,
}
ROUNDS, QUICK_ROUNDS = 5, 3
CHECKED = (
    plans.quotes(1),
    plans.quotes(10),
    plans.quotes(100),
    *(cell.scenario for plan in plans.TYPES for cell in plan.cells[:1]),
)
"""Scenarios of which every value is compared with what was sent."""

console = Console(stderr=True)


def chosen(arguments: argparse.Namespace) -> tuple[Plan, ...]:
    """The plans that the arguments ask for. Raises SystemExit when there are none."""
    if arguments.only == "quick":
        found = plans.QUICK
    elif arguments.only == "all":
        found = tuple(plan for section in SECTIONS.values() for plan in section)
    else:
        found = SECTIONS[arguments.only]
    if arguments.scenarios:
        found = tuple(plan for plan in found if any(word in plan.name for word in arguments.scenarios))
    if not found:
        names = ", ".join(plan.name for section in SECTIONS.values() for plan in section)
        sys.exit(f"no scenario has {' or '.join(arguments.scenarios)} in its name; there are: {names}")
    return found


def install(wanted: Sequence[Plan]) -> None:
    """Make the environments before anything is measured; what cannot be made is told again in the report."""
    for name in environments_of(wanted):
        console.print(f"environment {name}")
        try:
            program_of(name)
        except Unavailable as error:
            console.print(f"{name} is left out: {error}", markup=False)


def measure(arguments: argparse.Namespace, wanted: Sequence[Plan]) -> Result:
    """Everything that was asked for, with progress."""
    samples: list[Sample] = []
    single: dict[str, float] = {}
    notes: list[str] = []
    rounds = arguments.rounds or (QUICK_ROUNDS if arguments.only == "quick" else ROUNDS)
    columns = (BarColumn(), TextColumn("{task.completed} of {task.total}"), TimeElapsedColumn())
    with (
        open_server() as url,
        Progress(*columns, TextColumn("{task.description}"), console=console) as progress,
    ):
        task = progress.add_task("", total=len(wanted))

        def tell(text: str) -> None:
            progress.update(task, description=text)

        bench = Bench(url, rounds=rounds, events=arguments.events, only=arguments.arms, tell=tell)
        if arguments.only in {"all", "throughput"} and not arguments.scenarios:
            tell("every value as it was sent")
            single["checked_part"] = sum(map(bench.check, CHECKED)) / len(CHECKED)
        for plan in wanted:
            started = time.monotonic()
            samples += bench.run(plan)
            progress.advance(task)
            progress.console.print(f"{plan.name}: {time.monotonic() - started:.0f} s", markup=False)
        if arguments.only in {"all", "memory"} and not arguments.scenarios:
            try:
                found, notes = import_figures(tell)
                single |= found
            except Unavailable as error:
                bench.failed.append(str(error))
    single |= memory_figures(samples)
    return Result(this_machine(environments_of(wanted)), rounds, samples, single, notes, bench.failed)


def publish(result: Result) -> None:
    """Keep the picture and the figures where the documentation finds them."""
    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(exist_ok=True)
    shutil.copy(BUILD / "bench.svg", pictures)
    shutil.copy(BUILD / "result.json", ROOT / "docs" / "bench.json")
    shutil.copy(BUILD / "result.md", ROOT / "docs" / "bench.md")
    console.print(f"published in docs: pictures/bench.svg, bench.json, bench.md of {result.machine.commit}")


def main(arguments: argparse.Namespace) -> int:
    """Does what was asked; 1 when a client of ours failed, else 0. A goal that is missed is no failure."""
    wanted = chosen(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    install(wanted)
    result = measure(arguments, wanted)
    judged = [] if arguments.only == "quick" else outcomes(result.samples, result.figures)
    judged = [one for one in judged if arguments.only == "all" or one.measured is not None]
    write(result, wanted, judged, BUILD)
    show(result, wanted, judged, Console())
    drawn = next((plan for plan in wanted if plan.name == plans.quotes(100).name), None)
    if drawn is not None:
        (BUILD / "bench.svg").write_text(picture_of(result, drawn), encoding="utf-8")
        if arguments.publish:
            publish(result)
    console.print(f"report: {BUILD / 'result.md'}")
    return int(any(sample.error and sample.cell.startswith("ours") for sample in result.samples))


def parse(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.speed.run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=["quick", *SECTIONS, "all"], default="all")
    parser.add_argument("--scenarios", nargs="+", help="only those with one of these words in their names")
    parser.add_argument("--arms", nargs="+", help="only these clients, by their names in the tables")
    parser.add_argument("--rounds", type=int, help=f"repetitions; {ROUNDS}, or {QUICK_ROUNDS} of quick")
    parser.add_argument("--events", type=int, help="events of every run; as many as take 0.8 s unless given")
    parser.add_argument("--publish", action="store_true", help="keep picture and figures in docs")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main(parse()))
