"""Events of a wire log: its messages read by the code that reads a live feed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import CONNECTION
from tastytrade.dxlink.overheard import Overheard
from tastytrade.reading.selection import unreadable
from tastytrade.wire_log.line import UNKNOWN, UNREADABLE
from tastytrade.wire_log.reader import wire_records
from tastytrade.wire_log.records import Hidden, Missing, WireMessage, WireRecord


def read_wire(path: str | Path, *, skip_damaged: bool = False) -> Iterator[EventBatch[Any] | Gap]:
    """Everything that a feed brought, as the live feed gave it: batches, numbered as they came, and gaps.

    A gap stands for what could not be read, and for what is not in the log. That a connection was lost is
    told by the epoch of the batches, and not by a gap: a log does not know what readers wanted of it. Takes
    a folder or one file, and raises, as ``wire_messages()`` does.
    """
    reading = _Reading()
    for record in wire_records(path, skip_damaged=skip_damaged):
        yield from reading.take(record)
    yield from reading.read()


class _Reading:
    def __init__(self) -> None:
        self._log = ""
        self._connections: dict[int, Overheard] = {}
        self._types: dict[str, None] = {}
        """Event types that have come."""
        self._numbers = count(1)
        self._gap_numbers = count(1)
        self._together: list[WireMessage] = []
        self._last_ns = 0

    def take(self, record: WireRecord) -> Iterator[EventBatch[Any] | Gap]:
        """Messages that came together are read together, as they were then."""
        if isinstance(record, WireMessage):
            if self._together and not _is_with(record, self._together[0]):
                yield from self.read()
            self._together.append(record)
            return
        yield from self.read()
        if isinstance(record, Missing):
            yield self._missing(record)
        elif record.type == UNREADABLE or (record.type == UNKNOWN and record.channel != CONNECTION):
            yield self._no_message(record)

    def read(self) -> Iterator[EventBatch[Any] | Gap]:
        """Read what has come together."""
        if not self._together:
            return
        first = self._together[0]
        texts = [one.text for one in self._together]
        self._together = []
        if first.log != self._log:
            self._log, self._connections = first.log, {}
        protocol = self._connections.setdefault(first.connection, Overheard())
        protocol.epoch = first.epoch
        now = first.received_ns / 1e9
        for message in protocol.receive_all(texts, now=now, received_ns=first.received_ns):
            if isinstance(message, Frame):
                yield from self._frame(message)

    def _frame(self, frame: Frame) -> Iterator[EventBatch[Any] | Gap]:
        frame.number = next(self._numbers)
        self._last_ns = frame.received_ns
        decoded = frame.decode()
        for batch in decoded.batches:
            self._types[batch.event_class.__name__] = None
            yield batch
        for bad in decoded.quarantined:
            types = (bad.event_type,) if bad.event_type else self._all_types()
            yield unreadable(frame, bad, types, number=next(self._gap_numbers))

    def _no_message(self, hidden: Hidden) -> Gap:
        """What could not be read may have been data."""
        return Gap(
            number=next(self._gap_numbers),
            reason=GapReason.PROTOCOL_ERROR,
            scope=GapScope.CONNECTION,
            event_types=self._all_types(),
            from_ns=self._last_ns or hidden.received_ns,
            to_ns=hidden.received_ns,
            detected_ns=hidden.received_ns,
            epoch_before=hidden.epoch,
            epoch_after=hidden.epoch,
        )

    def _missing(self, missing: Missing) -> Gap:
        return Gap(
            number=next(self._gap_numbers),
            reason=missing.reason,
            scope=GapScope.READER,
            event_types=self._all_types(),
            from_ns=missing.from_ns,
            to_ns=missing.to_ns,
            detected_ns=missing.from_ns if missing.to_ns is None else missing.to_ns,
            epoch_before=missing.epoch_before,
            epoch_after=missing.epoch_after,
        )

    def _all_types(self) -> tuple[str, ...]:
        """Every type that has come, or of which it was said how it would."""
        announced = {
            name: None
            for protocol in self._connections.values()
            for channel in protocol.channels
            for name in channel.layout
        }
        return tuple(self._types | announced)


def _is_with(one: WireMessage, other: WireMessage) -> bool:
    """Whether two messages came in one read of a socket."""
    return (one.received_ns, one.connection, one.is_repeated, one.log) == (
        other.received_ns, other.connection, other.is_repeated, other.log,
    )  # fmt: skip
