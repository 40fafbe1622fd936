"""Links: the DXLink connections of one simulator, and what is done to all of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from msgspec import Struct
from starlette.responses import Response
from starlette.websockets import WebSocket

from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.dxlink_connection import Clocks, DXLinkConnection
from tastytrade.simulator.fault import Act
from tastytrade.simulator.fault_acts import perform
from tastytrade.simulator.fault_book import FaultBook
from tastytrade.simulator.fault_kinds import Expire, Restart, Switch, Upgrade
from tastytrade.simulator.feed import Feed
from tastytrade.simulator.feed_market import FeedMarket
from tastytrade.simulator.switched import switched
from tastytrade.simulator.truth import Truth
from tastytrade.simulator.wire import Wire, wire_of


class ChannelInfo(Struct, frozen=True):
    """One open channel; ``subscriptions`` are [type, symbol, source, fromTime] each."""

    number: int
    contract: str
    subscriptions: list[tuple[str, str, str | None, int | None]]


class ConnectionInfo(Struct, frozen=True):
    """One DXLink connection: since when (Unix nanoseconds), whose, and what was written on it."""

    number: int
    since_ns: int
    user: str | None
    frames: int
    rows: int
    channels: list[ChannelInfo]


class Links:
    """Connections by number, counted from 1. ``options`` are for new ones; ``truth`` while it is open."""

    def __init__(
        self,
        market: FeedMarket,
        accounts: Accounts,
        options: ServerOptions,
        *,
        clocks: Clocks,
        rate: int | None = None,
        switch_rest: Callable[[dict[str, Any]], None] = lambda _changes: None,
    ) -> None:
        self.living: dict[int, DXLinkConnection] = {}
        self.options = options
        self.truth: Truth | None = None
        self._rows_of_closed = 0
        self.book = FaultBook(self._act, lambda: list(self.living.values()), self._note)
        self._market = market
        self._accounts = accounts
        self._clocks = clocks
        self._rate = rate
        self._switch_rest = switch_rest
        self._numbers = count(1)

    def infos(self) -> list[ConnectionInfo]:
        """What there is to know of each connection."""
        return [_info(connection) for connection in self.living.values()]

    @property
    def rows(self) -> int:
        """Events written on all connections there have been."""
        return self._rows_of_closed + sum(connection.rows for connection in self.living.values())

    async def serve(self, websocket: WebSocket) -> None:
        """One connection, from its upgrade on."""
        number = next(self._numbers)
        answer = self.book.upgrade(number)
        if answer is not None:
            if self.truth is not None:
                self.truth.note("refused", number, status=answer.status)
            await _refuse(websocket, answer)
            return
        await websocket.accept()
        connection = self.living[number] = self._connection(number, websocket)
        try:
            if self.truth is not None:
                self.truth.note("opened", number)
            await connection.serve()
        finally:
            self._rows_of_closed += connection.rows
            del self.living[number]

    def release(self) -> None:
        """Nobody waits any longer for what a fault would have ended later."""
        for connection in self.living.values():
            connection.thaw()

    def _connection(self, number: int, websocket: WebSocket) -> DXLinkConnection:
        def user_of(token: str) -> str | None:
            if not self._accounts.quote_tokens.holds(token):
                return None
            connection.token = token
            return self._accounts.user.external_id

        def others() -> int:
            return sum(one.protocol.is_authorized for one in self.living.values() if one is not connection)

        protocol = ServerProtocol(user_of, self.options, now=self._clocks.elapsed(), other_sessions=others)
        feed = Feed(self._market, protocol, rate=self._rate)
        connection = DXLinkConnection(
            number, websocket, protocol, feed, clocks=self._clocks, book=self.book, truth=self.truth
        )
        return connection

    # What faults do to more than one connection.

    def _act(self, fault: Act, connections: list[DXLinkConnection]) -> None:
        match fault:
            case Restart(seconds=seconds) if seconds:
                self.book.give(Upgrade(seconds=seconds))
            case Switch(dxlink=dxlink, rest=rest):
                if fault.connection is None:
                    self.options = switched(self.options, dxlink)
                if rest:
                    self._switch_rest(rest)
            case Expire():
                self._revoke(fault, connections)
        for connection in connections:
            perform(fault, connection)

    def _revoke(self, fault: Expire, connections: list[DXLinkConnection]) -> None:
        if fault.connection is None and not fault.has_moment:
            self._accounts.quote_tokens.clear()
        for connection in connections:
            if connection.token is not None:
                self._accounts.quote_tokens.revoke(connection.token)

    def _note(self, fault: dict[str, Any], connections: list[int]) -> None:
        if self.truth is not None:
            self.truth.note("fault", fault=fault, connections=connections)


def _info(connection: DXLinkConnection) -> ConnectionInfo:
    protocol = connection.protocol
    channels = [
        ChannelInfo(
            channel.number,
            channel.contract.value,
            [(one.type, one.symbol, one.source, one.from_time) for one in channel.entries.values()],
        )
        for channel in protocol.channels.values()
    ]
    return ConnectionInfo(
        connection.number, connection.since_ns, protocol.user_id, connection.frames, connection.rows, channels
    )


async def _refuse(websocket: WebSocket, answer: Upgrade) -> None:
    """Answer a request for a WebSocket as the fault says, and wait for its end where that is all there is."""
    wire: Wire = wire_of(websocket)
    if answer.status is not None:
        headers = {"location": answer.location} if answer.location else None
        await websocket.receive()
        await websocket.send_denial_response(Response(status_code=answer.status, headers=headers))
        wire.handshake_complete = True  # or else uvicorn takes the refusal for a mistake, and logs it
        return
    if not answer.never:
        wire.abort()
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
