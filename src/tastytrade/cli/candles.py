"""``tastytrade candles``: the candles of some symbols since a moment."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tastytrade.cli.options import (
    Environment,
    Force,
    FormatChoice,
    OutputFile,
    OwnSimulator,
    Recorded,
    Url,
)

if TYPE_CHECKING:
    from tastytrade.cli.sources import Opened
    from tastytrade.oneshot.snapshot import Snapshot
    from tastytrade.streamer import Streamer
    from tastytrade.tables import Table

EXAMPLES = (
    "tastytrade candles SPX --period 5m --from -1d --simulator",
    "tastytrade candles SPY QQQ --period 1d --from 2026-01-01 -o candles.parquet",
    "tastytrade candles SPY --period 1m --from 09:30 --to 10:30 --replay day",
)
SHOWN = tuple((name, name) for name in ("eventSymbol", "time", "open", "high", "low", "close", "volume"))
LAST = 20
"""Candles that a terminal shows below the chart."""


def candles(
    symbols: Annotated[list[str], typer.Argument(help="Streamer symbols, like SPY.")],
    period: Annotated[
        str, typer.Option(help="As dxFeed spells it: 1m, 5m, 1h, 1d, or 5m,tho=true for regular hours.")
    ] = "5m",
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="From then on: -30d, 2026-11-20, 2026-11-20T14:30 or 09:30, UTC; else a day back, or all of "
            "a replay.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="Until then, written in the same way; else now."),
    ] = None,
    url: Url = None,
    simulator: OwnSimulator = False,
    replay: Recorded = None,
    environment: Environment = None,
    wait: Annotated[float, typer.Option(help="Seconds without a row to wait for more.", min=0.1)] = 10.0,
    format: FormatChoice = None,  # noqa: A002
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Get candles: a chart and the newest in a terminal, all of them in a pipe or a file.

    Of a replay they are those that were captured, else made of its prints or quotes. Ends with 4 when some
    are missing; what is there is put out, and stderr says of which symbols.
    """
    from tastytrade.cli.candle_chart import charts
    from tastytrade.cli.frame_output import put_frame
    from tastytrade.cli.output import NO_DATA, target_of
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import open_source

    target = target_of(format, output, force=force)
    opening = open_source(url=url, environment=environment, simulator=simulator, replay=replay)
    found: list[Table] = []
    lacking: list[str] = []
    run(_candles(opening, symbols, period, found, lacking, start=start, end=end, wait=wait))
    table = found[0]
    for text in lacking:
        typer.echo(f"tastytrade: {text}", err=True)
    if target.is_terminal:
        put_frame(table.tail(LAST), target, columns=SHOWN, least=("volume",), above=charts(table))
    else:
        put_frame(table, target, columns=SHOWN)
    if lacking or not table.height:
        raise typer.Exit(NO_DATA)


async def _candles(
    opening: AbstractAsyncContextManager[Opened],
    symbols: list[str],
    period: str,
    found: list[Table],
    lacking: list[str],
    *,
    start: str | None,
    end: str | None,
    wait: float,
) -> None:
    from tastytrade.cli.recorded import moment_in, recorded_candles
    from tastytrade.replaying import Replay

    async with opening as (_, source):
        if isinstance(source, Replay):
            first = moment_in(source.store, start, option="--from") if start is not None else None
            last = moment_in(source.store, end, option="--to") if end is not None else None
            table = recorded_candles(source.store, symbols, period, start=first, end=last)
            found.append(table)
            known = set(table["eventSymbol"])
            bare = {name.partition("{")[0] for name in known}
            lacking += [f"no candles of {one} were captured" for one in symbols if one not in known | bare]
            return
        first, last = _moments(start, end)
        snapshot = await _asked(source, symbols, period, first, last, wait=wait)
    found.append(snapshot.table.sort("eventSymbol", "time"))
    lacking += [f"{name}: {status}" for name, status in snapshot.status.items() if status != "ok"]


def _moments(start: str | None, end: str | None) -> tuple[datetime, datetime | None]:
    """From when to when. A time alone is of today, and ``-30d`` is counted back from now."""
    import time

    from tastytrade.cli.moments import parse_moment

    now_ns = time.time_ns()
    first = parse_moment(start or "-1d", option="--from", first_ns=now_ns, last_ns=now_ns)
    assert first is not None  # noqa: S101 - None is given for None only
    return first, parse_moment(end, option="--to", first_ns=now_ns, last_ns=now_ns)


async def _asked(
    streamer: Streamer,
    symbols: list[str],
    period: str,
    start: datetime,
    end: datetime | None,
    *,
    wait: float,
) -> Snapshot[Any]:
    from tastytrade.cli.notes import progress
    from tastytrade.errors import Incomplete
    from tastytrade.oneshot.snapshot import Snapshot

    with progress(f"candles of {len(symbols)} symbols") as tell:
        try:
            return await streamer.candles(symbols, period, start=start, end=end, timeout=wait, progress=tell)
        except Incomplete as error:
            if not isinstance(error.partial, Snapshot):
                raise
            return error.partial
