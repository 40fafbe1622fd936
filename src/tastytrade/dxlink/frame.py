"""A FEED_DATA that waits as the bytes it came in, and is decoded once when the first reader pulls.

Waiting bytes cost a fifth of waiting events, and a frame nobody reads is never parsed. The columns in
force are taken along, because a later FEED_CONFIG must not change how this frame is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import ReferenceType, ref

import msgspec

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.event import Event
from tastytrade.dxlink.compact import Decoded, Layout, Quarantined, decode_data
from tastytrade.dxlink.messages import Contract, shorten

_FEED_DATA = b'{"type":"FEED_DATA","channel":'
_MAX_QUARANTINED_BYTES = 4096
_ROW_BITS = 22
"""An ingest number is the frame's and the row's in it; a frame of 16 MiB has fewer than 2^22 rows."""
_json = msgspec.json.Decoder()


def channel_of_feed_data(text: bytes) -> int | None:
    """The channel of a FEED_DATA, found without parsing; None when the text does not start like one.

    Servers write ``type`` and ``channel`` first. A FEED_DATA written otherwise takes the slow way.
    """
    if not text.startswith(_FEED_DATA):
        return None
    digits = text[len(_FEED_DATA) : text.find(b",", len(_FEED_DATA))]
    return int(digits) if digits.isdigit() and len(digits) < 10 else None


def numbers_of(frame: int, first: int, rows: int) -> range:
    """The ingest numbers of some rows of a frame, from its ``first`` on."""
    start = (frame << _ROW_BITS) + first
    return range(start, start + rows)


class Frame:
    """One FEED_DATA: its text, when (``received_ns``) and where (epoch, channel, contract) it was read.

    ``decode()`` gives its batches. They are kept for as long as somebody holds them, so that readers in
    step share them while a frame that waits costs no more than its text.

    number      counts the frames of a source
    is_shared   whether it has several readers
    is_counted  is for whoever counts what was in it, and takes the symbols from ``unanswered``
    """

    __slots__ = (
        "_decoded", "_rows", "_text", "channel", "contract", "epoch", "is_counted", "is_shared", "layout",
        "number", "received_ns", "size_bytes", "unanswered",
    )  # fmt: skip

    def __init__(self, text: bytes, layout: Layout, *, channel: int, epoch: int, received_ns: int) -> None:
        self._text = text
        self._decoded: ReferenceType[Decoded] | None = None
        self._rows = 0
        self.layout = layout
        self.channel = channel
        self.epoch = epoch
        self.received_ns = received_ns
        self.size_bytes = len(text)
        self.contract = Contract.AUTO
        self.number = 0
        self.unanswered: Mapping[str, set[str]] = {}
        self.is_counted = False
        self.is_shared = False

    @property
    def text(self) -> bytes:
        """As it was read."""
        return self._text

    def decode(self) -> Decoded:
        """The batches and the quarantined rows. Raises nothing for what a server may send."""
        decoded = self._decoded() if self._decoded is not None else None
        if decoded is None:
            decoded = self._parse()
            self._decoded = ref(decoded)
        return decoded

    def _parse(self) -> Decoded:
        text = self._text
        try:
            message = _json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            reason = f"not readable JSON: {error}"
            return Decoded([], [Quarantined(reason, "", 1, shorten(text, _MAX_QUARANTINED_BYTES))])
        self._rows = 0
        booleans = b"true" in text or b"false" in text
        return decode_data(message.get("data"), self.layout, self._batch, booleans=booleans)

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
