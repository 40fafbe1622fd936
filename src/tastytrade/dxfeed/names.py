"""The enumerations of dxFeed's event fields.

A name the service adds later must not cost an event, so a field holds the member where the name is
known and the plain string where it is not; both compare equal to the wire's text.
Source: dxFeed's event classes (QD dxfeed-api), as listed by the DXLink specification.
"""

from __future__ import annotations

from enum import StrEnum


class Name(StrEnum):
    """An enumeration that prints like the wire's text, so that an event's repr reads like dxFeed's."""

    __repr__ = str.__repr__


class Direction(Name):
    UNDEFINED = "UNDEFINED"
    DOWN = "DOWN"
    ZERO_DOWN = "ZERO_DOWN"
    ZERO = "ZERO"
    ZERO_UP = "ZERO_UP"
    UP = "UP"


class PriceType(Name):
    REGULAR = "REGULAR"
    INDICATIVE = "INDICATIVE"
    PRELIMINARY = "PRELIMINARY"
    FINAL = "FINAL"


class Side(Name):
    UNDEFINED = "UNDEFINED"
    BUY = "BUY"
    SELL = "SELL"


class Scope(Name):
    COMPOSITE = "COMPOSITE"
    REGIONAL = "REGIONAL"
    AGGREGATE = "AGGREGATE"
    ORDER = "ORDER"


class OrderAction(Name):
    UNDEFINED = "UNDEFINED"
    NEW = "NEW"
    REPLACE = "REPLACE"
    MODIFY = "MODIFY"
    DELETE = "DELETE"
    PARTIAL = "PARTIAL"
    EXECUTE = "EXECUTE"
    TRADE = "TRADE"
    BUST = "BUST"


class ShortSaleRestriction(Name):
    UNDEFINED = "UNDEFINED"
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class TradingStatus(Name):
    UNDEFINED = "UNDEFINED"
    HALTED = "HALTED"
    ACTIVE = "ACTIVE"


class TimeAndSaleType(Name):
    NEW = "NEW"
    CORRECTION = "CORRECTION"
    CANCEL = "CANCEL"


class IcebergType(Name):
    UNDEFINED = "UNDEFINED"
    NATIVE = "NATIVE"
    SYNTHETIC = "SYNTHETIC"


class OtcMarketsPriceType(Name):
    UNPRICED = "UNPRICED"
    ACTUAL = "ACTUAL"
    WANTED = "WANTED"


class AuctionType(Name):
    """Names are not listed in public sources beyond UNDEFINED; others stay plain strings."""

    UNDEFINED = "UNDEFINED"
