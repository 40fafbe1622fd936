"""What a notebook does with the kept names, in steps that tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import polars as pl

from tastytrade.markets.instruments import get_option_chains
from tastytrade.sessions import Credentials
from tastytrade.sessions.dxlink import DXLinkClient
from tastytrade.sessions.requests import AsyncSessionHandler
from tastytrade.sessions.sockets import WebSocketManager

COLUMNS = {
    "Trades": "eventSymbol timestamp price dayVolume size",
    "Quotes": "eventSymbol timestamp bidPrice askPrice bidSize askSize",
    "Greeks": "eventSymbol timestamp volatility delta gamma theta rho vega",
    "Profile": "eventSymbol timestamp description shortSaleRestriction tradingStatus statusReason"
    " haltStartTime haltEndTime highLimitPrice lowLimitPrice high52WeekPrice low52WeekPrice",
    "Summary": "eventSymbol timestamp openInterest dayOpenPrice dayHighPrice dayLowPrice prevDayClosePrice",
}


def table(client: DXLinkClient, name: str) -> pl.DataFrame:
    found = client.queue_manager.handlers[name].processors["feed"].df
    assert isinstance(found, pl.DataFrame)
    return found


async def listen(connection: WebSocketManager, until: Callable[[], bool]) -> None:
    """What a notebook does while it listens, until something is so; for five seconds at most."""
    async with asyncio.timeout(5):
        while not until():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await connection.send_keepalives()


def has_rows(client: DXLinkClient, *names: str, of: int = 1) -> Callable[[], bool]:
    """Whether these tables have rows of so many symbols by now."""
    return lambda: all(table(client, name)["eventSymbol"].n_unique() >= of for name in names)


async def run_notebook() -> tuple[DXLinkClient, dict[str, pl.DataFrame], list[str]]:
    session = await AsyncSessionHandler.create(Credentials(env="Live"))
    chain = await get_option_chains(session, "SPX")
    near = chain.filter(pl.col("strike-price").cast(pl.Float64).is_between(5800, 5850))
    symbols = ["SPX", "NVDA", "BTC/USD:CXTALP", *near["streamer-symbol"][:4]]
    async with WebSocketManager(session) as connection:
        client = DXLinkClient(connection)
        await client.setup_feeds()
        empty = {name: table(client, name) for name in COLUMNS}
        await client.subscribe_to_feeds(symbols)
        await listen(connection, has_rows(client, "Trades", "Quotes", "Profile", "Summary", of=len(symbols)))
        await listen(connection, has_rows(client, "Greeks", of=4))
        await client.queue_manager.cleanup()
    await session.close()
    return client, empty, symbols
