"""What dxFeed's REST web service can be asked, and what its answers mean. Nothing is sent.

``{base}/rest/events.json`` gives current events and histories over plain HTTP: the older door, which some
environments still have. Source: dxFeed's "Web Service API" and recorded answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed import Event
from tastytrade.dxlink.compact import Quarantined, decode_data
from tastytrade.rest.call import Call
from tastytrade.rest.secret import Secret

PATH = "/rest/events.json"


class WebEvents(Struct, frozen=True):
    """The events of an answer by symbol, ascending as they came; a symbol without an answer is absent."""

    by_symbol: dict[str, list[Event]]
    quarantined: list[Quarantined]


def events_base(url: str) -> str:
    """The base of a service's address, which may be given with or without the path of its events."""
    return url.rstrip("/").removesuffix(PATH)


def events_call(
    event_class: type[Event],
    symbols: Iterable[str],
    *,
    start_ms: int | None = None,
    end_ms: int | None = None,
    token: Secret | None = None,
) -> Call[WebEvents]:
    """``GET /rest/events.json``: without ``start_ms`` the current event of each symbol."""
    name = event_class.__name__
    query = [("events", name), *(("symbols", symbol) for symbol in symbols)]
    query += [(key, str(at)) for key, at in (("fromTime", start_ms), ("toTime", end_ms)) if at is not None]

    def parse(body: Any) -> WebEvents:
        found: dict[str, list[Event]] = {}
        quarantined: list[Quarantined] = []
        for symbol, value in (body.get(name) or {}).items():
            rows = value if isinstance(value, list) else [value]
            decoded = decode_data([{"eventType": name, **row} for row in rows], {})
            quarantined += decoded.quarantined
            found[symbol] = [event for batch in decoded.batches for event in batch]
        return WebEvents(found, quarantined)

    headers = () if token is None else (("Authorization", Secret(f"Bearer {token.reveal()}")),)
    return Call(
        method="GET",
        path=PATH,
        query=tuple(query),
        headers=headers,
        parse=parse,
        whole=True,
        authorized=False,
    )
