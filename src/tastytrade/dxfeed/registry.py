"""EventType, the one registry of event classes, and what kind of value each of their fields holds."""

from __future__ import annotations

from enum import Enum, StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from msgspec import Struct
from msgspec.structs import fields as struct_fields

from tastytrade.dxfeed import books, events
from tastytrade.dxfeed.event import Event
from tastytrade.dxfeed.names import Name
from tastytrade.errors import ConfigurationError


class EventType(StrEnum):
    """Which kind of event; the value is the wire's name."""

    QUOTE = "Quote"
    TRADE = "Trade"
    TRADE_ETH = "TradeETH"
    SUMMARY = "Summary"
    PROFILE = "Profile"
    GREEKS = "Greeks"
    THEO_PRICE = "TheoPrice"
    UNDERLYING = "Underlying"
    TIME_AND_SALE = "TimeAndSale"
    CANDLE = "Candle"
    DAILY_CANDLE = "DailyCandle"
    ORDER = "Order"
    ANALYTIC_ORDER = "AnalyticOrder"
    SPREAD_ORDER = "SpreadOrder"
    OTC_MARKETS_ORDER = "OtcMarketsOrder"
    SERIES = "Series"
    OPTION_SALE = "OptionSale"
    CONFIGURATION = "Configuration"
    MESSAGE = "Message"
    TEXT_MESSAGE = "TextMessage"
    TEXT_CONFIGURATION = "TextConfiguration"
    MARKET_MAKER = "MarketMaker"
    ORDER_IMBALANCE = "OrderImbalance"

    @property
    def event_class(self) -> type[Event]:
        """The Struct that events of this type are."""
        return EVENT_CLASSES[self]


def _class_named(name: str) -> type[Event]:
    found: type[Event] = getattr(events, name, None) or getattr(books, name)
    return found


EVENT_CLASSES: MappingProxyType[str, type[Event]] = MappingProxyType(
    {event_type.value: _class_named(event_type.value) for event_type in EventType}
)
"""Wire name -> event class, for every type of EventType."""


def event_class(event_type: EventType | str | type[Event]) -> type[Event]:
    """The event class meant by a class, an EventType or a wire name such as ``"Quote"``.

    Raises ConfigurationError for anything else, listing the names there are.
    """
    if isinstance(event_type, type) and EVENT_CLASSES.get(event_type.__name__) is event_type:
        return event_type
    found = EVENT_CLASSES.get(event_type) if isinstance(event_type, str) else None
    if found is None:
        shown = event_type if isinstance(event_type, str) else repr(event_type)
        raise ConfigurationError(f"unknown event type {shown}; there are: {', '.join(EVENT_CLASSES)}")
    return found


class Kind(Enum):
    """What values a field holds; decides how its column is checked and stored."""

    DOUBLE = "double"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    NAME = "name"
    ANY = "any"


class Field(Struct, frozen=True):
    """One field of an event class; ``names`` is its enumeration when ``kind`` is NAME."""

    name: str
    kind: Kind
    default: Any
    names: type[Name] | None = None


_KINDS: dict[object, Kind] = {
    float: Kind.DOUBLE,
    int: Kind.INTEGER,
    bool: Kind.BOOLEAN,
    str: Kind.TEXT,
    Any: Kind.ANY,
}


@cache
def fields_of(cls: type[Event]) -> tuple[Field, ...]:
    """The fields of an event class, in dxFeed's order, ``eventSymbol`` first."""
    return _fields_of(cls)


@cache
def _fields_of(cls: type[Event]) -> tuple[Field, ...]:
    hints = get_type_hints(cls)
    found = []
    for field in struct_fields(cls):
        arguments = [hint for hint in get_args(hints[field.name]) if isinstance(hint, type)]
        names = next((hint for hint in arguments if issubclass(hint, Name)), None)
        kind = Kind.NAME if names else _KINDS[arguments[0] if arguments else hints[field.name]]
        found.append(Field(field.name, kind, "" if field.required else field.default, names))
    return tuple(found)


def field_names(cls: type[Event]) -> tuple[str, ...]:
    """The names of an event class's fields, in dxFeed's order."""
    return tuple(field.name for field in fields_of(cls))


def fields_by_name(cls: type[Event]) -> dict[str, Field]:
    """The fields of an event class by their names."""
    return {field.name: field for field in fields_of(cls)}
