"""Front: what every request meets before a route does: counting, failures on order, the proxy, versions.

A page of another site that a browser has open must not reach a simulator on this machine, over REST or
DXLink: neither from its own site (``Origin``) nor under a name that leads here meanwhile (``Host``).
The dxFeed web service under EVENTS_BASE is another host in reality: it knows neither this proxy nor versions.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from tastytrade.simulator.patience import in_time
from tastytrade.simulator.replies import failed, not_this_machine, proxy_page, version_refused
from tastytrade.simulator.rest_options import Failure, RestOptions
from tastytrade.simulator.strangers import is_foreign

EVENTS_BASE = "/live"
REQUEST_LIMIT = 1_000
"""Different requests that are counted one by one."""

_PATH_LIMIT = 200
_PRODUCT = re.compile(r"[^\s/]+/[^\s/]\S*")
_VERSION = re.compile(r"[0-9]{8}")


class Front:
    """Stands before the routes of one simulator. ``requests`` counts "GET /path"; queries are not kept.

    ``host`` is the address it listens on: a client may call it by that, and by the names of this machine.
    """

    def __init__(self, options: RestOptions | None = None, *, host: str = "127.0.0.1") -> None:
        self._host = host
        self.requests: Counter[str] = Counter()
        self._options = options or RestOptions()
        self._left = _times(self._options)
        self._closing = asyncio.Event()

    @property
    def options(self) -> RestOptions:
        """The switches in force. Failures that stay the same object are not counted anew."""
        return self._options

    @options.setter
    def options(self, options: RestOptions) -> None:
        if options.failures is not self._options.failures:
            self._left = _times(options)
        self._options = options

    def open(self) -> None:
        """Requests may be left without an answer from now on."""
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let go of every request that is left without an answer."""
        self._closing.set()

    def before(self, app: ASGIApp) -> ASGIApp:
        """The app behind this front; WebSockets pass, unless they are a stranger's."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                await (WebSocketClose(1008) if is_foreign(scope, self._host) else app)(scope, receive, send)
                return
            self._count(scope)
            if is_foreign(scope, self._host):
                await not_this_machine()(scope, receive, send)
                return
            failure = self._failure(scope)
            if failure is not None and failure.status is None:
                await self._stall(scope, receive, send)
                return
            refusal = (
                failed(failure.status, retry_after=failure.retry_after)
                if failure is not None and failure.status is not None
                else self._refusal(scope)
            )
            await in_time(refusal or app, scope, receive, send)

        return guarded

    def _count(self, scope: Scope) -> None:
        path = scope.get("raw_path") or scope["path"].encode("ascii", "replace")
        request = f"{scope['method']} {path.decode('ascii', 'replace')[:_PATH_LIMIT]}"
        if request not in self.requests and len(self.requests) >= REQUEST_LIMIT:
            request = "others"
        self.requests[request] += 1

    def _failure(self, scope: Scope) -> Failure | None:
        for place, failure in enumerate(self._options.failures):
            left = self._left[place]
            if (
                left != 0
                and failure.method in {None, scope["method"]}
                and scope["path"].startswith(failure.path)
            ):
                if left is not None:
                    self._left[place] = left - 1
                return failure
        return None

    def _refusal(self, scope: Scope) -> Response | None:
        if scope["path"].startswith(f"{EVENTS_BASE}/"):
            return None
        headers = Headers(scope=scope)
        user_agent = headers.get("user-agent", "").strip()
        if not user_agent or (self._options.strict_user_agent and not _PRODUCT.match(user_agent)):
            return proxy_page()
        version = headers.get("accept-version")
        return None if version is None or self._has(version) else version_refused()

    def _has(self, version: str) -> bool:
        """Whether some version is not newer than the one asked for, which is how the service chooses."""
        return bool(_VERSION.fullmatch(version)) and any(
            living <= version for living in self._options.api_versions
        )

    async def _stall(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as tasks:
            gone = tasks.create_task(_hung_up(receive))
            closing = tasks.create_task(self._closing.wait())
            await asyncio.wait({gone, closing}, return_when=asyncio.FIRST_COMPLETED)
            is_gone = gone.done()
            gone.cancel()
            closing.cancel()
        if not is_gone:
            await Response(status_code=503)(scope, receive, send)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _times(options: RestOptions) -> list[int | None]:
    return [failure.times for failure in options.failures]
