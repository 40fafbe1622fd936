"""OptionBars: an option's bars, made of the middle of its market, minute by minute."""

from __future__ import annotations

from functools import lru_cache

from tastytrade.simulator.bars import Bar, join, merge
from tastytrade.simulator.option_habits import market_around
from tastytrade.simulator.option_path import OptionPath
from tastytrade.simulator.paths import Divided, divided
from tastytrade.simulator.trading_hours import MINUTE_MS, session_ms_of

_LONG_MS = 12 * 60 * MINUTE_MS


class OptionBars:
    """Bars of one option, as Path has them of an instrument; prices in thousandths of a dollar.

    Options on futures, whose days are long, have half hours that are not made of their minutes: their
    extremes may lie a little beside those of the minutes.
    """

    scale = 1000
    lots = 1

    def __init__(self, path: OptionPath) -> None:
        self.path = path
        self.hours = path.hours
        self.first_day = path.first_day
        self._underlying = path.underlying
        self._minutes = lru_cache(maxsize=32)(self._make_minutes)
        self._segments = lru_cache(maxsize=64)(self._make_segments)

    def minutes(self, day: int, segment: int) -> Divided:
        """The minutes of one of a day's segments."""
        return self._minutes(day, segment)

    def segments(self, day: int) -> Divided:
        """A day's segments, each the merge of its minutes where the day is not too long."""
        return self._segments(day)

    def last_moment(self, time_ms: int) -> int:
        """The moment itself, or the last one before the option expired."""
        return min(time_ms, self.path.expires_ms - 1)

    def _middle(self, ticks: int, time_ms: int) -> int:
        bid, ask = market_around(
            self.path.price_of(ticks / self._underlying.scale, time_ms), self.path.habits
        )
        return round((bid + ask) * (self.scale // 2))

    def _bar(self, underlying: Bar, start_ms: int, end_ms: int, *, opened: int, day: int) -> Bar:
        """The bar of a stretch of time (its end not included), from what the underlying did in it."""
        center = (start_ms + end_ms) // 2
        close = self._middle(underlying.close, end_ms)
        top, bottom = self._middle(underlying.high, center), self._middle(underlying.low, center)
        high, low = max(opened, close, top, bottom), min(opened, close, top, bottom)
        volume = self.path.volume_until(day, end_ms - 1) - self.path.volume_until(day, start_ms - 1)
        count = self.path.trades_until(day, end_ms - 1) - self.path.trades_until(day, start_ms - 1)
        turnover = volume * (opened + high + low + close) // 4
        return Bar(opened, high, low, close, volume, count, turnover, volume // 2, volume // 3)

    def _make_minutes(self, day: int, segment: int) -> Divided:
        start = self.hours.opens_ms(day) + segment * self.hours.segment_minutes * MINUTE_MS
        underlying = self._underlying.minutes(day, segment).bars
        return self._in_turn(underlying, start, MINUTE_MS, day=day)

    def _in_turn(self, underlying: list[Bar], start: int, length_ms: int, *, day: int) -> Divided:
        """The bars of consecutive stretches of time, from what the underlying did in each."""
        bars: list[Bar] = []
        opened = self._middle(underlying[0].open, start)
        for bar in underlying:
            bars.append(self._bar(bar, start, start + length_ms, opened=opened, day=day))
            opened, start = bars[-1].close, start + length_ms
        return divided(bars)

    def _make_segments(self, day: int) -> Divided:
        if session_ms_of(self.hours) > _LONG_MS:
            length_ms = self.hours.segment_minutes * MINUTE_MS
            return self._in_turn(
                self._underlying.segments(day).bars, self.hours.opens_ms(day), length_ms, day=day
            )
        parts = [self.minutes(day, segment).bars for segment in range(self.hours.segments)]
        return divided([merge(minutes) or minutes[0] for minutes in parts])

    def day(self, day: int) -> Bar:
        """The bar of a whole trading day."""
        bars = self.segments(day).bars
        return merge(bars) or bars[0]

    def so_far(self, time_ms: int) -> Bar:
        """What has happened of the day up to a moment."""
        day, minute = self._underlying.locate(time_ms)
        segment = minute // self.hours.segment_minutes
        if segment >= self.hours.segments:
            return self.day(day)
        return join(self.segments(day).before[segment], self.segment_so_far(time_ms)) or self.day(day)

    def segment_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running segment up to a moment."""
        day, minute = self._underlying.locate(time_ms)
        segment, number = divmod(minute, self.hours.segment_minutes)
        before = self.minutes(day, segment).before[number]
        return join(before, self.minute_so_far(time_ms))

    def minute_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running minute, None until the underlying has traded in it."""
        bar = self._underlying.minute_so_far(time_ms)
        if bar is None:
            return None
        day, minute = self._underlying.locate(time_ms)
        start = self.hours.opens_ms(day) + minute * MINUTE_MS
        segment, number = divmod(minute, self.hours.segment_minutes)
        opened = self._middle(self._underlying.minutes(day, segment).bars[number].open, start)
        return self._bar(bar, start, time_ms + 1, opened=opened, day=day)

    def seconds(self, day: int, minute: int, until: int) -> list[tuple[int, Bar]]:
        """The seconds of a minute, up to the moment ``until``, in which the underlying traded."""
        start = self.hours.opens_ms(day) + minute * MINUTE_MS
        found = []
        for second, bar in self._underlying.seconds(day, minute, until):
            begins = start + 1000 * second
            ends = min(begins + 1000, until + 1)
            opened = self._middle(bar.open, begins)
            found.append((second, self._bar(bar, begins, ends, opened=opened, day=day)))
        return found
