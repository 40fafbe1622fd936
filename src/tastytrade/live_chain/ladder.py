"""Ladder: the options of one expiration, the window of them around the price, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.models import Option
from tastytrade.live_chain.market_clock import ends_ns
from tastytrade.live_chain.values import Values
from tastytrade.live_chain.window import Window, WindowRule, check_window

if TYPE_CHECKING:
    from tastytrade.tables import Table


class Manner(Struct, frozen=True):
    """How a window follows the price; see ``WindowRule``. ``pause``: seconds between two moves."""

    around: int
    band: float
    pause: float

    def __post_init__(self) -> None:
        check_window(self.around, self.band)
        if not self.pause >= 0:
            raise ConfigurationError(f"pause is a number of seconds, 0 or more, not {self.pause!r}")


class Move(Struct, frozen=True):
    """Streamer symbols that have come into the window, and that have gone out of it."""

    came: list[str]
    went: list[str]


class Ladder:
    """A plain object that is told prices and the time of a loop, in seconds."""

    def __init__(self, expiration: Expiration, manner: Manner) -> None:
        self.expiration = expiration
        self.ends_ns = ends_ns(expiration)
        self.values = Values()
        self.window: Window | None = None
        self.due: float | None = None
        """When the window may move, where the price has left its band."""
        self.moves = 0
        """How often it has moved to other strikes, after the first."""
        self._rule = WindowRule(expiration.strikes, around=manner.around, band=manner.band)
        self._pause = manner.pause
        self._moved_at: float | None = None

    def __str__(self) -> str:
        return f"{self.expiration.root} {self.expiration.date}"

    @property
    def options(self) -> list[Option]:
        """Those of the window, by strike, call before put."""
        return [] if self.window is None else self._at(self.window.strikes)

    def table(self, *, at_ns: int) -> Table:
        """The window as a chain table, with ages at a moment."""
        return self.values.table(self.options, at_ns=at_ns)

    def follow(self, price: float, *, now: float) -> Move | None:
        """Let the window be where the rule wants it, now or when it is ``due``; None where it stays."""
        before, after = self.window, self._rule.follow(self.window, price)
        self.due = None
        if after is before:
            return None
        if before is not None and after.strikes != before.strikes:
            if self._moved_at is not None and now < self._moved_at + self._pause:
                self.due = self._moved_at + self._pause
                return None
            self.moves += 1
            self._moved_at = now
        self.window = after
        known = () if before is None else before.strikes
        came, went = set(after.strikes).difference(known), set(known).difference(after.strikes)
        return Move(came=self._symbols_at(came), went=self._symbols_at(went))

    def _at(self, strikes: Iterable[Decimal]) -> list[Option]:
        chosen = set(strikes)
        return [option for option in self.expiration.options if option.strike_price in chosen]

    def _symbols_at(self, strikes: Iterable[Decimal]) -> list[str]:
        return [option.streamer_symbol for option in self._at(strikes)]
