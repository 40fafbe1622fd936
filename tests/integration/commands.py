"""Runs ``tastytrade`` commands as a user does: in a process of their own, with nobody's credentials."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TASTYTRADE = (sys.executable, "-m", "tastytrade")


def environment(variables: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: this one without credentials, and these variables."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("TT_", "DXLINK_"))}
    return {**own, "COLUMNS": "200", **(variables or {})}


def run(
    *arguments: str, variables: dict[str, str] | None = None, timeout: float = 9
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*TASTYTRADE, *arguments],
        env=environment(variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@contextmanager
def running(
    *arguments: str,
    variables: dict[str, str] | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A command that is running; it is killed at the end if it still is."""
    with subprocess.Popen(
        [*TASTYTRADE, *arguments],
        env=environment(variables),
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE if stderr is None else stderr,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def program(folder: Path, text: str) -> str:
    """A Python program in a file; its path."""
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return str(path)
