"""Desired against sent subscriptions of one channel, and the messages that bring them together.

Callers change what they want at any time, connected or not; ``next_message`` says what to tell the
server next, cut to sizes that servers accept. Nothing is ever replayed: after a reconnect the desired
set is sent as it is then, with ``reset``, so nothing that was given up comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, islice, takewhile

import msgspec

from tastytrade.dxlink.messages import Entry, FeedSubscription

Key = tuple[str, str, str]

MAX_MESSAGE_BYTES = 8192
"""Servers refuse frames over 65,536 bytes; dxFeed's own clients cut at 8 KB."""
MAX_MESSAGE_ENTRIES = 500
SILENT_AFTER = 10.0
"""Seconds after which a history without an end no longer keeps others waiting."""

_ENVELOPE_BYTES = 128
_encoder = msgspec.json.Encoder()


class WantedSet:
    """The subscriptions of one channel: ``desired`` by readers, ``sent`` to the server.

    room       up to so many of them, what is new goes before what is given up: somebody waits for it
    in_flight  histories that may be asked for before the ends of others have come; None: any number
    limit      entries that the server has been found to take at most; None: not known
    """

    def __init__(
        self,
        *,
        room: int = 0,
        in_flight: int | None = None,
        max_bytes: int = MAX_MESSAGE_BYTES,
        max_entries: int = MAX_MESSAGE_ENTRIES,
    ) -> None:
        self.desired: dict[Key, Entry] = {}
        self.sent: dict[Key, Entry] = {}
        self._types: set[str] = set()
        self._to_remove: dict[Key, Entry] = {}
        self._to_add: dict[Key, None] = {}
        self._reset = True
        self.limit: int | None = None
        self.is_full = False
        """Whether something waits that the server has no room for."""
        self.unanswered: dict[str, set[str]] = {}
        """Of each event type the symbols that have been asked for and of which nothing has been read."""
        self._room = room
        self._in_flight = in_flight
        self._awaited: dict[Key, float] = {}
        self._max_bytes = max_bytes - _ENVELOPE_BYTES
        self._max_entries = max_entries

    def want(self, entry: Entry, *, again: bool = False) -> None:
        """Desire a subscription. ``again`` asks for its current value or snapshot once more."""
        key = entry.key
        self.desired[key] = entry
        self._types.add(entry.type)
        self.is_full = False
        sent = self.sent.get(key)
        if sent is None:
            self._to_add[key] = None
        elif again:
            self._to_remove[key] = sent
            self._to_add[key] = None
        elif sent != entry:  # another start time: an add replaces what the server has
            self._to_remove.pop(key, None)
            self._to_add[key] = None
        elif not (key in self._to_remove and key in self._to_add):  # given up and wanted back meanwhile
            self._to_remove.pop(key, None)
            self._to_add.pop(key, None)

    def unwant(self, key: Key) -> None:
        """Give a subscription up; one that is not desired is left alone."""
        self.desired.pop(key, None)
        self._to_add.pop(key, None)
        self.is_full = False
        if key in self.sent:
            self._to_remove[key] = self.sent[key]

    def forget_sent(self) -> None:
        """A new connection or channel knows nothing: everything desired is to be sent, with reset."""
        self._to_remove.clear()
        self.send_again()
        self._reset = True

    def send_again(self) -> None:
        """The server may have refused some of what was sent: add everything desired once more."""
        given_up = {key: entry for key, entry in self._to_remove.items() if key not in self.desired}
        self._to_remove, self.sent = given_up, dict(given_up)
        self.unanswered = {}
        self._awaited.clear()
        self.is_full = False
        self._to_add = dict.fromkeys(self.desired)

    def take_back(self, entries: Iterable[Entry]) -> None:
        """The server refused these: they wait until there is room for them."""
        for entry in entries:
            if self.sent.get(entry.key) == entry:
                del self.sent[entry.key]
                self._to_remove.pop(entry.key, None)
                self._awaited.pop(entry.key, None)
                self.unanswered.get(entry.type, set()).discard(entry.symbol)
                if entry.key in self.desired:
                    self._to_add[entry.key] = None

    def answered(self, key: Key) -> None:
        """The end of a history has come: there is room for another in flight."""
        self._awaited.pop(key, None)

    @property
    def is_waited_for(self) -> bool:
        """Whether ends of histories are waited for."""
        return bool(self._awaited)

    def halve_messages(self) -> None:
        """A message was too large for the server."""
        self._max_bytes = max(self._max_bytes // 2, 1024)

    @property
    def is_settled(self) -> bool:
        """Whether the server has been told everything."""
        return not (self._to_add or self._to_remove)

    @property
    def is_asked(self) -> bool:
        """Whether everything that there is room for has been asked for; what was given up may still come."""
        return not self._to_add or self.is_full

    @property
    def pending_types(self) -> set[str]:
        """The event types among what is to be added; perhaps some that were wanted before."""
        return self._types if self._to_add else set()

    def is_sent(self, key: Key) -> bool:
        """Whether the server was told of it, for the last time that it was wanted."""
        return key in self.sent and key not in self._to_add

    def next_message(
        self, channel: int, *, space: int = 1 << 31, now: float = 0.0
    ) -> FeedSubscription | None:
        """The next message to send, or None when there is nothing to say.

        ``space`` is for how many more entries the connection has room. Removes go before adds where there
        is none; what is sent again is removed before in any case.
        """
        free = self._free(space, now)
        has_room = bool(self._to_add) and len(self.sent) < self._room and free > 0
        if self._to_remove and not has_room:
            return self._removal(channel, self._to_remove)
        again = takewhile(self._to_remove.__contains__, self._to_add)
        first_again = next(again, None)
        if first_again is not None:
            return self._removal(channel, chain([first_again], again))
        fresh = takewhile(lambda key: key not in self._to_remove, self._to_add)
        adds = self._cut((self.desired[key] for key in fresh), free)
        if not adds:
            return None
        for entry in adds:
            self.sent[entry.key] = entry
            del self._to_add[entry.key]
            self.unanswered.setdefault(entry.type, set()).add(entry.symbol)
            if self._in_flight is not None:
                self._awaited[entry.key] = now
        if self._reset:
            self._reset = False
            return FeedSubscription(channel, add=adds, reset=True)
        return FeedSubscription(channel, add=adds)

    def _free(self, space: int, now: float) -> int:
        """How many entries can be added now."""
        room = space
        if space <= 0 and all(key in self.sent for key in self._to_add):
            room = 1 << 31  # an add that replaces what the server has takes no room
        if self.limit is not None:
            room = min(room, self.limit - len(self.sent))
        self.is_full = room <= 0 and bool(self._to_add) and not self._to_remove
        if self._in_flight is None:
            return room
        for key in [key for key, at in self._awaited.items() if now - at >= SILENT_AFTER]:
            del self._awaited[key]  # a server says nothing of what it does not know
        return min(room, self._in_flight - len(self._awaited))

    def _removal(self, channel: int, keys: Iterable[Key]) -> FeedSubscription:
        removes = self._cut((self._to_remove[key] for key in keys), self._max_entries)
        for entry in removes:
            del self.sent[entry.key]
            del self._to_remove[entry.key]
            self._awaited.pop(entry.key, None)
            self.unanswered.get(entry.type, set()).discard(entry.symbol)
        return FeedSubscription(channel, remove=removes)

    def _cut(self, entries: Iterable[Entry], at_most: int) -> list[Entry]:
        """As many of the entries as fit one message; one at least, unless none is allowed."""
        chosen: list[Entry] = []
        size = 0
        for entry in islice(entries, max(0, min(at_most, self._max_entries))):
            size += len(_encoder.encode(entry)) + 1
            if chosen and size > self._max_bytes:
                break
            chosen.append(entry)
        return chosen
