"""ProductionSession, CertificationSession: a session that blocks, for scripts and notebooks.

Each has an event loop of its own in a thread of its own, so it also works where a loop is running already.
The thread ends with ``close()`` or ``destroy()``, when the session is no longer used, and at exit.
"""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from tastytrade.blocking.intervals import interval_of
from tastytrade.blocking.link import Link
from tastytrade.blocking.moments import aware
from tastytrade.dxfeed import Candle, Event, EventType, TimeAndSale, event_class
from tastytrade.dxfeed.symbol_list import symbol_list
from tastytrade.errors import ConfigurationError
from tastytrade.oneshot import Snapshot, WebService
from tastytrade.rest.auth import LoginCredentials, QuoteToken
from tastytrade.rest.call import Call, Steps
from tastytrade.rest.customer import customer_call
from tastytrade.rest.environment import environment_named
from tastytrade.rest.secret import Secret
from tastytrade.session import Session
from tastytrade.streamer import Streamer

log = logging.getLogger(__name__)

T = TypeVar("T")
E = TypeVar("E", bound=Event)


class BlockingSession:
    """What both sessions can do. Everything raises RequestError or FeedError with a sentence.

    login                      user name or e-mail address
    password, remember_token   one of them; a remember token serves once
    remember_me                ask for the next remember token: ``session.remember_token``
    two_factor_authentication  the code of a second factor

    The service itself takes user names and passwords no longer for its API; ``from_oauth`` and
    ``from_environment`` log in as it wants today.
    """

    _environment: ClassVar[str]

    def __init__(
        self,
        login: str,
        password: str | None = None,
        remember_me: bool = False,
        remember_token: str | None = None,
        two_factor_authentication: str | None = None,
    ) -> None:
        if not password and not remember_token:
            raise ConfigurationError("a login needs a password or a remember token: give one of them")
        credentials = LoginCredentials(
            login,
            password=Secret(password) if password else None,
            remember_token=Secret(remember_token) if remember_token else None,
            remember_me=remember_me,
            one_time_password=Secret(two_factor_authentication) if two_factor_authentication else None,
        )
        self._start(Session(environment_named(os.environ, self._environment), credentials))

    @classmethod
    def from_oauth(cls, client_secret: str, refresh_token: str) -> Self:
        """A session by the secret of an OAuth application and the refresh token of a grant."""
        session = cls.__new__(cls)
        session._start(Session.from_oauth(client_secret, refresh_token, name=cls._environment))
        return session

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] | None = None) -> Self:
        """A session by the credentials that ``Session.from_environment`` finds."""
        session = cls.__new__(cls)
        session._start(Session.from_environment(cls._environment, variables))
        return session

    def _start(self, session: Session) -> None:
        self._link = Link(session)
        # Holds the link, not this object: the thread must not outlive the last reference to the session.
        self._finalizer = weakref.finalize(self, Link.close, self._link)
        try:
            self._link.run(session.open())
        except BaseException:
            self.close()
            raise

    # Who it is.

    @property
    def user(self) -> dict[str, Any]:
        """What the service said of the user at login: e-mail, user name, external id."""
        return dict(self._link.session.user)

    @property
    def session_token(self) -> str | None:
        """The token in use, in clear: it opens the account for a day."""
        return self._link.session.session_token

    @property
    def remember_token(self) -> str | None:
        """What replaces the password at the next login, once; None unless ``remember_me`` asked for it."""
        return self._link.session.remember_token

    def validate(self) -> bool:
        """Whether the service still accepts the session."""
        return self._link.run(self._link.session.validate())

    def save(self) -> None:
        """Keep the credentials on this machine for ``from_environment``; see ``Session.save``."""
        self._link.run(self._link.session.save())

    def get_customer(self) -> dict[str, Any]:
        """What the service keeps about the customer, as it sends it."""
        return self.run(customer_call())

    # What it can be asked.

    def run(self, call: Call[T] | Steps[T]) -> T:
        """What the service answers to a call. ``get_option_chain(session, "SPX")`` and its like use it."""
        return self._link.run(self._link.session.run(call))

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        """Admission to the live feed, for a feed in the caller's own loop: see ``DataStreamer``."""
        return await self._link.wait(self._link.session.quote_token(renew=renew))

    def get_event(
        self,
        event_type: EventType,
        symbols: Iterable[str],
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> list[Event]:
        """The current event of each symbol or, of time series with ``start_time``, all of them since then.

        symbols    streamer symbols, a list of them
        start_time, end_time   without a time zone they are local time

        In the order asked. Symbols without an answer are left out, with a warning in the log that says why;
        Incomplete is raised when no symbol has one.
        """
        cls = event_class(event_type)
        if cls is Candle:
            raise ConfigurationError("candles need an interval and a start: use get_candle()")
        names = symbol_list(symbols)
        if start_time is None and not cls.lasting and cls.time_series:
            raise ConfigurationError(
                f"{cls.__name__} has no current value: use get_time_and_sale(), or give start_time"
            )
        if start_time is None and end_time is None:
            return _told(self._ask(lambda feed: feed.snapshot(cls, names)))
        if start_time is None:
            raise ConfigurationError("get_event() needs start_time where there is an end_time")
        start, end = _range(start_time, end_time)
        return _told(self._ask(lambda feed: feed.history(cls, names, start=start, end=end)))

    def get_candle(
        self,
        symbols: Iterable[str],
        interval: str,
        start_time: datetime,
        end_time: datetime | None = None,
        extended_trading_hours: bool = False,
    ) -> list[Candle]:
        """The candles of each symbol from ``start_time`` to ``end_time``, ascending: whole, or Incomplete.

        interval   a number and s, m, h, d, w, mo or y: "1d", "5m"
        start_time, end_time   without a time zone they are local time
        extended_trading_hours  whether candles shorter than a day include those outside regular hours
        """
        names = symbol_list(symbols)
        span = interval_of(interval, extended_trading_hours=extended_trading_hours)
        start, end = _range(start_time, end_time)
        return list(self._ask(lambda feed: feed.candles(names, span, start=start, end=end)))

    def get_time_and_sale(
        self, symbols: Iterable[str], start_time: datetime, end_time: datetime | None = None
    ) -> list[TimeAndSale]:
        """The prints of each symbol from ``start_time`` to ``end_time``, ascending: whole, or Incomplete."""
        names = symbol_list(symbols)
        start, end = _range(start_time, end_time)
        return list(self._ask(lambda feed: feed.history(TimeAndSale, names, start=start, end=end)))

    def _ask(
        self, question: Callable[[Streamer | WebService], Coroutine[Any, Any, Snapshot[E]]]
    ) -> Snapshot[E]:
        return self._link.run(self._link.ask(question))

    # Its end.

    def destroy(self) -> bool:
        """End the session at the service, and here. True unless the service had ended it before."""
        try:
            is_good = self.validate()
            if is_good:
                self._link.run(self._link.session.logout())
        finally:
            self.close()
        return is_good

    def close(self) -> None:
        """End the session here: its connections and its thread. May be called twice."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "open" if self._finalizer.alive else "closed"
        return f"<{type(self).__name__} {self._link.session.environment.name} {state}>"

    def __reduce__(self) -> Any:
        raise TypeError("a session holds secrets and is not pickled; save it, or log in again")


class ProductionSession(BlockingSession):
    """A session with the real service; TT_API_URL names another address, such as a simulator's."""

    _environment = "production"


class CertificationSession(BlockingSession):
    """A session with the certification (test) environment; TT_SANDBOX_URL names another address."""

    _environment = "certification"


def _range(start_time: datetime, end_time: datetime | None) -> tuple[datetime, datetime | None]:
    return aware(start_time, "start_time"), None if end_time is None else aware(end_time, "end_time")


def _told(snapshot: Snapshot[Any]) -> list[Any]:
    if not len(snapshot):
        snapshot.require()
    for symbol in snapshot.missing:
        log.warning("no %s for %s: %s", snapshot.event_class.__name__, symbol, snapshot.status[symbol])
    return snapshot.events
