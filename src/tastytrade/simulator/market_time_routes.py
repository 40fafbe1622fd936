"""Market time of the simulator: sessions and holidays, at the time its own market's clock shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import get_args

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.exchange_sessions import (
    FUTURES_COLLECTIONS,
    Collection,
    ExchangeSession,
    holidays_around,
    next_session,
    previous_session,
    session_at,
    sessions_between,
)
from tastytrade.simulator.market_now import MarketNow
from tastytrade.simulator.queries import date_in, listed_values
from tastytrade.simulator.replies import Endpoint, enveloped, invalid, item_list, json_bytes, not_found

LONGEST_SPAN = timedelta(days=275)
"""Nine months, the most that may be asked for at once."""

_COLLECTIONS: dict[str, Collection] = {one.lower(): one for one in get_args(Collection)}
_FUTURES = {one.lower(): one for one in FUTURES_COLLECTIONS}


class SessionItem(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    close_at: str
    close_at_ext: str = ""
    instrument_collection: str
    open_at: str
    session_date: date
    start_at: str


class CurrentSession(Struct, rename="kebab", omit_defaults=True, kw_only=True):
    close_at: str
    close_at_ext: str = ""
    instrument_collection: str
    next_session: SessionItem
    open_at: str
    previous_session: SessionItem
    start_at: str
    state: str


class Holidays(Struct, rename="kebab"):
    market_holidays: list[date]
    market_half_days: list[date]


def market_time_routes(market: MarketNow) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""
    times = _MarketTime(market)
    routes: list[tuple[str, Endpoint]] = [
        ("/market-time/sessions", times.between),
        ("/market-time/sessions/current", times.chosen),
        ("/market-time/equities/holidays", times.holidays),
        ("/market-time/futures/holidays/{collection}", times.holidays),
    ]
    for name, payload in (("current", _current), ("next", _next), ("previous", _previous)):
        routes += [
            (f"/market-time/equities/sessions/{name}", times.of_equities(payload)),
            (f"/market-time/futures/sessions/{name}", times.of_all_futures(payload)),
            (f"/market-time/futures/sessions/{name}/{{collection}}", times.of_futures(payload)),
        ]
    return routes


Payload = Callable[[Collection, datetime], Struct]


class _MarketTime:
    def __init__(self, market: MarketNow) -> None:
        self._market = market

    def of_equities(self, payload: Payload) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return json_bytes(enveloped(payload("Equity", self._market.now), request.url.path))

        return endpoint

    def of_all_futures(self, payload: Payload) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            items = [payload(one, self._market.now) for one in FUTURES_COLLECTIONS]
            return json_bytes(item_list(items, request.url.path))

        return endpoint

    def of_futures(self, payload: Payload) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            collection = _FUTURES.get(request.path_params["collection"].lower())
            if collection is None:
                return not_found(request.path_params["collection"])
            return json_bytes(enveloped(payload(collection, self._market.now), request.url.path))

        return endpoint

    async def chosen(self, request: Request) -> Response:
        names = listed_values(request.query_params, "instrument-collections")
        collections = [_COLLECTIONS.get(name.lower()) for name in names]
        if not names or None in collections:
            return invalid("instrument-collections", f"must be some of {', '.join(_COLLECTIONS.values())}")
        items = [_current(one, self._market.now) for one in collections if one is not None]
        return json_bytes(item_list(items, "/market-time/sessions/current"))

    async def between(self, request: Request) -> Response:
        query = request.query_params
        first, last = date_in(query, "from-date"), date_in(query, "to-date")
        if first is None or last is None or first > last:
            return invalid("from-date", "from-date and to-date must be dates like 2025-01-09, in order")
        if last - first > LONGEST_SPAN:
            return invalid("to-date", "must be at most nine months after from-date")
        collection = _COLLECTIONS.get(query.get("instrument-collection", "Equity").lower())
        if collection is None:
            return invalid("instrument-collection", f"must be one of {', '.join(_COLLECTIONS.values())}")
        items = [_item(one) for one in sessions_between(collection, first, last)]
        return json_bytes(item_list(items, "/market-time/sessions"))

    async def holidays(self, request: Request) -> Response:
        collection = request.path_params.get("collection")
        if collection is not None and collection.lower() not in _FUTURES:
            return not_found(collection)
        today = self._market.now.date()
        # The simulated exchange has no half days, so none are announced.
        return json_bytes(enveloped(Holidays(holidays_around(today), []), request.url.path))


def _current(collection: Collection, now: datetime) -> CurrentSession:
    session = session_at(collection, now)
    item = _item(session)
    return CurrentSession(
        close_at=item.close_at,
        close_at_ext=item.close_at_ext,
        instrument_collection=collection,
        next_session=_next(collection, now),
        open_at=item.open_at,
        previous_session=_previous(collection, now),
        start_at=item.start_at,
        state=session.state_at(now),
    )


def _next(collection: Collection, now: datetime) -> SessionItem:
    return _item(next_session(collection, now))


def _previous(collection: Collection, now: datetime) -> SessionItem:
    return _item(previous_session(collection, now))


def _item(session: ExchangeSession) -> SessionItem:
    has_extension = session.ends_at > session.closes_at
    return SessionItem(
        close_at=_text(session.closes_at),
        close_at_ext=_text(session.ends_at) if has_extension else "",
        instrument_collection=session.collection,
        open_at=_text(session.opens_at),
        session_date=session.day,
        start_at=_text(session.starts_at),
    )


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
