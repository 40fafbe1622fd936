"""Reports of runs: a table for people, report.md and report.json for keeping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.table import Table

from tests.chaos.schedule import SILENT, Schedule
from tests.chaos.verdict import INVARIANTS, Verdict, quantile

EXAMPLE_LENGTH = 300
SIDE_BY_SIDE = 2


class Run(Struct, frozen=True):
    """A run and what came of it; ``name`` says which, ``folder`` where its artefacts are."""

    name: str
    folder: str
    schedule: Schedule
    verdict: Verdict


_MEASURES = (
    "faults / kinds",
    "rows captured",
    "missing, declared",
    "missing, undeclared",
    "duplicate",
    "unexpected",
    "corrupt",
    "gaps",
    "gap longer than its loss, p99",
    "fault over to live, p99",
    "the same after silence, p99",
    "resident memory, most",
    "SIGTERM to end, most",
    "broken invariants",
)


def cells(run: Run) -> list[str]:
    """What was measured of a run, in the order of the measures."""
    verdict, counts = run.verdict, run.verdict.counts
    prompt = [one.seconds for one in verdict.recoveries if one.kind not in SILENT and one.seconds is not None]
    silent = [one.seconds for one in verdict.recoveries if one.kind in SILENT and one.seconds is not None]
    return [
        f"{len(run.schedule.faults)} / {len(run.schedule.kinds)}",
        f"{counts.captured:,}",
        f"{counts.missing_declared:,}",
        f"{counts.missing_undeclared:,}",
        str(counts.duplicate),
        str(counts.unexpected),
        str(counts.corrupt),
        str(verdict.gaps),
        _seconds(quantile(verdict.gap_excess, 0.99)),
        _seconds(quantile(prompt, 0.99)),
        _seconds(quantile(silent, 0.99)),
        f"{verdict.most_rss_bytes >> 20} MB",
        _seconds(max(verdict.stop_seconds, default=None)),
        " ".join(sorted(verdict.broken)) or "none",
    ]


def tables_of(runs: Sequence[Run]) -> Iterator[Table]:
    """A column a run, and few of them side by side: terminals are narrow."""
    for first in range(0, len(runs), SIDE_BY_SIDE):
        yield _table(runs[first : first + SIDE_BY_SIDE])


def _table(runs: Sequence[Run]) -> Table:
    table = Table(title="chaos")
    table.add_column()
    for run in runs:
        table.add_column(run.name, style=None if run.verdict.passed else "red")
    for name, *values in zip(_MEASURES, *(cells(run) for run in runs), strict=True):
        table.add_row(name, *values)
    return table


def findings_of(run: Run) -> list[str]:
    """A line for each finding of a run, the invariant first."""
    return [
        f"{finding.invariant} ({finding.times}): {finding.text[:EXAMPLE_LENGTH]}"
        for finding in run.verdict.findings
    ]


def write_reports(runs: Sequence[Run], folder: Path) -> None:
    """report.md and report.json."""
    (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(list(runs)), indent=1))
    lines = ["# Chaos", "", _row(["", *(run.name for run in runs)]), _row(["---"] * (len(runs) + 1))]
    lines += [_row(row) for row in zip(_MEASURES, *(cells(run) for run in runs), strict=True)]
    lines += ["", "No bus and no store is part of this yet: I8 and I9 are not judged.", ""]
    for run in runs:
        lines += [
            f"## {run.name}",
            "",
            f"Artefacts: `{run.folder}`; faults: {', '.join(sorted(run.schedule.kinds))}.",
            "",
        ]
        lines += [f"- {text}" for text in findings_of(run)] or ["Nothing was found."]
        lines.append("")
    lines += ["## Invariants", "", *(f"- {name}: {text}" for name, text in INVARIANTS.items()), ""]
    (folder / "report.md").write_text("\n".join(lines), encoding="utf-8")


def _row(values: Sequence[str]) -> str:
    return "| " + " | ".join(values) + " |"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"
