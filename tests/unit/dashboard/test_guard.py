from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from tastytrade.dashboard.guard import Guard, cookie_name
from tastytrade.dashboard.keys import Keys

HOST = "127.0.0.1:8000"


def status_of(
    *headers: tuple[str, str], kind: str = "http", method: str = "GET", path: str = "/x"
) -> int | None:
    """What a request with the right key is refused with; None when it is let in."""
    keys = Keys()
    key = keys.exchange(keys.new_link()) or ""
    guard = Guard(lambda: frozenset({HOST}), keys, entered=lambda: None)
    sent = [(name.encode(), value.replace("KEY", key).encode("latin-1")) for name, value in headers]
    scope: dict[str, Any] = {"type": kind, "method": method, "path": path, "headers": sent}
    refusal = guard.refusal(scope, Headers(scope=scope))
    return None if refusal is None else refusal[0]


COOKIE = ("cookie", f"{cookie_name(HOST)}=KEY")
BEARER = ("authorization", "Bearer KEY")
HOST_HEADER = ("host", HOST)
ORIGIN = ("origin", f"http://{HOST}")


@pytest.mark.parametrize(
    ("headers", "kind", "status"),
    [
        ([HOST_HEADER, COOKIE], "http", None),
        ([HOST_HEADER, ("cookie", f"a=b; {COOKIE[1]}; c=d")], "http", None),
        ([HOST_HEADER, BEARER], "http", None),
        ([HOST_HEADER, ORIGIN, COOKIE], "websocket", None),
        ([HOST_HEADER, BEARER], "websocket", None),
        ([HOST_HEADER, COOKIE], "websocket", 401),
        ([HOST_HEADER], "http", 401),
        ([HOST_HEADER, ("cookie", "tastytrade_8001=KEY")], "http", 401),
        ([HOST_HEADER, ("origin", "http://evil.example"), BEARER], "http", 403),
        ([HOST_HEADER, ORIGIN, ("origin", "http://evil.example"), BEARER], "websocket", 403),
        ([HOST_HEADER, ("sec-fetch-site", "same-site"), COOKIE], "http", 403),
        ([("host", "localhost:8000"), BEARER], "http", 421),
        ([HOST_HEADER, HOST_HEADER, BEARER], "http", 421),
        ([BEARER], "http", 421),
    ],
)
def test_the_first_thing_that_is_wrong_refuses(
    headers: list[tuple[str, str]], kind: str, status: int | None
) -> None:
    assert status_of(*headers, kind=kind) == status


def test_a_wrong_host_is_told_before_a_wrong_origin_and_that_before_a_missing_key() -> None:
    evil = ("origin", "http://evil.example")

    assert status_of(("host", "evil.example"), evil) == 421
    assert status_of(HOST_HEADER, evil) == 403
    assert status_of(HOST_HEADER, method="POST") == 401
    assert status_of(HOST_HEADER, COOKIE, method="POST") == 405


def test_a_link_from_elsewhere_may_be_followed_but_not_framed() -> None:
    site = ("sec-fetch-site", "cross-site")

    assert status_of(HOST_HEADER, site, ("sec-fetch-dest", "document"), path="/") == 401
    assert status_of(HOST_HEADER, site, ("sec-fetch-dest", "iframe"), path="/") == 403
    assert status_of(HOST_HEADER, site, ("sec-fetch-dest", "document"), path="/static/x.js") == 403
