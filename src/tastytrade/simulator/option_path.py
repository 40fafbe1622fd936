"""OptionPath: an option's market and its trades at any moment.

The market stands around the surface's price on the moving underlying. An option trades once in every
stretch of ``trade_ms``, at a moment of its own in it, so that its last trade and the day's volume are
known at any moment without counting.
"""

from __future__ import annotations

from msgspec import Struct

from tastytrade.simulator.bars import Bar
from tastytrade.simulator.draws import mixed, salt_of
from tastytrade.simulator.future_options import ListedFutureOption
from tastytrade.simulator.option_habits import OptionHabits, market_around, tick_at
from tastytrade.simulator.option_series import ListedOption
from tastytrade.simulator.paths import Path
from tastytrade.simulator.surface import Surface
from tastytrade.simulator.trading_hours import MINUTE_MS, session_ms_of

HISTORY_DAYS = 45
"""Calendar days of history an option has, as has been observed of tastytrade's option candles."""


class OptionTrade(Struct, frozen=True, gc=False):
    """One trade of an option: ``number`` counts from 0 on ``day``; prices in dollars, size in contracts."""

    day: int
    number: int
    time_ms: int
    price: float
    size: int
    bid: float
    ask: float
    is_buy: bool


class OptionPath:
    """The market of one option on an underlying's path."""

    def __init__(
        self,
        option: ListedOption | ListedFutureOption,
        *,
        habits: OptionHabits,
        underlying: Path,
        surface: Surface,
        seed: int,
    ) -> None:
        self.option = option
        self.habits = habits
        self.hours = underlying.hours
        self._session_ms = session_ms_of(self.hours)
        self.underlying = underlying
        self.surface = surface
        self.strike = float(option.strike)
        self.is_call = option.option_type == "C"
        self.expires_ms = round(option.expires_at.timestamp() * 1000)
        self.last_day = self.hours.day_at(self.expires_ms - 1)
        self.first_day = min(underlying.today, self.last_day) - HISTORY_DAYS
        self.salt = salt_of(f"{seed}|{option.streamer_symbol}")

    def price_of(self, spot: float, time_ms: int) -> float:
        """Theoretical price in dollars at an underlying's price and a moment."""
        return self.surface.price(
            spot, self.strike, expires_ms=self.expires_ms, time_ms=time_ms, is_call=self.is_call
        )

    def market_at(self, time_ms: int) -> tuple[float, float]:
        """Bid and ask in dollars at a moment; from expiry on as they were then."""
        time_ms = min(time_ms, self.expires_ms)
        return market_around(self.price_of(self.underlying.price_at(time_ms), time_ms), self.habits)

    # Trades ---------------------------------------------------------------------------------------

    def _offset(self, day: int, number: int) -> int:
        return mixed(self.salt ^ day, number) % self.habits.trade_ms

    def _volume_until(self, day: int, number: int) -> int:
        """Contracts of a day's first ``number`` trades; each trade has from 1 to about twice the usual."""
        if not number:
            return 0
        usual = self.habits.trade_size
        return number * usual + mixed(self.salt ^ day, -number) % usual

    def trades_until(self, day: int, time_ms: int) -> int:
        """How many trades a day has had up to and including a moment."""
        elapsed = min(time_ms, self.expires_ms - 1) - self.hours.opens_ms(day)
        if elapsed < 0:
            return 0
        elapsed = min(elapsed, self._session_ms - 1)
        number, rest = divmod(elapsed, self.habits.trade_ms)
        return number + (1 if self._offset(day, number) <= rest else 0)

    def volume_until(self, day: int, time_ms: int) -> int:
        """Contracts a day has traded up to and including a moment."""
        return self._volume_until(day, self.trades_until(day, time_ms))

    def trade_time(self, day: int, number: int) -> int:
        """When a day's trade happened, Unix milliseconds."""
        return self.hours.opens_ms(day) + number * self.habits.trade_ms + self._offset(day, number)

    def next_trade_time(self, day: int, number: int) -> int:
        """When the trade after this one comes, or the next day if none does on this."""
        following = self.trade_time(day, number + 1)
        end = min(self.hours.opens_ms(day) + self._session_ms, self.expires_ms)
        return following if following < end else self.hours.opens_ms(self.hours.following(day))

    def trade(self, day: int, number: int) -> OptionTrade:
        """A day's trade by its number."""
        time_ms = self.trade_time(day, number)
        bid, ask = self.market_at(time_ms)
        is_buy = bid == 0.0 or mixed(self.salt ^ day, number) & (1 << 60) != 0
        size = self._volume_until(day, number + 1) - self._volume_until(day, number)
        return OptionTrade(day, number, time_ms, ask if is_buy else bid, size, bid, ask, is_buy)

    def last_trade_place(self, time_ms: int) -> tuple[int, int]:
        """Day and number of the last trade up to a moment."""
        day = min(self.hours.day_at(time_ms), self.last_day)
        number = self.trades_until(day, time_ms)
        while not number:
            day = self.hours.previous(day)
            number = self.trades_until(day, time_ms)
        return day, number - 1

    # A day ----------------------------------------------------------------------------------------

    def close_of(self, day: int) -> float:
        """The middle of its market as a day ends, in dollars; its ask where there is no bid."""
        bid, ask = self.market_at(self.hours.opens_ms(day) + self._session_ms - 1)
        return round((bid + ask) / 2, 2) if bid else ask

    def range_at(self, time_ms: int) -> tuple[float, float, float]:
        """Open, high and low of the day up to a moment, in dollars.

        The extremes are the ask at the underlying's best and the bid at its worst price of each half
        hour: close to what is traded, at a small part of the cost of every minute.
        """
        time_ms = min(time_ms, self.expires_ms - 1)
        day, minute = self.underlying.locate(time_ms)
        start, length = self.hours.opens_ms(day), self.hours.segment_minutes
        bid, ask = self.market_at(start)
        opened = round((bid + ask) / 2, 2) if bid else ask
        asks, bids = [opened, ask], [opened, bid]
        stretches: list[tuple[int, Bar | None]] = [
            (start + (2 * number + 1) * length * MINUTE_MS // 2, bar)
            for number, bar in enumerate(self.underlying.segments(day).bars[: minute // length])
        ]
        stretches.append((time_ms, self.underlying.segment_so_far(time_ms)))
        for center, bar in stretches:
            for ticks in (bar.high, bar.low) if bar else ():
                bid, ask = market_around(self.price_of(ticks / self.underlying.scale, center), self.habits)
                asks.append(ask)
                bids.append(bid)
        least = tick_at(self.habits.ticks, 0.0)
        return opened, max(asks), max(min(bids), least)
