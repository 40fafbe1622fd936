"""Change: what has become new in a live chain since somebody looked; gathered for each who looks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum

from msgspec import Struct

from tastytrade.dxfeed.gap import Gap
from tastytrade.instruments.models import Option
from tastytrade.live_chain.window import Window
from tastytrade.reading.known_gaps import KnownGaps


class ChainState(Enum):
    """Where a live chain stands."""

    WAITING = "waiting for a price"
    """There is no price of the underlying yet, and so no window."""
    FOLLOWING = "following"
    EXPIRED = "expired"
    """Its options are over, and it was not to go on with others."""
    CLOSED = "closed"
    """By us, or because the source is over."""
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self in {ChainState.EXPIRED, ChainState.CLOSED, ChainState.FAILED}


class Change(Struct, frozen=True, kw_only=True):
    """What has happened to a live chain since the change before; the first says everything.

    at_ns       when that was (Unix nanoseconds): of a replay, when it was received
    spot        where the underlying is; None before the first price
    window      the strikes now; None before the first price
    symbols     streamer symbols of the options in it that had new events, in the chain's order
    strikes     the strikes of those
    came, went  strikes that are in the window and were not, and the other way round
    recentred   how often the window has moved
    gaps        new gaps and those that are known better, each as it is known now
    """

    state: ChainState
    reason: str
    at_ns: int
    expiration: date
    spot: float | None
    window: Window | None
    symbols: tuple[str, ...]
    strikes: tuple[Decimal, ...]
    came: tuple[Decimal, ...]
    went: tuple[Decimal, ...]
    recentred: int
    gaps: tuple[Gap, ...]


class Standing(Struct, frozen=True, kw_only=True):
    """A live chain as it is now."""

    state: ChainState
    reason: str
    at_ns: int
    expiration: date
    spot: float | None
    window: Window | None
    options: tuple[Option, ...]
    recentred: int


class Pending:
    """What one who looks has not been told yet; never more than there are symbols of an expiration."""

    def __init__(self, symbols: Iterable[str], gaps: Iterable[Gap]) -> None:
        self._symbols = set(symbols)
        self._gaps = KnownGaps()
        for gap in gaps:
            self._gaps.note(gap)
        self._window: Window | None = None
        self._expiration: date | None = None
        self._recentred = 0
        self._some = asyncio.Event()

    def note(self, *, symbols: Iterable[str] = (), gap: Gap | None = None) -> None:
        """Something has happened: to some symbols, or a gap, or to the chain itself."""
        self._symbols.update(symbols)
        if gap is not None:
            self._gaps.note(gap)
        self._some.set()

    async def wait(self) -> None:
        """Wait until there is something to tell."""
        await self._some.wait()

    def take(self, now: Standing) -> Change:
        """What there is to tell; nothing is pending after that."""
        is_other = now.expiration != self._expiration
        before = () if self._window is None or is_other else self._window.strikes
        strikes = () if now.window is None else now.window.strikes
        changed = [option for option in now.options if option.streamer_symbol in self._symbols]
        known, present = set(before), set(strikes)
        change = Change(
            state=now.state,
            reason=now.reason,
            at_ns=now.at_ns,
            expiration=now.expiration,
            spot=now.spot,
            window=now.window,
            symbols=tuple(option.streamer_symbol for option in changed),
            strikes=tuple(dict.fromkeys(option.strike_price for option in changed)),
            came=tuple(strike for strike in strikes if strike not in known),
            went=tuple(strike for strike in before if strike not in present),
            recentred=now.recentred - self._recentred,
            gaps=tuple(self._gaps.all()),
        )
        self._symbols, self._gaps = set(), KnownGaps()
        self._window, self._expiration, self._recentred = now.window, now.expiration, now.recentred
        self._some.clear()
        return change
