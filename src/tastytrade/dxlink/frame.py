"""Messages with events that wait as the bytes they came in, and are decoded once when the first reader pulls.

Waiting bytes cost a fifth of waiting events, and a frame nobody reads is never parsed. The columns in
force are taken along, because a later FEED_CONFIG must not change how this frame is read.

A server may send an event a message. What one read of the socket brought of a channel is therefore one
frame: parsed by one call, sliced into columns once, given to readers once.
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


class _Message(Struct):
    """What there is to read of a FEED_DATA."""

    data: Any = None


_one = msgspec.json.Decoder(_Message)
_several = msgspec.json.Decoder(list[_Message])


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
        texts = self.texts
        if len(texts) == 1:
            return self._parse_one(texts[0])
        whole = b"[%b]" % b",".join(texts)
        try:
            data = joined(message.data for message in _several.decode(whole))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            data = None
        if data is None:  # one of them is unlike the others: its rows are to blame alone
            parts = [self._parse_one(text) for text in texts]
            return Decoded(
                [batch for part in parts for batch in part.batches],
                [bad for part in parts for bad in part.quarantined],
            )
        return self._decode_data(whole, data)

    def _parse_one(self, text: bytes) -> Decoded:
        try:
            data = _one.decode(text).data
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            reason = f"not readable JSON: {error}"
            return Decoded([], [Quarantined(reason, "", 1, shorten(text, _MAX_QUARANTINED_BYTES))])
        return self._decode_data(text, data)

    def _decode_data(self, text: bytes, data: Any) -> Decoded:
        booleans = b"true" in text or b"false" in text
        return decode_data(data, self.layout, self._batch, booleans=booleans)

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
