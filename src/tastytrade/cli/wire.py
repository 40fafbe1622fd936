"""``tastytrade wire``: the DXLink conversation itself, message by message, both ways, without its secrets."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tastytrade.cli.wire_source import Overhearing
    from tastytrade.cli.wire_trace import Trace
    from tastytrade.dxfeed import Event
    from tastytrade.rest.secret import Secret
    from tastytrade.streamer import Streamer

EXAMPLES = (
    "tastytrade wire SPX --simulator --for 10s",
    "tastytrade wire AAPL --events Quote,Candle --raw",
    "tastytrade wire --wire-log captured/wire --format table --data",
)


class Format(StrEnum):
    """How messages are shown: a line of text each, or a JSON object."""

    TABLE = "table"
    NDJSON = "ndjson"


def wire(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Streamer symbols, like AAPL or .SPXW261218C6000.")
    ] = None,
    events: Annotated[str, typer.Option(help="Event types, separated by commas.")] = "Quote,Trade",
    url: Annotated[
        str | None,
        typer.Option(help="A DXLink address instead of a session (token: DXLINK_TOKEN)."),
    ] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")] = False,
    environment: Annotated[
        str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
    ] = None,
    wire_log: Annotated[
        Path | None, typer.Option(help="A wire log (its folder or a file) instead of a live feed.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--for", help="How long, like 10s or 5m; else until Ctrl-C.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Show each message's JSON, as it came.")] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Show the rows of FEED_DATA, and not only how many.")
    ] = False,
    format: Annotated[Format | None, typer.Option(help="How to show messages.")] = None,  # noqa: A002
) -> None:
    """Show what is said between this machine and the feed: when, which way, on which channel, and what.

    Arrows point at who is told: -> is what we send, <- what the server says. Times are milliseconds since
    the first message. Tokens are never shown.
    """
    from tastytrade.cli.durations import parse_duration
    from tastytrade.cli.running import run
    from tastytrade.cli.wire_source import unopened_streamer
    from tastytrade.cli.wire_trace import Trace
    from tastytrade.dxfeed import event_class
    from tastytrade.errors import ConfigurationError
    from tastytrade.interest import entries_of

    is_text = (format or (Format.TABLE if sys.stdout.isatty() else Format.NDJSON)) is Format.TABLE
    secrets: list[Secret] = []
    trace = Trace(secrets, is_text=is_text, is_raw=raw, with_rows=data)
    limit = None if duration is None else parse_duration(duration, option="--for", least=0.1)
    if wire_log is not None:
        if symbols or url is not None or simulator or environment is not None:
            raise ConfigurationError("--wire-log has symbols and a feed of its own: leave out the others")
        _print_log(wire_log, trace, limit)
        return
    classes = [event_class(name.strip()) for name in events.split(",") if name.strip()]
    if not symbols:
        raise ConfigurationError("no symbols: name one at least, like SPY, or a recording by --wire-log PATH")
    entries_of(classes, symbols)  # what cannot be meant is refused before anybody logs in
    opening = unopened_streamer(secrets, url=url, environment=environment, simulator=simulator)
    run(_trace(classes, symbols, trace, limit, opening=opening))


async def _trace(
    classes: list[type[Event]],
    symbols: list[str],
    trace: Trace,
    limit: float | None,
    *,
    opening: AbstractAsyncContextManager[Streamer],
) -> None:
    from tastytrade.cli.wire_source import Overhearing

    overhearing = Overhearing()
    async with opening as streamer:
        streamer.watch_wire(overhearing.received, sent=overhearing.sent)
        showing = asyncio.ensure_future(_show(overhearing, trace))
        try:
            async with streamer, streamer.subscribe(classes, symbols) as subscription:

                async def read() -> None:
                    async for _ in subscription.batches(duration=limit):
                        pass

                reading = asyncio.ensure_future(read())
                try:
                    await asyncio.wait({showing, reading}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    reading.cancel()
                    await asyncio.wait({reading})
            if not reading.cancelled():
                reading.result()
        except asyncio.CancelledError:
            said = ", ".join(f"{count:,} {name}" for name, count in trace.messages.items())
            typer.echo(f"tastytrade: interrupted; messages: {said or 'none'}", err=True)
            raise
        finally:
            showing.cancel()
            await asyncio.wait({showing})
            _finish(overhearing, trace, is_read=not showing.cancelled())
    if not showing.cancelled():
        showing.result()


async def _show(overhearing: Overhearing, trace: Trace) -> None:
    """Put out what is said, until nobody reads it any more."""
    while _write(trace.lines(*await overhearing.next())):
        pass


def _finish(overhearing: Overhearing, trace: Trace, *, is_read: bool) -> None:
    """Put out what waits, unless whoever read has gone."""
    rest = [] if is_read else overhearing.rest()
    for one in rest:
        if not _write(trace.lines(*one)):
            break
    if overhearing.left_out:
        many = f"{overhearing.left_out:,} messages"
        typer.echo(f"tastytrade: {many} are not shown: they came faster than they were read", err=True)


def _print_log(path: Path, trace: Trace, limit: float | None) -> None:
    from tastytrade.wire_log import Missing, wire_records

    first_ns: int | None = None
    for record in wire_records(path):
        if isinstance(record, Missing):
            typer.echo(f"tastytrade: messages are missing here ({record.reason.value})", err=True)
            continue
        first_ns = record.received_ns if first_ns is None else first_ns
        is_over = limit is not None and record.received_ns - first_ns > limit * 1e9
        if is_over or not _write(trace.recorded(record)):
            return


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
        raise TastytradeError(f"cannot write to stdout ({error.strerror}); the trace ends here") from None
    return True
