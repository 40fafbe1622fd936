"""``tastytrade stream``: events of some symbols as they come."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.options import Environment, Force, FormatChoice, OutputFile, OwnSimulator, Recorded, Url

if TYPE_CHECKING:
    from tastytrade.cli.output import Target
    from tastytrade.cli.sources import Opened
    from tastytrade.dxfeed import Event

EXAMPLES = (
    "tastytrade stream SPX NVDA --simulator",
    "tastytrade stream AAPL --events Quote,Trade --url wss://demo.dxfeed.com/market-data/dxlink-ws",
    "tastytrade stream SPY --events Quote --for 60 -o quotes.csv",
)


def stream(
    symbols: Annotated[list[str], typer.Argument(help="Streamer symbols, like AAPL or .SPXW261218C6000.")],
    events: Annotated[str, typer.Option(help="Event types, separated by commas.")] = "Quote,Trade",
    url: Url = None,
    simulator: OwnSimulator = False,
    replay: Recorded = None,
    environment: Environment = None,
    duration: Annotated[
        float | None, typer.Option("--for", help="Seconds to stream; else until Ctrl-C.", min=0.1)
    ] = None,
    format: FormatChoice = None,  # noqa: A002
    output: OutputFile = None,
    force: Force = False,
) -> None:
    """Show live events: a table in a terminal, one JSON object a line in a pipe.

    A first taste of real (delayed) data without an account is dxFeed's public demo, see the second example.
    """
    from tastytrade.cli.output import target_of
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import open_source
    from tastytrade.dxfeed import event_class
    from tastytrade.interest import entries_of

    classes = [event_class(name.strip()) for name in events.split(",") if name.strip()]
    entries_of(classes, symbols)  # what cannot be meant is refused before anybody logs in
    target = target_of(format, output, force=force, is_stream=True)
    opening = open_source(url=url, environment=environment, simulator=simulator, replay=replay)
    run(_stream(classes, symbols, target, duration=duration, opening=opening))


async def _stream(
    classes: list[type[Event]],
    symbols: list[str],
    target: Target,
    *,
    duration: float | None,
    opening: AbstractAsyncContextManager[Opened],
) -> None:
    from rich.console import Console

    from tastytrade.cli.board import Board, shown_columns
    from tastytrade.cli.live import show
    from tastytrade.cli.output import Format
    from tastytrade.cli.records import put_records

    async with opening as (_, source), source.subscribe(classes, symbols) as subscription:
        if target.format is not Format.TABLE:
            await put_records(subscription, target, classes, duration=duration, what="the stream")
            return
        # As the service spells them: a candle's symbol comes back in its canonical form.
        names = dict.fromkeys(entry.symbol for entry in subscription.entries)
        board = Board(shown_columns(classes), symbols=names)
        console = Console()
        await show(source, subscription, board, console=console, duration=duration)
        if not console.is_terminal:
            console.print(board.table())
