"""What a store holds, for people: a head, sessions, event types with a timeline each, gaps."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from tastytrade.cli.holdings import Holdings, gap_count, gaps_in
from tastytrade.cli.replay_board import recorded_time
from tastytrade.cli.timeline import HEALED_MARK, bars, gap_marks
from tastytrade.dxfeed import EVENT_CLASSES, Gap
from tastytrade.dxfeed.gap import Healed
from tastytrade.store import SessionRecord, Store
from tastytrade.store.counts import Counts, Slices, counts_of
from tastytrade.store.kinds import GAP

GAPS_SHOWN = 20
SYMBOLS_SHOWN = 5
MOST_SLICES = 96
_MARGIN = 14
"""Columns left of a timeline."""


def show(store: Store, held: Holdings, *, all_gaps: bool) -> None:
    """Print it."""
    console = Console()
    _show_head(console, store, held)
    clock = Clock(held)
    _show_sessions(console, held, clock)
    if held.bounds is None:
        console.print("\nnothing was captured yet")
        return
    width = max(min(console.width - _MARGIN, MOST_SLICES), 10)
    slices = Slices(held.bounds.first_ns, held.bounds.last_ns, width)
    names = [kind.name for kind in held.kinds if kind.name != GAP]
    counts = {name: counts_of(store, EVENT_CLASSES[name], slices) for name in names}
    gaps = gaps_in(store)
    console.print()
    console.print(_types(held, counts, clock))
    _show_timeline(console, counts, gaps, slices, clock)
    _show_gaps(console, gaps, clock, all_gaps=all_gaps)


class Clock:
    """Says times of a store: of one day without it, else with month and day."""

    def __init__(self, held: Holdings) -> None:
        times = [session.started_ns for session in held.manifest.sessions]
        if held.bounds is not None:
            times += [held.bounds.first_ns, held.bounds.last_ns]
        self._format = "%H:%M:%S" if len({recorded_time(at)[:10] for at in times}) < 2 else "%m-%d %H:%M:%S"

    def __call__(self, at_ns: int) -> str:
        return datetime.fromtimestamp(at_ns // 1_000_000_000, UTC).strftime(self._format)


def _show_head(console: Console, store: Store, held: Holdings) -> None:
    manifest = held.manifest
    level = Text(f"{manifest.feed_level} market data")
    if manifest.is_simulated:
        level = Text("SIMULATED market data: made up, no market's", "bold magenta")
    lines = [Text(f"{store.path}  ", "bold") + level]
    lines.append(Text(f"store {manifest.id}, begun {recorded_time(manifest.created_ns)}"))
    if held.bounds is not None:
        first, last = recorded_time(held.bounds.first_ns)[:-4], recorded_time(held.bounds.last_ns)
        last = last[11:] if last[:10] == first[:10] else last
        size = decimal(held.size_bytes)
        lines.append(Text(f"{first} to {last}, {held.records:,} records, {size} on disk"))
    if held.chains:
        lines.append(Text(f"option chains of {', '.join(held.chains)}"))
    console.print(Text("\n").join(lines), soft_wrap=True)


def _show_sessions(console: Console, held: Holdings, clock: Clock) -> None:
    table = _table(">session", "!began", "!ended", "source", "event types", "symbols")
    for session in held.manifest.sessions:
        table.add_row(
            str(session.number),
            clock(session.started_ns),
            _ending(session, held, clock),
            Text(session.source),
            Text(", ".join(session.event_types)),
            Text(_names(session.symbols)),
        )
    if held.manifest.sessions:
        console.print()
        console.print(table)


def _ending(session: SessionRecord, held: Holdings, clock: Clock) -> Text:
    """When a session ended, or why nobody knows."""
    if session.ended_ns is not None:
        return Text(clock(session.ended_ns))
    if session.number < len(held.manifest.sessions) or held.is_written is False or held.owner is None:
        return Text("broken off", "red")
    if held.is_written is None:
        return Text(f"open, or broken off (process {held.owner.pid} on {held.owner.host})", "yellow")
    return Text(f"process {held.owner.pid} writes", "green")


def _names(symbols: tuple[str, ...]) -> str:
    shown = ", ".join(symbols[:SYMBOLS_SHOWN])
    more = len(symbols) - SYMBOLS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _types(held: Holdings, counts: dict[str, Counts], clock: Clock) -> Table:
    table = _table("!type", ">rows", ">symbols", "!first", "!last", ">size", ">files", ">journal")
    for kind in held.kinds:
        table.add_row(
            kind.shown,
            f"{kind.rows:,}",
            f"{counts[kind.name].symbols:,}" if kind.name in counts else "",
            clock(kind.first_ns),
            clock(kind.last_ns),
            decimal(kind.size_bytes),
            f"{kind.files:,}",
            f"{kind.rows_in_journal:,}",
        )
    return table


def _show_timeline(
    console: Console, counts: dict[str, Counts], gaps: list[Gap], slices: Slices, clock: Clock
) -> None:
    """A line of bars an event type, below it where its gaps lie, and at the end what time that is."""
    console.print()
    for name, found in counts.items():
        label = f"{name:{_MARGIN - 1}.{_MARGIN - 1}} "
        console.print(Text(label) + Text(bars(found.by_slice, slices), "cyan"))
        of_type = [gap for gap in gaps if name in gap.event_types]
        if of_type:
            console.print(Text(f"{'  gaps':{_MARGIN}}") + Text(gap_marks(of_type, slices), "yellow"))
    first, last = clock(slices.first_ns), clock(slices.last_ns)
    console.print(Text(f"{'  UTC':{_MARGIN}}{first}{last:>{max(slices.count - len(first), 0)}}", "dim"))


def _show_gaps(console: Console, gaps: list[Gap], clock: Clock, *, all_gaps: bool) -> None:
    healed = f"; {HEALED_MARK} healed from history" if any(gap.healed is Healed.FULL for gap in gaps) else ""
    console.print(f"\n{gap_count(gaps)}{healed}", highlight=False)
    if not gaps:
        return
    shown = gaps if all_gaps else gaps[-GAPS_SHOWN:]
    table = _table(">gap", "!from", "!to", ">seconds", "reason", "of", ">lost", "healed")
    for gap in shown:
        symbols = f" of {len(gap.symbols):,} symbols" if gap.symbols else ""
        table.add_row(
            str(gap.number),
            clock(gap.from_ns),
            Text("open", "red") if gap.to_ns is None else clock(gap.to_ns),
            "" if gap.to_ns is None else f"{(gap.to_ns - gap.from_ns) / 1e9:,.1f}",
            gap.reason.replace("_", " "),
            f"{', '.join(gap.event_types)}{symbols}",
            "" if gap.lost_count is None else f"{gap.lost_count:,}",
            "" if gap.healed is Healed.NONE else f"{gap.healed}, {gap.healed_rows:,} rows",
        )
    console.print(table)
    if len(shown) < len(gaps):
        console.print(f"and {len(gaps) - len(shown):,} older ones: --gaps shows all", highlight=False)


def _table(*columns: str) -> Table:
    """A table without lines. A name with ``>`` is of numbers, which stand right; one with ``!`` of what is
    never wrapped."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        side, is_whole = ("right", True) if name[0] == ">" else ("left", name[0] == "!")
        table.add_column(name.lstrip(">!"), justify=side, no_wrap=is_whole)  # type: ignore[arg-type]  # one of four
    return table
