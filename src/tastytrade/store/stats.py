"""CaptureStats: how a capture into a store stands."""

from __future__ import annotations

from msgspec import Struct


class CaptureStats(Struct, frozen=True, kw_only=True):
    """How a capture stands.

    events, gaps   written since it began, committed or not
    committed_n    everything up to this number is safe
    waiting_rows   received, and not safe yet
    lag            seconds from the receipt of the oldest row of the last commit until it was safe
    dropped        events that a full disk has cost; a gap covers them
    size_bytes, free_bytes   of the store, and on its disk
    concern        why nothing can be written now; "" while all is well
    """

    events: int
    gaps: int
    committed_n: int
    waiting_rows: int
    lag: float
    dropped: int
    size_bytes: int
    free_bytes: int
    concern: str
