"""The server of the benchmark: one client at a time gets its scenario, from bytes that were ready before.

    python -m tests.speed.serve [CORE]

It prints its address as one line of JSON. A client asks for a scenario by the path of the URL, speaks DXLink
as to any server, and gets the columns it asked for. Once all symbols of all event types are subscribed the
events come, exactly as many as the scenario has; then it waits until the client goes.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from dataclasses import replace
from functools import lru_cache

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol as WebSocket

from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tests.speed.frames import framed, pool_of, stamped, texts
from tests.speed.scenario import Scenario, parse_path

UNLIMITED = 1 << 30
PIECE_BYTES = 1 << 20
"""Frames are handed to the system in pieces of this size: a call costs what a thousand events do."""
OPTIONS = ServerOptions(
    max_frame_bytes=UNLIMITED, subscription_limit=UNLIMITED, rate_burst=UNLIMITED, candle_limit=UNLIMITED
)

Layout = tuple[tuple[str, tuple[str, ...], int], ...]
"""Event type, its columns and its channel, for every type of a scenario."""


class ClientGone(Exception):
    """The client has closed its connection."""


@lru_cache(maxsize=8)
def cycle(scenario: Scenario, layout: Layout) -> list[bytes]:
    """The WebSocket frames of a scenario with the events of its pool, for a client's columns."""
    columns = {event_type: names for event_type, names, _ in layout}
    channels = {event_type: channel for event_type, _, channel in layout}
    return [framed(text) for text in texts(scenario, columns, channels)]


@lru_cache(maxsize=8)
def pieces(scenario: Scenario, layout: Layout) -> list[tuple[int, bytes]]:
    """A cycle in large pieces, each with its number of frames."""
    found, gathered, size = [], list[bytes](), 0
    for frame in cycle(scenario, layout):
        gathered.append(frame)
        size += len(frame)
        if size >= PIECE_BYTES:
            found.append((len(gathered), b"".join(gathered)))
            gathered, size = [], 0
    return [*found, (len(gathered), b"".join(gathered))] if gathered else found


class Client:
    """One connection, from the upgrade to its end. Raises ClientGone when the client leaves."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._web = WebSocket(max_size=UNLIMITED)
        self._feed = ServerProtocol(lambda token: token, OPTIONS, now=time.monotonic())
        self._scenario: Scenario | None = None
        self._text = b""

    def serve(self) -> None:
        """What is said until the client has subscribed, the events, and what it says until it leaves."""
        while not self._is_subscribed():
            self._read()
        scenario = self._scenario
        assert scenario is not None  # it is subscribed
        if scenario.rate:
            self._pace(scenario)
        else:
            self._blast(scenario)
        while True:
            self._read()

    def _is_subscribed(self) -> bool:
        if self._scenario is None:
            return False
        wanted = len(self._scenario.types) * self._scenario.symbols
        return sum(len(channel.entries) for channel in self._feed.channels.values()) >= wanted

    def _layout(self, scenario: Scenario) -> Layout:
        channels = {
            event_type: channel
            for channel in self._feed.channels.values()
            for event_type in {key[0] for key in channel.entries}
        }
        return tuple((name, channels[name].columns(name), channels[name].number) for name in scenario.types)

    # The events.

    def _blast(self, scenario: Scenario) -> None:
        """As fast as they are taken."""
        key, layout = replace(scenario, events=pool_of(scenario)), self._layout(scenario)
        frames, left = cycle(key, layout), scenario.events // scenario.frame
        while left:
            first = 0
            for count, piece in pieces(key, layout):
                sent = min(count, left)
                self._write(piece if sent == count else b"".join(frames[first : first + sent]))
                first += sent
                left -= sent
                if not left:
                    break

    def _pace(self, scenario: Scenario) -> None:
        """Frame by frame at the scenario's rate, each with the time just before it is written."""
        frames = cycle(replace(scenario, events=pool_of(scenario)), self._layout(scenario))
        interval, start = scenario.frame / scenario.rate, time.monotonic()
        for number in range(scenario.events // scenario.frame):
            # What the client says may end a wait early.
            while (wait := start + number * interval - time.monotonic()) > 0:
                self._read(timeout=wait)
            self._write(stamped(frames[number % len(frames)], time.monotonic_ns() // 1000))

    # The socket.

    def _write(self, data: bytes) -> None:
        """Write whole frames, however long the client takes, and listen to it meanwhile."""
        rest = memoryview(data)
        while rest:
            readable, writable, _ = select.select([self._socket], [self._socket], [])
            if readable:
                self._take()
            if writable:
                rest = rest[self._socket.send(rest, socket.MSG_DONTWAIT) :]
        self._answer()

    def _read(self, timeout: float | None = None) -> None:
        """Wait for what the client says, and answer it."""
        if select.select([self._socket], [], [], timeout)[0]:
            self._take()
            self._answer()

    def _take(self) -> None:
        data = self._socket.recv(1 << 18)
        if not data:
            raise ClientGone
        self._web.receive_data(data)
        for event in self._web.events_received():
            if isinstance(event, Request):
                self._scenario = parse_path(event.path)
                self._web.send_response(self._web.accept(event))
            elif isinstance(event, Frame) and event.opcode in {Opcode.TEXT, Opcode.CONT}:
                self._text += event.data
                if event.fin:
                    text, self._text = self._text, b""
                    self._feed.receive(text, now=time.monotonic())
            elif isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
                self._answer()
                raise ClientGone

    def _answer(self) -> None:
        """Write what is to be said beside the events; only between frames."""
        for text in self._feed.data_to_send(time.monotonic()):
            self._web.send_text(text)
        for data in self._web.data_to_send():
            if data:
                self._socket.sendall(data)


def pin(core: int) -> None:
    """Stay on one core, where the system can do that and has it."""
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


def serve() -> None:
    """One client after the other, until the process is ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = json.dumps({"url": f"ws://127.0.0.1:{listener.getsockname()[1]}"})
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    Client(connection).serve()
                except (ClientGone, ConnectionError):
                    continue


if __name__ == "__main__":
    if len(sys.argv) > 1:
        pin(int(sys.argv[1]))
    serve()
