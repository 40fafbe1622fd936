"""Simulators in processes of their own, that can be killed and come back at the same place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def variables_of(told: dict[str, Any]) -> dict[str, str]:
    """What a session needs to know, from the line that a simulator begins with."""
    return {
        "TT_API_URL": told["api_url"],
        "TT_SECRET": told["client_secret"],
        "TT_REFRESH": told["refresh_token"],
    }


class Served:
    """A simulator; ``kill()`` and ``start()`` are a server that is restarted and knows nothing any more."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.told: dict[str, Any] = {}

    def start(self) -> None:
        port = self.told["api_url"].rpartition(":")[2] if self.told else "0"
        command = [sys.executable, "-m", "tastytrade", "simulator", "--port", port, *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.told = json.loads(self._process.stdout.readline())

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def variables(self) -> dict[str, str]:
        return variables_of(self.told)


@contextmanager
def served(*options: str) -> Iterator[Served]:
    simulator = Served(*options)
    simulator.start()
    try:
        yield simulator
    finally:
        simulator.kill()


def rss_mb(process: int | str = "self") -> float:
    """Resident memory of a process, in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process has")
