"""Reach: the way to an address, step by step: its name, TCP, a proxy between, TLS and the certificate."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from tastytrade.checkup.certificate import untrusted
from tastytrade.checkup.finding import Diagnosis
from tastytrade.checkup.proxies import CONNECTING, Proxy, fix_of, proxy_of
from tastytrade.rest.address import is_loopback, shown

HEADERS_BYTES = 65_536
"""What a proxy may answer before it lets us through."""


class Reached(Struct, frozen=True):
    """Milliseconds of each step; and what the server showed, None without TLS."""

    steps: dict[str, float]
    address: str
    certificate: dict[str, Any] | None = None
    tls: str = ""

    def __str__(self) -> str:
        steps = ", ".join(f"{name} {took:,.1f} ms" for name, took in self.steps.items())
        return f"{self.address}: {steps}{f' ({self.tls})' if self.tls else ''}"


async def reach(url: str, *, limit: float, schemes: Sequence[str]) -> Reached | Diagnosis:
    """Go there and come back; where that fails, why. Each step may take ``limit`` seconds.

    ``schemes`` are those whose proxies are taken.
    """
    proxy = proxy_of(url, schemes)
    if isinstance(proxy, Diagnosis):
        return proxy
    return await _Way(url, proxy, limit).go()


class _Lost(Exception):
    """A step failed; ends the way."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis


class _Way:
    """One way to one address."""

    def __init__(self, url: str, proxy: Proxy | None, limit: float) -> None:
        parts = urlsplit(url)
        self._url = url
        self._host = parts.hostname or ""
        self._is_secure = parts.scheme in {"https", "wss"}
        self._port = parts.port or (443 if self._is_secure else 80)
        self._proxy = proxy
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._steps: dict[str, float] = {}

    async def go(self) -> Reached | Diagnosis:
        target = (self._host, self._port) if self._proxy is None else (self._proxy.host, self._proxy.port)
        sock: socket.socket | None = None
        try:
            sock = await self._connected(*target)
            address = "{}:{}".format(*sock.getpeername()[:2])
            if self._proxy is not None:
                if self._proxy.kind not in CONNECTING:  # whether it lets us through, the libraries find out
                    return Reached(self._steps, f"{self._proxy}")
                await self._let_through(sock, self._proxy)
            if not self._is_secure:
                return Reached(self._steps, address)
            return await self._shaken(sock, address)
        except _Lost as lost:
            return lost.diagnosis
        finally:
            if sock is not None:
                sock.close()

    async def _connected(self, host: str, port: int) -> socket.socket:
        began = perf_counter()
        try:
            async with asyncio.timeout(self._limit):
                found = await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError):
            raise _Lost(self._no_name(host)) from None
        self._note("name", began)
        began = perf_counter()
        problem: Exception = OSError("no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            sock.setblocking(False)
            try:
                async with asyncio.timeout(self._limit):
                    await self._loop.sock_connect(sock, address)
            except (OSError, TimeoutError) as error:
                sock.close()
                problem = error
            except BaseException:
                sock.close()
                raise
            else:
                self._note("TCP", began)
                return sock
        raise _Lost(self._no_connection(problem))

    async def _let_through(self, sock: socket.socket, proxy: Proxy) -> None:
        """Ask a proxy to connect us."""
        began = perf_counter()
        place = f"{self._host}:{self._port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if proxy.authorization is not None:
            lines.append(f"Proxy-Authorization: {proxy.authorization.reveal()}")
        answer = b""
        try:
            async with asyncio.timeout(self._limit):
                await self._loop.sock_sendall(sock, "\r\n".join([*lines, "", ""]).encode())
                while b"\r\n\r\n" not in answer and len(answer) < HEADERS_BYTES:
                    more = await self._loop.sock_recv(sock, 4096)
                    if not more:
                        break
                    answer += more
        except (OSError, TimeoutError):
            answer = b""
        status = answer[9:12].decode("ascii", "replace") if answer.startswith(b"HTTP/1.") else ""
        if status.startswith("2"):
            self._note("proxy", began)
            return
        if status == "407":
            cause = f"the proxy {proxy} wants a user name and password, or others"
            fix = f"set {proxy.setting} like http://user:password@{proxy.host}:{proxy.port}"
            raise _Lost(Diagnosis("proxy_credentials", cause, fix))
        said = f"answers HTTP {status}" if status else "does not answer as a proxy"
        cause = f"{self._host} is reached through the proxy {proxy}, which {said}"
        raise _Lost(Diagnosis("proxy_refuses", cause, fix_of(proxy, self._host)))

    async def _shaken(self, sock: socket.socket, address: str) -> Reached:
        """TLS over a connection."""
        began = perf_counter()
        try:
            transport, _ = await self._loop.create_connection(
                asyncio.Protocol,
                sock=sock,
                ssl=ssl.create_default_context(),
                server_hostname=self._host,
                ssl_handshake_timeout=self._limit,
            )
        except ssl.SSLCertVerificationError as error:
            raise _Lost(untrusted(error, self._host)) from None
        except (OSError, TimeoutError) as error:
            said = getattr(error, "reason", None) or str(error) or "no answer in time"
            cause = f"{shown(self._url)} takes connections but does not speak TLS ({said})"
            fix = "check the address and its port; a program that looks into TLS may stand between"
            raise _Lost(Diagnosis("no_tls", cause, fix)) from None
        self._note("TLS", began)
        found = transport.get_extra_info("ssl_object")
        certificate, version = transport.get_extra_info("peercert"), found.version() if found else ""
        transport.abort()
        return Reached(self._steps, address, certificate, version or "")

    def _note(self, step: str, began: float) -> None:
        self._steps[step] = (perf_counter() - began) * 1e3

    def _no_name(self, host: str) -> Diagnosis:
        if self._proxy is not None:
            return self._no_proxy(f"whose name {host} is not known")
        cause = f"the name {host} is not known here: this machine has no network, or the name is wrong"
        fix = f"check the network and the spelling; `getent hosts {host}` asks the same (nslookup on Windows)"
        return Diagnosis("unknown_name", cause, fix)

    def _no_connection(self, error: Exception) -> Diagnosis:
        if self._proxy is not None:
            return self._no_proxy("where nothing takes the connection")
        where = shown(self._url)
        if isinstance(error, TimeoutError):
            cause = f"{where} does not take a connection within {self._limit:g} s"
            fix = (
                "check the network and firewall; if logins failed before this, wait: the service blocks such "
                "an address for about 8 hours"
            )
            return Diagnosis("silent_address", cause, fix)
        if isinstance(error, ConnectionRefusedError):
            cause = f"nothing listens at {where}"
            fix = (
                "start the simulator (`tastytrade simulator`), or set the variable that names this address"
                if is_loopback(self._url)
                else "check the address; a firewall may refuse in its place"
            )
            return Diagnosis("refused_connection", cause, fix)
        cause = f"{where} cannot be reached ({getattr(error, 'strerror', None) or error})"
        return Diagnosis("no_way", cause, "check this machine's network")

    def _no_proxy(self, why: str) -> Diagnosis:
        assert self._proxy is not None  # noqa: S101 - asked for where there is one
        cause = f"{self._host} is reached through the proxy {self._proxy}, {why}"
        return Diagnosis("proxy_down", cause, fix_of(self._proxy, self._host))
