"""Limits: how much a page, and whoever else comes to its door, may take. One value for a dashboard."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Seconds and bytes, unless the name says otherwise.

    connections      that may be open, of whatever kind: one more is hung up on at once
    clients          pages at a time
    request_timeout  for a request to come, from its connection on or from its first byte
    header_bytes     of a request
    message_bytes    of what a page asks
    send_bytes       that the system keeps of what a page has not taken
    patience         in which a page must take what it was sent
    ping_after       between pings of a page, and for the answer to each
    export_timeout   that an export waits for a panel that nobody shows
    """

    connections: int = 64
    clients: int = 16
    request_timeout: float = 5.0
    header_bytes: int = 16 << 10
    message_bytes: int = 16 << 10
    send_bytes: int = 64 << 10
    patience: float = 60.0
    ping_after: float = 20.0
    export_timeout: float = 5.0
