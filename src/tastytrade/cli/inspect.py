"""``tastytrade inspect``: what a store holds, also while somebody writes to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def inspect(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that was captured to.")],
    gaps: Annotated[bool, typer.Option("--gaps", help="Show every gap, not the newest 20 only.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Say what is in a store: event types, symbols, times, sizes, who wrote it when, and its gaps.

    Times are UTC. A file that is damaged is named on stderr, and what is left is shown.
    """
    from tastytrade.cli.holdings import holdings_of
    from tastytrade.cli.inspection import show
    from tastytrade.cli.inspection_json import as_json
    from tastytrade.store import Store

    store = Store(path, skip_damaged=True)
    held = holdings_of(store, skip_damaged=True)
    if json:
        typer.echo(as_json(store, held))
    else:
        show(store, held, all_gaps=gaps)
