"""Where the simulator listens: one socket, and the HTTP server on it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tastytrade.errors import ConfigurationError
from tastytrade.simulator.wire import Wire


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ConfigurationError when that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, asyncio sets TCP_NODELAY on what it accepts; without it an answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"cannot listen on {host} port {port} ({error.strerror});"
            " choose another --port, or 0 for any free one"
        ) from None
    return listener


def server_of(app: ASGIApp) -> Server:
    """An HTTP and WebSocket server for an app; it says nothing and hides what it is."""
    return Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            ws=Wire,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
    )


class Listener:
    """An address, and while it is open the server on it. Port 0 becomes a free one that is kept."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._server is not None

    @property
    def address(self) -> str:
        """Host and port, as they stand in a URL."""
        shown = f"[{self._host}]" if ":" in self._host else self._host
        return f"{shown}:{self._port}"

    async def open(self, app: ASGIApp) -> None:
        """Begin to listen. Raises ConfigurationError when the address is taken."""
        listener = listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = server_of(app)
        self._serving = asyncio.create_task(self._server.serve([listener]), name="tastytrade-simulator")
        await self._server.ready.wait()

    async def aclose(self) -> None:
        """End every connection and listen no more; nothing when it does not listen."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None


class Server(uvicorn.Server):
    """uvicorn that says when it listens, and leaves signals to the program that runs the simulator."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
