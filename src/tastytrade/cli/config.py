"""``tastytrade config``: where the file with your defaults is, and what it may say."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = (
    "tastytrade config",
    "tastytrade config --init",
    "TASTYTRADE_QUOTE_FORMAT=csv tastytrade quote SPX --simulator",
)


def config(
    context: typer.Context,
    init: Annotated[
        bool, typer.Option("--init", help="Write a file in which every default stands, as a comment.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it is there.")] = False,
) -> None:
    """Say where your defaults are kept and what they are, or write a file to begin with.

    An option on the command line comes first, then a variable (TASTYTRADE_QUOTE_FORMAT for --format of
    quote), then the file, whose place TASTYTRADE_CONFIG may say.
    """
    from tastytrade.cli.configured import commented_defaults, config_path
    from tastytrade.cli.output import check_output, set_aside

    path = config_path()
    if not init:
        typer.echo(path.read_text(encoding="utf-8") if path.is_file() else f"there is no {path}", nl=False)
        typer.echo("" if path.is_file() else "; `tastytrade config --init` writes one")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    check_output(path, force=force)
    with set_aside(path) as part:
        part.write_text(commented_defaults(context.find_root().command), encoding="utf-8")
    typer.echo(str(path))
