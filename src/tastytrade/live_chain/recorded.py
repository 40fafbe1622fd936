"""FollowRecorded: what lets a recording be asked for a live chain."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.nested_options import parse_nested_chain
from tastytrade.live_chain.follow import FollowMoney

if TYPE_CHECKING:
    from tastytrade.store import Store


class FollowRecorded(FollowMoney):
    """Chains are those that were kept with it, and every strike is read: all of it is at hand."""

    has_everything = True
    store: Store

    async def option_chain(self, underlying: str) -> OptionChain:
        """The chain that was kept. Raises ConfigurationError where none was."""
        kept = await asyncio.to_thread(self.store.chain, underlying)
        if kept is None:
            raise ConfigurationError(
                f"{self.store.path} has no option chain of {underlying} (there are: "
                f"{', '.join(self.store.chains()) or 'none'}): give the options"
            )
        return parse_nested_chain(underlying, kept)
