"""Figures that are no client's: what imports cost, what is installed, what burst tables weigh."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.speed import arms as arm
from tests.speed import plans
from tests.speed.clients import CLIENT_CORE, pinned
from tests.speed.environments import OURS, ROOT, Unavailable, program_of
from tests.speed.rounds import Sample, figures

IMPORT_ROUNDS = 7
PACKAGE = ROOT / "src" / "tastytrade"


def import_figures(tell: Callable[[str], None]) -> tuple[dict[str, float], list[str]]:
    """The goals' figures of importing and installing, and sentences about them."""
    costs: dict[str, list[float]] = {OURS: [], arm.TASTYWARE: []}
    last: dict[str, Any] = {}
    for number in range(IMPORT_ROUNDS + 1):
        tell("importing")
        for who, of_arm in costs.items():
            last[who] = _run(who, who)
            if number:  # the first also compiles, and reads the disk
                of_arm.append(last[who]["cpu_ms"])
    ratio = median(mine / other for mine, other in zip(*costs.values(), strict=True))
    sizes: dict[str, int] = _run(OURS, "size")["bytes"]
    # Installed from a checkout, the package itself is a link to it.
    own = sum(file.stat().st_size for file in PACKAGE.rglob("*") if file.suffix in {".py", ".typed"})
    sizes["tastytrade-marketdata"] = own
    heaviest = sorted(sizes, key=lambda name: -sizes[name])[:6]
    notes = [
        f"Importing takes {median(costs[OURS]):.0f} ms of CPU time and loads {last[OURS]['modules']} modules "
        f"(tastyware: {median(costs[arm.TASTYWARE]):.0f} ms, {last[arm.TASTYWARE]['modules']} modules, "
        f"{', '.join(last[arm.TASTYWARE]['heavy'])} among them).",
        "Installed, the most is of "
        + ", ".join(f"{name} ({sizes[name] / 1e6:.1f} MB)" for name in heaviest)
        + f"; {len(sizes)} packages.",
    ]
    found = {
        "import_ratio": ratio,
        "heavy_modules": float(len(last[OURS]["heavy"])),
        "installed_mb": sum(sizes.values()) / 1e6,
    }
    return found, notes


def memory_figures(samples: Sequence[Sample]) -> dict[str, float]:
    """How much memory tables of a burst took for each byte that they weigh."""
    growth = figures(samples, plans.MEMORY_PLAN, arm.TABLES, "growth_mb")
    weight = figures(samples, plans.MEMORY_PLAN, arm.TABLES, "estimated_mb")
    return {"table_growth": growth[0] / weight[0]} if growth and weight else {}


def _run(environment: str, what: str) -> dict[str, Any]:
    """Raises Unavailable."""
    command = [*program_of(environment), "tests.speed.imports", what]
    with pinned(CLIENT_CORE):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{Path(command[0]).name} could not import: {done.stderr.strip()[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
