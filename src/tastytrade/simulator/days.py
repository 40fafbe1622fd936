"""Days: the bar of every trading day of an instrument, past and to come.

Closes walk backward and forward from the first day of the market, whose open is the instrument's price,
and are drawn towards its long-term growth. What a day brings depends on its date alone.
"""

from __future__ import annotations

from math import exp, log, sqrt

from msgspec import Struct

from tastytrade.simulator.bars import MINIMUM_COUNT, Bar
from tastytrade.simulator.draws import normal_pair, uniforms
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.trading_hours import TradingHours

SCALE = 100
"""Ticks a dollar."""

_PULL = 0.002
"""Part of its distance from its long-term growth that a price loses in a day."""
_STRONG_PULL = 0.02
"""Likewise for what does not grow: a volatility comes back."""
_OVERNIGHT = 0.2
"""Part of an exchange day's variance that falls between the sessions."""


class _DayDraws(Struct, frozen=True, gc=False):
    """What one day brings, in standard deviations but for ``volume`` (a factor's logarithm) and shares."""

    gap: float
    move: float
    up: float
    down: float
    volume: float
    sold: float
    bought: float


class Days:
    """Daily bars. ``today`` is the day (ordinal) whose open is near the instrument's price."""

    def __init__(
        self, instrument: Instrument, *, key: str, today: int, hours: TradingHours, leader: Days | None
    ) -> None:
        self.instrument = instrument
        self.hours = hours
        self.today = today
        self._key = key
        self._leader = leader
        self._correlation = instrument.correlation if leader else 0.0
        self._own = sqrt(1.0 - self._correlation**2)
        deviation = instrument.volatility / sqrt(hours.days_a_year)
        self._minutes = hours.segments * hours.segment_minutes
        overnight = _OVERNIGHT if self._minutes < 1440 else 0.0
        self._gap = deviation * sqrt(overnight)
        self._inside = deviation * sqrt(1.0 - overnight)
        self._growth = instrument.growth / hours.days_a_year
        self._pull = _PULL if instrument.growth else _STRONG_PULL
        # An index has no volume of its own; its bars count published values.
        self._volume = 0.0 if instrument.is_index else instrument.average_volume / instrument.lot
        first = uniforms(f"{self._key}|first")
        open_today = log(instrument.price) + 0.1 * deviation * normal_pair(first[0], first[1])[0]
        self._bars: dict[int, Bar] = {}
        self._oldest, self._oldest_open = today, open_today
        self._newest, self._newest_close = hours.previous(today), open_today

    def day(self, day: int) -> Bar:
        """The bar of a whole trading day."""
        while day < self._oldest:
            self._extend_backward()
        while day > self._newest:
            self._extend_forward()
        return self._bars[day]

    def _extend_forward(self) -> None:
        day = self.hours.following(self._newest)
        draws = self._draws(day)
        opened = self._newest_close + (0.0 if day == self.today else self._gap * draws.gap)
        lag = opened - self._trend(day)
        close = opened + self._growth + self._inside * draws.move - self._pull * lag
        self._bars[day] = self._bar(day, opened, close, draws)
        self._newest, self._newest_close = day, close

    def _extend_backward(self) -> None:
        following = self._oldest
        day = self.hours.previous(following)
        gap = self._gap * self._draws(following).gap
        draws = self._draws(day)
        close = self._oldest_open - gap
        lag = close - self._trend(day)
        opened = close - self._growth - self._inside * draws.move - self._pull * lag
        self._bars[day] = self._bar(day, opened, close, draws)
        self._oldest, self._oldest_open = day, opened

    def _trend(self, day: int) -> float:
        return log(self.instrument.price) + self.instrument.growth * (day - self.today) / 365.25

    def _draws(self, day: int) -> _DayDraws:
        u = uniforms(f"{self._key}|{day}")
        gap, move = normal_pair(u[0], u[1])
        up, down = min(2.5, -0.4 * log(u[2])), min(2.5, -0.4 * log(u[3]))
        volume = normal_pair(u[4], u[5])[0]
        if self._leader is not None:
            lead = self._leader._draws(day)
            share, own = self._correlation, self._own
            gap, move = share * lead.gap + own * gap, share * lead.move + own * move
            tops = (lead.up, lead.down) if share > 0 else (lead.down, lead.up)
            up, down = (
                abs(share) * theirs + (1 - abs(share)) * ours
                for theirs, ours in zip(tops, (up, down), strict=True)
            )
        return _DayDraws(gap, move, up, down, volume, 0.14 + 0.04 * u[6], 0.14 + 0.04 * u[7])

    def _bar(self, day: int, log_open: float, log_close: float, draws: _DayDraws) -> Bar:
        opened, close = round(SCALE * exp(log_open)), round(SCALE * exp(log_close))
        opened, close = max(opened, 2), max(close, 2)
        high = round(max(opened, close) * exp(self._inside * draws.up))
        low = max(1, round(min(opened, close) * exp(-self._inside * draws.down)))
        busy = exp(0.22 * draws.volume + 0.25 * (abs(draws.move) - 0.8))
        count = max(round(self.instrument.average_trades * busy**0.7), 2 * MINIMUM_COUNT * self._minutes)
        volume = max(round(self._volume * busy), 20 * count)
        turnover = round(volume * (opened + high + low + close) / 4)
        return Bar(
            opened,
            high,
            low,
            close,
            volume,
            count,
            turnover,
            round(draws.sold * volume),
            round(draws.bought * volume),
        )
