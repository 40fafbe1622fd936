"""The door to a WebSocket. Bytes in, bytes out, errors in words."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from websockets import CloseCode
from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidURI,
    ProxyError,
)
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from tastytrade.errors import ConnectFailed, ConnectionLost
from tastytrade.rest.address import check_feed_url, is_loopback
from tastytrade.transport.wire import Take, Wire

log = logging.getLogger(__name__)

OPEN_TIMEOUT = 10.0
CLOSE_TIMEOUT = 1.0
HAPPY_EYEBALLS_DELAY = 0.25
"""Seconds after which the next address of a name is tried beside one that stays silent (RFC 8305)."""
MAX_MESSAGE_BYTES = 16 << 20
"""Snapshots of candles reach megabytes; a bomb should not reach memory."""


class WebSocketDoor:
    """An open WebSocket that carries text messages."""

    def __init__(self, connection: Wire) -> None:
        self._connection = connection

    async def deliver(self, take: Take) -> None:
        """Give ``take`` what arrives, when it arrives, until it says False.

        Raises ConnectionLost when there will be no more, and what ``take`` raises.
        """
        try:
            await self._connection.deliver(take)
        except ConnectionClosed as error:
            raise _lost(error) from None

    async def send(self, text: bytes) -> None:
        """Write one text frame. Raises ConnectionLost."""
        try:
            await self._connection.send(text, text=True)
        except ConnectionClosed as error:
            raise _lost(error) from None

    async def ping(self) -> None:
        """Wait until the peer has answered a ping, and so has read everything before it.

        Raises ConnectionLost.
        """
        try:
            await (await self._connection.ping())
        except ConnectionClosed as error:
            raise _lost(error) from None


@asynccontextmanager
async def open_websocket(
    url: str, *, user_agent: str, open_timeout: float = OPEN_TIMEOUT, close_timeout: float = CLOSE_TIMEOUT
) -> AsyncIterator[WebSocketDoor]:
    """Open a WebSocket and close it properly at the end; the peer has ``close_timeout`` to answer that.

    Raises ConnectFailed with the step (dns, tcp, tls, upgrade) that failed. Plain ``ws://`` goes to
    this machine only, because a quote token travels over it.
    """
    check_feed_url(url, name="the DXLink address")
    try:
        connection = await _Connect(
            url,
            user_agent_header=user_agent,
            compression=None,  # costs half as much CPU again at feed rates
            max_size=MAX_MESSAGE_BYTES,
            create_connection=Wire,
            ping_interval=None,  # DXLink's own KEEPALIVE is the sign of life; busy servers answer pings late
            open_timeout=open_timeout,
            close_timeout=close_timeout,
            proxy=None if is_loopback(url) else True,
            logger=_Discreet(log),
            **_choice_of_addresses(url),
        )
    except ImportError:
        raise ConnectFailed(
            f"{url} is reached through {_proxy(url)}, and SOCKS needs the package python-socks: install it, "
            "or unset the variable that names the proxy",
            step="proxy",
            is_lasting=True,
        ) from None
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError, UnicodeError) as error:
        raise _failed(url, error, open_timeout) from None
    wire = cast(Wire, connection)
    async with wire:
        try:
            yield WebSocketDoor(wire)
        finally:
            wire.ignore()


class _Connect(connect):
    """Goes where it was told and nowhere else: an address is checked before a token goes there."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Discreet(logging.LoggerAdapter[logging.Logger]):
    """websockets logs every frame at DEBUG, AUTH and its token too; this never lets it."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - logging's own name
        return level > logging.DEBUG and super().isEnabledFor(level)


def _choice_of_addresses(url: str) -> dict[str, Any]:
    """How to try several addresses of a name, where the loop can: asyncio's own, but not uvloop's.

    Of one address there is nothing to choose, and Python 3.11 loses a socket when that is cancelled.
    """
    can_choose = isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)
    return {"happy_eyeballs_delay": HAPPY_EYEBALLS_DELAY} if can_choose and not _is_address(url) else {}


def _is_address(url: str) -> bool:
    """Whether a URL names its host by a number."""
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for an address, without what may be secret of it."""
    found = None if is_loopback(url) else get_proxy(parse_uri(url))
    if found is None:
        return None
    parts = urlsplit(found)
    return f"the proxy {parts.scheme}://{parts.hostname}:{parts.port}"


def _failed(url: str, error: Exception, open_timeout: float) -> ConnectFailed:
    proxy = None if isinstance(error, InvalidURI | UnicodeError) else _proxy(url)
    if proxy is not None and isinstance(error, ProxyError | OSError) and not isinstance(error, ssl.SSLError):
        return ConnectFailed(
            f"{url} is reached through {proxy}, which does not answer as a proxy ({error}): check the "
            "variable that names it (https_proxy, all_proxy), or add the host to no_proxy",
            step="proxy",
        )
    match error:
        case TimeoutError():
            return ConnectFailed(f"{url} did not answer within {open_timeout:g} s", step="open")
        case socket.gaierror() | UnicodeError():
            return ConnectFailed(f"{url}: this host name is not known; check the address", step="dns")
        case ssl.SSLCertVerificationError():
            return ConnectFailed(
                f"{url}: the TLS certificate was not accepted ({error.verify_message}). Where a proxy of "
                "your own stands in between, name its certificates: SSL_CERT_FILE=/path/to/ca.pem",
                step="tls",
                is_lasting=True,
            )
        case ssl.SSLError():
            return ConnectFailed(f"{url} does not speak TLS ({error.reason}); check the address", step="tls")
        case InvalidStatus():
            status = error.response.status_code
            return ConnectFailed(
                f"{url} answered HTTP {status} instead of opening a WebSocket; check the address",
                step="upgrade",
                status=status,
                is_lasting=status in {404, 426} or 300 <= status < 400,
            )
        case ConnectionRefusedError():
            return ConnectFailed(f"nothing listens at {url}; is the server running?", step="tcp")
        case InvalidMessage(__cause__=EOFError() | OSError()):
            text = (
                f"{url} hung up while the WebSocket was being opened: it is restarting; or check the address"
            )
            return ConnectFailed(text, step="upgrade")
        case InvalidMessage() | InvalidHandshake() | InvalidURI():
            return ConnectFailed(f"{url} does not speak WebSocket; check the address", step="upgrade")
        case _:
            return ConnectFailed(f"cannot connect to {url} ({error})", step="tcp")


def _lost(error: ConnectionClosed) -> ConnectionLost:
    received, sent = error.rcvd, error.sent
    if received is None and sent is not None and sent.code == CloseCode.MESSAGE_TOO_BIG:
        text = f"the server sent a frame of over {MAX_MESSAGE_BYTES:,} bytes"
        return ConnectionLost(text, code=sent.code, is_ours=True)
    if received is None:
        return ConnectionLost("the connection broke without a close frame", code=1006)
    said = f" {received.reason!r}" if received.reason else ""
    return ConnectionLost(
        f"the server closed the connection ({received.code}{said})",
        code=received.code,
        reason=received.reason,
    )
