import subprocess
import sys

LIMIT_US = 50_000
HEAVY = ("polars", "websockets", "httpx2", "starlette", "uvicorn", "typer", "rich")


def import_report() -> str:
    """What ``-X importtime`` reports of a fresh interpreter that imports the package and no more."""
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import tastytrade"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr


def cumulative_us(report: str, module: str) -> int:
    # A line is "import time:  self [us] | cumulative | imported package".
    for line in report.splitlines():
        _, _, row = line.partition(":")
        if row.rpartition("|")[2].strip() == module:
            return int(row.split("|")[1])
    raise AssertionError(f"{module} was not imported:\n{report}")


def test_importing_the_package_takes_no_time_to_speak_of() -> None:
    # The machine may be busy with other tests, so the best of a few runs counts.
    best = min(cumulative_us(import_report(), "tastytrade") for _ in range(3))

    assert best < LIMIT_US


def test_importing_the_package_imports_nothing_heavy() -> None:
    script = f"import sys, tastytrade; print([name for name in {HEAVY} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert found.strip() == "[]"
