"""What faults make of one connection's outgoing frames, before they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Protocol

import msgspec
from msgspec import Struct

from tastytrade.dxlink.messages import FeedData
from tastytrade.dxlink.server import Outgoing
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.simulator.fault import Rewrite
from tastytrade.simulator.fault_kinds import Delay, Late, Mute, Repeat, Spoil, Withhold
from tastytrade.simulator.fault_spoils import spoiled

FEED_DATA = str(FeedData.__struct_config__.tag)


class Pending(Protocol):
    """A rewrite that waits for messages, and how it learns that it met one."""

    @property
    def fault(self) -> Rewrite: ...

    def use(self, connection: int) -> None: ...


class Passage(Struct, frozen=True):
    """One frame on its way out: what to wait before it, whether to write it, and which fault changed it."""

    frame: Outgoing
    is_written: bool = True
    pause: float = 0.0
    fault: str | None = None


class _Envelope(Struct):
    type: str = ""
    state: str = ""


class _Held(Struct):
    passage: Passage
    left: int


_envelopes = msgspec.json.Decoder(_Envelope)


def names_of(frame: Outgoing) -> frozenset[str]:
    """What faults may call a frame: its message's type, and the state it tells of."""
    if frame.rows:
        return frozenset({FEED_DATA})
    try:
        found = _envelopes.decode(frame.text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return frozenset()
    return frozenset({found.type, found.state} - {""})


class Tampering:
    """The rewriting of one connection: what it holds back, and until when it is mute."""

    def __init__(self, number: int, channel_of: Callable[[int], ServerChannel | None]) -> None:
        self._number = number
        self._channel_of = channel_of
        self._held: list[_Held] = []
        self._mute: Mute | None = None
        self._mute_until = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether frames pass as they are as long as no rewrite is pending."""
        return self._mute is None and not self._held

    def mute(self, fault: Mute, now: float) -> None:
        self._mute = fault
        self._mute_until = inf if fault.seconds is None else now + fault.seconds

    def is_silenced(self, now: float) -> bool:
        """Whether not even the WebSocket itself may answer."""
        self._unmute(now)
        return self._mute is not None and not self._mute.data_only

    def passages(self, frame: Outgoing, pending: Iterable[Pending], now: float) -> list[Passage]:
        """What to write, in order; frames that are not to be written are told of too."""
        self._unmute(now)
        if self._mute is not None and (frame.rows or not self._mute.data_only):
            return [Passage(frame, is_written=False)]
        passages = self._rewritten(Passage(frame), pending)
        return [*passages, *self._released(len(passages))]

    def _rewritten(self, passage: Passage, pending: Iterable[Pending]) -> list[Passage]:
        names = names_of(passage.frame)
        copies = 1
        for one in pending:
            match one.fault:
                case Withhold(message=message) if message in names:
                    one.use(self._number)
                    return [msgspec.structs.replace(passage, is_written=False)]
                case Late(message=message, by=by) if message in names:
                    one.use(self._number)
                    self._held.append(_Held(passage, by))
                    return []
                case Delay(message=message, seconds=seconds) if message in names:
                    one.use(self._number)
                    passage = msgspec.structs.replace(passage, pause=passage.pause + seconds)
                case Repeat(message=message, count=count) if message in names:
                    one.use(self._number)
                    copies += count
                case Spoil() as fault if passage.frame.rows:
                    channel = self._channel_of(passage.frame.channel)
                    text = spoiled(fault, passage.frame.text, channel) if channel else None
                    if text is not None:
                        one.use(self._number)
                        frame = msgspec.structs.replace(passage.frame, text=text)
                        passage = msgspec.structs.replace(passage, frame=frame, fault=f"spoil {fault.how}")
        again = msgspec.structs.replace(passage, pause=0.0)
        return [passage, *[again] * (copies - 1)]

    def _released(self, passed: int) -> list[Passage]:
        """The late ones whose time has come; they count for no others."""
        for held in self._held:
            held.left -= passed
        come = [held.passage for held in self._held if held.left <= 0]
        self._held = [held for held in self._held if held.left > 0]
        return come

    def _unmute(self, now: float) -> None:
        if now >= self._mute_until:
            self._mute = None
