"""A capture in the terminal: how it stands, in a few lines; where there is none, a line now and then."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.live import Live
from rich.text import Text

from tastytrade.cli.durations import about_text, clock_text
from tastytrade.cli.holdings import gap_count, gaps_in, row_bytes
from tastytrade.cli.replay_board import recorded_time
from tastytrade.dxfeed import Gap
from tastytrade.errors import StoreError
from tastytrade.meter import Rates
from tastytrade.source import State
from tastytrade.store import Store

if TYPE_CHECKING:
    from tastytrade.capture import Capture
    from tastytrade.store.stats import CaptureStats
    from tastytrade.streamer import Streamer

REDRAW_AFTER = 0.5
LINE_AFTER = 10.0
"""Seconds between two lines where there is no terminal."""
LOOKS = 3
GAPS_SHOWN = 3
"""Open gaps that have a line each."""
ROOM_SHOWN = 3600.0
"""Seconds that the disk lasts at this pace, below which that is a warning."""
LAG_SHOWN = 1.0
"""Seconds until rows are safe that are worth a colour."""


class CaptureBoard:
    """Looks at a capture, and says how it stands; ``duration`` is how long it is to go on."""

    def __init__(self, streamer: Streamer, capture: Capture, *, duration: float | None) -> None:
        self._streamer = streamer
        self._capture = capture
        self._duration = duration
        self._began = time.monotonic()
        self._rates = Rates()
        self._stats: CaptureStats | None = None
        self._gaps: list[Gap] = []
        self._gaps_known = 0
        self._looks_due = 0
        self._row_bytes = 0.0

    async def look(self) -> None:
        """See how it stands now."""
        stats = await self._capture.stats()
        before = self._stats.events if self._stats is not None else 0
        self._rates.count(stats.events - before, 0, time.monotonic())
        self._stats = stats
        if stats.gaps != self._gaps_known:
            # A gap that was told of just now is in the store with the next commit.
            self._gaps_known, self._looks_due = stats.gaps, LOOKS
        if self._looks_due:
            self._looks_due -= 1
            self._gaps = await asyncio.to_thread(self._told_gaps)
        self._row_bytes = await asyncio.to_thread(row_bytes, self._capture.path)

    def text(self) -> Text:
        """The lines of a terminal."""
        first, second = self._facts()
        lines = [Text(" · ").join(first), Text(" · ").join(second)]
        if self._reason():
            lines.append(Text(self._reason(), style="yellow"))
        lines += [Text(gap, style="yellow") for gap in self.open_gaps()]
        if self._stats is not None and self._stats.concern:
            lines.append(Text(self._stats.concern, style="bold red"))
        return Text("\n").join(lines)

    def line(self) -> str:
        """The same in one line."""
        first, second = self._facts()
        concern = self._stats.concern if self._stats is not None else ""
        told = [*(part.plain for part in (*first, *second)), self._reason(), *self.open_gaps(), concern]
        return " · ".join(filter(None, told))

    def open_gaps(self) -> list[str]:
        """The gaps that have not ended, in words."""
        found = [gap for gap in self._gaps if gap.is_open]
        shown = [_gap_text(gap) for gap in found[-GAPS_SHOWN:]]
        more = len(found) - len(shown)
        return [*shown, f"and {more} more gap{'s' * (more > 1)} are open"] if more else shown

    def _reason(self) -> str:
        """Why the feed is not as it should be; "" while it is."""
        now = self._streamer.state
        return "" if now.state is State.LIVE else now.reason

    def _facts(self) -> tuple[list[Text], list[Text]]:
        state = self._streamer.state.state
        elapsed = time.monotonic() - self._began
        of = f" of {clock_text(self._duration)}" if self._duration is not None else ""
        first = [Text(state.value, "green" if state is State.LIVE else "yellow")]
        level = self._streamer.feed_level
        if level:
            first.append(Text(level, "bold magenta" if level == "simulated" else ""))
        first.append(Text(clock_text(elapsed) + of))
        stats = self._stats
        if stats is None:
            return first, []
        rate, _ = self._rates.per_second(time.monotonic())
        first += [
            Text(f"{rate:,.0f} events/s"),
            Text(f"{stats.events:,} events"),
            Text(gap_count(self._gaps), "yellow" if self._gaps else ""),
        ]
        if stats.dropped:
            first.append(Text(f"{stats.dropped:,} lost", "bold red"))
        second = [Text(decimal(stats.size_bytes))]
        each = self._row_bytes
        if each:
            second.append(Text(f"{each:,.{0 if each >= 10 else 1}f} bytes/event"))
        lasts = stats.free_bytes / (rate * each) if rate and each else 0.0
        room = f"{decimal(stats.free_bytes)} left" + (f" for {about_text(lasts)}" if lasts else "")
        second.append(Text(room, "bold red" if 0 < lasts < ROOM_SHOWN else ""))
        if stats.concern:
            second.append(Text(f"{stats.waiting_rows:,} wait", "bold red"))
        else:
            second.append(Text(f"lag {stats.lag:.2f} s", "yellow" if stats.lag > LAG_SHOWN else ""))
        return first, second

    def _told_gaps(self) -> list[Gap]:
        try:
            return gaps_in(Store(self._capture.path, check=False))
        except StoreError:
            return self._gaps  # what was known; `verify` says what is wrong


async def watch(board: CaptureBoard, capture: Capture, *, duration: float | None) -> None:
    """Capture for so long, and show how it stands meanwhile. Raises what ended the feed."""
    console = Console(stderr=True)
    showing = asyncio.ensure_future(_redraw(board, console) if console.is_terminal else _tell(board))
    try:
        await capture.wait(duration)
    finally:
        showing.cancel()
        await asyncio.wait([showing])


async def _redraw(board: CaptureBoard, console: Console) -> None:
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            await board.look()
            live.update(board.text(), refresh=True)
            await asyncio.sleep(REDRAW_AFTER)


async def _tell(board: CaptureBoard) -> None:
    due = time.monotonic() + LINE_AFTER
    while True:
        await asyncio.sleep(REDRAW_AFTER)
        await board.look()
        if time.monotonic() >= due:
            typer.echo(f"tastytrade: {board.line()}", err=True)
            due += LINE_AFTER


def _gap_text(gap: Gap) -> str:
    count = len(gap.symbols)
    of = f" of {count} symbol{'s' * (count > 1)}" if count else ""
    since = f"since {recorded_time(gap.from_ns)[11:]} ({gap.reason})"
    return f"{', '.join(gap.event_types)}{of} may be missing {since}"
