"""Who wants what: subscriptions of readers, merged into what the protocol is to desire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from msgspec.structs import replace

from tastytrade.dxfeed import Event, EventType, event_class
from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.dxlink.channel import Channel
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.subscriber import BUDGET
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import ConfigurationError, TooManySubscriptions
from tastytrade.source import EventTypes
from tastytrade.subscription import Overflow, Subscription

HEARD_LATE_NS = 100_000_000
"""A server may act on a subscription a little after it has answered a ping that came behind it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Interest:
    """The readers of a source. A symbol that several want is asked for once and given to all.

    lines   one protocol a connection; where the first has no room, what is wanted goes to the next
    grow    gives one more
    most    how many there may be
    """

    def __init__(
        self,
        lines: list[ClientProtocol],
        *,
        grow: Callable[[], ClientProtocol],
        most: int,
        next_gap: Callable[[], int],
    ) -> None:
        self._lines = lines
        self._grow = grow
        self._most = most
        self._next_gap = next_gap
        # A history and the newest value of a symbol have one key, and a channel each.
        self._homes: dict[_Place, Channel] = {}
        self._wanted_by: dict[tuple[Channel, Key], dict[Subscription[Any], Entry]] = {}
        self._readers: dict[Channel, dict[Subscription[Any], None]] = {}
        self._open_gaps: dict[tuple[Channel, Subscription[Any]], Gap] = {}
        self._blocking: set[Subscription[Any]] = set()
        """Readers whose policy is to hold up their connection."""

    def add(self, subscription: Subscription[Any], entries: Iterable[Entry]) -> None:
        """A reader wants this.

        Raises ConfigurationError when no channel takes it, TooManySubscriptions when there is no room; then
        nothing has changed.
        """
        wanted = list(entries)
        self._check_room(wanted)
        if subscription.overflow is Overflow.BLOCK:
            self._blocking.add(subscription)
        for entry, channel in self._placed(wanted):
            self._readers.setdefault(channel, {})[subscription] = None
            key = entry.key
            others = self._wanted_by.setdefault((channel, key), {})
            # A server sends the current value or snapshot once; a reader who comes later needs it sent
            # again. Prints have neither, and asking again could lose one.
            is_late = subscription not in others and key in channel.wanted.sent
            again = is_late and contract_of(entry) is not Contract.STREAM
            others[subscription] = entry
            asked = _earliest(others.values()) if len(others) > 1 else entry
            channel.wanted.want(asked, again=again)
            if again:  # a whole new snapshot, for everybody
                for other in others:
                    other.resume(key, asked.from_time or 0)

    def remove(self, subscription: Subscription[Any], entries: Iterable[Entry]) -> None:
        """A reader wants this no more; what nobody else wants is given up."""
        for entry in entries:
            channel = self._homes.get(entry.place)
            if channel is None:
                continue
            place = (channel, entry.key)
            others = self._wanted_by.get(place, {})
            if others.pop(subscription, None) is not None and not others:
                del self._wanted_by[place]
                del self._homes[entry.place]
                channel.wanted.unwant(entry.key)

    def leave(self, subscription: Subscription[Any]) -> None:
        """A reader is gone."""
        for channel, readers in self._readers.items():
            readers.pop(subscription, None)
            self._open_gaps.pop((channel, subscription), None)
        self._blocking.discard(subscription)
        self.remove(subscription, subscription.entries)

    def unsent(self, subscription: Subscription[Any]) -> frozenset[str]:
        """The symbols of a reader that no server has been told of on its present connection."""
        return frozenset(
            entry.symbol
            for entry in subscription.entries
            if not self._channel(entry).wanted.is_sent(entry.key)
        )

    def refusals(self, subscription: Subscription[Any]) -> int:
        """How often a server refused subscriptions on the channels of a reader."""
        channels = {self._channel(entry) for entry in subscription.entries}
        return sum(channel.refusals for channel in channels)

    def route(self, protocol: ClientProtocol, frame: Frame) -> bool:
        """Give a frame to every reader of its channel; whether there was one."""
        channel = protocol.by_number.get(frame.channel)
        if channel is None:
            return False
        readers = self._readers.get(channel)
        if not readers:
            return False
        frame.is_shared = len(readers) > 1
        for subscription in tuple(readers):
            subscription.put(frame)
        return True

    def blocked(self, protocol: ClientProtocol) -> list[Subscription[Any]]:
        """The full readers of a connection for whom it has to wait."""
        if not self._blocking:
            return []
        return [
            one
            for one in self._blocking
            if one.is_blocking and any(one in self._readers.get(channel, ()) for channel in protocol.channels)
        ]

    def everyone(self) -> dict[Subscription[Any], None]:
        """Every reader, in the order they came."""
        return {subscription: None for readers in self._readers.values() for subscription in readers}

    def end(self, error: Exception | None) -> None:
        """The source is over: every reader is told, and nothing is wanted any more."""
        for subscription in self.everyone():
            subscription.end(error)
            self.leave(subscription)

    # Losses.

    def lose(
        self, channel: Channel, reason: GapReason, *, since_ns: int, epoch: int, scope: GapScope
    ) -> None:
        """Data has stopped on a channel: every reader of it is told since when something may be missing.

        ``since_ns`` is when the last event was received.
        """
        # What a server had gathered for one delivery may have come in part.
        period_ns = int((channel.aggregation_period or 0.0) * 1e9)
        for subscription in tuple(self._readers.get(channel, ())):
            if (channel, subscription) in self._open_gaps:
                continue
            types, symbols = self._concerned(subscription, channel)
            if not types:
                continue
            gap = Gap(
                number=self._next_gap(),
                reason=reason,
                scope=scope,
                event_types=types,
                symbols=symbols,
                from_ns=since_ns - period_ns,
                detected_ns=time.time_ns(),
                epoch_before=epoch,
            )
            self._open_gaps[channel, subscription] = gap
            subscription.add_gap(gap)

    def regain(self, channel: Channel, *, epoch: int) -> None:
        """The server has read what is wanted on a channel: what was missing ends here."""
        if not self._open_gaps:
            return
        to_ns = time.time_ns() + HEARD_LATE_NS
        for place in [place for place in self._open_gaps if place[0] is channel]:
            gap = self._open_gaps.pop(place)
            place[1].add_gap(replace(gap, to_ns=to_ns, epoch_after=epoch))

    def resume(self, protocol: ClientProtocol, only: Channel | None = None) -> None:
        """Before everything is asked for anew, on a connection or on one channel of it: histories that
        somebody has are asked for from their newest event on."""
        channels = protocol.channels if only is None else [only]
        for (channel, key), others in self._wanted_by.items():
            if channel.plan.contract is not Contract.HISTORY or channel not in channels:
                continue
            starts = [subscription.resume_at(key) for subscription in others]
            known = [start for start in starts if start is not None]
            if not known or len(known) < len(starts):
                continue
            protocol.want(replace(_earliest(others.values()), from_time=min(known)))
            for subscription in others:
                subscription.resume(key, min(known))

    # Places.

    def _check_room(self, entries: list[Entry]) -> None:
        """Raise ConfigurationError or TooManySubscriptions before anything has changed."""
        for entry in {(entry.type, entry.from_time is None): entry for entry in entries}.values():
            self._lines[0].channel_for(entry)
        new = len({entry.place for entry in entries} - self._homes.keys())
        room = sum(max(0, line.room) for line in self._lines)
        room += (self._most - len(self._lines)) * BUDGET
        if new > room:
            held = sum(line.desired for line in self._lines)
            raise TooManySubscriptions(
                f"{new:,} subscriptions more than the {held:,} there are would be too many for {self._most} "
                f"connection{'s' if self._most > 1 else ''} of {BUDGET:,} each: subscribe to less, or give "
                f"the Streamer connections={-(-(held + new) // BUDGET)}"
            )

    def _placed(self, entries: list[Entry]) -> Iterator[tuple[Entry, Channel]]:
        """Each entry with its channel: where it is wanted already, else where there is room."""
        line, room = self._lines[0], 0
        channels: dict[tuple[str, bool], Channel] = {}
        for entry in entries:
            place = entry.place
            channel = self._homes.get(place)
            if channel is None:
                if room <= 0:
                    line, room = self._line_with_room()
                    channels = {}
                room -= 1
                kind = (entry.type, place[1])
                channel = channels.get(kind)
                if channel is None:
                    channel = channels[kind] = line.channel_for(entry)
                self._homes[place] = channel
            yield entry, channel

    def _line_with_room(self) -> tuple[ClientProtocol, int]:
        line = next((line for line in self._lines if line.room > 0), None) or self._grow()
        return line, max(1, line.room)

    def _channel(self, entry: Entry) -> Channel:
        return self._homes.get(entry.place) or self._lines[0].channel_for(entry)

    def _concerned(
        self, subscription: Subscription[Any], channel: Channel
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Types and symbols that a reader has on a channel; no symbols where that is all of them."""
        mine = [entry for entry in subscription.entries if channel.plan.takes(entry)]
        here = mine if len(self._lines) == 1 else [one for one in mine if self._channel(one) is channel]
        types, symbols = dict.fromkeys(one.type for one in here), dict.fromkeys(one.symbol for one in here)
        is_all = len(symbols) == len({one.symbol for one in mine})
        return tuple(types), () if is_all else tuple(symbols)


_Place = tuple[Key, bool]


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
    classes = classes_of(event_types)
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


def classes_of(event_types: EventTypes) -> list[type[Event]]:
    """The event classes that are meant. Raises ConfigurationError for what is none, and for an empty list."""
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
