"""What ``verify`` found, for people."""

from __future__ import annotations

import re
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tastytrade.store import Damage, Report

_LONG_NAME = re.compile(r"(\d+-\d+-\d+)-[-0-9a-f]+\.parquet")


def show_verdict(path: Path, report: Report) -> None:
    """Print what is damaged, and the verdict."""
    console = Console()
    if report.damage:
        console.print(_table(path, report.damage), "", sep="\n")
    parts = f" and {report.parts:,} parts of the journal" if report.parts else ""
    held = f"{report.rows:,} rows in {report.files:,} files{parts}"
    verdict = Text("whole: ", "bold green") if report.is_whole else Text("damaged: ", "bold red")
    said = (
        f"{held}, each as it was written, and every number once"
        if report.is_whole
        else f"{held} can be read; Store(..., skip_damaged=True) reads them"
    )
    console.print(verdict + Text(said), soft_wrap=True)
    if report.leftover:
        console.print(
            f"{len(report.leftover):,} files are no part of it: left over (`tastytrade compact` removes "
            "them), or written just now",
            highlight=False,
            soft_wrap=True,
        )


def _table(path: Path, damage: tuple[Damage, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("place", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("numbers", justify="right")
    table.add_column("what is wrong")
    for one in damage:
        place = one.place.removeprefix(str(path)).lstrip("/\\") or "."
        numbers = f"{one.first_n:,} to {one.last_n:,}" if one.last_n else ""
        table.add_row(Text(_shortened(place)), f"{one.rows:,}" if one.rows else "", numbers, Text(one.what))
    return table


def _shortened(place: str) -> str:
    """A place without the long end of a file's name, as a pattern that finds the file."""
    return _LONG_NAME.sub(r"\1-*.parquet", place)
