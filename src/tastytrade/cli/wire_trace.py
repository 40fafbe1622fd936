"""Trace: lines about DXLink messages, for people or programs; secrets never stand in them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from tastytrade.cli.wire_words import summary
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import (
    Auth,
    AuthState,
    ChannelClosed,
    ChannelOpened,
    FeedConfig,
    FeedData,
    Unknown,
    decode,
    encode,
)
from tastytrade.dxlink.overheard import Overheard
from tastytrade.errors import ProtocolError
from tastytrade.rest.refusal import printable
from tastytrade.rest.secret import HIDDEN, Secret, redact
from tastytrade.transport.wire import Arrival
from tastytrade.wire_log import Hidden, WireMessage

UNREADABLE = "unreadable"
LONGEST = 4_000
"""Characters of a line of text; what is longer is shown by NDJSON."""

_CONFIGURING = (ChannelOpened, ChannelClosed, FeedConfig)


class Trace:
    """One line a message. ``secrets`` may grow meanwhile; none of them is ever shown.

    is_text    lines for people; else JSON objects
    is_raw     each message's own JSON instead of what it says in short
    with_rows  the rows of FEED_DATA, too
    """

    def __init__(self, secrets: list[Secret], *, is_text: bool, is_raw: bool, with_rows: bool) -> None:
        self.messages: Counter[str] = Counter()
        """How many there were, by direction."""
        self._secrets = secrets
        self._is_text = is_text
        self._is_raw = is_raw
        self._with_rows = with_rows
        self._began_ns: int | None = None
        self._connections: dict[tuple[str, int], Overheard] = {}

    def lines(self, is_sent: bool, connection: int, arrival: Arrival) -> bytes:
        """The lines of messages that were sent, or came, together."""
        return b"".join(
            self._line(is_sent, "", connection, text, at_ns=arrival.received_ns) for text in arrival.texts
        )

    def recorded(self, record: WireMessage | Hidden) -> bytes:
        """The line of what a wire log has; nothing for what it says a second time."""
        if isinstance(record, Hidden):
            found: dict[str, Any] = {"channel": record.channel, "type": record.type, "hidden": True}
            return self._put(False, record.connection, found, "(not kept)", at_ns=record.received_ns)
        if record.is_repeated:
            self._protocol(record.log, record.connection).receive(record.text, now=0.0)
            return b""
        return self._line(False, record.log, record.connection, record.text, at_ns=record.received_ns)

    def _line(self, is_sent: bool, log: str, connection: int, text: bytes, *, at_ns: int) -> bytes:
        try:
            message = decode(text)
        except ProtocolError:
            reason = self._why_unreadable(text)
            found: dict[str, Any] = {"channel": None, "type": UNREADABLE, "reason": reason}
            return self._put(is_sent, connection, found, reason, at_ns=at_ns)
        if isinstance(message, Unknown):
            found = {"channel": message.channel, "type": message.type, "size_bytes": len(text)}
            return self._put(is_sent, connection, found, "(unknown)", at_ns=at_ns, raw=text)
        if isinstance(message, Auth):
            message = replace(message, token=HIDDEN)
            text = encode(message)
        elif isinstance(message, AuthState) and message.user_id is not None:
            message = replace(message, user_id=HIDDEN)
            text = encode(message)
        name = str(message.__struct_config__.tag)
        found = {"channel": message.channel, "type": name, "size_bytes": len(text)}
        if isinstance(message, FeedData) and not is_sent:
            return self._data(found, log, connection, text, at_ns=at_ns)
        if isinstance(message, _CONFIGURING) and not is_sent:
            self._protocol(log, connection).receive(text, now=0.0)
        return self._put(is_sent, connection, found, summary(message), at_ns=at_ns, raw=text)

    def _data(self, found: dict[str, Any], log: str, connection: int, text: bytes, *, at_ns: int) -> bytes:
        """FEED_DATA: how many rows of which type, as the live code reads them."""
        rows: Counter[str] = Counter()
        bad = 0
        events: list[Any] = []
        for one in self._protocol(log, connection).receive(text, now=0.0, received_ns=at_ns):
            if isinstance(one, Frame):
                decoded = one.decode()
                bad += sum(each.rows for each in decoded.quarantined)
                for batch in decoded.batches:
                    rows[batch.event_class.__name__] += len(batch)
                    if self._with_rows:
                        events += batch
        said = ", ".join(f"{name} {count:,}" for name, count in rows.items()) or "no rows"
        said += f"; {bad:,} unreadable" if bad else ""
        found["rows"] = dict(rows)
        if bad:
            found["unreadable"] = bad
        if self._with_rows:
            found["events"] = events
        raw = text if self._is_raw else None
        return self._put(False, connection, found, f"{said} ({len(text):,} bytes)", at_ns=at_ns, raw=raw)

    def _put(
        self,
        is_sent: bool,
        connection: int,
        found: dict[str, Any],
        said: str,
        *,
        at_ns: int,
        raw: bytes | None = None,
    ) -> bytes:
        self.messages["sent" if is_sent else "received"] += 1
        if self._began_ns is None:
            self._began_ns = at_ns
        ms = (at_ns - self._began_ns) / 1e6
        if not self._is_text:
            head = {
                "ms": round(ms, 3),
                "time": datetime.fromtimestamp(at_ns / 1e9, UTC),
                "connection": connection,
                "direction": "sent" if is_sent else "received",
            }
            if raw is not None:
                found = {**found, "message": Raw(raw)}
            return self._clean(msgspec.json.encode({**head, **found}).decode()).encode() + b"\n"
        channel = "?" if found["channel"] is None else found["channel"]
        arrow = "->" if is_sent else "<-"
        if self._is_raw and raw is not None:
            said = self._clean(raw.decode("utf-8", "replace"))
        place = f"{connection}:" if connection > 1 else ""
        kind = f"{found['type']:<17}"
        lines = [f"{ms:>11,.1f} ms {arrow} {place}{channel} {kind} {said}"]
        lines += [f"{'':>18} {msgspec.json.encode(one).decode()}" for one in found.get("events", ())]
        return "".join(f"{printable(self._clean(one), limit=LONGEST).rstrip()}\n" for one in lines).encode()

    def _why_unreadable(self, text: bytes) -> str:
        """Said of the message without its secrets: the reason quotes a part, which may be a part of one."""
        try:
            decode(redact(text.decode("utf-8", "replace"), self._secrets))
        except ProtocolError as error:
            return str(error)
        return "not UTF-8"

    def _clean(self, text: str) -> str:
        """Without what is secret of it, however a peer may have written it in JSON."""
        found = redact(text, self._secrets)
        if "\\" not in text or not self._secrets:
            return found
        try:
            plain = msgspec.json.encode(msgspec.json.decode(text)).decode()
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return found
        hidden = redact(plain, self._secrets)
        return found if hidden == plain else hidden

    def _protocol(self, log: str, connection: int) -> Overheard:
        return self._connections.setdefault((log, connection), Overheard())
