"""``tastytrade capture``: everything of some symbols to disk, with the gaps where they belong."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.whoami import EnvironmentName

if TYPE_CHECKING:
    from tastytrade.cli.selection import Selection
    from tastytrade.cli.summary import CaptureSummary
    from tastytrade.dxfeed import Event
    from tastytrade.session import Session
    from tastytrade.streamer import Streamer


class Durability(StrEnum):
    """What acknowledged rows survive: the end of this process, or of the machine."""

    PROCESS = "process"
    FULL = "full"


Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="DIR", help="A new folder, or a store, which then goes on.")
]
Symbols = Annotated[list[str] | None, typer.Argument(help="Streamer symbols, like AAPL or .SPXW261218C6000.")]
Chains = Annotated[
    list[str] | None,
    typer.Option(
        metavar="UNDERLYING[:EXPIRATION][:around=STRIKES]",
        help="Options and their underlying, like SPX:0dte:around=20; EXPIRATION is nearest, next, 0dte, "
        "7dte, 2026-12-18 or all. May be repeated.",
    ),
]
Duration = Annotated[
    str | None, typer.Option("--for", metavar="TIME", help="How long, like 6h30m; else until Ctrl-C.")
]
Url = Annotated[str | None, typer.Option(help="A DXLink address instead of a session (token: DXLINK_TOKEN).")]


def capture(
    output: Output,
    symbols: Symbols = None,
    chain: Chains = None,
    events: Annotated[str, typer.Option(help="Event types, separated by commas.")] = "Quote,Trade",
    duration: Duration = None,
    durability: Annotated[
        Durability, typer.Option(help="What is committed survives the end of: process, or machine (full).")
    ] = Durability.PROCESS,
    wire: Annotated[bool, typer.Option("--wire", help="Keep the messages as they came, too.")] = False,
    url: Url = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")] = False,
    environment: EnvironmentName = None,
) -> None:
    """Write live events to disk, and from when to when some may be missing.

    Ctrl-C and SIGTERM end it with everything written that was received. Simulated, delayed and real-time
    data never go into one folder.

    tastytrade capture SPY --chain SPX:0dte:around=20 --events Quote,Trade,Greeks -o day --for 6h30m
    """
    from tastytrade.cli.durations import parse_duration
    from tastytrade.cli.running import run
    from tastytrade.cli.selection import parse_selection
    from tastytrade.cli.sources import open_feed
    from tastytrade.cli.summary import CaptureSummary
    from tastytrade.dxfeed import event_class
    from tastytrade.errors import ConfigurationError
    from tastytrade.interest import classes_of, entries_of

    if not symbols and not chain:
        raise typer.BadParameter("name symbols, or options by --chain", param_hint="'SYMBOLS'")
    seconds = None if duration is None else parse_duration(duration, option="--for", least=0.1)
    selections = [parse_selection(text) for text in chain or ()]
    if selections and url is not None:
        raise ConfigurationError(
            "--chain asks a session what is listed, and an address has none: leave out --url"
        )
    classes = classes_of([event_class(name.strip()) for name in events.split(",") if name.strip()])
    if symbols:
        entries_of(classes, symbols)  # what cannot be meant is refused before anybody logs in
    summary = CaptureSummary(output)
    opening = open_feed(url=url, environment=environment, simulator=simulator)
    try:
        run(
            _capture(
                classes,
                symbols or [],
                selections,
                summary=summary,
                durability=durability,
                wire=wire,
                duration=seconds,
                opening=opening,
            )
        )
    finally:
        summary.show()


async def _capture(
    classes: list[type[Event]],
    symbols: list[str],
    selections: list[Selection],
    *,
    summary: CaptureSummary,
    durability: Durability,
    wire: bool,
    duration: float | None,
    opening: AbstractAsyncContextManager[tuple[Session | None, Streamer]],
) -> None:
    from tastytrade.capture import Capture
    from tastytrade.cli.capture_board import CaptureBoard, watch
    from tastytrade.cli.selection import choose

    async with opening as (session, streamer):
        chosen = await choose(session, streamer, selections)
        names = dict.fromkeys([*symbols, *chosen.symbols])
        capture = Capture(streamer, summary.path, classes, names, durability=durability.value, wire=wire)
        async with capture:
            summary.begin()
            for underlying, answer in chosen.answers.items():
                await capture.keep_chain(underlying, answer)
            await watch(CaptureBoard(streamer, capture, duration=duration), capture, duration=duration)
