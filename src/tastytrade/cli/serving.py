"""A recording, served until somebody stops it, with a live line in the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys

import msgspec
import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from tastytrade.cli.replay_board import recorded_time
from tastytrade.cli.running import on_signal
from tastytrade.simulator import Simulator
from tastytrade.simulator.recorded_market import RecordedMarket

REDRAW_AFTER = 0.5
LAG_SHOWN_MS = 1000
"""Recorded time that reading may be behind before the line says so."""


async def serve_recording(
    simulator: Simulator, market: RecordedMarket, *, duration: float | None = None
) -> None:
    """Serve until SIGTERM or Ctrl-C, or for so many seconds. Raises what made the recording end early."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        on_signal(number, stop.set)
    with market:
        async with simulator:
            _print_addresses(simulator)
            try:
                async with asyncio.timeout(duration):
                    await _watch(simulator, market, stop)
            except TimeoutError:
                pass
    if market.error is not None:
        raise market.error


def served_line(simulator: Simulator, market: RecordedMarket) -> str:
    """Recorded time, speed, clients, events sent."""
    time = recorded_time(market.now_ms * 1_000_000)
    if not market.has_begun:
        time = f"waits for a subscription at {time}"
    elif market.is_over:
        time = f"over at {time}"
    elif market.lag_ms > LAG_SHOWN_MS:
        time = f"{time}, {market.lag_ms / 1000:,.0f} s behind"
    clients = simulator.connections
    counted = f"{clients} client{'s' * (clients != 1)} · {simulator.events_sent:,} events sent"
    return f"{time} · {market.speed:g}x · {counted}"


def _print_addresses(simulator: Simulator) -> None:
    user = simulator.user
    line = {
        "api_url": simulator.api_url,
        "dxlink_url": simulator.dxlink_url,
        "login": user.login,
        "password": user.password,
        "client_secret": user.client_secret,
        "refresh_token": user.refresh_token,
    }
    typer.echo(msgspec.json.encode(line).decode())
    sys.stdout.flush()


async def _watch(simulator: Simulator, market: RecordedMarket, stop: asyncio.Event) -> None:
    """Until it is to stop, or the recording can be read no further and everything before was played."""
    console = Console(stderr=True)
    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        while not (stop.is_set() or (market.error is not None and market.is_over)):
            if console.is_terminal:
                live.update(Text(served_line(simulator, market)), refresh=True)
            try:
                async with asyncio.timeout(REDRAW_AFTER):
                    await stop.wait()
            except TimeoutError:
                continue
