"""Which channels a client opens, and which subscription goes to which: plain data, decided in one place.

A plan is a list; the first channel plan that takes a subscription gets it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tastytrade.dxfeed.registry import EVENT_CLASSES, field_names
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.messages import Contract, Entry

DEFAULT_AGGREGATION_PERIOD = 0.1
"""Seconds; what tastytrade's own web client asks for. 0 asks for no aggregation."""


class ChannelPlan(Struct, frozen=True):
    """One channel: its contract, what it takes, and the columns to ask for.

    event_types         the types it takes; None: every type whose rule names this contract
    event_fields        columns to ask for by type; a type not listed is asked for whole
    aggregation_period  seconds between deliveries to ask for; None: the server's default
    """

    contract: Contract
    event_types: frozenset[str] | None = None
    event_fields: Mapping[str, tuple[str, ...]] = {}
    aggregation_period: float | None = DEFAULT_AGGREGATION_PERIOD

    def takes(self, entry: Entry) -> bool:
        if self.event_types is not None:
            return entry.type in self.event_types
        return contract_of(entry) is self.contract

    def fields(self, event_type: str) -> list[str]:
        """The columns to ask for, in the order to ask for them."""
        asked = self.event_fields.get(event_type)
        return list(asked or field_names(EVENT_CLASSES[event_type]))


def contract_plans(aggregation_period: float | None = DEFAULT_AGGREGATION_PERIOD) -> tuple[ChannelPlan, ...]:
    """A channel a contract: last values, prints, and everything that comes as a snapshot."""
    return tuple(
        ChannelPlan(contract, aggregation_period=aggregation_period)
        for contract in (Contract.TICKER, Contract.STREAM, Contract.HISTORY)
    )
