"""``tastytrade replay``: a captured day once more, in the terminal or served to any client."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.moments import End, Start
from tastytrade.cli.options import Force, FormatChoice, OutputFile

if TYPE_CHECKING:
    from tastytrade.cli.output import Target
    from tastytrade.dxfeed import Event
    from tastytrade.replaying import Replay
    from tastytrade.store import Store

Port = Annotated[
    int | None,
    typer.Option(
        metavar="PORT", min=0, max=65535, help="Serve it as DXLink and REST on a port; 0 takes any free one."
    ),
]
EXAMPLES = (
    "tastytrade replay day --speed 10",
    "tastytrade replay day SPY --events TimeAndSale --speed max -o prints.parquet",
    "tastytrade replay day --start 14:30 --serve 8080",
)


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
    format: FormatChoice = None,  # noqa: A002
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Play a captured day again: as a table, as JSON lines, or for clients to connect to.

    With --serve it waits for its first client, prints one line of JSON with the addresses and credentials as
    `tastytrade simulator` does, and goes on until Ctrl-C or SIGTERM.
    """
    from tastytrade.cli.moments import parse_moment
    from tastytrade.cli.output import target_of
    from tastytrade.cli.running import run
    from tastytrade.cli.speeds import parse_speed
    from tastytrade.errors import ConfigurationError
    from tastytrade.store import Store

    times = parse_speed(speed)
    store = Store(path)
    bounds = store.bounds()
    if bounds is None:
        raise ConfigurationError(f"{path} has no events yet; capture some first")
    first = parse_moment(start, option="--start", first_ns=bounds.first_ns, last_ns=bounds.last_ns)
    last = parse_moment(end, option="--end", first_ns=bounds.first_ns, last_ns=bounds.last_ns)
    if serve is None:
        classes = _chosen(store, events)
        target = target_of(format, output, force=force, is_stream=True)
        from tastytrade.replaying import replay as open_replay

        source = open_replay(store, speed=times, start=first, end=last)
        run(_show(source, classes, symbols, target, duration=duration))
        return
    if times == "max":
        raise ConfigurationError(
            "--speed max cannot be served: clients have clocks; name a number, such as 50"
        )
    if symbols or events or format or output:
        raise ConfigurationError("with --serve the clients choose: leave out what is shown, and how")
    _serve(store, times, first, last, address=(host, serve), duration=duration)


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
    target: Target,
    *,
    duration: float | None,
) -> None:
    from tastytrade.cli.output import Format
    from tastytrade.cli.records import put_records
    from tastytrade.cli.replay_board import show_replay

    async with source, source.subscribe(classes, symbols) as subscription:
        if target.format is Format.TABLE:
            await show_replay(source, subscription, classes, symbols, duration=duration)
            return
        await put_records(subscription, target, classes, duration=duration, what="the replay")


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
