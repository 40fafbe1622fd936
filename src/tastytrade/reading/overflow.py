"""Overflow: what happens when a reader falls behind its limit."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from tastytrade.dxfeed import EVENT_CLASSES
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import ConfigurationError


class Overflow(Enum):
    """What happens when a reader falls behind its limit."""

    CONFLATE = "conflate"
    """The newest event of each symbol is kept, older ones are counted and go: for last values."""
    DROP_OLDEST = "drop oldest"
    """The oldest go; a Gap says from when to when."""
    FAIL = "fail"
    """Reading raises SlowReader."""
    BLOCK = "block"
    """The connection is not read until there is room, so that everybody on it waits; for 30 seconds at the
    longest, then the oldest go with a Gap."""


def overflow_for(entries: Iterable[Entry], wish: Overflow | None) -> Overflow:
    """The policy of a reader: what it wishes, else CONFLATE for last values and FAIL for everything else.

    Raises ConfigurationError for a wish to conflate what must come whole: prints, histories, order books.
    """
    whole = dict.fromkeys(
        entry.type
        for entry in entries
        if not EVENT_CLASSES[entry.type].lasting or entry.from_time is not None
    )
    if wish is None:
        return Overflow.FAIL if whole else Overflow.CONFLATE
    if wish is Overflow.CONFLATE and whole:
        raise ConfigurationError(
            f"{', '.join(whole)} cannot be conflated, because each event of it counts: choose overflow="
            "Overflow.FAIL, DROP_OLDEST or BLOCK, or subscribe to last values by themselves"
        )
    return wish
