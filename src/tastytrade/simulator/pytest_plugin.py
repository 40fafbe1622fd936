"""Fixtures for users' own tests: a simulator in a process of its own, and an environment that points at it.

Installed with the package; nothing is imported or started until a test asks for a fixture.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def tastytrade_simulator() -> Iterator[dict[str, str]]:
    """A simulator for the whole test run, in its own process, so that blocking code can use it too.

    Gives api_url, dxlink_url, events_url, login, password, client_secret and refresh_token.
    """
    command = [sys.executable, "-m", "tastytrade", "simulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None  # noqa: S101 - it was asked for as a pipe
        line = process.stdout.readline()
        if not line:
            pytest.fail("the simulator did not start; run `tastytrade simulator` to see why")
        try:
            yield json.loads(line)
        finally:
            process.terminate()


@pytest.fixture
def tastytrade_environment(
    tastytrade_simulator: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, str]:
    """TT_API_URL, TT_USER, TT_PASS, TT_SECRET, TT_REFRESH and their TT_SANDBOX_ twins, at the simulator.

    TASTYTRADE_HOME is a folder of the test's own, so that nothing it saves stays.
    """
    simulator = tastytrade_simulator
    values = {
        "USER": simulator["login"],
        "PASS": simulator["password"],
        "SECRET": simulator["client_secret"],
        "REFRESH": simulator["refresh_token"],
    }
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path / "tastytrade"))
    monkeypatch.setenv("TT_API_URL", simulator["api_url"])
    monkeypatch.setenv("TT_SANDBOX_URL", simulator["api_url"])
    for name, value in values.items():
        monkeypatch.setenv(f"TT_{name}", value)
        monkeypatch.setenv(f"TT_SANDBOX_{name}", value)
    return simulator
