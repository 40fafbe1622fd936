"""Window: which strikes are around a price, and when the price has gone far enough for others to be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal
from math import isfinite

from msgspec import Struct

from tastytrade.errors import ConfigurationError


class Window(Struct, frozen=True):
    """Neighbouring strikes, ascending; ``centre`` is the one that the price was nearest to."""

    strikes: tuple[Decimal, ...]
    centre: Decimal

    @property
    def lowest(self) -> Decimal:
        """The lowest strike."""
        return self.strikes[0]

    @property
    def highest(self) -> Decimal:
        """The highest strike."""
        return self.strikes[-1]


def check_window(around: int, band: float) -> None:
    """Raise ConfigurationError for what makes no window."""
    if around < 1 or int(around) != around:
        raise ConfigurationError(f"around is a number of strikes, 1 or more, not {around!r}")
    if not 0 <= band <= 1:
        raise ConfigurationError(f"band is a share of the window from 0 to 1, like 0.25, not {band!r}")


class WindowRule:
    """So many strikes around a price, of those that are listed.

    around  how many: half of them below the nearest strike, half above; less where fewer are listed
    band    the central part of the window, as a share of it, in which the price moves nothing

    The band reaches from strike to strike, to the next one on either side of the centre at least: a price
    has to come back by as many strikes as it went before anything moves again. One or two strikes
    have no room for a band: they are always the nearest.
    """

    def __init__(self, strikes: Iterable[Decimal], *, around: int, band: float) -> None:
        check_window(around, band)
        self._strikes = tuple(sorted(set(strikes)))
        if not self._strikes:
            raise ConfigurationError("there are no strikes to choose from; give options with some")
        # The window goes on from the centre by one more above than below.
        self._reach = min(max(1, int(around * band / 2)), (around - 1) // 2)
        self._count = min(around, len(self._strikes))
        self._below = (around - 1) // 2

    @property
    def strikes(self) -> tuple[Decimal, ...]:
        """Those that are listed, ascending."""
        return self._strikes

    def around(self, price: float | Decimal) -> Window:
        """The window with the price in the middle, as far as strikes are listed on either side."""
        return self._window(self._nearest(price))

    def follow(self, window: Window | None, price: float | Decimal) -> Window:
        """The same window while the price is within its band, else the one around the price."""
        if window is None:
            return self.around(price)
        nearest, centre = self._nearest(price), bisect_left(self._strikes, window.centre)
        if nearest == centre or self._is_in_band(Decimal(price), centre):
            return window
        return self._window(nearest)

    def _is_in_band(self, price: Decimal, centre: int) -> bool:
        """Whether a price is not farther from a strike than the band reaches, over listed strikes."""
        lower, upper = centre - self._reach, centre + self._reach
        if self._reach == 0 or lower < 0 or upper >= len(self._strikes):
            return False
        return self._strikes[lower] <= price <= self._strikes[upper]

    def _window(self, centre: int) -> Window:
        first = max(0, min(centre - self._below, len(self._strikes) - self._count))
        return Window(self._strikes[first : first + self._count], self._strikes[centre])

    def _nearest(self, price: float | Decimal) -> int:
        """The place of the nearest strike; of two as near the lower one's."""
        if not isfinite(price):
            raise ConfigurationError(f"a window of strikes is around a number, not {price}")
        exact = Decimal(price)
        after = bisect_left(self._strikes, exact)
        near = range(max(0, after - 1), min(len(self._strikes), after + 1))
        return min(near, key=lambda at: abs(self._strikes[at] - exact))
