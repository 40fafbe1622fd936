"""Show a subscription on a board in the terminal until its time is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live

from tastytrade.cli.board import Board
from tastytrade.dxfeed import EventBatch, Gap
from tastytrade.source import EventSource, State
from tastytrade.subscription import Subscription

REDRAWS_PER_SECOND = 8


async def show(
    streamer: EventSource,
    subscription: Subscription[Any],
    board: Board,
    *,
    console: Console,
    duration: float | None,
    also: Callable[[EventBatch[Any]], None] | None = None,
) -> None:
    """Redraw the board some times a second whatever the rate; on no terminal, draw nothing."""

    def footer() -> str:
        now = streamer.state
        state = now.state.value if now.state is State.LIVE else f"{now.state.value}: {now.reason}"
        level = f" · {streamer.feed_level}" if streamer.feed_level else ""
        return f"{state}{level} · {board.events:,} events · {board.rate:,.0f}/s{_missing(subscription.gaps)}"

    async def redraw(live: Live) -> None:
        while True:
            await asyncio.sleep(1 / REDRAWS_PER_SECOND)
            live.update(board.table(footer()), refresh=True)

    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        drawing = asyncio.ensure_future(redraw(live)) if console.is_terminal else None
        try:
            async for batch in subscription.batches(duration=duration):
                board.take(batch)
                if also is not None:
                    also(batch)
        finally:
            if drawing is not None:
                drawing.cancel()
                live.update(board.table(footer()), refresh=True)


def _missing(gaps: list[Gap]) -> str:
    """What is said of gaps: how many, and for how many seconds events may be missing."""
    if not gaps:
        return ""
    seconds = sum(((gap.to_ns or time.time_ns()) - gap.from_ns) / 1e9 for gap in gaps)
    return f" · {len(gaps)} gap{'s' * (len(gaps) > 1)}, {seconds:.1f} s"
