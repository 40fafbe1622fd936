"""Reports of a benchmark: tables for a terminal, result.md, result.json."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table

from tests.speed.arms import ARMS, TASTYWARE
from tests.speed.goals import Outcome
from tests.speed.machine import Machine
from tests.speed.plans import Plan
from tests.speed.rounds import Sample, Spread, figure, figures, ratio, spread


class Result(Struct, frozen=True):
    """A whole run: where, what was measured, what else there is to know."""

    machine: Machine
    rounds: int
    samples: list[Sample]
    figures: dict[str, float]
    notes: list[str]
    failed: list[str]


class Grid(Struct, frozen=True):
    """A table as texts, for both terminals and pages."""

    title: str
    header: list[str]
    rows: list[list[str]]


def grid_of(plan: Plan, samples: Collection[Sample]) -> Grid | None:
    """What the cells of a plan measured; None when nothing was."""
    ran = {sample.cell for sample in samples if sample.plan == plan.name}
    cells = [cell.label for cell in plan.cells if cell.label in ran]
    if not any(sample.plan == plan.name and sample.values for sample in samples):
        return None
    if any(cell.scenario.rate for cell in plan.cells):
        return _lag_grid(plan.name, cells, samples)
    base = plan.floor or cells[0]
    header = [f"F: {base}", "us/event", "/ F", "range", "tastyware /", "1,000/s", "peak MB"]
    rows = []
    for cell in cells:
        of_base = ratio(samples, plan.name, cell, base)
        rate = spread(value / 1000 for value in figures(samples, plan.name, cell, "events_per_s").values())
        rows.append(
            [
                cell,
                _middle(spread(figures(samples, plan.name, cell).values())),
                _middle(of_base),
                f"{figure(of_base.least)}-{figure(of_base.most)}" if of_base else "-",
                _middle(ratio(samples, plan.name, TASTYWARE, cell)),
                _middle(rate),
                _middle(spread(figures(samples, plan.name, cell, "peak_mb").values())),
            ]
        )
    return Grid(plan.name, header, rows)


def _lag_grid(name: str, cells: Sequence[str], samples: Collection[Sample]) -> Grid:
    header = ["", "p50 ms", "p99 ms", "least ms", "us/event", "1,000/s", "MB grown"]
    fields = {"lag_p50_us": 1e3, "lag_p99_us": 1e3, "lag_min_us": 1e3, "cpu_us": 1.0, "events_per_s": 1e3}
    rows = [
        [
            cell,
            *(
                _middle(spread(value / unit for value in figures(samples, name, cell, field).values()))
                for field, unit in (fields | {"growth_mb": 1.0}).items()
            ),
        ]
        for cell in cells
    ]
    return Grid(f"age of events, {name}", header, rows)


def goals_grid(outcomes: Sequence[Outcome]) -> Grid:
    """Every goal, what was measured for it, and its thresholds with what became of them."""
    rows = [
        [
            outcome.goal.number,
            outcome.goal.text + (f" (worst: {outcome.where})" if outcome.where else ""),
            "-"
            if outcome.measured is None
            else f"{figure(outcome.measured.middle)} {outcome.goal.unit}".strip(),
            _threshold(outcome, outcome.goal.websockets),
            _threshold(outcome, outcome.goal.bare),
        ]
        for outcome in outcomes
    ]
    return Grid("goals", ["", "goal", "measured", "over websockets", "bare floor"], rows)


def _threshold(outcome: Outcome, threshold: float) -> str:
    goal, verdict = outcome.goal, outcome.verdict(threshold)
    return f"{'>=' if goal.is_least else '<='} {figure(threshold)} {verdict}"


def _middle(found: Spread | None) -> str:
    return "-" if found is None else figure(found.middle)


def rich_table(grid: Grid) -> RenderableType:
    """For a terminal; goals that were missed stand out."""
    table = Table(
        title=grid.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    is_goals = grid.title == "goals"
    for place, name in enumerate(grid.header):
        is_text = place == 0 or (is_goals and place == 1)
        widths = [len(row[place]) for row in grid.rows]
        table.add_column(
            name,
            justify="left" if is_text else "right",
            min_width=None if is_goals and is_text else max(widths),
        )
    for row in grid.rows:
        table.add_row(*row, style="red" if is_goals and "missed" in row[3] else None)
    return table


def show(result: Result, plans: Sequence[Plan], outcomes: Sequence[Outcome], console: Console) -> None:
    """Everything, for a terminal."""
    for grid in (grid_of(plan, result.samples) for plan in plans):
        if grid is not None:
            console.print(rich_table(grid))
    if outcomes:
        console.print(rich_table(goals_grid(outcomes)))
    for text in (*result.notes, *result.failed):
        console.print(text, markup=False)


def write(result: Result, plans: Sequence[Plan], outcomes: Sequence[Outcome], folder: Path) -> None:
    """result.json and result.md."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")
    (folder / "result.md").write_text(page(result, plans, outcomes), encoding="utf-8")


def page(result: Result, plans: Sequence[Plan], outcomes: Sequence[Outcome]) -> str:
    """The report as Markdown."""
    lines = ["# What an event costs", "", *result.machine.sentences(), f"Rounds: {result.rounds}.", ""]
    lines += [
        "us/event is CPU time of the client's process, the median of interleaved rounds; ratios are the "
        "medians of the ratios within each round, with the least and the most of these.",
        "",
    ]
    for grid in (grid_of(plan, result.samples) for plan in plans):
        if grid is not None:
            lines += _markdown(grid)
    if outcomes:
        lines += _markdown(goals_grid(outcomes))
    lines += ["## Notes", "", *(f"- {text}" for text in (*result.notes, *result.failed)), ""]
    lines += ["## Clients", "", *(f"- {name}: {arm.description}" for name, arm in ARMS.items()), ""]
    return "\n".join(lines)


def _markdown(grid: Grid) -> list[str]:
    rows = [grid.header, ["---"] * len(grid.header), *grid.rows]
    return [f"## {grid.title}", "", *("| " + " | ".join(row) + " |" for row in rows), ""]
