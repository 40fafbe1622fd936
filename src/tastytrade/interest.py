"""Who wants what: subscriptions of readers, merged into what the protocol is to desire."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from tastytrade.dxfeed import Event, EventType, event_class
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.dxlink.channel import Channel
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import ConfigurationError
from tastytrade.source import EventTypes, Gap
from tastytrade.subscription import Subscription

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Interest:
    """The readers of a source. A symbol that several want is asked for once and given to all."""

    def __init__(self, protocol: ClientProtocol) -> None:
        self._protocol = protocol
        # By channel too: a history and the newest candle of a symbol have one key, and a channel each.
        self._wanted_by: dict[tuple[Channel, Key], dict[Subscription[Any], Entry]] = {}
        self._readers: dict[Channel, dict[Subscription[Any], None]] = {}

    def add(self, subscription: Subscription[Any], entries: Iterable[Entry]) -> None:
        """A reader wants this. Raises ConfigurationError when no channel takes it."""
        placed = [(self._protocol.channel_for(entry), entry) for entry in entries]
        for channel, entry in placed:
            self._readers.setdefault(channel, {})[subscription] = None
            others = self._wanted_by.setdefault((channel, entry.key), {})
            # A server sends the current value or snapshot once; a reader who comes later needs it sent
            # again. Prints have neither, and asking again could lose one.
            is_late = subscription not in others and entry.key in channel.wanted.sent
            again = is_late and contract_of(entry) is not Contract.STREAM
            others[subscription] = entry
            self._protocol.want(_earliest(others.values()), again=again)

    def remove(self, subscription: Subscription[Any], entries: Iterable[Entry]) -> None:
        """A reader wants this no more; what nobody else wants is given up."""
        for entry in entries:
            place = (self._protocol.channel_for(entry), entry.key)
            others = self._wanted_by.get(place, {})
            if others.pop(subscription, None) is not None and not others:
                del self._wanted_by[place]
                self._protocol.unwant(entry)

    def leave(self, subscription: Subscription[Any]) -> None:
        """A reader is gone."""
        for readers in self._readers.values():
            readers.pop(subscription, None)
        self.remove(subscription, subscription.entries)

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        """The symbols of a reader that this connection's server has not been told of."""
        return frozenset(
            entry.symbol
            for entry in subscription.entries
            if not self._protocol.channel_for(entry).wanted.is_sent(entry.key)
        )

    def refusals(self, subscription: Subscription[Any]) -> int:
        """How often a server refused subscriptions on the channels of a reader."""
        channels = {self._protocol.channel_for(entry) for entry in subscription.entries}
        return sum(channel.refusals for channel in channels)

    def route(self, frame: Frame) -> bool:
        """Give a frame to every reader of its channel; whether there was one."""
        channel = self._protocol.by_number.get(frame.channel)
        readers = self._readers.get(channel) if channel is not None else None
        if not readers:
            return False
        for subscription in tuple(readers):
            subscription.put(frame)
        return True

    def add_gap(self, gap: Gap) -> None:
        """Tell every reader that something may be missing."""
        for subscription in self._everyone():
            subscription.add_gap(gap)

    def end(self, error: Exception | None) -> None:
        """The source is over: every reader is told, and nothing is wanted any more."""
        for subscription in self._everyone():
            subscription.end(error)
            self.leave(subscription)

    def _everyone(self) -> set[Subscription[Any]]:
        return {subscription for readers in self._readers.values() for subscription in readers}


def _earliest(entries: Iterable[Entry]) -> Entry:
    return min(entries, key=lambda entry: inf if entry.from_time is None else entry.from_time)


def entries_of(
    event_types: EventTypes,
    symbols: Iterable[str],
    *,
    from_time: datetime | int | None = None,
    source: str | None = None,
) -> list[Entry]:
    """The subscription entries of some types and symbols. Raises ConfigurationError or SymbolError."""
    classes = _classes(event_types)
    names = symbol_list(symbols)
    since = from_time
    if since is not None and not isinstance(since, int):
        since = milliseconds(since, "from_time")
    for cls in classes:
        if since is not None and not cls.time_series:
            raise ConfigurationError(f"{cls.__name__} has no history; leave out from_time")
        if source is not None and (cls.time_series or not cls.indexed):
            raise ConfigurationError(f"{cls.__name__} has no order sources; leave out source")
    return [
        Entry(cls.__name__, canonical_candle_symbol(name), source, since) for cls in classes for name in names
    ]


def _classes(event_types: EventTypes) -> list[type[Event]]:
    if isinstance(event_types, str | EventType | type):
        return [event_class(event_types)]
    classes = list(dict.fromkeys(event_class(event_type) for event_type in event_types))
    if not classes:
        raise ConfigurationError("the list of event types is empty; name at least one, like Quote")
    return classes


def milliseconds(moment: datetime, name: str) -> int:
    """Unix milliseconds of an aware datetime. Raises ConfigurationError for what is none."""
    if not isinstance(moment, datetime):
        raise ConfigurationError(f"{name} must be a datetime with a time zone, not {moment!r}")
    if moment.tzinfo is None:
        raise ConfigurationError(
            f"{name} {moment.isoformat()} has no time zone; write datetime(..., tzinfo=UTC), or"
            " datetime.now(UTC) - timedelta(days=30)"
        )
    return (moment - _EPOCH) // timedelta(milliseconds=1)
