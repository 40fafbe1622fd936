"""Records: what a wire log tells. Times are Unix nanoseconds, UTC."""

from __future__ import annotations

from msgspec import Struct

from tastytrade.dxfeed.gap import GapReason


class WireMessage(Struct, frozen=True):
    """One message of a server, as it came.

    received_ns  when it was read at the socket; what came together has one time
    connection   counted from 1 by whoever connected; each connection has a number of its own
    epoch        of that connection; of the one before until the server had let it in
    text         the very bytes
    log          which of the programs that wrote to the folder wrote it
    is_repeated  it was said earlier and is in force where a file begins, in our words
    """

    received_ns: int
    connection: int
    epoch: int
    text: bytes
    log: str
    is_repeated: bool = False


class Hidden(Struct, frozen=True):
    """A message of which only the type is kept, because others may have secrets in them.

    type     DXLink's word, "unknown" for any that is none, "unreadable" for what is no message
    channel  None where it is not known
    """

    received_ns: int
    connection: int
    epoch: int
    type: str
    channel: int | None
    log: str


class Missing(Struct, frozen=True):
    """Messages that may have come between two times and are not here.

    reason    STORAGE: left out for want of room, or damaged; RESTART_CLEAN and RESTART_CRASH: nobody
              wrote, and how that began
    to_ns     None where nothing comes after it
    messages  how many; None where nobody can know it
    """

    reason: GapReason
    from_ns: int
    to_ns: int | None
    messages: int | None
    epoch_before: int
    epoch_after: int


WireRecord = WireMessage | Hidden | Missing
