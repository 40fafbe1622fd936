"""Machine: where and with what a benchmark ran."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct

from tests.speed.environments import ROOT, packages_of

OWN_PACKAGES = ("msgspec", "polars", "tastytrade-marketdata", "websockets")


class Machine(Struct, frozen=True):
    """``versions`` are by environment; ``commit`` is the checkout's, with a + where it was changed since."""

    date: str
    commit: str
    python: str
    system: str
    processor: str
    cores: int
    versions: dict[str, list[str]]

    def sentences(self) -> list[str]:
        """For a report."""
        return [
            f"Measured {self.date}, commit {self.commit}, Python {self.python}, {self.cores} cores of "
            f"{self.processor}, {self.system}.",
            *(f"{name}: {', '.join(packages)}." for name, packages in self.versions.items()),
            "",
        ]


def this_machine(environments: Iterable[str]) -> Machine:
    """The machine this runs on, with the packages of some environments."""
    ours = {"ours": [f"{name}=={version(name)}" for name in OWN_PACKAGES]}
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=_commit(),
        python=platform.python_version(),
        system=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        versions=ours | {name: packages_of(name) for name in environments},
    )


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def said(*words: str) -> str:
        return subprocess.run(
            [git, *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    return (said("rev-parse", "--short", "HEAD") or "unknown") + "+" * bool(said("status", "--porcelain"))


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
