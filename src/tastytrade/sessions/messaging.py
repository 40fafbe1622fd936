"""The kept names' five channels, their log lines, and the tables behind ``queue_manager``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from tastytrade.dxfeed import Event, EventBatch, Greeks, Profile, Quote, Summary, Trade
from tastytrade.dxlink.client import Received
from tastytrade.dxlink.messages import AuthState, ChannelOpened, Contract, Error, FeedConfig, Keepalive, Setup
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.subscription import Subscription
from tastytrade.tables import TableBuilder, with_exact_decimals

log = logging.getLogger(__name__)


class Channels(Enum):
    """The channels by the numbers they are opened with."""

    Control = 0
    Trades = 1
    Quotes = 3
    Greeks = 5
    Profile = 7
    Summary = 9


LISTENERS = (
    Channels.Control,
    Channels.Quotes,
    Channels.Trades,
    Channels.Greeks,
    Channels.Profile,
    Channels.Summary,
)
FEEDS: dict[Channels, type[Event]] = {
    Channels.Trades: Trade,
    Channels.Quotes: Quote,
    Channels.Greeks: Greeks,
    Channels.Profile: Profile,
    Channels.Summary: Summary,
}
COLUMNS: dict[type[Event], tuple[str, ...]] = {
    Trade: ("price", "dayVolume", "size"),
    Quote: ("bidPrice", "askPrice", "bidSize", "askSize"),
    Greeks: ("volatility", "delta", "gamma", "theta", "rho", "vega"),
    Profile: (
        "description",
        "shortSaleRestriction",
        "tradingStatus",
        "statusReason",
        "haltStartTime",
        "haltEndTime",
        "highLimitPrice",
        "lowLimitPrice",
        "high52WeekPrice",
        "low52WeekPrice",
    ),
    Summary: ("openInterest", "dayOpenPrice", "dayHighPrice", "dayLowPrice", "prevDayClosePrice"),
}
PLANS = tuple(
    ChannelPlan(
        Contract.AUTO,
        frozenset({event_class.__name__}),
        {event_class.__name__: ("eventSymbol", *COLUMNS[event_class])},
    )
    for event_class in FEEDS.values()
)


def log_message(message: Received) -> None:
    """One line a control message, as notebooks show it."""
    match message:
        case Setup():
            log.info("SETUP")
        case AuthState():
            log.info("AUTH_STATE:%s", message.state)
        case ChannelOpened():
            log.info("CHANNEL_OPENED:%d", message.channel)
        case FeedConfig():
            subscribed = ":SUBSCRIBED" if message.event_fields else ""
            log.info("FEED_CONFIG:%d:%s%s", message.channel, message.data_format, subscribed)
        case Keepalive():
            log.debug("KEEPALIVE:Received")
        case Error():
            log.error("%s:%r", message.error, message.message)
        case _:
            log.debug("%s", type(message).__name__)


class Feed:
    """``processors["feed"]``: the events of one type as a table that keeps growing."""

    def __init__(self, event_class: type[Event]) -> None:
        columns = ("eventSymbol", "timestamp", *COLUMNS[event_class])
        self._builder: TableBuilder[Event] = TableBuilder(event_class, columns=columns)

    def append(self, batch: EventBatch[Event]) -> None:
        self._builder.append(batch)

    @property
    def df(self) -> Any:
        """A polars DataFrame: doubles as exact decimals, ``timestamp`` in UTC; typed and empty at first."""
        return with_exact_decimals(self._builder.table)


class Handler:
    """``handlers["Quotes"]``: its ``processors``."""

    def __init__(self, processors: Mapping[str, Feed]) -> None:
        self.processors = processors


class Handlers(Mapping[str, Handler]):
    """By channel name; ``"Trades"`` and ``"Trade"``, ``"Quotes"`` and ``"Quote"`` are the same."""

    def __init__(self) -> None:
        self.feeds = {event_class: Feed(event_class) for event_class in FEEDS.values()}
        self._by_name = {Channels.Control.name: Handler({})}
        for channel, event_class in FEEDS.items():
            self._by_name[channel.name] = Handler({"feed": self.feeds[event_class]})

    def __getitem__(self, name: str) -> Handler:
        return self._by_name[{"Trade": "Trades", "Quote": "Quotes"}.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)


class QueueManager:
    """Reads the subscriptions into the handlers' tables until ``cleanup()``; the tables stay."""

    def __init__(self) -> None:
        self.handlers = Handlers()
        self.symbols: set[str] = set()
        """What is being read."""
        self._reading: dict[asyncio.Task[None], Subscription[Event]] = {}
        for channel in LISTENERS:
            log.info("Started %s listener on channel %d", channel, channel.value)

    def read(self, subscription: Subscription[Event]) -> None:
        """Append everything the subscription brings, in a task that ``cleanup()`` joins."""
        task = asyncio.get_running_loop().create_task(self._read(subscription), name="tastytrade-read")
        self._reading[task] = subscription

    async def cleanup(self) -> None:
        """End the reading, after everything that has arrived is in the tables. May be called twice."""
        self.symbols.clear()
        reading, self._reading = self._reading, {}
        for subscription in reading.values():
            subscription.close()
        await asyncio.gather(*reading)

    async def _read(self, subscription: Subscription[Event]) -> None:
        async for batch in subscription.batches():
            self.handlers.feeds[batch.event_class].append(batch)
