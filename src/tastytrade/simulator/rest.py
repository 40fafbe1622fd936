"""The simulator's REST API as Starlette routes: sessions, OAuth, quote tokens, chains, instruments.

A request without User-Agent gets the proxy's 401 page; all but logging in needs a token of the simulator's
own. Nothing that a client sends as a credential is logged or given back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tastytrade.rest.auth import DAY
from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.listed import listed_routes
from tastytrade.simulator.listing import Listing
from tastytrade.simulator.replies import (
    RawPathRoute,
    bare,
    enveloped,
    json_bytes,
    oauth_refused,
    proxy_page,
    refused,
    token_refused,
    wrong_login,
)

LEVEL = "simulated"
"""The quote token's ``level``. The service says "api" or "demo": simulated data must never pass for real."""
BODY_LIMIT = 64 * 1024

Endpoint = Callable[[Request], Awaitable[Response]]


def rest_routes(accounts: Accounts, listing: Listing, dxlink_url: Callable[[Request], str]) -> list[Route]:
    """The routes. ``dxlink_url`` gives the feed's address as the client that asks can reach it."""
    routes = _Sessions(accounts, dxlink_url).routes()
    for path, endpoint in listed_routes(listing):
        routes.append(_route(path, authorized(accounts, endpoint)))
    return routes


def authorized(accounts: Accounts, endpoint: Endpoint) -> Endpoint:
    """The endpoint, for those who send a token of the simulator's, bare or as Bearer."""

    async def checked(request: Request) -> Response:
        if not accounts.authorizes(request.headers.get("authorization", "")):
            return token_refused()
        return await endpoint(request)

    return checked


def _route(path: str, endpoint: Endpoint, method: str = "GET") -> Route:
    async def checked(request: Request) -> Response:
        if not request.headers.get("user-agent", "").strip():
            return proxy_page()
        return await endpoint(request)

    return RawPathRoute(path, checked, methods=[method], max_body_size=BODY_LIMIT)


class _Sessions:
    """Logging in by password, remember token or OAuth; quote tokens."""

    def __init__(self, accounts: Accounts, dxlink_url: Callable[[Request], str]) -> None:
        self._accounts = accounts
        self._dxlink_url = dxlink_url

    def routes(self) -> list[Route]:
        return [
            _route("/sessions", self.log_in, "POST"),
            _route("/sessions", self.log_out, "DELETE"),
            _route("/sessions/validate", authorized(self._accounts, self.validate), "POST"),
            _route("/oauth/token", self.access_token, "POST"),
            _route("/api-quote-tokens", authorized(self._accounts, self.quote_token)),
        ]

    async def log_in(self, request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return refused(400, "invalid_request", "The request body is not a JSON object")
        login, accounts = _text(fields, "login"), self._accounts
        if not (
            accounts.knows_password(login, _text(fields, "password"))
            or accounts.use_remember_token(login, _text(fields, "remember-token"))
        ):
            return wrong_login()
        data: dict[str, Any] = {
            "user": {
                "email": accounts.user.email,
                "external-id": accounts.user.external_id,
                "is-confirmed": True,
                "username": accounts.user.login,
            }
        }
        if fields.get("remember-me") is True:
            data["remember-token"] = accounts.remember_tokens.issue()
        expires_at = datetime.now(UTC) + timedelta(seconds=DAY)
        data["session-expiration"] = f"{expires_at:%Y-%m-%dT%H:%M:%S}.{expires_at.microsecond // 1000:03d}Z"
        data["session-token"] = accounts.session_tokens.issue("+C")
        return json_bytes(enveloped(data, "/sessions"), status=201)

    async def log_out(self, request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        if not self._accounts.authorizes(authorization):
            return token_refused()
        self._accounts.end_session(authorization)
        return Response(status_code=204)

    async def validate(self, request: Request) -> Response:
        user = self._accounts.user
        data = {
            "email": user.email,
            "username": user.login,
            "external-id": user.external_id,
            "id": user.id,
        }
        return json_bytes(enveloped(data, "/sessions/validate"), status=201)

    async def access_token(self, request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return oauth_refused("invalid_request", "The request body is neither JSON nor a form")
        if _text(fields, "grant_type") != "refresh_token":
            return oauth_refused("unsupported_grant_type", "Only refresh_token is supported")
        if not self._accounts.knows_client(_text(fields, "client_secret")):
            return oauth_refused("invalid_client", "Client authentication failed")
        if not self._accounts.knows_grant(_text(fields, "refresh_token")):
            return oauth_refused("invalid_grant", "Invalid JWT")
        tokens = self._accounts.access_tokens
        lifetime = int(tokens.lifetime) if tokens.lifetime.is_integer() else tokens.lifetime
        return bare({"access_token": tokens.issue(), "token_type": "Bearer", "expires_in": lifetime})

    async def quote_token(self, request: Request) -> Response:
        token = self._accounts.quote_tokens.issue()
        data = {"token": token, "dxlink-url": self._dxlink_url(request), "level": LEVEL}
        return json_bytes(enveloped(data, "/api-quote-tokens"))


async def _fields(request: Request) -> dict[str, Any] | None:
    """The fields of a JSON or form body, None when it is neither."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("ascii", "replace")))
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
