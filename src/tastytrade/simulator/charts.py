"""Charts: the candles of the market's symbols, instruments and options alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from tastytrade.dxfeed.candle_symbols import CandlePrice, CandleSymbol, PeriodType, parse_candle_symbol
from tastytrade.errors import SymbolError
from tastytrade.simulator.candles import Bars, Look, candle_rows, is_drawn, shift_of
from tastytrade.simulator.instrument_line import InstrumentLine
from tastytrade.simulator.option_bars import OptionBars
from tastytrade.simulator.option_line import OptionLine
from tastytrade.simulator.rows import Row
from tastytrade.simulator.surface import Surface
from tastytrade.simulator.trading_hours import session_ms_of

Line = InstrumentLine | OptionLine

_MONTH_YEARS = 30 / 365
_DAYS = {PeriodType.DAY, PeriodType.WEEK, PeriodType.MONTH, PeriodType.YEAR}


class Charts:
    """Candles by candle symbol. ``find`` gives a streamer symbol's line, ``surfaces`` are by underlying."""

    def __init__(self, find: Callable[[str], Line | None], surfaces: Mapping[str, Surface]) -> None:
        self._find = find
        self._surfaces = surfaces
        self._parsed = lru_cache(maxsize=4096)(_parsed)
        self._option_bars = lru_cache(maxsize=64)(OptionBars)

    def knows(self, symbol: str) -> bool:
        """Whether it is a candle symbol of something that is listed."""
        candle = self._parsed(symbol)
        return candle is not None and candle.exchange is None and self._find(candle.base) is not None

    def rows(self, symbol: str, from_ms: int, now_ms: int, *, limit: int) -> tuple[list[Row], bool]:
        """The newest ``limit`` candles from ``from_ms`` on, oldest first, and whether there are more."""
        candle = self._parsed(symbol)
        if candle is None or not is_drawn(candle):
            return [], False
        line = self._find(candle.base)
        if line is None:
            return [], False
        bars, look = (
            self._of_option(line, candle, now_ms) if isinstance(line, OptionLine) else self._of(line, candle)
        )
        return candle_rows(bars, candle, look, from_ms=from_ms, now_ms=now_ms, limit=limit)

    def changed(self, symbol: str, previous_ms: int, now_ms: int) -> bool:
        """Whether the current candle is another one than before."""
        candle = self._parsed(symbol)
        line = self._find(candle.base) if candle is not None and is_drawn(candle) else None
        if line is None:
            return False
        # An option's candles are made of the middle of its market, not of its few trades.
        if isinstance(line, OptionLine):
            return line.quote_changed(previous_ms, now_ms)
        return line.trade_changed(previous_ms, now_ms)

    def _of_option(self, line: OptionLine, candle: CandleSymbol, now_ms: int) -> tuple[Bars, Look]:
        bid, ask = line.path.market_at(now_ms)
        look = Look(shift=shift_of(candle.price, ask - bid), has_volume=_is_of_trades(candle))
        return self._option_bars(line.path), look

    def _of(self, line: InstrumentLine, candle: CandleSymbol) -> tuple[Bars, Look]:
        path, instrument = line.path, line.instrument
        look = Look(
            shift=shift_of(candle.price, instrument.spread if instrument.is_quoted else 0.0),
            has_volume=_is_of_trades(candle) and not instrument.is_index,
            implied=self._implied(line) if candle.period in _DAYS else None,
        )
        return path, look

    def _implied(self, line: InstrumentLine) -> Callable[[int], float] | None:
        surface = self._surfaces.get(line.instrument.symbol)
        if surface is None:
            return None
        hours = line.path.hours
        session_ms = session_ms_of(hours)
        return lambda day: surface.at_the_money(_MONTH_YEARS, hours.opens_ms(day) + session_ms)


def _is_of_trades(candle: CandleSymbol) -> bool:
    return candle.price in {CandlePrice.LAST, CandlePrice.SETTLEMENT}


def _parsed(symbol: str) -> CandleSymbol | None:
    try:
        return parse_candle_symbol(symbol)
    except SymbolError:
        return None
