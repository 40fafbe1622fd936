"""``tastytrade doctor``: looks at everything between a program and its events, and says what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tastytrade.checkup import Asked, Finding

EXAMPLES = (
    "tastytrade doctor",
    "tastytrade doctor --simulator",
    "tastytrade doctor NVDA /CL --format json",
)


class Format(StrEnum):
    """How what was found is shown."""

    TABLE = "table"
    JSON = "json"


def doctor(
    symbols: Annotated[
        list[str] | None,
        typer.Argument(help="Symbols to ask events of, like NVDA, /ES or BTC/USD; else one of each kind."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(help="A DXLink address instead of a session (token: DXLINK_TOKEN)."),
    ] = None,
    simulator: Annotated[bool, typer.Option("--simulator", help="Use a simulator of its own.")] = False,
    environment: Annotated[
        str | None, typer.Option(help="One of production, certification, simulator; else TT_ENVIRONMENT.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="A store to look at, too: whether all that was captured is there.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for events.", min=0.1)] = 5.0,
    format: Annotated[Format, typer.Option(help="How to show what was found.")] = Format.TABLE,  # noqa: A002
) -> None:
    """Check this machine, the credentials, the service and the feed, and say how to mend what is wrong.

    Ends with 0 when nothing has failed, 3 when the service does not let us in, else with 1.
    """
    from tastytrade.checkup import Asked, Patience, exit_code
    from tastytrade.cli.running import run
    from tastytrade.cli.sources import TOKEN_VARIABLE
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.address import check_feed_url
    from tastytrade.rest.environment import Variables
    from tastytrade.rest.secret import Secret

    if [url is not None, simulator, environment is not None].count(True) > 1:
        raise ConfigurationError("--url, --simulator and --environment exclude each other; choose one")
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    asked = Asked(
        environment=environment,
        variables=Variables(os.environ),
        url=check_feed_url(url, name="--url") if url is not None else None,
        token=Secret(token) if token and url is not None else None,
        symbols=tuple(symbols or ()),
        store=store,
        patience=Patience(events=wait),
    )
    findings: list[Finding] = []
    run(_doctor(asked, findings, simulator=simulator, is_table=format is Format.TABLE))
    code = exit_code(findings)
    if code:
        raise typer.Exit(code)


async def _doctor(asked: Asked, findings: list[Finding], *, simulator: bool, is_table: bool) -> None:
    from tastytrade.checkup import Subject, check_up
    from tastytrade.checkup.terminal import Terminal, terminal_finding
    from tastytrade.cli.doctor_report import print_json, print_table

    async with _of_simulator(asked, simulator) as chosen, Subject(chosen) as subject:

        async def found() -> AsyncIterator[Finding]:
            size = os.get_terminal_size() if sys.stdout.isatty() else os.terminal_size((0, 0))
            encoding = sys.stdout.encoding or "ascii"
            terminal = Terminal(sys.stdout.isatty(), size.columns, encoding, os.environ)
            async for one in check_up(subject):
                findings.append(one)
                yield one
            last = terminal_finding(terminal)
            findings.append(last)
            yield last

        await (print_table if is_table else print_json)(found(), subject)


@asynccontextmanager
async def _of_simulator(asked: Asked, simulator: bool) -> AsyncIterator[Asked]:
    """What is asked, of a simulator where that is meant."""
    if not simulator:
        yield asked
        return
    from msgspec.structs import replace

    from tastytrade.rest.environment import Variables
    from tastytrade.simulator import Simulator

    async with Simulator() as local:
        yield replace(asked, variables=Variables(local.variables))
