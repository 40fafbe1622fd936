"""``tastytrade compact``: fewer and larger files, and no more days than wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from tastytrade.cli.holdings import Holdings


def compact(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that was captured to.")],
    before: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Forget everything received before this day (UTC): 2026-11-01."),
    ] = None,
    keep_days: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Forget everything received more than N days (UTC) before today."
        ),
    ] = None,
    keep: Annotated[
        str,
        typer.Option(metavar="TIME", help="How long files that were replaced stay, for whoever reads them."),
    ] = "1h",
) -> None:
    """Put what was captured into few large files. What is read from them stays the same.

    Nothing is forgotten unless --before or --keep-days says so, and nobody is asked then. Nobody may write to
    the store meanwhile; others may read.
    """
    from tastytrade.cli.durations import parse_duration
    from tastytrade.cli.holdings import holdings_of
    from tastytrade.cli.working import working
    from tastytrade.store import Store, forget
    from tastytrade.store import compact as compact_store

    seconds = parse_duration(keep, option="--keep")
    first_day = _first_day(before, keep_days)
    held = holdings_of(Store(path))
    with working() as tell:
        if first_day is not None:
            forgotten = forget(path, before=first_day, keep=seconds, progress=tell)
            days = f" of {', '.join(forgotten.days)}" if forgotten.days else ""
            typer.echo(f"forgotten before {first_day}: {forgotten.rows:,} rows{days}")
        compact_store(path, keep=seconds, progress=tell)
    now = holdings_of(Store(path))
    typer.echo(f"before: {_said(held)}")
    typer.echo(f"after:  {_said(now)}")
    replaced = now.files_on_disk - now.files
    if replaced:
        typer.echo(f"{replaced:,} files that were replaced stay until a later run, for {keep} (--keep)")


def _said(held: Holdings) -> str:
    from rich.filesize import decimal

    waiting = sum(kind.rows_in_journal for kind in held.kinds)
    journal = f" and {waiting:,} in the journal" if waiting else ""
    in_tables = f"{held.records - waiting:,} rows in {held.files:,} files"
    return f"{in_tables}{journal}, {decimal(held.size_bytes)} on disk"


def _first_day(before: str | None, keep_days: int | None) -> date | None:
    """The first day that is kept; None for all of them."""
    from datetime import UTC, date, datetime, timedelta

    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.refusal import printable

    if before is not None and keep_days is not None:
        raise ConfigurationError("--before and --keep-days exclude each other; choose one")
    if keep_days is not None:
        return datetime.now(UTC).date() - timedelta(days=keep_days)
    if before is None:
        return None
    try:
        return date.fromisoformat(before)
    except ValueError:
        raise ConfigurationError(
            f"--before {printable(before, limit=40)}: expected a day such as 2026-11-01"
        ) from None
