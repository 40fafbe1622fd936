"""A simulator in a process of its own: on one core, with the program that measures on the other.

Linux says what another process has used; elsewhere these programs do not run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.endurance.processes import variables_of

SERVER_CORE, CLIENT_CORE = 0, 1
_TICK = os.sysconf("SC_CLK_TCK")


class ServerProcess:
    """``told`` is what the simulator printed when it began to listen."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.told: dict[str, Any] = json.loads(process.stdout.readline())
        self._pid = process.pid

    @property
    def variables(self) -> dict[str, str]:
        return variables_of(self.told)

    def cpu_seconds(self) -> float:
        """The processor time it has used, user and system, in steps of a hundredth."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK


@contextmanager
def serving(*options: str, source: Path | None = None) -> Iterator[ServerProcess]:
    """A simulator with such options; of another tree of the package (its ``src``) if told."""
    command = [sys.executable, "-m", "tastytrade", "simulator", *options]
    variables = os.environ if source is None else {**os.environ, "PYTHONPATH": str(source)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        try:
            pin(process.pid, SERVER_CORE)
            yield ServerProcess(process)
        finally:
            process.terminate()


def pin(pid: int, core: int) -> None:
    """Keep a process (0: this one) on a core, if there is such a one."""
    with suppress(OSError):
        os.sched_setaffinity(pid, {core})
