"""Truth: what the simulator really did, one JSON object a line, for whoever must judge what a client saw.

Every line has ``t_ns`` (Unix nanoseconds), ``kind`` and ``connection``, counted from 1:

opened, authorized, refused  how a connection began; refused has ``status``
closed                       ``by`` ("client", "server", "nobody"), ``code``, ``reason``
subscribed, unsubscribed     ``channel``; ``entries``: [type, symbol, fromTime] each
data                         a FEED_DATA, a line for each event type in it: ``channel``, ``frame`` (its number
                             on the connection), ``type``, ``rows``: [symbol, key] each; ``written``: False
                             when a fault withheld it, and then it has no number; ``fault``: which one
                             changed what it says, if any
fault                        ``fault`` as it was given, ``connections`` it was done to

A row's key is its ``index`` if the type has one, else None, unless the market gives one (``KeyedMarket``).
A line is in the file before the frame it tells of is written. No token is ever in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tastytrade.dxfeed import EventBatch
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.server import Outgoing
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.feed_market import KeyedMarket

Key = Callable[[EventBatch[Any]], Sequence[int | None]]


class Truth:
    """Appends to a file, line by line, for as long as it is open. Raises ConfigurationError if it cannot."""

    def __init__(self, path: str | Path, key: Key | None = None) -> None:
        self.path = Path(path)
        self._key = key or _index_of
        self._encoder = msgspec.json.Encoder()
        try:
            self._file = self.path.open("ab", buffering=0)
        except OSError as error:
            raise ConfigurationError(f"cannot write a truth log to {path} ({error.strerror})") from None

    def close(self) -> None:
        self._file.close()

    def note(self, kind: str, connection: int | None = None, **facts: Any) -> None:
        """Append one line."""
        self._append([{"t_ns": time.time_ns(), "kind": kind, "connection": connection, **facts}])

    def subscribed(self, kind: str, connection: int, channel: int, entries: Iterable[Entry]) -> None:
        """Append what was "subscribed" or "unsubscribed" on a channel; nothing for nothing."""
        rows = [[entry.type, entry.symbol, entry.from_time] for entry in entries]
        if rows:
            self.note(kind, connection, channel=channel, entries=rows)

    def data(
        self, connection: int, frame: Outgoing, *, frame_number: int | None, fault: str | None = None
    ) -> None:
        """Append one FEED_DATA; one without a number was withheld."""
        t_ns = time.time_ns()
        lines = []
        for batch in frame.batches:
            line = {
                "t_ns": t_ns,
                "kind": "data",
                "connection": connection,
                "channel": frame.channel,
                "frame": frame_number,
                "type": batch.event_class.__name__,
                "rows": list(zip(batch.symbols, self._key(batch), strict=True)),
                "written": frame_number is not None,
            }
            lines.append(line if fault is None else {**line, "fault": fault})
        self._append(lines)

    def _append(self, lines: list[dict[str, Any]]) -> None:
        if not self._file.closed:
            self._file.write(b"".join(self._encoder.encode(line) + b"\n" for line in lines))


def key_of(market: object) -> Key | None:
    """The keys that a market gives its rows; None when it gives none."""
    return market.key if isinstance(market, KeyedMarket) else None


def _index_of(batch: EventBatch[Any]) -> Sequence[int | None]:
    return batch.columns.get("index") or [None] * len(batch)
