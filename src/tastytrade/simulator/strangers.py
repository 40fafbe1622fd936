"""Strangers: requests that a page of another site makes a browser on this machine send."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from tastytrade.rest.address import is_loopback

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what the user asked for, by whatever name it is called


def is_foreign(scope: Scope, host: str) -> bool:
    """Whether it comes from another site (``Origin``) or by a name that leads here meanwhile (``Host``).

    ``host`` is the address we listen on: a client may call us by that, and by the names of this machine.
    """
    headers = Headers(scope=scope)
    origin, called = headers.get("origin"), "//" + headers.get("host", "")
    if origin is not None and not _is_own(origin, host):
        return True
    return host not in _EVERYWHERE and not _is_own(called, host)


def _is_own(url: str, host: str) -> bool:
    try:
        return is_loopback(url) or urlsplit(url).hostname == host
    except ValueError:
        return False
