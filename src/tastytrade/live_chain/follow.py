"""FollowMoney: what lets a source be asked for a live chain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.listing import get_option_chain
from tastytrade.instruments.models import Option
from tastytrade.live_chain.followed import Followed
from tastytrade.rest.call import AsyncRunner

if TYPE_CHECKING:
    from tastytrade.live_chain.live import LiveChain


class FollowMoney:
    """What descends from it and can be subscribed to has live chains. ``_runner`` asks REST for chains."""

    has_everything = False
    _runner: AsyncRunner | None

    async def option_chain(self, underlying: str) -> OptionChain:
        """The chain of an underlying. Raises ConfigurationError where there is nobody to ask for it."""
        if self._runner is None:
            raise ConfigurationError(
                "this streamer has no session to ask for a chain: give the options, or Streamer(session)"
            )
        return await get_option_chain(self._runner, underlying)

    def live_chain(
        self: Followed,
        chain: str | OptionChain | Iterable[Option],
        *,
        expiration: date | None = None,
        dte: int | None = None,
        root: str | None = None,
        around: int = 20,
        band: float = 0.25,
        roll: bool = False,
        pause: float | None = None,
    ) -> LiveChain:
        """The strikes of one expiration around the underlying's price, as it moves: ``async with`` it.

        Its arguments are those of ``LiveChain``: an underlying's symbol, whose chain is then asked for, a
        chain, or some options; which expiration; how many strikes ``around`` the price.
        """
        from tastytrade.live_chain.live import LiveChain

        return LiveChain(
            self,
            chain,
            expiration=expiration,
            dte=dte,
            root=root,
            around=around,
            band=band,
            roll=roll,
            pause=pause,
        )
