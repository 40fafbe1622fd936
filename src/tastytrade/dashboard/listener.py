"""Where a dashboard listens: this machine only, for a limited number of connections of limited patience."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from tastytrade.dashboard.limits import Limits
from tastytrade.errors import ConfigurationError

HOST = "127.0.0.1"
_WIRE = "tastytrade.dashboard.wire"


class Listener:
    """An address on this machine, and while it is open the server on it. Port 0 becomes a free one."""

    def __init__(self, port: int, limits: Limits) -> None:
        self.port = port
        self._limits = limits
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self, app: ASGIApp) -> None:
        """Begin to listen. Raises ConfigurationError when the port is taken, or it listens already."""
        if self._server is not None:
            raise ConfigurationError("this dashboard is open already")
        listener = _listen(self.port, self._limits)
        self.port = listener.getsockname()[1]
        self._server = _server_of(app, self._limits)
        self._serving = asyncio.create_task(self._server.serve([listener]), name="tastytrade-dashboard")
        await self._server.ready.wait()

    async def aclose(self) -> None:
        """End every connection and listen no more; nothing when it does not listen."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None


def hang_up(scope: Scope) -> None:
    """End the connection of a WebSocket at once: what it did not take by now it never will."""
    wire = scope.get(_WIRE)
    if isinstance(wire, _Wire):
        wire.transport.abort()


def _listen(port: int, limits: Limits) -> socket.socket:
    # Named as TCP, asyncio sets TCP_NODELAY on what it accepts; without it an answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # What is accepted has it, too: else the system keeps megabytes for a page that takes nothing.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.send_bytes)
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise ConfigurationError(
            f"cannot listen on {HOST} port {port} ({reason}); choose another --port, or 0 for any free one"
        ) from None
    return listener


def _server_of(app: ASGIApp, limits: Limits) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            http=cast(Any, partial(_Patient, limits=limits)),  # uvicorn calls it as it would the class
            ws=_Wire,
            ws_max_size=limits.message_bytes,
            ws_ping_interval=limits.ping_after,
            ws_ping_timeout=limits.ping_after,
            h11_max_incomplete_event_size=limits.header_bytes,
            backlog=limits.connections,
            timeout_keep_alive=max(1, int(limits.request_timeout)),
            timeout_graceful_shutdown=1,
            server_header=False,
        )
    )


class _Server(uvicorn.Server):
    """uvicorn that says when it listens, and leaves signals to the program."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Patient(H11Protocol):
    """What uvicorn makes of a connection, with an end to how long it waits for a request."""

    def __init__(self, *, limits: Limits, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._limits = limits
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        if len(self.connections) >= self._limits.connections:
            self.transport = transport
            transport.abort()
            return
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        if self.flow is None:  # hung up on
            return
        super().data_received(data)
        if self.transport.get_protocol() is not self:  # it is a WebSocket now
            return
        state = self.conn.their_state
        # Between two requests uvicorn waits by itself, until the first byte of the next.
        is_begun = state is h11.IDLE and self.timeout_keep_alive_task is None
        if is_begun or state is h11.SEND_BODY:
            self._await_request()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def _await_request(self) -> None:
        if self._alarm is None:
            self._alarm = self.loop.call_later(self._limits.request_timeout, self._give_up)

    def _stop_waiting(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _give_up(self) -> None:
        self._alarm = None
        self.transport.abort()


class _Wire(WebSocketsSansIOProtocol):
    """What uvicorn makes of a WebSocket; it can be found again from the scope."""

    async def run_asgi(self) -> None:
        cast(dict[str, Any], self.scope)[_WIRE] = self
        await super().run_asgi()
