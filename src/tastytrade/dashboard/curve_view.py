"""Smile, term structure and exposure: computed once a second in a thread, for everybody who looks."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Raw
from msgspec.structs import asdict

from tastytrade.analytics import with_greeks, with_terms
from tastytrade.dashboard.chain_view import PARTS, Newest
from tastytrade.dashboard.chains import chosen
from tastytrade.dashboard.curves import Curves, exposure_curves, smile_curves, term_curves
from tastytrade.dashboard.messages import format_said
from tastytrade.dashboard.panel_args import ExposureArgs, SmileArgs, TermArgs, as_json
from tastytrade.dashboard.supply import Supply, changes
from tastytrade.dashboard.underlying import TYPES, first_price, price_meta, price_of
from tastytrade.dashboard.view import SLOWLY, Exported, Tell
from tastytrade.instruments import Option, OptionChain

STRIKES = 250
"""Of one expiration, around the price of the underlying."""
TERM_STRIKES = 8
"""Of each expiration."""

CurveArgs = SmileArgs | TermArgs | ExposureArgs


class CurveView:
    """Told whole each time: it is small."""

    def __init__(self, panel: str, args: CurveArgs, tell: Tell) -> None:
        self._panel = panel
        self._args = args
        self._tell = tell
        self._version = 0
        self._curves: Curves | None = None
        self._meta: dict[str, Any] = {}
        self._at_ms = 0

    @property
    def version(self) -> int:
        return self._version

    @property
    def has_something(self) -> bool:
        return self._curves is not None

    def said(self, since: int) -> list[str]:
        if self._curves is None:
            return []
        curves = asdict(self._curves)
        meta = {**curves.pop("meta"), **self._meta, "at_ms": self._at_ms}
        return [format_said("curves", panel=self._panel, args=Raw(as_json(self._args)), **curves, meta=meta)]

    def exported(self) -> Exported:
        series = [] if self._curves is None else self._curves.series
        rows = [(one.name, x, y) for one in series for x, y in zip(one.x, one.y, strict=True)]
        return Exported(["series", "x", "y"], rows)

    async def run(self, supply: Supply) -> None:
        underlying = self._args.underlying
        chain = await supply.chains.of(underlying)
        async with supply.wanted(TYPES, [underlying]):
            price = await first_price(supply, underlying)
            options = await asyncio.to_thread(self._options, chain, price)
            async with supply.wanted(PARTS, [option.streamer_symbol for option in options]):
                async for _ in changes(supply, PARTS, every=SLOWLY):
                    await self._draw(supply, options)

    def _options(self, chain: OptionChain, price: float) -> list[Option]:
        args = self._args
        if isinstance(args, TermArgs):
            options = chain.around(price, strikes=TERM_STRIKES).options
            return [option for option in options if args.root in {None, option.root_symbol}]
        return chosen(chain, args).around(price, strikes=STRIKES)

    async def _draw(self, supply: Supply, options: list[Option]) -> None:
        self._at_ms = supply.at_ns // 1_000_000
        newest = Newest(supply.values, at_ns=supply.market_ns)
        price = price_of(supply.values, self._args.underlying)
        curves = await asyncio.to_thread(self._computed, newest, options, price)
        meta = {"underlying": self._args.underlying, **price_meta(supply, self._args.underlying)}
        if options and not isinstance(self._args, TermArgs):
            first = options[0]
            meta |= {"expiration": first.expiration_date.isoformat(), "root": first.root_symbol}
        if not any(one.x for one in curves.series):
            meta["reason"] = "nothing is known of these options yet"
        if curves != self._curves or meta != self._meta:
            self._curves, self._meta = curves, meta
            self._version += 1
            self._tell()

    def _computed(self, newest: Newest, options: list[Option], price: float | None) -> Curves:
        table = with_terms(newest.table(options), options)
        measured = with_greeks(table, spot=price, at=newest.at_ns)
        if isinstance(self._args, SmileArgs):
            return smile_curves(measured)
        if isinstance(self._args, TermArgs):
            return term_curves(measured)
        return exposure_curves(measured, self._args.what)
