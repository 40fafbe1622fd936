"""The commands, put together. Each command imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tastytrade.cli import (
    candles,
    capture,
    chain,
    compact,
    config,
    dashboard,
    demo,
    doctor,
    export,
    inspect,
    login,
    logout,
    quote,
    replay,
    simulator,
    stream,
    verify,
    whoami,
    wire,
)
from tastytrade.cli.examples import EXAMPLES

COMMANDS: tuple[tuple[str, Any], ...] = (
    ("demo", demo.demo),
    ("quote", quote.quote),
    ("chain", chain.chain),
    ("candles", candles.candles),
    ("stream", stream.stream),
    ("dashboard", dashboard.dashboard),
    ("capture", capture.capture),
    ("inspect", inspect.inspect),
    ("replay", replay.replay),
    ("export", export.export),
    ("verify", verify.verify),
    ("compact", compact.compact),
    ("login", login.login),
    ("whoami", whoami.whoami),
    ("logout", logout.logout),
    ("doctor", doctor.doctor),
    ("wire", wire.wire),
    ("config", config.config),
)

app = typer.Typer(
    name="tastytrade",
    help="Market data of tastytrade and dxFeed, with a simulator to try it all without an account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _name, _command in COMMANDS:
    app.command(_name, epilog="\n\n".join(("Examples:", *EXAMPLES[_name])))(_command)
app.add_typer(simulator.app, name="simulator", epilog="\n\n".join(("Examples:", *EXAMPLES["simulator"])))


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tastytrade-marketdata {version('tastytrade-marketdata')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but data, gaps and errors.")
    ] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Log on stderr; -vv logs more.")
    ] = 0,
) -> None:
    """Market data of tastytrade and dxFeed, with a simulator to try it all without an account."""
    from tastytrade.cli.configured import apply
    from tastytrade.cli.notes import set_manner

    apply(context)
    set_manner(quiet=quiet, verbose=verbose)
