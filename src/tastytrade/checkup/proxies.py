"""Which proxy stands between us and an address, by the variables and settings that both doors go by."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from msgspec import Struct

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine
from tastytrade.rest.address import is_loopback, shown
from tastytrade.rest.secret import Secret

FOR_REST = ("https", "all")
FOR_FEED = ("wss", "socks", "https")
"""Whose proxies are taken, the first there is; as the HTTP and the WebSocket library do it."""

CONNECTING = frozenset({"http", "https"})
"""Kinds of proxy that are asked with CONNECT; others (SOCKS) are left to the libraries."""


class Proxy(Struct, frozen=True):
    """``setting`` is the variable, or the kind of setting, that names it."""

    kind: str
    host: str
    port: int
    setting: str
    authorization: Secret | None = None

    def __str__(self) -> str:
        return f"{self.kind}://{self.host}:{self.port} (by {self.setting})"


def proxy_of(url: str, schemes: Sequence[str]) -> Proxy | Diagnosis | None:
    """The proxy for an address; None where there is none, as for everything on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(url) or proxy_bypass(f"{host}:{parts.port or 443}"):
        return None
    settings = getproxies()
    scheme = next((one for one in schemes if settings.get(one)), None)
    if scheme is None:
        return None
    given = settings[scheme]
    return _parsed(given if "://" in given else f"http://{given}", _setting(scheme))


def proxy_finding(url: str, schemes: Sequence[str] = FOR_REST) -> Finding:
    """Whether there is one, and whether its address is one."""
    proxy = proxy_of(url, schemes)
    if isinstance(proxy, Diagnosis):
        return failed("proxy", "its address makes no sense", proxy)
    if proxy is None:
        why = ": this machine" if is_loopback(url) else ""
        return fine("proxy", f"none for {shown(url)}{why}")
    return fine("proxy", f"{shown(url)} is reached through {proxy}")


def fix_of(proxy: Proxy, host: str) -> str:
    """What to do about a proxy that is of no use."""
    return f"correct or unset {proxy.setting}, or add {host} to no_proxy"


def _setting(scheme: str) -> str:
    """The variable that names the proxy of a scheme, as it is spelled here."""
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the system's settings")


def _parsed(given: str, setting: str) -> Proxy | Diagnosis:
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if not parts.hostname:
        cause = f"{setting} names a proxy by something that is no address"
        return Diagnosis(
            "proxy_no_address", cause, f"set {setting} like http://proxy.example:3128, or unset it"
        )
    secret = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        secret = Secret(f"Basic {b64encode(pair.encode()).decode()}")
    usual = 443 if parts.scheme == "https" else 1080 if parts.scheme.startswith("socks") else 80
    return Proxy(parts.scheme, parts.hostname, port or usual, setting, secret)
