"""FuturePath: a futures contract's prices, made of those of what it follows.

In the stock exchange's hours its minutes are those of the followed path, times the contract's factor, on
the grid of its ticks; night and evening are drawn so that they lead from one session to the next. All
contracts on one path share those draws: their distances stand still but for the time that passes.
Between the ends of a minute each has prints of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from math import exp, log, sqrt

from tastytrade.simulator.bars import MINIMUM_COUNT, Bar, filled, merge, shares, split
from tastytrade.simulator.draws import noisy, normal_pair, normals, uniforms
from tastytrade.simulator.futures import Future, factor_at
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.paths import Divided, Path, divided
from tastytrade.simulator.tape import Tape
from tastytrade.simulator.trading_hours import FuturesHours

_NIGHT = (0.35, 0.25, 0.3, 0.3, 0.3, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.25)
_MORNING = (0.4, 0.4, 0.8, 0.8, 0.8, 0.7, 0.7, 0.6, 0.6, 0.6, 0.7, 0.7, 0.8, 1.0, 1.8)
_SESSION = (10.0, 8.0, 6.5, 5.5, 4.5, 4.0, 3.5, 3.5, 4.0, 4.5, 5.0, 6.0, 9.0)
_EVENING = (1.5, 0.7)
_PARTS = ((*_NIGHT, *_MORNING), _SESSION, _EVENING)
"""How volume falls on the half hours: 18:00 to 09:30 New York, to 16:00, to 17:00."""
_NIGHT_SEGMENTS = len(_PARTS[0])
_EVENING_FROM = _NIGHT_SEGMENTS + len(_SESSION)

_EVENING_MOVE = 0.06
"""Deviation of the evening's hour, as a part of a day's."""
_LOTS_A_TRADE = 2


class FuturePath(Path):
    """The prices of one contract; ``spot`` is the path it follows, in the stock exchange's hours."""

    def __init__(self, future: Future, instrument: Instrument, *, spot: Path, seed: int) -> None:
        super().__init__(instrument, seed=seed, today=spot.today, hours=FuturesHours(), leader=None)
        self.future = future
        self.scale = round(1 / instrument.tick_size)
        self.first_day = max(instrument.listed_since.toordinal(), spot.first_day + 30)
        self.expires_ms = round(future.expires_at.timestamp() * 1000)
        self._spot = spot
        self._shared_key = f"{seed}|{spot.instrument.symbol}|future"
        self._deviation = instrument.volatility / sqrt(self.hours.days_a_year)
        self._parts = lru_cache(maxsize=512)(self._make_parts)

    # Moments --------------------------------------------------------------------------------------

    def last_moment(self, time_ms: int) -> int:
        """The moment itself, or the last one before the contract expired."""
        return min(time_ms, self.expires_ms - 1)

    def locate(self, time_ms: int) -> tuple[int, int]:
        """The day at a moment and the minute of it that runs; the last one of all from expiry on."""
        return super().locate(self.last_moment(time_ms))

    def tapes_after(self, time_ms: int, until: int) -> Iterator[tuple[int, int, Tape]]:
        """Day, minute and tape of each minute from a moment's to another's, none after it expired."""
        return super().tapes_after(time_ms, self.last_moment(until))

    # Days and their parts -------------------------------------------------------------------------

    def day(self, day: int) -> Bar:
        """The bar of a whole trading day."""
        return merge(self._parts(day)) or self._parts(day)[0]

    def _ticks(self, spot_ticks: float, day: int) -> int:
        factor = factor_at(self.future, date.fromordinal(day))
        return max(round(spot_ticks * factor * self.scale / self._spot.scale), 1)

    def _evening_close(self, day: int) -> float:
        """Where what is followed stands, in its ticks, as the evening of a day ends."""
        draws = uniforms(f"{self._shared_key}|{day}|evening")
        move = _EVENING_MOVE * self._deviation * normal_pair(draws[0], draws[1])[0]
        return self._spot.day(day).close * exp(move)

    def _make_parts(self, day: int) -> tuple[Bar, Bar, Bar]:
        """Night, session and evening of a day."""
        spot = self._spot.day(day)
        opened = self._ticks(self._evening_close(self.hours.previous(day)), day)
        left = self._ticks(spot.open, day)
        back = self._ticks(spot.close, day)
        close = self._ticks(self._evening_close(day), day)
        u = uniforms(f"{self._shared_key}|{day}|reach")
        reach = [self._deviation * min(2.5, -0.4 * log(one)) for one in u[:4]]
        top, bottom = max(opened, left), min(opened, left)
        late_top, late_bottom = max(back, close), min(back, close)
        night = (opened, round(top * exp(0.4 * reach[0])), round(bottom * exp(-0.4 * reach[1])), left)
        session = (left, self._ticks(spot.high, day), self._ticks(spot.low, day), back)
        evening = (
            back,
            round(late_top * exp(0.08 * reach[2])),
            round(late_bottom * exp(-0.08 * reach[3])),
            close,
        )
        return self._traded(day, (night, session, evening))

    def _traded(self, day: int, prices: tuple[tuple[int, int, int, int], ...]) -> tuple[Bar, Bar, Bar]:
        """Bars of a day's three parts; a quiet contract has the few trades a minute that every path has."""
        product = self.future.product
        share = self.future.share_at(date.fromordinal(day))
        u = uniforms(f"{self._key}|{day}|volume")
        busy = exp(0.22 * normal_pair(u[0], u[1])[0])
        weights = [sum(part) for part in _PARTS]
        least = [len(part) * self.hours.segment_minutes * MINIMUM_COUNT for part in _PARTS]
        trades = shares(round(product.average_trades * share * busy**0.7), weights)
        counts = [max(number, 2 * minimum) for number, minimum in zip(trades, least, strict=True)]
        volumes = shares(round(product.average_volume * share * busy), weights)
        night, session, evening = (
            self._part(price, max(volume, _LOTS_A_TRADE * count), count, sold=0.44 + 0.1 * lean)
            for price, volume, count, lean in zip(prices, volumes, counts, u[2:5], strict=True)
        )
        return night, session, evening

    @staticmethod
    def _part(prices: tuple[int, int, int, int], volume: int, count: int, *, sold: float) -> Bar:
        at_bid = round(sold * volume)
        turnover = round(volume * sum(prices) / 4)
        return Bar(*prices, volume, count, turnover, at_bid, volume - at_bid)

    def _make_segments(self, day: int) -> Divided:
        night, session, evening = self._parts(day)
        minutes = self.hours.segment_minutes
        bars = []
        for name, bar, usual in (("night", night, _PARTS[0]), ("evening", evening, _PARTS[2])):
            number = len(usual)
            bars.append(
                split(
                    bar,
                    normals(f"{self._shared_key}|{day}|{name}", number),
                    weights=noisy(list(usual), 0.15, f"{self._key}|{day}|{name} volume"),
                    wicks=self._wicks(f"{day}|{name}", number),
                    minutes=minutes,
                )
            )
        weights = noisy(list(_SESSION), 0.15, f"{self._key}|{day}|session volume")
        followed = self._spot.segments(day).bars
        middle = self._following(session, followed, day, weights=weights, minutes=minutes)
        return divided([*bars[0], *middle, *bars[1]])

    def _make_minutes(self, day: int, segment: int) -> Divided:
        number = self.hours.segment_minutes
        key = f"{day}|{segment}"
        bar = self.segments(day).bars[segment]
        weights = noisy([1.0] * number, 0.3, f"{self._key}|{key}|volume")
        if _NIGHT_SEGMENTS <= segment < _EVENING_FROM:
            followed = self._spot.minutes(day, segment - _NIGHT_SEGMENTS).bars
            return divided(self._following(bar, followed, day, weights=weights, minutes=1))
        steps = normals(f"{self._shared_key}|{key}|steps", number)
        wicks = self._wicks(key, number)
        return divided(split(bar, steps, weights=weights, wicks=wicks, minutes=1))

    def _wicks(self, key: str, number: int) -> list[float]:
        return [abs(z) for z in normals(f"{self._shared_key}|{key}|wicks", 2 * number)]

    def _following(
        self, bar: Bar, followed: list[Bar], day: int, *, weights: list[float], minutes: int
    ) -> list[Bar]:
        """A bar divided as what is followed is: its prices, but the contract's own volume."""
        path = [self._ticks(one.open, day) for one in followed] + [bar.close]
        highs = [self._ticks(one.high, day) for one in followed]
        lows = [self._ticks(one.low, day) for one in followed]
        return filled(bar, path, highs, lows, weights=weights, minutes=minutes)
