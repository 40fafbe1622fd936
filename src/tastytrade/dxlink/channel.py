"""One FEED channel as the client sees it: what it is for, how far it is open, what is in force."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from tastytrade.dxlink.compact import Layout
from tastytrade.dxlink.messages import (
    Contract,
    DataFormat,
    Entry,
    FeedConfig,
    FeedSetup,
    FeedSubscription,
)
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.wanted import WantedSet

ROOM = 20_000
"""Last values that are subscribed to before some are given up; a connection has room for 25,000 entries
(measured by others)."""
HISTORIES_IN_FLIGHT = 16
"""Histories that are asked for before others have ended; a client of tastytrade had to stay below 18."""
REOPEN_PAUSE = 0.5
"""Seconds before a channel that the server closed is opened again; doubled each time, up to 32."""


LATE_REFUSAL = 2.0
"""Seconds in which a server may refuse what it has confirmed to have read."""


class _Said(Struct):
    """A subscription message that went out: its mark, when, and what it added."""

    mark: int
    at: float
    entries: list[Entry]


class Opening(Enum):
    """How far a channel is open on this connection."""

    CLOSED = "closed"
    REQUESTED = "requested"
    OPEN = "open"


class Channel:
    """Lives as long as its plan; ``restart()`` when the connection or the channel is gone."""

    def __init__(self, plan: ChannelPlan) -> None:
        self.plan = plan
        # A server allows few histories at a time: they are given up before others are asked for.
        is_history = plan.contract is Contract.HISTORY
        self.wanted = WantedSet(
            room=ROOM if plan.contract is Contract.TICKER else 0,
            in_flight=HISTORIES_IN_FLIGHT if is_history else None,
        )
        self.number = 0
        self.asked = 0
        """Mark of the last subscription message; ``confirmed`` is the mark up to which it was heard."""
        self.confirmed = 0
        self.open_at = 0.0
        self.closures = 0
        """How often the server closed it on this connection."""
        self.opening = Opening.CLOSED
        self.opened_by = 0.0
        self.set_up_by: float | None = None
        """When a FEED_CONFIG must have come; None when none is waited for."""
        self.is_configured = False
        self.layout: Layout = {}
        self.data_format = DataFormat.FULL.value  # of a channel that has said nothing yet
        self.aggregation_period: float | None = None
        self.quiet_until = 0.0
        self.look_at = 0.0
        """When to look again whether there is room for what waits."""
        self.refusals = 0
        """How often the server said that there are too many subscriptions; which, it does not say."""
        self._said: list[_Said] = []
        self._types_asked: set[str] = set()
        self._asked_once_more = False
        self._is_set_up = False

    @property
    def is_confirmed(self) -> bool:
        """Whether everything wanted has been asked for, and heard."""
        return self.wanted.is_asked and self.confirmed >= self.asked

    @property
    def brings_values(self) -> bool:
        """Whether a subscription is answered at once, by a value or a snapshot."""
        return self.plan.contract is not Contract.STREAM

    def said(self, message: FeedSubscription, mark: int, now: float) -> None:
        """A subscription message goes out under a mark."""
        self.asked = mark
        self._said = [one for one in self._said if one.mark > self.confirmed or one.at > now - LATE_REFUSAL]
        self._said.append(_Said(mark, now, message.add or []))

    def confirm(self, mark: int) -> None:
        """The server has read everything up to a mark."""
        self.confirmed = max(self.confirmed, min(mark, self.asked))

    def doubt(self) -> None:
        """What is asked for again is not confirmed any more."""
        if self.wanted.desired:
            self.confirmed = 0

    def take_back(self, now: float) -> None:
        """What the server may have refused goes back to what waits. It names no message: that is what it has
        not confirmed or, where a confirmation came first, the newest."""
        refused = [one for one in self._said if one.mark > self.confirmed]
        if not refused:
            refused = [one for one in self._said[-1:] if one.at > now - LATE_REFUSAL]
        for one in refused:
            self.wanted.take_back(one.entries)
            self._said.remove(one)

    def restart(self) -> None:
        """Nothing is known of this channel at the server any more; what is desired stays."""
        self.opening = Opening.CLOSED
        self.set_up_by = None
        self.is_configured = False
        self.number = 0
        self.layout = {}
        self.data_format = DataFormat.FULL.value
        self.aggregation_period = None
        self.quiet_until = self.open_at = 0.0
        self.asked = self.confirmed = 0
        self._said = []
        self._types_asked = set()
        self._asked_once_more = False
        self._is_set_up = False
        self.wanted.forget_sent()

    def next_setup(self) -> FeedSetup | None:
        """FEED_SETUP for event types not asked for yet: the plan's own, then those about to be added."""
        types = (self.wanted.pending_types | (self.plan.event_types or set())) - self._types_asked
        first = not self._is_set_up
        if not types and not first:
            return None
        self._is_set_up = True
        self._types_asked |= types
        return FeedSetup(
            self.number,
            accept_aggregation_period=self.plan.aggregation_period if first else None,
            accept_data_format=DataFormat.COMPACT.value if first else None,
            accept_event_fields={name: self.plan.fields(name) for name in sorted(types)},
        )

    def apply(self, config: FeedConfig) -> FeedSetup | None:
        """Take over what a FEED_CONFIG says; absent keys keep their values.

        When the server turns to FULL, the answer asks once more for COMPACT, and for ``eventType`` as a
        column: a FULL event without it does not say what it is.
        """
        self.set_up_by = None
        self.is_configured = True
        if isinstance(config.aggregation_period, float):
            self.aggregation_period = config.aggregation_period
        if config.event_fields:
            patch = {name: tuple(columns) for name, columns in config.event_fields.items()}
            self.layout = {**self.layout, **patch}
        if config.data_format is None:
            return None
        self.data_format = config.data_format
        if self.data_format != DataFormat.FULL or self._asked_once_more:
            return None
        self._asked_once_more = True
        return FeedSetup(
            self.number,
            accept_data_format=DataFormat.COMPACT.value,
            accept_event_fields={
                name: ["eventType", *self.plan.fields(name)] for name in sorted(self._types_asked)
            },
        )
