"""The official Python SDK ``tastytrade-sdk`` as its users run it: callbacks with dicts, in its own thread.

It asks for FULL objects; of a COMPACT array it takes one event only.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import Any

from tests.speed.stopwatch import Order, Stopwatch, read_order

market_data = import_module("tastytrade_sdk.market_data.subscription")
translation = import_module("tastytrade_sdk.market_data.streamer_symbol_translation")
CHUNK_ROWS = 10_000


class Listener:
    """What is called with every event."""

    def __init__(self, order: Order, watch: Stopwatch) -> None:
        self._order = order
        self._watch = watch
        self._count = 0
        self._rows: list[dict[str, Any]] = []
        self._made: list[Any] = []

    def count(self, event: dict[str, Any]) -> None:
        self._count += 1
        if self._count == 1:
            self._watch.start()
        if self._order.is_stamped:
            self._watch.saw(event["askSize"])
        if self._count == self._order.events:
            self._watch.stop(self._count)

    def keep(self, event: dict[str, Any]) -> None:
        """Keep it in polars tables of 10,000 rows."""
        import polars as pl

        self._count += 1
        if self._count == 1:
            self._watch.start()
        self._rows.append(event)
        is_last = self._count == self._order.events
        if len(self._rows) == CHUNK_ROWS or is_last:
            self._made.append(pl.DataFrame(self._rows, infer_schema_length=None, strict=False))
            self._rows = []
        if is_last:
            self._watch.extra["kept"] = sum(table.height for table in self._made)
            self._watch.stop(self._count)


def main() -> None:
    order = read_order()
    if order.arm == "tables":
        import_module("polars")
    listener = Listener(order, Stopwatch(order))
    ((event_type, symbols),) = order.subscriptions.items()
    names = translation.StreamerSymbolTranslations({symbol: symbol for symbol in symbols})
    callback = {f"on_{event_type.lower()}": listener.keep if order.arm == "tables" else listener.count}
    market_data.Subscription(order.url, "speed", names, **callback).open()
    threading.Event().wait()


if __name__ == "__main__":
    main()
