"""Feed: what the simulated market delivers on one DXLink connection, as time goes on.

Pure in time: ``apply()`` and ``pump()`` are told how many seconds have passed, and the same calls give
the same bytes. Each channel is served at its aggregation period by its contract: last values conflated,
prints one by one, histories as snapshots and updates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tastytrade.dxfeed import EVENT_CLASSES, Candle, Event, EventBatch, Greeks, TimeAndSale
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.server import Changed, ServerProtocol
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.dxlink.wanted import Key
from tastytrade.simulator.fault_kinds import Resnapshot
from tastytrade.simulator.fault_snapshots import unusual_snapshot
from tastytrade.simulator.feed_market import FeedMarket
from tastytrade.simulator.history import ROWS_PER_FRAME, snapshot_batches
from tastytrade.simulator.load import Load

SHORTEST_PERIOD = 0.02
"""Seconds between deliveries on a channel that asked for no aggregation."""


class Feed:
    """One connection's deliveries. ``rate``: events per second instead of the market's own pace."""

    def __init__(self, market: FeedMarket, protocol: ServerProtocol, *, rate: int | None = None) -> None:
        self._market = market
        self._protocol = protocol
        self._channels: dict[int, _ChannelFeed] = {}
        self._load = Load(rate) if rate else None

    def apply(self, changes: Iterable[Changed], elapsed: float) -> None:
        """Take over what a client's message changed, and answer new subscriptions at once."""
        for change in changes:
            number = change.channel.number
            if number not in self._protocol.channels:
                self._channels.pop(number, None)
                continue
            channel = self._channels.get(number)
            if channel is None:
                channel = self._channels[number] = _ChannelFeed(change.channel, elapsed)
            channel.forget(change.removed)
            batches = channel.start(change.added, self._market, self._protocol, elapsed)
            self._send(number, batches)

    def pump(self, elapsed: float) -> None:
        """Deliver what has happened until now on every channel that is due."""
        if not self._protocol.is_authorized:
            for channel in self._channels.values():
                channel.pass_over(elapsed)
            return
        for number in [number for number in self._channels if number not in self._protocol.channels]:
            del self._channels[number]
        for number, channel in self._channels.items():
            if elapsed >= channel.due:
                self._send(number, channel.updates(self._market, elapsed, own_pace=self._load is None))
        if self._load is not None:
            tickers = {number: channel.tickers for number, channel in self._channels.items()}
            for number, batch in self._load.batches(self._market, tickers, elapsed):
                self._protocol.send(number, [batch])

    def resnapshot(self, fault: Resnapshot, elapsed: float) -> None:
        """Begin the histories anew that a fault means, with snapshots as it wants them."""
        for number, channel in self._channels.items():
            if number in self._protocol.channels:
                self._send(number, channel.resnapshot(fault, self._market, self._protocol, elapsed))

    def _send(self, number: int, batches: list[EventBatch[Any]]) -> None:
        """A type a frame, as public recordings show it; or several, as the protocol allows too."""
        if not self._protocol.options.mixed_types:
            for batch in batches:
                self._protocol.send(number, [batch])
            return
        waiting: list[EventBatch[Any]] = []
        rows = 0
        for batch in batches:
            if waiting and rows + len(batch) > ROWS_PER_FRAME:
                self._protocol.send(number, waiting)
                waiting, rows = [], 0
            waiting.append(batch)
            rows += len(batch)
        self._protocol.send(number, waiting)


class _ChannelFeed:
    """The subscriptions of one channel by how they are served, and how far they have been."""

    def __init__(self, channel: ServerChannel, elapsed: float) -> None:
        self.channel = channel
        self.tickers: dict[type[Event], dict[str, None]] = {}
        self._streams: dict[type[Event], dict[str, None]] = {}
        self._histories: dict[Key, Entry] = {}
        self._newest: dict[Key, int] = {}
        self._begun: dict[tuple[type[Event], str], int] = {}
        self._served = elapsed
        self._passed_over = elapsed

    @property
    def due(self) -> float:
        return self._served + max(self.channel.aggregation_period, SHORTEST_PERIOD)

    def forget(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            event_class = EVENT_CLASSES[entry.type]
            self.tickers.get(event_class, {}).pop(entry.symbol, None)
            self._streams.get(event_class, {}).pop(entry.symbol, None)
            self._histories.pop(entry.key, None)
            self._newest.pop(entry.key, None)

    def start(
        self, entries: list[Entry], market: FeedMarket, protocol: ServerProtocol, elapsed: float
    ) -> list[EventBatch[Any]]:
        """Begin new subscriptions; gives current values and snapshots. Unknown symbols stay silent."""
        now_ms = market.time_at(elapsed)
        fresh: dict[type[Event], list[str]] = {}
        batches: list[EventBatch[Any]] = []
        for entry in entries:
            event_class = EVENT_CLASSES[entry.type]
            if not market.knows(entry.symbol):
                continue
            contract = self.channel.contract_for(entry)
            if contract is Contract.TICKER:
                fresh.setdefault(event_class, []).append(entry.symbol)
            elif contract is Contract.STREAM:
                self._streams.setdefault(event_class, {})[entry.symbol] = None
                self._begun[event_class, entry.symbol] = now_ms
            elif event_class.time_series:
                self._histories[entry.key] = entry
                batches += self._snapshot(entry, market, protocol, now_ms)
        for event_class, symbols in fresh.items():
            current = market.snapshot(event_class, symbols, now_ms)
            if current is not None:  # a symbol without this type of event stays silent, as on the real feed
                self.tickers.setdefault(event_class, {}).update(dict.fromkeys(current.symbols))
                self._begun |= dict.fromkeys(((event_class, symbol) for symbol in current.symbols), now_ms)
                batches += _parts(current)
        return batches

    def updates(self, market: FeedMarket, elapsed: float, *, own_pace: bool) -> list[EventBatch[Any]]:
        """What has changed since the last time. ``own_pace=False`` leaves last values to the load."""
        previous_ms, now_ms = market.time_at(self._served), market.time_at(elapsed)
        heard_ms = market.time_at(max(self._served, self._passed_over))
        self._served = elapsed
        batches: list[EventBatch[Any]] = []
        for event_class, symbols in self.tickers.items() if own_pace else ():
            for since_ms, group in self._groups(event_class, symbols, previous_ms):
                changed = market.changed(event_class, group, since_ms, now_ms)
                if changed:
                    batches += _parts(market.snapshot(event_class, changed, now_ms))
        for event_class, symbols in self._streams.items():
            for since_ms, group in self._groups(event_class, symbols, heard_ms):
                batches += _parts(_happened(market, event_class, group, since_ms, now_ms))
        for key, entry in self._histories.items():
            batches += _parts(self._history_updates(key, entry, market, heard_ms, now_ms))
        self._begun.clear()
        return batches

    def pass_over(self, elapsed: float) -> None:
        """What happened until now is not delivered any more; last values that changed still are."""
        self._passed_over = elapsed

    def resnapshot(
        self, fault: Resnapshot, market: FeedMarket, protocol: ServerProtocol, elapsed: float
    ) -> list[EventBatch[Any]]:
        """New snapshots of the histories that the fault means."""
        now_ms = market.time_at(elapsed)
        return [
            batch
            for entry in self._histories.values()
            if fault.symbol in {None, entry.symbol} and fault.event_type in {None, entry.type}
            for batch in self._snapshot(entry, market, protocol, now_ms, fault)
        ]

    def _groups(
        self, event_class: type[Event], symbols: Iterable[str], previous_ms: int
    ) -> Iterable[tuple[int, list[str]]]:
        """Symbols by the moment since when there is something to tell of them."""
        if not self._begun:
            return [(previous_ms, list(symbols))]
        groups: dict[int, list[str]] = {}
        for symbol in symbols:
            since_ms = max(self._begun.get((event_class, symbol), previous_ms), previous_ms)
            groups.setdefault(since_ms, []).append(symbol)
        return groups.items()

    def _snapshot(
        self,
        entry: Entry,
        market: FeedMarket,
        protocol: ServerProtocol,
        now_ms: int,
        fault: Resnapshot | None = None,
    ) -> Iterable[EventBatch[Any]]:
        event_class = EVENT_CLASSES[entry.type]
        rows, is_cut, from_time = None, False, now_ms
        if self.channel.contract is not Contract.AUTO or protocol.options.auto_candle_history:
            from_time = now_ms if entry.from_time is None else entry.from_time
            limit = (fault.limit if fault else None) or protocol.options.history_limit
            rows, is_cut = market.history(event_class, entry.symbol, from_time, now_ms, limit)
        has_rows = rows is not None and len(rows) > 0
        is_candle = event_class is Candle
        # Where there was none yet, the candle of the running period may begin before now.
        empty = min(from_time, now_ms) if is_candle else now_ms
        self._newest[entry.key] = rows.columns["time"][-1] if rows and has_rows and is_candle else empty
        if fault is None:
            return snapshot_batches(event_class, entry, rows, is_cut=is_cut)
        return unusual_snapshot(fault, event_class, entry, rows, is_cut=is_cut)

    def _history_updates(
        self, key: Key, entry: Entry, market: FeedMarket, previous_ms: int, now_ms: int
    ) -> EventBatch[Any] | None:
        event_class = EVENT_CLASSES[entry.type]
        if event_class is not Candle:
            since_ms = max(previous_ms, self._newest[key])
            return _happened(market, event_class, [entry.symbol], since_ms, now_ms)
        if not market.changed(event_class, [entry.symbol], previous_ms, now_ms):
            return None
        # The candle sent last may have closed since; it goes out once more, then the one that is open.
        rows, _ = market.history(event_class, entry.symbol, self._newest[key], now_ms)
        if rows is not None and len(rows):
            self._newest[key] = rows.columns["time"][-1]
        return rows


def _happened(
    market: FeedMarket, event_class: type[Event], symbols: list[str], previous_ms: int, now_ms: int
) -> EventBatch[Any] | None:
    """The events of (previous, now] of a type that is a stream: every print, every new Greeks."""
    if event_class is TimeAndSale:
        return market.prints(symbols, previous_ms, now_ms)
    if event_class is Greeks:
        changed = market.changed(event_class, symbols, previous_ms, now_ms)
        return market.snapshot(event_class, changed, now_ms) if changed else None
    return None


def _parts(batch: EventBatch[Any] | None) -> Iterable[EventBatch[Any]]:
    """A batch in pieces that make frames of a usual size; nothing of none."""
    return () if batch is None else batch.parts(ROWS_PER_FRAME)
