"""``tastytrade chain``: the options on an underlying, a row a strike, once or as the price moves."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
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
    Wait,
)

if TYPE_CHECKING:
    from tastytrade.cli.expirations import Asked
    from tastytrade.cli.sources import Opened
    from tastytrade.instruments import Option
    from tastytrade.replaying import Replay
    from tastytrade.streamer import Streamer
    from tastytrade.tables import Table

EXAMPLES = (
    "tastytrade chain SPX --dte 0 --around 10 --simulator",
    "tastytrade chain SPX --live",
    "tastytrade chain SPY --expiration 2026-12-18 --analytics -o spy.parquet",
)
AROUND = 20
"""Strikes of a live chain unless told."""
SHOWN = tuple(
    [(f"call_{name}", title) for name, title in (("openInterest", "openInt"), ("delta", "delta"))]
    + [("call_volatility", "IV"), ("call_bidPrice", "bid"), ("call_askPrice", "ask")]
    + [("strike_price", "strike"), ("put_bidPrice", "bid"), ("put_askPrice", "ask")]
    + [("put_volatility", "IV"), ("put_delta", "delta"), ("put_openInterest", "openInt")]
    + [("put_quote_age", "age")]
)
"""Columns for people, and their titles: calls left, puts right."""
LEAST = ("call_openInterest", "put_openInterest", "put_quote_age")
"""Those that a narrow terminal does without, the first of them first."""


def chain(
    underlying: Annotated[str, typer.Argument(help="An underlying, like SPX or NVDA.")],
    dte: Annotated[
        int | None, typer.Option(help="The expiration in so many days; else the nearest.", min=0)
    ] = None,
    expiration: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The expiration on this day.")
    ] = None,
    root: Annotated[str | None, typer.Option(help="Options of this root, like SPXW.")] = None,
    around: Annotated[
        int | None, typer.Option(help="So many strikes around the price; else all, live 20.", min=1)
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Go on, on the whole screen, around the price as it moves.")
    ] = False,
    analytics: Annotated[
        bool, typer.Option("--analytics", help="Add mid, spread, and Greeks where the feed has none.")
    ] = False,
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
    """Say what the options of one expiration cost, with Greeks and open interest: calls left, puts right.

    Ends with 4 when some of the options have no quote; how many is said on stderr.
    """
    from tastytrade.cli.expirations import asked_expiration
    from tastytrade.cli.output import NO_DATA, target_of
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import open_source
    from tastytrade.errors import ConfigurationError

    target = target_of(format, output, force=force)
    asked = asked_expiration(underlying, expiration=expiration, dte=dte, root=root)
    if at is not None and (replay is None or live):
        raise ConfigurationError("--at is for a replay that is not live: name one with --replay PATH")
    if not live and speed != "1":
        raise ConfigurationError("--speed is for a replay that is live: add --live")
    opening = open_source(environment=environment, simulator=simulator, replay=replay, speed=speed)
    if live and target.is_terminal:
        from tastytrade.cli.screen.watching import watch_chain

        watch_chain(opening, asked, around=around or AROUND)
        return
    if live and around is None:
        around = AROUND
    found: list[Table] = []
    run(_chain(opening, asked, around, found, at=at, wait=wait, analytics=analytics))
    from tastytrade.cli.frame_output import put_frame

    put_frame(found[0], target, columns=SHOWN, least=LEAST)
    if _told_silent(found[0]):
        raise typer.Exit(NO_DATA)


async def _chain(
    opening: AbstractAsyncContextManager[Opened],
    asked: Asked,
    around: int | None,
    found: list[Table],
    *,
    at: str | None,
    wait: float | None,
    analytics: bool,
) -> None:
    import time

    from tastytrade.streamer import Streamer

    async with opening as (_, source):
        if isinstance(source, Streamer):
            options, table = await _asked(source, asked, around, wait)
            spot = await _spot(source, asked.underlying) if analytics else None
            at_ns = time.time_ns()
        else:
            options, table, spot, at_ns = await _recorded(source, asked, around, at)
    if analytics:
        from tastytrade.analytics import with_greeks, with_prices, with_terms

        table = with_terms(with_prices(table), options)
        table = with_greeks(table, spot=spot, at=at_ns)
    found.append(table)


async def _asked(
    streamer: Streamer, asked: Asked, around: int | None, wait: float | None
) -> tuple[list[Option], Table]:
    from tastytrade.cli.notes import progress

    options = asked.of(await streamer.option_chain(asked.underlying)).options
    with progress(f"chain of {asked.underlying}") as tell:
        if around is None:
            return options, await streamer.chain_table(options, timeout=wait, progress=tell)
        return options, await streamer.chain_table(options, timeout=wait, progress=tell, strikes=around)


async def _spot(streamer: Streamer, underlying: str) -> float | None:
    """What analytics go by: the last trade, else the middle of the quote; None where neither is known."""
    from tastytrade.dxfeed import Quote, Trade

    for trade in await streamer.snapshot(Trade, [underlying]):
        if trade.price == trade.price:
            return trade.price
    for quote in await streamer.snapshot(Quote, [underlying]):
        middle = (quote.bidPrice + quote.askPrice) / 2
        if middle == middle:  # noqa: PLR0124 - nan
            return middle
    return None


async def _recorded(
    replay: Replay, asked: Asked, around: int | None, at: str | None
) -> tuple[list[Option], Table, float | None, int]:
    from tastytrade.cli.recorded import moment_in, recorded_chain, recorded_spot
    from tastytrade.errors import ConfigurationError

    moment = moment_in(replay.store, at, option="--at")
    found = asked.of(await replay.option_chain(asked.underlying))
    spot = recorded_spot(replay.store, asked.underlying, moment)
    if around is not None:
        if spot is None:
            raise ConfigurationError(
                f"{replay.store.path} has no price of {asked.underlying} by then: leave out --around, or "
                "choose a later --at"
            )
        options = found.around(spot, strikes=around)
    else:
        options = found.options
    return options, recorded_chain(replay.store, options, moment), spot, int(moment.timestamp() * 1e9)


def _told_silent(table: Table) -> bool:
    """Whether some options have no quote, which is said."""
    sides = [("call_streamer_symbol", "call_quote_age"), ("put_streamer_symbol", "put_quote_age")]
    listed = sum(table[symbol].drop_nulls().len() for symbol, _ in sides)
    quoted = sum(table[age].drop_nulls().len() for _, age in sides)
    if quoted < listed:
        typer.echo(f"tastytrade: {listed - quoted:,} of {listed:,} options have no quote", err=True)
    return quoted < listed
