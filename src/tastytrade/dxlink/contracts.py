"""Which contract carries a subscription: the rule both ends share.

A server applies it to AUTO channels; our client applies it itself and opens a channel per contract,
because AUTO has been seen to answer a candle history with an empty snapshot.
Source: the rule of dxFeed's Java API.
"""

from __future__ import annotations

from tastytrade.dxfeed.event import Event
from tastytrade.dxfeed.registry import EVENT_CLASSES
from tastytrade.dxlink.messages import Contract, Entry

WILDCARD = "*"


def contract_of(entry: Entry) -> Contract:
    """TICKER for last values, HISTORY for snapshots (a start time, an order source), STREAM for prints."""
    event_class = EVENT_CLASSES.get(entry.type, Event)
    if entry.symbol == WILDCARD:
        return Contract.STREAM
    if entry.from_time is not None or entry.source is not None:
        return Contract.HISTORY
    if event_class.lasting:
        return Contract.TICKER
    if event_class.time_series or not event_class.indexed:
        return Contract.STREAM
    return Contract.HISTORY
