"""Plays a DXLink conversation, written as text, into one end of the protocol.

The texts beside this file are the cases and the documentation at once. A line is one of:

    # anything                     a remark
    ends client server             the ends it is played into; the client alone unless said
    C> {json}   S> {json}          the client, the server says this; "..." stands for any value
    @30                            the clock is at 30 s, and whatever was due until then happens
    connect                        a new connection
    ready                          a new connection, and the whole of handshake.txt
    drop                           it is lost: nothing is said until the next one, at either end

of the client's end (the server's passes over them):

    plan AUTO Quote eventSymbol bidPrice     a channel it is to use: contract, event type, columns
    token good                     what it authenticates with, or `token none`
    renew good                     there is a new token, which goes over this connection
    heard                          the server has answered a ping that came after all that was said
    want Quote SPX                 a reader wants this; `from 1735689600000`, `source NTV`, `again` may follow
    unwant Quote SPX               nobody wants it any more
    gets Quote SPX bidPrice=1.5    the next event a reader gets, with these values
    fails FeedStalled some words   this connection ends with that error, which holds these words

of the server's end (the client's passes over them):

    options {"rate": 1}            ServerOptions
    serve 1 Quote SPX bidPrice=1   there is something to deliver on channel 1
    shut 1                         channel 1 is to be closed
    expire                         the token's life is over
    hears add Quote SPX            the next change of a subscription, `add` or `remove`
    closes 1000 Bye                it wants the WebSocket closed
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tastytrade import errors
from tastytrade.dxfeed import EventBatch, event_class
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions

HANDSHAKE = Path(__file__).with_name("handshake.txt")
GOOD_TOKEN = "good"
FOR_CLIENT = {"plan", "token", "renew", "heard", "want", "unwant", "gets", "fails"}
FOR_SERVER = {"options", "serve", "shut", "expire", "hears", "closes"}
FOR_BOTH = {"ends", "connect", "ready", "drop", "C>", "S>", "@"}


class Line(NamedTuple):
    number: int
    verb: str
    rest: str


def read(path: Path) -> list[Line]:
    """The lines of a conversation, without its remarks."""
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        verb, _, rest = (f"@ {text[1:]}" if text.startswith("@") else text).partition(" ")
        assert verb in FOR_BOTH | FOR_CLIENT | FOR_SERVER, f"line {number}: cannot read {text!r}"
        if verb == "ready":
            lines += [line._replace(number=number) for line in read(HANDSHAKE) if line.verb != "ends"]
        else:
            lines.append(Line(number, verb, rest.strip()))
    return lines


def ends_of(lines: list[Line]) -> list[str]:
    """The ends a conversation is played into."""
    return next((line.rest.split() for line in lines if line.verb == "ends"), ["client"])


def play(lines: list[Line], end: str) -> None:
    """Play it into a fresh client or server. AssertionError with the line's number where they differ."""
    played = ClientEnd() if end == "client" else ServerEnd()
    line = Line(0, "", "")
    try:
        for line in lines:
            played.play(line.verb, line.rest)
        played.finish()
    except AssertionError as error:
        raise AssertionError(f"line {line.number} ({line.verb} {line.rest}): {error}") from error


class End:
    """What both ends need: the clock, and what was said and not yet seen in the text."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[Any] = []

    def play(self, verb: str, rest: str) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        self.said_all()

    def expect(self, text: str) -> None:
        assert self.said, "nothing was said"
        said = self.said.pop(0)
        assert is_as_written(said, json.loads(text)), f"said {json.dumps(said)}"

    def said_all(self) -> None:
        assert not self.said, f"also said {json.dumps(self.said)}"


class ClientEnd(End):
    """Nothing that the client says may be missing from the text, nor come later than it stands there."""

    def __init__(self) -> None:
        super().__init__()
        self._plans: list[ChannelPlan] = []
        self._token: str | None = GOOD_TOKEN
        self._made: ClientProtocol | None = None
        self._is_connected = False
        self._error: Exception | None = None
        self._events: list[Any] = []

    @property
    def protocol(self) -> ClientProtocol:
        if self._made is None:
            self._made = ClientProtocol(self._plans or None)
        return self._made

    def play(self, verb: str, rest: str) -> None:
        assert self._error is None or verb == "fails", f"failed with {self._error!r}"
        if verb not in {"C>", "fails"} | FOR_SERVER:
            self.said_all()
        match verb:
            case "C>":
                self.expect(rest)
            case "S>":
                self._attempt(lambda: self._receive(rest))
            case "@":
                self.now = float(rest)
                if self._is_connected:
                    self._attempt(lambda: self.protocol.tick(self.now))
            case "drop":
                self._is_connected = False
            case "connect":
                self._is_connected = True
                self._attempt(lambda: self.protocol.start(token=self._token, now=self.now))
            case _:
                self._play_reader(verb, rest)

    def _play_reader(self, verb: str, rest: str) -> None:
        match verb:
            case "plan":
                contract, event_type, *columns = rest.split()
                fields = {event_type: tuple(columns)}
                self._plans.append(ChannelPlan(Contract(contract), frozenset(fields), fields))
            case "token":
                self._token = None if rest == "none" else rest
            case "renew":
                self._attempt(lambda: self.protocol.authenticate(rest, now=self.now))
            case "heard":
                self._attempt(lambda: self.protocol.confirm(self.protocol.asked))
            case "want":
                self._attempt(lambda: self.protocol.want(entry_in(rest), again=rest.endswith(" again")))
            case "unwant":
                self._attempt(lambda: self.protocol.unwant(entry_in(rest)))
            case "gets":
                self._gets(rest)
            case "fails":
                self._fails(*rest.split(" ", 1))

    def finish(self) -> None:
        assert self._error is None, f"failed with {self._error!r}"
        super().finish()
        assert not self._events, f"also got {self._events}"

    def _attempt(self, step: Callable[[], None]) -> None:
        try:
            step()
        except errors.TastytradeError as error:
            self._error = error
            self._is_connected = False
            return
        if self._is_connected:
            self.said += map(json.loads, self.protocol.data_to_send(self.now))

    def _receive(self, text: str) -> None:
        for message in self.protocol.receive(text.encode(), now=self.now):
            if isinstance(message, Frame):
                self._events += [event for batch in message.decode().batches for event in batch]

    def _gets(self, rest: str) -> None:
        event_type, symbol, *values = rest.split()
        assert self._events, "no event came"
        event = self._events.pop(0)
        assert (type(event).__name__, event.eventSymbol) == (event_type, symbol), f"got {event}"
        for name, value in values_in(values).items():
            assert repr(getattr(event, name)) == repr(value), f"got {event}"

    def _fails(self, kind: str, words: str = "") -> None:
        assert self._error is not None, "it did not fail"
        assert type(self._error) is getattr(errors, kind), f"failed with {self._error!r}"
        assert words in str(self._error), f"failed with {self._error!r}"
        self._error = None


class ServerEnd(End):
    """What the server says may be said by the time the text has it."""

    def __init__(self) -> None:
        super().__init__()
        self._options: ServerOptions | None = None
        self._changes: list[tuple[str, Entry]] = []
        self._protocol: ServerProtocol | None = None

    def play(self, verb: str, rest: str) -> None:
        if verb == "options":
            self._options = msgspec.convert(json.loads(rest), ServerOptions)
        elif verb in {"connect", "drop"}:
            self.said_all()
            made = ServerProtocol(user_of, self._options, now=self.now)
            self._protocol = made if verb == "connect" else None
        elif verb == "@":
            self.now = float(rest)
        if self._protocol is not None:
            self._play(verb, rest, self._protocol)

    def _play(self, verb: str, rest: str, protocol: ServerProtocol) -> None:
        match verb:
            case "C>":
                for change in protocol.receive(rest, now=self.now):
                    self._changes += [("remove", entry) for entry in change.removed]
                    self._changes += [("add", entry) for entry in change.added]
            case "S>":
                self.expect(rest)
            case "@":
                self.said_all()
                protocol.tick(self.now)
            case "serve":
                number, event_type, symbol, *values = rest.split()
                event = event_class(event_type)(symbol, **values_in(values))
                protocol.send(int(number), [EventBatch.from_events([event])])
            case "shut":
                protocol.close_channel(int(rest))
            case "expire":
                protocol.expire_token()
            case "hears":
                how, entry = rest.split(" ", 1)
                assert self._changes, "nothing changed"
                heard = self._changes.pop(0)
                assert heard == (how, entry_in(entry)), f"heard {heard}"
            case "closes":
                closing = protocol.closing
                assert closing is not None, "it does not want to"
                assert f"{closing.code} {closing.reason}".strip() == rest, f"with {closing}"
        self.said += map(json.loads, protocol.data_to_send(self.now))


def user_of(token: str) -> str | None:
    return "u-1" if token == GOOD_TOKEN else None


def entry_in(text: str) -> Entry:
    """The subscription in ``Candle SPY{=d} from 1735689600000``."""
    event_type, symbol, *rest = text.split()
    more = dict(zip(rest[::2], rest[1::2], strict=False))
    since = more.get("from")
    return Entry(event_type, symbol, more.get("source"), int(since) if since is not None else None)


def values_in(words: list[str]) -> dict[str, Any]:
    """The values in ``bidPrice=1.5 askPrice=NaN``, each as JSON."""
    return {name: json.loads(value) for name, value in (word.split("=", 1) for word in words)}


def is_as_written(said: Any, written: Any) -> bool:
    """Whether a message is the written one, where "..." stands for any value."""
    if written == "...":
        return True
    if isinstance(written, dict) and isinstance(said, dict):
        return said.keys() == written.keys() and all(
            is_as_written(said[key], written[key]) for key in written
        )
    if isinstance(written, list) and isinstance(said, list):
        return len(said) == len(written) and all(map(is_as_written, said, written))
    return bool(said == written)
