"""Path: an instrument's prices at any moment, as a pure function of seed, symbol and time.

A day's bar is drawn first (see Days). Segments (half hours), minutes and single prints divide it and
add up to it exactly. An instrument with a leader shares the leader's draws in the measure of its
correlation, down to the minutes. Everything kept is a bounded memory of pure results.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import sqrt

from msgspec import Struct

from tastytrade.simulator.bars import Bar, join, running, split
from tastytrade.simulator.days import SCALE, Days
from tastytrade.simulator.draws import noisy, normals
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.tape import Tape, print_tape
from tastytrade.simulator.trading_hours import MINUTE_MS, TradingHours

_RUSH = (2.2, 1.4, 1.15, 1.0, 0.9, 0.85, 0.8, 0.8, 0.85, 0.9, 1.0, 1.2, 2.0)
"""How volume falls on the half hours of an exchange day."""


class Divided(Struct, frozen=True):
    """A bar's parts, and for each what has happened of the bar before it."""

    bars: list[Bar]
    before: list[Bar | None]


def divided(bars: list[Bar]) -> Divided:
    """Bars with what has happened before each."""
    return Divided(bars, running(bars))


class Path:
    """The prices of one instrument; ``today`` is the day (ordinal) whose open is the instrument's price."""

    scale: int = SCALE
    """Ticks a dollar."""

    def __init__(
        self, instrument: Instrument, *, seed: int, today: int, hours: TradingHours, leader: Path | None
    ) -> None:
        self.instrument = instrument
        self.hours = hours
        self.today = today
        self.first_day = min(instrument.listed_since.toordinal(), today - 730)
        self.lots = round(1 / instrument.lot)
        self._key = f"{seed}|{instrument.symbol}"
        self._leader = leader
        self._correlation = instrument.correlation if leader else 0.0
        self._days: Days = Days(
            instrument, key=self._key, today=today, hours=hours, leader=leader._days if leader else None
        )
        self._minutes_a_day = hours.segments * hours.segment_minutes
        self._segments = lru_cache(maxsize=1_500)(self._make_segments)
        self._minutes = lru_cache(maxsize=1_500)(self._make_minutes)
        self._tapes = lru_cache(maxsize=512)(self._make_tape)

    def day(self, day: int) -> Bar:
        """The bar of a whole trading day."""
        return self._days.day(day)

    def days_between(self, first: int, last: int) -> list[Bar]:
        """The bars of the days from ``first`` to ``last`` (a trading day), both included, oldest first."""
        found = []
        day = last
        while day >= max(first, self.first_day):
            found.append(self.day(day))
            day = self.hours.previous(day)
        return found[::-1]

    # Parts of a day -------------------------------------------------------------------------------

    def segments(self, day: int) -> Divided:
        """The segments (half hours, round the clock: hours) of a day."""
        return self._segments(day)

    def minutes(self, day: int, segment: int) -> Divided:
        """The minutes of one of a day's segments."""
        return self._minutes(day, segment)

    def tape(self, day: int, minute: int) -> Tape:
        """The prints of one of a day's minutes."""
        return self._tapes(day, minute)

    def _steps(self, key: str, number: int) -> list[float]:
        steps = normals(f"{self._key}|{key}", number)
        if self._leader is None:
            return steps
        lead = self._leader._steps(key, number)
        share, own = self._correlation, sqrt(1.0 - self._correlation**2)
        return [share * theirs + own * ours for theirs, ours in zip(lead, steps, strict=True)]

    def _make_segments(self, day: int) -> Divided:
        number, minutes = self.hours.segments, self.hours.segment_minutes
        usual = list(_RUSH) if number == len(_RUSH) and not self.instrument.is_index else [1.0] * number
        weights = noisy(usual, 0.15, f"{self._key}|{day}|volume")
        wicks = [abs(z) for z in normals(f"{self._key}|{day}|wicks", 2 * number)]
        steps = self._steps(f"{day}|steps", number)
        return divided(split(self.day(day), steps, weights=weights, wicks=wicks, minutes=minutes))

    def _make_minutes(self, day: int, segment: int) -> Divided:
        number = self.hours.segment_minutes
        key = f"{day}|{segment}"
        weights = noisy([1.0] * number, 0.3, f"{self._key}|{key}|volume")
        wicks = [abs(z) for z in normals(f"{self._key}|{key}|wicks", 2 * number)]
        bar = self.segments(day).bars[segment]
        steps = self._steps(f"{key}|steps", number)
        return divided(split(bar, steps, weights=weights, wicks=wicks, minutes=1))

    def _make_tape(self, day: int, minute: int) -> Tape:
        segment, number = divmod(minute, self.hours.segment_minutes)
        bar = self.minutes(day, segment).bars[number]
        start = self.hours.opens_ms(day) + minute * MINUTE_MS
        return print_tape(bar, start, f"{self._key}|{day}|{minute}|tape", at_once=minute == 0)

    # Moments --------------------------------------------------------------------------------------

    def locate(self, time_ms: int) -> tuple[int, int]:
        """The day at a moment and the minute of it that runs (their number once the day is over)."""
        day = self.hours.day_at(time_ms)
        return day, min((time_ms - self.hours.opens_ms(day)) // MINUTE_MS, self._minutes_a_day)

    def last_moment(self, time_ms: int) -> int:
        """The moment itself: an instrument does not expire."""
        return time_ms

    def so_far(self, time_ms: int) -> Bar:
        """What has happened of the day up to a moment; a day begins with a print, so never nothing."""
        day, minute = self.locate(time_ms)
        if minute >= self._minutes_a_day:
            return self.day(day)
        before = self.segments(day).before[minute // self.hours.segment_minutes]
        return join(before, self.segment_so_far(time_ms)) or self.day(day)

    def segment_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running segment up to a moment; None before its first print."""
        day, minute = self.locate(time_ms)
        segment, number = divmod(minute, self.hours.segment_minutes)
        if segment >= self.hours.segments:
            return None
        before = self.minutes(day, segment).before[number] if number else None
        return join(before, self.minute_so_far(time_ms))

    def minute_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running minute up to a moment; None before its first print."""
        day, minute = self.locate(time_ms)
        if minute >= self._minutes_a_day:
            return None
        tape = self.tape(day, minute)
        return tape.bar(0, tape.number_until(time_ms))

    def traded_before(self, day: int, minute: int) -> tuple[int, int]:
        """Lots, and ticks times lots, that a day had traded when one of its minutes began."""
        segment, number = divmod(minute, self.hours.segment_minutes)
        before = self.segments(day).before[segment], self.minutes(day, segment).before[number]
        return sum(bar.volume for bar in before if bar), sum(bar.turnover for bar in before if bar)

    def tapes_after(self, time_ms: int, until: int) -> Iterator[tuple[int, int, Tape]]:
        """Day, minute and tape of each minute from the one of a moment to the one of another, in order."""
        day, minute = self.locate(time_ms)
        while True:
            if minute >= self._minutes_a_day:
                day, minute = self.hours.following(day), 0
            if self.hours.opens_ms(day) + minute * MINUTE_MS > until:
                return
            yield day, minute, self.tape(day, minute)
            minute += 1

    def tapes_before(self, time_ms: int) -> Iterator[tuple[int, int, Tape]]:
        """Day, minute and tape of each minute from the one of a moment back to the first, newest first."""
        day, minute = self.locate(time_ms)
        minute = min(minute, self._minutes_a_day - 1)
        while day >= self.first_day:
            yield day, minute, self.tape(day, minute)
            minute -= 1
            if minute < 0:
                day, minute = self.hours.previous(day), self._minutes_a_day - 1

    def seconds(self, day: int, minute: int, until: int) -> list[tuple[int, Bar]]:
        """The seconds of a minute, up to the moment ``until``, in which there were prints."""
        return self.tape(day, minute).seconds(self.hours.opens_ms(day) + minute * MINUTE_MS, until)

    def last_print(self, time_ms: int) -> tuple[int, int, Tape, int]:
        """Day, minute, tape and place on it of the last print up to a moment."""
        day, minute = self.locate(time_ms)
        if minute < self._minutes_a_day:
            tape = self.tape(day, minute)
            number = tape.number_until(time_ms)
            if number:
                return day, minute, tape, number - 1
        # Every minute has prints, and a day's first comes as it opens, so one minute back is enough.
        tape = self.tape(day, minute - 1)
        return day, minute - 1, tape, len(tape.times) - 1

    def ticks_at(self, time_ms: int) -> int:
        """The price in ticks at a moment: that of the last print."""
        _, _, tape, place = self.last_print(time_ms)
        return tape.ticks[place]

    def price_at(self, time_ms: int) -> float:
        """The price in dollars at a moment."""
        return self.ticks_at(time_ms) / self.scale
