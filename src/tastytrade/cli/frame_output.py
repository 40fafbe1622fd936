"""A polars table to where a command's data goes, in any of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from tastytrade.cli.board import shown, shown_time
from tastytrade.cli.output import Format, Target, set_aside
from tastytrade.cli.stdout import put_out

if TYPE_CHECKING:
    from tastytrade.tables import Table

WIDE = 200
"""Columns of a table where no terminal says how many there are."""


def put_frame(
    frame: Table,
    target: Target,
    *,
    columns: Sequence[tuple[str, str]] | None = None,
    least: Sequence[str] = (),
    above: RenderableType | None = None,
) -> None:
    """Put a table out. For people: only ``columns``, as (name, title) pairs, with ``above`` over it.

    ``least`` are columns that a narrow terminal does without, the first of them first.
    """
    if target.format is Format.TABLE:
        pairs = [(name, name) for name in frame.columns] if columns is None else list(columns)
        pairs = [pair for pair in pairs if pair[0] in frame.columns]
        data = _text(frame, pairs, list(least), above, is_file=target.path is not None)
    else:
        data = _encoded(frame, target.format)
    if target.path is None:
        put_out(data, what="the table")
        return
    with set_aside(target.path) as part:
        part.write_bytes(data)


def _encoded(frame: Table, chosen: Format) -> bytes:
    whole = BytesIO()
    match chosen:
        case Format.JSON:
            frame.write_json(whole)
            whole.write(b"\n")
        case Format.NDJSON:
            frame.write_ndjson(whole)
        case Format.CSV:
            frame.write_csv(whole)
        case _:
            frame.write_parquet(whole, compression="zstd")
    return whole.getvalue()


def _text(
    frame: Table,
    pairs: list[tuple[str, str]],
    least: list[str],
    above: RenderableType | None,
    *,
    is_file: bool,
) -> bytes:
    """The table as a terminal shows it; without its colours where it goes elsewhere."""
    outer = Console()
    whole = StringIO()
    is_terminal = outer.is_terminal and not is_file
    console = Console(
        file=whole,
        force_terminal=is_terminal,
        width=outer.width if is_terminal else max(WIDE, outer.width),
        no_color=outer.no_color,
        color_system="auto" if is_terminal else None,
    )
    grid = _grid(frame, pairs)
    for name in least:
        if console.measure(grid, options=console.options.update(width=10_000)).maximum <= console.width:
            break
        pairs = [pair for pair in pairs if pair[0] != name]
        grid = _grid(frame, pairs)
    console.print(grid if above is None else Group(above, grid))
    lines = whole.getvalue().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines).encode()


def _grid(frame: Table, pairs: Sequence[tuple[str, str]]) -> Grid:
    grid = Grid(header_style="bold", box=None, pad_edge=False)
    for name, title in pairs:
        is_symbol = name.lower().endswith("symbol")
        grid.add_column(
            title,
            justify="left" if is_symbol else "right",
            no_wrap=True,
            style="cyan" if is_symbol or name == "strike_price" else "",
        )
    names = [name for name, _ in pairs]
    for row in frame.select(names).iter_rows():
        grid.add_row(*(Text(cell_text(name, value)) for name, value in zip(names, row, strict=True)))
    return grid


def cell_text(name: str, value: Any) -> str:
    """A value of a column as a person reads it."""
    if name == "time" and isinstance(value, int):
        return shown_time(value)
    if isinstance(value, datetime):
        return f"{value:%m-%d %H:%M:%S}"
    if isinstance(value, timedelta):
        return age_text(value.total_seconds())
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    return shown(value)


def age_text(seconds: float) -> str:
    """How old something is, in a few characters: 0.4s, 12s, 3m, 5h, 2d."""
    if seconds < 10:
        return f"{max(0.0, seconds):.1f}s"
    for limit, unit, name in ((120, 1, "s"), (7_200, 60, "m"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f}{name}"
    return f"{seconds / 86_400:.0f}d"
