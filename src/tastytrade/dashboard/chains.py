"""Chains: the options on an underlying, from the service or from what a recording kept."""

from __future__ import annotations

import asyncio

from tastytrade.dashboard.panel_args import OfChain
from tastytrade.errors import ConfigurationError
from tastytrade.instruments import OptionChain, get_option_chain
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.nested_options import parse_nested_chain
from tastytrade.live_chain.choice import expiration_of
from tastytrade.rest.call import AsyncRunner
from tastytrade.store import Store

ListedExpiration = tuple[str, str, int | None]


class Chains:
    """Each chain is asked for once; ``forget()`` when it may be another."""

    def __init__(self, runner: AsyncRunner | None = None, store: Store | None = None) -> None:
        self._runner = runner
        self._store = store
        self._known: dict[str, OptionChain] = {}
        self._expirations: dict[str, list[ListedExpiration]] = {}
        self._asking = asyncio.Lock()

    async def of(self, underlying: str) -> OptionChain:
        """All options on it. Raises ConfigurationError when there are none, RequestError as the service."""
        async with self._asking:
            if underlying not in self._known:
                self._known[underlying] = await self._ask(underlying)
            return self._known[underlying]

    async def expirations(self, underlying: str) -> list[ListedExpiration]:
        """Date, root and days of every expiration, in their order. Raises as ``of``."""
        chain = await self.of(underlying)
        if underlying not in self._expirations:
            self._expirations[underlying] = await asyncio.to_thread(_expirations_of, chain)
        return self._expirations[underlying]

    def forget(self) -> None:
        """Ask again from now on."""
        self._known.clear()
        self._expirations.clear()

    async def _ask(self, underlying: str) -> OptionChain:
        if self._store is not None:
            kept = await asyncio.to_thread(self._store.chain, underlying)
            if kept is None:
                names = ", ".join(self._store.chains()) or "none"
                raise ConfigurationError(f"no chain of {underlying} was kept; there are: {names}")
            chain = parse_nested_chain(underlying, kept)
        elif self._runner is not None:
            chain = await get_option_chain(self._runner, underlying)
        else:
            raise ConfigurationError("this feed has no session to ask for a chain: log in, or --simulator")
        if not chain.options:
            raise ConfigurationError(f"there are no options on {underlying}; check the symbol")
        return chain


def chosen(chain: OptionChain, args: OfChain) -> Expiration:
    """The expiration that is meant. Raises ConfigurationError where there is none."""
    return expiration_of(chain, day=args.expiration, dte=args.dte, root=args.root)


def _expirations_of(chain: OptionChain) -> list[ListedExpiration]:
    found = []
    for day in chain:
        for root in chain.roots(day):
            one = chain.expiration(day, root)
            found.append((day.isoformat(), root, one.days_to_expiration))
    return found
