"""``tastytrade stream``: events of some symbols as they come."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tastytrade.dxfeed import Event
    from tastytrade.streamer import Streamer
    from tastytrade.subscription import Subscription


class Format(StrEnum):
    """How events are shown; by default a table in a terminal and NDJSON in a pipe."""

    TABLE = "table"
    NDJSON = "ndjson"


def stream(
    symbols: Annotated[list[str], typer.Argument(help="Streamer symbols, like AAPL or .SPXW261218C6000.")],
    events: Annotated[str, typer.Option(help="Event types, separated by commas.")] = "Quote,Trade",
    url: Annotated[
        str | None,
        typer.Option(help="A DXLink address instead of a session (token: DXLINK_TOKEN)."),
    ] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")] = False,
    environment: Annotated[
        str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
    ] = None,
    duration: Annotated[
        float | None, typer.Option("--for", help="Seconds to stream; else until Ctrl-C.", min=0.1)
    ] = None,
    format: Annotated[Format | None, typer.Option(help="How to show the events.")] = None,  # noqa: A002
) -> None:
    """Show live events: a table in a terminal, one JSON object a line in a pipe.

    A first taste of real (delayed) data without an account is dxFeed's public demo:
    tastytrade stream AAPL --events Quote,Trade --url wss://demo.dxfeed.com/market-data/dxlink-ws
    """
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import open_streamer
    from tastytrade.dxfeed import event_class
    from tastytrade.interest import entries_of

    classes = [event_class(name.strip()) for name in events.split(",") if name.strip()]
    entries_of(classes, symbols)  # what cannot be meant is refused before anybody logs in
    chosen = format or (Format.TABLE if sys.stdout.isatty() else Format.NDJSON)
    opening = open_streamer(url=url, environment=environment, simulator=simulator)
    run(_stream(classes, symbols, chosen, duration=duration, opening=opening))


async def _stream(
    classes: list[type[Event]],
    symbols: list[str],
    chosen: Format,
    *,
    duration: float | None,
    opening: AbstractAsyncContextManager[Streamer],
) -> None:
    from rich.console import Console

    from tastytrade.cli.board import Board, shown_columns
    from tastytrade.cli.live import show

    async with opening as streamer, streamer.subscribe(classes, symbols) as subscription:
        if chosen is Format.TABLE:
            # As the service spells them: a candle's symbol comes back in its canonical form.
            names = dict.fromkeys(entry.symbol for entry in subscription.entries)
            board = Board(shown_columns(classes), symbols=names)
            console = Console()
            await show(streamer, subscription, board, console=console, duration=duration)
            if not console.is_terminal:
                console.print(board.table())
            return
        try:
            await _print(subscription, duration=duration)
        except asyncio.CancelledError:
            subscription.close()
            await _print(subscription, duration=None)  # what had come by then
            raise


async def _print(subscription: Subscription[Event], *, duration: float | None) -> None:
    """Events to stdout, one a line; from when to when some may be missing to stderr."""
    import msgspec

    from tastytrade.dxfeed import EventBatch

    async for record in subscription.records(duration=duration):
        if isinstance(record, EventBatch):
            if not _write(b"\n".join(map(msgspec.json.encode, record)) + b"\n"):
                return
        elif not record.is_open:
            typer.echo(f"tastytrade: {record}", err=True)


def _write(lines: bytes) -> bool:
    """Put lines on stdout at once; False when nobody reads them any more (``| head`` has seen enough)."""
    from tastytrade.errors import TastytradeError

    try:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python would try the rest once more at its end, and fail where nobody can answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return False
        raise TastytradeError(f"cannot write to stdout ({error.strerror}); the stream ends here") from None
    return True
