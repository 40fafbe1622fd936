"""ChannelFeed: what one channel is served by its contract, at its aggregation period.

Last values are conflated, prints come one by one, histories as a snapshot and what follows it. Of a market
that has everything one by one, so do streams of every type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tastytrade.dxfeed import EVENT_CLASSES, Candle, Event, EventBatch, Greeks, TimeAndSale
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.dxlink.wanted import Key
from tastytrade.simulator.fault_kinds import Resnapshot
from tastytrade.simulator.fault_snapshots import unusual_snapshot
from tastytrade.simulator.feed_market import FeedMarket, SequencedMarket
from tastytrade.simulator.history import ROWS_PER_FRAME, snapshot_batches

SHORTEST_PERIOD = 0.02
"""Seconds between deliveries on a channel that asked for no aggregation."""
PATIENCE = 3.0
"""Seconds that a snapshot waits at most for what is about to come of its history."""


class ChannelFeed:
    """The subscriptions of one channel by how they are served, and how far they have been.

    ``fell_behind``: what it should have been served is not known any more.
    """

    def __init__(
        self, channel: ServerChannel, market: FeedMarket, protocol: ServerProtocol, elapsed: float
    ) -> None:
        self.channel = channel
        self.tickers: dict[type[Event], dict[str, None]] = {}
        self.fell_behind = False
        self._market = market
        self._sequence = market if isinstance(market, SequencedMarket) else None
        self._protocol = protocol
        self._streams: dict[type[Event], dict[str, int]] = {}
        self._histories: dict[Key, Entry] = {}
        self._newest: dict[Key, int] = {}
        self._waiting: dict[Key, float] = {}
        self._begun: dict[tuple[type[Event], str], int] = {}
        self._served = elapsed
        # A market may hold its time back, so what it was then cannot be asked for later.
        self._served_ms = self._passed_over_ms = market.time_at(elapsed)

    @property
    def due(self) -> float:
        return self._served + max(self.channel.aggregation_period, SHORTEST_PERIOD)

    def forget(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            event_class = EVENT_CLASSES[entry.type]
            self.tickers.get(event_class, {}).pop(entry.symbol, None)
            self._streams.get(event_class, {}).pop(entry.symbol, None)
            for kept in (self._histories, self._newest, self._waiting):
                kept.pop(entry.key, None)

    def start(self, entries: list[Entry], elapsed: float) -> list[EventBatch[Any]]:
        """Begin new subscriptions; gives current values and snapshots. Unknown symbols stay silent."""
        now_ms = self._market.time_at(elapsed)
        fresh: dict[type[Event], list[str]] = {}
        batches: list[EventBatch[Any]] = []
        for entry in entries:
            event_class = EVENT_CLASSES[entry.type]
            if not self._market.knows(entry.symbol):
                continue
            contract = self.channel.contract_for(entry)
            if contract is Contract.TICKER:
                fresh.setdefault(event_class, []).append(entry.symbol)
            elif contract is Contract.STREAM:
                self._follow(event_class)
                self._streams.setdefault(event_class, {})[entry.symbol] = now_ms
                self._begun[event_class, entry.symbol] = now_ms
            elif event_class.time_series:
                self._follow(event_class)
                self._histories[entry.key] = entry
                if self._sequence is not None and self._sequence.is_arriving(event_class, entry.symbol):
                    self._waiting[entry.key] = elapsed
                    self._newest.pop(entry.key, None)
                else:
                    batches += self._snapshot(entry, now_ms)
        for event_class, symbols in fresh.items():
            current = self._market.snapshot(event_class, symbols, now_ms)
            # A symbol without this type of event stays silent, as on the real feed; or it has one later.
            has = symbols if self._sequence is not None else current.symbols if current is not None else []
            self.tickers.setdefault(event_class, {}).update(dict.fromkeys(has))
            self._begun |= dict.fromkeys(((event_class, symbol) for symbol in has), now_ms)
            batches += _parts(current)
        return batches

    def updates(self, elapsed: float, *, own_pace: bool) -> list[EventBatch[Any]]:
        """What has changed since the last time. ``own_pace=False`` leaves last values to the load."""
        market = self._market
        previous_ms, now_ms = self._served_ms, market.time_at(elapsed)
        heard_ms = max(previous_ms, self._passed_over_ms)
        self._served, self._served_ms = elapsed, now_ms
        batches: list[EventBatch[Any]] = []
        for event_class, symbols in self.tickers.items() if own_pace else ():
            for since_ms, group in self._groups(event_class, symbols, previous_ms):
                changed = market.changed(event_class, group, since_ms, now_ms)
                if changed:
                    batches += _parts(market.snapshot(event_class, changed, now_ms))
        if self._sequence is not None:
            batches += self._in_sequence(self._sequence, elapsed, heard_ms, now_ms)
        else:
            for event_class, symbols_begun in self._streams.items():
                for since_ms, group in self._groups(event_class, symbols_begun, heard_ms):
                    batches += _parts(_happened(market, event_class, group, since_ms, now_ms))
            for key, entry in self._histories.items():
                batches += _parts(self._history_updates(key, entry, heard_ms, now_ms))
        self._begun.clear()
        return batches

    def pass_over(self, elapsed: float) -> None:
        """What happened until now is not delivered any more; last values that changed still are."""
        self._passed_over_ms = self._market.time_at(elapsed)

    def resnapshot(self, fault: Resnapshot, elapsed: float) -> list[EventBatch[Any]]:
        """New snapshots of the histories that the fault means."""
        now_ms = self._market.time_at(elapsed)
        return [
            batch
            for entry in self._histories.values()
            if fault.symbol in {None, entry.symbol} and fault.event_type in {None, entry.type}
            for batch in self._snapshot(entry, now_ms, fault)
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
        self, entry: Entry, now_ms: int, fault: Resnapshot | None = None
    ) -> Iterable[EventBatch[Any]]:
        event_class, options = EVENT_CLASSES[entry.type], self._protocol.options
        self._waiting.pop(entry.key, None)
        rows, is_cut, from_time = None, False, now_ms
        if self.channel.contract is not Contract.AUTO or options.auto_candle_history:
            from_time = now_ms if entry.from_time is None else entry.from_time
            limit = (fault.limit if fault else None) or options.history_limit
            rows, is_cut = self._market.history(event_class, entry.symbol, from_time, now_ms, limit)
        has_rows = rows is not None and len(rows) > 0
        is_candle = event_class is Candle and self._sequence is None
        # Where there was none yet, the candle of the running period may begin before now.
        empty = min(from_time, now_ms) if is_candle else now_ms
        self._newest[entry.key] = rows.columns["time"][-1] if rows and has_rows and is_candle else empty
        if fault is None:
            return snapshot_batches(event_class, entry, rows, is_cut=is_cut)
        return unusual_snapshot(fault, event_class, entry, rows, is_cut=is_cut)

    def _history_updates(
        self, key: Key, entry: Entry, previous_ms: int, now_ms: int
    ) -> EventBatch[Any] | None:
        event_class, market = EVENT_CLASSES[entry.type], self._market
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

    # Of a market that has everything one by one.

    def _follow(self, event_class: type[Event]) -> None:
        if self._sequence is not None:
            self._sequence.follow(event_class)

    def _in_sequence(
        self, market: SequencedMarket, elapsed: float, previous_ms: int, now_ms: int
    ) -> Iterable[EventBatch[Any]]:
        """Snapshots that need not wait any longer; then every event since, of streams and of histories."""
        for key, since in tuple(self._waiting.items()):
            entry = self._histories[key]
            if elapsed - since >= PATIENCE or not market.is_arriving(EVENT_CLASSES[entry.type], entry.symbol):
                yield from self._snapshot(entry, now_ms)
        wanted: dict[type[Event], Mapping[str, int]] = dict(self._streams)
        starts: dict[type[Event], dict[str, int]] = {}
        for key, told_ms in self._newest.items():
            entry = self._histories[key]
            event_class = EVENT_CLASSES[entry.type]
            wanted[event_class] = {**wanted.get(event_class, {}), entry.symbol: told_ms}
            starts.setdefault(event_class, {})[entry.symbol] = entry.from_time or 0
        happened = market.happened(wanted, previous_ms, now_ms) if wanted else []
        self.fell_behind |= happened is None
        for batch in happened or ():
            yield from _parts(_since(batch, starts.get(batch.event_class)))


def _since(batch: EventBatch[Any], starts: dict[str, int] | None) -> EventBatch[Any]:
    """The events that are not older than the start of the history they belong to."""
    if starts is None:
        return batch
    times = zip(batch.symbols, batch.columns["time"], strict=True)
    chosen = [row for row, (symbol, time) in enumerate(times) if time >= starts.get(symbol, time)]
    return batch if len(chosen) == len(batch) else batch.rows(chosen)


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
