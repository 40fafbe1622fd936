"""Call: one REST request as a value that knows how to read its answer; Answer: what comes back for it.

What takes several requests is a generator of Calls (``Steps``): it yields one, is given its result, and
returns the whole. So pages and chunks are described here as well, and sent by whoever runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.rest.secret import Secret

T = TypeVar("T")

# RFC 9110, section 9.2.2: asking twice does what asking once does.
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


class Call(Struct, Generic[T], frozen=True, kw_only=True):
    """What is asked, and how the answer is read.

    method      GET, POST, PUT, PATCH or DELETE
    path        begins with ``/``, its segments already percent-encoded: see ``path``
    parse       reads the decoded ``data`` of the answer (the whole body where it has no envelope, None
                where it is empty); raises ValueError, TypeError, LookupError or ArithmeticError on what it
                cannot read
    query       names and values in order; a list is its name repeated: ``("symbol[]", "SPY")``
    body        sent as JSON; may hold Secrets anywhere, which its repr hides
    headers     beyond those every request has
    authorized  whether the session's token is sent with it
    whole       ``parse`` gets the whole body, with what stands beside ``data`` (``pagination``)
    """

    method: str
    path: str
    parse: Callable[[Any], T]
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: tuple[tuple[str, str | Secret], ...] = ()
    authorized: bool = True
    whole: bool = False

    @property
    def idempotent(self) -> bool:
        """Whether the request can be sent again without doing its work twice."""
        return self.method in _IDEMPOTENT

    @property
    def target(self) -> str:
        """Path and query, percent-encoded, as they stand in the request line."""
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    @property
    def where(self) -> str:
        """Method and path, for an error's sentence."""
        return f"{self.method} {self.path}"

    def body_bytes(self) -> bytes | None:
        """The body as JSON, secrets revealed; None when there is none. Raises ConfigurationError."""
        try:
            return None if self.body is None else msgspec.json.encode(self.body, enc_hook=_reveal)
        except UnicodeEncodeError:
            pass
        # Raised out here, because that error holds the text.
        raise ConfigurationError(
            f"{self.where} was not sent: its body holds what is no text in UTF-8; check the user name"
        )

    def secrets(self) -> list[Secret]:
        """Every secret the request carries, so that none is repeated from an answer."""
        return [*_secrets_in(self.body), *_secrets_in([value for _, value in self.headers])]


Steps = Generator[Call[Any], Any, T]
"""Several requests for one result: yields Calls, is sent their results (or thrown their RequestError)."""


class Answer(NamedTuple):
    """Status, headers (names in lower case) and body. The repr hides the body: it may hold tokens."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"


class AsyncRunner(Protocol):
    """What sends a Call, or Steps, and can be awaited: Session."""

    def run(self, call: Call[T] | Steps[T], /) -> Coroutine[Any, Any, T]: ...


class BlockingRunner(Protocol):
    """What sends a Call, or Steps, and returns with the answer: ProductionSession, CertificationSession."""

    def run(self, call: Call[T] | Steps[T], /) -> T: ...


def path(*segments: str) -> str:
    """``path("option-chains", "BRK/B")`` is ``/option-chains/BRK%2FB``.

    Raises SymbolError for an empty segment and for ``.`` and ``..``, which would name another path.
    """
    for segment in segments:
        if segment in {"", ".", ".."}:
            raise SymbolError(f"{segment!r} cannot be part of a request's path: give a symbol like SPY")
    return "".join("/" + quote(segment, safe="") for segment in segments)


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"a request's body cannot hold a {type(value).__name__}")


def _secrets_in(value: object) -> list[Secret]:
    if isinstance(value, Secret):
        return [value]
    if isinstance(value, dict):
        return [secret for item in value.values() for secret in _secrets_in(item)]
    if isinstance(value, list | tuple):
        return [secret for item in value for secret in _secrets_in(item)]
    return []
