"""Wire: one WebSocket of the HTTP server, with what only a broken or hostile server does to it."""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_SCOPE_KEY = "tastytrade.wire"
# Lingering for 0 seconds is what makes the kernel send a reset.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Wire(WebSocketsSansIOProtocol):
    """What uvicorn makes of a connection that asks for a WebSocket.

    ``answers_close``  False: the client's close frame is not answered
    ``is_mute``        True: pings and close frames are not answered
    ``is_dead_letter`` True: what is written does not reach the client any more
    """

    answers_close = True
    is_mute = False
    is_dead_letter = False

    async def run_asgi(self) -> None:
        cast(dict[str, Any], self.scope)[_SCOPE_KEY] = self
        await super().run_asgi()

    @property
    def _is_open(self) -> bool:
        return not self.transport.is_closing() and self.conn.state.name == "OPEN"

    async def write(self, text: bytes) -> None:
        """A text frame, when there is room for it. As an ASGI message it would be decoded and encoded again.

        Raises WebSocketDisconnect when the connection has ended.
        """
        await self.writable.wait()
        if not self._is_open:
            raise WebSocketDisconnect(1006)
        if not self.is_dead_letter:
            self.conn.send_text(text)
            self._flush()

    def abort(self) -> None:
        """End the TCP connection with a reset; what was not written yet never will be."""
        if self.disconnected:
            return
        found = self.transport.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def pause(self) -> None:
        """Read no more until ``resume()``."""
        if not self.disconnected and self.transport.is_reading():
            self.transport.pause_reading()

    def resume(self) -> None:
        if not (self.disconnected or self.read_paused or self.transport.is_closing()):
            self.transport.resume_reading()

    def send_pieces(self, data: bytes, count: int, *, finish: bool = True) -> None:
        """A text in ``count`` fragments; one that is never finished leaves no room for anything after it."""
        if not self._is_open:
            return
        size = -(-len(data) // count) or 1
        pieces = [data[at : at + size] for at in range(0, max(len(data), 1), size)]
        pieces += [b""] * (count - len(pieces))
        for number, piece in enumerate(pieces):
            is_last = finish and number == count - 1
            if number:
                self.conn.send_continuation(piece, fin=is_last)
            else:
                self.conn.send_text(piece, fin=is_last)
        self._flush()
        self.is_dead_letter = not finish

    def send_binary(self, data: bytes) -> None:
        if not self._is_open:
            return
        self.conn.send_binary(data)
        self._flush()

    def send_ping(self, data: bytes) -> None:
        self.conn.send_ping(data[:125])
        self._flush()

    def send_octets(self, data: bytes) -> None:
        """Bytes on the TCP connection, whatever they mean there."""
        self.transport.write(data)

    def _flush(self) -> None:
        self.transport.write(b"".join(self.conn.data_to_send()))

    # What uvicorn would do by itself.

    async def send(self, message: Any) -> None:
        if self.is_dead_letter and not self.disconnected:
            await self.writable.wait()
            return
        await super().send(message)

    def handle_ping(self) -> None:
        if self.is_mute:
            self.conn.data_to_send()
            return
        super().handle_ping()

    def handle_close(self, event: Any) -> None:
        if (self.is_mute or not self.answers_close) and not self.close_sent:
            # The answer is ready by now; without it nothing more can be said either.
            self.conn.data_to_send()
            self.is_dead_letter = True
            return
        super().handle_close(event)

    def shutdown(self) -> None:
        if self.is_dead_letter:
            self.transport.close()
            return
        super().shutdown()


def wire_of(websocket: WebSocket) -> Wire:
    """The wire below a WebSocket of ours."""
    wire = websocket.scope[_SCOPE_KEY]
    assert isinstance(wire, Wire)  # noqa: S101 - server_of() sees to it
    return wire
