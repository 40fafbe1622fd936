"""Every check there is, one after the other; stops at the first that fails. ``make test`` runs this."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
SHOWN_PROGRAMS = PROGRAMS.relative_to(ROOT) if PROGRAMS.is_relative_to(ROOT) else PROGRAMS
TEXTS = ["src", "tests", "docs", "README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
CHECKS = [
    ["ruff", "format", "--check", "src", "tests", "conftest.py"],
    ["ruff", "check", "src", "tests", "conftest.py"],
    ["mypy"],
    ["lint-imports", "--no-logo"],
    ["codespell", *TEXTS],
    ["deptry", "."],
]
# The tests of one file stay in one process: they may share a server. Many wait most of their time.
TESTS = ["pytest", "-q", "-n", "3", "--dist", "loadfile", "-m", "not live and not alone"]
ALONE = ["pytest", "-q", "-m", "alone"]
# Real programs on a busy machine: what fails once is tried again with nothing beside it, and named.
FAILED = 1
AGAIN = ["pytest", "-q", "-m", "not live", "--last-failed", "--last-failed-no-failures=none"]


def main() -> int:
    """Runs it all; 0, or the status of the check that failed."""
    started = time.monotonic()
    for command in CHECKS:
        status = run(command)
        if status:
            return status
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status = run_tests([*TESTS, f"--junitxml={report}"], shown=TESTS) or run_tests(ALONE)
        if report.exists():
            tell_what_did_not_run(report)
    if not status:
        say(f"every check passed in {time.monotonic() - started:.0f} s")
    return status


def run_tests(command: list[str], *, shown: list[str] | None = None) -> int:
    """Runs tests, and once more by themselves those that fail; the status in the end."""
    status = run(command, shown=shown)
    if status == FAILED:
        say("once more, alone: a test that passes now depends on the machine, and should not")
        status = run(AGAIN)
    return status


def run(command: list[str], *, shown: list[str] | None = None) -> int:
    """Runs one check under its heading and says how long it took; its status."""
    text = shlex.join(shown or command)
    say(f"== {text}")
    started = time.monotonic()
    try:
        status = subprocess.run([PROGRAMS / command[0], *command[1:]], cwd=ROOT, check=False).returncode
    except FileNotFoundError:
        say(f"FAILED: {PROGRAMS / command[0]} is missing; to install it: rm .venv/ready && make test")
        return 127
    seconds = time.monotonic() - started
    if status:
        say(f"FAILED: {text} (status {status}, after {seconds:.1f} s); again: {SHOWN_PROGRAMS}/{text}")
    else:
        say(f"   {seconds:.1f} s")
    return status


def tell_what_did_not_run(report: Path) -> None:
    """Prints every reason that tests were skipped for, with their number."""
    reasons = Counter(
        skipped.get("message", "no reason given") for skipped in ET.parse(report).iter("skipped")
    )
    for reason, count in reasons.most_common():
        say(f"did not run: {count} test{'s' * (count > 1)}: {reason}")


def say(line: str) -> None:
    # At once, so that it stands before what the next program prints.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
