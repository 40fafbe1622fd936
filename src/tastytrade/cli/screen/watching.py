"""Watching: runs the whole screen until it is quit, and says then what it was."""

from __future__ import annotations

import time
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import typer

from tastytrade.cli.durations import clock_text
from tastytrade.cli.notes import note

if TYPE_CHECKING:
    from tastytrade.cli.expirations import Asked
    from tastytrade.cli.screen.watch_app import Watched
    from tastytrade.cli.sources import Opened
    from tastytrade.dxfeed import Event


def watch_quotes(
    opening: AbstractAsyncContextManager[Opened], classes: list[type[Event]], symbols: list[str]
) -> None:
    """Show what symbols cost until it is quit. Raises what ended the feed."""
    from tastytrade.cli.screen.quotes import WatchedQuotes

    _watch(WatchedQuotes(opening, classes, symbols))


def watch_chain(opening: AbstractAsyncContextManager[Opened], asked: Asked, *, around: int) -> None:
    """Show the strikes around a price until it is quit. Raises what ended the feed."""
    from tastytrade.cli.screen.ladder import WatchedChain

    _watch(WatchedChain(opening, asked, around=around))


def _watch(watched: Watched) -> None:
    from tastytrade.cli.screen.watch_app import WatchApp

    began = time.monotonic()
    app = WatchApp(watched)
    app.run()
    note(f"{watched.events:,} events in {clock_text(time.monotonic() - began)}")
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        raise typer.Exit(app.return_code)
