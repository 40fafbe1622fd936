"""A replay on a board in the terminal: recorded time, pace and gaps below it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.live import Live

from tastytrade.cli.board import Board, shown_columns
from tastytrade.cli.live import REDRAWS_PER_SECOND
from tastytrade.dxfeed import Event, Gap

if TYPE_CHECKING:
    from tastytrade.replaying import Replay
    from tastytrade.subscription import Subscription

SYMBOLS_SHOWN = 30
"""Rows of a board where nobody named symbols: a whole option chain fits no terminal."""


async def show_replay(
    source: Replay,
    subscription: Subscription[Any],
    classes: Iterable[type[Event]],
    symbols: Iterable[str] | None,
    *,
    duration: float | None,
) -> None:
    """Redraw the board some times a second; each gap is a line of its own, when it ends."""
    names = list(dict.fromkeys(entry.symbol for entry in subscription.entries))
    board = Board(shown_columns(classes), symbols=names if symbols else names[:SYMBOLS_SHOWN])
    shown = frozenset(names if symbols else names[:SYMBOLS_SHOWN])
    console = Console()
    events = gaps = 0

    def footer() -> str:
        more = f" · {len(names) - len(shown)} more symbols" if len(shown) < len(names) else ""
        counted = f" · {gaps} gap{'s' * (gaps != 1)}" if gaps else ""
        return f"{recorded_time(source.position[1])} · {_pace(source)} · {events:,} events{counted}{more}"

    async def redraw(live: Live) -> None:
        while True:
            await asyncio.sleep(1 / REDRAWS_PER_SECOND)
            live.update(board.table(footer()), refresh=True)

    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        drawing = asyncio.ensure_future(redraw(live)) if console.is_terminal else None
        try:
            async for record in subscription.records(duration=duration):
                if not isinstance(record, Gap):
                    events += len(record)
                    board.take(record.of_symbols(shown))
                elif not record.is_open:
                    gaps = len(subscription.gaps)
                    _tell(console, record)
        finally:
            if drawing is not None:
                drawing.cancel()
                live.update(board.table(footer()), refresh=True)
    if not console.is_terminal:
        console.print(board.table())


def recorded_time(at_ns: int) -> str:
    """When something was received, to the second; nothing has been for 0."""
    return f"{datetime.fromtimestamp(at_ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC" if at_ns else "-"


def _pace(source: Replay) -> str:
    return "paused" if source.is_paused else "max" if source.speed == "max" else f"{source.speed:g}x"


def _tell(console: Console, gap: Gap) -> None:
    """Say a gap: above the board, or on stderr where that cannot be."""
    if console.is_terminal:
        console.print(str(gap), style="yellow", highlight=False, markup=False)
    else:
        typer.echo(f"tastytrade: {gap}", err=True)
