"""``tastytrade quote``: what some symbols cost now, once as a table, or all the time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.options import (
    At,
    Environment,
    Force,
    FormatChoice,
    OutputFile,
    OwnSimulator,
    Recorded,
    Speed,
    Url,
    Wait,
)

if TYPE_CHECKING:
    from tastytrade.cli.sources import Opened
    from tastytrade.dxfeed import Event
    from tastytrade.store import Store
    from tastytrade.streamer import Streamer
    from tastytrade.tables import Table

EXAMPLES = (
    "tastytrade quote SPX NVDA --simulator",
    "tastytrade quote SPY QQQ --watch",
    "tastytrade quote SPX --simulator --format ndjson | head",
)
SHOWN = (
    ("eventSymbol", "symbol"),
    ("bidSize", "bidSize"),
    ("bidPrice", "bidPrice"),
    ("askPrice", "askPrice"),
    ("askSize", "askSize"),
    ("price", "last"),
    ("dayVolume", "dayVolume"),
    ("prevDayClosePrice", "prevClose"),
    ("openInterest", "openInt"),
    ("volatility", "volatility"),
    ("delta", "delta"),
)
"""Columns for people, and their titles."""
LEAST = ("openInterest", "prevDayClosePrice", "bidSize", "askSize", "dayVolume")
"""Those that a narrow terminal does without, the first of them first."""


def quote(
    symbols: Annotated[list[str], typer.Argument(help="Streamer symbols, like AAPL or .SPXW261218C6000.")],
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, on the whole screen; q ends it, ? helps.")
    ] = False,
    url: Url = None,
    simulator: OwnSimulator = False,
    replay: Recorded = None,
    at: At = None,
    speed: Speed = "1",
    environment: Environment = None,
    wait: Wait = None,
    format: FormatChoice = None,  # noqa: A002
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Say what symbols cost: bid and ask, last trade, the day, and of options the Greeks, a row a symbol.

    Ends with 4 when nothing is known of some of them; which ones is said on stderr.
    """
    from tastytrade.cli.output import NO_DATA, target_of
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import open_source
    from tastytrade.dxfeed import Greeks, Quote, Summary, Trade
    from tastytrade.errors import ConfigurationError
    from tastytrade.interest import entries_of

    classes: list[type[Event]] = [Quote, Trade, Summary]
    if any(symbol.startswith(".") for symbol in symbols):
        classes.append(Greeks)
    entries_of(classes, symbols)  # what cannot be meant is refused before anybody logs in
    target = target_of(format, output, force=force)
    if at is not None and (replay is None or watch):
        raise ConfigurationError("--at is for a replay that is not watched: name one with --replay PATH")
    if not watch and speed != "1":
        raise ConfigurationError("--speed is for a replay that is watched: add --watch")
    opening = open_source(url=url, environment=environment, simulator=simulator, replay=replay, speed=speed)
    if watch and target.is_terminal:
        from tastytrade.cli.screen.watching import watch_quotes

        watch_quotes(opening, classes, symbols)
        return
    found: list[Table] = []
    run(_quote(opening, classes, symbols, found, at=at, wait=wait))
    from tastytrade.cli.frame_output import put_frame

    put_frame(found[0], target, columns=SHOWN, least=LEAST)
    if _told_silent(found[0], symbols):
        raise typer.Exit(NO_DATA)


async def _quote(
    opening: AbstractAsyncContextManager[Opened],
    classes: list[type[Event]],
    symbols: list[str],
    found: list[Table],
    *,
    at: str | None,
    wait: float | None,
) -> None:
    from tastytrade.cli.quote_table import quote_table
    from tastytrade.streamer import Streamer

    async with opening as (_, source):
        tables = (
            await _asked(source, classes, symbols, wait)
            if isinstance(source, Streamer)
            else _recorded(source.store, classes, symbols, at)
        )
    found.append(quote_table(tables, symbols))


async def _asked(
    streamer: Streamer, classes: list[type[Event]], symbols: list[str], wait: float | None
) -> dict[type[Event], Table]:
    import asyncio

    from tastytrade.dxfeed import Greeks

    async def ask(event_class: type[Event]) -> Table:
        wanted = [name for name in symbols if event_class is not Greeks or name.startswith(".")]
        return (await streamer.snapshot(event_class, wanted, timeout=wait)).table

    async with asyncio.TaskGroup() as group:
        asked = {event_class: group.create_task(ask(event_class)) for event_class in classes}
    return {event_class: task.result() for event_class, task in asked.items()}


def _recorded(
    store: Store, classes: list[type[Event]], symbols: list[str], at: str | None
) -> dict[type[Event], Table]:
    from tastytrade.cli.recorded import moment_in

    moment = moment_in(store, at, option="--at")
    return {cls: store.latest(cls, symbols=symbols, at=moment) for cls in classes}


def _told_silent(table: Table, symbols: list[str]) -> bool:
    """Whether nothing is known of some symbols, which is said."""
    known = set(table["eventSymbol"])
    silent = [name for name in dict.fromkeys(symbols) if name not in known]
    if silent:
        typer.echo(f"tastytrade: nothing is known of {', '.join(silent)} (not entitled or unknown)", err=True)
    return bool(silent)
