"""Known: what is in force on the connections of a log, so that each of its files can be read by itself."""

from __future__ import annotations

from tastytrade.dxlink.overheard import Overheard, in_force
from tastytrade.wire_log.line import beginning_of, repeated_line

MOST = 16
"""Connections that are remembered: those heard last. More than a few never live at a time."""


class _Heard:
    def __init__(self) -> None:
        self.protocol = Overheard()
        self.received_ns = 0
        self.epoch = 0


class Known:
    """Is told every message that is no data."""

    def __init__(self) -> None:
        self._connections: dict[int, _Heard] = {}

    def take(self, connection: int, epoch: int, text: bytes, received_ns: int) -> None:
        """The server has said something on a connection."""
        heard = self._connections.pop(connection, None) or _Heard()
        self._connections[connection] = heard
        heard.epoch, heard.received_ns = epoch, received_ns
        heard.protocol.receive(text, now=received_ns / 1e9)
        while len(self._connections) > MOST:
            del self._connections[next(iter(self._connections))]

    def lines(self) -> bytes:
        """What a file begins with, where it is not the first."""
        return b"".join(
            repeated_line(beginning_of(heard.received_ns, connection, heard.epoch), text)
            for connection, heard in self._connections.items()
            for text in in_force(heard.protocol)
        )
