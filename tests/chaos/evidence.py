"""Evidence: what a run left behind, as the oracle takes it, and how it is read from the run's folder."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tests.chaos.lines import AnyLine, Plan, read_lines
from tests.chaos.schedule import Schedule

SECOND = 1_000_000_000


class Life(Struct):
    """One client process from its start to its end; times are Unix nanoseconds."""

    log: str
    errors: str
    started_ns: int
    ended_ns: int = 0
    was_killed: bool = False
    status: int | None = None
    """How it ended; None when it had to be killed because SIGTERM did not end it."""
    stop_seconds: float = 0.0


class Done(Struct, frozen=True):
    """A fault as it was carried out."""

    kind: str
    args: dict[str, Any]
    from_ns: int
    to_ns: int


class Settled(Struct, frozen=True):
    """The run's end, when nothing had been done for a while: the server's set against what is wanted."""

    at_ns: int
    state: str
    server_set: list[tuple[str, str]]
    wanted_set: list[tuple[str, str]]


class Record(Struct, kw_only=True):
    """What the run knows by itself; kept as ``run.json`` beside the logs."""

    plan: Plan
    schedule: Schedule
    lives: list[Life]
    done: list[Done]
    settled: Settled | None = None


class Sent(Struct, frozen=True):
    """A row that the server wrote to a connection."""

    at_ns: int
    symbol: str
    number: int


class Evidence(Struct, kw_only=True):
    """``lines`` of each life; ``quotes`` that were sent; ``errors``: what each life wrote to standard error.

    ``secrets`` names the files that a secret was found in.
    """

    record: Record
    lines: list[list[AnyLine]]
    quotes: list[Sent]
    errors: list[str]
    secrets: list[str] = []


def save_record(record: Record, folder: Path) -> None:
    (folder / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def read_evidence(folder: Path, *, secrets: tuple[str, ...]) -> Evidence:
    """What is in a run's folder. ``secrets``: texts that must stand in no file of it."""
    record = msgspec.json.decode((folder / "run.json").read_bytes(), type=Record)
    return Evidence(
        record=record,
        lines=[read_lines(folder / Path(life.log).name) for life in record.lives],
        quotes=read_truth(folder / "truth.ndjson"),
        errors=[
            (folder / Path(life.errors).name).read_text(encoding="utf-8", errors="replace")
            for life in record.lives
        ],
        secrets=files_with(secrets, folder),
    )


def read_truth(path: Path) -> list[Sent]:
    """The quotes that were written to a connection, from the simulator's truth log."""
    found: list[Sent] = []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    for text in whole.splitlines():
        if b'"data"' in text and b'"Quote"' in text:
            line = msgspec.json.decode(text)
            if line["kind"] == "data" and line["type"] == "Quote" and line["written"]:
                found += [Sent(line["t_ns"], symbol, number) for symbol, number in line["rows"]]
    return found


def files_with(secrets: tuple[str, ...], folder: Path) -> list[str]:
    """The files under a folder in which one of the texts stands."""
    texts = [secret.encode() for secret in secrets]
    found: dict[str, int] = defaultdict(int)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            found[path.name] += sum(content.count(text) for text in texts)
    return [f"{name} ({times} times)" for name, times in found.items() if times]
