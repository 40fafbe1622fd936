"""Quotes, trades, candles, greeks: one frozen Struct per event type, in dxFeed's field order.

Times are Unix milliseconds (0: not set), day ids are days since 1970-01-01 (0: not set), sizes and
volumes are floats (crypto and fractional shares are not whole), a missing double is ``nan``. A text
that the wire calls null is None; services do that where they have nothing to say (``statusReason``).
``openInterest`` and ``count`` are whole numbers in dxFeed's model, but the wire has shown fractions
and NaN in such fields, so they are floats here. Wire order always comes from FEED_CONFIG, never from here.
Source: dxFeed's event classes (QD dxfeed-api) and the DXLink specification.
"""

from __future__ import annotations

from typing import ClassVar

from tastytrade.dxfeed.event import NAN, Event
from tastytrade.dxfeed.names import (
    Direction,
    PriceType,
    ShortSaleRestriction,
    Side,
    TimeAndSaleType,
    TradingStatus,
)


class Quote(Event, frozen=True, gc=False):
    """Best bid and ask. Indices quote with nan sizes; a missing side has a nan price."""

    lasting: ClassVar[bool] = True

    sequence: int = 0
    timeNanoPart: int = 0
    bidTime: int = 0
    bidExchangeCode: str = ""
    bidPrice: float = NAN
    bidSize: float = NAN
    askTime: int = 0
    askExchangeCode: str = ""
    askPrice: float = NAN
    askSize: float = NAN


class _TradeFields(Event, frozen=True, gc=False):
    lasting: ClassVar[bool] = True

    time: int = 0
    timeNanoPart: int = 0
    sequence: int = 0
    exchangeCode: str = ""
    price: float = NAN
    change: float = NAN
    size: float = NAN
    dayId: int = 0
    dayVolume: float = NAN
    dayTurnover: float = NAN
    tickDirection: Direction | str = Direction.UNDEFINED
    extendedTradingHours: bool = False


class Trade(_TradeFields, frozen=True, gc=False):
    """Last trade of the regular session, with the day's volume and turnover."""


class TradeETH(_TradeFields, frozen=True, gc=False):
    """Last trade outside the regular session (04:00-09:30 and 16:00-20:00 New York)."""


class Summary(Event, frozen=True, gc=False):
    """The day's open, high, low, close, the day before's close, and open interest."""

    lasting: ClassVar[bool] = True

    dayId: int = 0
    dayOpenPrice: float = NAN
    dayHighPrice: float = NAN
    dayLowPrice: float = NAN
    dayClosePrice: float = NAN
    dayClosePriceType: PriceType | str = PriceType.REGULAR
    prevDayId: int = 0
    prevDayClosePrice: float = NAN
    prevDayClosePriceType: PriceType | str = PriceType.REGULAR
    prevDayVolume: float = NAN
    openInterest: float = 0


class Profile(Event, frozen=True, gc=False):
    """Description, trading status, limits and fundamentals of an instrument."""

    lasting: ClassVar[bool] = True

    description: str = ""
    shortSaleRestriction: ShortSaleRestriction | str = ShortSaleRestriction.UNDEFINED
    tradingStatus: TradingStatus | str = TradingStatus.UNDEFINED
    statusReason: str | None = None
    haltStartTime: int = 0
    haltEndTime: int = 0
    highLimitPrice: float = NAN
    lowLimitPrice: float = NAN
    high52WeekPrice: float = NAN
    low52WeekPrice: float = NAN
    beta: float = NAN
    earningsPerShare: float = NAN
    dividendFrequency: float = NAN
    exDividendAmount: float = NAN
    exDividendDayId: int = 0
    shares: float = NAN
    freeFloat: float = NAN


class TimeSeriesEvent(Event, frozen=True, gc=False):
    """What events indexed by time share. ``index`` holds time and sequence (see ``index_of``)."""

    indexed: ClassVar[bool] = True
    time_series: ClassVar[bool] = True

    eventFlags: int = 0
    index: int = 0
    time: int = 0


class Greeks(TimeSeriesEvent, frozen=True, gc=False):
    """Black-Scholes price, implied volatility and greeks of an option."""

    lasting: ClassVar[bool] = True

    sequence: int = 0
    price: float = NAN
    volatility: float = NAN
    delta: float = NAN
    gamma: float = NAN
    theta: float = NAN
    rho: float = NAN
    vega: float = NAN


class TheoPrice(TimeSeriesEvent, frozen=True, gc=False):
    """Theoretical option price and what it was computed from."""

    lasting: ClassVar[bool] = True

    sequence: int = 0
    price: float = NAN
    underlyingPrice: float = NAN
    delta: float = NAN
    gamma: float = NAN
    dividend: float = NAN
    interest: float = NAN


class Underlying(TimeSeriesEvent, frozen=True, gc=False):
    """Implied volatility and option volumes over all options of an underlying."""

    lasting: ClassVar[bool] = True

    sequence: int = 0
    volatility: float = NAN
    frontVolatility: float = NAN
    backVolatility: float = NAN
    callVolume: float = NAN
    putVolume: float = NAN
    putCallRatio: float = NAN


class TimeAndSale(TimeSeriesEvent, frozen=True, gc=False):
    """A print: one trade on the tape, or its correction or cancellation."""

    timeNanoPart: int = 0
    sequence: int = 0
    exchangeCode: str = ""
    price: float = NAN
    size: float = NAN
    bidPrice: float = NAN
    askPrice: float = NAN
    exchangeSaleConditions: str = ""
    tradeThroughExempt: str = ""
    aggressorSide: Side | str = Side.UNDEFINED
    spreadLeg: bool = False
    extendedTradingHours: bool = False
    validTick: bool = False
    type: TimeAndSaleType | str = TimeAndSaleType.NEW
    buyer: str | None = None
    seller: str | None = None


class _CandleFields(TimeSeriesEvent, frozen=True, gc=False):
    lasting: ClassVar[bool] = True

    sequence: int = 0
    count: float = 0
    open: float = NAN
    high: float = NAN
    low: float = NAN
    close: float = NAN
    volume: float = NAN
    vwap: float = NAN
    bidVolume: float = NAN
    askVolume: float = NAN
    impVolatility: float = NAN
    openInterest: float = NAN


class Candle(_CandleFields, frozen=True, gc=False):
    """Open, high, low, close and volume of one period; ``time`` is the period's start."""


class DailyCandle(_CandleFields, frozen=True, gc=False):
    """dxFeed's separate type for candles of a day; fields as Candle's."""
