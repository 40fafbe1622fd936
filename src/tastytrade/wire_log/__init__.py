"""The wire log: every message of a feed as it came, with its time; and how to read it again."""

from tastytrade.wire_log.events import read_wire
from tastytrade.wire_log.reader import wire_messages, wire_records
from tastytrade.wire_log.records import Hidden, Missing, WireMessage, WireRecord
from tastytrade.wire_log.writer import WireLog

__all__ = [
    "Hidden",
    "Missing",
    "WireLog",
    "WireMessage",
    "WireRecord",
    "read_wire",
    "wire_messages",
    "wire_records",
]
