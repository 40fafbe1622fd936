"""Feed: what the simulated market delivers on one DXLink connection, as time goes on.

Pure in time: ``apply()`` and ``pump()`` are told how many seconds have passed, and the same calls give
the same bytes. What each channel gets is its ``ChannelFeed``'s business.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.dxlink.server import Changed, Close, ServerProtocol
from tastytrade.simulator.channel_feed import SHORTEST_PERIOD, ChannelFeed
from tastytrade.simulator.fault_kinds import Resnapshot
from tastytrade.simulator.feed_market import FeedMarket, SequencedMarket
from tastytrade.simulator.history import ROWS_PER_FRAME
from tastytrade.simulator.load import Load

__all__ = ["SHORTEST_PERIOD", "Feed"]

_FELL_BEHIND = Close(1011, "fell behind")


class Feed:
    """One connection's deliveries. ``rate``: events per second instead of the market's own pace."""

    def __init__(self, market: FeedMarket, protocol: ServerProtocol, *, rate: int | None = None) -> None:
        self._market = market
        self._sequence = market if isinstance(market, SequencedMarket) else None
        self._protocol = protocol
        self._channels: dict[int, ChannelFeed] = {}
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
                channel = ChannelFeed(change.channel, self._market, self._protocol, elapsed)
                self._channels[number] = channel
            channel.forget(change.removed)
            if self._sequence is not None and change.added:
                self._sequence.begin(elapsed)
            self._send(number, channel.start(change.added, elapsed))

    def pump(self, elapsed: float) -> None:
        """Deliver what has happened until now on every channel that is due."""
        if not self._protocol.is_authorized:
            for channel in self._channels.values():
                channel.pass_over(elapsed)
            return
        for number in [number for number in self._channels if number not in self._protocol.channels]:
            del self._channels[number]
        if self._sequence is not None:
            self._market.time_at(elapsed)  # so that time goes on where nothing is due for long
        for number, channel in self._channels.items():
            if elapsed >= channel.due:
                self._send(number, channel.updates(elapsed, own_pace=self._load is None))
                if channel.fell_behind:  # it shall not go on as if nothing were missing
                    self._protocol.closing = _FELL_BEHIND
        if self._load is not None:
            tickers = {number: channel.tickers for number, channel in self._channels.items()}
            for number, batch in self._load.batches(self._market, tickers, elapsed):
                self._protocol.send(number, [batch])

    def resnapshot(self, fault: Resnapshot, elapsed: float) -> None:
        """Begin the histories anew that a fault means, with snapshots as it wants them."""
        for number, channel in self._channels.items():
            if number in self._protocol.channels:
                self._send(number, channel.resnapshot(fault, elapsed))

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
