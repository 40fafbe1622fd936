"""The chain ladder: one row a strike around the price of the underlying, which it follows.

It follows by the rule of live chains. The values are those that all panels share, so that a strike which is
in a smile, too, is asked for once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from tastytrade.dashboard.chain_columns import COLUMNS, KEY, chain_rows
from tastytrade.dashboard.chains import chosen
from tastytrade.dashboard.changing_rows import Row
from tastytrade.dashboard.last_values import LastValues
from tastytrade.dashboard.panel_args import ChainArgs
from tastytrade.dashboard.supply import Supply, changes
from tastytrade.dashboard.underlying import TYPES, first_price, price_meta
from tastytrade.dashboard.view import EVERY, Exported, Grid, Tell
from tastytrade.dxfeed import Event, Greeks, Quote, Summary, Trade
from tastytrade.instruments import Expiration, Option
from tastytrade.live_chain import Window, WindowRule
from tastytrade.tables import Table, chain_table

PARTS: tuple[type[Event], ...] = (Quote, Greeks, Summary, Trade)
BAND = 0.25
"""The central share of the window in which the price moves nothing."""


class ChainView:
    """``meta`` has the underlying, its price, and which expirations there are."""

    def __init__(self, args: ChainArgs, tell: Tell) -> None:
        self._args = args
        self._tell = tell
        self._grid = Grid("chain", args, COLUMNS, key=KEY)
        self.said = self._grid.said

    @property
    def version(self) -> int:
        return self._grid.version

    @property
    def has_something(self) -> bool:
        return self._grid.has_something

    def exported(self) -> Exported:
        return self._grid.exported()

    async def run(self, supply: Supply) -> None:
        self._grid.restart()
        args = self._args
        chain = await supply.chains.of(args.underlying)
        expiration = chosen(chain, args)
        told = {
            "underlying": args.underlying,
            "expiration": expiration.date.isoformat(),
            "root": expiration.root,
            "dte": expiration.days_to_expiration,
            "expirations": await supply.chains.expirations(args.underlying),
        }
        rule = WindowRule(expiration.strikes, around=args.around, band=BAND)
        async with supply.wanted(TYPES, [args.underlying]), supply.wanted(PARTS, []) as wants:
            window = rule.around(await first_price(supply, args.underlying))
            options: list[Option] = []
            async for _ in changes(supply, PARTS, every=EVERY):
                price = price_meta(supply, args.underlying)
                moved = window if price["spot"] is None else rule.follow(window, price["spot"])
                if moved != window or not options:
                    window, options = moved, _options_in(moved, expiration)
                    await wants.become(option.streamer_symbol for option in options)
                newest = Newest(supply.values, at_ns=supply.at_ns)
                rows = await asyncio.to_thread(_rows, newest, options)
                meta = {**told, "centre": float(window.centre), **price}
                if self._grid.become(rows, meta, at_ns=newest.at_ns):
                    self._tell()


def _options_in(window: Window, expiration: Expiration) -> list[Option]:
    strikes = set(window.strikes)
    return [option for option in expiration.options if option.strike_price in strikes]


class Newest:
    """The last values at one moment, which do not change any more: a thread may make tables of them."""

    def __init__(self, values: LastValues, *, at_ns: int) -> None:
        self.at_ns = at_ns
        self._tables = {cls: values.table(cls) for cls in PARTS}

    def table(self, options: Iterable[Option]) -> Table:
        """The chain table of some options."""
        quotes, greeks, summaries, trades = (self._tables[cls] for cls in PARTS)
        return chain_table(
            options, quotes=quotes, greeks=greeks, summaries=summaries, trades=trades, at=self.at_ns
        )


def _rows(newest: Newest, options: list[Option]) -> list[Row]:
    return chain_rows(newest.table(options), at_ns=newest.at_ns)
