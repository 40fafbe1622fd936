"""Quote tokens, of today's kind and of the retired one, for users who are customers."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import EVENTS_BASE
from tastytrade.simulator.replies import Endpoint, enveloped, json_bytes, refused
from tastytrade.simulator.rest_options import RestOptions
from tastytrade.simulator.session_routes import moment_after

DELAYED_PATH = "/delayed"
"""How addresses of the delayed feed end. The data are no other: that they come late is not simulated."""


def quote_token_routes(
    accounts: Accounts,
    dxlink_url: Callable[[Request], str],
    options: Callable[[], RestOptions] = RestOptions,
) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""

    def address(request: Request) -> str:
        url = options().dxlink_url or dxlink_url(request)
        is_delayed = options().quote_token_level == "demo"  # noqa: S105 - not a secret
        if is_delayed and not url.endswith(DELAYED_PATH):
            return url.rpartition("/")[0] + DELAYED_PATH if urlsplit(url).path else url + DELAYED_PATH
        return url

    async def api_quote_token(request: Request) -> Response:
        token = accounts.quote_tokens.issue()
        data = {"token": token, "dxlink-url": address(request), "level": options().quote_token_level}
        return json_bytes(enveloped(data, "/api-quote-tokens"))

    async def quote_streamer_token(request: Request) -> Response:
        host = urlsplit(dxlink_url(request)).netloc
        data = {
            "token": accounts.quote_tokens.issue(),
            "streamer-url": host,
            "websocket-url": f"http://{host}{EVENTS_BASE}",
            "level": options().quote_token_level,
            "dxlink-url": address(request),
            "expires-at": moment_after(accounts.quote_tokens.lifetime),
        }
        return json_bytes(enveloped(data, "/quote-streamer-tokens"))

    return [("/api-quote-tokens", api_quote_token), ("/quote-streamer-tokens", quote_streamer_token)]


def for_customers(options: Callable[[], RestOptions], endpoint: Endpoint) -> Endpoint:
    """The endpoint, for users with an account."""

    async def checked(request: Request) -> Response:
        if not options().customer:
            return refused(
                options().customer_status,
                "quote_streamer.customer_not_found_error",
                "You must be a customer to access a quote stream.",
            )
        return await endpoint(request)

    return checked
