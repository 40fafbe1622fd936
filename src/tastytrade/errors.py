"""Every exception this package raises. Each message says what happened, where, and what to do.

TastytradeError
├── ConfigurationError        an environment, a variable or an argument is missing or makes no sense
│   └── SymbolError           a symbol (or a list of them) that cannot be meant
├── RequestError              a REST call did not give its answer
│   ├── CredentialsRejected   the service refuses these credentials: never retried
│   ├── NotPermitted          valid credentials, but not for this (403)
│   ├── NotFound              no such path or resource (404)
│   ├── TooManyRequests       429
│   ├── ServiceUnavailable    5xx, no connection, no answer in time: worth another try later
│   └── UnexpectedAnswer      the answer is not what this call can read
├── StoreError                tables on disk
│   ├── StoreOwned            another program writes there
│   ├── StoreFull             the disk is full
│   └── StoreDamaged          a file is not what was written
└── FeedError                 the live feed
    ├── ConnectFailed         a step of opening a connection failed, and which one
    ├── ProtocolError         the peer broke DXLink, or is no DXLink server
    │   └── FeedUnauthorized  the quote token was refused
    ├── ConnectionLost        an open connection ended
    ├── FeedStalled           nothing arrived for longer than the server promises
    ├── TooManySessions       the account has as many connections as the service allows: wait
    ├── TooManySubscriptions  more than the connections we may open can hold
    ├── DelayedFeed           a delayed feed where real time was required
    ├── SlowReader            a reader fell behind and its overflow policy is to fail
    ├── Incomplete            what was asked for once has not come whole; ``partial`` is what came
    └── StreamClosed          reading from something that has been closed
"""

from __future__ import annotations

from typing import Any


class TastytradeError(Exception):
    """The ancestor of every error raised on purpose by this package."""


class ConfigurationError(TastytradeError, ValueError):
    """An environment, variable or argument is missing or makes no sense."""


class SymbolError(ConfigurationError):
    """A symbol, or a list of symbols, that cannot be meant."""


class RequestError(TastytradeError):
    """A REST call failed.

    ``status`` is the HTTP status, or None when no answer came; ``code`` is the service's own word
    (``invalid_credentials``, ``invalid_grant``, ...), "no_connection" where there was none, or "".
    """

    def __init__(self, message: str, *, status: int | None = None, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class CredentialsRejected(RequestError):
    """The service refuses these credentials. Asking again with the same ones can lock the account."""


class NotPermitted(RequestError):
    """The credentials are good, but not for this resource (HTTP 403)."""


class NotFound(RequestError):
    """No such path or resource (HTTP 404)."""


class TooManyRequests(RequestError):
    """The service asks for fewer requests (HTTP 429)."""


class ServiceUnavailable(RequestError):
    """No connection, no answer in time, or HTTP 5xx: the same call may work later."""


class UnexpectedAnswer(RequestError):
    """An answer that this call cannot read."""


class StoreError(TastytradeError):
    """A store on disk, or what was to be written to it, is not as it should be."""


class StoreOwned(StoreError):
    """Another program writes to this store."""


class StoreFull(StoreError):
    """The disk is full: what was not written waits, and everything that was written is there."""


class StoreDamaged(StoreError):
    """A file holds something else than was written to it."""


class FeedError(TastytradeError):
    """Anything that goes wrong on the live feed."""


class ConnectFailed(FeedError):
    """A connection could not be opened.

    ``step`` names the step that failed (dns, tcp, tls, upgrade, open, SETUP, ...), ``status`` is the HTTP
    status of an upgrade that was refused. ``is_lasting``: another attempt would meet the same.
    """

    def __init__(
        self, message: str, *, step: str, status: int | None = None, is_lasting: bool = False
    ) -> None:
        super().__init__(message)
        self.step = step
        self.status = status
        self.is_lasting = is_lasting


class ProtocolError(FeedError):
    """The peer broke the DXLink protocol, or does not speak it; ``kind`` is that of its ERROR, or ""."""

    def __init__(self, message: str, *, kind: str = "") -> None:
        super().__init__(message)
        self.kind = kind


class FeedUnauthorized(ProtocolError):
    """The DXLink server refused the quote token, or wants one and there is none."""


class ConnectionLost(FeedError):
    """An open connection ended; ``code`` and ``reason`` are the WebSocket's (1006: no close frame).

    ``is_ours``: we ended it, because of what the server sent.
    """

    def __init__(self, message: str, *, code: int, reason: str = "", is_ours: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.is_ours = is_ours


class FeedStalled(FeedError):
    """Nothing arrived for longer than the server's keepalive promises: the connection is dead.

    ``after_sleep``: it was found dead after this machine or program had slept.
    """

    def __init__(self, message: str, *, after_sleep: bool = False) -> None:
        super().__init__(message)
        self.after_sleep = after_sleep


class TooManySessions(FeedError):
    """The account has as many connections as the service allows, and only time ends those it forgot."""


class TooManySubscriptions(FeedError):
    """More subscriptions than the connections that a streamer may open can hold."""


class DelayedFeed(FeedError):
    """The feed is a delayed one, and real time was required."""


class SlowReader(FeedError):
    """A subscription's reader fell behind its limit and its overflow policy is to fail."""


class Incomplete(FeedError):
    """What was asked for once has not come whole. ``partial`` is what came, with a status a symbol."""

    def __init__(self, message: str, *, partial: Any) -> None:
        super().__init__(message)
        self.partial = partial


class StreamClosed(FeedError):
    """Reading from a subscription or streamer that has been closed."""
