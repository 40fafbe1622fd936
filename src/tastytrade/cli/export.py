"""``tastytrade export``: the events of one type, or the gaps, as a file of another program's format."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from tastytrade.cli.moments import End, Start

Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Ends in .parquet, .csv or .ndjson.")
]
Symbols = Annotated[
    list[str] | None,
    typer.Option("--symbols", help="Of these only, separated by commas. May be repeated."),
]


def export(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that was captured to.")],
    kind: Annotated[str, typer.Argument(help="An event type, like Quote; or gaps.")],
    output: Output,
    symbols: Symbols = None,
    start: Start = None,
    end: End = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it is there.")] = False,
) -> None:
    """Write events to one file, in the order in which they came; memory does not grow with the store.

    The file is there when it is complete, and not before. A value that is missing is null, or empty in CSV.
    """
    from rich.filesize import decimal

    from tastytrade.cli.moments import parse_moment
    from tastytrade.cli.output import check_output
    from tastytrade.cli.working import working
    from tastytrade.dxfeed import event_class
    from tastytrade.errors import ConfigurationError
    from tastytrade.store import Store
    from tastytrade.store.export import SUFFIXES, export_events, export_gaps

    check_output(output, force=force, suffixes=SUFFIXES)
    store = Store(path)
    if kind.lower() in {"gap", "gaps"}:
        if symbols or start or end:
            raise ConfigurationError("gaps are exported as a whole: leave out --symbols, --start and --end")
        rows = export_gaps(store, output)
    else:
        chosen = event_class(kind)
        bounds, there = store.bounds(), store.event_types
        if bounds is None or chosen not in there:
            names = ", ".join(one.__name__ for one in there) or "none at all"
            raise ConfigurationError(f"{path} has no events of type {chosen.__name__}; it has: {names}")
        with working() as tell, sigterm_like_ctrl_c():
            rows = export_events(
                store,
                chosen,
                output,
                symbols=split_symbols(symbols),
                start=parse_moment(start, option="--start", first_ns=bounds.first_ns),
                end=parse_moment(end, option="--end", first_ns=bounds.first_ns),
                progress=lambda count: tell(f"{count:,} rows"),
            )
    typer.echo(f"{rows:,} rows, {decimal(output.stat().st_size)}: {output}")


def split_symbols(texts: list[str] | None) -> list[str] | None:
    """Symbols separated by commas, except those inside the braces of a candle's symbol; None for all."""
    return [name for text in texts for name in re.split(r",(?![^{]*\})", text)] if texts else None


@contextmanager
def sigterm_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM end what runs as an exception does, so that nothing half done stays behind."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    from tastytrade.cli.running import TERMINATED

    raise SystemExit(TERMINATED)
