"""``tastytrade simulator``: a local tastytrade that serves until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tastytrade.cli.running import on_signal

if TYPE_CHECKING:
    from tastytrade.simulator import Simulator

app = typer.Typer(
    epilog="Run one program against it: tastytrade simulator exec -- python my_program.py",
)

Host = Annotated[str, typer.Option(help="Address to listen on; this machine only unless told.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes any free one.", min=0, max=65535)]
Seed = Annotated[int, typer.Option(help="The same seed makes the same market.")]
Today = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The trading day it begins on; today unless told."),
]
Rate = Annotated[
    int | None,
    typer.Option(help="Events per second and connection, instead of the market's own pace.", min=1),
]
Symbols = Annotated[list[str] | None, typer.Option("--symbol", help="List one more equity; may be repeated.")]
Rest = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="A switch of its REST end (RestOptions); may be repeated."),
]
DXLink = Annotated[
    list[str] | None,
    typer.Option(
        "--dxlink",
        metavar="NAME=VALUE",
        help="A switch of its DXLink end (ServerOptions); may be repeated.",
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="JSON",
        help='Something that goes wrong, such as {"name": "close", "at_s": 10}; may be repeated.',
    ),
]
Controlled = Annotated[
    bool,
    typer.Option(
        "--control", help="Listen on a second port of this machine, for programs that inject faults."
    ),
]
TruthFile = Annotated[
    Path | None,
    typer.Option("--truth", metavar="FILE", help="Append what it really does to this file, as JSON lines."),
]


@app.callback(invoke_without_command=True)
def simulator(
    context: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 0,
    seed: Seed = 1,
    today: Today = None,
    rate: Rate = None,
    symbol: Symbols = None,
    rest: Rest = None,
    dxlink: DXLink = None,
    fault: Faults = None,
    control: Controlled = False,
    truth: TruthFile = None,
) -> None:
    """Serve a local tastytrade, REST and DXLink on one port, until Ctrl-C or SIGTERM.

    Prints one line of JSON once it listens: api_url, dxlink_url, events_url, login, password,
    client_secret, refresh_token; with --control also control_url and control_token.
    """
    from tastytrade.cli.switches import parse_switches
    from tastytrade.simulator import RestOptions, ServerOptions, Simulator

    made = Simulator(
        host=host,
        port=port,
        seed=seed,
        today=today.date() if today else None,
        rate=rate,
        symbols=symbol or (),
        dxlink_options=parse_switches(ServerOptions, dxlink or (), option="--dxlink"),
        rest_options=parse_switches(RestOptions, rest or (), option="--rest"),
        faults=fault or (),
        control=control,
        truth=truth,
    )
    if context.invoked_subcommand is None:
        asyncio.run(_serve(made))
    else:
        context.obj = made


@app.command(
    "exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, no_args_is_help=True
)
def execute(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after --.")],
) -> None:
    """Run a command against a simulator of its own, and exit with its status.

    TT_API_URL, TT_USER, TT_PASS, TT_SECRET, TT_REFRESH and their TT_SANDBOX_ twins point at the simulator.
    """
    sys.exit(asyncio.run(_execute(context.obj, command)))


async def _serve(simulator: Simulator) -> None:
    import msgspec

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        on_signal(number, stop.set)
    async with simulator:
        user = simulator.user
        line = {
            "api_url": simulator.api_url,
            "dxlink_url": simulator.dxlink_url,
            "events_url": simulator.events_url,
            "login": user.login,
            "password": user.password,
            "client_secret": user.client_secret,
            "refresh_token": user.refresh_token,
        }
        if simulator.control_url and simulator.control_token:
            line |= {"control_url": simulator.control_url, "control_token": simulator.control_token}
        typer.echo(msgspec.json.encode(line).decode())
        sys.stdout.flush()
        await stop.wait()


async def _execute(simulator: Simulator, command: list[str]) -> int:
    # Ctrl-C in a terminal reaches the command too, and it may want to clean up; SIGTERM reaches us alone.
    on_signal(signal.SIGINT, lambda: None)
    async with simulator:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **simulator.variables}
            )
        except OSError as error:
            typer.echo(f"tastytrade: cannot run {command[0]!r} ({error.strerror})", err=True)
            return 127

        def terminate() -> None:
            if process.returncode is None:
                process.terminate()

        on_signal(signal.SIGTERM, terminate)
        status = await process.wait()
    return status if status >= 0 else 128 - status
