"""A FEED_DATA that waits as the bytes it came in, and is decoded once when the first reader pulls.

Waiting bytes cost a fifth of waiting events, and a frame nobody reads is never parsed. The columns
in force are taken along, because a later FEED_CONFIG must not change how this frame is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.event import Event
from tastytrade.dxlink.compact import Decoded, Layout, Quarantined, decode_data
from tastytrade.dxlink.messages import shorten

_FEED_DATA = b'{"type":"FEED_DATA","channel":'
_MAX_QUARANTINED_BYTES = 4096
_json = msgspec.json.Decoder()


def channel_of_feed_data(text: bytes) -> int | None:
    """The channel of a FEED_DATA, found without parsing; None when the text does not start like one.

    Servers write ``type`` and ``channel`` first. A FEED_DATA written otherwise takes the slow way.
    """
    if not text.startswith(_FEED_DATA):
        return None
    digits = text[len(_FEED_DATA) : text.find(b",", len(_FEED_DATA))]
    return int(digits) if digits.isdigit() and len(digits) < 10 else None


class Frame:
    """One FEED_DATA: its text, when (``received_ns``) and where (epoch, channel) it was read.

    ``decode()`` gives its batches; every reader after the first gets the same ones.
    """

    __slots__ = ("_decoded", "_text", "channel", "epoch", "layout", "received_ns", "size_bytes")

    def __init__(self, text: bytes, layout: Layout, *, channel: int, epoch: int, received_ns: int) -> None:
        self._text = text
        self._decoded: Decoded | None = None
        self.layout = layout
        self.channel = channel
        self.epoch = epoch
        self.received_ns = received_ns
        self.size_bytes = len(text)

    @property
    def is_decoded(self) -> bool:
        return self._decoded is not None

    def decode(self) -> Decoded:
        """The batches and the quarantined rows. Raises nothing for what a server may send."""
        if self._decoded is None:
            self._decoded = self._parse()
            self._text = b""
        return self._decoded

    def _parse(self) -> Decoded:
        text = self._text
        try:
            message = _json.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            reason = f"not readable JSON: {error}"
            return Decoded([], [Quarantined(reason, "", 1, shorten(text, _MAX_QUARANTINED_BYTES))])
        booleans = b"true" in text or b"false" in text
        return decode_data(message.get("data"), self.layout, self._batch, booleans=booleans)

    def _batch(self, event_class: type[Event], columns: Mapping[str, list[Any]]) -> EventBatch[Event]:
        return EventBatch(
            event_class,
            columns,
            received_ns=self.received_ns,
            epoch=self.epoch,
            channel=self.channel,
        )
