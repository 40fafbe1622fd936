"""Handshake: what was said on a feed's connection, in order and with times, and who refused what."""

from __future__ import annotations

from tastytrade.dxlink.client import Received
from tastytrade.dxlink.messages import (
    CONNECTION,
    AuthState,
    ChannelClosed,
    Error,
    FeedSubscription,
    Message,
    Setup,
    decode,
)
from tastytrade.errors import ProtocolError
from tastytrade.transport.wire import Arrival


class Handshake:
    """``received`` and ``sent`` are for ``Streamer.watch_wire``, ``take`` is for its ``on_message``.

    ``refused`` has the channels on which the server said no or that it closed, ``channels`` by event type
    those that it was asked for on.
    """

    def __init__(self) -> None:
        self.channels: dict[str, set[int]] = {}
        self.refused: set[int] = set()
        self._began_ns = 0
        self._steps: list[str] = []
        self._promised: float | None = None
        self._version = ""
        self._is_done = False

    def take(self, message: Received) -> None:
        """A message that is no data."""
        if isinstance(message, Error | ChannelClosed) and message.channel != CONNECTION:
            self.refused.add(message.channel)

    def sent(self, _number: int, _epoch: int, arrival: Arrival) -> None:
        """What goes out."""
        self._began_ns = self._began_ns or arrival.received_ns
        for message in _messages(arrival):
            if isinstance(message, FeedSubscription) and message.add:
                for entry in message.add:
                    self.channels.setdefault(entry.type, set()).add(message.channel)

    def received(self, _number: int, _epoch: int, arrival: Arrival) -> None:
        """What comes in, until we are let in."""
        if self._is_done:
            return
        for message in _messages(arrival):
            if not isinstance(message, Setup | AuthState):
                continue
            name = str(message.__struct_config__.tag)
            if isinstance(message, Setup):
                self._promised, self._version = message.keepalive_timeout, message.version
            else:
                name += f" {message.state}"
                self._is_done = message.state == "AUTHORIZED"
            self._steps.append(f"{name} {(arrival.received_ns - self._began_ns) / 1e6:,.1f} ms")

    def __str__(self) -> str:
        said = ", ".join(self._steps)
        if self._promised is not None:
            said += f"; a sign of life every {self._promised:g} s"
        return f"{said}; server {self._version}" if self._version else said


def _messages(arrival: Arrival) -> list[Message]:
    found: list[Message] = []
    for text in arrival.texts:
        try:
            message = decode(text)
        except ProtocolError:
            continue
        if isinstance(message, Message):
            found.append(message)
    return found
