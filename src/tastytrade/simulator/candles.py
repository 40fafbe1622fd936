"""Candles: bars of days, half hours, minutes or seconds, gathered into the periods of a candle symbol.

Periods are counted from midnight New York (round the clock: UTC), or with ``a=s`` from the session's
start, and end with the day; days are whole trade dates, stamped 00:00 UTC; weeks begin on Monday
(inferred), months and years with their first day. There is only one session a day, of futures with the
night before, so ``tho`` changes nothing; ``pl`` is ignored. Candles of bids and asks stand half a spread
beside those of trades, and have no volume.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

from msgspec import Struct

from tastytrade.dxfeed import index_of
from tastytrade.dxfeed.candle_symbols import Alignment, CandlePrice, CandleSymbol, PeriodType
from tastytrade.dxfeed.event import NAN
from tastytrade.simulator.bars import Bar, merge
from tastytrade.simulator.paths import Divided
from tastytrade.simulator.rows import Row
from tastytrade.simulator.trading_hours import MINUTE_MS, TradingHours, day_number, midnight_ms

_MONDAY = 3
"""Days from the Monday before 1970-01-01, a Thursday, to that day."""
Piece = tuple[int, int, Bar]
"""A part of a candle: its day, when it begins (seconds of that day's own clock), and its bar."""
Group = tuple[int, int, list[Bar]]
"""A candle's beginning (Unix milliseconds), its last day, and its bars, newest first."""

_UNITS = {PeriodType.SECOND: 1, PeriodType.MINUTE: 60, PeriodType.HOUR: 3600}


class Bars(Protocol):
    """Where candles come from: an instrument's Path or an option's OptionBars.

    ``scale`` ticks make a dollar, ``lots`` lots a share, contract or coin.
    """

    scale: int
    lots: int
    hours: TradingHours
    first_day: int

    def segments(self, day: int) -> Divided:
        """The segments of a day."""

    def minutes(self, day: int, segment: int) -> Divided:
        """The minutes of a segment."""

    def day(self, day: int) -> Bar:
        """The bar of a whole day."""

    def so_far(self, time_ms: int) -> Bar:
        """What has happened of the running day."""

    def segment_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running segment."""

    def minute_so_far(self, time_ms: int) -> Bar | None:
        """What has happened of the running minute."""

    def seconds(self, day: int, minute: int, until: int) -> list[tuple[int, Bar]]:
        """The seconds of a minute that have bars."""

    def last_moment(self, time_ms: int) -> int:
        """The moment, or the last one at which there was trading."""


class Look(Struct, frozen=True):
    """What distinguishes candles of one symbol beyond their bars.

    shift           dollars added to prices, for bid and ask
    has_volume      False for indices, and for prices that are not of trades
    implied         (day) -> implied volatility for the candle of whole days that ends with it
    """

    shift: float = 0.0
    has_volume: bool = True
    implied: Callable[[int], float] | None = None


def is_drawn(candle: CandleSymbol) -> bool:
    """Whether the market draws candles of these periods: whole numbers of seconds to years, not ticks."""
    drawn = {*_UNITS, PeriodType.DAY, PeriodType.WEEK, PeriodType.MONTH, PeriodType.YEAR}
    return candle.period in drawn and candle.number == int(candle.number) and candle.exchange is None


def shift_of(price: CandlePrice, spread: float) -> float:
    """Dollars between candles of a price and those of trades."""
    return {CandlePrice.BID: -spread / 2, CandlePrice.ASK: spread / 2}.get(price, 0.0)


def candle_rows(
    bars: Bars, candle: CandleSymbol, look: Look, *, from_ms: int, now_ms: int, limit: int
) -> tuple[list[Row], bool]:
    """The newest ``limit`` candles that begin at ``from_ms`` or later, and whether there are more.

    Oldest first; the last one is the current candle, still changing.
    """
    now_ms = bars.last_moment(now_ms)
    number = int(candle.number)
    if candle.period in _UNITS:
        found = _intraday(bars, number * _UNITS[candle.period], candle.alignment, now_ms)
    else:
        found = _of_days(bars, _first_day_of(candle.period, number), now_ms)
    rows: list[Row] = []
    for time_ms, last_day, parts in found:
        if time_ms < from_ms:
            break
        if len(rows) == limit:
            return rows[::-1], True
        bar = merge(parts[::-1])
        if bar is not None:
            rows.append(_row(bars, look, bar, time_ms, last_day))
    return rows[::-1], False


def _row(bars: Bars, look: Look, bar: Bar, time_ms: int, last_day: int) -> Row:
    scale, shift = bars.scale, look.shift
    prices = (bar.open / scale, bar.high / scale, bar.low / scale, bar.close / scale)
    if shift:
        prices = (
            max(round(prices[0] + shift, 3), 0.0),
            max(round(prices[1] + shift, 3), 0.0),
            max(round(prices[2] + shift, 3), 0.0),
            max(round(prices[3] + shift, 3), 0.0),
        )
    volumes = (NAN, NAN, NAN, NAN)
    if look.has_volume:
        vwap = bar.turnover / (bar.volume * scale) if bar.volume else NAN
        volumes = (bar.volume / bars.lots, vwap, bar.sold / bars.lots, bar.bought / bars.lots)
    implied = look.implied(last_day) if look.implied else NAN
    return (index_of(time_ms), time_ms, bar.count, *prices, *volumes, implied)


def _of_days(bars: Bars, first_day_of: Callable[[int], int], now_ms: int) -> Iterator[Group]:
    hours = bars.hours
    day = last_day = hours.day_at(now_ms)
    first = first_day_of(day)
    parts = [bars.so_far(now_ms)]
    while (day := hours.previous(day)) >= bars.first_day:
        begins = first_day_of(day)
        if begins != first:
            yield midnight_ms(first), last_day, parts
            first, last_day, parts = begins, day, []
        parts.append(bars.day(day))
    yield midnight_ms(first), last_day, parts


def _first_day_of(period: PeriodType, number: int) -> Callable[[int], int]:
    """The function from a day (ordinal) to the day its candle is stamped with."""
    epoch = date(1970, 1, 1).toordinal()

    def of_days(day: int) -> int:
        return day - day_number(day) % number

    def of_weeks(day: int) -> int:
        return day - (day_number(day) + _MONDAY) % (7 * number)

    def of_months(day: int) -> int:
        when = date.fromordinal(day)
        year, month = divmod((when.year * 12 + when.month - 1) // length * length, 12)
        return date(year, month + 1, 1).toordinal() if year else epoch

    length = 12 * number if period is PeriodType.YEAR else number
    if period is PeriodType.DAY:
        return of_days
    return of_weeks if period is PeriodType.WEEK else of_months


def _intraday(bars: Bars, length: int, alignment: Alignment, now_ms: int) -> Iterator[Group]:
    hours = bars.hours
    origin = hours.first_minute * 60 if alignment is Alignment.SESSION else 0
    group: tuple[int, int] | None = None
    parts: list[Bar] = []
    for day, second, bar in _pieces(bars, _grain(hours, length, origin), now_ms):
        key = day, origin + (second - origin) // length * length
        if key != group:
            if group is not None:
                yield _begins_ms(hours, *group), group[0], parts
            group, parts = key, []
        parts.append(bar)
    if group is not None:
        yield _begins_ms(hours, *group), group[0], parts


def _begins_ms(hours: TradingHours, day: int, second: int) -> int:
    # Counted from the opening, so that a night in which clocks change does not matter.
    return hours.opens_ms(day) + (second - hours.first_minute * 60) * 1000


def _grain(hours: TradingHours, length: int, origin: int) -> int:
    """The longest of a segment, a minute and a second (in seconds) that candles of a length are made of."""
    segment = hours.segment_minutes * 60
    offset = (hours.first_minute * 60 - origin) % length
    for grain in (segment, 60):
        if length % grain == 0 and offset % grain == 0:
            return grain
    return 1


def _pieces(bars: Bars, grain: int, now_ms: int) -> Iterator[Piece]:
    """The bars of days, of a grain in seconds, from the running one back, newest first."""
    day = bars.hours.day_at(now_ms)
    while day >= bars.first_day:
        if grain == 1:
            yield from _second_pieces(bars, day, now_ms)
        elif grain == 60:
            yield from _minute_pieces(bars, day, now_ms)
        else:
            yield from _segment_pieces(bars, day, now_ms)
        day = bars.hours.previous(day)


def _minutes_gone(bars: Bars, day: int, now_ms: int) -> int:
    """How many minutes of a day are over."""
    hours = bars.hours
    return min((now_ms - hours.opens_ms(day)) // MINUTE_MS, hours.segments * hours.segment_minutes)


def _segment_pieces(bars: Bars, day: int, now_ms: int) -> Iterator[Piece]:
    hours = bars.hours
    start, length = hours.first_minute * 60, hours.segment_minutes
    gone = _minutes_gone(bars, day, now_ms) // length
    running = bars.segment_so_far(now_ms) if gone < hours.segments else None
    if running is not None:
        yield day, start + gone * length * 60, running
    if gone:
        complete = bars.segments(day).bars
        for number in range(gone - 1, -1, -1):
            yield day, start + number * length * 60, complete[number]


def _minute_pieces(bars: Bars, day: int, now_ms: int) -> Iterator[Piece]:
    hours = bars.hours
    start, length = hours.first_minute * 60, hours.segment_minutes
    gone = _minutes_gone(bars, day, now_ms)
    running = bars.minute_so_far(now_ms) if gone < hours.segments * length else None
    if running is not None:
        yield day, start + gone * 60, running
    for segment in range((gone - 1) // length, -1, -1):
        complete = bars.minutes(day, segment).bars
        for number in range(min(gone - segment * length, length) - 1, -1, -1):
            yield day, start + (segment * length + number) * 60, complete[number]


def _second_pieces(bars: Bars, day: int, now_ms: int) -> Iterator[Piece]:
    hours = bars.hours
    gone = _minutes_gone(bars, day, now_ms)
    newest = min(gone, hours.segments * hours.segment_minutes - 1)
    for minute in range(newest, -1, -1):
        start = (hours.first_minute + minute) * 60
        for second, bar in reversed(bars.seconds(day, minute, now_ms)):
            yield day, start + second, bar
