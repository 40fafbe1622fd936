"""The 64-bit index of time-series events: seconds, milliseconds and a sequence number in one integer.

bits 63..32 hold seconds since 1970-01-01 UTC, bits 31..22 the milliseconds, bits 21..0 the sequence.
Source: dxFeed's TimeSeriesEvent. Index order is time order, then sequence order.
"""

from __future__ import annotations

from tastytrade.errors import ConfigurationError

MAX_SEQUENCE = (1 << 22) - 1
SENTINEL_INDEX = (1 << 63) - 1
"""Index of the virtual row that ends a transaction with nothing to show; its time is in 2038."""


def index_of(time_ms: int, sequence: int = 0) -> int:
    """The index of an event at ``time_ms`` (Unix milliseconds) with ``sequence`` (0..4194303)."""
    if not 0 <= sequence <= MAX_SEQUENCE:
        raise ConfigurationError(f"sequence {sequence} is outside 0..{MAX_SEQUENCE}")
    seconds, millis = divmod(time_ms, 1000)
    return (seconds << 32) | (millis << 22) | sequence


def time_of(index: int) -> int:
    """Unix milliseconds of a time-series index."""
    return (index >> 32) * 1000 + ((index >> 22) & 0x3FF)


def sequence_of(index: int) -> int:
    """Sequence number (0..4194303) of a time-series index."""
    return index & MAX_SEQUENCE
