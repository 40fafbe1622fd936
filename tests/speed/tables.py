"""What tables cost: a row of each kind of table, asking for one, a value of each kind, and memory.

    .venv/bin/python -m tests.speed.tables

Rows come from frames that are decoded in the same loop, as they are in a program, because values that were
just made are cheaper to take than values that lie about. Decoding alone is measured beside it, in turns, and
what a table adds is the difference. Processor time, of all threads; medians.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice
from statistics import median
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from tastytrade import TableBuilder
from tastytrade.dxfeed import EVENT_CLASSES, Event, EventBatch, Field, Kind, field_names
from tastytrade.dxfeed.event import NAN
from tastytrade.dxlink.frame import Frame
from tastytrade.tables.schema import series
from tests.speed.frames import texts
from tests.speed.scenario import Scenario
from tests.speed.stopwatch import rss
from tests.speed.values import POOL

QUOTES = Scenario("Quote", 100, 500)
STREAMS = (
    QUOTES,
    Scenario("Quote", 1, 500),
    Scenario("Quote", 1000, 500),
    Scenario("Quote", 100, 20_000),
    *(Scenario(kind, 100, 500) for kind in ("Trade", "Greeks", "TimeAndSale", "Candle")),
)
BUILDERS: dict[str, dict[str, Any]] = {
    "newest": {},
    "decimals=4": {"decimals": 4},
    "latest": {"latest": True},
}
DELAY_ROWS = 5_000
"""What comes between two looks of a screen: ten times a second, at 50,000 rows a second."""
KEPT_ROWS = 2_000_000
VALUES = 8_192

Batches = Iterator[EventBatch[Event]]


def decoded(scenario: Scenario) -> Batches:
    """The batches of a scenario, each text decoded when it is asked for, without end."""
    names = {scenario.kind: field_names(EVENT_CLASSES[scenario.kind])}
    layout = {kind: tuple(columns) for kind, columns in names.items()}
    for number, text in enumerate(cycle(texts(scenario, names, {scenario.kind: 1}))):
        frame = Frame([text], layout, channel=1, epoch=1, received_ns=time.time_ns() + number)
        yield from frame.decode().batches


def cpu_s(work: Callable[[], object]) -> float:
    """Seconds of processor time that something takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turns(arms: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The processor time of each, so many times, one after the other; a round before does not count."""
    taken = [{name: cpu_s(work) for name, work in arms.items()} for _ in range(rounds + 1)]
    return {name: [one[name] for one in taken[1:]] for name in arms}


def streams(rounds: int) -> Table:
    """Microseconds a row: decoding, and what each kind of table adds to it that is looked at now and then."""
    shown = Table("stream", "decoding", *(f"+ {name}" for name in BUILDERS), title="us per row")
    for scenario in STREAMS:
        batches = decoded(scenario)

        def read(
            builder: TableBuilder[Event] | None, batches: Batches = batches, frame: int = scenario.frame
        ) -> None:
            for _ in range(POOL // DELAY_ROWS):
                for batch in islice(batches, DELAY_ROWS // frame):
                    if builder is not None:
                        builder.append(batch)
                if builder is not None:
                    assert builder.table.height

        event_class = EVENT_CLASSES[scenario.kind]
        builders = {name: TableBuilder(event_class, **options) for name, options in BUILDERS.items()}
        arms = {name: partial(read, builder) for name, builder in builders.items()}
        taken = in_turns({"": partial(read, None), **arms}, rounds)
        added = [median(a - b for a, b in zip(taken[name], taken[""], strict=True)) for name in BUILDERS]
        figures = [one / POOL * 1e6 for one in (median(taken[""]), *added)]
        shown.add_row(scenario.name, *(f"{figure:.2f}" for figure in figures))
    return shown


def asked(rounds: int) -> Table:
    """Milliseconds of ``table``, and what has come since it was last asked for."""
    shown = Table("table", "rows", "new rows", "table ms", "pieces")
    for rows, new in ((20_000, DELAY_ROWS), (1_000_000, DELAY_ROWS), (1_000_000, 1)):
        builder = TableBuilder(EVENT_CLASSES["Quote"])
        fill(builder, islice(decoded(QUOTES), rows // QUOTES.frame))
        shown.add_row("newest", f"{rows:,}", f"{new:,}", *look(builder, decoded(QUOTES), new, rounds))
    for symbols, new in ((500, 5), (500, DELAY_ROWS), (20_000, 200), (20_000, DELAY_ROWS), (20_000, 20_000)):
        scenario = Scenario("Quote", 100, symbols)
        builder = TableBuilder(EVENT_CLASSES["Quote"], latest=True)
        fill(builder, islice(decoded(scenario), POOL // scenario.frame))
        shown.add_row("latest", f"{symbols:,}", f"{new:,}", *look(builder, decoded(scenario), new, rounds))
    return shown


def fill(builder: TableBuilder[Event], batches: Batches) -> None:
    for batch in batches:
        builder.append(batch)


def look(builder: TableBuilder[Event], batches: Batches, new: int, rounds: int) -> tuple[str, str]:
    """Milliseconds that asking for the table takes after so many new rows, and of how many pieces it is."""
    taken, table = [], builder.table
    for _ in range(2 * rounds):
        fill(builder, (part for _ in range(0, new, 100) for part in islice(next(batches).parts(new), 1)))
        began = time.process_time()
        table = builder.table
        taken.append(time.process_time() - began)
    return f"{median(taken) * 1e3:.2f}", str(table.n_chunks())


def values(rounds: int) -> Table:
    """Nanoseconds a value: what it costs to make a column of it, of as many rows as are converted at once."""
    whole, prices = list(range(10**12, 10**12 + VALUES)), [number / 64 for number in range(VALUES)]
    gaps = [NAN if number % 20 == 0 else price for number, price in enumerate(prices)]
    columns: dict[str, tuple[Kind, Sequence[Any], int | None]] = {
        "whole numbers": (Kind.INTEGER, whole, None),
        "whole numbers, all the same": (Kind.INTEGER, [0] * VALUES, None),
        "doubles": (Kind.DOUBLE, prices, None),
        "doubles, one in four written as 450": (
            Kind.DOUBLE,
            [int(x) if x % 4 < 1 else x for x in prices],
            None,
        ),
        "doubles, one in twenty missing": (Kind.DOUBLE, gaps, None),
        "doubles, decimals=4": (Kind.DOUBLE, prices, 4),
        "texts, five different": (Kind.TEXT, [f"ex{number % 5}" for number in range(VALUES)], None),
        "texts, 500 symbols": (Kind.TEXT, [f".SPXW261218C{number % 500}" for number in range(VALUES)], None),
        "texts, none there": (Kind.TEXT, [None] * VALUES, None),
        "booleans": (Kind.BOOLEAN, [number % 3 == 0 for number in range(VALUES)], None),
    }
    arms = {
        name: partial(series, Field("x", kind, None), column, decimals=decimals)
        for name, (kind, column, decimals) in columns.items()
    }
    shown = Table("column", "ns per value", title=f"{VALUES:,} rows at once")
    for name, taken in in_turns(arms, 5 * rounds).items():
        shown.add_row(name, f"{median(taken) / VALUES * 1e9:.1f}")
    return shown


def kept() -> str:
    """How much a process grows that keeps every row, beside the size of the table."""
    builder = TableBuilder(EVENT_CLASSES["Quote"], last=KEPT_ROWS)
    batches = decoded(QUOTES)
    next(batches)
    before = rss()
    fill(builder, islice(batches, KEPT_ROWS // QUOTES.frame))
    table = builder.table
    assert table.height == KEPT_ROWS
    grown, size = (rss() - before) / 1e6, table.estimated_size() / 1e6
    return f"{KEPT_ROWS:,} rows kept: grown by {grown:.0f} MB, {grown / size:.2f} x the table's {size:.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=["streams", "asked", "values", "memory", "kept"])
    chosen = parser.parse_args()
    console = Console()
    if chosen.only == "kept":
        console.print(kept())
        return
    console.print(
        f"Python {sys.version.split()[0]}, polars {pl.__version__}, {pl.thread_pool_size()} threads"
    )
    for name, measure in (("streams", streams), ("asked", asked), ("values", values)):
        if chosen.only in {None, name}:
            console.print(measure(chosen.rounds))
    if chosen.only in {None, "memory"}:
        # In a process of its own: this one has grown already.
        subprocess.run([sys.executable, "-m", "tests.speed.tables", "--only", "kept"], check=True)


if __name__ == "__main__":
    main()
