"""``tastytrade replay``: a captured day once more, in the terminal or served to any client."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tastytrade.cli.moments import End, Start
from tastytrade.cli.stream import Format

if TYPE_CHECKING:
    from tastytrade.dxfeed import Event
    from tastytrade.replaying import Replay
    from tastytrade.store import Store

Speed = float | Literal["max"]
Port = Annotated[
    int | None,
    typer.Option(
        metavar="PORT", min=0, max=65535, help="Serve it as DXLink and REST on a port; 0 takes any free one."
    ),
]


def replay(
    path: Annotated[Path, typer.Argument(help="A folder that was captured to.")],
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Streamer symbols; all that were captured unless told.")
    ] = None,
    events: Annotated[
        str | None,
        typer.Option(help="Event types, separated by commas; all that were captured unless told."),
    ] = None,
    speed: Annotated[
        str, typer.Option(metavar="TIMES", help="So many times the pace of the day, or max.")
    ] = "1",
    start: Start = None,
    end: End = None,
    serve: Port = None,
    host: Annotated[
        str, typer.Option(help="Address to serve on; this machine only unless told.")
    ] = "127.0.0.1",
    duration: Annotated[
        float | None, typer.Option("--for", help="Seconds to go on; else until the end, or Ctrl-C.", min=0.1)
    ] = None,
    format: Annotated[Format | None, typer.Option(help="How to show the events.")] = None,  # noqa: A002
) -> None:
    """Play a captured day again: as a table, as JSON lines, or for clients to connect to.

    With --serve it waits for its first client, prints one line of JSON with the addresses and credentials as
    `tastytrade simulator` does, and goes on until Ctrl-C or SIGTERM.
    """
    from tastytrade.cli.moments import parse_moment
    from tastytrade.cli.running import run
    from tastytrade.errors import ConfigurationError
    from tastytrade.store import Store

    times = _parse_speed(speed)
    store = Store(path)
    bounds = store.bounds()
    if bounds is None:
        raise ConfigurationError(f"{path} has no events yet; capture some first")
    first = parse_moment(start, option="--start", first_ns=bounds.first_ns)
    last = parse_moment(end, option="--end", first_ns=bounds.first_ns)
    if serve is None:
        classes = _chosen(store, events)
        chosen = format or (Format.TABLE if sys.stdout.isatty() else Format.NDJSON)
        from tastytrade.replaying import replay as open_replay

        source = open_replay(store, speed=times, start=first, end=last)
        run(_show(source, classes, symbols, chosen, duration=duration))
        return
    if times == "max":
        raise ConfigurationError(
            "--speed max cannot be served: clients have clocks; name a number, such as 50"
        )
    if symbols or events or format:
        raise ConfigurationError("with --serve the clients choose: leave out symbols, --events and --format")
    _serve(store, times, first, last, address=(host, serve), duration=duration)


def _parse_speed(text: str) -> Speed:
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.refusal import printable

    if text == "max":
        return "max"
    try:
        times = float(text)
    except ValueError:
        times = 0.0
    if 0 < times < float("inf"):
        return times
    raise ConfigurationError(f"--speed {printable(text, limit=40)}: expected a positive number, or max")


def _chosen(store: Store, events: str | None) -> list[type[Event]]:
    """The event types to be shown. Raises ConfigurationError for one of which nothing was captured."""
    from tastytrade.dxfeed import EVENT_CLASSES, event_class
    from tastytrade.errors import ConfigurationError

    captured = store.event_types
    there = [one for one in EVENT_CLASSES.values() if one in captured]  # quotes and trades before the others
    if events is None:
        return there
    classes = [event_class(name.strip()) for name in events.split(",") if name.strip()]
    missing = [one.__name__ for one in classes if one not in there]
    if missing or not classes:
        names = ", ".join(one.__name__ for one in there)
        raise ConfigurationError(f"--events {events}: {store.path} has events of these types: {names}")
    return classes


async def _show(
    source: Replay,
    classes: list[type[Event]],
    symbols: list[str] | None,
    chosen: Format,
    *,
    duration: float | None,
) -> None:
    from tastytrade.cli.ndjson import print_records
    from tastytrade.cli.replay_board import show_replay

    async with source, source.subscribe(classes, symbols) as subscription:
        if chosen is Format.TABLE:
            await show_replay(source, subscription, classes, symbols, duration=duration)
            return
        try:
            await print_records(subscription.records(duration=duration))
        except asyncio.CancelledError:
            subscription.close()
            await print_records(subscription.records())  # what had come by then
            raise


def _serve(
    store: Store,
    speed: float,
    start: datetime | None,
    end: datetime | None,
    *,
    address: tuple[str, int],
    duration: float | None,
) -> None:
    from tastytrade.cli.serving import serve_recording
    from tastytrade.simulator import Simulator
    from tastytrade.simulator.recorded_market import RecordedMarket

    market = RecordedMarket(store, speed=speed, start=start, end=end)
    host, port = address
    simulator = Simulator(host=host, port=port, market=market, chains=store.chain)
    asyncio.run(serve_recording(simulator, market, duration=duration))
