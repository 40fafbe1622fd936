"""Writing to a store, compacting it, forgetting a day, killed before each step: is it whole, and goes it on?

    .venv/bin/python -m tests.endurance.steps_killed

A step is whatever changes a disk: a file or a name, a sync, a statement of SQLite's, a commit of Delta's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.integration.catalogue.stepping import OPERATIONS, Stepper, kill_before_steps


def main() -> int:
    console, wrong = Console(width=140), []
    with tempfile.TemporaryDirectory() as folder, Stepper() as stepper:
        written = Path(folder) / "written"
        stepper.run("write", written, 1 << 30)
        for operation in OPERATIONS:
            found, steps = kill_before_steps(stepper, operation, written, Path(folder))
            wrong += found
            console.print(
                f"{operation}: killed before each of {steps} steps, {len(found)} times not as it should be"
            )
    for one in wrong[:20]:
        console.print(one)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
