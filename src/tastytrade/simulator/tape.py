"""Tape: the prints of one minute, made to fit the minute's bar."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from operator import mul

from msgspec import Struct

from tastytrade.simulator.bars import Bar, shares, walk
from tastytrade.simulator.draws import random_of
from tastytrade.simulator.trading_hours import MINUTE_MS


class Tape(Struct, frozen=True):
    """Prints of a minute in order, by column.

    times       Unix milliseconds; several may be the same, then ``sequences`` counts them from 0
    ticks       prices
    sizes       lots
    buys        whether the buyer took the ask
    volumes     lots of this minute before each print, and after the last
    turnovers   ticks times lots likewise
    sold, bought   lots of the minute's bar that hit the bid, took the ask
    """

    times: list[int]
    sequences: list[int]
    ticks: list[int]
    sizes: list[int]
    buys: list[bool]
    volumes: list[int]
    turnovers: list[int]
    sold: int
    bought: int

    def number_until(self, time_ms: int) -> int:
        """How many prints there were up to and including a moment."""
        return bisect_right(self.times, time_ms)

    def bar(self, first: int, last: int) -> Bar | None:
        """The bar of the prints ``first`` (included) to ``last`` (not included), None of none."""
        if first >= last:
            return None
        ticks = self.ticks[first:last]
        volume, total = self.volumes[last] - self.volumes[first], self.volumes[-1]
        return Bar(
            ticks[0],
            max(ticks),
            min(ticks),
            ticks[-1],
            volume,
            last - first,
            self.turnovers[last] - self.turnovers[first],
            self.sold * volume // total,
            self.bought * volume // total,
        )

    def seconds(self, start_ms: int, until: int) -> list[tuple[int, Bar]]:
        """Each second (counted from ``start_ms``) that has prints up to ``until``, with their bar."""
        found = []
        first, number = 0, self.number_until(until)
        while first < number:
            second = (self.times[first] - start_ms) // 1000
            last = min(self.number_until(start_ms + second * 1000 + 999), number)
            bar = self.bar(first, last)
            if bar is not None:
                found.append((second, bar))
            first = last
        return found


def _sequences(times: list[int]) -> list[int]:
    found = [0]
    for before, after in pairwise(times):
        found.append(found[-1] + 1 if after == before else 0)
    return found


def _ticks(bar: Bar, steps: list[float]) -> list[int]:
    """Prices from open to close that reach the bar's high and low, each at one print at least."""
    ticks = [round(level) for level in walk(bar, steps)]
    ticks[0], ticks[-1] = bar.open, bar.close
    inner = range(1, len(ticks) - 1)
    peak = max(inner, key=ticks.__getitem__)
    trough = min((i for i in inner if i != peak), key=ticks.__getitem__)
    ticks[peak], ticks[trough] = bar.high, bar.low
    return ticks


def print_tape(bar: Bar, start_ms: int, key: str, *, at_once: bool) -> Tape:
    """The prints of the minute that starts at ``start_ms``; ``at_once``: the first of them right then."""
    draw = random_of(key).random
    number = bar.count
    times = sorted([start_ms + int(draw() * MINUTE_MS) for _ in range(number)])
    if at_once:
        times[0] = start_ms
    # Uniform steps of standard deviation 1: three times as fast as normal ones, and as good here.
    ticks = _ticks(bar, [3.4641 * (draw() - 0.5) for _ in range(number - 1)])
    sizes = shares(bar.volume, [0.02 + draw() ** 4 for _ in range(number)], minimum=1)
    buys = [draw() < 0.5]
    for before, after in pairwise(ticks):
        buys.append(after > before if after != before else draw() < 0.5)
    turnovers = list(map(mul, sizes, ticks))
    return Tape(
        times,
        _sequences(times),
        ticks,
        sizes,
        buys,
        list(accumulate(sizes, initial=0)),
        list(accumulate(turnovers, initial=0)),
        bar.sold,
        bar.bought,
    )
