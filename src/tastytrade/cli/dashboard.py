"""``tastytrade dashboard``: the page in a browser, of the live feed, a simulator, or a recording."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tastytrade.replaying import Replay
    from tastytrade.session import Session
    from tastytrade.streamer import Streamer

    Source = tuple[Streamer | Replay, Session | None]

SYMBOLS = ("SPX", "SPY", "QQQ", "NVDA")
"""The watch list to begin with, unless others are named."""


def dashboard(
    symbols: Annotated[
        list[str] | None, typer.Argument(help="Streamer symbols of the watch list to begin with.")
    ] = None,
    underlying: Annotated[
        list[str] | None,
        typer.Option(metavar="SYMBOL", help="Offer this underlying's chain first; may be repeated."),
    ] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")] = False,
    replay: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Show a captured day instead of a feed.")
    ] = None,
    speed: Annotated[
        str, typer.Option(metavar="TIMES", help="Of a replay: so many times the pace of the day, or max.")
    ] = "1",
    environment: Annotated[
        str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
    ] = None,
    port: Annotated[
        int, typer.Option(help="Port of this machine; 0 takes any free one.", min=0, max=65535)
    ] = 0,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, or only print the link.")
    ] = True,
    duration: Annotated[
        float | None, typer.Option("--for", help="Seconds to serve; else until Ctrl-C.", min=0.1)
    ] = None,
) -> None:
    """Show a page on this machine: chain, candles, smile, exposure, prints, and how the feed is.

    Prints the link. It works once and for this machine only; when it was used, the next one is printed on
    stderr, for another browser.
    """
    from tastytrade.cli.running import run
    from tastytrade.errors import ConfigurationError

    if [simulator, replay is not None, environment is not None].count(True) > 1:
        raise ConfigurationError("--simulator, --replay and --environment exclude each other; choose one")
    if replay is None and speed != "1":
        raise ConfigurationError("--speed is for a replay: name one with --replay PATH")
    opening = _live(environment, simulator=simulator) if replay is None else _recorded(replay, speed)
    chosen = symbols or ([] if replay is not None else list(SYMBOLS))
    underlyings = underlying or ([] if replay is not None else [chosen[0]])
    run(
        _serve(
            opening,
            underlyings=underlyings,
            symbols=chosen,
            port=port,
            open_browser=open_browser,
            duration=duration,
        )
    )


async def _serve(
    opening: AbstractAsyncContextManager[Source],
    *,
    underlyings: list[str],
    symbols: list[str],
    port: int,
    open_browser: bool,
    duration: float | None,
) -> None:
    from tastytrade.dashboard import Dashboard
    from tastytrade.replaying import Replay

    def tell_next() -> None:
        typer.echo(f"tastytrade: for another browser: {page.new_url()}", err=True)

    async with opening as (source, session):
        page = Dashboard(
            source, runner=session, port=port, underlyings=underlyings, symbols=symbols, entered=tell_next
        )
        async with page:
            url = page.new_url()
            typer.echo(url)
            sys.stdout.flush()
            if open_browser and _has_screen():
                await asyncio.to_thread(webbrowser.open, url)
            try:
                async with asyncio.timeout(duration):
                    # A replay that is over can be sought; a feed that has failed for good is over.
                    await (asyncio.Event().wait() if isinstance(source, Replay) else source.wait_closed())
            except TimeoutError:
                pass


def _has_screen() -> bool:
    """Whether a browser has somewhere to open: without a screen some take the terminal instead."""
    return sys.platform in {"darwin", "win32"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


@asynccontextmanager
async def _live(environment: str | None, *, simulator: bool) -> AsyncIterator[Source]:
    from tastytrade.cli.sources import open_feed

    async with open_feed(environment=environment, simulator=simulator) as (session, streamer):
        yield streamer, session


@asynccontextmanager
async def _recorded(path: Path, speed: str) -> AsyncIterator[Source]:
    from tastytrade.cli.speeds import parse_speed
    from tastytrade.replaying import replay

    async with replay(path, speed=parse_speed(speed)) as source:
        yield source, None
