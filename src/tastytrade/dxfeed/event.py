"""What every market event has: the Struct all event types descend from."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

NAN = float("nan")
"""The one NaN this package puts into events: the same object, so that equal events compare equal."""


class Event(Struct, frozen=True, gc=False, tag_field="eventType", tag=True):
    """A market fact. Fields are spelled and ordered as dxFeed's; a missing double is ``nan``.

    ``eventTime`` is Unix milliseconds, 0 when the service does not fill it (tastytrade does not).
    """

    lasting: ClassVar[bool] = False
    """The newest event of a symbol replaces the one before (Quote, Trade, Greeks, ...)."""
    indexed: ClassVar[bool] = False
    """Has ``eventFlags`` and ``index``; comes in snapshots."""
    time_series: ClassVar[bool] = False
    """Indexed by time: history can be asked for with a start time."""

    eventSymbol: str
    eventTime: int = 0
