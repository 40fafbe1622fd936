"""Schedules: what is done to a run and when, made from a seed before the run, or read from a file.

A schedule is plain data. The run carries it out and adds nothing, so a failure comes again from its file.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

QUIET = 3.0
"""Seconds at the end in which nothing is done, so that everything can settle."""

TIME_TO_NOTICE = 4.5
"""Seconds in which silence is noticed and repaired; the next fault waits for that in some of the cases."""
TIME_TO_NOTICE_SHARE = 0.2


class Fault(Struct, frozen=True):
    """One thing done at ``at`` seconds; its kind decides which ``args`` there are. Times in seconds."""

    at: float
    kind: str
    args: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """How long it is kept up; 0 for what happens at once."""
        return float(self.args.get("seconds", 0.0))


class Schedule(Struct, frozen=True):
    """``seed`` is where it comes from, or None for one that was cut or written by hand."""

    seed: int | None
    seconds: float
    faults: list[Fault]

    @property
    def kinds(self) -> set[str]:
        return {fault.kind for fault in self.faults}


DURATIONS: dict[str, tuple[float, float]] = {
    # The proxy between the client and the server.
    "rst": (0, 0),
    "fin": (0, 0),
    "half_message": (0, 0),
    "refuse": (0.3, 1.5),
    "stall_accept": (0.5, 1.5),
    "blackhole": (0.3, 1.5),
    "deaf": (0.3, 1.5),
    "hold": (0.3, 1.2),
    "slice": (0.5, 1.5),
    "latency": (0.5, 1.5),
    "bandwidth": (0.5, 1.0),
    # The server.
    "close": (0, 0),
    "abort": (0, 0),
    "mute": (0, 0),
    "restart": (0.3, 1.2),
    "expire_tokens": (0, 0),
    "close_channel": (0, 0),
    "malformed": (0, 0),
    "wrong_arity": (0, 0),
    "drop_in_restore": (0, 0),
    "rate_error": (0, 0),
    "step_withheld": (0, 0),
    "upgrade_refused": (0.3, 1.2),
    "full_format": (0, 0),
    "config_again": (0, 0),
    "freeze": (0.3, 1.5),
    "server_stop": (0.3, 1.5),
    "token_down": (0.5, 1.5),
    # The client.
    "client_stop": (0.3, 1.5),
    "client_kill": (0.1, 0.5),
}
"""Each kind with the shortest and the longest time it is kept up."""

SLOW_KINDS: dict[str, tuple[float, float]] = {"dumb": (8.0, 8.0), "long_refuse": (8.0, 20.0)}
"""Kinds that only long runs have time for: a server needs so long to miss a client."""

SILENT = frozenset(
    {
        "blackhole",
        "deaf",
        "mute",
        "stall_accept",
        "freeze",
        "hold",
        "server_stop",
        "client_stop",
        "step_withheld",
    }
)
"""Kinds that are noticed by silence, after the time that the server promised, or that a step may take."""


_TWICE = ("client_kill",)
"""Kinds that come twice a round."""


def make(seed: int, seconds: float, *, spacing: float = 0.45, slow: bool = False) -> Schedule:
    """The schedule of a seed: faults all through ``seconds``, but for a quiet end.

    Kinds come in shuffled rounds, so that none is left out for long.
    """
    draws = random.Random(seed)
    durations = DURATIONS | SLOW_KINDS if slow else DURATIONS
    kinds = [*sorted(durations), *_TWICE]
    faults: list[Fault] = []
    waiting: list[str] = []
    at = 2.0
    while True:
        if not waiting:
            waiting = draws.sample(kinds, len(kinds))
        kind = waiting.pop()
        length = round(draws.uniform(*durations[kind]), 2)
        if at + length > seconds - QUIET:
            return Schedule(seed, seconds, faults)
        faults.append(Fault(round(at, 2), kind, _arguments(kind, length, draws)))
        at += length + draws.uniform(0.1, 2 * spacing)
        if kind in SILENT and draws.random() < TIME_TO_NOTICE_SHARE:
            at += TIME_TO_NOTICE


def _arguments(kind: str, length: float, draws: random.Random) -> dict[str, Any]:
    arguments: dict[str, Any] = {"seconds": length} if length else {}
    match kind:
        case "close":
            arguments["code"] = draws.choice([1001, 1011, 1012])
        case "latency":
            arguments["value"] = round(draws.uniform(0.02, 0.1), 3)
        case "bandwidth":
            arguments["value"] = draws.choice([30_000, 60_000])
        case "close_channel":
            arguments["event_type"] = draws.choice(["Quote", "TimeAndSale"])
        case "drop_in_restore" | "rate_error":
            arguments["nth"] = draws.choice([1, 2, 3])
        case "step_withheld":
            arguments["message"] = draws.choice(["SETUP", "AUTH_STATE", "AUTHORIZED", "CHANNEL_OPENED"])
        case "upgrade_refused":
            arguments["status"] = draws.choice([502, 503])
    return arguments


def save(schedule: Schedule, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(schedule), indent=1) + b"\n")


def load(path: Path) -> Schedule:
    """The schedule of a file. Raises msgspec.ValidationError for what is none."""
    return msgspec.json.decode(path.read_bytes(), type=Schedule)
