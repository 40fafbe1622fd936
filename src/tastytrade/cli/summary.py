"""What a capture has written, said at its end."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from tastytrade.cli.durations import clock_text
from tastytrade.cli.holdings import Holdings, gap_count, gaps_in, holdings_of
from tastytrade.dxfeed import Gap
from tastytrade.dxfeed.gap import GapReason
from tastytrade.store import SessionRecord, Store


class CaptureSummary:
    """Says nothing until the capture has begun."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._began: float | None = None

    def begin(self) -> None:
        """The capture has begun."""
        self._began = time.monotonic()

    def show(self) -> None:
        """Print it."""
        if self._began is None:
            return
        elapsed = time.monotonic() - self._began
        store = Store(self.path, check=False, skip_damaged=True)
        held = holdings_of(store, skip_damaged=True)
        console = Console()
        gaps = gaps_in(store)
        session = held.manifest.sessions[-1]
        lines = [Text(f"captured for {clock_text(elapsed)}: ") + _ending(session, gaps)]
        if held.manifest.is_simulated:
            lines.append(Text("SIMULATED market data", "bold magenta"))
        console.print(Text("\n").join(lines), rows_table(held), sep="\n")
        where = shlex.quote(str(self.path))
        console.print(
            f"{decimal(held.size_bytes)} on disk, {gap_count(gaps)}\n\n"
            f"  tastytrade inspect {where}\n  tastytrade replay {where}\n  Store({str(self.path)!r})",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _ending(session: SessionRecord, gaps: list[Gap]) -> Text:
    lost = sum(
        gap.lost_count or 0
        for gap in gaps
        if gap.reason is GapReason.STORAGE and gap.detected_ns >= session.started_ns
    )
    if not session.is_clean:
        return Text("not everything that was received is written", "bold red")
    if lost:
        return Text(f"a full disk has cost {lost:,} events, and a gap says when", "bold red")
    return Text("everything that was received is written", "green")


def rows_table(held: Holdings) -> Table:
    """A row a type: how many rows, and where they are."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("type", "rows", "size", "files", "journal"):
        table.add_column(name, justify="left" if name == "type" else "right", no_wrap=True)
    for kind in held.kinds:
        table.add_row(
            kind.shown,
            f"{kind.rows:,}",
            decimal(kind.size_bytes),
            f"{kind.files:,}",
            f"{kind.rows_in_journal:,}",
        )
    return table
