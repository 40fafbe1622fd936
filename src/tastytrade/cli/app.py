"""The commands, put together. Each command imports what it needs only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from tastytrade.cli import simulator
from tastytrade.cli.capture import capture
from tastytrade.cli.compact import compact
from tastytrade.cli.demo import demo
from tastytrade.cli.export import export
from tastytrade.cli.inspect import inspect
from tastytrade.cli.login import login
from tastytrade.cli.logout import logout
from tastytrade.cli.replay import replay
from tastytrade.cli.stream import stream
from tastytrade.cli.verify import verify
from tastytrade.cli.whoami import whoami

app = typer.Typer(
    name="tastytrade",
    help="Market data of tastytrade and dxFeed, with a simulator to try it all without an account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo)
app.command("stream")(stream)
app.command("capture")(capture)
app.command("inspect")(inspect)
app.command("replay")(replay)
app.command("export")(export)
app.command("verify")(verify)
app.command("compact")(compact)
app.command("login")(login)
app.command("whoami")(whoami)
app.command("logout")(logout)
app.add_typer(simulator.app, name="simulator")


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"tastytrade-marketdata {version('tastytrade-marketdata')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Market data of tastytrade and dxFeed, with a simulator to try it all without an account."""
