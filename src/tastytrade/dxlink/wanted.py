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

_ENVELOPE_BYTES = 128
_encoder = msgspec.json.Encoder()


class WantedSet:
    """The subscriptions of one channel: ``desired`` by readers, ``sent`` to the server.

    ``room``: up to so many of them, what is new goes before what is given up, because somebody waits for it.
    """

    def __init__(
        self,
        *,
        room: int = 0,
        max_bytes: int = MAX_MESSAGE_BYTES,
        max_entries: int = MAX_MESSAGE_ENTRIES,
    ) -> None:
        self.desired: dict[Key, Entry] = {}
        self.sent: dict[Key, Entry] = {}
        self._to_remove: dict[Key, Entry] = {}
        self._to_add: dict[Key, None] = {}
        self._reset = True
        self._room = room
        self._max_bytes = max_bytes - _ENVELOPE_BYTES
        self._max_entries = max_entries

    def want(self, entry: Entry, *, again: bool = False) -> None:
        """Desire a subscription. ``again`` asks for its current value or snapshot once more."""
        key = entry.key
        self.desired[key] = entry
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
        if key in self.sent:
            self._to_remove[key] = self.sent[key]

    def forget_sent(self) -> None:
        """A new connection or channel knows nothing: everything desired is to be sent, with reset."""
        self.send_again()
        self._reset = True

    def send_again(self) -> None:
        """The server may have refused some of what was sent: add everything desired once more."""
        self.sent.clear()
        self._to_remove.clear()
        self._to_add = dict.fromkeys(self.desired)

    @property
    def is_settled(self) -> bool:
        """Whether the server has been told everything."""
        return not (self._to_add or self._to_remove)

    @property
    def is_asked(self) -> bool:
        """Whether everything desired has been asked for; what was given up may still come."""
        return not self._to_add

    @property
    def pending_types(self) -> set[str]:
        """The event types among what is to be added."""
        return {key[0] for key in self._to_add}

    def is_sent(self, key: Key) -> bool:
        """Whether the server was told of it, for the last time that it was wanted."""
        return key in self.sent and key not in self._to_add

    def next_message(self, channel: int) -> FeedSubscription | None:
        """The next message to send, or None when there is nothing to say.

        Removes go before adds where there is no room; what is sent again is removed before in any case.
        """
        has_room = bool(self._to_add) and len(self.sent) < self._room
        if self._to_remove and not has_room:
            return self._removal(channel, self._to_remove)
        again = takewhile(self._to_remove.__contains__, self._to_add)
        first_again = next(again, None)
        if first_again is not None:
            return self._removal(channel, chain([first_again], again))
        fresh = takewhile(lambda key: key not in self._to_remove, self._to_add)
        adds = self._cut(self.desired[key] for key in fresh)
        if not adds:
            return None
        for entry in adds:
            self.sent[entry.key] = entry
            del self._to_add[entry.key]
        if self._reset:
            self._reset = False
            return FeedSubscription(channel, add=adds, reset=True)
        return FeedSubscription(channel, add=adds)

    def _removal(self, channel: int, keys: Iterable[Key]) -> FeedSubscription:
        removes = self._cut(self._to_remove[key] for key in keys)
        for entry in removes:
            del self.sent[entry.key]
            del self._to_remove[entry.key]
        return FeedSubscription(channel, remove=removes)

    def _cut(self, entries: Iterable[Entry]) -> list[Entry]:
        """As many of the entries as fit one message; at least one."""
        chosen: list[Entry] = []
        size = 0
        for entry in islice(entries, self._max_entries):
            size += len(_encoder.encode(entry)) + 1
            if chosen and size > self._max_bytes:
                break
            chosen.append(entry)
        return chosen
