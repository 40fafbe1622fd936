"""Transaction and snapshot bits of indexed events (``eventFlags``), as dxFeed defines them."""

from __future__ import annotations

from enum import IntFlag


class EventFlags(IntFlag):
    """Bits of ``eventFlags``. 0x20 is unused."""

    TX_PENDING = 0x01
    """More events of the same transaction follow; do not show the state yet."""
    REMOVE_EVENT = 0x02
    """Delete the event with this index; its other fields mean nothing."""
    SNAPSHOT_BEGIN = 0x04
    """First event of a snapshot; forget what was known once the snapshot completes."""
    SNAPSHOT_END = 0x08
    """Last event of a snapshot that is complete back to its start."""
    SNAPSHOT_SNIP = 0x10
    """Last event of a snapshot that a size limit cut; older events exist and will not come."""
    SNAPSHOT_MODE = 0x40
    """Only for publishers; a consumer ignores it."""


EMPTY_SNAPSHOT = EventFlags.SNAPSHOT_BEGIN | EventFlags.SNAPSHOT_END | EventFlags.REMOVE_EVENT
"""0x0E: an explicit empty snapshot."""
