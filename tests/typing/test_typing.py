"""The types that users see, by mypy's word: what is promised, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USAGE = ("usage.py", "usage_instruments.py")
BEGINNING = "from tastytrade import *\nasync def use(session: Session, streamer: Streamer) -> None:\n    "

# Without what mypy remembers of an earlier run it reads the libraries first.
pytestmark = pytest.mark.timeout(120)


def mypy(*arguments: str) -> str:
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_users_types_are_as_promised() -> None:
    files = [str(Path(__file__).with_name(name).relative_to(ROOT)) for name in USAGE]

    assert mypy(*files) == ""


def test_what_cannot_work_is_refused_before_it_runs(tmp_path: Path) -> None:
    wrong = [
        ("streamer.subscribe(int, ['SPX'])", "type-var"),
        ("streamer.subscribe(Quote, 5)", "call-overload"),
        ("streamer.subscribe(Quote, ['SPX'], 0)", "call-overload"),
        ("[event.price async for event in streamer.subscribe(Quote, ['SPX'])]", "attr-defined"),
        ("(await anext(streamer.subscribe(Quote, ['SPX']).events())).bidPrice = 1.0", "misc"),
        ("get_option_chain('SPX')", "call-overload"),
        ("TableBuilder(Quote).append(EventBatch(Trade, {}))", "arg-type"),
    ]
    program = tmp_path / "wrong.py"
    program.write_text(BEGINNING + "\n    ".join(line for line, _ in wrong) + "\n", encoding="utf-8")
    errors = [line for line in mypy(str(program)).splitlines() if ": error: " in line]

    assert [line.rpartition("[")[2].rstrip("]") for line in errors] == [code for _, code in wrong]
