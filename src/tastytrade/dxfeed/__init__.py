"""What a market event is: event types, flags, indexes, batches, symbols. No network, no clock."""

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.books import (
    AnalyticOrder,
    Configuration,
    MarketMaker,
    Message,
    OptionSale,
    Order,
    OrderImbalance,
    OtcMarketsOrder,
    Series,
    SpreadOrder,
    TextConfiguration,
    TextMessage,
)
from tastytrade.dxfeed.event import Event
from tastytrade.dxfeed.events import (
    Candle,
    DailyCandle,
    Greeks,
    Profile,
    Quote,
    Summary,
    TheoPrice,
    TimeAndSale,
    Trade,
    TradeETH,
    Underlying,
)
from tastytrade.dxfeed.flags import EventFlags
from tastytrade.dxfeed.gap import Gap
from tastytrade.dxfeed.index import index_of, sequence_of, time_of
from tastytrade.dxfeed.registry import (
    EVENT_CLASSES,
    EventType,
    Field,
    Kind,
    event_class,
    field_names,
    fields_of,
)

__all__ = [
    "EVENT_CLASSES",
    "AnalyticOrder",
    "Candle",
    "Configuration",
    "DailyCandle",
    "Event",
    "EventBatch",
    "EventFlags",
    "EventType",
    "Field",
    "Gap",
    "Greeks",
    "Kind",
    "MarketMaker",
    "Message",
    "OptionSale",
    "Order",
    "OrderImbalance",
    "OtcMarketsOrder",
    "Profile",
    "Quote",
    "Series",
    "SpreadOrder",
    "Summary",
    "TextConfiguration",
    "TextMessage",
    "TheoPrice",
    "TimeAndSale",
    "Trade",
    "TradeETH",
    "Underlying",
    "event_class",
    "field_names",
    "fields_of",
    "index_of",
    "sequence_of",
    "time_of",
]
