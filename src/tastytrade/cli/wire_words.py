"""What a DXLink message says, in short, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from tastytrade.dxlink.messages import (
    AuthState,
    ChannelOpened,
    ChannelRequest,
    Entry,
    Error,
    FeedConfig,
    FeedSetup,
    FeedSubscription,
    Message,
    Setup,
)

SHOWN = 8
"""Subscriptions that are named; the rest is counted."""


def summary(message: Message) -> str:
    """One line; "" of a message whose type says it all."""
    match message:
        case Setup():
            times = (message.keepalive_timeout, message.accept_keepalive_timeout)
            promised, asked = (f"{one:g} s" if one is not None else "not said" for one in times)
            return f"version {message.version}, keepalive {promised}, of the other {asked}"
        case AuthState():
            return message.state
        case Error():
            return f"{message.error}: {message.message}"
        case ChannelRequest() | ChannelOpened():
            parameters = ", ".join(f"{name} {value}" for name, value in message.parameters.items())
            return f"{message.service} {parameters}".rstrip()
        case FeedSetup():
            period, form = message.accept_aggregation_period, message.accept_data_format
            return _configured(period, form, message.accept_event_fields)
        case FeedConfig():
            return _configured(message.aggregation_period, message.data_format, message.event_fields)
        case FeedSubscription():
            return _subscribed(message)
        case _:
            return ""


def _configured(period: object, form: str | None, fields: Mapping[str, Sequence[str]] | None) -> str:
    parts = []
    if period is not None:
        parts.append(f"every {period} s")
    if form is not None:
        parts.append(form)
    parts += [f"{name} {len(columns)} columns" for name, columns in (fields or {}).items()]
    return ", ".join(parts)


def _subscribed(message: FeedSubscription) -> str:
    parts = ["reset"] if message.reset is True else []
    for sign, entries in (("-", message.remove), ("+", message.add)):
        if entries is not UNSET:
            parts += [f"{sign}{_named(one)}" for one in entries[:SHOWN]]
            if len(entries) > SHOWN:
                parts.append(f"{sign}{len(entries) - SHOWN:,} more")
    return " ".join(parts)


def _named(entry: Entry) -> str:
    more = f"#{entry.source}" if entry.source else ""
    since = f"@{entry.from_time}" if entry.from_time is not None else ""
    return f"{entry.type}:{entry.symbol}{more}{since}"
