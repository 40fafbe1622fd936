"""``tastytrade verify``: whether everything that was captured is there, and is what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def verify(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that was captured to.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Read every file and look whether it holds what was written, and whether every number is there once.

    The exit status is 0 when the store is whole, and 1 when something is damaged or missing.
    """
    import msgspec

    from tastytrade.cli.working import working
    from tastytrade.store import Store

    store = Store(path)
    with working() as tell:
        report = store.verify(progress=lambda name: tell(f"looking at {name}"))
    if json:
        told = {"is_whole": report.is_whole, **msgspec.to_builtins(report)}
        typer.echo(msgspec.json.format(msgspec.json.encode(told), indent=1).decode())
    else:
        from tastytrade.cli.verdict import show_verdict

        show_verdict(path, report)
    if not report.is_whole:
        raise typer.Exit(1)
