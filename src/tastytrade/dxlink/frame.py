"""Messages with events that wait as the bytes they came in, and are decoded once when the first reader pulls.

The hot path, and why it is shaped so. A step of Python costs about 0.02 us and an event 0.2 us to parse, so
nothing below takes a step for each event; ``tests/speed/test_operations.py`` counts them.

1.  ``transport/wire.py`` cuts the messages out of what one read of the socket brought, up to 256 KB, and
    hands them on from the loop's own callback: no task wakes up for a message. They share one time.
2.  ``dxlink/client.py`` knows FEED_DATA by its first bytes and parses none of it. A server may send an event
    a message; those of a channel that came together, up to 32 KB, make one Frame, so that what is done for a
    frame is done for many events however the server cuts them. No larger, because limits and gaps count
    frames.
3.  A Frame waits as text: a fifth of the room of events, and nothing for a reader who is behind to sort out
    later. The columns in force go along, because a later FEED_CONFIG must not change how it is read.
4.  Whoever pulls first decodes, others in step get the same: ``_plain`` parses what has no booleans, which
    mostly is so, and by its type alone proves that; ``dxlink/compact.py`` slices the array into columns and
    proves each usual by one pass in C, a sum or a join.
5.  ``reading`` looks at sets of symbols and at whole columns; the ledger and the lag are entered a frame.
6.  ``subscription.py`` gives what is there without a turn of the loop, for 5 ms at a time. Events are made
    by one ``map`` for those who iterate, and ``tables`` take the columns as they are.

Where the rest of the time goes, with figures: docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import ReferenceType, ref

import msgspec
from msgspec import Struct

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.event import Event
from tastytrade.dxlink.compact import Decoded, Layout, Quarantined, decode_data, joined
from tastytrade.dxlink.messages import Contract, shorten

_FEED_DATA = b'{"type":"FEED_DATA","channel":'
_MAX_QUARANTINED_BYTES = 4096
_ROW_BITS = 22
"""An ingest number is the frame's and the row's in it; a frame of 16 MiB has fewer than 2^22 rows."""


class _Plain(Struct):
    """A FEED_DATA as it mostly is: COMPACT, and without ``true`` and ``false``."""

    data: list[str | list[float | int | str | None]]


class _Any(Struct):
    """Any FEED_DATA."""

    data: Any = None


_plain = msgspec.json.Decoder(_Plain)
_several_plain = msgspec.json.Decoder(list[_Plain])
_any = msgspec.json.Decoder(_Any)
_several_any = msgspec.json.Decoder(list[_Any])
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def _read(plain: msgspec.json.Decoder[Any], other: msgspec.json.Decoder[Any], text: bytes) -> tuple[Any, int]:
    """What a text says, and how many ``true`` and ``false`` there are in it at most."""
    try:
        return plain.decode(text), 0
    except msgspec.ValidationError:
        return other.decode(text), text.count(b"true") + text.count(b"false")


def channel_of_feed_data(text: bytes) -> int | None:
    """The channel of a FEED_DATA, found without parsing; None when the text does not start like one.

    Servers write ``type`` and ``channel`` first. A FEED_DATA written otherwise takes the slow way.
    """
    if not text.startswith(_FEED_DATA):
        return None
    digits = text[len(_FEED_DATA) : text.find(b",", len(_FEED_DATA))]
    return int(digits) if digits.isdigit() and len(digits) < 10 else None


def beginning_of_feed_data(channel: int) -> bytes:
    """How the FEED_DATA of a channel begin, so that others of it are known at sight."""
    return b"%b%d," % (_FEED_DATA, channel)


def numbers_of(frame: int, first: int, rows: int) -> range:
    """The ingest numbers of some rows of a frame, from its ``first`` on."""
    start = (frame << _ROW_BITS) + first
    return range(start, start + rows)


class Frame:
    """FEED_DATA of one channel: its texts, when (``received_ns``) and where (epoch, channel, contract) they
    were read.

    ``decode()`` gives its batches. They are kept for as long as somebody holds them, so that readers in
    step share them while a frame that waits costs no more than its text.

    texts       as they were read: one message, or several that came together
    number      counts the frames of a source
    is_shared   whether it has several readers
    is_counted  is for whoever counts what was in it, and takes the symbols from ``unanswered``
    """

    __slots__ = (
        "_decoded", "_rows", "channel", "contract", "epoch", "is_counted", "is_shared", "layout",
        "number", "received_ns", "size_bytes", "texts", "unanswered",
    )  # fmt: skip

    def __init__(
        self, texts: Sequence[bytes], layout: Layout, *, channel: int, epoch: int, received_ns: int
    ) -> None:
        self.texts = texts
        self._decoded: ReferenceType[Decoded] | None = None
        self._rows = 0
        self.layout = layout
        self.channel = channel
        self.epoch = epoch
        self.received_ns = received_ns
        self.size_bytes = sum(map(len, texts))
        self.contract = Contract.AUTO
        self.number = 0
        self.unanswered: Mapping[str, set[str]] = {}
        self.is_counted = False
        self.is_shared = False

    def decode(self) -> Decoded:
        """The batches and the quarantined rows. Raises nothing for what a server may send."""
        decoded = self._decoded() if self._decoded is not None else None
        if decoded is None:
            decoded = self._parse()
            self._decoded = ref(decoded)
        return decoded

    def _parse(self) -> Decoded:
        self._rows = 0
        if len(self.texts) == 1:
            return self._parse_one(self.texts[0])
        try:
            messages, booleans = _read(_several_plain, _several_any, b"[%b]" % b",".join(self.texts))
            data = joined([message.data for message in messages])
        except _UNREADABLE:
            data = None
        if data is not None:
            return decode_data(data, self.layout, self._batch, booleans=booleans)
        # One of them is unlike the others: the rows of that one are to blame alone.
        parts = [self._parse_one(text) for text in self.texts]
        return Decoded(
            [batch for part in parts for batch in part.batches],
            [bad for part in parts for bad in part.quarantined],
        )

    def _parse_one(self, text: bytes) -> Decoded:
        try:
            message, booleans = _read(_plain, _any, text)
        except _UNREADABLE as error:
            reason = f"not readable JSON: {error}"
            return Decoded([], [Quarantined(reason, "", 1, shorten(text, _MAX_QUARANTINED_BYTES))])
        return decode_data(message.data, self.layout, self._batch, booleans=booleans)

    def _batch(self, event_class: type[Event], columns: Mapping[str, list[Any]]) -> EventBatch[Event]:
        rows = len(columns["eventSymbol"])
        numbers = numbers_of(self.number, self._rows, rows)
        self._rows += rows
        return EventBatch(
            event_class,
            columns,
            received_ns=self.received_ns,
            epoch=self.epoch,
            channel=self.channel,
            numbers=numbers,
        )
