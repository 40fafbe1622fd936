"""Which addresses a secret may be sent to: TLS anywhere, plain text to this machine only."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tastytrade.errors import ConfigurationError


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine: ``localhost`` or a loopback address."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_api_url(url: str, *, name: str) -> str:
    """The URL without a trailing slash, if it is https, or http to this machine.

    ``name`` is the variable or argument it came from. Raises ConfigurationError otherwise.
    """
    if "?" in url or "#" in url:
        raise ConfigurationError(f"{name} holds a query or fragment: expected an address like https://host")
    return _check(url, name=name, secure="https", plain="http").rstrip("/")


def check_feed_url(url: str, *, name: str) -> str:
    """The URL, if it is wss, or ws to this machine. Raises ConfigurationError otherwise."""
    return _check(url, name=name, secure="wss", plain="ws")


def shown(url: str) -> str:
    """Scheme, host and port: what of a URL may stand in a message."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{_host(parts)}" if parts.scheme and parts.hostname else "<no address>"
    except ValueError:
        return "<no address>"


def _check(url: str, *, name: str, secure: str, plain: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        raise ConfigurationError(f"{name} is not an address: expected like {secure}://host") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{name} holds a space or a character no address has; check how it was set")
    if parts.scheme not in {secure, plain} or not parts.hostname:
        raise ConfigurationError(f"{name} is {shown(url)}: expected an address like {secure}://host")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"{name} holds a user name or password before the @ of {parts.hostname}: "
            "an address is shown in logs, so give credentials in their own variables"
        )
    if parts.scheme == plain and not is_loopback(url):
        raise ConfigurationError(
            f"{name} is {shown(url)}: {plain}:// would send secrets in plain text, and is for this machine "
            f"only; use {secure}://{_host(parts)}"
        )
    return url


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if parts.port is None else f"{host}:{parts.port}"
