"""Options that several commands have, each of them spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tastytrade.cli.output import Format

Environment = Annotated[
    str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
]
Url = Annotated[str | None, typer.Option(help="A DXLink address instead of a session (token: DXLINK_TOKEN).")]
OwnSimulator = Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")]
Recorded = Annotated[
    Path | None, typer.Option("--replay", metavar="PATH", help="Use a captured day instead of a feed.")
]
Speed = Annotated[
    str, typer.Option(metavar="TIMES", help="Of a replay: so many times the pace of the day, or max.")
]
At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="Of a replay: as it was then (2026-11-20T14:30, 14:30, -10m), UTC."
    ),
]
FormatChoice = Annotated[
    Format | None,
    typer.Option("--format", help="How to put it out; a table in a terminal, NDJSON in a pipe."),
]
OutputFile = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write a file; its suffix says the format."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file when it is there.")]
Wait = Annotated[
    float | None, typer.Option(help="Seconds to wait for answers; else 3 and what asking takes.", min=0.1)
]
