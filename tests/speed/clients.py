"""Starts the server and clients, each a process on a core of its own, and takes their results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from tastytrade.dxfeed import EVENT_CLASSES, field_names
from tests.speed.arms import Arm
from tests.speed.environments import BUILD, JAVASCRIPT, ROOT, program_of
from tests.speed.scenario import Scenario

SERVER_CORE, CLIENT_CORE = 0, 1
CLIENT_TIMEOUT = 240.0


class ClientFailed(Exception):
    """A client did not deliver exactly what was sent to it; says what it did."""


@dataclass(frozen=True)
class Extra:
    """What else a client may be ordered: its mode, work for each event, and when to stop early."""

    mode: str | None = None
    busy_us: float = 0.0
    seconds: float = 0.0


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Processes started in here run on one core, where the system can do that and has it."""
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if core not in before:
        yield
        return
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def open_server() -> Iterator[str]:
    """The address of a server that runs for as long as this is open."""
    command = [sys.executable, "-m", "tests.speed.serve", str(SERVER_CORE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # it is a pipe
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def columns_of(scenario: Scenario) -> dict[str, list[str]]:
    """The columns that clients which can choose are to ask for: all there are, as ours asks."""
    return {name: list(field_names(EVENT_CLASSES[name])) for name in scenario.types}


def measure(arm: Arm, scenario: Scenario, url: str, extra: Extra | None = None) -> dict[str, Any]:
    """What a client measured of itself with a scenario. Raises ClientFailed."""
    extra = extra or Extra()
    warm = -(-arm.warm // scenario.frame) * scenario.frame if not scenario.rate else 0
    given = replace(scenario, events=scenario.events + warm, is_full=arm.is_full)
    order = {
        "arm": extra.mode or arm.mode,
        "url": url + given.path,
        "events": given.events,
        "warm": warm,
        "subscriptions": given.subscriptions(),
        "columns": columns_of(given),
        "is_stamped": bool(given.rate),
        "busy_us": extra.busy_us,
        "seconds": extra.seconds,
    }
    found = run_client(arm, order)
    if not extra.seconds and found["events"] != given.events:
        raise ClientFailed(f"{found['events']:,} events came of {given.events:,}")
    if found.get("kept", given.events) != given.events and (extra.mode or arm.mode) != "latest":
        raise ClientFailed(f"{found['kept']:,} rows were kept of {given.events:,}")
    return found


def run_client(arm: Arm, order: dict[str, Any]) -> dict[str, Any]:
    """Start a client, give it its order and take the line it ends with. Raises ClientFailed."""
    command = [*program_of(arm.environment), arm.program]
    folder = BUILD / "environments" / JAVASCRIPT if arm.environment == JAVASCRIPT else ROOT
    with pinned(CLIENT_CORE):
        process = subprocess.Popen(
            command,
            cwd=folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    with process:
        try:
            line, said = process.communicate(json.dumps(order), timeout=CLIENT_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise ClientFailed(f"it was not done after {CLIENT_TIMEOUT:g} s") from None
    if process.returncode or not line:
        raise ClientFailed(f"it ended with status {process.returncode}: {said.strip()[-300:]}")
    found: dict[str, Any] = json.loads(line)
    return found
