"""HttpDoor: sends a Call over HTTP and gives back the Answer. The only file that imports the HTTP client."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any

import httpx2

from tastytrade.errors import ConfigurationError, RequestError, ServiceUnavailable, UnexpectedAnswer
from tastytrade.rest.address import check_api_url, is_loopback, shown
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.secret import Secret, is_header_value

TIMEOUT = 60.0
"""Seconds for one whole request; option chains of 10 MB and more come through slow lines."""
SILENCE = 30.0
"""Seconds without a byte after which the service counts as gone."""
LIMIT_BYTES = 256 * 1024 * 1024
"""The largest answer read, unpacked. The largest recorded one has 37 MB."""

NO_CONNECTION = "no_connection"
"""The ``code`` of an error that came at once: nothing listens, or the connection broke before the answer."""


def user_agent() -> str:
    """``tastytrade-marketdata/<version>``: the service refuses a User-Agent of any other form."""
    try:
        return f"tastytrade-marketdata/{version('tastytrade-marketdata')}"
    except PackageNotFoundError:  # a source tree that was never installed
        return "tastytrade-marketdata/0"


class HttpDoor:
    """A pool of connections to one REST service, open between ``async with`` or until ``aclose()``.

    Redirects are not followed, so that a token goes nowhere else. Proxy variables of the
    environment count for services on other machines only.
    """

    def __init__(self, api_url: str, *, timeout: float = TIMEOUT) -> None:
        self._api_url = check_api_url(api_url, name="api_url")
        self._timeout = timeout
        self._client = httpx2.AsyncClient(
            headers={"User-Agent": user_agent(), "Accept": "application/json"},
            timeout=httpx2.Timeout(min(SILENCE, timeout), connect=min(10.0, timeout)),
            follow_redirects=False,
            trust_env=not is_loopback(api_url),
        )

    def __repr__(self) -> str:
        return f"<HttpDoor {shown(self._api_url)}>"

    async def __aenter__(self) -> HttpDoor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(self, call: Call[Any], authorization: Secret | None = None) -> Answer:
        """The answer, whatever its status.

        Raises ServiceUnavailable when there is no connection (``code`` NO_CONNECTION) or no answer in
        time, UnexpectedAnswer when the answer is too large or garbled, RequestError when the door is closed,
        ConfigurationError for what cannot be sent.
        """
        if self._client.is_closed:
            raise RequestError(f"{call.where} was not sent: the session is closed; open it again first")
        headers = _headers(call, authorization)
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(call, headers)
        except asyncio.CancelledError as cancelled:
            # The frames it came through hold token and body as plain text, and a report of the error that it
            # may become (TimeoutError) would show them.
            raise cancelled.with_traceback(None) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError) as error:
            failure = self._failure(call, error)
        # Raised out here, because httpx2's exceptions hold the request with its token and body.
        raise failure

    async def _exchange(self, call: Call[Any], headers: Mapping[str, Secret]) -> Answer:
        async with self._client.stream(
            call.method,
            self._api_url + call.target,
            content=call.body_bytes(),
            headers={name: value.reveal() for name, value in headers.items()},
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LIMIT_BYTES:
                    raise httpx2.DecodingError(f"it has more than {LIMIT_BYTES} bytes")
            answered = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, answered, bytes(body))

    def _failure(self, call: Call[Any], error: Exception) -> RequestError:
        where = f"{call.where} got no answer from {shown(self._api_url)}"
        cause = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, httpx2.ConnectError) and is_loopback(self._api_url):
            return ServiceUnavailable(
                f"{where}: nothing listens there ({cause}); is the simulator running?", code=NO_CONNECTION
            )
        if isinstance(error, httpx2.ConnectTimeout):
            return ServiceUnavailable(
                f"{where}: the connection was not accepted in time; check the network, and if logins failed "
                "before this, wait: the service blocks such an address for about 8 hours"
            )
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return ServiceUnavailable(f"{where} in time ({cause}); try again later")
        if isinstance(error, httpx2.DecodingError | httpx2.InvalidURL):
            return UnexpectedAnswer(f"the answer to {call.where} cannot be read: {cause}")
        return ServiceUnavailable(f"{where}: {cause}; check the network, then try again", code=NO_CONNECTION)


def _headers(call: Call[Any], authorization: Secret | None) -> dict[str, Secret]:
    """The call's own headers. Raises ConfigurationError for a value that none can have."""
    headers = {name: value if isinstance(value, Secret) else Secret(value) for name, value in call.headers}
    if call.body is not None:
        headers["Content-Type"] = Secret("application/json")
    if authorization is not None:
        headers["Authorization"] = authorization
    for name, value in headers.items():
        if not is_header_value(value):
            raise ConfigurationError(
                f"{call.where} was not sent: its header {name} would hold a line break or a letter that no "
                "header can have; check where the value comes from"
            )
    return headers
