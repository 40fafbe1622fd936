"""Load: last values at so many events a second, whatever the market's own pace is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, cycle, islice
from typing import Any

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.simulator.feed_market import FeedMarket

LONGEST_STEP = 0.5
"""Seconds of backlog that are made up for after a pause; older ones are let go."""
ROWS_PER_FRAME = 100

Tickers = Mapping[int, Mapping[type[Event], Mapping[str, None]]]


class Load:
    """``rate`` events a second in all, spread evenly over the subscribed symbols and types."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._done_until: float | None = None
        self._owed = 0.0
        self._rounds: dict[tuple[int, type[Event]], tuple[list[str], Iterator[str]]] = {}

    def batches(
        self, market: FeedMarket, tickers: Tickers, elapsed: float
    ) -> Iterator[tuple[int, EventBatch[Any]]]:
        """What is due until now: channel number and batch, one event a symbol and batch."""
        since = elapsed if self._done_until is None else self._done_until
        self._done_until = elapsed
        total = sum(len(symbols) for types in tickers.values() for symbols in types.values())
        if not total:
            return
        step = min(elapsed - since, LONGEST_STEP)
        self._owed += step * self.rate
        now_ms, since_ms = market.time_at(elapsed), market.time_at(elapsed - step)
        for number, types in tickers.items():
            for event_class, symbols in types.items():
                if not symbols:
                    continue
                share = round(self._owed * len(symbols) / total)
                total -= len(symbols)
                self._owed -= share
                order = self._order((number, event_class), list(symbols))
                rounds = -(-share // min(len(symbols), ROWS_PER_FRAME))
                frame: list[EventBatch[Any]] = []
                for turn in range(rounds):
                    size = min(share, len(symbols), ROWS_PER_FRAME)
                    share -= size
                    # Turns of one step lie apart in time, so that a symbol that comes twice has moved.
                    at_ms = since_ms + (now_ms - since_ms) * (turn + 1) // rounds
                    batch = market.snapshot(event_class, list(islice(order, size)), at_ms)
                    if batch is not None:
                        frame.append(batch)
                    if sum(map(len, frame)) >= ROWS_PER_FRAME or turn == rounds - 1:
                        yield from ((number, joined) for joined in _joined(frame))
                        frame = []

    def _order(self, key: tuple[int, type[Event]], symbols: list[str]) -> Iterator[str]:
        known = self._rounds.get(key)
        if known is None or known[0] != symbols:
            known = self._rounds[key] = (symbols, cycle(symbols))
        return known[1]


def _joined(batches: list[EventBatch[Any]]) -> Iterator[EventBatch[Any]]:
    """Batches of one type as one, so that few symbols do not make tiny frames."""
    if len(batches) <= 1:
        yield from batches
        return
    columns = {
        name: list(chain.from_iterable(batch.columns[name] for batch in batches))
        for name in batches[0].columns
    }
    yield EventBatch(batches[0].event_class, columns)
