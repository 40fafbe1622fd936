"""The simulator with a market that counts, in a process of its own, its feed reached through a proxy.

    python -m tests.chaos.server SETTINGS_AS_JSON

It prints one line of JSON once it listens, then takes one JSON object a line and answers each with one:

    {"do": "inject", "fault": {...}}        a fault of the simulator, now
    {"do": "fail", "path": ..., "status": ...}  REST requests there fail from now on; without status no more
    {"do": "subscriptions"}                 the server's set: event types and symbols over all connections
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from tastytrade.errors import ConfigurationError
from tastytrade.simulator import RestOptions, ServerOptions, Simulator, User
from tastytrade.simulator.rest_options import Failure
from tests.chaos.counting_market import CountingMarket, Rhythm
from tests.chaos.proxy import say

CANARY = "canary-9Wx"
"""Part of every secret that the client is given."""


class Settings(Struct, frozen=True, kw_only=True):
    """``feed_url`` is where the proxy is; ``truth`` the file of what was sent."""

    rhythm: Rhythm
    feed_url: str
    truth: str
    keepalive: float = 2.0
    port: int = 0


class ProxiedSimulator(Simulator):
    """A simulator whose quote tokens lead to a proxy before it."""

    feed_url = ""

    @property
    def dxlink_url(self) -> str:
        return self.feed_url


async def do(simulator: Simulator, order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order; gives what there is to say."""
    match order["do"]:
        case "inject":
            simulator.inject(order["fault"])
            return {}
        case "fail":
            status = order.get("status")
            failures = (Failure(status=status, times=None, path=order["path"]),) if status else ()
            simulator.rest_options = structs.replace(simulator.rest_options, failures=failures)
            return {}
        case "subscriptions":
            return {"subscriptions": sorted(simulator.subscriptions())}
        case other:
            return {"error": f"unknown order {other!r}"}


async def serve(settings: Settings) -> None:
    """Until the end of standard input."""
    market = CountingMarket(settings.rhythm)
    simulator = ProxiedSimulator(
        port=settings.port,
        market=market,
        truth=Path(settings.truth),
        user=User(client_secret=f"sim_{CANARY}_secret", refresh_token=f"sim_{CANARY}_refresh"),
        dxlink_options=ServerOptions(keepalive_timeout=settings.keepalive),
        rest_options=RestOptions(),
    )
    simulator.feed_url = settings.feed_url
    async with simulator:
        market.began_ms = time.time_ns() // 1_000_000
        say({"api_url": simulator.api_url, "port": int(simulator.api_url.rpartition(":")[2])})
        orders = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        while line := await orders.readline():
            try:
                say(await do(simulator, json.loads(line)))
            except ConfigurationError as error:
                say({"error": str(error)})


if __name__ == "__main__":
    asyncio.run(serve(msgspec.json.decode(sys.argv[1], type=Settings)))
