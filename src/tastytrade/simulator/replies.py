"""How the simulated REST API answers: envelopes, error bodies, the proxy's page, as the service has them."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

Endpoint = Callable[[Request], Awaitable[Response]]

# What nginx in front of the service sends by itself.
_PAGE = """<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""


class Error(Struct, omit_defaults=True):
    code: str | int
    message: str
    errors: list[dict[str, str]] = []
    redirect: dict[str, Any] = {}


class Pagination(Struct, rename="kebab", kw_only=True):
    """Which part of a list this is; ``page_offset`` counts pages from 0."""

    per_page: int
    page_offset: int
    item_offset: int
    total_items: int
    total_pages: int
    current_item_count: int
    previous_link: None = None
    next_link: None = None
    paging_link_template: None = None


class RawPathRoute(Route):
    """A route matched on the path as it was sent, so that ``BRK%2FB`` is one segment."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw = scope.get("raw_path")
        path = raw.decode("ascii", "replace") if raw else quote(scope["path"])
        match, child = super().matches({**scope, "path": path})
        if "path_params" in child:
            child["path_params"] = {name: unquote(value) for name, value in child["path_params"].items()}
        return match, child


def json_bytes(body: bytes, *, status: int = 200) -> Response:
    """A body that is JSON already."""
    return Response(body, status, media_type="application/json")


def bare(content: Any, *, status: int = 200) -> Response:
    """JSON without an envelope, as OAuth has it."""
    return json_bytes(msgspec.json.encode(content), status=status)


def enveloped(data: Any, context: str) -> bytes:
    """``{"data": ..., "context": ...}`` as JSON."""
    return msgspec.json.encode({"data": data, "context": context})


def item_list(items: list[Any], context: str) -> bytes:
    """An enveloped list as JSON."""
    return enveloped({"items": items}, context)


def page_of(items: list[Any], context: str, *, per_page: int, page_offset: int) -> bytes:
    """One page of a list, as JSON."""
    first = per_page * page_offset
    shown = items[first : first + per_page]
    pagination = Pagination(
        per_page=per_page,
        page_offset=page_offset,
        item_offset=first,
        total_items=len(items),
        total_pages=-(-len(items) // per_page),
        current_item_count=len(shown),
    )
    return msgspec.json.encode({"data": {"items": shown}, "context": context, "pagination": pagination})


def refused(status: int, code: str | int, message: str, *reasons: tuple[str, str]) -> Response:
    """An error body; ``reasons`` are pairs of a field and what is wrong with it."""
    errors = [{"domain": domain, "reason": reason} for domain, reason in reasons]
    return bare({"error": Error(code, message, errors)}, status=status)


def invalid(field: str, reason: str) -> Response:
    """The refusal of a query that cannot be read: which key, and what is wrong with it."""
    return refused(400, "validation_error", "Request validation failed", (field, reason))


def not_found(what: str) -> Response:
    return refused(404, "not_found", f"Couldn't find {what[:40]}")


def oauth_refused(code: str, description: str) -> Response:
    """OAuth's refusal; the service spells its key ``error_code``."""
    return bare({"error_code": code, "error_description": description}, status=400)


def wrong_login() -> Response:
    return refused(
        401,
        "invalid_credentials",
        f"Invalid login, please check your username and password. {_support_identifier()}",
    )


def token_refused() -> Response:
    return refused(401, "token_invalid", "This token is invalid or has expired")


def not_permitted() -> Response:
    return refused(403, "not_permitted", "User not permitted access")


def not_this_machine() -> Response:
    """The simulator's own refusal: a page of another site has no business here."""
    return refused(
        403,
        "not_this_machine",
        "The simulator answers programs, and pages of this machine, under its own name",
    )


def version_refused() -> Response:
    """The answer to a version that is not served; its code is a number."""
    return refused(406, 406, "The requested version is not supported.")


def proxy_page(status: int = 401, title: str = "Authorization Required") -> Response:
    """What the proxy answers by itself: 401 when a request has no User-Agent."""
    return Response(_PAGE.format(title=f"{status} {title}"), status, media_type="text/html")


def failed(status: int, *, retry_after: int | None = None) -> Response:
    """The answer of a request that fails on order."""
    response = _failed(status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _failed(status: int) -> Response:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"
    match status:
        case 401:
            return proxy_page()
        case 403:
            return not_permitted()
        case 404:
            return not_found("it")
        case 406:
            return version_refused()
        case 422:
            reason = {
                "code": "gtc_market_orders_not_supported",
                "message": "GTC/GTD Market orders are not supported.",
            }
            error = Error("preflight_check_failure", "One or more preflight checks failed", [reason])
            return bare({"error": error}, status=422)
        case 500:
            return refused(500, "internal_server_error", f"Something went wrong. {_support_identifier()}")
        case 502 | 503 | 504:
            return proxy_page(status, phrase)
        case _:
            return refused(status, phrase.lower().replace(" ", "_"), phrase)


def _support_identifier() -> str:
    return f"Unique customer support identifier: {secrets.token_hex(16)}"
