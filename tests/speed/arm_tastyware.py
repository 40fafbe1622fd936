"""tastyware's ``tastytrade`` as its users run it. Its import name is ours, so it runs apart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, NoReturn

from tests.speed.stopwatch import Order, Stopwatch, read_order

# By name, because a type checker would find our package here.
sdk = import_module("tastytrade")
dxfeed = import_module("tastytrade.dxfeed")
CHUNK_ROWS = 10_000


class Address:
    """Stands in for its Session, of which a streamer wants only where the feed is."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.client_kwargs: dict[str, Any] = {}

    async def _get(self, path: str, **_: Any) -> dict[str, str]:
        assert path == "/api-quote-tokens"
        return {"dxlink-url": self._url, "token": "speed"}


@asynccontextmanager
async def subscribed(order: Order) -> AsyncIterator[Any]:
    async with sdk.DXLinkStreamer(Address(order.url)) as streamer:
        for event_type, symbols in order.subscriptions.items():
            if event_type == "Candle":
                # It puts the period behind the symbol itself.
                stocks = [symbol.partition("{")[0] for symbol in symbols]
                await streamer.subscribe_candle(stocks, "5m", extended_trading_hours=True)
            else:
                await streamer.subscribe(getattr(dxfeed, event_type), symbols)
        yield streamer


async def events(order: Order, watch: Stopwatch) -> NoReturn:
    """``async for event in streamer.listen(Quote)``; a task for each type where there are several."""
    count = 0

    async def listen(streamer: Any, event_type: str) -> None:
        nonlocal count
        async for _ in streamer.listen(getattr(dxfeed, event_type)):
            count += 1
            if count == 1:
                watch.start()
            if count == order.events:
                watch.stop(count)

    async with subscribed(order) as streamer:
        await asyncio.gather(*(listen(streamer, event_type) for event_type in order.subscriptions))
    raise AssertionError("the streamer ended before the events did")


async def tables(order: Order, watch: Stopwatch) -> NoReturn:
    """polars tables of 10,000 rows, by way of ``model_dump``: its Decimals are not taken otherwise."""
    import polars as pl

    made: list[pl.DataFrame] = []
    rows: list[dict[str, Any]] = []
    count = 0
    (event_type,) = order.subscriptions
    async with subscribed(order) as streamer:
        async for event in streamer.listen(getattr(dxfeed, event_type)):
            count += 1
            if count == 1:
                watch.start()
            rows.append(event.model_dump())
            if len(rows) == CHUNK_ROWS or count == order.events:
                made.append(pl.DataFrame(rows))
                rows = []
            if count == order.events:
                watch.extra["kept"] = sum(table.height for table in made)
                watch.stop(count)
    raise AssertionError("the streamer ended before the events did")


async def lag(order: Order, watch: Stopwatch) -> NoReturn:
    """How old each event is when a reader has it, who may have work to do."""
    count, end = 0, 0.0
    async with subscribed(order) as streamer:
        async for event in streamer.listen(dxfeed.Quote):
            count += 1
            if count == 1:
                watch.start()
                end = time.monotonic() + (order.seconds or float("inf"))
            watch.saw(event.ask_size)
            if count == order.events or time.monotonic() >= end:
                watch.stop(count)
    raise AssertionError("the streamer ended before the events did")


async def main() -> None:
    order = read_order()
    await {"events": events, "tables": tables, "lag": lag}[order.arm](order, Stopwatch(order))


if __name__ == "__main__":
    asyncio.run(main())
