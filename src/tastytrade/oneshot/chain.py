"""Which options are meant, and what is known of them now, as a table with a row a strike."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from tastytrade.dxfeed import Event, Greeks, Quote, Summary, Trade
from tastytrade.errors import ConfigurationError, Incomplete
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.listing import get_option_chain
from tastytrade.instruments.models import Option
from tastytrade.oneshot.feed import together
from tastytrade.oneshot.progress import Tell, shares_of
from tastytrade.oneshot.snapshot import Snapshot
from tastytrade.rest.call import AsyncRunner

if TYPE_CHECKING:
    from tastytrade.tables import Table

_PARTS: tuple[type[Event], ...] = (Quote, Greeks, Summary, Trade)


class Narrowed(TypedDict, total=False):
    """Which part of a chain is meant."""

    expiration: date
    dte: int
    root: str
    strikes: int
    points: float | Decimal
    price: float | Decimal


class Asked(Protocol):
    """What gives snapshots."""

    async def snapshot(
        self,
        event_type: type[Event],
        symbols: Iterable[str],
        *,
        timeout: float | None = None,
        progress: Tell | None = None,
    ) -> Snapshot[Any]: ...


async def options_of(
    feed: Asked,
    runner: AsyncRunner | None,
    chain: str | OptionChain | Iterable[Option],
    narrowed: Narrowed,
) -> list[Option]:
    """The options meant. Raises ConfigurationError when there are none."""
    known = Narrowed.__optional_keys__
    unknown = narrowed.keys() - known
    if unknown:
        raise ConfigurationError(
            f"a chain is not narrowed by {', '.join(sorted(unknown))}; there are: {', '.join(sorted(known))}"
        )
    one_expiration = bool({"expiration", "dte", "root"} & narrowed.keys())
    if isinstance(chain, OptionChain):
        found = chain
    elif isinstance(chain, str):
        if runner is None:
            raise ConfigurationError(
                "this streamer has no session to ask for a chain: give the options, or Streamer(session)"
            )
        found = await get_option_chain(runner, chain)
        one_expiration = True
    else:
        options = list(chain)
        found = OptionChain(options[0].underlying_symbol if options else "", options)
    if not found.options:
        raise ConfigurationError(f"there are no options on {found.underlying or 'nothing'}; check the symbol")
    if one_expiration:
        found = OptionChain(found.underlying, _expiration(found, narrowed))
    if {"strikes", "points", "price"} & narrowed.keys():
        price = narrowed.get("price")
        if price is None:
            price = await _price(feed, found.underlying)
        found = found.around(price, strikes=narrowed.get("strikes"), points=narrowed.get("points"))
    return found.options


async def sides_of(
    feed: Asked, options: list[Option], *, timeout: float | None, progress: Tell | None
) -> Table:
    """The chain table of some options."""
    from tastytrade.tables import chain_table

    symbols = [option.streamer_symbol for option in options]
    quotes, greeks, summaries, trades = await together(
        feed.snapshot(event_class, symbols, timeout=timeout, progress=tell)
        for event_class, tell in zip(_PARTS, shares_of(progress, len(_PARTS)), strict=True)
    )
    return chain_table(
        options,
        quotes=quotes.table,
        greeks=greeks.table,
        summaries=summaries.table,
        trades=trades.table,
        at=time.time_ns(),
    )


def _expiration(chain: OptionChain, narrowed: Narrowed) -> list[Option]:
    root = narrowed.get("root")
    if {"expiration", "dte"} & narrowed.keys():
        return chain.expiration(narrowed.get("expiration"), root, dte=narrowed.get("dte")).options
    nearest = chain.nearest_expiration()
    return nearest.options if root is None else chain.expiration(nearest.date, root).options


async def _price(feed: Asked, underlying: str) -> float:
    """What the underlying costs now: its last trade, else the middle of its quote."""
    trades, quotes = await together(feed.snapshot(cls, [underlying]) for cls in (Trade, Quote))
    for trade in trades:
        if trade.price == trade.price:
            return float(trade.price)
    for quote in quotes:
        middle = (quote.bidPrice + quote.askPrice) / 2
        if middle == middle:  # noqa: PLR0124 - nan: one side is missing
            return float(middle)
    raise Incomplete(
        f"there is no price of {underlying} to take the strikes around (Trade: {trades.status[underlying]},"
        f" Quote: {quotes.status[underlying]}); give price=...",
        partial=trades,
    )
