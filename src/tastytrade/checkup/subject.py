"""Subject: what is looked at, and what the checks have opened and learnt of it so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from tastytrade.checkup.handshake import Handshake
from tastytrade.checkup.software import installed_version
from tastytrade.rest.auth import Credentials, QuoteToken
from tastytrade.rest.environment import Environment, Variables
from tastytrade.rest.secret import Secret
from tastytrade.session import Session
from tastytrade.streamer import Streamer
from tastytrade.timeouts import Timeouts


class Patience(Struct, frozen=True, kw_only=True):
    """Seconds that are waited at most: for a connection, an answer over REST, a ping, for events that must
    come, and then for the rest."""

    connect: float = 10.0
    answer: float = 15.0
    ping: float = 3.0
    events: float = 5.0
    rest: float = 1.0


class Asked(Struct, frozen=True, kw_only=True):
    """What is to be looked at.

    environment  its name; else as everywhere, by TT_ENVIRONMENT
    variables    where environment and credentials are looked for
    url, token   a bare DXLink address instead, and what lets in there
    symbols      that events are asked of; none: one of each kind of instrument
    store        a store whose health is looked at
    installed    the version of a package that is installed, None of one that is not
    clock        seconds since 1970, as this machine has it
    """

    environment: str | None = None
    variables: Variables = Variables()
    url: str | None = None
    token: Secret | None = None
    symbols: tuple[str, ...] = ()
    store: Path | None = None
    patience: Patience = Patience()
    timeouts: Timeouts = Timeouts()
    installed: Callable[[str], str | None] = installed_version
    clock: Callable[[], float] = time.time


class Subject:
    """Each check finds here what those before it have found; what they opened is closed at the end."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.environment: Environment | None = None
        self.credentials: Credentials | None = None
        self.is_saved = False
        """Whether the credentials are those kept on this machine."""
        self.server_lead: float | None = None
        """How many seconds the server's clock is ahead of this machine's; None where it has not said."""
        self.session: Session | None = None
        self.quote_token: QuoteToken | None = None
        self.streamer: Streamer | None = None
        self.heard: Handshake | None = None
        """What was said on the streamer's connection."""
        self.answers: list[Answers] = []
        self.opened = AsyncExitStack()

    @property
    def feed_url(self) -> str:
        """Where the feed is."""
        return self.asked.url or (self.quote_token.dxlink_url if self.quote_token is not None else "")

    async def __aenter__(self) -> Subject:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.opened.aclose()


class Answers(Struct, frozen=True):
    """Which event types have answered for a symbol: milliseconds by type, and those that the server refused.

    ``expected`` are the types that an instrument of this kind has values of at any time.
    """

    symbol: str
    kind: str
    answered: dict[str, float]
    refused: frozenset[str]
    expected: frozenset[str]
