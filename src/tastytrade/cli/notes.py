"""Notes: what a command says on stderr beside its data, unless it is to be quiet."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from tastytrade.oneshot.progress import Progress as Told
    from tastytrade.oneshot.progress import Tell

LOOP_WATCH = "tastytrade.loop_watch"
_is_quiet: ContextVar[bool] = ContextVar("tastytrade_is_quiet", default=False)


def set_manner(*, quiet: bool, verbose: int) -> None:
    """How much this run says: notes and progress, or not; log lines from WARNING, INFO or DEBUG on."""
    _is_quiet.set(quiet)
    level = (logging.ERROR if quiet else logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    if verbose:
        logging.getLogger(LOOP_WATCH).setLevel(logging.NOTSET)
    if quiet or verbose:
        from tastytrade.logging import setup_logging

        setup_logging(level, file=False)


def note(text: str) -> None:
    """Say something that is no data and no error."""
    if not _is_quiet.get():
        typer.echo(f"tastytrade: {text}", err=True)


@contextmanager
def progress(what: str) -> Iterator[Tell | None]:
    """A bar on stderr with symbols, rows and rows a second; None where nobody would see one."""
    if _is_quiet.get() or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _teller(bar, bar.add_task(what, total=None, rows=""))


def _teller(bar: Progress, task: TaskID) -> Tell:
    import time

    began = time.monotonic()

    def tell(told: Told) -> None:
        rate = told.rows / max(time.monotonic() - began, 1e-3)
        bar.update(task, completed=told.done, total=told.symbols, rows=f"{told.rows:,} rows, {rate:,.0f}/s")

    return tell
