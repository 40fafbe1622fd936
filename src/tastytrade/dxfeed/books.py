"""Order books, option series and other event types beyond quotes and trades.

tastytrade's API token is not known to be entitled to them; dxFeed's other hosts are.
Units and conventions as in ``events``. Source: dxFeed's event classes (QD dxfeed-api).
"""

from __future__ import annotations

from typing import Any, ClassVar

from tastytrade.dxfeed.event import NAN, Event
from tastytrade.dxfeed.names import (
    AuctionType,
    IcebergType,
    OrderAction,
    OtcMarketsPriceType,
    Scope,
    Side,
    TimeAndSaleType,
)


class _OrderFields(Event, frozen=True, gc=False):
    indexed: ClassVar[bool] = True

    source: str = ""
    eventFlags: int = 0
    index: int = 0
    time: int = 0
    timeNanoPart: int = 0
    sequence: int = 0
    action: OrderAction | str = OrderAction.UNDEFINED
    actionTime: int = 0
    orderId: int = 0
    auxOrderId: int = 0
    price: float = NAN
    size: float = NAN
    executedSize: float = NAN
    count: float = 0
    exchangeCode: str = ""
    side: Side | str = Side.UNDEFINED
    scope: Scope | str = Scope.COMPOSITE
    tradeId: int = 0
    tradePrice: float = NAN
    tradeSize: float = NAN


class Order(_OrderFields, frozen=True, gc=False):
    """One order or price level of a book; the book is kept per symbol and source."""

    marketMaker: str = ""


class AnalyticOrder(Order, frozen=True, gc=False):
    """An order with what is known of its hidden part."""

    icebergPeakSize: float = NAN
    icebergHiddenSize: float = NAN
    icebergExecutedSize: float = NAN
    icebergType: IcebergType | str = IcebergType.UNDEFINED


class SpreadOrder(_OrderFields, frozen=True, gc=False):
    """An order for a spread; ``spreadSymbol`` names the legs."""

    spreadSymbol: str = ""


class OtcMarketsOrder(Order, frozen=True, gc=False):
    """An order on OTC Markets with that venue's own fields."""

    quoteAccessPayment: int = 0
    open: bool = False
    unsolicited: bool = False
    otcMarketsPriceType: OtcMarketsPriceType | str = OtcMarketsPriceType.UNPRICED
    saturated: bool = False
    autoExecution: bool = False
    nmsConditional: bool = False


class Series(Event, frozen=True, gc=False):
    """Implied volatility, volumes and forward price of one option expiration (``expiration``: day id)."""

    indexed: ClassVar[bool] = True

    eventFlags: int = 0
    index: int = 0
    time: int = 0
    sequence: int = 0
    expiration: int = 0
    volatility: float = NAN
    callVolume: float = NAN
    putVolume: float = NAN
    putCallRatio: float = NAN
    forwardPrice: float = NAN
    dividend: float = NAN
    interest: float = NAN


class OptionSale(Event, frozen=True, gc=False):
    """A print of an option with the underlying's price and the implied volatility at that moment."""

    indexed: ClassVar[bool] = True

    eventFlags: int = 0
    index: int = 0
    time: int = 0
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
    underlyingPrice: float = NAN
    volatility: float = NAN
    delta: float = NAN
    optionSymbol: str = ""


class MarketMaker(Event, frozen=True, gc=False):
    """Quotes of one market maker."""

    indexed: ClassVar[bool] = True

    eventFlags: int = 0
    index: int = 0
    exchangeCode: str = ""
    marketMaker: str = ""
    bidTime: int = 0
    bidPrice: float = NAN
    bidSize: float = NAN
    bidCount: float = 0
    askTime: int = 0
    askPrice: float = NAN
    askSize: float = NAN
    askCount: float = 0


class OrderImbalance(Event, frozen=True, gc=False):
    """Imbalance of an auction and the prices it points to."""

    source: str = ""
    time: int = 0
    sequence: int = 0
    refPrice: float = NAN
    pairedSize: float = NAN
    imbalanceSize: float = NAN
    nearPrice: float = NAN
    farPrice: float = NAN
    imbalanceSide: Side | str = Side.UNDEFINED
    auctionType: AuctionType | str = AuctionType.UNDEFINED


class Configuration(Event, frozen=True):
    """A versioned attachment (any JSON)."""

    lasting: ClassVar[bool] = True

    version: int = 0
    attachment: Any = None


class Message(Event, frozen=True):
    """An attachment (any JSON) without a meaning of its own."""

    attachment: Any = None


class TextMessage(Event, frozen=True, gc=False):
    """A line of text."""

    time: int = 0
    sequence: int = 0
    text: str = ""


class TextConfiguration(Event, frozen=True, gc=False):
    """A versioned text."""

    lasting: ClassVar[bool] = True

    time: int = 0
    sequence: int = 0
    version: int = 0
    text: str = ""
