"""Guard: what every request and WebSocket meets before a route does.

A page of any other site that the user has open can send requests here, and browsers do not stop it from
opening WebSockets; so does a name that leads here meanwhile (DNS rebinding). Checked in this order: the name
we are called by (``Host``), where the page is from (``Origin``, ``Sec-Fetch-Site``), the key, the method.
Nothing is answered before all of them are right, and nothing ever allows another origin.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from tastytrade.dashboard.keys import Keys

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

_WRONG_HOST = (421, "this page is served under another name: use the link that the program printed")
_WRONG_ORIGIN = (403, "a page of another site asked for this, and gets nothing")
_NO_KEY = (401, "use the link that the program printed; each link works once, and until the program ends")
_WRONG_METHOD = (405, "everything here is only to be read: GET it")

_LINK = b"token="

Refusal = tuple[int, str]


class Guard:
    """Stands before the routes of a dashboard.

    hosts   gives the values of ``Host`` that are ours: names of this machine, with our port
    keys    what lets in
    entered is called when somebody has exchanged a link
    """

    def __init__(self, hosts: Callable[[], frozenset[str]], keys: Keys, entered: Callable[[], None]) -> None:
        self._hosts = hosts
        self._keys = keys
        self._entered = entered

    def before(self, app: ASGIApp) -> ASGIApp:
        """The app behind this guard."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            headers = Headers(scope=scope)
            refusal = self.refusal(scope, headers)
            answer = self._exchanged(scope, headers, refusal) or (refusal and _refused(refusal))
            if answer is not None and scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(answer)
                return
            await (answer or app)(scope, receive, _with_headers(send))

        return guarded

    def refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Status and words for what must not be answered."""
        host = headers.getlist("host")
        if len(host) != 1 or host[0] not in self._hosts():
            return _WRONG_HOST
        origins = headers.getlist("origin")
        if origins and origins != [f"http://{host[0]}"]:
            return _WRONG_ORIGIN
        site = headers.get("sec-fetch-site", "same-origin")
        if site not in {"same-origin", "none"} and not _is_visit(scope, headers):
            return _WRONG_ORIGIN
        # A browser says where a WebSocket is from: who does not is none, and has to show the key itself.
        cookies_count = bool(origins) or scope["type"] == "http"
        if not self._has_key(headers, host[0], cookies_count=cookies_count):
            return _NO_KEY
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}:
            return _WRONG_METHOD
        return None

    def _has_key(self, headers: Headers, host: str, *, cookies_count: bool) -> bool:
        shown = [header.removeprefix("Bearer ") for header in headers.getlist("authorization")]
        if cookies_count:
            name = cookie_name(host)
            shown += [cookie_parser(header).get(name, "") for header in headers.getlist("cookie")]
        return any([self._keys.is_key(one) for one in shown])  # noqa: C419 - in constant time

    def _exchanged(self, scope: Scope, headers: Headers, refusal: Refusal | None) -> Response | None:
        """What answers a link: the page without it, and the cookie when it was not used yet."""
        query = scope["query_string"]
        if refusal not in {None, _NO_KEY} or not query.startswith(_LINK) or not _is_visit(scope, headers):
            return None
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        key = self._keys.exchange(query.removeprefix(_LINK).decode("latin-1"))
        if key is None:
            return answer if refusal is None else None
        self._entered()
        answer.set_cookie(cookie_name(headers["host"]), key, httponly=True, samesite="strict")
        return answer


def cookie_name(host: str) -> str:
    """Cookies are shared by all ports of a machine: two dashboards have two of them."""
    return f"tastytrade_{host.rpartition(':')[2]}"


def _is_visit(scope: Scope, headers: Headers) -> bool:
    """Whether a person opens the page: by a link, the address bar, or the program that does it for them."""
    is_page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/"
    return is_page and headers.get("sec-fetch-dest", "document") == "document"


def _refused(refusal: Refusal) -> Response:
    # Whatever body follows is not waited for.
    status, words = refusal
    return PlainTextResponse(f"{words}\n", status, {**HEADERS, "Connection": "close"})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in _RAW_HEADERS}
            kept = [(name, value) for name, value in message.get("headers", []) if name not in names]
            message = {**message, "headers": [*kept, *_RAW_HEADERS]}
        await send(message)

    return sending
