"""Values: the newest events of an expiration's options, and the chain table of some of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tastytrade.dxfeed import Event, EventBatch
from tastytrade.instruments.models import Option
from tastytrade.live_chain.followed import TYPES
from tastytrade.tables import TableBuilder, chain_table

if TYPE_CHECKING:
    from tastytrade.tables import Table


class Values:
    """Options that have gone out of a window keep theirs: there are only so many of an expiration."""

    def __init__(self) -> None:
        self._builders: dict[type[Event], TableBuilder[Any]] = {
            cls: TableBuilder(cls, latest=True) for cls in TYPES
        }
        self.symbols: set[str] = set()
        """Those of which something has come."""

    def take(self, batch: EventBatch[Any]) -> None:
        """Events have come."""
        self._builders[batch.event_class].append(batch)
        self.symbols.update(batch.symbols)

    def table(self, options: Iterable[Option], *, at_ns: int) -> Table:
        """One row a strike, with ages at a moment."""
        quotes, greeks, summaries, trades = (self._builders[cls].table for cls in TYPES)
        return chain_table(
            options, quotes=quotes, greeks=greeks, summaries=summaries, trades=trades, at=at_ns
        )
