"""Fault: something that goes wrong, and when. Plain data that JSON can carry."""

from __future__ import annotations

from math import isfinite
from typing import ClassVar

from msgspec import Struct

from tastytrade.dxlink.messages import (
    Auth,
    ChannelCancel,
    ChannelRequest,
    FeedSetup,
    FeedSubscription,
    Keepalive,
    Setup,
)
from tastytrade.errors import ConfigurationError

STEPS = tuple(
    str(step.__struct_config__.tag)
    for step in (Setup, Auth, ChannelRequest, FeedSetup, FeedSubscription, ChannelCancel, Keepalive)
)
"""What a client sends, and a fault can wait for."""


class Fault(Struct, frozen=True, kw_only=True, tag_field="name", omit_defaults=True):
    """What every fault has: when it comes, how often and to whom. At once, once and to all, unless told.

    at_s        it waits so many seconds after it was given, or after the simulator began to listen
    on_step     comes when a connection receives this message of its client, before it is answered
    nth         the so-many-th of it on that connection
    on_frame    comes after the so-many-th FEED_DATA of a connection; with ``before``, before it
    after_s     so many seconds later than that
    times       how often in all; None: always. Without on_step and on_frame it comes every ``at_s``
    connection  the number of the connection it is meant for, counted from 1; None: any, or all
    """

    at_s: float = 0.0
    on_step: str | None = None
    nth: int = 1
    on_frame: int | None = None
    before: bool = False
    after_s: float = 0.0
    times: int | None = 1
    connection: int | None = None

    is_repeatable: ClassVar[bool] = False
    """Whether ``times`` counts something else than moments."""

    @property
    def has_moment(self) -> bool:
        """Whether it waits for what happens on a connection."""
        return self.on_step is not None or self.on_frame is not None

    def __post_init__(self) -> None:
        if self.on_step is not None and self.on_step not in STEPS:
            raise ConfigurationError(f"on_step must be one of {', '.join(STEPS)}, not {self.on_step!r}")
        if self.on_step is not None and self.on_frame is not None:
            raise ConfigurationError("a fault waits for on_step or for on_frame, not for both")
        counts = {
            "nth": self.nth,
            "on_frame": self.on_frame,
            "times": self.times,
            "connection": self.connection,
        }
        for name, count in counts.items():
            if count is not None and count < 1:
                raise ConfigurationError(f"{name} must be 1 or more, not {count}")
        for name in ("at_s", "after_s", "seconds"):
            seconds = getattr(self, name, None)
            if seconds is not None and not (isfinite(seconds) and seconds >= 0):
                raise ConfigurationError(f"{name} must be seconds, 0 or more, not {seconds}")
        if self.times != 1 and not (self.has_moment or self.at_s or self.is_repeatable):
            raise ConfigurationError("times needs a moment that comes again: on_step, on_frame or at_s")


class Act(Fault, frozen=True, kw_only=True):
    """A fault that is done to connections at its moment."""


class Rewrite(Fault, frozen=True, kw_only=True):
    """A fault of what the server says: from its moment on, the next ``times`` fitting messages have it."""

    is_repeatable: ClassVar[bool] = True
